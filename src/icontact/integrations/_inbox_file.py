"""The tables of an inbox, and what becomes of damaged rows."""

from __future__ import annotations

import sqlite3
from typing import ClassVar

from icontact._sqlite import Checked
from icontact.integrations._storage import Storage

__all__ = ["InboxFile"]

_TABLES = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL UNIQUE,
    contact TEXT NOT NULL,
    type TEXT NOT NULL,
    happened REAL NOT NULL,
    received REAL NOT NULL,
    state TEXT NOT NULL,
    due REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    settled REAL,
    payload TEXT,
    checksum INTEGER
);
CREATE INDEX events_by_due ON events (state, due);
CREATE INDEX events_by_contact ON events (contact, happened);
CREATE TABLE contacts (
    contact TEXT PRIMARY KEY,
    owner TEXT,
    until REAL NOT NULL DEFAULT 0,
    memory TEXT NOT NULL DEFAULT '{}',
    checksum INTEGER
) WITHOUT ROWID;
CREATE INDEX contacts_by_lease ON contacts (until);
"""

_EVENTS = Checked(
    name="events",
    key=("number",),
    columns=(
        *("identity", "contact", "type", "happened", "received", "state", "due", "attempts"),
        *("reason", "settled", "payload"),
    ),
)
_CONTACTS = Checked(name="contacts", key=("contact",), columns=("owner", "until", "memory"))

_DAMAGED = "is not as it was written: look at it, then retry or drop it"


class InboxFile(Storage):
    """The file of an inbox."""

    _KIND: ClassVar[str] = "an inbox"
    _TABLES: ClassVar[str] = _TABLES
    #: ``IcIn`` in ASCII.
    _APPLICATION: ClassVar[int] = 0x4963496E
    _VERSION: ClassVar[int] = 3
    _CHECKED: ClassVar[tuple[Checked, ...]] = (_EVENTS, _CONTACTS)

    def _set_aside_damaged_rows(self, connection: sqlite3.Connection) -> None:
        damaged = _EVENTS.is_damaged
        connection.execute(
            f"UPDATE events SET payload = NULL WHERE state = 'done' AND {damaged}"  # noqa: S608  # made of constants
        )
        connection.execute(
            f"UPDATE events SET state = 'dead_letter', reason = ? WHERE {damaged}",  # noqa: S608  # made of constants
            (_DAMAGED,),
        )
        # An unreadable memory is reported when its contact has its turn.
        connection.execute(
            f"UPDATE contacts SET memory = '' WHERE {_CONTACTS.is_damaged}"  # noqa: S608  # made of constants
        )
