"""Seeding mailings past the rules, and reading what the sandbox holds of them."""

from __future__ import annotations

from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.sandbox.wire import Wire

EVERYTHING: dict[str, Any] = {
    "campaigns": [{"name": "Odd", "clickTrackMode": 0}],
    "messages": [{"messageId": 70000, "subject": "Old", "createDate": "2009-07-25T14:55:12-04:00"}],
    "segments": [{"name": "Some"}, {"name": "Others", "description": "D"}],
    "criteria": [
        {"segmentId": 234876, "fieldName": "city", "operator": "eq", "values": ["A"]},
        {"segmentId": 234876, "fieldName": "age", "operator": "bet", "values": [1, 2]},
        {"segmentId": 234877, "fieldName": "city", "operator": "eq", "values": ["B"]},
    ],
    "sends": [{"messageId": 70000}],
    "signup_forms": [{"name": "Form"}],
    "webhooks": [{"eventId": "contact_created", "url": "http://127.0.0.1/"}],
}


def test_everything_can_be_seeded_at_once(sandbox: Sandbox) -> None:
    seeded = sandbox.seed(**EVERYTHING)
    assert seeded.campaign_ids == [248]
    assert seeded.message_ids == [70000]
    assert seeded.segment_ids == [234876, 234877]
    assert seeded.criterion_ids == [0, 1, 0]
    assert seeded.send_ids == [978889]
    assert seeded.signup_form_ids == [1294]
    assert seeded.webhook_ids == [1]


def test_the_state_of_mailings_can_be_read(sandbox: Sandbox) -> None:
    sandbox.seed(**EVERYTHING)
    state = sandbox.state
    (campaign,) = state.campaigns()
    assert (campaign["campaignId"], campaign["name"], campaign["clickTrackMode"]) == (
        "248",
        "Odd",
        0,
    )
    (message,) = state.messages()
    assert (message["messageId"], message["campaignId"], message["createDate"]) == (
        "70000",
        "",
        "2009-07-25T14:55:12-04:00",
    )
    assert state.segments()[1] == {
        "segmentId": "234877",
        "listId": "205303",
        "name": "Others",
        "description": "D",
    }
    assert len(state.criteria()) == 3
    assert state.criteria("234876")[1] == {
        "segmentId": "234876",
        "criterionId": 1,
        "fieldName": "age",
        "operator": "bet",
        "values": ["1", "2"],
    }
    (send,) = state.sends()
    assert (send["sendId"], send["status"], send["scheduledTime"]) == ("978889", "released", "")
    assert state.recipients("978889") == []
    assert state.reactions() == state.uploads() == []
    other = sandbox.add_client_folder()
    assert state.messages(other) == state.webhooks(other) == []


@pytest.mark.parametrize("kind", EVERYTHING)
def test_a_key_that_a_thing_does_not_have_is_refused(sandbox: Sandbox, kind: str) -> None:
    nonsense: dict[str, Any] = {kind: [{"nonsense": 1}]}
    with pytest.raises(ValueError, match=r"The \w+ to be added has no nonsense"):
        sandbox.seed(**nonsense)


@pytest.mark.parametrize(
    ("things", "text"),
    [
        (
            {"custom_fields": [{"privateName": "born", "fieldtype": "date"}]},
            "The custom field to be added has no fieldtype",
        ),
        (
            {"contacts": [{"email": "jo@example.com"}]}
            | {"subscriptions": [{"email": "jo@example.com", "state": "pending"}]},
            "The subscription to be added has no state",
        ),
        (
            {"contacts": [{"email": "jo@example.com"}]}
            | {"subscriptions": [{"email": "jo@example.com", "addDate": "2012-06-09"}]},
            "The subscription to be added has no addDate",
        ),
    ],
)
def test_a_key_beside_good_ones_is_not_passed_over(
    sandbox: Sandbox, things: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        sandbox.seed(**things)
    assert sandbox.state.contacts() == sandbox.state.custom_fields() == []


@pytest.mark.parametrize("name", ["it's", 'so "called"', "a b", "a/b", "a[0]", "a\\b"])
def test_a_custom_field_needs_a_name_that_icontact_takes(sandbox: Sandbox, name: str) -> None:
    with pytest.raises(ValueError, match="privateName can not contain spaces, quotes"):
        sandbox.seed(custom_fields=[{"privateName": name}])


def test_a_criterion_needs_its_segment(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="a segment that does not exist"):
        sandbox.seed(criteria=EVERYTHING["criteria"])


@pytest.mark.parametrize("field", ["city", "createDate", "messageOpens"])
@pytest.mark.parametrize(
    ("operator", "values"), [("foo", ["1"]), ("eq", []), ("bet", ["1"]), ("month", ["x"])]
)
def test_a_criterion_without_sense_matches_no_contact(
    wire: Wire, field: str, operator: str, values: list[str]
) -> None:
    wire.people(1)
    criterion = {"segmentId": 234876, "fieldName": field, "operator": operator, "values": values}
    wire.sandbox.seed(campaigns=[{}], segments=[{"name": "Odd"}], criteria=[criterion])
    message_id = wire.message()
    assert wire.dispatch(message_id, includeSegmentIds="234876")["recipientCount"] == "0"


@pytest.mark.parametrize(
    "odd",
    [
        {"messageId": 7, "includeListIds": "205303"},
        {"messageId": 60117, "includeListIds": "abc"},
        {"messageId": 60117, "includeSegmentIds": "7, x"},
    ],
)
def test_a_pending_send_that_names_nothing_does_not_stop_the_sandbox(
    wire: Wire, odd: dict[str, Any]
) -> None:
    wire.people(1)
    due = {"status": "pending", "scheduledTime": "2009-07-25T14:55:12-04:00", **odd}
    wire.sandbox.seed(campaigns=[{}], messages=[{"subject": "x", "campaignId": 248}], sends=[due])
    assert wire.get("/contacts")["total"] == 1
    assert wire.get("/sends")["sends"][0]["status"] == "released"
    assert wire.sandbox.state.reactions() == []


def test_lists_of_a_seeded_send_may_stand_apart(wire: Wire) -> None:
    wire.people(1)
    due = {"messageId": 60117, "status": "pending", "scheduledTime": "2009-07-25T14:55:12-04:00"}
    lists = {"includeListIds": "7, 205303"}
    wire.sandbox.seed(campaigns=[{}], messages=[{"campaignId": 248}], sends=[{**due, **lists}])
    assert wire.get("/sends")["sends"][0]["recipientCount"] == "1"


def test_a_segment_of_nonsense_holds_nobody(wire: Wire) -> None:
    wire.people(1)
    wire.sandbox.seed(**{name: EVERYTHING[name] for name in ("campaigns", "segments", "criteria")})
    message_id = wire.message()
    assert wire.dispatch(message_id, includeSegmentIds="234876")["recipientCount"] == "0"
