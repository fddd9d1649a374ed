"""Lists (API 8.1)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.wire import IGNORED, Wire

CREATED = {
    "listId": "205304",
    "name": "Test List",
    "publicname": "",
    "description": "",
    "emailOwnerOnChange": 1,
    "welcomeOnManualAdd": 0,
    "welcomeOnSignupAdd": 0,
    "welcomeMessageId": "",
}


def test_a_creation_answers_as_recorded(wire: Wire) -> None:
    answer = wire.post("/lists", [{"name": "Test List"}])
    assert answer == {"lists": [CREATED]}
    assert list(answer["lists"][0]) == list(CREATED)


def test_a_read_has_another_order_and_flags_as_texts(wire: Wire) -> None:
    wire.post("/lists", [{"name": "First", "welcomeMessageId": 555555, "description": "Just"}])
    row = {
        "listId": "205304",
        "name": "First",
        "emailOwnerOnChange": "1",
        "welcomeOnManualAdd": "0",
        "welcomeOnSignupAdd": "0",
        "welcomeMessageId": "555555",
        "description": "Just",
        "publicname": None,
    }
    answer = wire.get("/lists/205304")
    assert answer == {"list": row}
    assert list(answer["list"]) == list(row)
    listing = wire.get("/lists?name=first")
    assert listing == {"lists": [row], "limit": 20, "offset": 0, "total": 1}


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({}, "You did not provide a name field, which is required. Please provide a name field"),
        ({"name": ""}, "You did not provide a name field, which is required"),
        ({"name": []}, "The name value you provided was not valid"),
        ({"name": "X", "listId": 7}, "You provided a listId field, which is not allowed here"),
        ({"name": "X", "emailOwnerOnChange": 2}, "emailOwnerOnChange can be either 0 or 1"),
        ({"name": "X", "welcomeOnManualAdd": ""}, "welcomeOnManualAdd can be either 0 or 1"),
        ({"name": "X", "welcomeMessageId": "x"}, "The welcomeMessageId value you provided"),
    ],
)
def test_what_cannot_be_created_becomes_a_warning(wire: Wire, item: object, text: str) -> None:
    answer = wire.post("/lists", [item])
    assert answer["lists"] is None
    assert text in answer["warnings"][0]


@pytest.mark.parametrize(("sent", "stored"), [(True, 1), (False, 0), ("0", 0), ("1", 1), (0, 0)])
def test_flags_are_read_in_all_spellings(wire: Wire, sent: object, stored: int) -> None:
    (row,) = wire.post("/lists", [{"name": "X", "emailOwnerOnChange": sent}])["lists"]
    assert row["emailOwnerOnChange"] == stored


def test_post_on_one_merges(wire: Wire) -> None:
    wire.post("/lists", [{"name": "X", "publicname": "Public"}])
    row = wire.post("/lists/205304", {"description": "D", "welcomeOnSignupAdd": "1"})["list"]
    assert list(row) == list(CREATED)
    assert (row["name"], row["publicname"], row["description"]) == ("X", "Public", "D")
    assert (row["emailOwnerOnChange"], row["welcomeOnSignupAdd"]) == (1, 1)
    assert wire.post("/lists/205304", {})["list"] == row
    assert wire.post("/lists/205304", [{"name": "Y"}])["list"] == row


def test_put_on_one_resets_flags_to_zero_and_not_to_the_default(wire: Wire) -> None:
    wire.post("/lists", [{"name": "X", "description": "D", "welcomeOnManualAdd": 1}])
    row = wire.put("/lists/205304", {"name": "Y", "welcomeMessageId": "7"})["list"]
    assert [row[name] for name in CREATED] == ["205304", "Y", "", "", 0, 0, 0, "7"]
    assert wire.put("/lists/205304", [{"name": "Z"}])["list"] == row


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_name_cannot_be_blanked(wire: Wire, method: str) -> None:
    status, (text,) = wire.refused(method, f"/lists/{wire.sandbox.list_id}", {"name": ""})
    assert (status, "name field" in text) == (400, True)


def test_put_needs_the_name(wire: Wire) -> None:
    assert wire.refused("PUT", f"/lists/{wire.sandbox.list_id}", {"description": "D"})[0] == 400


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_deleted_list_answers_500_as_recorded(wire: Wire, method: str) -> None:
    list_id = wire.sandbox.list_id
    assert wire.delete(f"/lists/{list_id}") == []
    assert wire.refused(method, f"/lists/{list_id}", {}) == (500, [f"No result for ({list_id})."])


@pytest.mark.parametrize("list_id", ["1", "x", "-1"])
def test_a_list_that_never_was_is_not_found(wire: Wire, list_id: str) -> None:
    assert wire.refused("GET", f"/lists/{list_id}") == (404, ["Not Found"])


def test_a_deleted_list_is_gone_from_listings_and_takes_its_subscriptions_along(
    wire: Wire,
) -> None:
    wire.subscribe(wire.contact())
    wire.delete(f"/lists/{wire.sandbox.list_id}")
    assert wire.get("/lists")["lists"] == []
    assert wire.get("/subscriptions")["total"] == 0
    assert wire.sandbox.state.lists() == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("name=a", 1),
        ("name=*a*", 1),
        ("name=nothing", 0),
        ("emailOwnerOnChange=0", 1),
        ("welcomeOnSignupAdd=0", 3),
        ("listId=205303,205304", 2),
    ],
)
def test_filters(wire: Wire, query: str, found: int) -> None:
    wire.post("/lists", [{"name": "A"}, {"name": "B", "emailOwnerOnChange": 0}])
    assert wire.get(f"/lists?{query}")["total"] == found


def test_an_unknown_filter_is_ignored_with_a_warning(wire: Wire) -> None:
    assert wire.get("/lists?invalidKey=1")["warnings"] == [IGNORED.format("invalidKey")]


def test_names_may_be_given_twice_unless_refused(quirky: Callable[..., Wire], wire: Wire) -> None:
    assert len(wire.post("/lists", [{"name": "X"}, {"name": "X"}])["lists"]) == 2
    strict = quirky(duplicate_list_names="refused")
    answer = strict.post("/lists", [{"name": "X"}, {"name": "X"}, {"name": "Y"}])
    assert [row["name"] for row in answer["lists"]] == ["X", "Y"]
    assert "already used" in answer["warnings"][0]
    status, _ = strict.refused("POST", "/lists/205305", {"name": "X"})
    assert status == 400
    assert strict.post("/lists/205305", {"name": "Y", "description": "D"})
    assert strict.post("/lists/205305", {"description": "E"})
