"""What comes of a message: bounces, openings, clicks, unsubscriptions, figures (API 12.2, 12.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from icontact.sandbox import Quirks, Recipients, Sandbox
from tests.sandbox.wire import Wire

HTML = '<p><a class="x" href="https://example.com/a?b=1&amp;c=2">x</a></p>'


def row_of(wire: Wire, message_id: str, kind: str) -> Any:
    answer = wire.get(f"/messages/{message_id}/{kind}?limit=100")
    assert list(answer) == [kind, "limit", "offset", "total"]
    assert (answer["limit"], answer["offset"]) == (100, 0)
    assert answer["total"] == len(answer[kind])
    return answer[kind][0]


@pytest.mark.parametrize(
    ("kind", "rate", "keys"),
    [
        ("bounces", "bounce_rate", ["contactId", "bounceTime"]),
        ("opens", "open_rate", ["contactId", "openTime"]),
        ("clicks", "click_rate", ["contactId", "clickTime", "clickLink"]),
        ("unsubscribes", "unsubscribe_rate", ["contactId", "unsubscribeTime"]),
    ],
)
def test_the_samples_of_tracking(
    lively: Callable[..., Wire], kind: str, rate: str, keys: list[str]
) -> None:
    wire = lively(**{rate: 1.0})
    (contact_id,) = wire.people(1)
    message_id = wire.message(htmlBody=HTML)
    wire.dispatch(message_id)
    row = row_of(wire, message_id, kind)
    assert list(row) == keys
    assert row[keys[0]] == str(contact_id)
    assert row[keys[1]] == "2012-06-09T15:46:52-04:00"
    assert row.get("clickLink", "https://example.com/a?b=1&c=2") == "https://example.com/a?b=1&c=2"


def test_the_samples_print_ids_as_numbers(quirky: Callable[..., Wire]) -> None:
    wire = quirky(numeric_ids=True)
    ids = wire.people(100)
    wire.dispatch(str(wire.message(htmlBody=HTML)))
    row = row_of(wire, "60117", "opens")
    assert row["contactId"] in ids


def test_the_sample_of_statistics(wire: Wire) -> None:
    wire.people(1000)
    message_id = wire.message(htmlBody=HTML)
    empty = wire.get(f"/messages/{message_id}/statistics")
    assert empty == {
        "statistics": {
            "bounces": 0,
            "delivered": 0,
            "unsubscribes": 0,
            "opens": {"unique": 0, "total": 0},
            "clicks": {"unique": 0, "total": 0},
            "forwards": 0,
            "comments": 0,
            "complaints": 0,
        }
    }
    wire.dispatch(message_id)
    figures = wire.get(f"/messages/{message_id}/statistics")["statistics"]
    assert list(figures) == list(empty["statistics"])
    assert figures["bounces"] + figures["delivered"] == 1000
    assert 250 < figures["opens"]["unique"] < figures["opens"]["total"] < 1000
    assert 50 < figures["clicks"]["unique"] < figures["clicks"]["total"] < 300
    for kind in ("opens", "clicks"):
        assert wire.get(f"/messages/{message_id}/{kind}")["total"] == figures[kind]["total"]
    for kind in ("bounces", "unsubscribes"):
        assert wire.get(f"/messages/{message_id}/{kind}")["total"] == figures[kind] > 0
    assert figures["forwards"] > 0


def test_the_same_seed_gives_the_same_reactions() -> None:
    def figures(seed: int) -> Any:
        with Sandbox(recipients=Recipients(seed=seed)) as sandbox:
            wire = Wire(sandbox)
            wire.people(500)
            wire.dispatch(wire.message(htmlBody=HTML))
            return wire.get("/messages/60117/statistics")

    assert figures(1) == figures(1) != figures(2)


def test_clicks_are_only_counted_where_they_are_tracked(lively: Callable[..., Wire]) -> None:
    wire = lively(click_rate=1.0)
    wire.people(1)
    untracked = wire.message(htmlBody=HTML, campaignId=wire.campaign(clickTrackMode=0))
    without_links = wire.message(htmlBody="<p>x</p>")
    text_only = wire.message()
    for message_id in (untracked, without_links, text_only):
        wire.dispatch(message_id)
        assert wire.get(f"/messages/{message_id}/clicks")["total"] == 0


def test_openings_are_only_noticed_in_html(lively: Callable[..., Wire]) -> None:
    wire = lively(open_rate=1.0)
    wire.people(1)
    for fields, opened in (({}, False), ({"htmlBody": "<p>x</p>"}, True)):
        message_id = wire.message(**fields)
        wire.dispatch(message_id)
        assert bool(wire.get(f"/messages/{message_id}/opens")["total"]) is opened


def test_who_unsubscribes_leaves_the_lists_that_were_sent_to(
    lively: Callable[..., Wire],
) -> None:
    wire = lively(unsubscribe_rate=1.0)
    (contact_id,) = wire.people(1)
    wire.sandbox.seed(
        lists=[{"name": "By segment"}, {"name": "Not meant"}],
        segments=[{"name": "S", "listId": 205304}],
        subscriptions=[{"contactId": contact_id, "listId": each} for each in (205304, 205305)],
    )
    wire.dispatch(wire.message(), includeListIds="205303", includeSegmentIds="234876")
    statuses = [row["status"] for row in wire.sandbox.state.subscriptions()]
    assert statuses == ["unsubscribed", "unsubscribed", "normal"]
    left = wire.sandbox.state.actions()[-1]
    assert (left["actionType"], left["actor"]) == ("EditSubscription", "contact")
    assert left["details"] == {"listId": "205304", "newStatus": "unsubscribed"}
    assert wire.dispatch(wire.message())["recipientCount"] == "0"


@pytest.mark.parametrize(("share", "status"), [(1.0, "bounced"), (0.0, "normal")])
def test_a_bounce_counts_and_one_for_good_marks(
    lively: Callable[..., Wire], share: float, status: str
) -> None:
    wire = lively(bounce_rate=1.0, hard_bounce_share=share)
    wire.people(1)
    wire.dispatch(wire.message())
    (contact,) = wire.sandbox.state.contacts()
    assert (contact["status"], contact["bounceCount"]) == (status, "1")


def test_a_late_bounce_changes_no_other_status(lively: Callable[..., Wire]) -> None:
    wire = lively(bounce_rate=1.0, hard_bounce_share=1.0, spread=timedelta(days=30))
    (contact_id,) = wire.people(1)
    wire.dispatch(wire.message())
    wire.post(f"/contacts/{contact_id}", {"status": "donotcontact"})
    wire.sandbox.advance(days=30)
    (contact,) = wire.sandbox.state.contacts()
    assert (contact["status"], contact["bounceCount"]) == ("donotcontact", "1")


def test_reactions_are_part_of_the_history(lively: Callable[..., Wire]) -> None:
    wire = lively(open_rate=1.0, click_rate=1.0, forward_rate=1.0)
    (contact_id,) = wire.people(1)
    wire.dispatch(wire.message(htmlBody=HTML))
    rows = wire.get(f"/contacts/{contact_id}/actions?orderby=actionTime")["actions"]
    assert {row["actionType"] for row in rows} == {"ReleaseSend", "Open", "Forward", "Click"}
    click = next(row for row in rows if row["actionType"] == "Click")
    assert click["details"] == {"messageId": "60117", "link": "https://example.com/a?b=1&c=2"}
    assert wire.get(f"/contacts/{contact_id}/actions?actor=system")["total"] == 1


def test_reactions_come_over_time(lively: Callable[..., Wire]) -> None:
    wire = lively(open_rate=1.0, spread=timedelta(hours=48))
    wire.people(50)
    message_id = wire.message(htmlBody=HTML)
    wire.dispatch(message_id)
    totals = [wire.get(f"/messages/{message_id}/opens")["total"]]
    for _ in range(3):
        wire.sandbox.advance(hours=16)
        totals.append(wire.get(f"/messages/{message_id}/opens")["total"])
    assert totals == sorted(set(totals))
    times = [row["time"] for row in wire.sandbox.state.reactions(message_id)]
    assert times == sorted(times)
    assert len(set(times)) > 10
    assert wire.sandbox.state.reactions(7) == []


@pytest.mark.parametrize("name", ["open_rate", "bounce_rate", "hard_bounce_share"])
def test_a_rate_is_a_share(name: str) -> None:
    value: Any
    for value in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"{name} has to be between 0 and 1, not {value}"):
            Recipients(**{name: value})


def test_nobody_reacts_before_a_release() -> None:
    with pytest.raises(ValueError, match="spread has to be 0 or more"):
        Recipients(spread=timedelta(-1))


@pytest.mark.parametrize("kind", ["bounces", "opens", "clicks", "unsubscribes", "statistics"])
def test_a_message_that_is_not_there_is_not_found(wire: Wire, kind: str) -> None:
    assert wire.refused("GET", f"/messages/1/{kind}") == (404, ["Not Found"])


@pytest.mark.no_cover
def test_a_hundred_thousand_recipients_take_a_moment(clock: Any) -> None:
    with Sandbox(clock=clock, quirks=Quirks()) as sandbox:
        wire = Wire(sandbox)
        wire.people(100_000)
        item = {"messageId": wire.message(htmlBody=HTML), "includeListIds": "205303"}
        response = wire.send("POST", f"{wire.folder}/sends", [item], timeout=60)
        assert response.json()["sends"][0]["recipientCount"] == "100000"
        assert sandbox.requests[-1].milliseconds < 30_000
