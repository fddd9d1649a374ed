from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

import icontact
from icontact import errors
from icontact.models import SubscriptionStatus
from icontact.resources import Subscriptions
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Safety
from tests.unit.support import FOLDER, Clock, Script, patient_client


@pytest.fixture
def contact_id(sandbox: Sandbox) -> int:
    return sandbox.seed_contacts(1)[0]


@pytest.fixture
def list_id(sandbox: Sandbox) -> int:
    return sandbox.list_id


def test_subscribe_and_get(folder: icontact.Folder, contact_id: int, list_id: int) -> None:
    made = folder.subscriptions.subscribe(contact_id=contact_id, list_id=list_id)
    assert made.subscription_id == f"{list_id}_{contact_id}"
    assert made.status is SubscriptionStatus.NORMAL
    assert made.add_date is not None
    assert folder.subscriptions.get(contact_id=contact_id, list_id=list_id) == made
    assert folder.subscriptions.find(contact_id=contact_id, list_id=list_id) == made


def test_who_is_on_no_list(folder: icontact.Folder, contact_id: int, list_id: int) -> None:
    assert folder.subscriptions.find(contact_id=contact_id, list_id=list_id) is None
    with pytest.raises(errors.NotFound):
        folder.subscriptions.get(contact_id=contact_id, list_id=list_id)
    with pytest.raises(errors.NotFound):
        folder.subscriptions.unsubscribe(contact_id=contact_id, list_id=list_id)


def test_subscribing_again_returns_what_there_is(
    folder: icontact.Folder, contact_id: int, list_id: int
) -> None:
    first = folder.subscriptions.subscribe(contact_id=contact_id, list_id=list_id)
    assert folder.subscriptions.subscribe(contact_id=contact_id, list_id=list_id) == first


def test_a_warning_about_a_duplicate_is_noted(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    with Sandbox(quirks=Quirks(duplicate_subscription_warning=True)) as sandbox:
        subscriptions = patient_client(sandbox, clock).folder().subscriptions
        (contact_id,) = sandbox.seed_contacts(1, list_id=sandbox.list_id)
        found = subscriptions.subscribe(contact_id=contact_id, list_id=sandbox.list_id)
        assert found.status == "normal"
    sandbox.close()
    assert "already subscribed" in caplog.text


def test_a_remark_beside_a_new_subscription_is_noted(caplog: pytest.LogCaptureFixture) -> None:
    row = {"subscriptionId": "7_1", "contactId": 1, "listId": 7}
    script = Script({"subscriptions": [row]}, warnings=("past due",))
    assert Subscriptions(script, FOLDER).subscribe(contact_id=1, list_id=7).list_id == 7
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "subscriptions: warning from iContact: past due")
    ]


def test_who_unsubscribed_is_not_subscribed_again(
    folder: icontact.Folder, contact_id: int, list_id: int
) -> None:
    folder.subscriptions.subscribe(contact_id=contact_id, list_id=list_id)
    gone = folder.subscriptions.unsubscribe(contact_id=contact_id, list_id=list_id)
    assert gone.status is SubscriptionStatus.UNSUBSCRIBED
    with pytest.raises(errors.RejectedError, match="unsubscribed from a list") as caught:
        folder.subscriptions.subscribe(contact_id=contact_id, list_id=list_id)
    assert caught.value.warnings[-1] == "the subscription is unsubscribed"
    with pytest.raises(errors.BadRequest):
        folder.subscriptions.update(contact_id=contact_id, list_id=list_id, status="normal")


def test_pending_with_its_message(
    folder: icontact.Folder, sandbox: Sandbox, contact_id: int, list_id: int
) -> None:
    made = folder.subscriptions.subscribe(
        contact_id=contact_id, list_id=list_id, status="pending", confirmation_message_id=99
    )
    assert made.status is SubscriptionStatus.PENDING
    assert sandbox.state.subscriptions()[0]["confirmationMessageId"] in (99, "99")
    with pytest.raises(errors.RejectedError, match="the subscription is pending"):
        folder.subscriptions.subscribe(contact_id=contact_id, list_id=list_id)


@pytest.mark.parametrize("status", ["donotcontact", "deleted"])
def test_who_may_not_be_mailed_is_rejected(
    folder: icontact.Folder, sandbox: Sandbox, list_id: int, status: str
) -> None:
    (number,) = sandbox.seed(contacts=[{"email": "a@x.y", "status": status}]).contact_ids
    with pytest.raises(errors.RejectedError, match="there is none") as caught:
        folder.subscriptions.subscribe(contact_id=number, list_id=list_id)
    assert caught.value.call is not None
    assert caught.value.call.method == "POST"


def test_a_subscription_that_lost_its_answer_is_done(
    folder: icontact.Folder, sandbox: Sandbox, contact_id: int, list_id: int
) -> None:
    sandbox.faults.drop_after(method="POST")
    made = folder.subscriptions.subscribe(contact_id=contact_id, list_id=list_id)
    assert made.status == "normal"
    assert [request.method for request in sandbox.requests] == ["POST", "POST", "GET"]


