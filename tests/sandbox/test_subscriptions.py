"""Subscriptions (API 8.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.wire import Clock, Wire

KEYS = ["addDate", "contactId", "listId", "status", "subscriptionId"]
NOT_FOUND = (404, ["Not Found"])


@pytest.fixture
def contact(wire: Wire) -> str:
    return wire.contact()


@pytest.fixture
def second_list(wire: Wire) -> int:
    return wire.sandbox.seed(lists=[{"name": "Second"}]).list_ids[0]


def statuses(wire: Wire) -> dict[str, str]:
    return {row["subscriptionId"]: row["status"] for row in wire.sandbox.state.subscriptions()}


def test_a_subscription_answers_as_recorded(wire: Wire, contact: str) -> None:
    answer = wire.subscribe(contact)
    assert answer == {
        "subscriptions": [
            {
                "addDate": "2012-06-09T15:46:52-04:00",
                "contactId": "66674163",
                "listId": "205303",
                "status": "normal",
                "subscriptionId": "205303_66674163",
            }
        ]
    }
    assert list(answer["subscriptions"][0]) == KEYS
    assert wire.get("/subscriptions/205303_66674163") == {
        "subscription": answer["subscriptions"][0]
    }


def test_in_winter_the_offset_is_another(wire: Wire, clock: Clock, contact: str) -> None:
    clock.tick(200 * 86400)
    assert wire.subscribe(contact)["subscriptions"][0]["addDate"].endswith("-05:00")


def test_ids_may_be_numbers_or_texts(wire: Wire, contact: str) -> None:
    body = {"contactId": int(contact), "listId": str(wire.sandbox.list_id), "status": "normal"}
    assert wire.post("/subscriptions", {"subscription": body})["subscriptions"]


@pytest.mark.parametrize("status", ["normal", "pending", "unsubscribed"])
def test_a_second_subscription_answers_nothing_at_all(
    wire: Wire, contact: str, status: str
) -> None:
    wire.subscribe(contact, status=status)
    assert wire.subscribe(contact, status=status) == {"subscriptions": []}
    assert len(statuses(wire)) == 1


def test_a_second_subscription_can_be_made_to_warn(quirky: Callable[..., Wire]) -> None:
    wire = quirky(duplicate_subscription_warning=True)
    contact_id = wire.contact()
    wire.subscribe(contact_id)
    answer = wire.subscribe(contact_id)
    assert answer["subscriptions"] == []
    assert "already subscribed" in answer["warnings"][0]


@pytest.mark.parametrize("status", ["normal", "pending"])
def test_somebody_who_left_is_not_subscribed_again(wire: Wire, contact: str, status: str) -> None:
    wire.subscribe(contact)
    path = f"/subscriptions/205303_{contact}"
    row = wire.post(path, {"status": "unsubscribed"})["subscription"]
    assert (list(row), row["status"]) == (KEYS, "unsubscribed")
    answer = wire.subscribe(contact, status=status)
    assert answer["subscriptions"] == []
    assert wire.refused("POST", path, {"status": status}) == (400, answer["warnings"])
    assert wire.post(path, {"status": "unsubscribed"})
    assert statuses(wire) == {f"205303_{contact}": "unsubscribed"}


def test_whoever_left_can_be_put_back_if_that_is_how_it_is(quirky: Callable[..., Wire]) -> None:
    wire = quirky(resubscribe="allowed")
    contact_id = wire.contact()
    wire.subscribe(contact_id, status="unsubscribed")

    (back,) = wire.subscribe(contact_id, status="pending")["subscriptions"]

    assert back["subscriptionId"] == f"{wire.sandbox.list_id}_{contact_id}"
    assert list(statuses(wire).values()) == ["pending"]
    assert wire.subscribe(contact_id) == {"subscriptions": []}
    assert list(statuses(wire).values()) == ["pending"]


def test_who_is_put_back_by_an_id_is_put_back_only_if_that_is_how_it_is(
    quirky: Callable[..., Wire],
) -> None:
    for resubscribe, status in (("refused", "unsubscribed"), ("allowed", "normal")):
        wire = quirky(resubscribe=resubscribe)
        contact_id = wire.contact()
        wire.subscribe(contact_id, status="unsubscribed")
        path = f"{wire.folder}/subscriptions/{wire.sandbox.list_id}_{contact_id}"
        wire.send("POST", path, {"status": "normal"})
        assert list(statuses(wire).values()) == [status]


def test_whoever_joins_leaves_and_comes_back_in_one_call_is_there_once(
    quirky: Callable[..., Wire],
) -> None:
    wire = quirky(resubscribe="allowed")
    contact_id = wire.contact()
    items = [
        {"listId": wire.sandbox.list_id, "contactId": contact_id, "status": status}
        for status in ("unsubscribed", "normal", "normal")
    ]

    answer = wire.post("/subscriptions", items)

    assert [one["status"] for one in answer["subscriptions"]] == ["unsubscribed", "normal"]
    assert list(statuses(wire).values()) == ["normal"]


def test_the_words_of_the_refusals_can_be_chosen(quirky: Callable[..., Wire]) -> None:
    wire = quirky(
        resubscribe_text="left",
        unknown_list_text="no list",
        unknown_contact_text="no contact",
        blocked_contact_text="blocked",
    )
    contact_id, blocked = wire.contact(), wire.contact("b@example.com", status="donotcontact")
    wire.subscribe(contact_id, status="unsubscribed")
    assert wire.subscribe(contact_id)["warnings"] == ["left"]
    assert wire.subscribe(contact_id, 1)["warnings"] == ["no list"]
    assert wire.subscribe("1")["warnings"] == ["no contact"]
    assert wire.subscribe(blocked)["warnings"] == ["blocked"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"listId": 1}, "You provided a listId that we did not recognise."),
        ({"listId": "x"}, "You provided a listId that we did not recognise."),
        ({"listId": ""}, "You did not provide a listId field, which is required."),
        ({"contactId": 1}, "You provided a contactId that we did not recognise."),
        ({"contactId": 10**30}, "You provided a contactId that we did not recognise."),
        ({"contactId": None}, "You did not provide a contactId field, which is required."),
        ({"status": "deleted"}, "status can be either normal, pending or unsubscribed."),
        ({"status": None}, "You did not provide a status field, which is required."),
        ({"subscriptionId": "1_2"}, "You provided a subscriptionId field, which is not allowed"),
        ({"confirmationMessageId": "x"}, "The confirmationMessageId value you provided"),
    ],
)
def test_what_cannot_be_subscribed_becomes_a_warning(
    wire: Wire, contact: str, fields: dict[str, Any], text: str
) -> None:
    answer = wire.post(
        "/subscriptions",
        [{"contactId": contact, "listId": wire.sandbox.list_id, "status": "normal", **fields}],
    )
    assert answer["subscriptions"] == []
    assert text in answer["warnings"][0]


def test_a_deleted_list_is_not_subscribed_to(wire: Wire, contact: str, second_list: int) -> None:
    wire.delete(f"/lists/{second_list}")
    assert wire.subscribe(contact, second_list)["subscriptions"] == []


@pytest.mark.parametrize("status", ["donotcontact", "deleted"])
def test_a_blocked_or_deleted_contact_is_not_subscribed(wire: Wire, status: str) -> None:
    contact = {"email": "jo@example.com", "status": status}
    (contact_id,) = wire.sandbox.seed(contacts=[contact]).contact_ids
    answer = wire.subscribe(str(contact_id))
    assert answer["subscriptions"] == []
    assert len(answer["warnings"]) == 1


def test_a_mixed_batch_stores_what_is_valid(wire: Wire, contact: str, second_list: int) -> None:
    batch = [
        {"contactId": contact, "listId": 1, "status": "normal"},
        {"contactId": contact, "listId": second_list, "status": "normal"},
    ]
    answer = wire.post("/subscriptions", batch)
    assert [row["listId"] for row in answer["subscriptions"]] == [str(second_list)]
    assert len(answer["warnings"]) == 1


def test_a_pending_subscription_is_confirmed_by_the_contact(wire: Wire, contact: str) -> None:
    wire.subscribe(contact, status="pending", confirmationMessageId=7)
    path = f"/subscriptions/205303_{contact}"
    status, (text,) = wire.refused("POST", path, {"status": "normal"})
    assert (status, "confirmed" in text) == (400, True)
    wire.post(path, {"confirmationMessageId": "8"})
    (row,) = wire.sandbox.state.subscriptions()
    assert (row["status"], row["confirmationMessageId"]) == ("pending", "8")


def test_a_pending_subscription_can_be_made_to_be_confirmed_by_a_call(
    quirky: Callable[..., Wire],
) -> None:
    wire = quirky(pending_to_normal=True)
    contact_id = wire.contact()
    wire.subscribe(contact_id, status="pending")
    path = f"/subscriptions/205303_{contact_id}"
    assert wire.post(path, {"status": "normal"})["subscription"]["status"] == "normal"


@pytest.mark.parametrize(
    "body", [{"status": "x"}, {"status": None}, {"confirmationMessageId": "x"}]
)
def test_a_change_is_checked(wire: Wire, contact: str, body: object) -> None:
    wire.subscribe(contact)
    assert wire.refused("POST", f"/subscriptions/205303_{contact}", body)[0] == 400


def test_an_array_for_one_subscription_changes_nothing(
    wire: Wire, contact: str, second_list: int
) -> None:
    wire.subscribe(contact)
    path = f"/subscriptions/205303_{contact}"
    assert wire.post(path, [{"status": "unsubscribed"}])["subscription"]["status"] == "normal"
    assert wire.put(path, [{"listId": second_list}])["subscription"]["listId"] == "205303"


def test_put_moves_a_contact_to_another_list(wire: Wire, contact: str, second_list: int) -> None:
    wire.subscribe(contact)
    answer = wire.put(f"/subscriptions/205303_{contact}", {"listId": second_list})
    row = answer["subscription"]
    assert list(row) == KEYS
    assert (row["listId"], row["status"]) == (str(second_list), "normal")
    assert row["subscriptionId"] == f"{second_list}_{contact}"
    assert "warnings" not in answer
    assert wire.refused("GET", f"/subscriptions/205303_{contact}") == NOT_FOUND
    assert wire.get(f"/subscriptions/{second_list}_{contact}")["subscription"] == row
    assert wire.subscribe(contact)["subscriptions"][0]["status"] == "normal"


def test_a_move_can_make_a_subscription_normal(quirky: Callable[..., Wire]) -> None:
    for moved, status in (("kept", "unsubscribed"), ("normal", "normal")):
        wire = quirky(moved_status=moved)
        (second,) = wire.sandbox.seed(lists=[{"name": "Second"}]).list_ids
        contact = wire.contact()
        wire.subscribe(contact)
        path = f"/subscriptions/205303_{contact}"
        wire.post(path, {"status": "unsubscribed"})
        assert wire.put(path, {"listId": second})["subscription"]["status"] == status


def test_the_same_move_once_more_changes_nothing(
    wire: Wire, contact: str, second_list: int
) -> None:
    wire.subscribe(contact)
    path, body = f"/subscriptions/205303_{contact}", {"listId": second_list}
    moved = wire.put(path, body)["subscription"]
    for _ in range(2):
        assert wire.refused("PUT", path, body) == (400, ["No Changes Made"])
        assert wire.refused("GET", path) == NOT_FOUND
        assert wire.refused("POST", path, {"status": "unsubscribed"}) == NOT_FOUND
    assert wire.get(f"/subscriptions/{second_list}_{contact}")["subscription"] == moved
    # With nothing to move to, there is only what is not there.
    assert wire.refused("PUT", path, []) == NOT_FOUND
    assert wire.refused("PUT", path, {}) == NOT_FOUND


def test_a_move_back_and_a_move_on_go_from_where_the_contact_is(
    wire: Wire, contact: str, second_list: int
) -> None:
    (third,) = wire.sandbox.seed(lists=[{"name": "Third"}]).list_ids
    wire.subscribe(contact)
    first, second = f"/subscriptions/205303_{contact}", f"/subscriptions/{second_list}_{contact}"
    wire.put(first, {"listId": second_list})
    assert wire.put(second, {"listId": 205303})["subscription"]["listId"] == "205303"
    wire.put(first, {"listId": second_list})
    assert wire.put(second, {"listId": third})["subscription"]["listId"] == str(third)
    assert wire.refused("PUT", first, {"listId": second_list}) == NOT_FOUND
    assert wire.refused("PUT", second, {"listId": third}) == (400, ["No Changes Made"])
    assert wire.refused("PUT", f"/subscriptions/999_{contact}", {"listId": third}) == NOT_FOUND


def test_a_collection_post_ends_a_subscription(wire: Wire, clock: Clock, contact: str) -> None:
    before = wire.subscribe(contact)["subscriptions"][0]
    clock.tick(3600)
    answer = wire.subscribe(contact, status="unsubscribed")
    assert answer == {"subscriptions": [{**before, "status": "unsubscribed"}]}
    assert statuses(wire) == {f"205303_{contact}": "unsubscribed"}
    (newest, *_) = wire.get(f"/contacts/{contact}/actions")["actions"]
    assert newest["details"] == {"listId": "205303", "newStatus": "unsubscribed"}
    # It has been ended, and stays so.
    assert wire.subscribe(contact, status="unsubscribed") == {"subscriptions": []}
    assert wire.subscribe(contact)["subscriptions"] == []
    assert statuses(wire) == {f"205303_{contact}": "unsubscribed"}


def test_a_collection_post_ends_a_pending_one_and_one_of_the_same_request(
    wire: Wire, contact: str
) -> None:
    other = wire.contact("bob@example.com")
    wire.subscribe(contact, status="pending")
    items = [(contact, "unsubscribed"), (other, "normal"), (other, "unsubscribed")]
    answer = wire.post(
        "/subscriptions",
        [{"contactId": each, "listId": 205303, "status": status} for each, status in items],
    )
    assert [row["status"] for row in answer["subscriptions"]] == [each[1] for each in items]
    assert set(statuses(wire).values()) == {"unsubscribed"}


def test_a_blocked_contact_can_be_unsubscribed_by_a_collection_post(wire: Wire) -> None:
    (contact_id,) = wire.sandbox.seed(
        contacts=[{"email": "jo@example.com", "status": "donotcontact"}],
        subscriptions=[{"email": "jo@example.com"}],
    ).contact_ids
    wire.subscribe(str(contact_id), status="unsubscribed")
    assert set(statuses(wire).values()) == {"unsubscribed"}


@pytest.mark.parametrize("status", ["normal", "pending"])
def test_a_collection_post_changes_no_other_status(wire: Wire, contact: str, status: str) -> None:
    wire.subscribe(contact, status="pending" if status == "normal" else "normal")
    before = statuses(wire)
    assert wire.subscribe(contact, status=status) == {"subscriptions": []}
    assert statuses(wire) == before


def test_a_collection_post_may_only_create(quirky: Callable[..., Wire]) -> None:
    wire = quirky(unsubscribe_by_post=False)
    contact_id = wire.contact()
    wire.subscribe(contact_id)
    assert wire.subscribe(contact_id, status="unsubscribed") == {"subscriptions": []}
    assert statuses(wire) == {f"205303_{contact_id}": "normal"}


def test_a_move_ignores_other_fields_with_a_warning(
    wire: Wire, contact: str, second_list: int
) -> None:
    wire.subscribe(contact)
    body = {"listId": second_list, "status": "unsubscribed", "contactId": contact}
    answer = wire.put(f"/subscriptions/205303_{contact}", body)
    assert answer["subscription"]["status"] == "normal"
    assert "(status)" in answer["warnings"][0]


def test_a_move_to_the_same_list_changes_nothing(wire: Wire, contact: str) -> None:
    wire.subscribe(contact)
    path = f"/subscriptions/205303_{contact}"
    assert wire.refused("PUT", path, {"listId": "205303"}) == (400, ["No Changes Made"])


@pytest.mark.parametrize(("status", "text"), [("normal", "No Changes"), ("unsubscribed", "unsub")])
def test_a_move_to_a_list_that_the_contact_knows_is_refused(
    wire: Wire, contact: str, second_list: int, status: str, text: str
) -> None:
    wire.subscribe(contact)
    wire.subscribe(contact, second_list, status=status)
    path = f"/subscriptions/205303_{contact}"
    code, (error,) = wire.refused("PUT", path, {"listId": second_list})
    assert (code, text in error) == (400, True)


def test_a_move_keeps_the_status(wire: Wire, contact: str, second_list: int) -> None:
    wire.subscribe(contact, status="unsubscribed")
    wire.put(f"/subscriptions/205303_{contact}", {"listId": second_list})
    assert statuses(wire) == {f"{second_list}_{contact}": "unsubscribed"}


@pytest.mark.parametrize("body", [{}, {"listId": ""}, {"listId": 1}, {"status": "normal"}])
def test_a_move_needs_a_list(wire: Wire, contact: str, body: object) -> None:
    wire.subscribe(contact)
    assert wire.refused("PUT", f"/subscriptions/205303_{contact}", body)[0] == 400


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_moving_came_with_version_2_2(
    wire: Wire, contact: str, second_list: int, version: str
) -> None:
    wire.subscribe(contact)
    path = f"{wire.folder}/subscriptions/205303_{contact}"
    response = wire.send("PUT", path, {"listId": second_list}, API_Version=version)
    assert response.status_code == 501


@pytest.mark.parametrize("subscription_id", ["205303", "205303_", "_1", "205303_1", "x_y", "1_2_3"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_an_unknown_subscription_is_not_found(
    wire: Wire, method: str, subscription_id: str
) -> None:
    assert wire.refused(method, f"/subscriptions/{subscription_id}", {}) == NOT_FOUND


def test_searching(wire: Wire, clock: Clock, contact: str, second_list: int) -> None:
    other = wire.contact("b@example.com")
    wire.subscribe(contact)
    clock.tick(60)
    wire.subscribe(other, status="unsubscribed")
    wire.subscribe(contact, second_list)
    for query, found in {
        "": 3,
        "listId=205303": 2,
        f"contactId={contact}": 2,
        f"listId=205303&contactId={contact},{other}": 2,
        "status=unsubscribed": 1,
        "status=normal,pending": 2,
        "addDate=2012-06-09T15:46:52-04:00": 1,
        "addDateSearchType=gt&addDate=2012-06-09T15:46:52": 2,
        "addDateSearchType=lte&addDate=2012-06-09T15:46:52": 1,
        "addDate=nonsense": 0,
        "listId=": 0,
    }.items():
        answer = wire.get(f"/subscriptions?{query}")
        assert list(answer) == ["subscriptions", "limit", "offset", "total"]
        assert (answer["total"], len(answer["subscriptions"])) == (found, found), query


def test_the_contacts_of_a_list_are_found(wire: Wire, contact: str) -> None:
    wire.contact("b@example.com")
    wire.subscribe(contact)
    assert wire.emails(f"listId={wire.sandbox.list_id}") == ["jo@example.com"]


def test_a_confirmation_is_of_its_type_and_may_have_to_be_there(
    wire: Wire, quirky: Callable[..., Wire]
) -> None:
    for each, unknown in ((wire, True), (quirky(unknown_confirmation_messages="refused"), False)):
        contact_id = each.contact()
        normal, confirmation = each.message(), each.message(messageType="confirmation")
        for message_id, taken in ((normal, False), ("7", unknown), (confirmation, True)):
            answer = each.subscribe(contact_id, status="pending", confirmationMessageId=message_id)
            assert bool(answer["subscriptions"]) is taken
            if taken:
                break
            assert "confirmationMessageId" in answer["warnings"][0]
