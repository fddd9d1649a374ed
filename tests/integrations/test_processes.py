"""Leases name their process, and neither a restart nor a clock keeps them for long."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from icontact.integrations import _processes
from icontact.integrations.inbox import EventOutcome, EventState, Inbox
from tests.integrations.conftest import MakeIntegration
from tests.integrations.support import event
from tests.unit.support import Clock


@pytest.fixture
def inbox(store: Path, clock: Clock) -> Iterator[Inbox]:
    inbox = Inbox(store, clock=clock)
    inbox.add([event()])
    yield inbox
    inbox.close()


def test_whether_a_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _processes.lives(os.getpid())

    def gone(process: int, signal: int) -> None:
        raise ProcessLookupError

    def foreign(process: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", gone)
    assert not _processes.lives(4711)
    monkeypatch.setattr(os, "kill", foreign)
    assert _processes.lives(4711)
    monkeypatch.setattr(os, "name", "nt")
    monkeypatch.setattr(os, "kill", gone)
    assert _processes.lives(4711)


def test_a_process_restarted_with_its_number_does_not_wait_for_itself(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inbox.claim(lease=1800) is not None
    assert inbox.claim(lease=1800) is None
    monkeypatch.setattr(_processes, "_TOKEN", "another start")
    assert inbox.claim(lease=1800) is not None


def test_a_number_that_another_process_has_now_does_not_hold_a_lease(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inbox.claim(lease=1800) is not None
    here, begun = os.getpid(), _processes._begun(os.getpid())
    # Seen from another process of this start.
    monkeypatch.setattr(os, "getpid", lambda: here + 1)
    monkeypatch.setattr(_processes, "_begun", {here: begun}.get)
    assert inbox.claim(lease=1800) is None
    monkeypatch.setattr(_processes, "_begun", {here: "later"}.get)
    assert inbox.claim(lease=1800) is not None


def test_the_beginning_of_a_process_is_read_whatever_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stat = "7 (a) b (c) S " + " ".join(map(str, range(4, 53)))
    monkeypatch.setattr(Path, "read_text", lambda *_: stat)
    assert _processes._begun(7) == "22"

    def missing(*_: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert _processes._begun(7) == ""


def test_a_process_of_another_machine_counts_as_running() -> None:
    owner = f"not-{socket.gethostname()}/1./x"
    assert not _processes.is_gone(owner, lambda _: False)


def test_a_clock_that_was_set_back_parks_no_event(inbox: Inbox, clock: Clock) -> None:
    claim = inbox.claim(lease=60)
    assert claim is not None
    later = EventOutcome(state=EventState.WAITING, reason="away", due=clock.now + 30)
    inbox.settle(claim, {claim.pending[0].number: later}, claim.memory)
    assert inbox.claim(lease=60) is None
    clock.now -= 86400
    assert inbox.claim(lease=60) is not None


def test_a_clock_that_was_set_back_parks_no_new_event(inbox: Inbox, clock: Clock) -> None:
    clock.now -= 86400
    assert inbox.claim(lease=60) is not None


def test_a_clock_that_was_set_back_makes_no_lease_longer(inbox: Inbox, clock: Clock) -> None:
    assert inbox.claim(lease=60) is not None
    clock.now -= 86400
    assert inbox.claim(lease=60) is None
    clock.now += 59
    assert inbox.claim(lease=60) is None
    clock.now += 1
    assert inbox.claim(lease=60) is not None


def test_a_clock_that_was_set_back_makes_no_rest_longer(
    make: MakeIntegration, clock: Clock
) -> None:
    integration = make()
    integration._rest("away", at_once=True)
    assert integration._pause_left() == 30
    clock.now -= 86400
    integration.accept([event()])
    assert integration.pause() == 0
    assert integration.work() == 1
