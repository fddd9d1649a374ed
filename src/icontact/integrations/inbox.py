"""The inbox: every event is here before anybody is told that it arrived, until it is dealt with."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import attrs

from icontact.integrations._inbox_decoding import address_of, found
from icontact.integrations._inbox_file import InboxFile
from icontact.integrations._owners import is_gone, lives, new_owner
from icontact.integrations.decide import Memory, Pending
from icontact.integrations.events import ContactEvent

__all__ = ["EventOutcome", "EventState", "Inbox", "InboxClaim", "InboxEntry"]

logger: logging.Logger = logging.getLogger("icontact")

#: An event from further in the future than clocks differ counts as one of now.
_AHEAD = 3600.0

#: What is still to be seen of an event, newest state first; a deletion has no state to push.
_NEWEST = """
SELECT number, CAST(payload AS BLOB), state FROM events
WHERE contact = ? AND payload IS NOT NULL AND type != 'deleted'
ORDER BY happened DESC, number DESC
"""

#: Before the reason of an event that was not tried, since nobody's is.
_ALL_WAIT = "all events wait: "


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
        state: Where it stands.
        contact: Whom it is about: an id.
        email: The address, as long as it is kept.
        happened: When it happened, in seconds since 1970.
        received: When it arrived.
        due: When it is tried next.
        attempts: How often it was tried.
        reason: Why it stands there.
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
    """All that waits for one contact, and the right to deal with it for a while.

    Attributes:
        contact: Who.
        owner: Whose claim it is.
        pending: The events.
        memory: What earlier ones left behind.
        newest: The newest state of the contact that is kept.
    """

    contact: str
    owner: str
    pending: tuple[Pending, ...]
    memory: Memory
    newest: ContactEvent


@attrs.frozen(kw_only=True)
class EventOutcome:
    """What became of one event of a claim.

    Attributes:
        state: Where it stands now.
        reason: Why.
        due: When it is to be tried again, if it waits.
    """

    state: EventState
    reason: str = ""
    due: float = 0.0


class Inbox(InboxFile):
    """Events in an SQLite file, shared by threads and by processes of one machine.

    The file holds people's data and is its owner's alone. Values are kept until an event is dealt
    with, and those of a contact's last event for a while longer; see :meth:`prune`.

    Args:
        path: The file; made if it is not there.
        clock: Seconds since 1970.
        alive: Tells whether a process of this machine lives, by its number.

    Raises:
        ConfigError: If the file cannot be opened, or is something else.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Callable[[], float] = time.time,
        alive: Callable[[int], bool] | None = None,
    ) -> None:
        super().__init__(path)
        self._clock = clock
        self._alive = lives if alive is None else alive

    def add(self, events: Iterable[ContactEvent]) -> int:
        """Keep events, all or none of them, and return how many were not known yet.

        When this returns, they survive whatever happens to the machine.

        Raises:
            TypeError: If a value of a contact cannot be kept.
        """
        now = self._clock()
        rows = [_stored(event, now) for event in events]
        if not rows:
            return 0
        with self._transaction(durable=True) as connection:
            new = 0
            for row in rows:
                new += connection.execute(
                    "INSERT INTO events (identity, contact, type, happened, received, due, payload,"
                    " state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING",
                    row,
                ).rowcount
                connection.execute(
                    "INSERT INTO contacts (contact) VALUES (?) ON CONFLICT DO NOTHING", (row[1],)
                )
        return new

    def claim(self, *, lease: float, contact: str | None = None) -> InboxClaim | None:
        """Take all that waits for the contact that has waited longest, so that nobody else does.

        Args:
            lease: Seconds until others may take it, should this process be gone.
            contact: This one instead, whether or not it is due.

        If something of a contact cannot be read, its events become dead letters with the reason,
        and the next contact is taken.

        Returns:
            ``None`` if nothing is due, or all of that is being dealt with.
        """
        now = self._clock()
        with self._transaction() as connection:
            for name in self._candidates(connection, now, lease, contact):
                claim = _claim(connection, name)
                if isinstance(claim, InboxClaim):
                    connection.execute(
                        "UPDATE contacts SET owner = ?, until = ? WHERE contact = ?",
                        (claim.owner, now + lease, name),
                    )
                    return claim
                # One contact's fault must not keep all the others waiting.
                connection.execute(
                    "UPDATE events SET state = 'dead_letter', reason = ?, settled = ?,"
                    " attempts = attempts + 1 WHERE contact = ? AND state = 'waiting'",
                    (claim, now, name),
                )
                logger.error("the events of a contact became dead letters: %s", claim)
        return None

    def settle(
        self, claim: InboxClaim, event_outcomes: Mapping[int, EventOutcome], memory: Memory
    ) -> bool:
        """Write down what became of a claim, and let go of it.

        Returns:
            Whether the claim still held; if not, somebody else deals with it, and nothing was
            written.
        """
        now = self._clock()
        with self._transaction() as connection:
            held = connection.execute(
                "UPDATE contacts SET owner = NULL, until = 0, memory = ?"
                " WHERE contact = ? AND owner = ?",
                (json.dumps(attrs.asdict(memory)), claim.contact, claim.owner),
            ).rowcount
            if not held:
                return False
            connection.executemany(
                "UPDATE events SET state = ?, reason = ?, due = ?, settled = ?,"
                " attempts = attempts + 1 WHERE number = ? AND state = 'waiting'",
                [
                    (one.state.value, one.reason, one.due, now, number)
                    for number, one in event_outcomes.items()
                ],
            )
            newest = connection.execute(f"{_NEWEST} LIMIT 1", (claim.contact,)).fetchone()
            keep = -1 if newest is None or memory.deleted else newest[0]
            connection.execute(
                "UPDATE events SET payload = NULL"
                " WHERE contact = ? AND state = 'done' AND number != ? AND payload IS NOT NULL",
                (claim.contact, keep),
            )
        return True

    def renew(self, claim: InboxClaim, *, lease: float) -> bool:
        """Hold a claim for longer; return whether it still held."""
        with self._transaction() as connection:
            return bool(
                connection.execute(
                    "UPDATE contacts SET until = ? WHERE contact = ? AND owner = ?",
                    (self._clock() + lease, claim.contact, claim.owner),
                ).rowcount
            )

    def waits(self, identity: str) -> bool:
        """Return whether this event is yet to be dealt with."""
        sql = "SELECT 1 FROM events WHERE identity = ? AND state = 'waiting'"
        return bool(self._rows(sql, (identity,)))

    def dead_letter_reason(self, identity: str) -> str | None:
        """Return why this event became a dead letter, if it was."""
        sql = "SELECT reason FROM events WHERE identity = ? AND state = 'dead_letter'"
        rows = self._rows(sql, (identity,))
        return str(rows[0][0]) if rows else None

    def explain(self, reason: str) -> None:
        """Write down why all that is due waits, where it has no reason of its own."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE events SET reason = ? WHERE state = 'waiting' AND due <= ?"
                " AND (reason = '' OR substr(reason, 1, ?) = ?)",
                (_ALL_WAIT + reason, self._clock(), len(_ALL_WAIT), _ALL_WAIT),
            )

    def counts(self) -> dict[str, int]:
        """Return how many events stand where; every state is there."""
        found = self._rows("SELECT state, COUNT(*) FROM events GROUP BY state")
        return {state.value: 0 for state in EventState} | {row[0]: row[1] for row in found}

    def counts_by_type(self) -> list[tuple[str, str, int]]:
        """Return type, state and number of the events."""
        sql = "SELECT type, state, COUNT(*) FROM events GROUP BY type, state ORDER BY type, state"
        return self._rows(sql)

    def check_writable(self) -> None:
        """Make sure that events can be kept.

        Raises:
            sqlite3.Error: If they cannot.
        """
        with self._transaction() as connection:
            connection.execute("UPDATE contacts SET until = 0 WHERE contact IS NULL")

    def oldest_waiting(self) -> float | None:
        """Return for how many seconds the oldest event has waited, if any waits."""
        oldest = self._rows("SELECT MIN(received) FROM events WHERE state = 'waiting'")[0][0]
        return None if oldest is None else max(0.0, self._clock() - oldest)

    def next_due(self) -> float | None:
        """Return in how many seconds the next event is due, if any waits."""
        due = self._rows("SELECT MIN(due) FROM events WHERE state = 'waiting'")[0][0]
        return None if due is None else max(0.0, due - self._clock())

    def entries(
        self, *, states: Sequence[EventState | str] = tuple(EventState), limit: int = 100
    ) -> list[InboxEntry]:
        """Return events in these states, the oldest first, at most so many."""
        marks = ", ".join("?" * len(states))
        rows = self._rows(
            "SELECT number, type, state, contact, CAST(payload AS BLOB), happened, received,"  # noqa: S608  (question marks)
            f" due, attempts, reason FROM events WHERE state IN ({marks}) ORDER BY number LIMIT ?",
            (*(str(EventState(state)) for state in states), limit),
        )
        return [_entry(*row) for row in rows]

    def retry(self, number: int | None = None) -> int:
        """Let events that wait or are dead letters be tried at once: one, or all of them.

        Returns:
            How many that were.
        """
        which, values = ("", ()) if number is None else (" AND number = ?", (number,))
        with self._transaction() as connection:
            return connection.execute(
                "UPDATE events SET state = 'waiting', due = ?"  # noqa: S608  (one of two texts)
                f" WHERE state IN ('waiting', 'dead_letter'){which}",
                (self._clock(), *values),
            ).rowcount

    def drop(self, number: int) -> bool:
        """Give up an event that waits or is a dead letter, and forget its values.

        It stays known, so that a repetition is not taken for something new.

        Returns:
            Whether there was such an event.
        """
        with self._transaction() as connection:
            return bool(
                connection.execute(
                    "UPDATE events SET state = 'dropped', payload = NULL, settled = ?"
                    " WHERE number = ? AND state IN ('waiting', 'dead_letter')",
                    (self._clock(), number),
                ).rowcount
            )

    def prune(self, *, payloads: float, identities: float) -> None:
        """Forget what is done with: values after so many seconds, and that it was at all."""
        now = self._clock()
        with self._transaction() as connection:
            connection.execute(
                "UPDATE events SET payload = NULL"
                " WHERE state = 'done' AND settled <= ? AND payload IS NOT NULL",
                (now - payloads,),
            )
            connection.execute(
                "DELETE FROM events WHERE state IN ('done', 'dropped') AND settled <= ?",
                (now - identities,),
            )

    def _candidates(
        self, connection: sqlite3.Connection, now: float, lease: float, contact: str | None
    ) -> Iterator[str]:
        """Yield who may be claimed; each is asked for when those before became dead letters."""
        while (chosen := _choose(connection, now, contact)) is not None:
            yield chosen
        if self._free_the_dead(connection, now) + _mind_the_clock(connection, now, lease):
            while (chosen := _choose(connection, now, contact)) is not None:
                yield chosen

    def _free_the_dead(self, connection: sqlite3.Connection, now: float) -> int:
        """End the leases of processes of this machine that are no more."""
        rows = connection.execute("SELECT DISTINCT owner FROM contacts WHERE until > ?", (now,))
        dead = [(owner,) for (owner,) in rows.fetchall() if is_gone(owner, self._alive)]
        connection.executemany("UPDATE contacts SET until = 0 WHERE owner = ?", dead)
        return len(dead)


def _stored(event: ContactEvent, now: float) -> tuple[Any, ...]:
    if event.at > now + _AHEAD:
        # Or all that follows would be older than this.
        event = attrs.evolve(event, happened_at=datetime.fromtimestamp(now, UTC))
    kind = event.type.value
    return event.identity, event.key, kind, event.at, now, now, event.to_json()


def _choose(connection: sqlite3.Connection, now: float, contact: str | None) -> str | None:
    condition = "e.due <= ?" if contact is None else "e.contact = ?"
    values = (now if contact is None else contact, now)
    chosen = connection.execute(
        "SELECT e.contact FROM events e JOIN contacts c USING (contact)"  # noqa: S608  (one of two texts)
        f" WHERE e.state = 'waiting' AND {condition} AND c.until <= ?"
        " ORDER BY e.due, e.number LIMIT 1",
        values,
    ).fetchone()
    return None if chosen is None else str(chosen[0])


def _mind_the_clock(connection: sqlite3.Connection, now: float, lease: float) -> int:
    """Let nothing wait for what was the future before the clock was set back."""
    # Pauses are counted from when they were written down, so that this is in the future, too.
    freed = connection.execute(
        "UPDATE events SET due = ? WHERE state = 'waiting' AND due > ?"
        " AND COALESCE(settled, received) > ?",
        (now, now, now),
    ).rowcount
    # Who holds a contact may well be at work: the lease is cut down to its whole length from now.
    connection.execute("UPDATE contacts SET until = ? WHERE until > ?", (now + lease, now + lease))
    return freed


def _claim(connection: sqlite3.Connection, contact: str) -> InboxClaim | str:
    """Return a claim, not yet written down, or what cannot be read."""
    # As bytes: the text may be damaged, and the module would refuse to hand it out.
    waiting = connection.execute(
        "SELECT number, CAST(payload AS BLOB), attempts FROM events"
        " WHERE contact = ? AND state = 'waiting' ORDER BY happened, number",
        (contact,),
    ).fetchall()
    (told,) = connection.execute(
        "SELECT CAST(memory AS BLOB) FROM contacts WHERE contact = ?", (contact,)
    ).fetchone()
    known = found(waiting, told, connection.execute(_NEWEST, (contact,)).fetchall())
    if isinstance(known, str):
        return known
    return InboxClaim(
        contact=contact,
        owner=new_owner(),
        pending=known.pending,
        memory=known.memory,
        newest=known.newest,
    )


def _entry(
    number: int, kind: str, state: str, contact: str, payload: bytes | None, *rest: Any
) -> InboxEntry:
    happened, received, due, attempts, reason = rest
    return InboxEntry(
        number=number,
        type=kind,
        state=EventState(state),
        contact=contact,
        email=address_of(payload),
        happened=happened,
        received=received,
        due=due,
        attempts=attempts,
        reason=reason,
    )
