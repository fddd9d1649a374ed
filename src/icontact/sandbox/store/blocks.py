"""The number of contacts in each block of ids of a folder, so that pages are found without a count.

SQLite counts rows, and skips those before an offset, one by one. With a number for every block,
which each change of contacts keeps up to date, only a few hundred numbers are added up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from icontact.sandbox.store import schema
from icontact.sandbox.store.database import Store

_BITS = 11


def next_contact(store: Store) -> int:
    """Return the id of the contact that comes next."""
    last = store.value("SELECT MAX(contactId) FROM contacts")
    return max(schema.FIRST_CONTACT, (last or 0) + 1)


def count(store: Store, folder_id: int, contact_ids: Iterable[int], step: int = 1) -> None:
    """Count contacts that were created, or with the step -1 deleted."""
    counts = Counter(contact_id >> _BITS for contact_id in contact_ids)
    store.execute_many(
        "INSERT INTO contact_blocks (folderId, block, present) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET present = present + excluded.present",
        [(folder_id, block, step * present) for block, present in counts.items()],
    )


def total(store: Store, folder_id: int) -> int:
    """Return how many contacts of a folder are not deleted."""
    sql = "SELECT coalesce(SUM(present), 0) FROM contact_blocks WHERE folderId = ?"
    count: int = store.value(sql, (folder_id,))
    return count


def start(store: Store, folder_id: int, offset: int) -> tuple[int, int]:
    """Return an id to start at, and how many contacts to skip from there, to reach an offset."""
    before = block = 0
    for block, present in store.rows(
        "SELECT block, present FROM contact_blocks WHERE folderId = ? ORDER BY block", (folder_id,)
    ):
        if before + present > offset:
            return block << _BITS, offset - before
        before += present
    return (block + 1) << _BITS, 0
