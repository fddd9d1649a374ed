"""A push that cannot find out who exists writes nothing about those it does not know."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from icontact import errors
from icontact.client import Folder
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from icontact.transport import Answer, Call
from tests.push.support import MakePush, person

#: Changes the payload of an answer to a GET, or raises; called with the call and its query.
Spoil = Callable[[Call, dict[str, str], Any], Any]


def spoiled(push: ListPush, spoil: Spoil) -> list[Call]:
    """Let the answers to reads arrive spoiled; return the calls."""
    folder, calls = push.folder, list[Call]()

    class Spoiling:
        def send(self, call: Call, /) -> Answer:
            calls.append(call)
            answer = folder.transport.send(call)
            if call.method != "GET":
                return answer
            payload = spoil(call, dict(call.params), json.loads(json.dumps(answer.payload)))
            return Answer(status=200, payload=payload, call=answer.call)

    push.folder = Folder(Spoiling(), folder.account_id, folder.client_folder_id)
    return calls


def settled(sandbox: Sandbox, count: int) -> list[dict[str, Any]]:
    """Fill a folder with people who hold more than the rows say; return the rows."""
    sandbox.seed(
        contacts=[
            {"email": f"person{n}@example.com", "firstName": "Jo", "phone": "555-0100", "score": 5}
            for n in range(count)
        ]
    )
    return [person(n) for n in range(count)]


def phones(sandbox: Sandbox) -> set[str]:
    return {one["phone"] for one in sandbox.state.contacts()}


def emptied(name: str, nothing: Any, at: int) -> Spoil:
    """Empty a listing from one place on, as often as it is asked for; searches are answered."""

    def spoil(call: Call, query: dict[str, str], payload: Any) -> Any:
        if name in payload and "email" not in query and "contactId" not in query:
            payload[name] = nothing if int(query.get("offset", 0)) >= at else payload[name]
        return payload

    return spoil


@pytest.mark.no_cover
@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("at", [0, 20, 40])
@pytest.mark.parametrize("nothing", [None, []], ids=repr)
def test_people_that_a_listing_leaves_out_are_not_taken_for_new(
    sandbox: Sandbox, make_push: MakePush, nothing: Any, at: int, workers: int
) -> None:
    rows = settled(sandbox, 60)
    push = make_push(page_size=20)
    spoiled(push, emptied("contacts", nothing, at))

    plan = push.plan(rows, workers=workers)

    assert plan.counts["created"] == 0
    assert plan.counts["updated"] == 60
    push.run(rows, workers=workers)
    assert phones(sandbox) == {"555-0100"}


@pytest.mark.parametrize("workers", [1, 3])
def test_a_contact_that_the_last_page_leaves_out_is_found(
    sandbox: Sandbox, make_push: MakePush, workers: int
) -> None:
    rows = settled(sandbox, 45)
    push = make_push(page_size=20)

    def spoil(call: Call, query: dict[str, str], payload: Any) -> Any:
        if "contacts" in payload and "email" not in query and int(query["offset"]) >= 40:
            payload["contacts"] = payload["contacts"][:-1]
        return payload

    spoiled(push, spoil)

    assert push.plan(rows, workers=workers).counts["created"] == 0


@pytest.mark.parametrize("at", [0, 20])
def test_people_who_unsubscribed_and_are_left_out_of_the_listing_stay_unsubscribed(
    sandbox: Sandbox, make_push: MakePush, folder: Folder, at: int
) -> None:
    rows = settled(sandbox, 60)
    ids = [one.contact_id for one in folder.contacts.list()]
    folder.subscriptions.create_many(
        [{"contact_id": one, "list_id": sandbox.list_id, "status": "normal"} for one in ids]
    )
    for one in ids:
        folder.subscriptions.unsubscribe(contact_id=one, list_id=sandbox.list_id)
    push = make_push(page_size=20)
    calls = spoiled(push, emptied("subscriptions", None, at))

    report = push.run(rows)

    assert report.counts["skipped"] == 60
    assert [call.path for call in calls if call.method == "POST"] == []


def test_rows_that_can_be_found_out_in_no_way_fail_and_are_not_written(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    rows = settled(sandbox, 30)
    push = make_push(page_size=20)

    def spoil(call: Call, query: dict[str, str], payload: Any) -> Any:
        if "contacts" in payload:
            payload |= {"contacts": None, "total": 30}
        return payload

    calls = spoiled(push, spoil)

    report = push.run(rows)

    assert report.counts["failed"] == 30
    assert [call.path for call in calls if call.method == "POST"] == []
    assert len(calls) < 60
    assert phones(sandbox) == {"555-0100"}


@pytest.mark.parametrize("workers", [1, 3])
def test_a_server_that_repeats_its_contacts_ends_the_reading(
    sandbox: Sandbox, make_push: MakePush, workers: int
) -> None:
    rows = settled(sandbox, 60)
    push = make_push(page_size=20)
    first: list[Any] = []

    def spoil(call: Call, query: dict[str, str], payload: Any) -> Any:
        if "contacts" in payload and "email" not in query:
            first.extend(payload["contacts"] if not first else ())
            turn = int(query["offset"]) % 7
            payload["contacts"] = first[turn:20] + first[:turn]
        return payload

    calls = spoiled(push, spoil)

    assert push.plan(rows, workers=workers).counts["created"] == 0
    assert len(calls) < 40


def test_a_look_up_that_is_refused_fails_its_row_which_is_tried_again(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Any
) -> None:
    rows = settled(sandbox, 3)
    journal = tmp_path / "push.sqlite"
    push = make_push()
    sandbox.faults.next(status=400, times=1, method="GET", path=r"/contacts$")

    first = push.run(rows[:1], journal=journal)

    assert first.outcomes[0].status == "failed"
    assert first.error is None
    assert "could not be looked up: 400" in first.outcomes[0].reason
    assert first.outcomes[0].reason.endswith("push it again")
    again = push.run(rows[:1], journal=journal)
    assert again.outcomes[0].status == "updated"


@pytest.mark.parametrize("status", [400, 500])
def test_a_contact_that_cannot_be_read_fails_its_row_only(
    sandbox: Sandbox, make_push: MakePush, status: int
) -> None:
    # Listings leave the business out, so that each contact is read by itself.
    rows = settled(sandbox, 40)
    push = make_push({"email": "email", "business": "business"})
    broken = sandbox.state.contacts()[7]
    sandbox.faults.next(status=status, times=None, method="GET", path=rf"/{broken['contactId']}$")

    report = push.run([{**row, "business": "Acme"} for row in rows])

    assert report.counts["failed"] == 1
    assert report.counts["updated"] == 39
    assert report.error is None
    assert report.outcomes[7].status == "failed"
    assert f"the contact could not be looked up: {status}" in report.outcomes[7].reason


@pytest.mark.parametrize("status", [400, 500])
def test_a_plan_counts_the_rows_that_could_not_be_looked_up(
    sandbox: Sandbox, make_push: MakePush, status: int
) -> None:
    rows = settled(sandbox, 3)
    sandbox.faults.next(status=status, times=None, method="GET", path=r"/contacts$")

    plan = make_push().plan(rows[:1])

    assert plan.counts["failed"] == 1
    assert "Would fail on 1" in str(plan)


@pytest.mark.parametrize(
    "failure", [errors.BadRequest(400, ["odd"]), errors.ServerError(500, ["no"])], ids=repr
)
def test_a_search_that_fails_for_one_person_fails_that_row_only(
    sandbox: Sandbox, make_push: MakePush, failure: Exception
) -> None:
    rows = settled(sandbox, 90)
    push = make_push(page_size=20)
    folder = push.folder

    class Failing:
        def send(self, call: Call, /) -> Answer:
            if "person67@" in dict(call.params).get("email", ""):
                raise failure
            return folder.transport.send(call)

    push.folder = Folder(Failing(), folder.account_id, folder.client_folder_id)

    report = push.run(rows[65:70])

    statuses = [str(one.status) for one in report.outcomes]
    assert statuses == ["updated", "updated", "failed", "updated", "updated"]


def test_a_subscription_that_cannot_be_looked_up_fails_its_row_only(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    rows = settled(sandbox, 3)
    broken = sandbox.state.contacts()[1]["contactId"]
    push = make_push()
    folder = push.folder

    class Failing:
        def send(self, call: Call, /) -> Answer:
            query = dict(call.params)
            if call.method == "GET" and call.path.endswith("subscriptions"):
                if "contactId" not in query:
                    sandbox.faults.next(
                        status=200,
                        body='{"subscriptions": null, "total": 50}',
                        times=1,
                    )
                elif broken in query["contactId"]:
                    sandbox.faults.next(status=400, times=1)
            elif call.path.endswith(f"_{broken}"):
                sandbox.faults.next(status=400, times=1)
            return folder.transport.send(call)

    push.folder = Folder(Failing(), folder.account_id, folder.client_folder_id)

    report = push.run(rows)

    assert [str(one.status) for one in report.outcomes] == ["updated", "failed", "updated"]
    assert "the subscription could not be looked up: 400" in report.outcomes[1].reason


def test_when_nothing_can_be_looked_up_the_push_ends_soon(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    rows = settled(sandbox, 60)
    push = make_push(page_size=20)
    sandbox.faults.next(
        status=200,
        body='{"contacts": null, "total": 900}',
        times=None,
        method="GET",
        path=r"/contacts$",
    )
    sandbox.requests.clear()

    report = push.run(rows)

    assert report.counts["failed"] == 60
    assert report.error is not None
    assert len(sandbox.requests) < 70


def test_a_contact_that_was_deleted_and_is_still_counted_is_created_again(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()

    def spoil(call: Call, query: dict[str, str], payload: Any) -> Any:
        # Recorded: the total still counts a deleted contact (API 6.4).
        return payload | {"total": 1} if "email" in query else payload

    spoiled(push, spoil)

    assert push.one(person(1)).status == "created"


def test_a_contact_that_only_another_search_shows_is_not_taken_for_new(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    rows = settled(sandbox, 1)
    push = make_push()

    def spoil(call: Call, query: dict[str, str], payload: Any) -> Any:
        if "contacts" in payload and query.get("status") == "total":
            payload["contacts"] = None
        return payload

    spoiled(push, spoil)

    assert push.one(rows[0]).status == "updated"


def test_a_first_page_that_has_a_contact_twice_is_not_relied_on(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    rows = settled(sandbox, 60)
    push = make_push(page_size=20)

    def spoil(call: Call, query: dict[str, str], payload: Any) -> Any:
        if "contacts" in payload and "email" not in query:
            payload["contacts"][1:2] = payload["contacts"][:1]
        return payload

    spoiled(push, spoil)

    assert push.plan(rows, workers=3).counts["created"] == 0


def test_where_one_of_several_new_contacts_cannot_be_looked_up_only_its_row_fails(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    # Whether the first request, whose answer was lost, has created them is to be looked up.
    blocked = [{"email": f"person{n}@example.com", "status": "bounced"} for n in range(3)]
    plan = make_push({"email": "email", "status": "status"}).plan(blocked)
    sandbox.faults.drop_after(method="POST", path=r"/contacts$")
    listing = r"/contacts$"
    sandbox.faults.next(status=200, body='{"contacts": [], "total": 0}', path=listing, method="GET")
    sandbox.faults.next(status=400, path=listing, method="GET")

    report = plan.apply()

    assert [str(one.status) for one in report.outcomes] == ["failed", "created", "created"]
