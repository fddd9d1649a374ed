"""``icontact queue``: what waits, the dead letters, and what is to become of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from icontact.integrations.inbox import EventOutcome, EventState, Inbox
from icontact.integrations.triggers import ContactEvent
from tests.cli.support import icontact


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "triggers.sqlite"


@pytest.fixture
def inbox(store: Path) -> Iterator[Inbox]:
    """Three events: one that waits, one that became a dead letter, one that is done with."""
    inbox = Inbox(store, clock=lambda: 1767610800.0)
    for number in (1, 2, 3):
        row: Any = {"email": f"jo{number}@example.com"}
        inbox.add([ContactEvent(type="saved", contact_id=number, contact=row)])
    for state, reason in ((EventState.DEAD_LETTER, "email: not an address"), (EventState.DONE, "")):
        claim = inbox.claim(lease=60)
        assert claim is not None
        verdict = EventOutcome(state=state, reason=reason)
        inbox.settle(claim, {claim.pending[0].number: verdict}, claim.memory)
    yield inbox
    inbox.close()


def test_what_is_open_is_shown_with_masked_addresses(inbox: Inbox, store: Path) -> None:
    ran = icontact("queue", "list", "--store", store)
    assert ran.code == 0
    assert "j•••@example.com" in ran.out
    assert "jo1@" not in ran.out
    first, second, counts = ran.out.splitlines()[1:]
    assert first.split()[0] == "1"
    assert "dead_letter" in first
    assert "email: not an address" in first
    assert "2026-01-05 11:00:00Z" in second
    assert counts == "1 waiting, 1 done, 1 dead_letter, 0 dropped"


def test_other_states_are_shown_on_request(inbox: Inbox, store: Path) -> None:
    ran = icontact("queue", "list", "--store", store, "--state", "done", "--state", "dead_letter")
    assert len(ran.out.splitlines()) == 4
    limited = icontact("queue", "list", "--store", store, "--limit", 1)
    assert "1 more like these" in limited.err


def test_programs_read_it_without_addresses(inbox: Inbox, store: Path) -> None:
    ran = icontact("queue", "list", "--store", store, "--json")
    assert ran.document["counts"] == {"waiting": 1, "done": 1, "dead_letter": 1, "dropped": 0}
    dead, waiting = ran.document["events"]
    assert (dead["number"], dead["state"], dead["type"]) == (1, "dead_letter", "saved")
    assert waiting["received"] == "2026-01-05 11:00:00Z"
    assert "email" not in dead
    assert "example.com" not in ran.out


def test_an_event_is_tried_again(inbox: Inbox, store: Path) -> None:
    assert icontact("queue", "retry", 1, "--store", store).out == "1 to be tried again\n"
    assert inbox.counts()["waiting"] == 2
    assert icontact("queue", "retry", "--all", "--store", store).out == "2 to be tried again\n"


def test_a_program_reads_what_was_retried_and_dropped(inbox: Inbox, store: Path) -> None:
    words = ("--store", store, "--json")
    assert icontact("queue", "retry", 1, *words).document == {"retried": 1}
    assert icontact("queue", "drop", 1, *words).document == {"dropped": 1}


def test_an_event_is_dropped(inbox: Inbox, store: Path) -> None:
    assert icontact("queue", "drop", 1, "--store", store).out == "dropped\n"
    assert inbox.counts()["dropped"] == 1
    empty = icontact("queue", "list", "--store", store, "--state", "dead_letter")
    assert empty.out == "1 waiting, 1 done, 0 dead_letter, 1 dropped\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retry", 2), "no event 2 waits or is a dead letter"),
        (("drop", 99), "no event 99 waits or is a dead letter"),
        (("drop", 2**63), "is not in the range"),
        (("retry", 2**63), "is not in the range"),
        (("list", "--limit", 2**63), "is not in the range"),
        (("retry",), "say which"),
        (("retry", 1, "--all"), "say which"),
    ],
)
def test_what_is_not_there_is_a_mistake(
    inbox: Inbox, store: Path, words: tuple[object, ...], said: str
) -> None:
    ran = icontact("queue", *words, "--store", store)
    assert ran.code == 2
    assert said in ran.err


def test_a_store_that_is_not_there_is_not_made(store: Path) -> None:
    ran = icontact("queue", "list", "--store", store)
    assert ran.code == 2
    assert "there is no store" in ran.err
    assert not store.exists()


def test_another_file_is_not_a_store(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\njo@example.com\n" * 200)
    ran = icontact("queue", "list", "--store", path)
    assert ran.code == 2
    assert "cannot be opened as an inbox" in ran.err


def test_why_all_of_them_wait_is_shown(inbox: Inbox, store: Path) -> None:
    inbox.explain("iContact does not accept these credentials")
    ran = icontact("queue", "list", "--store", store, "--state", "waiting")
    assert "  0      2026-01-05 11:00:00Z  all events wait: iContact does not accept" in ran.out


def test_a_text_that_is_not_an_address_is_masked_as_a_whole(inbox: Inbox, store: Path) -> None:
    row: Any = {"email": "Jo Doe <jo@canary.example>"}
    inbox.add([ContactEvent(type="saved", contact_id=4, contact=row)])
    ran = icontact("queue", "list", "--store", store)
    assert "4   \u2022\u2022\u2022 " in ran.out
    assert "canary" not in ran.out
    assert "Doe" not in ran.out
