"""The inbox keeps each event from its arrival until it is dealt with."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import attrs

from icontact._sqlite import Checked, FileFormat
from icontact.integrations._processes import lives, new_owner
from icontact.integrations._storage import Storage
from icontact.integrations.decide import Memory
from icontact.integrations.events import ContactEvent
from icontact.integrations.inbox_records import (
    CONTACTS,
    EVENTS,
    FORMAT,
    KEPT,
    SET_ASIDE,
    EventOutcome,
    EventState,
    InboxClaim,
    InboxEntry,
    candidates,
    event_of,
    read_claim,
    refused_address,
)

__all__ = ["EventOutcome", "EventState", "Inbox", "InboxClaim", "InboxEntry"]

logger: logging.Logger = logging.getLogger("icontact")

#: An event from further in the future counts as one of now.
_AHEAD = 3600.0

#: Precedes the reason of an event that was not tried because none is.
_ALL_WAIT = "all events wait: "

#: The columns of an event that people see, beside its address.
_SHOWN = "number type state contact happened received due attempts reason".split()


class Inbox(Storage):
    """Events in an SQLite file, shared by threads and by processes of one machine.

    The file holds people's data, and only its owner can read it. Values are kept until an event is
    dealt with, and those of a contact's last event for a while longer; see :meth:`prune`.

    Args:
        path: The file; made if it does not exist.
        clock: Returns the seconds since 1970.
        alive: Returns whether a process of this machine runs, by its number.

    Raises:
        ConfigError: If the file cannot be opened, or is something else.
    """

    _KIND: ClassVar[str] = "an inbox"
    _FORMAT: ClassVar[FileFormat] = FORMAT
    _CHECKED: ClassVar[tuple[Checked, ...]] = (EVENTS, CONTACTS)
    _SET_ASIDE: ClassVar[tuple[str, ...]] = SET_ASIDE

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
        """Keep events, all or none of them, and return the number of new ones.

        When this returns, they are on the disk.

        Raises:
            TypeError: If a value of a contact cannot be kept.
        """
        now, present = self._clock(), datetime.fromtimestamp(self._clock(), UTC)
        rows, kept_events = [], []
        for event in events:
            # From further in the future than clocks differ: all later events would be older.
            kept = attrs.evolve(event, happened_at=present) if event.at > now + _AHEAD else event
            kept_events.append(kept)
            kind = kept.type.value
            rows.append((kept.identity, kept.key, kind, kept.at, now, now, kept.to_json()))
        if not rows:
            return 0
        with self._transaction(durable=True) as connection:
            new = connection.executemany(
                "INSERT INTO events (identity, contact, type, happened, received, due, payload,"
                " state) VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING",
                rows,
            ).rowcount
            connection.executemany(
                "INSERT INTO contacts (contact) VALUES (?) ON CONFLICT DO NOTHING",
                [(row[1],) for row in rows],
            )
            refusing = dict.fromkeys(one.key for one in kept_events if one.do_not_contact)
            _keep_refusals(connection, refusing)
        return new

    def claim(self, *, lease: float, contact: str | None = None) -> InboxClaim | None:
        """Reserve the events of the contact that has waited longest.

        Args:
            lease: Seconds until other processes may take it, if this one hangs.
            contact: This contact instead, whether or not it is due.

        If something of a contact cannot be read, its events become dead letters with the reason,
        and the next contact is taken.

        Returns:
            ``None`` if nothing is due, or other processes deal with all of it.
        """
        now, owner = self._clock(), new_owner()
        with self._transaction() as connection:
            for name in candidates(connection, now, lease, contact, self._alive):
                claim = read_claim(connection, name, owner)
                if isinstance(claim, InboxClaim):
                    connection.execute(
                        "UPDATE contacts SET owner = ?, until = ? WHERE contact = ?",
                        (owner, now + lease, name),
                    )
                    return claim
                # A contact that cannot be read must not block the others.
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
        """Write the outcomes of a claim, and release it.

        Returns:
            Whether the claim still held; if not, another process has it, and nothing was written.
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
            kept = connection.execute(KEPT, (claim.contact,)).fetchall()
            events = ((number, event_of(payload)) for number, payload, _ in kept)
            newest = next((one for one, event in events if event and event.has_fields), None)
            keep = -1 if newest is None or memory.deleted else newest
            connection.execute(
                "UPDATE events SET payload = NULL"
                " WHERE contact = ? AND state = 'done' AND number != ? AND payload IS NOT NULL",
                (claim.contact, keep),
            )
            _keep_refusals(connection, [claim.contact])
        return True

    def renew(self, claim: InboxClaim, *, lease: float) -> bool:
        """Extend a claim; return whether it still held."""
        sql = "UPDATE contacts SET until = ? WHERE contact = ? AND owner = ?"
        return bool(self._change(sql, (self._clock() + lease, claim.contact, claim.owner)))

    def waits(self, identity: str) -> bool:
        """Return whether an event waits."""
        sql = "SELECT 1 FROM events WHERE identity = ? AND state = 'waiting'"
        return bool(self._rows(sql, (identity,)))

    def dead_letter_reason(self, identity: str) -> str | None:
        """Return why this event became a dead letter, if it was."""
        sql = "SELECT reason FROM events WHERE identity = ? AND state = 'dead_letter'"
        rows = self._rows(sql, (identity,))
        return str(rows[0][0]) if rows else None

    def explain(self, reason: str) -> None:
        """Write why all due events wait, where they have no reason of their own."""
        self._change(
            "UPDATE events SET reason = ? WHERE state = 'waiting' AND due <= ?"
            " AND (reason = '' OR substr(reason, 1, ?) = ?)",
            (_ALL_WAIT + reason, self._clock(), len(_ALL_WAIT), _ALL_WAIT),
        )

    def counts(self) -> dict[str, int]:
        """Return the number of events in each state."""
        found = self._rows("SELECT state, COUNT(*) FROM events GROUP BY state")
        return {state.value: 0 for state in EventState} | dict(found)

    def counts_by_type(self) -> list[tuple[str, str, int]]:
        """Return type, state and number of the events."""
        sql = "SELECT type, state, COUNT(*) FROM events GROUP BY type, state ORDER BY type, state"
        return self._rows(sql)

    def check_writable(self) -> None:
        """Make sure that events can be kept.

        Raises:
            sqlite3.Error: If they cannot.
        """
        self._change("UPDATE contacts SET until = 0 WHERE contact IS NULL", ())

    def oldest_waiting(self) -> float | None:
        """Return the age of the oldest waiting event in seconds, if any waits."""
        oldest = self._rows("SELECT MIN(received) FROM events WHERE state = 'waiting'")[0][0]
        return None if oldest is None else max(0.0, self._clock() - oldest)

    def next_due(self) -> float | None:
        """Return the seconds until the next event is due, if any waits."""
        due = self._rows("SELECT MIN(due) FROM events WHERE state = 'waiting'")[0][0]
        return None if due is None else max(0.0, due - self._clock())

    def entries(
        self, *, states: Sequence[EventState | str] = tuple(EventState), limit: int = 100
    ) -> list[InboxEntry]:
        """Return events in these states, the oldest first, up to a limit."""
        marks = ", ".join("?" * len(states))
        rows = self._rows(
            f"SELECT {', '.join(_SHOWN)}, CAST(payload AS BLOB) FROM events"  # noqa: S608  (names, and question marks)
            f" WHERE state IN ({marks}) ORDER BY number LIMIT ?",
            (*(str(EventState(state)) for state in states), limit),
        )
        found = []
        for *values, payload in rows:
            event = event_of(payload)
            email = None if event is None else event.email
            found.append(InboxEntry(email=email, **dict(zip(_SHOWN, values, strict=True))))
        return found

    def retry(self, number: int | None = None) -> int:
        """Let waiting events and dead letters be tried at once: one, or all of them.

        Returns:
            The number of these events.
        """
        return self._change(
            "UPDATE events SET state = 'waiting', due = ?"
            " WHERE state IN ('waiting', 'dead_letter') AND number = COALESCE(?, number)",
            (self._clock(), number),
        )

    def drop(self, number: int) -> bool:
        """Give up a waiting event or a dead letter, and delete its values.

        The event stays known, so that a repetition does not count as a new one.

        Returns:
            Whether there was such an event.
        """
        sql = (
            "UPDATE events SET state = 'dropped', payload = NULL, settled = ?"
            " WHERE number = ? AND state IN ('waiting', 'dead_letter')"
        )
        return bool(self._change(sql, (self._clock(), number)))

    def prune(self, *, payloads: float, identities: float) -> None:
        """Delete the values of events that are done, and later the events; both after seconds."""
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


def _keep_refusals(connection: sqlite3.Connection, contacts: Iterable[str]) -> None:
    """Write which addresses must not be mailed, for other contacts that have the same."""
    connection.executemany(
        "UPDATE contacts SET refused = ? WHERE contact = ?",
        [(refused_address(connection, contact), contact) for contact in contacts],
    )
