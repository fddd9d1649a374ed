"""The contacts that a push has looked up, in its journal."""

# ruff: noqa: S608  (the statements are made of constants, values are parameters)

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from icontact.auth import Private
from icontact.push.journal.database import Database
from icontact.push.journal.records import KnownContact, contact_text
from icontact.push.journal.schema import Stage

__all__ = ["CHUNK", "KnownContacts"]

#: The number of rows in memory at a time.
CHUNK = 1000

#: The number of values that fit into one statement of any SQLite.
_MOST_VALUES = 500


class KnownContacts:
    """Contacts with an address that a row has, and their state on the list.

    Args:
        database: The journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def wanted(self, addresses: Collection[str]) -> set[str]:
        """Return which of these addresses open rows have."""
        given = list(addresses)
        found: set[str] = set()
        for start in range(0, len(given), _MOST_VALUES):
            part = list(given[start : start + _MOST_VALUES])
            marks = ", ".join("?" * len(part))
            found.update(
                Private(address)
                for (address,) in self._database.rows(
                    f"SELECT address FROM rows WHERE stage = {Stage.READ} AND address IN ({marks})",
                    part,
                )
            )
        return found

    def forget(self) -> None:
        """Delete all contacts that were looked up."""
        self._database.execute("DELETE FROM known")

    def keep(self, found: Iterable[KnownContact]) -> None:
        """Store contacts whose addresses the rows have."""
        with self._database.transaction():
            self._database.execute_many(
                "INSERT OR REPLACE INTO known (contact_id, address, contact) VALUES (?, ?, ?)",
                (
                    (one.contact.contact_id, str(one.address), contact_text(one.contact))
                    for one in found
                ),
            )

    def ids(self, *, open_only: bool = False) -> Iterator[int]:
        """Yield the ids of the contacts that were found.

        Args:
            open_only: Only contacts whose state on the list is not known yet.
        """
        condition = "subscription IS NULL AND" if open_only else ""
        for found in self._database.steps(
            f"SELECT contact_id FROM known WHERE {condition} contact_id > ?"
            " ORDER BY contact_id LIMIT ?",
            (),
            CHUNK,
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
