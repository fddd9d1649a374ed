"""Sends: who receives what, and when (API 13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from icontact.sandbox import Quirks, Sandbox
from tests.sandbox.wire import Clock, Wire

KEYS = [
    "sendId",
    "messageId",
    "includeListIds",
    "excludeListIds",
    "includeSegmentIds",
    "excludeSegmentIds",
    "scheduledTime",
    "recipientCount",
    "status",
    "releasedTime",
    "spamCheck",
]
LATER = "2012-06-09T18:00:00-04:00"


def refused(wire: Wire, **fields: Any) -> str:
    answer = wire.post("/sends", [fields])
    assert answer["sends"] == []
    (text,) = answer["warnings"]
    return str(text)


def test_a_send_is_released_at_once(wire: Wire) -> None:
    wire.people(3)
    send = wire.dispatch(wire.message())
    assert list(send) == KEYS
    assert send == {
        "sendId": "978889",
        "messageId": "60117",
        "includeListIds": "205303",
        "excludeListIds": "",
        "includeSegmentIds": "",
        "excludeSegmentIds": "",
        "scheduledTime": "",
        "recipientCount": "3",
        "status": "released",
        "releasedTime": "2012-06-09T15:46:52-04:00",
        "spamCheck": {"rawScore": "0.0", "spamDetails": []},
    }
    row = wire.get("/sends/978889")["send"]
    assert (row["status"], row["scheduledTime"]) == ("released", None)
    listing = wire.get("/sends?status=released&messageId=60117&orderby=sendId:desc")
    assert listing == {"sends": [row], "limit": 20, "offset": 0, "total": 1}


def test_the_spam_check_of_a_send_came_with_2_1(wire: Wire) -> None:
    wire.dispatch(wire.message())
    response = wire.send("GET", f"{wire.folder}/sends/978889", API_Version="2.0")
    assert "spamCheck" not in response.json()["send"]


def test_recipients_come_from_lists_and_segments_without_those_excluded(wire: Wire) -> None:
    people = [{"email": f"{name}@example.com"} for name in "abcdef"]
    seeded = wire.sandbox.seed(
        lists=[{"name": "Second"}, {"name": "Not them"}],
        contacts=people,
        segments=[
            {"name": "D", "listId": 205304},
            {"name": "B", "listId": 205303},
        ],
        criteria=[
            {"segmentId": 234876, "fieldName": "email", "operator": "contains", "values": ["d@"]},
            {"segmentId": 234877, "fieldName": "email", "operator": "contains", "values": ["b@"]},
        ],
    )
    a, b, c, d, e, _ = seeded.contact_ids
    wire.sandbox.seed(
        subscriptions=[
            *({"contactId": each} for each in (a, b, c)),
            *({"contactId": each, "listId": 205304} for each in (a, d, e)),
            {"contactId": c, "listId": 205305, "status": "pending"},
        ]
    )
    send = wire.dispatch(
        wire.message(),
        includeListIds="205303",
        includeSegmentIds="234876",
        excludeListIds="205305",
        excludeSegmentIds="234877",
    )
    assert wire.sandbox.state.recipients(send["sendId"]) == [str(a), str(d)]
    both = wire.dispatch(wire.message(), includeListIds="205303, 205304")
    assert (both["includeListIds"], both["recipientCount"]) == ("205303,205304", "5")


def test_an_exclusion_on_a_blank_field_excludes_nobody(wire: Wire) -> None:
    wire.people(1)
    wire.sandbox.seed(
        custom_fields=[{"privateName": "score", "fieldType": "number"}],
        segments=[{"name": "High"}],
        criteria=[
            {"segmentId": 234876, "fieldName": "score", "operator": "gt", "values": [5]},
        ],
    )
    assert wire.dispatch(wire.message(), excludeSegmentIds="234876")
    assert wire.sandbox.state.sends()[0]["recipientCount"] == 1


@pytest.mark.parametrize(
    "status", ["normal", "bounced", "donotcontact", "pending", "invitable", "deleted"]
)
def test_only_normal_contacts_are_mailed(wire: Wire, status: str) -> None:
    wire.sandbox.seed(
        contacts=[{"email": "a@example.com", "status": status}],
        subscriptions=[{"email": "a@example.com"}],
    )
    count = wire.dispatch(wire.message())["recipientCount"]
    assert count == ("1" if status == "normal" else "0")


@pytest.mark.parametrize("status", ["pending", "unsubscribed"])
def test_only_normal_subscriptions_are_mailed(wire: Wire, status: str) -> None:
    wire.sandbox.seed(
        contacts=[{"email": "a@example.com"}],
        subscriptions=[{"email": "a@example.com", "status": status}],
    )
    assert wire.dispatch(wire.message())["recipientCount"] == "0"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"messageId": ""}, "You did not provide a messageId field"),
        ({"messageId": 7}, "You provided a messageId that we did not recognise"),
        ({"includeListIds": ""}, "You did not provide an includeListIds or an includeSegmentIds"),
        ({"includeListIds": " , "}, "The includeListIds value you provided was not valid"),
        ({"includeListIds": "205303,7"}, "You provided a includeListIds that we did not"),
        ({"includeListIds": [205303]}, "The includeListIds value you provided was not valid"),
        ({"excludeListIds": "x"}, "You provided a excludeListIds that we did not"),
        ({"includeSegmentIds": "7"}, "You provided a includeSegmentIds that we did not"),
        ({"sendId": 7}, "You provided a sendId field, which is not allowed here"),
        ({"scheduledTime": "tomorrow"}, "has to be given as YYYY-MM-DDTHH:MM:SS-04:00"),
        ({"scheduledTime": "2012-06-10T10:00:00Z"}, "has to be given as"),
        ({"scheduledTime": "2012-06-10T10:00:00-05:00"}, "has to be given as"),
        ({"scheduledTime": "2012-06-31T10:00:00-04:00"}, "has to be given as"),
        ({"scheduledTime": "2012-06-09T10:00:00-04:00"}, "scheduledTime can not be in the past"),
    ],
)
def test_what_cannot_be_sent_becomes_a_warning(
    wire: Wire, fields: dict[str, Any], text: str
) -> None:
    item = {"messageId": wire.message(), "includeListIds": "205303", **fields}
    answer = wire.post("/sends", [item])
    assert answer["sends"] == []
    assert text in answer["warnings"][0]
    assert wire.sandbox.state.sends() == []


def test_a_deleted_list_is_not_sent_to(wire: Wire) -> None:
    wire.delete("/lists/205303")
    assert "did not recognise" in refused(wire, messageId=wire.message(), includeListIds="205303")


@pytest.mark.parametrize("kind", ["confirmation", "welcome", "autoresponder"])
def test_only_normal_messages_are_sent(wire: Wire, kind: str) -> None:
    text = refused(wire, messageId=wire.message(messageType=kind), includeListIds="205303")
    assert f"A message of the type {kind} can not be sent" in text


def test_a_message_without_a_campaign_is_not_sent(wire: Wire) -> None:
    (message_id,) = wire.sandbox.seed(messages=[{"subject": "Old"}]).message_ids
    assert "has no campaign" in refused(wire, messageId=message_id, includeListIds="205303")


def test_spam_of_five_or_more_is_not_sent(wire: Wire, quirky: Callable[..., Wire]) -> None:
    for each, text in ((wire, "spam score of 5.6"), (quirky(spam_text="Spam: {score}"), "5.6")):
        spam = each.message(subject="BUY VIAGRA NOW!!")
        assert text in refused(each, messageId=spam, includeListIds="205303")


def test_a_message_is_sent_once_in_the_recorded_words(wire: Wire) -> None:
    message_id = wire.message()
    wire.dispatch(message_id)
    text = "Message [messageId=60117] already scheduled for send [sendId=978889]"
    assert refused(wire, messageId=message_id, includeListIds="205303") == text


def test_a_message_may_be_sent_again_once_it_is_released(quirky: Callable[..., Wire]) -> None:
    wire = quirky(double_sends="while_pending")
    message_id = wire.message()
    wire.dispatch(message_id)
    wire.dispatch(message_id, scheduledTime=LATER)
    assert "[sendId=978890]" in refused(wire, messageId=message_id, includeListIds="205303")


def test_a_cancellation_can_come_to_nothing(quirky: Callable[..., Wire]) -> None:
    wire = quirky(cancelling="ignored")
    wire.dispatch(wire.message(), scheduledTime=LATER)
    assert wire.delete("/sends/978889") == []
    assert wire.get("/sends/978889")["send"]["status"] == "pending"


def test_a_scheduled_send_waits_and_is_released_when_its_time_has_come(wire: Wire) -> None:
    wire.people(2)
    send = wire.dispatch(wire.message(), scheduledTime=LATER)
    assert (send["status"], send["scheduledTime"]) == ("pending", LATER)
    assert (send["recipientCount"], send["releasedTime"]) == ("2", "")
    assert wire.sandbox.advance(hours=2) == datetime(2012, 6, 9, 21, 46, 52, tzinfo=UTC)
    assert wire.get("/sends/978889")["send"]["status"] == "pending"
    wire.subscribe(wire.contact("late@example.com"))
    wire.sandbox.advance(timedelta(hours=1), minutes=5, seconds=8, days=1)
    (row,) = wire.sandbox.state.sends()
    assert (row["status"], row["recipientCount"]) == ("released", 3)
    assert row["releasedTime"] == LATER


def test_a_send_is_also_released_when_the_clock_moves_by_itself(wire: Wire, clock: Clock) -> None:
    wire.dispatch(wire.message(), scheduledTime=LATER)
    clock.tick(3 * 3600)
    assert wire.get("/sends/978889")["send"]["status"] == "released"


def test_time_only_goes_forward(sandbox: Sandbox) -> None:
    before = sandbox.now
    with pytest.raises(ValueError, match="cannot go back in time, by 1:00:00"):
        sandbox.advance(hours=-1)
    assert sandbox.advance() == sandbox.now == before


@pytest.mark.parametrize("days", [9_000_000, 1e300, -9_000_000])
def test_a_time_beyond_the_calendar_is_refused_and_changes_nothing(wire: Wire, days: float) -> None:
    before = wire.sandbox.now
    with pytest.raises(ValueError, match="cannot go beyond the years 1 to 9999"):
        wire.sandbox.advance(days=days)
    assert wire.sandbox.now == before
    assert wire.get("/contacts")["total"] == 0


def test_advancing_works_with_the_real_clock() -> None:
    with Sandbox() as sandbox:
        before = sandbox.now
        assert timedelta(days=1) <= sandbox.advance(days=1) - before < timedelta(days=1, hours=1)


def test_sends_are_released_in_the_order_of_their_times(wire: Wire) -> None:
    wire.people(1)
    for hour in ("20", "19"):
        wire.dispatch(wire.message(), scheduledTime=f"2012-06-09T{hour}:00:00-04:00")
    wire.sandbox.advance(days=1)
    actions = [row for row in wire.sandbox.state.actions() if row["actionType"] == "ReleaseSend"]
    assert [row["actionTime"] for row in actions] == [
        "2012-06-09T19:00:00-0400",
        "2012-06-09T20:00:00-0400",
    ]
    assert actions[0]["details"] == {"messageId": "60118"}


def test_a_pending_send_can_be_cancelled_and_the_message_sent_again(wire: Wire) -> None:
    message_id = wire.message()
    wire.dispatch(message_id, scheduledTime=LATER)
    assert wire.delete("/sends/978889") == []
    assert wire.get("/sends/978889")["send"]["status"] == "cancelled"
    wire.sandbox.advance(days=1)
    assert wire.sandbox.state.sends()[0]["status"] == "cancelled"
    assert wire.dispatch(message_id)["status"] == "released"
    for send_id in ("978889", "978890"):
        status, (text,) = wire.refused("DELETE", f"/sends/{send_id}")
        assert (status, "can not be cancelled" in text) == (400, True)


def test_a_send_that_is_not_there_is_not_found(wire: Wire) -> None:
    assert wire.refused("GET", "/sends/1") == (404, ["Not Found"])
    assert wire.refused("DELETE", "/sends/x") == (404, ["Not Found"])


def test_statuses_have_two_spellings(quirky: Callable[..., Wire]) -> None:
    wire = quirky(send_statuses="description")
    assert wire.dispatch(wire.message())["status"] == "complete"
    message_id = wire.message()
    wire.dispatch(message_id, scheduledTime=LATER)
    wire.delete("/sends/978890")
    assert wire.get("/sends/978890")["send"]["status"] == "canceled"
    assert wire.dispatch(message_id)["status"] == "complete"


@pytest.mark.parametrize(
    ("quirk", "offset", "taken"),
    [
        ("-04:00", "-04:00", True),
        ("-04:00", "-05:00", False),
        ("-05:00", "-04:00", False),
        ("-05:00", "-05:00", True),
        ("either", "-04:00", True),
        ("either", "-05:00", True),
    ],
)
def test_winter_has_the_offset_of_the_quirk(
    quirky: Callable[..., Wire], quirk: str, offset: str, taken: bool
) -> None:
    wire = quirky(winter_offset=quirk)
    when = f"2012-12-09T12:00:00{offset}"
    item = {"messageId": wire.message(), "includeListIds": "205303", "scheduledTime": when}
    answer = wire.post("/sends", [item])
    assert bool(answer["sends"]) is taken
    if taken:
        written = datetime.fromisoformat(answer["sends"][0]["scheduledTime"])
        assert written == datetime.fromisoformat(when)
        assert answer["sends"][0]["scheduledTime"].endswith(
            "-04:00" if quirk == "-04:00" else "-05:00"
        )


def test_the_past_may_be_taken_for_now(quirky: Callable[..., Wire]) -> None:
    wire = quirky(past_schedule="released")
    send = wire.dispatch(wire.message(), scheduledTime="2012-06-09T10:00:00-04:00")
    assert (send["status"], send["releasedTime"]) == ("released", "2012-06-09T15:46:52-04:00")


def test_receive_only_fields_are_mentioned(quirky: Callable[..., Wire]) -> None:
    wire = quirky(receive_only_fields="warned")
    item = {"messageId": wire.message(), "includeListIds": "205303", "status": "released"}
    answer = wire.post("/sends", [item])
    assert len(answer["sends"]) == 1
    assert "(status)" in answer["warnings"][0]


def test_a_seeded_send_is_as_it_is_given(wire: Wire) -> None:
    released = datetime(2012, 6, 1, 12, tzinfo=UTC)
    wire.sandbox.seed(
        messages=[{"subject": "Old", "createDate": "2012-05-01T12:00:00+00:00"}],
        sends=[
            {"messageId": 60117, "releasedTime": released, "recipientCount": 7},
            {"messageId": 7, "status": "sending"},
        ],
    )
    first, second = wire.get("/sends")["sends"]
    assert (first["releasedTime"], first["recipientCount"]) == ("2012-06-01T08:00:00-04:00", "7")
    assert (second["status"], "spamCheck" in second) == ("sending", False)


def test_releasing_asks_the_quirks_of_today() -> None:
    sandbox = Sandbox(quirks=Quirks(send_statuses="description"))
    sandbox.seed(
        campaigns=[{}],
        messages=[{"subject": "X", "campaignId": 248}],
        sends=[{"messageId": 60117, "status": "pending", "scheduledTime": sandbox.now}],
    )
    sandbox.advance(seconds=1)
    assert sandbox.state.sends()[0]["status"] == "complete"
    sandbox.close()
