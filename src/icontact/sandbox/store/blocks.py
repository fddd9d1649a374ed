"""How many contacts of a folder stand in each stretch of ids, so that no page has to count them.

SQLite counts rows, and passes over those before an offset, one by one. Here whoever adds or
removes contacts keeps a number for every stretch, which leaves a few hundred to add up.
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


def add(store: Store, folder_id: int, contact_ids: Iterable[int]) -> None:
    """Note that contacts are there from now on."""
    _change(store, folder_id, contact_ids, 1)


def remove(store: Store, folder_id: int, contact_ids: Iterable[int]) -> None:
    """Note that contacts are deleted from now on."""
    _change(store, folder_id, contact_ids, -1)


def total(store: Store, folder_id: int) -> int:
    """Return how many contacts of a folder are not deleted."""
    sql = "SELECT coalesce(SUM(present), 0) FROM contact_blocks WHERE folderId = ?"
    count: int = store.value(sql, (folder_id,))
    return count


def start(store: Store, folder_id: int, offset: int) -> tuple[int, int]:
    """Say where to begin, to get at the contact that has so many before it.

    Returns:
        An id, and how many contacts are to be passed over from there on.
    """
    before = block = 0
    for block, present in store.rows(
        "SELECT block, present FROM contact_blocks WHERE folderId = ? ORDER BY block", (folder_id,)
    ):
        if before + present > offset:
            return block << _BITS, offset - before
        before += present
    return (block + 1) << _BITS, 0


def _change(store: Store, folder_id: int, contact_ids: Iterable[int], step: int) -> None:
    counts = Counter(contact_id >> _BITS for contact_id in contact_ids)
    store.execute_many(
        "INSERT INTO contact_blocks (folderId, block, present) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET present = present + excluded.present",
        [(folder_id, block, step * count) for block, count in counts.items()],
    )
