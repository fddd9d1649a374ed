"""The records of an inbox, its tables, and how claims are read from them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

import attrs

from icontact._sqlite import Checked, FileFormat
from icontact.integrations._processes import is_gone
from icontact.integrations.decide import Memory, Pending, remember
from icontact.integrations.events import ContactEvent

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
    refused TEXT,
    checksum INTEGER
) WITHOUT ROWID;
CREATE INDEX contacts_by_lease ON contacts (until);
CREATE INDEX contacts_by_refusal ON contacts (refused);
"""

EVENTS = Checked(
    name="events",
    key=("number",),
    columns=(
        *("identity", "contact", "type", "happened", "received", "state", "due", "attempts"),
        *("reason", "settled", "payload"),
    ),
)
CONTACTS = Checked(
    name="contacts", key=("contact",), columns=("owner", "until", "memory", "refused")
)

FORMAT = FileFormat(application_id=0x4963496E, version=4, tables=_TABLES)  # IcIn in ASCII

_DAMAGED = "is not as it was written: look at it, then retry or drop it"

#: What becomes of damaged rows. An unreadable memory is reported when its contact has its turn.
SET_ASIDE = (
    f"UPDATE events SET payload = NULL WHERE state = 'done' AND {EVENTS.is_damaged}",  # noqa: S608  (made of constants)
    f"UPDATE events SET state = 'dead_letter', reason = '{_DAMAGED}' WHERE {EVENTS.is_damaged}",  # noqa: S608  (made of constants)
    f"UPDATE contacts SET memory = '' WHERE {CONTACTS.is_damaged}",  # noqa: S608  (made of constants)
)

#: The events of a contact whose values are kept, the newest first. A deletion has no values.
KEPT = """
SELECT number, CAST(payload AS BLOB), state FROM events
WHERE contact = ? AND payload IS NOT NULL AND type != 'deleted'
ORDER BY happened DESC, number DESC
"""


class EventState(StrEnum):
    """The state of an event; a dead letter is one that needs a person, with a reason."""

    WAITING = "waiting"
    DONE = "done"
    DEAD_LETTER = "dead_letter"
    DROPPED = "dropped"


@attrs.frozen(kw_only=True)
class InboxEntry:
    """An event of the inbox, for people. Its ``repr`` does not show the address.

    Attributes:
        number: Its number.
        type: What happened.
        state: Its state.
        contact: The id of its contact.
        email: The address, as long as it is kept.
        happened: When it happened, in seconds since 1970.
        received: When it arrived.
        due: When it is tried next.
        attempts: How often it was tried.
        reason: The reason of its state.
    """

    number: int
    type: str
    state: EventState = attrs.field(converter=EventState)
    contact: str
    email: str | None = attrs.field(repr=False)
    happened: float
    received: float
    due: float
    attempts: int
    reason: str


@attrs.frozen(kw_only=True)
class InboxClaim:
    """The events that wait for one contact, reserved for one process for a while.

    Attributes:
        contact: The contact's id.
        owner: The process that has the claim.
        pending: The events.
        memory: What is remembered of earlier events.
        newest: The newest kept event with the contact's fields, or else the newest one.
        refused: Whether another contact with the address of this event must not be mailed.
    """

    contact: str
    owner: str
    pending: tuple[Pending, ...]
    memory: Memory
    newest: ContactEvent
    refused: bool


@attrs.frozen(kw_only=True)
class EventOutcome:
    """The new state of one event of a claim.

    Attributes:
        state: The state.
        reason: Its reason.
        due: The time of the next attempt, if the event waits.
    """

    state: EventState
    reason: str = ""
    due: float = 0.0


def candidates(
    connection: sqlite3.Connection,
    now: float,
    lease: float,
    contact: str | None,
    alive: Callable[[int], bool],
) -> Iterator[str]:
    """Yield the contacts that may be claimed, the longest due first.

    Each is searched when the caller is done with the one before.
    """
    condition = "e.due <= ?" if contact is None else "e.contact = ?"
    freed = False
    while True:
        chosen = connection.execute(
            "SELECT e.contact FROM events e JOIN contacts c USING (contact)"  # noqa: S608  (one of two texts)
            f" WHERE e.state = 'waiting' AND {condition} AND c.until <= ?"
            " ORDER BY e.due, e.number LIMIT 1",
            (now if contact is None else contact, now),
        ).fetchone()
        if chosen is not None:
            yield str(chosen[0])
        elif freed or not _free(connection, now, lease, alive):
            return
        else:
            freed = True


