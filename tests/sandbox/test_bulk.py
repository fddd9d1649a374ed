"""Bulk calls are written at once, and still mean what one call for each item would mean."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icontact.sandbox import Quirks, Sandbox
from icontact.sandbox.exchange import IncomingRequest
from icontact.sandbox.store import blocks
from tests.sandbox.wire import HEADERS, Clock, Wire

LOWERED = {name.lower(): value for name, value in HEADERS.items()}
FIRST = 66674163

EMAILS = st.sampled_from(["a@example.com", "b@example.com", "A@Example.com", "c@example.com", "@"])
VALUES = st.sampled_from(["", "x", "y", 7, None])
CONTACTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "contactId": st.sampled_from([str(FIRST), FIRST + 1, FIRST + 2, FIRST + 3, "", 1, "x"]),
            "email": EMAILS,
            "firstName": VALUES,
            "color": VALUES,
            "age": st.sampled_from(["", "7", "seven"]),
            "state": st.sampled_from(["NC", "North Carolina"]),
            "status": st.sampled_from(["normal", "donotcontact", "bounced", "deleted"]),
        },
    ),
    max_size=6,
)
SUBSCRIPTIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "listId": st.sampled_from([205303, "205304", 205305, 1, "", None]),
            "contactId": st.sampled_from([FIRST, str(FIRST + 1), FIRST + 2, FIRST + 3, 1, "x"]),
            "status": st.sampled_from(["normal", "pending", "unsubscribed", "odd"]),
            "confirmationMessageId": st.sampled_from(["", 60117, "x"]),
            "subscriptionId": st.just("205303_1"),
        },
    ),
    max_size=6,
)


def furnished(**quirks: Any) -> Sandbox:
    sandbox = Sandbox(
        clock=lambda: datetime(2012, 6, 9, 19, 46, 52, tzinfo=UTC), quirks=Quirks(**quirks)
    )
    sandbox.seed(
        custom_fields=[
            {"privateName": "color"},
            {"privateName": "age", "fieldType": "number"},
        ],
        lists=[{"name": "Second"}],
        contacts=[
            {"email": "a@example.com", "firstName": "Ann", "color": "red"},
            {"email": "b@example.com", "status": "deleted"},
            {"email": "b@example.com", "status": "deleted", "lastName": "Bee"},
        ],
        subscriptions=[{"contactId": FIRST, "status": "unsubscribed"}],
        messages=[{"subject": "Please confirm", "messageType": "confirmation"}],
        webhooks=[{"eventId": "contact_updated", "url": "https://example.org/"}],
    )
    return sandbox


def post(sandbox: Sandbox, kind: str, body: Any) -> tuple[list[Any], list[str]]:
    incoming = IncomingRequest(
        method="POST",
        path=f"/a/{sandbox.account_id}/c/{sandbox.client_folder_id}/{kind}",
        headers=LOWERED,
        body=json.dumps(body).encode(),
    )
    answer = sandbox._app.receive(incoming).answer
    assert answer is not None
    payload = json.loads(answer.body)
    assert answer.status == 200, payload
    return payload[kind] or [], payload.get("warnings", [])


def at_once_and_one_by_one(kind: str, items: list[Any], **quirks: Any) -> None:
    together, apart = furnished(**quirks), furnished(**quirks)
    rows, warnings = post(together, kind, items)
    each = [post(apart, kind, [item]) for item in items]
    assert rows == [row for found, _ in each for row in found]
    assert warnings == [text for _, texts in each for text in texts]
    for listing in ("contacts", "subscriptions", "actions"):
        assert getattr(together.state, listing)() == getattr(apart.state, listing)()
    delivered = [
        [body for delivery in sandbox.webhooks.wait() for body in json.loads(delivery.body)]
        for sandbox in (together, apart)
    ]
    assert len(delivered[0]) == len(delivered[1])
    for sandbox in (together, apart):
        counted_well(sandbox)
        sandbox.close()


def counted_well(sandbox: Sandbox) -> None:
    folder = sandbox.client_folder_id
    present = [
        int(row["contactId"])
        for row in sandbox.state.contacts(folder)
        if row["status"] != "deleted"
    ]
    assert blocks.total(sandbox._store, folder) == len(present)


@pytest.mark.no_cover
@settings(deadline=None)
@given(items=CONTACTS, blanks=st.booleans(), same_id=st.booleans())
def test_contacts_in_one_body_are_taken_one_after_the_other(
    items: list[Any], blanks: bool, same_id: bool
) -> None:
    at_once_and_one_by_one(
        "contacts",
        items,
        upsert_blanks=blanks,
        bulk_update_blanks=not blanks,
        recreate_deleted="same_id" if same_id else "new_id",
    )


@pytest.mark.no_cover
@settings(deadline=None)
@given(items=SUBSCRIPTIONS, warned=st.booleans())
def test_subscriptions_in_one_body_are_taken_one_after_the_other(
    items: list[Any], warned: bool
) -> None:
    at_once_and_one_by_one("subscriptions", items, duplicate_subscription_warning=warned)


@pytest.mark.parametrize(
    "items",
    [
        # Two contacts swap their addresses by way of a third one.
        [
            {"email": "c@example.com"},
            {"contactId": FIRST, "email": "x@example.com"},
            {"contactId": FIRST + 3, "email": "a@example.com"},
            {"contactId": FIRST, "email": "c@example.com"},
        ],
        # An address that was given up comes back with a contact that was deleted.
        [
            {"email": "b@example.com"},
            {"contactId": FIRST + 2, "email": "x@example.com"},
            {"email": "b@example.com", "firstName": "Older"},
        ],
        # A contact of this body, named by the id that it is about to get.
        [{"email": "c@example.com"}, {"contactId": FIRST + 3, "firstName": "C", "color": "red"}],
        [{"email": "c@example.com"}, {"contactId": FIRST + 3, "email": "d@example.com"}],
        [{"email": "c@example.com", "status": "pending"}, {"email": "c@example.com"}],
        [{"email": "C@example.com", "color": "red"}, {"email": "c@example.com"}],
    ],
)
def test_what_depends_on_an_item_before_it_is_seen(items: list[Any]) -> None:
    at_once_and_one_by_one("contacts", items)


def test_a_large_body_is_stored_as_a_whole(wire: Wire) -> None:
    items = [{"email": f"user{number}@example.com"} for number in range(1200)]
    rows = wire.post("/contacts", items)["contacts"]
    assert [row["email"] for row in rows] == [item["email"] for item in items]
    assert [int(row["contactId"]) for row in rows] == list(range(FIRST, FIRST + 1200))
    body = [
        {"contactId": row["contactId"], "listId": wire.sandbox.list_id, "status": "normal"}
        for row in rows
    ]
    assert len(wire.post("/subscriptions", body)["subscriptions"]) == 1200
    assert wire.post("/subscriptions", body)["subscriptions"] == []
    assert wire.get("/subscriptions?limit=0")["total"] == 1200


@pytest.fixture
def spread(clock: Clock) -> Sandbox:
    """Contacts of two folders with gaps between their ids, over several stretches, some deleted."""
    sandbox = Sandbox(clock=clock)
    other = sandbox.add_client_folder()
    ids = [FIRST + step for step in (0, 1, 2, 3000, 3001, 9000, 20_000, 20_001)]
    sandbox.seed(contacts=[{"email": f"{each}@example.com", "contactId": each} for each in ids])
    sandbox.seed(contacts=[{"email": "x@example.com", "contactId": FIRST + 5000}], folder_id=other)
    sandbox.seed(contacts=[{"email": "gone@example.com", "status": "deleted"}])
    return sandbox


def pages(wire: Wire, size: int, query: str = "") -> list[int]:
    found: list[int] = []
    while True:
        answer = wire.get(f"/contacts?limit={size}&offset={len(found)}{query}")
        if not answer["contacts"]:
            assert answer["total"] == len(found)
            return found
        found += [int(row["contactId"]) for row in answer["contacts"]]


@pytest.mark.parametrize("query", ["", "&status=total"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_meet_every_contact_once_in_the_order_of_ids(
    spread: Sandbox, size: int, query: str
) -> None:
    with spread:
        wire = Wire(spread)
        kept = [FIRST + step for step in (0, 1, 2, 3000, 3001, 9000, 20_000, 20_001)]
        assert pages(wire, size, query) == kept
        for gone in (FIRST, FIRST + 3001, FIRST + 20_001):
            wire.delete(f"/contacts/{gone}")
            assert wire.refused("DELETE", f"/contacts/{gone}")[0] == 404
            kept.remove(gone)
            assert pages(wire, size, query) == kept
        wire.post("/contacts", [{"email": f"{FIRST}@example.com"}])
        assert pages(wire, size, query) == [FIRST, *kept]
        counted_well(spread)


def test_pages_in_another_order_or_of_some_are_complete_too(spread: Sandbox) -> None:
    with spread:
        wire = Wire(spread)
        ids = pages(wire, 3)
        assert pages(wire, 3, "&orderby=contactId:desc") == ids[::-1]
        wire.subscribe(str(ids[5]))
        wire.subscribe(str(ids[1]))
        assert pages(wire, 1, f"&listId={spread.list_id}") == [ids[1], ids[5]]
        some = f"&contactId={ids[3]},{ids[2]}"
        assert pages(wire, 1, some) == [ids[2], ids[3]]
        emails = "%2C".join(f"{each}@example.com" for each in (ids[4], ids[0]))
        assert pages(wire, 1, f"&email={emails}") == [ids[0], ids[4]]
        both = f"&listId={spread.list_id}&email={ids[5]}%40example.com"
        assert pages(wire, 1, both) == [ids[5]]
        assert pages(wire, 2, "&status=unlisted") == [ids[0], *ids[2:5], *ids[6:]]


def test_nobody_is_before_the_first_page_of_an_empty_folder(wire: Wire) -> None:
    assert wire.get("/contacts?offset=5") == {"contacts": [], "limit": 20, "offset": 5, "total": 0}


def test_a_refused_item_can_be_null_in_the_answer(quirky: Callable[..., Wire]) -> None:
    wire = quirky(refused_items="null")
    items = [{"email": "jo@example.com"}, {"email": "broken"}]
    answer = wire.post("/contacts", items)
    assert [row and row["email"] for row in answer["contacts"]] == ["jo@example.com", None]
    assert len(answer["warnings"]) == 1
