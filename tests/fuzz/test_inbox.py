"""A damaged inbox is refused, or its events are handed out as they were, or are dead letters."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from icontact.errors import ConfigError
from icontact.integrations.inbox import EventOutcome, EventState, Inbox
from tests.fuzz.damage import TO_A_DATABASE, Damage
from tests.fuzz.targets import fuzzed, tally
from tests.integrations.support import event

EVENTS = 120
FOLDER = tempfile.TemporaryDirectory()


@cache
def written() -> bytes:
    """Return the file of an inbox with events in every state."""
    path = Path(FOLDER.name) / "right.sqlite"
    inbox = Inbox(path)
    inbox.add([event(number=number, at=number) for number in range(EVENTS)])
    for number in range(40):
        claim = inbox.claim(lease=60)
        assert claim is not None
        state = (EventState.DONE, EventState.DEAD_LETTER, EventState.WAITING)[number % 3]
        outcome = EventOutcome(state=state, reason="a reason", due=1e10)
        inbox.settle(claim, {claim.pending[0].number: outcome}, claim.memory)
    inbox.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return path.read_bytes()


@cache
def right() -> dict[int, tuple[str, str]]:
    """Return what the inbox hands out as long as it is whole."""
    handed_out, _ = opened(written())
    return handed_out


def opened(content: bytes) -> tuple[dict[int, tuple[str, str]], dict[int, str]]:
    """Return what an inbox with this content hands out, and the states of all its events."""
    path = Path(FOLDER.name) / "inbox.sqlite"
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(content)
    inbox = Inbox(path)
    try:
        handed_out: dict[int, tuple[str, str]] = {}
        while (claim := inbox.claim(lease=60)) is not None:
            for one in claim.pending:
                assert one.number not in handed_out
                handed_out[one.number] = (claim.contact, one.event.to_json())
        states = {one.number: str(one.state) for one in inbox.entries(limit=9999)}
        assert sum(inbox.counts().values()) == len(states)
        return handed_out, states
    finally:
        inbox.close()


@fuzzed(damage=st.lists(TO_A_DATABASE, min_size=1, max_size=3))
def test_a_damaged_inbox_is_refused_or_loses_no_event(damage: list[Damage]) -> None:
    content = written()
    for one in damage:
        content = one.apply(content)
    try:
        handed_out, states = opened(content)
    except ConfigError as error:
        assert "cannot be opened as an inbox" in str(error)
        tally["refused"] += 1
        return
    tally["opened"] += 1
    if not content:
        return  # a new inbox
    for number, expected in right().items():
        if number in handed_out:
            assert handed_out[number] == expected
        else:
            assert states.get(number) == EventState.DEAD_LETTER
    assert len(states) == EVENTS
