"""Caps on the size of a batch and of a page, and what the server does beyond them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from icontact.sandbox import Quirks, Sandbox
from tests.sandbox.wire import HEADERS, Wire

BATCH = [{"email": f"{letter}@example.com"} for letter in "abcde"]


def stored(wire: Wire) -> int:
    return len(wire.sandbox.state.contacts())


def shown(answer: dict[str, Any]) -> list[str]:
    return [row["email"][0] for row in answer["contacts"]]


@pytest.mark.parametrize("status", [400, 413])
def test_a_batch_beyond_the_cap_is_refused_with_the_reason(
    quirky: Callable[..., Wire], status: int
) -> None:
    wire = quirky(max_batch=3, max_batch_status=status)
    text = "You provided too many records. Please provide at most 3 records"
    for path in ("/contacts", "/subscriptions", "/lists"):
        assert wire.refused("POST", path, BATCH) == (status, [text])
    assert stored(wire) == 0


def test_a_batch_beyond_the_cap_is_refused_with_500_and_no_reason(
    quirky: Callable[..., Wire],
) -> None:
    wire = quirky(max_batch=3, max_batch_status=500)
    assert wire.refused("POST", "/contacts", BATCH) == (500, ["Internal Server Error"])
    assert stored(wire) == 0


def test_a_batch_beyond_the_cap_is_stored_and_answered_late(quirky: Callable[..., Wire]) -> None:
    wire = quirky(max_batch=3, beyond_max_batch="slow", slow_seconds=7.0)
    path = wire.folder + "/contacts"
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.send("POST", path, BATCH, timeout=(1, 6.5))
    assert stored(wire) == 5
    assert wire.send("POST", path, BATCH, timeout=(1, 7.5)).status_code == 200
    assert wire.send("POST", path, BATCH[:3], timeout=(1, 0.1)).status_code == 200


def test_only_the_first_rows_of_a_batch_beyond_the_cap_are_stored(
    quirky: Callable[..., Wire],
) -> None:
    wire = quirky(max_batch=3, beyond_max_batch="first_stored")
    answer = wire.post("/contacts", BATCH)
    assert (shown(answer), list(answer), stored(wire)) == (["a", "b", "c"], ["contacts"], 3)


def test_only_the_first_rows_of_a_batch_beyond_the_cap_are_answered(
    quirky: Callable[..., Wire],
) -> None:
    wire = quirky(max_batch=3, beyond_max_batch="first_answered")
    answer = wire.post("/contacts", BATCH)
    assert (shown(answer), list(answer), stored(wire)) == (["a", "b", "c"], ["contacts"], 5)
    ids = [row["contactId"] for row in wire.sandbox.state.contacts()]
    items = [
        {"contactId": each, "listId": wire.sandbox.list_id, "status": "normal"} for each in ids
    ]
    assert len(wire.post("/subscriptions", items)["subscriptions"]) == 3
    assert len(wire.sandbox.state.subscriptions()) == 5


@pytest.mark.parametrize("beyond", ["refused", "slow", "first_stored", "first_answered"])
def test_a_batch_within_the_cap_is_taken_as_ever(quirky: Callable[..., Wire], beyond: str) -> None:
    wire = quirky(max_batch=3, beyond_max_batch=beyond)
    answer = wire.send("POST", wire.folder + "/contacts", BATCH[:3], timeout=(1, 1)).json()
    assert (shown(answer), stored(wire)) == (["a", "b", "c"], 3)


def pages(wire: Wire, limit: int) -> tuple[str, int, int]:
    answer = wire.get(f"/contacts?limit={limit}")
    return "".join(shown(answer)), answer["limit"], answer["total"]


@pytest.mark.parametrize(
    ("beyond", "page"),
    [("limit_lowered", ("abc", 3, 5)), ("first_answered", ("abc", 5, 5))],
)
def test_a_page_beyond_the_cap_is_cut(
    quirky: Callable[..., Wire], beyond: str, page: tuple[str, int, int]
) -> None:
    wire = quirky(max_limit=3, beyond_max_limit=beyond)
    wire.sandbox.seed(contacts=BATCH)
    assert pages(wire, 5) == page
    assert pages(wire, 3) == ("abc", 3, 5)


@pytest.mark.parametrize(
    ("status", "texts"),
    [
        (
            400,
            [
                "The limit value you provided was not valid. limit can be at most 3."
                " Please provide a valid limit"
            ],
        ),
        (
            413,
            [
                "The limit value you provided was not valid. limit can be at most 3."
                " Please provide a valid limit"
            ],
        ),
        (500, ["Internal Server Error"]),
    ],
)
def test_a_page_beyond_the_cap_is_refused(
    quirky: Callable[..., Wire], status: int, texts: list[str]
) -> None:
    wire = quirky(max_limit=3, beyond_max_limit="refused", max_limit_status=status)
    wire.sandbox.seed(contacts=BATCH)
    for path in ("/contacts", "/subscriptions", "/lists"):
        assert wire.refused("GET", f"{path}?limit=4") == (status, texts)
    assert pages(wire, 3) == ("abc", 3, 5)


def test_a_page_beyond_the_cap_comes_late(quirky: Callable[..., Wire]) -> None:
    wire = quirky(max_limit=3, beyond_max_limit="slow", slow_seconds=7.0)
    wire.sandbox.seed(contacts=BATCH)
    path = wire.folder + "/contacts?limit=5"
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.send("GET", path, timeout=(1, 6.5))
    assert len(wire.send("GET", path, timeout=(1, 7.5)).json()["contacts"]) == 5
    # The rows take the time, not the number in the query.
    assert wire.send("GET", path + "&offset=2", timeout=(1, 0.1)).status_code == 200


def test_a_served_sandbox_waits_where_a_batch_is_answered_late() -> None:
    waits: list[float] = []
    sandbox = Sandbox(quirks=Quirks(max_batch=3, beyond_max_batch="slow", slow_seconds=7.0))
    with sandbox.serve(sleep=waits.append) as server:
        url = f"{server.url}/a/{sandbox.account_id}/c/{sandbox.client_folder_id}/contacts"
        for batch in (BATCH, BATCH[:3]):
            answer = requests.post(url, json=batch, headers=HEADERS, timeout=5)
            assert len(answer.json()["contacts"]) == len(batch)
    sandbox.close()
    assert waits == [7.0]
