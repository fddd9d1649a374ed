"""A bulk update that blanks what it leaves out: proved on one contact, restored, and remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.push import ListPush
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Answer, Call

MAPPING: dict[str, Any] = {"email": "email", "city": "city"}
PEOPLE = 6
BULK = r"/contacts$"


@pytest.fixture(params=[True, False], ids=["blanks", "keeps"])
def blanks(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def sandbox(blanks: bool) -> Iterator[Sandbox]:
    with Sandbox(quirks=Quirks(bulk_update_blanks=blanks)) as running:
        furnish(running)
        yield running


def furnish(sandbox: Sandbox, people: int = PEOPLE) -> None:
    sandbox.seed(
        custom_fields=[{"privateName": "score", "fieldType": "text", "displayToUser": 0}],
        contacts=[
            {
                "email": f"person{number}@example.com",
                "firstName": f"No {number}",
                "phone": f"555-{number}",
                "business": "Bakery",
                "city": "Durham",
                "score": str(number),
            }
            for number in range(people)
        ],
    )


def rows(people: int = PEOPLE, city: str = "Cary") -> Iterator[dict[str, str]]:
    return ({"email": f"person{number}@example.com", "city": city} for number in range(people))


def push_into(sandbox: Sandbox, folder: Folder | None = None, **policy: Any) -> ListPush:
    there = folder or sandbox.client().folder()
    return ListPush(there, "Newsletter", mapper=ContactMapper(MAPPING), **policy)


def stored(sandbox: Sandbox) -> list[tuple[Any, ...]]:
    names = ("email", "firstName", "phone", "business", "score")
    return [tuple(one[name] for name in names) for one in sandbox.state.contacts()]


def cities(sandbox: Sandbox) -> set[str]:
    return {one["city"] for one in sandbox.state.contacts()}


def posts(sandbox: Sandbox, *, alone: bool) -> int:
    ends = [one.path.rsplit("/", 1)[-1] for one in sandbox.requests if one.method == "POST"]
    return sum(end.isdigit() if alone else end == "contacts" for end in ends)


def test_no_field_is_lost_and_many_contacts_go_together_where_that_keeps_them(
    sandbox: Sandbox, blanks: bool
) -> None:
    before = stored(sandbox)

    report = push_into(sandbox, batch_size=5).run(rows())

    assert stored(sandbox) == before
    assert cities(sandbox) == {"Cary"}
    assert report.counts["updated"] == PEOPLE
    # One call proves it. Then two batches, or each contact and the one that was restored.
    assert posts(sandbox, alone=False) == (1 if blanks else 1 + 2)
    assert posts(sandbox, alone=True) == (PEOPLE + 1 if blanks else 1)
    assert any("blanks the fields" in note for note in report.notes) is blanks


@pytest.mark.parametrize("workers", [1, 4])
def test_workers_wait_for_the_proof(sandbox: Sandbox, workers: int) -> None:
    before = stored(sandbox)

    report = push_into(sandbox, batch_size=2).run(rows(), workers=workers)

    assert (stored(sandbox), report.counts["updated"]) == (before, PEOPLE)


def test_the_journal_remembers_the_answer(sandbox: Sandbox, tmp_path: Path, blanks: bool) -> None:
    sandbox.faults.next(status=401, method="POST", path=r"/subscriptions$")
    first = push_into(sandbox, batch_size=3).run(rows(), journal=tmp_path / "push.sqlite")
    sandbox.requests.clear()

    again = push_into(sandbox, batch_size=3).run(rows(), journal=tmp_path / "push.sqlite")

    assert first.counts["failed"] == PEOPLE
    assert again.counts["updated"] == PEOPLE
    # Three contacts were written before; the other three need no further proof.
    assert posts(sandbox, alone=True) == (3 if blanks else 0)
    assert posts(sandbox, alone=False) == (0 if blanks else 1)


def test_a_few_contacts_are_changed_one_by_one_without_a_proof(sandbox: Sandbox) -> None:
    before = stored(sandbox)

    report = push_into(sandbox).run(rows(4))

    assert (stored(sandbox), report.counts["updated"]) == (before, 4)
    assert (posts(sandbox, alone=True), posts(sandbox, alone=False)) == (4, 0)


@pytest.mark.parametrize("update_by", ["bulk", "member"])
def test_an_explicit_choice_is_kept(sandbox: Sandbox, blanks: bool, update_by: str) -> None:
    before = stored(sandbox)

    report = push_into(sandbox, update_by=update_by).run(rows())

    assert report.counts["updated"] == PEOPLE
    assert posts(sandbox, alone=True) == (PEOPLE if update_by == "member" else 0)
    assert (stored(sandbox) == before) is not (blanks and update_by == "bulk")


@pytest.mark.parametrize("update_by", ["prove", "bulk", "member"])
def test_the_plan_tells_what_the_proof_costs(
    sandbox: Sandbox, blanks: bool, update_by: str
) -> None:
    plan = push_into(sandbox, update_by=update_by).plan(rows())

    report = plan.apply()

    if not blanks or update_by != "prove":
        assert plan.requests + plan.requests_to_write == report.requests


def test_a_proof_that_shows_nothing_is_not_repeated_for_ever(sandbox: Sandbox) -> None:
    sandbox.faults.next(
        status=400, body='{"errors":["Odd."]}', method="POST", path=BULK, times=None
    )
    before = stored(sandbox)

    report = push_into(sandbox).run(rows())

    assert (stored(sandbox), report.counts["updated"]) == (before, PEOPLE)
    assert posts(sandbox, alone=False) == 3


def test_a_contact_that_holds_nothing_else_proves_nothing(sandbox: Sandbox) -> None:
    sandbox.seed(contacts=[{"email": f"bare{n}@example.com", "city": "Durham"} for n in range(3)])
    bare = [{"email": f"bare{n}@example.com", "city": ""} for n in range(3)]
    before = stored(sandbox)
    mapping: dict[str, Any] = {"email": "email", "city": {"key": "city", "empty": "clear"}}
    push = ListPush(sandbox.client().folder(), "Newsletter", mapper=ContactMapper(mapping))

    report = push.run([*bare[:2], *rows(6)])

    assert (stored(sandbox), report.counts["updated"]) == (before, 8)


def test_a_contact_that_goes_away_before_it_is_changed_proves_nothing(sandbox: Sandbox) -> None:
    push = push_into(sandbox)
    plan = push.plan(rows())
    first = sandbox.state.contacts()[0]["contactId"]
    sandbox.client().folder().contacts.delete(first)

    report = plan.apply()

    assert report.counts["updated"] == PEOPLE - 1
    assert all(one[2] and one[3] for one in stored(sandbox) if one[0] != "person0@example.com")


class Killed(BaseException):
    """Ends a push as a kill does: nothing catches it."""


class Interposed:
    """Hands calls on, but for some: what becomes of them is up to a function."""

    def __init__(self, sender: Any, instead: Callable[[int, Callable[[], Answer]], Answer]) -> None:
        self._sender, self._instead, self._calls = sender, instead, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sender, name)

    def send(self, call: Call, /) -> Answer:
        self._calls += 1
        return self._instead(self._calls, lambda: self._sender.send(call))


def interposed(
    sandbox: Sandbox, instead: Callable[[int, Callable[[], Answer]], Answer]
) -> ListPush:
    push = push_into(sandbox, batch_size=3)
    transport = Interposed(push.folder.transport, instead)
    push.folder = Folder(transport, push.folder.account_id, push.folder.client_folder_id)
    return push


def by_id(sandbox: Sandbox) -> dict[int, tuple[Any, ...]]:
    contacts = sandbox.state.contacts()
    return dict(zip([one["contactId"] for one in contacts], stored(sandbox), strict=True))


@pytest.mark.parametrize("sent", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("place", range(1, 17))
def test_a_push_that_is_killed_at_any_request_loses_no_field(
    sandbox: Sandbox, tmp_path: Path, place: int, sent: bool
) -> None:
    before = stored(sandbox)
    journal = tmp_path / "push.sqlite"

    def kill(number: int, send: Callable[[], Answer]) -> Answer:
        if number != place:
            return send()
        if sent:
            send()
        raise Killed

    with suppress(Killed):
        interposed(sandbox, kill).run(rows(), journal=journal)

    report = push_into(sandbox, batch_size=3).run(rows(), journal=journal)

    assert stored(sandbox) == before
    assert cities(sandbox) == {"Cary"}
    assert report.counts["updated"] == PEOPLE
    assert not any("may have lost" in note for note in report.notes)


@pytest.mark.parametrize("status", [400, 404, 500, "lost"])
@pytest.mark.parametrize(
    "more",
    [
        pytest.param(0, id="one fails"),
        pytest.param(1, id="two fail", marks=pytest.mark.no_cover),
        pytest.param(99, id="all fail", marks=pytest.mark.no_cover),
    ],
)
@pytest.mark.parametrize("place", range(1, 9))
def test_a_failing_request_makes_no_lost_field_look_updated(
    sandbox: Sandbox, tmp_path: Path, place: int, more: int, status: int | str
) -> None:
    journal = tmp_path / "push.sqlite"
    before = by_id(sandbox)

    def spoil(number: int, send: Callable[[], Answer]) -> Answer:
        if not place <= number <= place + more:
            return send()
        if isinstance(status, int):
            sandbox.faults.next(status=status, times=None)
        else:
            sandbox.faults.drop_after(times=None)
        try:
            return send()
        finally:
            sandbox.faults.clear()

    plan = push_into(sandbox).plan(rows(), journal=journal)
    report = attrs.evolve(plan, push=interposed(sandbox, spoil)).apply()

    after = by_id(sandbox)
    lost = {contact_id for contact_id, fields in before.items() if after[contact_id] != fields}
    assert not lost & {one.contact_id for one in report.outcomes if one.status == "updated"}
    assert any("may have lost fields" in note for note in report.notes) or not lost

    again = push_into(sandbox, batch_size=3).run(rows(), journal=journal)

    assert by_id(sandbox) == before
    assert again.counts["failed"] == 0
    assert not any("may have lost" in note for note in again.notes)


def test_a_contact_that_does_not_keep_what_is_restored_is_not_updated(
    sandbox: Sandbox, blanks: bool
) -> None:
    def blank_again(number: int, send: Callable[[], Answer]) -> Answer:
        answer = send()
        if number == 5:  # after the change, a read, the bulk call and another read
            first = sandbox.state.contacts()[0]["contactId"]
            sandbox.client().folder().contacts.update(first, phone="")
        return answer

    plan = push_into(sandbox).plan(rows())
    report = attrs.evolve(plan, push=interposed(sandbox, blank_again)).apply()

    if blanks:
        assert report.counts["failed"] == 1
        assert "not restored (phone): it does not keep them" in report.outcomes[0].reason
        assert any("push again with the same journal" in note for note in report.notes)


@pytest.mark.parametrize("place", [2, 4, 5, 6])
@pytest.mark.parametrize("forgotten", [True, False])
def test_a_contact_that_is_deleted_during_the_proof_leaves_nothing_to_restore(
    sandbox: Sandbox, place: int, forgotten: bool
) -> None:
    first = sandbox.state.contacts()[0]["contactId"]

    def delete_first(number: int, send: Callable[[], Answer]) -> Answer:
        if number == place:
            sandbox.client().folder().contacts.delete(first)
            if forgotten:  # where iContact does not answer for deleted contacts
                sandbox.faults.next(status=404, path=rf"/contacts/{first}$")
        return send()

    plan = push_into(sandbox).plan(rows())
    report = attrs.evolve(plan, push=interposed(sandbox, delete_first)).apply()

    assert all(one[2] and one[3] for one in stored(sandbox) if one[0] != "person0@example.com")
    assert report.counts["updated"] >= PEOPLE - 1
