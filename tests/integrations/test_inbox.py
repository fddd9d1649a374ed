"""The inbox: events that are kept, leased, settled and forgotten."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from icontact.errors import ConfigError
from icontact.integrations import _storage
from icontact.integrations.decide import Memory
from icontact.integrations.inbox import EventOutcome, EventState, Inbox, InboxClaim
from tests.integrations.support import START, event
from tests.unit.support import Clock

DONE = EventOutcome(state=EventState.DONE, reason="as it should be")


@pytest.fixture
def inbox(store: Path, clock: Clock) -> Iterator[Inbox]:
    inbox = Inbox(store, clock=clock, alive=lambda process: True)
    yield inbox
    inbox.close()


def claimed(inbox: Inbox, lease: float = 60.0, contact: str | None = None) -> InboxClaim:
    claim = inbox.claim(lease=lease, contact=contact)
    assert claim is not None
    return claim


def settle(inbox: Inbox, claim: InboxClaim, verdict: EventOutcome = DONE) -> bool:
    event_outcomes = {one.number: verdict for one in claim.pending}
    return inbox.settle(claim, event_outcomes, claim.memory)


def payloads(inbox: Inbox) -> int:
    connection = sqlite3.connect(inbox.path)
    (number,) = connection.execute("SELECT COUNT(payload) FROM events").fetchone()
    connection.close()
    return int(number)


# The file


def test_the_file_is_its_owners_alone(inbox: Inbox) -> None:
    inbox.add([event()])
    for path in Path(inbox.path).parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_what_was_added_is_there_after_another_start(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event()])
    inbox.close()
    again = Inbox(inbox.path, clock=clock)
    assert again.counts() == {"waiting": 1, "done": 0, "dead_letter": 0, "dropped": 0}
    again.close()


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    with pytest.raises(ConfigError, match="something else"):
        Inbox(path)
    path.write_text("no database at all, but a text that is long enough to be looked at")
    with pytest.raises(ConfigError, match="not a database"):
        Inbox(path)
    path.write_bytes(b"x")
    with pytest.raises(ConfigError, match="not a database"):
        Inbox(path)
    assert path.read_bytes() == b"x"
    with pytest.raises(ConfigError, match="cannot be opened as an inbox: No such file"):
        Inbox(tmp_path / "nowhere" / "x.sqlite")


def test_another_version_is_refused(inbox: Inbox) -> None:
    inbox.close()
    connection = sqlite3.connect(inbox.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConfigError, match="another version"):
        Inbox(inbox.path)


def test_its_repr_shows_the_file(inbox: Inbox) -> None:
    assert repr(inbox) == f"Inbox({inbox.path!r})"
    assert repr(Inbox.__new__(Inbox)) == "Inbox(None)"


def test_several_may_make_the_same_new_file_at_once(store: Path) -> None:
    start, problems = threading.Barrier(8), []

    def open_it() -> None:
        start.wait()
        try:
            one = Inbox(store)
            one.add([event()])
            one.close()
        except (ConfigError, sqlite3.Error) as error:
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_forked_process_has_connections_of_its_own(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.add([event()])
    before = inbox._connection
    parent = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)
    assert inbox._connection is not before
    assert inbox.counts()["waiting"] == 1
    # That of the other process goes on working.
    assert before.execute("SELECT COUNT(*) FROM events").fetchone() == (1,)
    inbox.close()
    before.close()


@pytest.mark.parametrize("failing", ["connect", "keep_checksums"])
def test_a_connection_that_could_not_be_made_ready_is_made_anew(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    inherited, parent = inbox._connection, os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: parent + 1)

    def fail(*arguments: object, **options: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as context:
        owner = sqlite3 if failing == "connect" else _storage
        context.setattr(owner, failing, fail)
        with pytest.raises(sqlite3.OperationalError):
            inbox.counts()
    own = inbox._connection
    assert own is not inherited
    # It has what ready ones have: deleted data is overwritten, and triggers keep the checksums.
    assert own.execute("PRAGMA secure_delete").fetchone() == (1,)
    assert own.execute("SELECT COUNT(*) FROM temp.sqlite_master").fetchone() > (0,)
    inbox.close()
    inherited.close()


# Adding


def test_a_repeated_event_is_kept_once(inbox: Inbox) -> None:
    assert inbox.add([event(), event(), event("manual")]) == 2
    assert inbox.add([event()]) == 0
    assert inbox.add([]) == 0


def test_events_are_kept_together_or_not_at_all(inbox: Inbox) -> None:
    class Broken(Exception):
        pass

    with pytest.raises(Broken), inbox._transaction() as connection:
        connection.execute("INSERT INTO contacts (contact) VALUES ('x')")
        raise Broken
    assert inbox._rows("SELECT * FROM contacts") == []


def test_an_event_of_the_future_is_one_of_now(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event(at=10 * 86400.0), event(number=2, at=3600.0 + 1800)])
    happened = {entry.contact: entry.happened for entry in inbox.entries()}
    assert happened == {"1": clock.now, "2": START + 5400}


# Claims


def test_a_contact_is_claimed_once_with_all_its_events(inbox: Inbox) -> None:
    inbox.add([event(at=2), event(number=2), event(at=1)])
    first = claimed(inbox)
    assert (first.contact, [one.event.at - START for one in first.pending]) == ("1", [1, 2])
    assert first.newest.at == START + 2
    assert claimed(inbox).contact == "2"
    assert inbox.claim(lease=60) is None


def test_the_one_that_has_waited_longest_comes_first(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event(number=7)])
    clock.now += 1
    inbox.add([event(number=3)])
    assert claimed(inbox).contact == "7"


def test_an_event_that_is_not_due_is_left_unless_its_contact_is_named(
    inbox: Inbox, clock: Clock
) -> None:
    inbox.add([event()])
    later = EventOutcome(state=EventState.WAITING, reason="iContact was away", due=clock.now + 30)
    settle(inbox, claimed(inbox), later)
    assert inbox.claim(lease=60) is None
    assert inbox.next_due() == 30
    again = claimed(inbox, contact="1")
    assert [one.attempts for one in again.pending] == [1]
    settle(inbox, again, later)
    clock.now += 31
    assert claimed(inbox).contact == "1"
    assert inbox.next_due() == 0


def test_a_lease_ends(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event()])
    lost = claimed(inbox, lease=60)
    clock.now += 59
    assert inbox.claim(lease=60) is None
    clock.now += 1
    held = claimed(inbox)
    assert not inbox.renew(lost, lease=60)
    assert not settle(inbox, lost)
    assert inbox.counts()["waiting"] == 1
    assert settle(inbox, held)
    assert inbox.counts()["done"] == 1


def test_a_lease_can_be_renewed(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event()])
    claim = claimed(inbox, lease=60)
    clock.now += 59
    assert inbox.renew(claim, lease=60)
    clock.now += 59
    assert inbox.claim(lease=60) is None


def test_what_a_dead_process_held_is_free_at_once(
    store: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    living = {os.getpid()}
    inbox = Inbox(store, clock=clock, alive=living.__contains__)
    inbox.add([event()])
    claimed(inbox)
    assert inbox.claim(lease=60) is None
    living.clear()
    claimed(inbox)
    # For another machine that is unknown.
    monkeypatch.setattr(socket, "gethostname", lambda: "elsewhere")
    assert inbox.claim(lease=60) is None
    inbox.close()


def test_many_threads_claim_nothing_twice(inbox: Inbox) -> None:
    inbox.add([event(number=number) for number in range(60)])
    taken: list[str] = []

    def work() -> None:
        while (claim := inbox.claim(lease=60)) is not None:
            taken.append(claim.contact)
            settle(inbox, claim)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(str(number) for number in range(60))


# Settling


def test_the_memory_of_a_contact_comes_back(inbox: Inbox) -> None:
    memory = Memory(
        newest=1.0, points=2.0, blocked=True, fired=("a",), pushed={"A": 3.0}, segments={"s": 4.0}
    )
    inbox.add([event()])
    claim = claimed(inbox)
    assert claim.memory == Memory()
    inbox.settle(claim, {claim.pending[0].number: DONE}, memory)
    inbox.add([event(at=1)])
    assert claimed(inbox).memory == memory


def test_what_arrives_meanwhile_waits_on(inbox: Inbox) -> None:
    inbox.add([event()])
    claim = claimed(inbox)
    inbox.add([event(at=1)])
    settle(inbox, claim)
    assert inbox.counts() == {"waiting": 1, "done": 1, "dead_letter": 0, "dropped": 0}


def test_only_the_newest_values_of_done_events_are_kept(inbox: Inbox) -> None:
    inbox.add([event(at=1), event(at=2), event(at=3), event(number=2)])
    settle(inbox, claimed(inbox))
    assert payloads(inbox) == 2
    inbox.add([event(at=0)])
    assert claimed(inbox, contact="1").newest.at == START + 3


def test_of_a_deleted_contact_nothing_is_kept(inbox: Inbox) -> None:
    inbox.add([event(at=1), event("deleted", at=2)])
    claim = claimed(inbox)
    assert claim.newest.type == "saved"
    inbox.settle(claim, {one.number: DONE for one in claim.pending}, Memory(deleted=True))
    assert payloads(inbox) == 0


def test_a_deletion_alone_has_itself(inbox: Inbox) -> None:
    inbox.add([event("deleted")])
    claim = claimed(inbox)
    assert claim.newest.type == "deleted"
    settle(inbox, claim)
    assert payloads(inbox) == 0


# Forgetting


def test_values_and_identities_are_forgotten_in_time(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event(), event("manual", 2)])
    settle(inbox, claimed(inbox))
    clock.now += 100
    inbox.prune(payloads=101, identities=1000)
    assert payloads(inbox) == 2
    inbox.prune(payloads=100, identities=1000)
    assert payloads(inbox) == 1
    assert inbox.add([event()]) == 0
    clock.now += 900
    inbox.prune(payloads=100, identities=1000)
    assert inbox.counts() == {"waiting": 1, "done": 0, "dead_letter": 0, "dropped": 0}
    assert inbox.add([event()]) == 1


def test_forgotten_values_are_gone_from_the_disk(inbox: Inbox) -> None:
    inbox.add([event(row={"city": "Canarytown"}), event(at=1)])
    settle(inbox, claimed(inbox))
    inbox._rows("PRAGMA wal_checkpoint(TRUNCATE)")
    inbox.close()
    assert b"Canarytown" not in Path(inbox.path).read_bytes()


# For people


def test_entries_tell_where_events_stand(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event(), event(number=2), event(number=3)])
    settle(inbox, claimed(inbox), EventOutcome(state=EventState.DEAD_LETTER, reason="no address"))
    settle(inbox, claimed(inbox), DONE)
    dead, done, waiting = inbox.entries()
    assert (dead.state, dead.reason, dead.attempts) == (EventState.DEAD_LETTER, "no address", 1)
    assert (done.state, done.contact) == (EventState.DONE, "2")
    assert (waiting.state, waiting.email) == (EventState.WAITING, "person3@example.com")
    assert waiting.happened == START
    assert [one.number for one in inbox.entries(states=["done", EventState.WAITING])] == [
        done.number,
        waiting.number,
    ]
    assert inbox.entries(limit=1) == [dead]
    assert "person" not in repr(dead)
    assert datetime.fromtimestamp(waiting.received, UTC).year == 2026
    clock.now += 7
    assert inbox.oldest_waiting() == 7


def test_nothing_waits_in_an_empty_inbox(inbox: Inbox) -> None:
    assert inbox.oldest_waiting() is None
    assert inbox.next_due() is None
    assert inbox.entries() == []


def test_a_dead_letter_can_be_tried_again(inbox: Inbox, clock: Clock) -> None:
    inbox.add([event(), event(number=2), event(number=3)])
    dead = EventOutcome(state=EventState.DEAD_LETTER)
    settle(inbox, claimed(inbox), dead)
    settle(inbox, claimed(inbox), EventOutcome(state=EventState.WAITING, due=clock.now + 99))
    settle(inbox, claimed(inbox))
    first, second, third = (entry.number for entry in inbox.entries())
    assert inbox.retry(third) == 0
    assert inbox.retry(first) == 1
    assert claimed(inbox).contact == "1"
    assert inbox.retry() == 2
    assert claimed(inbox).contact == "2"
    assert second


def test_the_values_of_a_dropped_event_are_deleted_and_it_stays_known(inbox: Inbox) -> None:
    inbox.add([event()])
    (entry,) = inbox.entries()
    assert inbox.drop(entry.number)
    assert not inbox.drop(entry.number)
    assert inbox.counts()["dropped"] == 1
    assert inbox.add([event()]) == 0
    assert inbox.entries()[0].email is None
    assert payloads(inbox) == 0


def test_an_event_dropped_while_it_is_pushed_stays_dropped(inbox: Inbox) -> None:
    inbox.add([event()])
    claim = claimed(inbox)
    inbox.drop(claim.pending[0].number)
    settle(inbox, claim, EventOutcome(state=EventState.WAITING))
    assert inbox.counts()["dropped"] == 1


def test_an_event_that_waits_is_known_to_wait(inbox: Inbox) -> None:
    assert not inbox.waits(event().identity)
    inbox.add([event()])
    assert inbox.waits(event().identity)
    settle(inbox, claimed(inbox))
    assert not inbox.waits(event().identity)


def test_several_that_begin_a_store_at_once_all_get_it(tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def begin(number: int) -> int:
        start.wait(10)
        inbox = Inbox(tmp_path / "new.sqlite")
        added = inbox.add([event(contact_id=number)])
        inbox.close()
        return added

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(begin, range(1, 9))) == [1] * 8
