"""An unreadable event becomes a dead letter with its reason, and blocks no other contact."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from icontact.integrations.inbox import EventState, Inbox
from icontact.integrations.triggers import PointTrigger
from tests.integrations.conftest import MakeIntegration
from tests.integrations.support import event
from tests.unit.support import Clock

Damage = Callable[..., None]


@pytest.fixture
def damage(store: Path) -> Damage:
    def change(sql: str, *values: object) -> None:
        connection = sqlite3.connect(store)
        with connection:
            assert connection.execute(sql, values).rowcount == 1
        connection.close()

    return change


PAYLOAD = "UPDATE events SET payload = CAST(? AS TEXT) WHERE number = ?"
MEMORY = "UPDATE contacts SET memory = CAST(? AS TEXT) WHERE contact = '1'"


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"\xff\xfe\x00", b"[]", b"{}", b'{"type": "saved"}', b"[" * 99_999]
)
def test_an_event_that_cannot_be_read_does_not_block_the_queue(
    make: MakeIntegration, damage: Damage, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    integration = make()
    integration.accept([event(), event(number=2)])
    damage(PAYLOAD, payload, 1)
    assert integration.work() == 1
    poisoned, other = integration.inbox.entries()
    assert (poisoned.state, poisoned.email, poisoned.attempts) == (EventState.DEAD_LETTER, None, 1)
    assert (
        poisoned.reason == "event 1 of this contact cannot be read: drop it, then retry the others"
    )
    assert other.state is EventState.DONE
    assert "dead letters: event 1 of this contact" in caplog.text


@pytest.mark.parametrize(
    "memory",
    [
        b"{",
        b"[]",
        b"\xff",
        b'{"unknown": 1}',
        b'{"newest": "x"}',
        b'{"points": "x"}',
        b'{"blocked": "no"}',
        b'{"fired": [1]}',
        b'{"reason": 5}',
        b'{"pushed": []}',
        b'{"segments": {"a": null}}',
    ],
)
def test_a_memory_that_cannot_be_read_does_not_block_the_queue(
    make: MakeIntegration, damage: Damage, memory: bytes
) -> None:
    integration = make()
    integration.accept([event(), event(number=2)])
    damage(MEMORY, memory)
    assert integration.work() == 1
    poisoned, other = integration.inbox.entries()
    assert poisoned.state is EventState.DEAD_LETTER
    assert poisoned.reason == "what is remembered of the contact cannot be read"
    assert other.state is EventState.DONE


def test_a_handled_event_returns_its_outcome(make: MakeIntegration, damage: Damage) -> None:
    integration = make()
    integration.accept([event()])
    damage(PAYLOAD, b"{", 1)
    outcome = integration.handle(event(at=1))
    assert outcome is not None
    assert (outcome.status, outcome.reason[:8]) == ("rejected", "event 1 ")


def test_a_dropped_event_does_not_block_others(make: MakeIntegration, damage: Damage) -> None:
    integration = make()
    integration.accept([event(), event(at=-5)])
    damage(PAYLOAD, b"{", 1)
    assert integration.work() == 0
    # The newest state that arrived is the one that cannot be read.
    integration.inbox.retry(2)
    assert integration.work() == 0
    integration.inbox.drop(1)
    integration.inbox.retry()
    assert integration.work() == 1
    assert integration.inbox.counts() == {"waiting": 0, "done": 1, "dead_letter": 0, "dropped": 1}


def test_values_that_were_dealt_with_are_not_pushed_over_by_older_ones(
    make: MakeIntegration, damage: Damage, clock: Clock
) -> None:
    integration = make()
    integration.handle(event(at=5))
    damage(PAYLOAD, b"{", 1)
    assert integration.handle(event(at=1)) is None
    assert integration.inbox.entries()[1].reason == "newer values were pushed before"
    assert getattr(integration.handle(event(at=9)), "status", None) == "unchanged"


def test_a_deletion_needs_no_state(make: MakeIntegration, damage: Damage) -> None:
    integration = make()
    integration.handle(event())
    damage(PAYLOAD, b"{", 1)
    assert integration.handle(event("deleted", at=1)) is None
    assert integration.inbox.counts()["done"] == 2


def test_a_value_that_no_rule_can_take_lets_go_of_the_contact(
    make: MakeIntegration, damage: Damage, clock: Clock
) -> None:
    integration = make(PointTrigger(minimum=5))
    integration.accept([event("points_changed", new_points=7.0)])
    damage("UPDATE events SET payload = replace(payload, '7.0', '\"x\"')")
    with pytest.raises(TypeError):
        integration.work()
    (entry,) = integration.inbox.entries()
    assert entry.reason == "unexpected error: TypeError"
    clock.now += 60
    assert integration.inbox.claim(lease=60) is not None


def test_an_event_with_a_damaged_text_is_shown_as_a_dead_letter(
    make: MakeIntegration, damage: Damage, store: Path
) -> None:
    integration = make()
    integration.accept([event(), event(number=2)])
    damage("UPDATE events SET type = CAST(? AS TEXT) WHERE number = ?", b"save\xe4", 1)
    integration.inbox.close()

    poisoned, other = Inbox(store).entries()
    assert (poisoned.state, poisoned.type) == (EventState.DEAD_LETTER, "save\ufffd")
    assert other.state is EventState.WAITING
