"""The file of a journal: its push, whether it is whole, and the contacts that were looked up."""

# ruff: noqa: S608  (the statements are made of constants, values are parameters)

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Self

from icontact.addresses import canonical_address
from icontact.errors import JournalError
from icontact.models import Contact, ContactFields
from icontact.push.journal.database import Database
from icontact.push.journal.schema import Stage

_FIELDS = tuple(
    name for name in ContactFields.__annotations__ if name not in ("email", "status", "business")
)

#: The key of the checksum of all rows, in a journal that no push uses.
_SEAL = "seal"
_SUM = "COALESCE(SUM(checksum), 0)"
_SEAL_ROWS = f"INSERT OR REPLACE INTO about (key, value) SELECT ?, CAST({_SUM} AS TEXT) FROM rows"


class JournalFile:
    """A journal without what it does with rows.

    Args:
        path: The file, or ``None`` for a temporary one.
        identity: Names and values that identify the push. A journal of another one is refused;
            ``None`` takes any, to read it.
    """

    #: Whether the checksum of all rows is up to date.
    _sealed = True

    def __init__(
        self, path: str | PathLike[str] | None, identity: Mapping[str, str] | None
    ) -> None:
        self.database: Database = Database(path)
        self.known: KnownContacts = KnownContacts(self.database)
        kept = self._checked()
        if identity is None:
            return
        if not kept:
            with self.database.transaction():
                for name, value in identity.items():
                    self.note(name, value)
        elif others := [name for name, value in identity.items() if kept.get(name) != value]:
            self.database.close()
            raise JournalError(
                f"the journal {self.path} belongs to another push; it has another "
                f"{', '.join(others)}: name another file"
            )
        self._unseal()

    def _checked(self) -> Mapping[str, str]:
        """Return the notes, after a check that they agree with the rows."""
        problem = ""
        kept = dict(self.database.rows("SELECT key, value FROM about"))
        [(number, first, last, checksum)] = self.database.rows(
            f"SELECT COUNT(*), MIN(row), MAX(row), CAST({_SUM} AS TEXT) FROM rows"
        )
        if number and (first, last) != (0, number - 1):
            problem = "rows are missing"
        elif number and not kept:
            problem = "the notes on its push are missing"
        elif kept.get("read", str(number)) != str(number):
            problem = f"it has {number:,} rows, and should have {kept['read']}"
        elif kept.get(_SEAL) and kept[_SEAL] != checksum:
            problem = "its rows are not those of its last run"
        if problem:
            self.database.close()
            raise self.database.damaged(problem)
        return kept

    def _unseal(self) -> None:
        if self.path is not None:
            self.note(_SEAL, "")
            self._sealed = False

    def acquire(self) -> None:
        """Lock the file again after it was released, unless another push holds it."""
        self.database.acquire()
        try:
            self._unseal()
        except BaseException:
            self.release()
            raise

    @classmethod
    def opened(cls, path: str | PathLike[str]) -> Self:
        """Return an existing journal of any push, to read."""
        if not Path(path).is_file():
            raise JournalError(f"the journal {os.fspath(path)} does not exist")
        journal = cls(path, None)
        journal.release()
        return journal

    @property
    def path(self) -> str | None:
        """The file; ``None`` for a temporary one."""
        return self.database.path

    def __repr__(self) -> str:
        return f"<Journal {self.path or '(temporary)'}>"

    def release(self) -> None:
        """Release the file for other pushes; close it if that fails, which does it, too."""
        try:
            self.database.release(() if self._sealed else (_SEAL_ROWS, (_SEAL,)))
            self._sealed = True
        except JournalError:
            self.database.close()

    def note(self, key: str, value: str) -> None:
        """Store a value under a key."""
        self.database.execute(
            "INSERT OR REPLACE INTO about (key, value) VALUES (?, ?)", (key, value)
        )

    def noted(self, key: str, default: str = "") -> str:
        """Return the value of a key."""
        found = self.database.value("SELECT value FROM about WHERE key = ?", (key,))
        return default if found is None else str(found)


class KnownContacts:
    """Contacts with an address that a row has, and their state on the list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def forget(self) -> None:
        """Delete all contacts that were looked up."""
        self._database.execute("DELETE FROM known")

    def keep(self, contacts: Iterable[Contact]) -> None:
        """Store the contacts that open rows are about."""
        found = [(canonical_address(one.email), one) for one in contacts]
        wanted = {
            address
            for (address,) in self._database.rows(
                "SELECT address FROM rows WHERE stage = ?"
                " AND address IN (SELECT value FROM json_each(?))",
                (Stage.READ, json.dumps([address for address, _ in found])),
            )
        }
        with self._database.transaction():
            self._database.execute_many(
                "INSERT OR REPLACE INTO known (contact_id, address, contact) VALUES (?, ?, ?)",
                (
                    (one.contact_id, str(address), _contact_text(one))
                    for address, one in found
                    if address in wanted
                ),
            )

    def without_state(self) -> Iterator[int]:
        """Yield the ids of the contacts whose state on the list is not known yet."""
        for found in self._database.steps(
            "SELECT contact_id FROM known WHERE subscription IS NULL AND contact_id > ?"
            " ORDER BY contact_id LIMIT ?"
        ):
            yield from (number for (number,) in found)

    def count(self) -> int:
        """Return how many contacts were found."""
        return int(self._database.value("SELECT COUNT(*) FROM known"))

    def keep_states(self, states: Mapping[int, str]) -> None:
        """Store the states of contacts on the list."""
        with self._database.transaction():
            self._database.execute_many(
                "UPDATE known SET subscription = ? WHERE contact_id = ?",
                ((state, contact_id) for contact_id, state in states.items()),
            )


def _contact_text(contact: Contact) -> str:
    """Return as JSON what decisions need to know of a contact; blank fields are left out."""
    kept: dict[str, Any] = {
        name: value for name in _FIELDS if (value := getattr(contact, name)) not in ("", {})
    }
    # For this field, absent and blank differ.
    if contact.business is not None:
        kept["business"] = contact.business
    return json.dumps([contact.contact_id, contact.email, str(contact.status), kept], default=str)


def contact_from(text: str) -> Contact:
    """Return the contact that a JSON text holds."""
    contact_id, email, status, kept = json.loads(text)
    return Contact(contact_id=contact_id, email=email, status=status, **kept)
