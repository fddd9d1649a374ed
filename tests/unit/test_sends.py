from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
import responses

import icontact
from icontact import errors
from icontact.models import Send, SendStatus
from icontact.resources import Sends
from icontact.transport import Transport
from tests.unit.support import BASE, FOLDER, Clock, Script

NOW = datetime(2024, 1, 1, 12, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
SENT = {"sendId": 978889, "recipientCount": "12", "status": "released", "releasedTime": ""}
SCHEDULED = "Message [messageId=252088] already scheduled for send [sendId=978889]"
REFUSED = {"sends": [], "warnings": [SCHEDULED]}


def sends(script: Script | Transport) -> Sends:
    return Sends(script, FOLDER, now=lambda: NOW)


def test_reading() -> None:
    row = {
        "sendId": "5",
        "messageId": "9",
        "includeListIds": "1245625,235876",
        "excludeListIds": "",
        "scheduledTime": "2024-07-01T08:00:00-04:00",
        "recipientCount": "",
        "status": "pending",
        "spamCheck": {"rawScore": 1},
    }
    folder = icontact.Folder(Script({"sends": [row], "total": 1}, {"send": row}), 1, 2)
    (one,) = folder.sends.list()
    assert folder.sends.get(5) == one
    assert one.include_list_ids == (1245625, 235876)
    assert one.exclude_list_ids == one.include_segment_ids == ()
    assert one.scheduled_time == datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert (one.recipient_count, one.status, one.cancelled) == (None, SendStatus.PENDING, False)
    assert one.spam_check is not None


@pytest.mark.parametrize("status", ["cancelled", "canceled"])
def test_either_spelling_is_cancelled(status: str) -> None:
    assert Send(send_id=1, status=status).cancelled


def test_creating_is_done_once_and_ids_travel_as_one_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    script = Script({"sends": [SENT]}, warnings=("Your account is past due",))
    made = sends(script).create(
        message_id=9,
        include_list_ids=[7, 8, 7],
        exclude_list_ids=(6,),
        include_segment_ids={5},
        exclude_segment_ids=iter([4]),
    )
    assert (made.send_id, made.recipient_count, made.released_time) == (978889, 12, None)
    (call,) = script.calls
    assert call.safety is icontact.Safety.ONCE
    assert call.body == [
        {
            "messageId": 9,
            "includeListIds": "7,8",
            "excludeListIds": "6",
            "includeSegmentIds": "5",
            "excludeSegmentIds": "4",
        }
    ]
    assert "past due" in caplog.text


@pytest.mark.parametrize(
    ("moment", "fixed", "actual"),
    [
        (
            datetime(2024, 7, 1, 12, 30, 15, 999, tzinfo=UTC),
            "2024-07-01T08:30:15-04:00",
            "2024-07-01T08:30:15-04:00",
        ),
        # In winter the page demands an offset that Eastern time does not have (API 2.8).
        (
            datetime(2024, 12, 1, 9, tzinfo=NEW_YORK),
            "2024-12-01T10:00:00-04:00",
            "2024-12-01T09:00:00-05:00",
        ),
    ],
)
def test_a_time_is_written_rigidly_and_names_the_same_instant(
    moment: datetime, fixed: str, actual: str
) -> None:
    script = Script({"sends": [SENT]}, {"sends": [SENT]})
    sends(script).create(message_id=9, include_list_ids=[7], scheduled_time=moment)
    sends(script).create(
        message_id=9, include_list_ids=[7], scheduled_time=moment, eastern_offset="actual"
    )
    assert [call.body[0]["scheduledTime"] for call in script.calls] == [fixed, actual]
    for text in (fixed, actual):
        assert datetime.fromisoformat(text) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({}, ValueError, "needs include_list_ids or include_segment_ids"),
        ({"exclude_list_ids": [1]}, ValueError, "needs include_list_ids"),
        ({"include_list_ids": "12"}, TypeError, "include_list_ids must be several whole numbers"),
        ({"include_list_ids": ["12"]}, TypeError, "include_list_ids: ids are whole numbers"),
        ({"include_list_ids": [True]}, TypeError, "include_list_ids: ids are whole"),
        ({"include_list_ids": [0]}, TypeError, "include_list_ids: ids are whole"),
        (
            {"include_list_ids": [1, 2], "exclude_list_ids": [2]},
            ValueError,
            "exclude_list_ids: list 2 is included as well",
        ),
        (
            {"include_segment_ids": [1], "exclude_segment_ids": [1]},
            ValueError,
            "exclude_segment_ids: segment 1 is included",
        ),
        (
            {"include_list_ids": [1], "scheduled_time": datetime(2025, 1, 1)},
            ValueError,
            "scheduled_time: a time needs a time zone",
        ),
        (
            {"include_list_ids": [1], "scheduled_time": datetime.min.replace(tzinfo=UTC)},
            ValueError,
            "scheduled_time: date value out of range",
        ),
        (
            {"include_list_ids": [1], "scheduled_time": NOW},
            ValueError,
            "scheduled_time: the time is past",
        ),
        (
            {
                "include_list_ids": [1],
                "scheduled_time": NOW + timedelta(hours=1),
                "eastern_offset": "wall",
            },
            ValueError,
            "eastern_offset must be 'fixed' or 'actual'",
        ),
    ],
)
def test_a_send_that_cannot_be_meant_is_refused_before_anything_is_asked(
    given: dict[str, Any], kind: type[Exception], said: str
) -> None:
    script = Script()
    with pytest.raises(kind, match=said):
        sends(script).create(message_id=9, **given)
    with pytest.raises(kind, match=said):
        sends(script).preview(**given)
    assert script.calls == []


