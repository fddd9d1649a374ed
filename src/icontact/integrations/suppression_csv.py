"""A CSV file of suppressed people, for tools that import a file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from icontact.addresses import canonical_address
from icontact.errors import ConfigError
from icontact.integrations.suppression_target import TargetContact

__all__ = ["SuppressionCsv"]


class SuppressionCsv:
    """A CSV file of suppressions, for tools that import a file: ``email``, ``reason``, ``comment``.

    Each person is one row. A run adds rows; who is in the file is not added again.

    Args:
        path: The file; made if it does not exist, readable by its owner alone.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: Path = Path(path)

    def find(self, emails: Sequence[str]) -> Iterator[TargetContact]:
        """Yield one contact for each address: every address can be written.

        Raises:
            ConfigError: If the file is something else.
        """
        for email in emails:
            there = str(canonical_address(email)) in self._written
            yield TargetContact(contact_id=email, email=email, do_not_contact=there)

    def mark(self, contact: TargetContact, *, reason: str, comment: str) -> None:
        """Add a row.

        Raises:
            OSError: If the file cannot be written.
        """
        address = str(canonical_address(contact.email))
        if address in self._written:
            return
        text = io.StringIO()
        writer = csv.writer(text)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "rb+") as file:
            if file.seek(0, os.SEEK_END) == 0:
                writer.writerow(("email", "reason", "comment"))
            else:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    # The last row was cut off by a crash.
                    text.write("\r\n")
            writer.writerow((contact.email, reason, comment))
            file.write(text.getvalue().encode())
            file.flush()
            os.fsync(file.fileno())
        self._written.add(address)

    @cached_property
    def _written(self) -> set[str]:
        if not self.path.exists():
            return set()
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                return {str(canonical_address(row["email"] or "")) for row in rows}
        except (KeyError, ValueError, csv.Error):
            raise ConfigError(
                f"{self.path} is not a CSV file of suppressions, whose first line is "
                "email,reason,comment: name another file"
            ) from None
