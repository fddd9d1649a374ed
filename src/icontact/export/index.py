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
"""

_UNSEEN = (
    "FROM (SELECT DISTINCT contact FROM subscriptions) AS known"
    " WHERE NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.contact = known.contact)"
)


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
        found = self._store.execute(
            "SELECT list, status FROM subscriptions WHERE contact = ? ORDER BY list", (contact_id,)
        )
        return [(list_id, status) for list_id, status in found]

    def new(self, contacts: Iterable[Contact]) -> list[Contact]:
        """Return the contacts that have not been seen so far, each once."""
        return [contact for contact in contacts if self._is_new(contact.contact_id)]

    def _is_new(self, contact_id: int) -> bool:
        done = self._store.execute("INSERT OR IGNORE INTO contacts VALUES (?)", (contact_id,))
        return done.rowcount == 1

    def unseen(self, at_once: int) -> Iterator[list[int]]:
        """Yield the contacts that have a subscription and were not seen, some at once."""
        last = -1
        query = f"SELECT known.contact {_UNSEEN} AND known.contact > ? ORDER BY 1 LIMIT ?"
        while found := [one for (one,) in self._store.execute(query, (last, at_once))]:
            last = found[-1]
            yield found

    @property
    def unseen_count(self) -> int:
        """How many have a subscription and were not seen."""
        return self._count(_UNSEEN)

    @property
    def contact_count(self) -> int:
        """How many contacts were seen."""
        return self._count("FROM contacts")

    @property
    def subscription_count(self) -> int:
        """How many subscriptions are kept."""
        return self._count("FROM subscriptions")

    def _count(self, what: str) -> int:
        (number,) = self._store.execute(f"SELECT count(*) {what}").fetchone()
        return int(number)
