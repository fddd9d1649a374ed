from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import icontact
from icontact import errors
from icontact.models import Message, MessageType, SpamCheck
from icontact.resources import Messages
from tests.unit.support import FOLDER, Script

MESSAGE = {
    "messageId": "60117",
    "campaignId": "248",
    "messageType": "normal",
    "subject": "Sale",
    "htmlBody": "<p>Jo</p>",
    "textBody": "Jo",
    "createDate": "20090725 14:55:12",
    "spamCheck": {
        "rawScore": "5.0",
        "spamDetails": [
            {
                "spamDetailScore": 1.5,
                "spamDetailName": "HTML_ONLY",
                "spamDetailDescription": "only HTML",
                "more": "x",
            }
        ],
    },
}
FIVE_PAST_NOON = datetime(2008, 4, 15, 12, 5, tzinfo=timezone(timedelta(hours=-4)))


def messages(script: Script) -> Messages:
    return icontact.Folder(script, 1, 2).messages


def test_a_message_and_what_the_spam_check_says() -> None:
    script = Script({"messages": [MESSAGE], "total": 1}, {"message": MESSAGE})
    (one,) = messages(script).list(campaign_id=248, order_by=("create_date", "message_id"))
    assert ("orderby", "createDate,messageId") in script.calls[0].params
    assert messages(script).get(60117) == one
    assert one.message_type is MessageType.NORMAL
    assert one.create_date is not None
    assert one.spam_check is not None
    assert one.spam_check.raw_score == 5.0
    assert one.spam_check.blocked
    (detail,) = one.spam_check.spam_details
    assert (detail.spam_detail_score, detail.extra) == (1.5, {"more": "x"})
    assert "Jo" not in repr(one)


@pytest.mark.parametrize(("score", "blocked"), [(None, False), (4.99, False), (5.0, True)])
def test_five_and_more_is_blocked(score: float | None, blocked: bool) -> None:
    assert SpamCheck(raw_score=score).blocked is blocked


@pytest.mark.parametrize("nothing", [None, "", []])
def test_a_message_without_a_campaign_or_a_score(nothing: Any) -> None:
    raw = {"messageId": 1, "campaignId": "", "spamCheck": nothing}
    one = messages(Script({"message": raw})).get(1)
    assert one == Message(message_id=1)


def test_what_is_wrong_within_a_score_is_named_with_its_path() -> None:
    check = {"rawScore": "high", "spamDetails": [{}, "x", {"spamDetailScore": []}]}
    with pytest.raises(errors.DecodeError) as caught:
        messages(Script({"message": {"messageId": 1, "spamCheck": check}})).get(1)
    assert caught.value.problems == (
        "message.spamCheck.rawScore: expected a number, got other text",
        "message.spamCheck.spamDetails[1]: expected an object, got other text",
        "message.spamCheck.spamDetails[2].spamDetailScore: expected a number, got an array",
    )
    for odd, said in (("x", "got other text"), (7, "got a number")):
        with pytest.raises(errors.DecodeError, match=rf"message.spamCheck: expected an o.*{said}"):
            messages(Script({"message": {"messageId": 1, "spamCheck": odd}})).get(1)
    with pytest.raises(errors.DecodeError, match=r"spamDetails: expected an array, got an object"):
        raw = {"messageId": 1, "spamCheck": {"spamDetails": {"a": 1}}}
        messages(Script({"message": raw})).get(1)


def test_creating_is_done_once_and_changing_is_safe_to_repeat() -> None:
    script = Script({"messages": [MESSAGE]}, {"message": MESSAGE})
    messages(script).create(campaign_id=248, message_type="normal", subject="Sale")
    messages(script).update(60117, preview_text=None)
    assert [call.safety for call in script.calls] == [
        icontact.Safety.ONCE,
        icontact.Safety.REPEATABLE,
    ]
    assert script.calls[1].body == {"previewText": ""}


def test_twins_are_told_apart() -> None:
    stored = [{**MESSAGE, "messageId": number} for number in (1, 2)]
    result = messages(Script({"messages": stored})).create_many(
        [{"subject": "Sale"}, {"subject": "Other"}, {"subject": "Sale"}]
    )
    assert [one and one.message_id for one in result.results] == [1, None, 2]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("bounces", "bounceTime"),
        ("opens", "openTime"),
        ("clicks", "clickTime"),
        ("unsubscribes", "unsubscribeTime"),
    ],
)
def test_the_samples_of_tracking_are_read(name: str, key: str) -> None:
    rows = [{"contactId": 456, key: "2008-04-15T12:05:00-04:00", "clickLink": "https://x.example"}]
    script = Script({name: rows, "limit": 100, "offset": 0, "total": 1})
    (row,) = getattr(messages(script), name)(9, max_items=5, page_size=100)
    assert row.contact_id == 456
    time = {"bounceTime": "bounce_time", "openTime": "open_time", "clickTime": "click_time"}
    assert getattr(row, time.get(key, "unsubscribe_time")) == FIVE_PAST_NOON
    assert "x.example" not in repr(row)
    assert script.calls[0].path == f"{FOLDER}/messages/9/{name}"


def test_the_sample_of_statistics_is_read(caplog: pytest.LogCaptureFixture) -> None:
    figures = {
        "bounces": 3,
        "delivered": 26,
        "unsubscribes": 0,
        "opens": {"unique": 14, "total": 17},
        "clicks": {"unique": 3, "total": 3},
        "forwards": 2,
        "comments": 0,
        "complaints": 0,
    }
    script = Script({"statistics": figures}, warnings=("Your account is past due",))
    with caplog.at_level(logging.WARNING, "icontact"):
        found = messages(script).statistics(9)
    assert (found.delivered, found.opens.unique, found.clicks.total) == (26, 14, 3)
    assert "past due" in caplog.text


@pytest.mark.parametrize("nothing", [None, [], "", {}])
def test_figures_that_are_not_there_are_unknown(nothing: Any) -> None:
    found = messages(Script({"statistics": {"opens": nothing, "bounces": ""}})).statistics(9)
    assert (found.opens.unique, found.bounces) == (None, None)
