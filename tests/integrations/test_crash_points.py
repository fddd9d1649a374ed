"""Wherever the store fails, repeated events end as if nothing had happened."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from icontact.integrations import mautic, triggers
from icontact.integrations.inbox import Inbox
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from tests.integrations.support import SECRET, encoded, hook, pointed, saved, subscribed
from tests.unit.support import Clock

#: Two contacts: one passes a minimum and changes, the other wants no mail any more.
BODY = encoded(
    {
        **hook("lead_post_save_new", saved(1), saved(2)),
        **hook("lead_points_change", pointed(1, 5, 15, at=1, city="Durham")),
        **hook("lead_channel_subscription_changed", subscribed(2, "unsubscribed", at=2)),
    }
)
RULES = (triggers.ContactTrigger("saved"), triggers.PointTrigger(minimum=10))

#: More than any run needs.
_MOST = 400


class CrashError(sqlite3.OperationalError):
    """The machine stops here."""


class Fuse:
    """Breaks at one statement: before it reaches the file, or after.

    Args:
        at: At which one, from 1 on.
        late: Whether the file has it already.
    """

    def __init__(self, at: int, *, late: bool) -> None:
        self.left, self.late = at, late

    @property
    def blown(self) -> bool:
        return self.left <= 0

    def run(self, statement: Callable[..., Any], *values: Any) -> Any:
        # What is broken stays broken: nothing tidies up after a crash.
        if self.left < 1:
            raise CrashError
        self.left -= 1
        if self.left == 0 and not self.late:
            raise CrashError
        done = statement(*values)
        if self.left == 0:
            raise CrashError
        return done


class Fused:
    """A connection with a fuse."""

    def __init__(self, connection: sqlite3.Connection, fuse: Fuse) -> None:
        self._connection, self._fuse = connection, fuse

    def execute(self, *values: Any) -> Any:
        return self._fuse.run(self._connection.execute, *values)

    def executemany(self, *values: Any) -> Any:
        return self._fuse.run(self._connection.executemany, *values)

    def rollback(self) -> None:
        self._connection.rollback()


class FusedInbox(Inbox):
    """An inbox in which the fuse is put after it was opened."""

    fuse: Fuse | None = None

    @property
    def _connection(self) -> Any:
        connection = super()._connection
        return connection if self.fuse is None else Fused(connection, self.fuse)


class Place:
    """A store, and the list that is pushed to."""

    def __init__(self, store: Path, clock: Clock, push: ListPush, sandbox: Sandbox) -> None:
        self.store, self.clock, self.push, self.sandbox = store, clock, push, sandbox
        self.before = len(sandbox.requests)

    def process(self, fuse: Fuse | None = None) -> triggers.PushIntegration:
        """Start; every process before this one is dead."""
        inbox = FusedInbox(self.store, clock=self.clock, alive=lambda _: False)
        inbox.fuse = fuse
        return triggers.PushIntegration(
            self.push, RULES, inbox, follow_unsubscribes=True, clock=self.clock
        )

    def receive(self, process: triggers.PushIntegration) -> int:
        return process.receive(BODY, signature=mautic.sign(BODY, SECRET), secret=SECRET)

    def work_off(self) -> None:
        process = self.process()
        while process.inbox.counts()["waiting"]:
            self.clock.now += 60
            process.work()
        process.close()

    def end(self) -> tuple[Any, ...]:
        """Everything but when it was: the store, and what iContact has."""
        connection = sqlite3.connect(self.store)
        events = connection.execute(
            "SELECT identity, contact, type, happened, state, payload IS NULL FROM events"
            " ORDER BY identity"
        ).fetchall()
        contacts = connection.execute(
            "SELECT contact, memory FROM contacts ORDER BY contact"
        ).fetchall()
        (healthy,) = connection.execute("PRAGMA integrity_check").fetchone()
        connection.close()
        arrived = list(self.sandbox.requests)[self.before :]
        writes = sorted(one.path for one in arrived if one.method != "GET")
        folder = self.push.folder
        there = sorted((one.email, one.city) for one in folder.contacts.list())
        status = [(one.contact_id, str(one.status)) for one in folder.subscriptions.list()]
        return events, contacts, healthy, writes, there, status


@pytest.fixture
def places(tmp_path: Path, clock: Clock, push: ListPush, sandbox: Sandbox) -> Callable[[], Place]:
    """Make one after the other: an empty store, and an iContact that knows one of the two."""
    [known] = sandbox.seed(contacts=[{"email": "person2@example.com"}]).contact_ids
    sandbox.seed(subscriptions=[{"contactId": known, "listId": push.list.list_id}])
    snapshot, start, numbers = sandbox.snapshot(), clock.now, count()

    def place() -> Place:
        clock.now = start
        sandbox.restore(snapshot)
        return Place(tmp_path / f"{next(numbers)}.sqlite", clock, push, sandbox)

    return place


@pytest.fixture
def untroubled(places: Callable[[], Place]) -> tuple[Any, ...]:
    place = places()
    process = place.process()
    assert place.receive(process) == 4
    process.close()
    place.work_off()
    end = place.end()
    assert [row[4] for row in end[0]] == ["done"] * 4
    assert len(end[3]) == 3  # a contact, its subscription, and an unsubscription
    return end


@pytest.mark.parametrize("late", [False, True])
def test_a_crash_while_a_web_hook_is_kept_keeps_all_of_it_or_nothing(
    places: Callable[[], Place], untroubled: tuple[Any, ...], late: bool
) -> None:
    for at in range(1, _MOST):
        place, fuse = places(), Fuse(at, late=late)
        process = place.process(fuse)
        with suppress(CrashError):
            place.receive(process)
        blown = fuse.blown
        process.close()
        again = place.process()
        assert sum(again.inbox.counts().values()) in (0, 4)
        assert place.receive(again) in (0, 4)
        again.close()
        place.work_off()
        assert place.end() == untroubled, at
        if not blown:
            break
    assert at > 5


@pytest.mark.no_cover
@pytest.mark.parametrize("late", [False, True])
def test_a_crash_while_contacts_are_pushed_loses_and_repeats_nothing(
    places: Callable[[], Place], untroubled: tuple[Any, ...], late: bool
) -> None:
    received = places()
    process = received.process()
    received.receive(process)
    process.close()
    for at in range(1, _MOST):
        place, fuse = places(), Fuse(at, late=late)
        shutil.copy(received.store, place.store)
        process = place.process(fuse)
        with suppress(CrashError):
            process.work()
        blown = fuse.blown
        process.close()
        place.work_off()
        assert place.end() == untroubled, at
        if not blown:
            break
    assert at > 15
