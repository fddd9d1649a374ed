"""Identifies the push that a journal belongs to; another one is refused."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

__all__ = ["Identity"]

_CALLED: Mapping[str, str] = {
    "base_url": "service",
    "account_id": "account",
    "client_folder_id": "client folder",
    "list_id": "list",
    "mapping": "mapping",
    "rules": "rules (such as existing, duplicates or subscription_status)",
}


@attrs.frozen(kw_only=True)
class Identity:
    """What must be the same for a push to go on with a journal.

    Attributes:
        base_url: The service.
        account_id: The account.
        client_folder_id: The client folder.
        list_id: The list.
        mapping: The mapper's fingerprint.
        rules: The settings that decide about rows.
    """

    base_url: str
    account_id: str
    client_folder_id: str
    list_id: str
    mapping: str
    rules: str

    def differences(self, kept: Mapping[str, str]) -> list[str]:
        """Return the names of the parts that differ."""
        return [_CALLED[name] for name, value in self.items() if kept.get(name) != value]

    def items(self) -> list[tuple[str, str]]:
        """Return names and values."""
        return [(name, str(value)) for name, value in attrs.asdict(self).items()]