@pytest.fixture
def other_list(sandbox: Sandbox) -> int:
    return sandbox.seed(lists=[{"name": "Holding"}]).list_ids[0]


@pytest.fixture
def subscribed(sandbox: Sandbox) -> Iterator[int]:
    yield sandbox.seed_contacts(1, list_id=sandbox.list_id)[0]


def test_moving(folder: icontact.Folder, subscribed: int, list_id: int, other_list: int) -> None:
    moved = folder.subscriptions.move(
        contact_id=subscribed, from_list_id=list_id, to_list_id=other_list
    )
    assert (moved.list_id, moved.contact_id) == (other_list, subscribed)
    assert folder.subscriptions.find(contact_id=subscribed, list_id=list_id) is None
    with pytest.raises(errors.BadRequest, match="No Changes Made"):
        folder.subscriptions.move(
            contact_id=subscribed, from_list_id=list_id, to_list_id=other_list
        )


def test_moving_nowhere(folder: icontact.Folder, subscribed: int, list_id: int) -> None:
    with pytest.raises(errors.BadRequest, match="No Changes Made"):
        folder.subscriptions.move(contact_id=subscribed, from_list_id=list_id, to_list_id=list_id)


def test_a_move_that_lost_its_answer_is_done(
    folder: icontact.Folder, sandbox: Sandbox, subscribed: int, list_id: int, other_list: int
) -> None:
    sandbox.faults.drop_after(method="PUT")
    moved = folder.subscriptions.move(
        contact_id=subscribed, from_list_id=list_id, to_list_id=other_list
    )
    assert moved.list_id == other_list
    assert [request.status for request in sandbox.requests] == [200, 400, 200]


def test_listing(folder: icontact.Folder, sandbox: Sandbox, list_id: int) -> None:
    first, second = sandbox.seed_contacts(2, list_id=list_id)
    folder.subscriptions.unsubscribe(contact_id=second, list_id=list_id)
    rows = folder.subscriptions.list(list_id=list_id, order_by="contact_id", page_size=1)
    assert [(row.contact_id, row.status) for row in rows] == [
        (first, "normal"),
        (second, "unsubscribed"),
    ]
    gone = folder.subscriptions.list(status=SubscriptionStatus.UNSUBSCRIBED, max_items=9)
    assert [row.contact_id for row in gone] == [second]


@pytest.mark.parametrize("as_text", [False, True])
def test_a_batch_is_matched_by_contact_and_list(
    folder: icontact.Folder, sandbox: Sandbox, list_id: int, as_text: bool
) -> None:
    on, off, blocked = sandbox.seed(
        contacts=[
            {"email": "a@x.y"},
            {"email": "b@x.y"},
            {"email": "c@x.y", "status": "donotcontact"},
        ],
        subscriptions=[{"email": "a@x.y"}],
    ).contact_ids
    rows: Any = [
        {"contact_id": number, "list_id": list_id, "status": "normal"}
        for number in (on, blocked, off)
    ]
    if as_text:
        rows = [{name: str(value) for name, value in row.items()} for row in rows]
    result = folder.subscriptions.create_many(rows)
    assert [item and item.contact_id for item in result.results] == [None, None, off]
    assert [row.index for row in result.rejected] == [0, 1]


def test_how_safe_each_operation_is() -> None:
    row = {"subscriptionId": "7_1", "contactId": 1, "listId": 7}
    moved = {"subscriptionId": "8_1", "contactId": 1, "listId": 8}
    answers = [{"subscription": one} for one in (row, moved, row)]
    script = Script({"subscriptions": [row]}, *answers)
    subscriptions = Subscriptions(script, FOLDER)
    subscriptions.subscribe(contact_id=1, list_id=7)
    subscriptions.unsubscribe(contact_id=1, list_id=7)
    subscriptions.move(contact_id=1, from_list_id=7, to_list_id=8)
    subscriptions.get(contact_id=1, list_id=7)
    assert [(call.method, call.path, call.safety, call.body) for call in script.calls] == [
        (
            "POST",
            f"{FOLDER}/subscriptions",
            Safety.REPEATABLE,
            [{"contactId": 1, "listId": 7, "status": "normal"}],
        ),
        ("POST", f"{FOLDER}/subscriptions/7_1", Safety.REPEATABLE, {"status": "unsubscribed"}),
        ("PUT", f"{FOLDER}/subscriptions/7_1", Safety.REPEATABLE, {"listId": 8}),
        ("GET", f"{FOLDER}/subscriptions/7_1", Safety.READ, None),
    ]


def test_rows_without_a_list_or_a_contact_cost_no_other_row(
    folder: icontact.Folder, contact_id: int, list_id: int
) -> None:
    whole = {"contact_id": contact_id, "list_id": list_id, "status": "normal"}
    rows: Any = [{"contact_id": contact_id}, whole, {"list_id": list_id}]
    result = folder.subscriptions.create_many(rows)
    assert [one is not None for one in result.results] == [False, True, False]
    assert [one.index for one in result.rejected] == [0, 2]
    assert "listId" in " ".join(result.warnings)