def _free(
    connection: sqlite3.Connection, now: float, lease: float, alive: Callable[[int], bool]
) -> bool:
    """End leases of processes that ended, and shorten what a clock that was set back made longer.

    Returns:
        Whether another contact may be claimed now.
    """
    rows = connection.execute("SELECT DISTINCT owner FROM contacts WHERE until > ?", (now,))
    gone = [(owner,) for (owner,) in rows.fetchall() if is_gone(owner, alive)]
    connection.executemany("UPDATE contacts SET until = 0 WHERE owner = ?", gone)
    # A pause is counted from the time at which it was written, so that time is in the future, too.
    shortened = connection.execute(
        "UPDATE events SET due = ? WHERE state = 'waiting' AND due > ?"
        " AND COALESCE(settled, received) > ?",
        (now, now, now),
    ).rowcount
    # The owner may be at work: the lease is cut to its whole length from now.
    connection.execute("UPDATE contacts SET until = ? WHERE until > ?", (now + lease, now + lease))
    return bool(gone or shortened)


def read_claim(connection: sqlite3.Connection, contact: str, owner: str) -> InboxClaim | str:
    """Return a claim on a contact, or which part of it cannot be read. Shows no values."""
    advice = "event {} of this contact cannot be read: drop it, then retry the others"
    # As bytes: the text may be damaged, and the module would refuse to return it.
    waiting = connection.execute(
        "SELECT number, CAST(payload AS BLOB), attempts FROM events"
        " WHERE contact = ? AND state = 'waiting' ORDER BY happened, number",
        (contact,),
    ).fetchall()
    (stored,) = connection.execute(
        "SELECT CAST(memory AS BLOB) FROM contacts WHERE contact = ?", (contact,)
    ).fetchone()
    memory = _memory_of(stored)
    if memory is None:
        return "what is remembered of the contact cannot be read"
    pending = []
    for number, payload, attempts in waiting:
        event = event_of(payload)
        if event is None:
            return advice.format(number)
        pending.append(Pending(number, event, attempts))
    newest = without_fields = None
    for number, payload, state in connection.execute(KEPT, (contact,)).fetchall():
        event = event_of(payload)
        # The memory knows the time of an event that is done.
        if event is None and state != "done":
            return advice.format(number)
        if event is not None and event.has_fields:
            newest = event
            break
        without_fields = without_fields or event
    newest = newest or without_fields or pending[-1].event
    others = connection.execute(
        "SELECT 1 FROM contacts WHERE refused = ? AND contact != ? LIMIT 1",
        (newest.address_hash, contact),
    ).fetchone()
    return InboxClaim(
        contact=contact,
        owner=owner,
        pending=tuple(pending),
        memory=memory,
        newest=newest,
        refused=others is not None,
    )


def refused_address(connection: sqlite3.Connection, contact: str) -> str | None:
    """Return the hash of a contact's address if the contact must not be mailed.

    What waits counts as well: a refusal holds from its arrival, whether or not it could be dealt
    with.
    """
    (stored,) = connection.execute(
        "SELECT CAST(memory AS BLOB) FROM contacts WHERE contact = ?", (contact,)
    ).fetchone()
    memory = _memory_of(stored) or Memory()
    for (payload,) in connection.execute(
        "SELECT CAST(payload AS BLOB) FROM events WHERE contact = ?"
        " AND state IN ('waiting', 'dead_letter') ORDER BY happened, number",
        (contact,),
    ):
        event = event_of(payload)
        memory = memory if event is None else remember(event, memory)
    return memory.address if memory.blocked else None


def event_of(payload: bytes | None) -> ContactEvent | None:
    """Return a kept event, if it can be read."""
    try:
        return ContactEvent.from_json((payload or b"").decode("utf-8", "surrogatepass"))
    except Exception:  # noqa: BLE001  (a file that was damaged may hold anything)
        return None


def _memory_of(stored: bytes | None) -> Memory | None:
    """Return what is remembered, if each part has its type.

    A damaged part must not be read as "may be mailed".
    """
    try:
        content = json.loads(stored or b"")
        memory = Memory(**{**content, "fired": tuple(content.get("fired", ()))})
        points: Any = 0.0 if memory.points is None else memory.points
        numbers = [points, memory.newest, memory.blocked_at]
        numbers += [*memory.pushed.values(), *memory.segments.values()]
        parts: list[tuple[Any, Any]] = [(one, int | float) for one in numbers]
        parts += [(one, bool) for one in (memory.blocked, memory.followed, memory.deleted)]
        parts += [(one, str) for one in (*memory.fired, memory.reason or "", memory.address or "")]
        return memory if all(isinstance(part, kind) for part, kind in parts) else None
    except Exception:  # noqa: BLE001  (a file that was damaged may hold anything)
        return None
