"""What a plan knows ages by the wall clock and by the monotonic one, whichever says more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from icontact.push import session
from icontact.sandbox import Quirks, Sandbox
from tests.push.support import MakePush, person

HOURS = 3600.0


class Clocks:
    """A wall clock and a monotonic one that a test sets."""

    def __init__(self) -> None:
        self.wall, self.monotonic = 1.7e9, 5000.0

    def __call__(self) -> tuple[float, float]:
        return self.monotonic, self.wall

    def suspend(self) -> None:
        """A laptop sleeps for eight hours: its monotonic clock stands still."""
        self.wall += 8 * HOURS

    def set_back(self) -> None:
        """The wall clock is set back while an hour goes by."""
        self.wall -= 8 * HOURS
        self.monotonic += HOURS

    def go_on(self) -> None:
        """A moment goes by, and the wall clock is set back by a little."""
        self.wall -= 5
        self.monotonic += 1


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    clocks = Clocks()
    monkeypatch.setattr(session, "_clocks", clocks)
    return clocks


@pytest.mark.parametrize("happens", ["suspend", "set_back"])
def test_a_plan_that_slept_is_made_anew(
    sandbox: Sandbox, make_push: MakePush, clocks: Clocks, happens: str
) -> None:
    plan = make_push().plan([person(1), person(2)])
    sandbox.seed(
        contacts=[{"email": "person1@example.com"}, {"email": "person2@example.com"}],
        subscriptions=[{"email": "person1@example.com", "status": "unsubscribed"}],
    )
    getattr(clocks, happens)()

    report = plan.apply()

    assert [one.status for one in report.outcomes] == ["skipped", "updated"]
    assert report.outcomes[0].subscription == "unsubscribed"


def test_a_fresh_plan_is_not_made_anew(
    sandbox: Sandbox, make_push: MakePush, clocks: Clocks
) -> None:
    plan = make_push().plan([person(1)])
    clocks.go_on()
    before = len(sandbox.requests)

    plan.apply()

    assert {one.method for one in list(sandbox.requests)[before:]} == {"POST"}


@pytest.mark.parametrize("happens", ["suspend", "set_back"])
def test_a_push_that_sleeps_between_two_batches_looks_again(
    sandbox: Sandbox, make_push: MakePush, clocks: Clocks, happens: str, tmp_path: Path
) -> None:
    sandbox.seed(contacts=[{"email": f"person{n}@example.com"} for n in range(10)])
    push = make_push({"email": "email"}, batch_size=5)

    def sleep_once(progress: object) -> None:
        if len(sandbox.state.subscriptions()) == 5:
            sandbox.seed(subscriptions=[{"email": "person9@example.com", "status": "unsubscribed"}])
            getattr(clocks, happens)()

    # With a file the second batch begins after the first one's progress; else it may be under way.
    rows = [person(n) for n in range(10)]
    report = push.run(rows, journal=tmp_path / "push.sqlite", progress=sleep_once)

    assert report.outcomes[9].status == "skipped"
    states = {one["contactId"]: one["status"] for one in sandbox.state.subscriptions()}
    assert sorted(states.values()) == ["normal"] * 9 + ["unsubscribed"]


@pytest.mark.parametrize("happens", ["suspend", "set_back"])
def test_what_was_read_while_rows_were_read_is_read_again_after_a_sleep(
    sandbox: Sandbox, make_push: MakePush, clocks: Clocks, happens: str
) -> None:
    def rows() -> Iterator[dict[str, Any]]:
        for number in range(1200):
            if number == 1100:
                sandbox.seed(contacts=[{"email": "person1150@example.com", "status": "bounced"}])
                getattr(clocks, happens)()
            yield person(number)

    report = make_push().run(rows())

    assert report.outcomes[1150].status == "skipped"


def test_a_push_that_takes_long_asks_for_the_subscriptions_that_it_may_ask_for(
    sandbox: Sandbox, make_push: MakePush, clocks: Clocks, tmp_path: Path
) -> None:
    people = [f"person{n}@example.com" for n in range(4)]
    sandbox.quirks = Quirks(resubscribe="allowed")
    sandbox.seed(
        contacts=[{"email": email} for email in people],
        subscriptions=[{"email": email, "status": "unsubscribed"} for email in people],
    )
    push = make_push({"email": "email"}, batch_size=2, allow_statuses=["unsubscribed"])

    report = push.run(
        [{"email": email} for email in people],
        journal=tmp_path / "push.sqlite",
        progress=lambda progress: clocks.suspend(),
    )

    assert [one.status for one in report.outcomes] == ["updated"] * 4
    assert {one["status"] for one in sandbox.state.subscriptions()} == {"normal"}


@pytest.mark.parametrize("happens", ["suspend", "set_back"])
def test_a_push_that_takes_long_replaces_no_contact_that_was_blocked_meanwhile(
    sandbox: Sandbox, make_push: MakePush, clocks: Clocks, happens: str, tmp_path: Path
) -> None:
    # iContact may make a contact that is replaced "normal" again (API 6.2).
    sandbox.quirks = Quirks(unsent_status="normal")
    people = [f"person{n}@example.com" for n in range(4)]
    sandbox.seed(contacts=[{"email": email, "phone": "12345"} for email in people])
    sandbox.seed(subscriptions=[{"email": people[2]}])
    push = make_push({"email": "email"}, batch_size=2, existing="replace", workers=1)

    def block(progress: object) -> None:
        for email in people[2:]:
            contact = push.folder.contacts.find(email=email)
            assert contact is not None
            push.folder.contacts.update(contact.contact_id, status="donotcontact")
        getattr(clocks, happens)()

    report = push.run(
        [{"email": email} for email in people], journal=tmp_path / "push.sqlite", progress=block
    )

    assert [one.status for one in report.outcomes] == ["updated"] * 2 + ["skipped"] * 2
    assert "fields were written" not in report.outcomes[2].reason
    after = [(one["status"], one["phone"]) for one in sandbox.state.contacts()]
    assert after == [("normal", "")] * 2 + [("donotcontact", "12345")] * 2
