"""The subscriptions, kept on disk while the contacts are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from icontact.models import Contact, Subscription

__all__ = ["SubscriptionIndex"]

_TABLES = """
CREATE TABLE subscriptions (
    contact INTEGER, list INTEGER, status TEXT, PRIMARY KEY (contact, list)
) WITHOUT ROWID;
CREATE TABLE contacts (contact INTEGER PRIMARY KEY);
CREATE TEMP VIEW unseen AS
    SELECT DISTINCT contact FROM subscriptions
    WHERE NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.contact = subscriptions.contact);
"""


class SubscriptionIndex:
    """Ids and statuses, nothing of a person, in a private file without a name."""

    def __init__(self) -> None:
        # To SQLite no name means a temporary file, which is unlinked as soon as it is made. The
        # rows of an export may be taken by several threads, one after the other.
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        try:
            self._store.executescript(_TABLES)
            self._store.execute("BEGIN")
        except sqlite3.Error:
            self.close()
            raise

    def close(self) -> None:
        """Give the file up."""
        self._store.close()

    def add_subscriptions(self, subscriptions: Iterable[Subscription]) -> None:
        """Keep subscriptions; what is known already is brought up to date."""
        self._store.executemany(
            "INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?)",
            ((one.contact_id, one.list_id, str(one.status)) for one in subscriptions),
        )

    def subscriptions_of(self, contact_id: int) -> list[tuple[int, str]]:
        """Return list and status of every subscription of a contact."""
        sql = "SELECT list, status FROM subscriptions WHERE contact = ? ORDER BY list"
        return self._store.execute(sql, (contact_id,)).fetchall()

    def new(self, contacts: Iterable[Contact]) -> list[Contact]:
        """Return the contacts that have not been seen so far, each once."""
        sql = "INSERT OR IGNORE INTO contacts VALUES (?)"
        return [one for one in contacts if self._store.execute(sql, (one.contact_id,)).rowcount]

    def unseen(self, at_once: int) -> Iterator[list[int]]:
        """Yield the contacts that have a subscription and were not seen, some at once."""
        last = -1
        sql = "SELECT contact FROM unseen WHERE contact > ? ORDER BY contact LIMIT ?"
        while found := [one for (one,) in self._store.execute(sql, (last, at_once))]:
            last = found[-1]
            yield found

    def count(self, what: str) -> int:
        """Return the number of ``subscriptions``, ``contacts`` seen, or contacts ``unseen``."""
        (number,) = self._store.execute(f"SELECT COUNT(*) FROM {what}").fetchone()  # noqa: S608  (names of the schema)
        return int(number)
