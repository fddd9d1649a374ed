"""Messages and their spam check (API 12.1, 12.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.wire import Clock, Wire

KEYS = [
    "messageId",
    "messageName",
    "messageType",
    "subject",
    "htmlBody",
    "textBody",
    "createDate",
    "campaignId",
    "previewText",
    "replyToCampaignId",
    "spamCheck",
]
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


def item(wire: Wire, **fields: Any) -> dict[str, Any]:
    return {
        "campaignId": wire.campaign(),
        "messageType": "normal",
        "subject": "News",
        "textBody": "Hello",
        **fields,
    }


def test_a_creation_answers_with_the_keys_of_production(wire: Wire) -> None:
    (row,) = wire.post("/messages", [item(wire, messageName="September VIP sale")])["messages"]
    assert list(row) == KEYS
    assert row == {
        "messageId": "60117",
        "messageName": "September VIP sale",
        "messageType": "normal",
        "subject": "News",
        "htmlBody": "",
        "textBody": "Hello",
        "createDate": "20120609 15:46:52",
        "campaignId": "248",
        "previewText": "",
        "replyToCampaignId": "",
        "spamCheck": {"rawScore": "0.0", "spamDetails": []},
    }


def test_a_read_has_null_for_what_is_blank(wire: Wire) -> None:
    message_id = wire.message()
    row = wire.get(f"/messages/{message_id}")["message"]
    assert (row["htmlBody"], row["textBody"], row["replyToCampaignId"]) == (None, "Hello", None)
    listing = wire.get("/messages")
    assert listing == {"messages": [row], "limit": 20, "offset": 0, "total": 1}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"campaignId": ""}, "You did not provide a campaignId field"),
        ({"campaignId": 7}, "You provided a campaignId that we did not recognise"),
        ({"replyToCampaignId": 7}, "You provided a replyToCampaignId that we did not recognise"),
        ({"messageType": ""}, "You did not provide a messageType field"),
        ({"messageType": "odd"}, "messageType can be one of autoresponder, confirmation, normal"),
        ({"subject": ""}, "You did not provide a subject field"),
        ({"messageId": 7}, "You provided a messageId that we did not recognise"),
        ({"htmlBody": "<p>"}, "htmlBody has to be well-formed XML"),
    ],
)
def test_what_cannot_be_created_becomes_a_warning(
    wire: Wire, fields: dict[str, Any], text: str
) -> None:
    answer = wire.post("/messages", [item(wire, **fields)])
    assert answer["messages"] is None
    assert text in answer["warnings"][0]


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>a</p><p>b</p>",
        "just text &amp; an entity",
        "<p>&nbsp;&copy;&eacute;</p>",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x">\n<html/>',
        "<!doctype html><html><body><br/></body></html>",
        "<![CDATA[<p>]]>",
    ],
)
def test_a_body_is_well_formed(wire: Wire, html: str) -> None:
    assert wire.message(htmlBody=html)


@pytest.mark.parametrize(
    "html",
    [
        "<br>",
        "<p>a</b>",
        "a & b",
        "&nonsense;",
        "</body><body>",
        "<p\x00/>",
        '<!DOCTYPE html [<!ENTITY a "b">]><p>&a;</p>',
    ],
)
def test_a_body_is_not_well_formed(wire: Wire, html: str) -> None:
    message_id = wire.message()
    body = {"htmlBody": html}
    status, (text,) = wire.refused("POST", f"/messages/{message_id}", body)
    assert (status, "well-formed" in text) == (400, True)


def test_entities_of_html_may_be_unknown(quirky: Callable[..., Wire]) -> None:
    wire = quirky(html_entities=False)
    assert wire.post("/messages", [item(wire, htmlBody="<p>&nbsp;</p>")])["messages"] is None


def test_an_item_with_an_id_updates_though_the_page_only_says_create(wire: Wire) -> None:
    message_id = wire.message(previewText="P")
    (row,) = wire.post("/messages", [{"messageId": message_id, "subject": "New"}])["messages"]
    assert (row["messageId"], row["subject"], row["previewText"]) == (message_id, "New", "P")


def test_post_on_one_merges(wire: Wire) -> None:
    message_id = wire.message()
    row = wire.post(f"/messages/{message_id}", {"replyToCampaignId": "248"})["message"]
    assert (row["replyToCampaignId"], row["subject"]) == ("248", "News")
    assert wire.post(f"/messages/{message_id}", [{"subject": "X"}])["message"] == row
    assert wire.refused("POST", f"/messages/{message_id}", {"campaignId": None})[0] == 400
    assert wire.refused("GET", "/messages/1") == (404, ["Not Found"])


def test_an_old_message_has_no_campaign(wire: Wire) -> None:
    (message_id,) = wire.sandbox.seed(messages=[{"subject": "Old"}]).message_ids
    assert wire.get(f"/messages/{message_id}")["message"]["campaignId"] is None
    assert wire.post(f"/messages/{message_id}", {"subject": "X"})["message"]["campaignId"] == ""


def test_messages_can_be_searched_and_sorted(wire: Wire, clock: Clock) -> None:
    first = wire.message(subject="A")
    clock.tick(1)
    second = wire.message(messageType="confirmation", subject="B")
    for query, found in {
        "subject=A*": [first],
        "messageType=confirmation": [second],
        "campaignId=248": [first],
        "createDateSearchType=gt&createDate=2012-06-09T15:46:52": [second],
        "orderby=createDate:asc,messageId:asc": [first, second],
        "orderby=createDate:desc": [second, first],
    }.items():
        rows = wire.get(f"/messages?{query}")["messages"]
        assert [row["messageId"] for row in rows] == found, query


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("compact", "20120609 15:46:52"),
        ("eastern", "2012-06-09 15:46:52"),
        ("iso", "2012-06-09T15:46:52-04:00"),
    ],
)
def test_the_date_has_one_of_three_forms(quirky: Callable[..., Wire], form: str, text: str) -> None:
    wire = quirky(message_create_date=form)
    assert wire.get(f"/messages/{wire.message()}")["message"]["createDate"] == text


def test_the_spam_check_is_a_score_and_what_it_is_made_of(wire: Wire) -> None:
    message_id = wire.message(subject="BUY VIAGRA NOW!!", htmlBody="<p>x</p>")
    check = wire.get(f"/messages/{message_id}")["message"]["spamCheck"]
    assert check["rawScore"] == "5.6"
    assert [detail["spamDetailName"] for detail in check["spamDetails"]] == [
        "DRUGS_ERECTILE",
        "SUBJ_ALL_CAPS",
        "PLING_PLING",
    ]
    assert list(check["spamDetails"][0]) == [
        "spamDetailScore",
        "spamDetailName",
        "spamDetailDescription",
    ]


def test_scores_may_be_numbers(quirky: Callable[..., Wire]) -> None:
    wire = quirky(spam_scores="number")
    message_id = wire.message(textBody="", htmlBody=f"<p>{GTUBE}</p>")
    check = wire.get(f"/messages/{message_id}")["message"]["spamCheck"]
    assert check["rawScore"] == 1000.5
    assert check["spamDetails"][0]["spamDetailScore"] == 1000.0


@pytest.mark.parametrize(("version", "checked"), [("2.0", False), ("2.1", True), ("2.2", True)])
def test_the_spam_check_came_with_2_1(wire: Wire, version: str, checked: bool) -> None:
    message_id = wire.message(textBody="")
    path = f"{wire.folder}/messages/{message_id}"
    row = wire.send("GET", path, API_Version=version).json()["message"]
    assert ("spamCheck" in row) is checked


def test_receive_only_fields_are_ignored_or_mentioned(
    wire: Wire, quirky: Callable[..., Wire]
) -> None:
    fields = {"createDate": "now", "spamCheck": {}}
    for each, warned in ((wire, False), (quirky(receive_only_fields="warned"), True)):
        answer = each.post("/messages", [item(each, **fields)])
        assert answer["messages"][0]["createDate"] == "20120609 15:46:52"
        assert ("warnings" in answer) is warned
        if warned:
            assert "(createDate, spamCheck)" in answer["warnings"][0]
        assert "warnings" not in each.post("/messages", [item(each)])


def test_ids_may_be_numbers(quirky: Callable[..., Wire]) -> None:
    wire = quirky(numeric_ids=True)
    (row,) = wire.post("/messages", [item(wire)])["messages"]
    assert (row["messageId"], row["campaignId"], row["replyToCampaignId"]) == (60117, 248, "")