def test_a_message_needs_a_whole_number() -> None:
    with pytest.raises(TypeError, match="message_id: ids are whole"):
        sends(Script()).create(message_id="9", include_list_ids=[1])  # type: ignore[arg-type]  # that is the test


def test_a_time_just_ahead_is_taken_by_the_clock_of_the_machine() -> None:
    script = Script({"sends": [SENT]})
    soon = datetime.now(UTC) + timedelta(hours=1)
    icontact.Folder(script, 1, 2).sends.create(
        message_id=9, include_list_ids=[7], scheduled_time=soon
    )
    assert "scheduledTime" in script.calls[0].body[0]


def test_a_message_that_is_scheduled_already_tells_its_send(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    answers.post(f"{BASE}/{FOLDER}/sends", json=REFUSED)
    with pytest.raises(errors.AlreadyScheduled) as caught:
        sends(transport).create(message_id=252088, include_list_ids=[7])
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.send_id, error.message_id, error.warnings) == (978889, 252088, (SCHEDULED,))
    assert isinstance(error, errors.RejectedError)
    assert SCHEDULED in str(error)


def test_another_refusal_is_told_in_iContacts_words() -> None:  # noqa: N802 - its own name
    script = Script({"sends": []}, warnings=("past due", "too much like spam"))
    with pytest.raises(errors.RejectedError, match="too much like spam") as caught:
        sends(script).create(message_id=9, include_list_ids=[7])
    assert not isinstance(caught.value, errors.AlreadyScheduled)


@pytest.mark.parametrize("trouble", [requests.exceptions.ReadTimeout(), None])
def test_a_lost_answer_is_not_asked_for_again(
    transport: Transport,
    answers: responses.RequestsMock,
    clock: Clock,
    trouble: Exception | None,
) -> None:
    url = f"{BASE}/{FOLDER}/sends"
    if trouble:
        answers.post(url, body=trouble)
    else:
        answers.post(url, status=503, json={"errors": []})
    with pytest.raises(errors.CallError) as caught:
        sends(transport).create(message_id=9, include_list_ids=[7])
    assert caught.value.maybe_applied
    assert f"look at GET {FOLDER}/sends before repeating" in str(caught.value)
    assert len(answers.calls) == 1
    assert clock.sleeps == []


def test_whether_it_happened_can_be_found_out() -> None:
    rows = [
        {"sendId": 3, "messageId": 9},
        {"sendId": 5, "messageId": 9},
        {"sendId": 6, "messageId": 8},
    ]
    script = Script(*[{"sends": rows, "total": 3}] * 4)
    found = sends(script).find_recent(9)
    assert found is not None
    assert found.send_id == 5
    assert sends(script).find_recent(9, newer_than=3) == found
    assert sends(script).find_recent(9, newer_than=5) is None
    assert sends(script).find_recent(7) is None


def test_cancelling_looks_whether_it_worked() -> None:
    script = Script([], {"send": {"sendId": 5, "status": "canceled"}})
    sends(script).cancel(5)
    assert [call.method for call in script.calls] == ["DELETE", "GET"]
    sends(Script([], errors.NotFound(404))).cancel(5)
    # The answer to the first cancellation was lost.
    sends(Script(errors.BadRequest(400), {"send": {"sendId": 5, "status": "cancelled"}})).cancel(5)


@pytest.mark.parametrize(("status", "said"), [("released", "is released still"), ("", "is there")])
def test_what_is_on_its_way_cannot_be_cancelled(status: str, said: str) -> None:
    script = Script([], {"send": {"sendId": 5, "status": status}})
    with pytest.raises(errors.RejectedError, match=f"send 5 {said}"):
        sends(script).cancel(5)


def test_a_refusal_to_cancel_is_told_in_iContacts_words() -> None:  # noqa: N802 - its own name
    script = Script(errors.BadRequest(400, ["too late"]), {"send": {"sendId": 5, "status": "x"}})
    with pytest.raises(errors.RejectedError, match="too late / send 5 is x still"):
        sends(script).cancel(5)


def test_an_unknown_send_cannot_be_cancelled() -> None:
    with pytest.raises(errors.NotFound):
        sends(Script(errors.NotFound(404))).cancel(5)
