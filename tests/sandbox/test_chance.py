"""Faults by probability, writes that are swallowed, and answers that are all late."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from icontact.sandbox import Sandbox
from tests.sandbox.wire import Clock, Wire

BODY = [{"email": "jo@example.com"}]


def statuses(wire: Wire, count: int, method: str = "GET", path: str = "/time") -> list[int]:
    return [wire.send(method, path).status_code for _ in range(count)]


def test_a_probability_hits_about_its_share_of_the_requests(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(500, times=None, probability=0.2, seed=7)
    found = statuses(wire, 200)
    assert 20 < found.count(500) < 60


def test_a_seed_hits_the_same_requests_every_time(sandbox: Sandbox, wire: Wire) -> None:
    runs = []
    for seed in (7, 7, 8):
        sandbox.faults.clear()
        sandbox.faults.next(500, times=None, probability=0.3, seed=seed)
        sandbox.faults.next(502, times=None, probability=0.3, seed=seed)
        runs.append(statuses(wire, 40))
    assert runs[0] == runs[1] != runs[2]
    # Two orders of one seed do not hit the same requests: each has its turn.
    assert set(runs[0]) == {200, 500, 502}


@pytest.mark.parametrize(("probability", "status"), [(0, 200), (1, 500)])
def test_the_ends_of_probability_are_certain(
    sandbox: Sandbox, wire: Wire, probability: float, status: int
) -> None:
    sandbox.faults.next(500, times=None, probability=probability)
    assert set(statuses(wire, 20)) == {status}


def test_what_does_not_fit_is_no_throw_of_the_dice(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(500, times=None, path="^/time", probability=0.5, seed=1)
    alone = statuses(wire, 10)
    sandbox.faults.clear()
    sandbox.faults.next(500, times=None, path="^/time", probability=0.5, seed=1)
    mixed = []
    for _ in range(10):
        assert statuses(wire, 1, path="/a") == [200]
        mixed += statuses(wire, 1)
    assert mixed == alone


def test_chance_and_number_go_together(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(500, times=2, probability=0.5, seed=3)
    found = statuses(wire, 40)
    assert found.count(500) == 2
    assert found[:2] != [500, 500]


@pytest.mark.parametrize("probability", [-0.1, 1.1])
def test_there_is_no_other_probability(sandbox: Sandbox, probability: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        sandbox.faults.slow(1, probability=probability)


def test_an_order_says_what_it_does_not_take(sandbox: Sandbox) -> None:
    odd: dict[str, Any] = {"methods": "GET"}
    with pytest.raises(TypeError, match="A fault takes no methods"):
        sandbox.faults.refuse(**odd)


def test_a_collection_that_is_swallowed_answers_as_if_all_items_were_refused(
    sandbox: Sandbox, wire: Wire
) -> None:
    contact_id = wire.contact("ann@example.com")
    sandbox.faults.swallow(times=None)
    assert wire.post("/contacts", BODY) == {"contacts": None}
    assert wire.subscribe(contact_id) == {"subscriptions": []}
    assert wire.post("/sends", [{}]) == {"sends": []}
    assert wire.post(f"/contacts/{contact_id}", {"firstName": "X"}) == {"contact": {}}
    assert wire.put(f"/lists/{sandbox.list_id}", {"name": "X"}) == {"list": {}}
    assert wire.delete(f"/contacts/{contact_id}") == []
    assert wire.post("/automations/welcomemessage", {}) == {}
    assert wire.send("POST", "/", {}).json() == {}
    # Reads are answered as ever, and show that nothing was stored.
    (row,) = wire.get("/contacts")["contacts"]
    assert (row["email"], row["firstName"], row["status"]) == ("ann@example.com", None, "normal")
    assert sandbox.state.subscriptions() == []
    assert sandbox.requests[-2].fault == "swallow"


def test_sentences_may_go_with_what_is_swallowed(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.swallow(["Sorry", "Not today"], path="contacts", times=2)
    assert wire.post("/contacts", BODY) == {"contacts": None, "warnings": ["Sorry", "Not today"]}
    assert wire.delete("/contacts/1") == []
    assert wire.post("/contacts", BODY)["contacts"]


def test_a_whole_batch_can_be_refused(sandbox: Sandbox, wire: Wire) -> None:
    refusal = {"errors": ["The data you provided was not valid"]}
    sandbox.faults.next(400, refusal, method="POST", path="/contacts$")
    assert wire.refused("POST", "/contacts", BODY) == (400, refusal["errors"])
    assert sandbox.state.contacts() == []


def test_a_latency_makes_every_answer_late_beside_other_faults(
    sandbox: Sandbox, wire: Wire
) -> None:
    sandbox.faults.latency(3)
    assert statuses(wire, 1) == [200]
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.send("GET", "/time", timeout=2)
    sandbox.faults.slow(3)
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.send("GET", "/time", timeout=5)
    sandbox.faults.next(500)
    with pytest.raises(requests.exceptions.ReadTimeout):
        wire.send("GET", "/time", timeout=2)
    sandbox.faults.latency(0)
    assert wire.send("GET", "/time", timeout=2).status_code == 200
    sandbox.faults.latency(3)
    sandbox.faults.clear()
    assert wire.send("GET", "/time", timeout=2).status_code == 200
    with pytest.raises(ValueError, match="0 seconds or more"):
        sandbox.faults.latency(-1)


def test_a_late_answer_over_http_keeps_nobody_else_waiting(clock: Clock) -> None:
    asleep, awake = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        assert seconds == 30
        asleep.set()
        assert awake.wait(10)

    sandbox = Sandbox(clock=clock)
    with sandbox.serve(sleep=sleep) as server:
        sandbox.faults.slow(30, path="^/a/")
        first = Wire(sandbox, server.url)
        found: list[Any] = []
        late = threading.Thread(target=lambda: found.append(first.post("/contacts", BODY)))
        late.start()
        assert asleep.wait(10)
        # The other one is still waiting for its answer; what it wrote is there already.
        assert [row["email"] for row in Wire(sandbox, server.url).get("/contacts")["contacts"]] == [
            "jo@example.com"
        ]
        awake.set()
        late.join(10)
    assert found[0]["contacts"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "refuse"])
def test_connections_break_over_http_too(clock: Clock, kind: str) -> None:
    sandbox = Sandbox(clock=clock)
    with sandbox.serve() as server:
        getattr(sandbox.faults, kind)(probability=1, method="post")
        wire = Wire(sandbox, server.url)
        with pytest.raises(requests.exceptions.ConnectionError):
            wire.post("/contacts", BODY)
        assert len(sandbox.state.contacts()) == (kind == "drop_after")
        sandbox.faults.swallow()
        assert wire.post("/contacts", BODY) == {"contacts": None}


def test_threads_share_what_is_ordered(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(500, times=50, probability=0.5)
    sandbox.faults.next(502, times=30)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.extend(statuses(Wire(sandbox), 40))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (found.count(500), found.count(502), len(found)) == (50, 30, 160)


def test_a_page_of_html_is_told_for_a_throttle_and_a_swallow(quirky: Callable[..., Wire]) -> None:
    wire = quirky(content_type="text/html; charset=utf-8")
    wire.sandbox.faults.swallow()
    response = wire.send("POST", wire.folder + "/contacts", BODY)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.json() == {"contacts": None}


def test_the_log_says_when_a_request_came_by_the_clock(
    sandbox: Sandbox, wire: Wire, clock: Clock
) -> None:
    wire.send("GET", "/time?a=1")
    clock.tick(60)
    wire.send("GET", "/time")
    first, second = sandbox.requests
    assert (first.method, first.path, first.query_names, first.status) == (
        "GET",
        "/time",
        ("a",),
        200,
    )
    assert (second.at - first.at).total_seconds() == 60
