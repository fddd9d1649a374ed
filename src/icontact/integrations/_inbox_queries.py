"""The queries behind an inbox: which contact is next, and what is known of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from icontact.integrations._processes import is_gone
from icontact.integrations.decide import Memory, Pending
from icontact.integrations.events import ContactEvent

__all__ = ["NEWEST", "ContactHistory", "address_of", "candidates", "read_history"]

#: The events of a contact whose values are kept, the newest first. A deletion has no values.
NEWEST = """
SELECT number, CAST(payload AS BLOB), state FROM events
WHERE contact = ? AND payload IS NOT NULL AND type != 'deleted'
ORDER BY happened DESC, number DESC
"""

_NUMBERS = ("newest", "blocked_at")
_SWITCHES = ("blocked", "followed", "deleted")


@attrs.frozen
class ContactHistory:
    """All that is known of a contact."""

    pending: tuple[Pending, ...]
    memory: Memory
    newest: ContactEvent


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
    while (chosen := _next(connection, now, contact)) is not None:
        yield chosen
    if _free_leases(connection, now, alive) + _follow_clock(connection, now, lease):
        while (chosen := _next(connection, now, contact)) is not None:
            yield chosen


def _next(connection: sqlite3.Connection, now: float, contact: str | None) -> str | None:
    condition = "e.due <= ?" if contact is None else "e.contact = ?"
    values = (now if contact is None else contact, now)
    chosen = connection.execute(
        "SELECT e.contact FROM events e JOIN contacts c USING (contact)"  # noqa: S608  (one of two texts)
        f" WHERE e.state = 'waiting' AND {condition} AND c.until <= ?"
        " ORDER BY e.due, e.number LIMIT 1",
        values,
    ).fetchone()
    return None if chosen is None else str(chosen[0])


def _free_leases(connection: sqlite3.Connection, now: float, alive: Callable[[int], bool]) -> int:
    """End the leases of processes of this machine that ended."""
    rows = connection.execute("SELECT DISTINCT owner FROM contacts WHERE until > ?", (now,))
    gone = [(owner,) for (owner,) in rows.fetchall() if is_gone(owner, alive)]
    connection.executemany("UPDATE contacts SET until = 0 WHERE owner = ?", gone)
    return len(gone)


def _follow_clock(connection: sqlite3.Connection, now: float, lease: float) -> int:
    """Shorten pauses and leases that were written before the clock was set back."""
    # A pause is counted from the time at which it was written, so that time is in the future, too.
    freed = connection.execute(
        "UPDATE events SET due = ? WHERE state = 'waiting' AND due > ?"
        " AND COALESCE(settled, received) > ?",
        (now, now, now),
    ).rowcount
    # The owner may be at work: the lease is cut to its whole length from now.
    connection.execute("UPDATE contacts SET until = ? WHERE until > ?", (now + lease, now + lease))
    return freed


def read_history(connection: sqlite3.Connection, contact: str) -> ContactHistory | str:
    """Return what is known of a contact, or which part of it cannot be read. Shows no values."""
    # As bytes: the text may be damaged, and the module would refuse to return it.
    waiting = connection.execute(
        "SELECT number, CAST(payload AS BLOB), attempts FROM events"
        " WHERE contact = ? AND state = 'waiting' ORDER BY happened, number",
        (contact,),
    ).fetchall()
    (stored,) = connection.execute(
        "SELECT CAST(memory AS BLOB) FROM contacts WHERE contact = ?", (contact,)
    ).fetchone()
    memory = _memory(stored)
    if memory is None:
        return "what is remembered of the contact cannot be read"
    return _history(waiting, memory, connection.execute(NEWEST, (contact,)).fetchall())


def _history(
    waiting: Sequence[tuple[int, bytes | None, int]],
    memory: Memory,
    kept: Sequence[tuple[int, bytes, str]],
) -> ContactHistory | str:
    pending = []
    for number, payload, attempts in waiting:
        event = _event(payload)
        if event is None:
            return _advice(number)
        pending.append(Pending(number, event, attempts))
    for number, payload, state in kept:
        newest = _event(payload)
        if newest is not None:
            return ContactHistory(tuple(pending), memory, newest)
        # The memory knows the time of an event that is done.
        if state != "done":
            return _advice(number)
    return ContactHistory(tuple(pending), memory, pending[-1].event)


def address_of(payload: bytes | None) -> str | None:
    """Return the address of an event, if it is kept and can be read."""
    event = None if payload is None else _event(payload)
    return None if event is None else event.email


def _advice(number: int) -> str:
    return f"event {number} of this contact cannot be read: drop it, then retry the others"


def _event(payload: bytes | None) -> ContactEvent | None:
    try:
        return ContactEvent.from_json((payload or b"").decode("utf-8", "surrogatepass"))
    except Exception:  # noqa: BLE001  (a file that was damaged may hold anything)
        return None


def _memory(stored: bytes | None) -> Memory | None:
    try:
        content = json.loads(stored or b"")
        memory = Memory(**{**content, "fired": tuple(content.get("fired", ()))})
        return memory if _is_sound(memory) else None
    except Exception:  # noqa: BLE001  (a file that was damaged may hold anything)
        return None


def _is_sound(memory: Memory) -> bool:
    """Whether each part has its type; a damaged one must not be read as "may be mailed"."""
    points: Any = 0.0 if memory.points is None else memory.points
    numbers = [points, *(getattr(memory, name) for name in _NUMBERS)]
    numbers += [*memory.pushed.values(), *memory.segments.values()]
    texts = [*memory.fired, memory.reason or ""]
    return (
        all(isinstance(one, int | float) for one in numbers)
        and all(isinstance(getattr(memory, name), bool) for name in _SWITCHES)
        and all(isinstance(one, str) for one in texts)
    )
