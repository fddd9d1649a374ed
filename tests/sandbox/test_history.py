"""The history of a contact, recorded as things change (API 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.sandbox.wire import Clock, Wire


def history(wire: Wire, contact_id: str, query: str = "") -> list[tuple[str, Any]]:
    answer = wire.get(f"/contacts/{contact_id}/actions?{query}")
    assert list(answer) == ["actions", "limit", "offset", "total"]
    return [(row["actionType"], row["details"]) for row in answer["actions"]]


def test_everything_that_changes_is_recorded_newest_first(wire: Wire) -> None:
    wire.sandbox.seed(custom_fields=[{"privateName": "color"}], lists=[{"name": "Second"}])
    contact_id = wire.contact(firstName="Jo", color="red")
    wire.post(f"/contacts/{contact_id}", {"city": "X", "firstName": "Jo"})
    wire.post("/contacts", [{"email": "jo@example.com", "status": "normal"}])
    wire.subscribe(contact_id)
    wire.put(f"/subscriptions/205303_{contact_id}", {"listId": 205304})
    wire.post(f"/subscriptions/205304_{contact_id}", {"status": "unsubscribed"})
    wire.post(f"/contacts/{contact_id}", {"status": "donotcontact"})
    wire.delete(f"/contacts/{contact_id}")
    assert history(wire, contact_id) == [
        ("EditStatus", {"newStatus": "deleted"}),
        ("EditStatus", {"newStatus": "donotcontact"}),
        ("EditSubscription", {"listId": "205304", "newStatus": "unsubscribed"}),
        ("EditSubscription", {"listId": "205304", "newStatus": "normal"}),
        ("EditSubscription", {"listId": "205303", "newStatus": "normal"}),
        ("EditFields", {"firstName": "", "city": "", "color": ""}),
        ("EditFields", {"city": "X"}),
        ("AddContact", []),
    ]


def test_what_changes_nothing_is_not_recorded(wire: Wire) -> None:
    contact_id = wire.contact(firstName="Jo")
    wire.post(f"/contacts/{contact_id}", {"firstName": "Jo"})
    wire.subscribe(contact_id)
    wire.subscribe(contact_id)
    wire.post(f"/subscriptions/205303_{contact_id}", {"status": "normal"})
    assert [kind for kind, _ in history(wire, contact_id)] == ["EditSubscription", "AddContact"]


def test_an_action_has_an_actor_and_a_time_without_colon(wire: Wire) -> None:
    contact_id = wire.contact()
    (row,) = wire.get(f"/contacts/{contact_id}/actions")["actions"]
    assert row == {
        "actionType": "AddContact",
        "actionTime": "2012-06-09T15:46:52-0400",
        "actor": "407118",
        "details": [],
    }
    assert list(row) == ["actionType", "actionTime", "actor", "details"]


def test_history_can_be_searched(wire: Wire, clock: Clock) -> None:
    contact_id = wire.contact()
    clock.tick(60)
    wire.post(f"/contacts/{contact_id}", {"city": "X"})
    for query, found in {
        "actionType=EditFields": ["EditFields"],
        "actor=user": ["EditFields", "AddContact"],
        "actor=407118": [],
        "actor=system,admin,contact": [],
        "actionTimeSearchType=gt&actionTime=2012-06-09T15:46:52": ["EditFields"],
        "limit=1": ["EditFields"],
        "limit=1&offset=1": ["AddContact"],
        "orderby=actionTime": ["AddContact", "EditFields"],
    }.items():
        assert [kind for kind, _ in history(wire, contact_id, query)] == found, query


def test_the_page_is_twenty_or_fifty(wire: Wire, quirky: Callable[..., Wire]) -> None:
    for each, page in ((wire, 20), (quirky(history_limit=50), 50)):
        contact_id = each.contact()
        for number in range(60):
            each.post(f"/contacts/{contact_id}", {"city": str(number)})
        assert len(history(each, contact_id)) == page


def test_the_history_of_nobody_is_not_found(wire: Wire) -> None:
    for contact_id in ("1", "x"):
        assert wire.refused("GET", f"/contacts/{contact_id}/actions") == (404, ["Not Found"])


def test_the_history_outlives_the_contact(wire: Wire) -> None:
    contact_id = wire.contact()
    wire.delete(f"/contacts/{contact_id}")
    assert len(history(wire, contact_id)) == 2
