"""A damaged inbox is refused, or the damaged events become dead letters; no other event does."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from icontact.errors import ConfigError
from icontact.integrations.inbox import EventOutcome, EventState, Inbox
from tests.integrations.support import event

PAGE = 4096
EVENTS = 120


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "inbox.sqlite"
    inbox = Inbox(path)
    inbox.add([event(number=number, at=number) for number in range(EVENTS)])
    for number in range(40):
        claim = inbox.claim(lease=60)
        assert claim is not None
        state = (EventState.DONE, EventState.DEAD_LETTER, EventState.WAITING)[number % 3]
        verdict = EventOutcome(state=state, reason="a reason", due=1e10)
        inbox.settle(claim, {claim.pending[0].number: verdict}, claim.memory)
    inbox.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path


def read_back(path: Path, content: bytes) -> list[tuple[str, str]] | None:
    """Return what an inbox with this content hands out; ``None`` if it is refused."""
    path.write_bytes(content)
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    try:
        inbox = Inbox(path)
    except ConfigError as error:
        assert "cannot be opened as an inbox" in str(error)
        return None
    try:
        assert sum(inbox.counts().values()) == len(inbox.entries(limit=9999))
        handed_out = []
        while (claim := inbox.claim(lease=60)) is not None:
            handed_out += [(claim.contact, one.event.to_json()) for one in claim.pending]
            assert len(handed_out) <= EVENTS
        return handed_out
    finally:
        inbox.close()


def damaged(content: bytes) -> Iterator[bytes]:
    dice = random.Random(4)
    pages = [content[start : start + PAGE] for start in range(0, len(content), PAGE)]
    for _ in range(60):
        order = [*pages]
        first, second = dice.sample(range(len(pages)), 2)
        order[first], order[second] = order[second], order[first]
        yield b"".join(order)
    for _ in range(120):
        flipped, place = bytearray(content), dice.randrange(len(content))
        flipped[place] ^= 1 << dice.randrange(8)
        yield bytes(flipped)
    for _ in range(20):
        yield content[: dice.randrange(1, len(content))]


def test_no_other_event_is_handed_out(path: Path) -> None:
    content = path.read_bytes()
    right = read_back(path, content)
    assert right is not None
    kept = refused = 0

    for bytes_ in damaged(content):
        found = read_back(path, bytes_)
        if found is None:
            refused += 1
        else:
            kept += 1
            assert set(found) <= set(right)

    assert kept
    assert refused


def test_an_event_that_was_changed_becomes_a_dead_letter(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE events SET payload = replace(payload, 'example', 'exemple')"
            " WHERE state = 'waiting' AND number = (SELECT MAX(number) FROM events)"
        )
        connection.execute("UPDATE events SET state = 'wating' WHERE number = 100")
        connection.execute("UPDATE contacts SET memory = 'x' WHERE contact = '110'")
        connection.commit()

    inbox = Inbox(path)
    dead = [one for one in inbox.entries(limit=9999) if "not as it was written" in one.reason]
    assert [one.number for one in dead] == [100, EVENTS]
    assert inbox.retry(EVENTS) == 1
    assert inbox.claim(lease=60, contact="110") is None
    assert any("what is remembered" in one.reason for one in inbox.entries(limit=9999))
    inbox.close()


def test_the_values_of_an_event_that_is_done_are_forgotten_if_they_were_changed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE events SET payload = '{}' WHERE state = 'done' AND payload IS NOT NULL"
        )
        changed = connection.execute("SELECT changes()").fetchone()[0]
        connection.commit()
    assert changed

    inbox = Inbox(path)

    done = inbox.entries(states=[EventState.DONE], limit=9999)
    assert {one.email for one in done} == {None}
    inbox.close()


def test_tables_that_are_not_as_they_were_made_are_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP INDEX events_by_due")

    with pytest.raises(ConfigError, match="its tables are not as they were made; restore it from"):
        Inbox(path)
