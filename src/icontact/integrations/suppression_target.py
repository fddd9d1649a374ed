"""The systems that learn of suppressed people: any CRM or shop, or a CSV file."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import attrs

from icontact.addresses import canonical_address
from icontact.errors import ConfigError

__all__ = [
    "COMMENT_PREFIX",
    "PlannedMark",
    "SuppressedPerson",
    "SuppressionCsv",
    "SuppressionTarget",
    "TargetContact",
]

#: The comment of each mark begins with it, so that a mark that comes back is recognised.
COMMENT_PREFIX = "iContact:"


@attrs.frozen(kw_only=True)
class TargetContact:
    """A contact of the other system. Its ``repr`` does not show the address.

    Attributes:
        contact_id: Its id in that system.
        email: Its address there.
        do_not_contact: Whether that system does not mail the contact already.
    """

    contact_id: int | str
    email: str = attrs.field(repr=False)
    do_not_contact: bool = False


@attrs.frozen(kw_only=True)
class SuppressedPerson:
    """A person suppressed in iContact. The ``repr`` does not show the address.

    Attributes:
        email: The address.
        contact_id: The contact's id in iContact.
        reason: ``unsubscribed``, ``bounced``, ``donotcontact`` or ``deleted``.
        list_id: The list, if the person unsubscribed from one.
    """

    email: str = attrs.field(repr=False)
    contact_id: int
    reason: str
    list_id: int | None = None


@attrs.frozen(kw_only=True)
class PlannedMark(SuppressedPerson):
    """A person to be marked in the other system.

    Attributes:
        targets: The ids of the contacts to mark there.
    """

    targets: tuple[int | str, ...] = ()


class SuppressionTarget(Protocol):
    """What :func:`icontact.integrations.sync.suppressed` needs of the other system.

    An error of either method ends the run, and the next run goes on from there. If a target has an
    attribute ``url`` or ``path``, the state file belongs to that place alone.
    """

    def find(self, emails: Sequence[str]) -> Iterable[TargetContact]:
        """Return all contacts that have one of these addresses, without minding the case."""
        ...

    def mark(self, contact: TargetContact, *, reason: str, comment: str) -> None:
        """Note that a contact must not be mailed. Repeating it must change nothing.

        Args:
            contact: What :meth:`find` returned.
            reason: ``"unsubscribed"``, ``"bounced"`` or ``"manual"``.
            comment: A sentence for people that says where the mark comes from.
        """
        ...


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
        if not self.path.is_file():
            # Reading a device may never end.
            raise ConfigError(f"{self.path} is a folder or a device, not a file: name a file")
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                return {str(canonical_address(row["email"] or "")) for row in rows}
        except (KeyError, ValueError, csv.Error):
            raise ConfigError(
                f"{self.path} is not a CSV file of suppressions, whose first line is "
                "email,reason,comment: name another file"
            ) from None
