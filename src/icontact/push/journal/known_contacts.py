"""The contacts that a push has looked up, in its journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from icontact.addresses import canonical_address
from icontact.models import Contact, ContactFields
from icontact.push.journal.database import Database
from icontact.push.journal.schema import Stage

__all__ = ["CHUNK", "KnownContacts", "contact_from"]

#: The number of rows in memory at a time.
CHUNK = 1000

_FIELDS = tuple(
    name for name in ContactFields.__annotations__ if name not in ("email", "status", "business")
)


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
