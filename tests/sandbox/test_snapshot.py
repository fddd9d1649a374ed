"""Keeping the whole state of a sandbox, and coming back to it."""

from __future__ import annotations

import gc
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.sandbox.wire import Clock, Wire

LISTINGS = (
    "contacts lists subscriptions custom_fields actions accounts client_folders users permissions"
    " campaigns messages segments criteria sends uploads signup_forms webhooks automations"
).split()


def everything(sandbox: Sandbox) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(sandbox.state, name)() for name in LISTINGS}
    return found


@pytest.fixture(params=["memory", "file"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Sandbox:
    return Sandbox(clock=clock, db=tmp_path / "s.sqlite" if request.param == "file" else None)


def test_everything_is_back_and_time_too(kept: Sandbox) -> None:
    with kept:
        wire = Wire(kept)
        kept.seed(custom_fields=[{"privateName": "color"}], campaigns=[{}])
        contact_id = wire.contact("ann@example.com", color="red")
        wire.subscribe(contact_id)
        kept.advance(days=2)
        before, then = everything(kept), kept.now
        snapshot = kept.snapshot()
        for _ in range(2):
            wire.contact("bob@example.com")
            wire.delete(f"/contacts/{contact_id}")
            wire.delete(f"/lists/{kept.list_id}")
            kept.seed(lists=[{"name": "Other"}], webhooks=[{"eventId": "x", "url": "y"}])
            kept.advance(days=1)
            kept.restore(snapshot)
            assert everything(kept) == before
            assert kept.now == then
        # What is made afterwards has the ids that it would have had.
        assert wire.contact("cy@example.com") == str(int(contact_id) + 1)
        assert wire.get("/contacts?limit=1&offset=1")["total"] == 2
    kept.close()


def test_a_file_that_was_restored_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    sandbox = Sandbox(db=path)
    sandbox.seed_contacts(3)
    snapshot = sandbox.snapshot()
    sandbox.seed_contacts(0)
    sandbox.seed(contacts=[{"email": "jo@example.com"}])
    sandbox.restore(snapshot)
    sandbox.close()
    again = Sandbox(db=path)
    assert len(again.state.contacts()) == 3
    assert again._store.value("PRAGMA integrity_check") == "ok"
    assert again._store.value("PRAGMA journal_mode") == "wal"
    again.close()


def test_a_snapshot_can_be_put_into_another_sandbox(sandbox: Sandbox) -> None:
    other = Sandbox()
    account = other.add_account(companyName="Second")
    other.seed_contacts(2)
    sandbox.restore(other.snapshot())
    assert [row["accountId"] for row in sandbox.state.accounts()] == [
        str(other.account_id),
        str(account),
    ]
    assert len(sandbox.state.contacts()) == 2
    assert sandbox.list_id == other.list_id


def test_a_snapshot_says_nothing_of_what_is_in_it(sandbox: Sandbox) -> None:
    sandbox.seed(contacts=[{"email": "jo@example.com"}])
    assert repr(sandbox.snapshot()) == "<Snapshot of a sandbox>"


def test_a_snapshot_that_nobody_holds_closes_its_copy(sandbox: Sandbox) -> None:
    snapshot = sandbox.snapshot()
    copied = snapshot._copied
    del snapshot
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        copied.execute("SELECT 1")


def test_others_may_go_on_meanwhile_and_no_request_is_cut_in_two(kept: Sandbox) -> None:
    """Every request makes three contacts, so that a whole state has a multiple of three."""
    stop = threading.Event()
    problems: list[object] = []

    def work(name: int) -> None:
        wire = Wire(kept)
        number = 0
        while not stop.is_set():
            items = [{"email": f"u{name}.{number}.{part}@example.com"} for part in range(3)]
            answer = wire.send("POST", wire.folder + "/contacts", items)
            if answer.status_code != 200 or len(answer.json()["contacts"]) != 3:
                problems.append((answer.status_code, answer.text))
            number += 1

    with kept:
        kept.seed_contacts(3)
        threads = [threading.Thread(target=work, args=(name,)) for name in range(2)]
        for thread in threads:
            thread.start()
        counts = []
        first = kept.snapshot()
        for _ in range(5):
            snapshot = kept.snapshot()
            kept.restore(first)
            kept.restore(snapshot)
            counts.append(len(kept.state.contacts()))
        stop.set()
        for thread in threads:
            thread.join(30)
    assert problems == []
    assert [count % 3 for count in counts] == [0] * len(counts)
    assert kept._store.value("PRAGMA integrity_check") == "ok"
    kept.close()
