"""Faults on order, in process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from icontact.sandbox import Sandbox
from tests.sandbox.wire import Clock, Wire

BODY = [{"email": "jo@example.com"}]


def status(wire: Wire, method: str = "GET", path: str = "/contacts", body: Any = None) -> int:
    return wire.send(method, wire.folder + path, body).status_code


def stored(sandbox: Sandbox) -> int:
    return len(sandbox.state.contacts())


def test_next_answers_a_status_and_applies_nothing(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(status=503, times=2)
    response = wire.send("POST", wire.folder + "/contacts", BODY)
    assert response.json() == {"errors": ["Service Unavailable"]}
    assert status(wire, "POST", body=BODY) == 503
    assert stored(sandbox) == 0
    assert status(wire, "POST", body=BODY) == 200


@pytest.mark.parametrize(
    ("body", "text"),
    [("plain", "plain"), (b"\xff", "\ufffd"), ({"errors": ["a/b"]}, '{"errors":["a\\/b"]}')],
)
def test_next_takes_any_body_and_headers(
    sandbox: Sandbox, wire: Wire, body: Any, text: str
) -> None:
    sandbox.faults.next(429, body, headers={"Retry-After": "7", "Content-Type": "text/plain"})
    response = wire.send("GET", "/time")
    assert response.content.decode("utf-8", "replace") == text
    assert response.headers["Retry-After"] == "7"
    assert response.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(("code", "body"), [(299, '{"errors":["Error"]}'), (204, ""), (304, "")])
def test_next_takes_any_status(sandbox: Sandbox, wire: Wire, code: int, body: str) -> None:
    sandbox.faults.next(code)
    response = wire.send("GET", "/time")
    assert (response.status_code, response.text) == (code, body)


def test_faults_come_in_the_order_in_which_they_were_ordered(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(500)
    sandbox.faults.next(502)
    sandbox.faults.next(599, times=0)
    assert [status(wire) for _ in range(3)] == [500, 502, 200]


def test_a_fault_can_be_meant_for_a_verb_and_a_path(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(500, method="post", path=r"/contacts$")
    assert status(wire) == 200
    assert status(wire, "POST", "/lists", [{"name": "X"}]) == 200
    assert status(wire, "POST", body=BODY) == 500
    assert status(wire, "POST", body=BODY) == 200


def test_a_fault_can_last_until_it_is_cleared(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.next(500, times=None)
    assert [status(wire) for _ in range(5)] == [500] * 5
    sandbox.faults.clear()
    assert status(wire) == 200


def test_refuse_fails_before_anything_was_sent(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.refuse()
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        status(wire, "POST", body=BODY)
    reason = caught.value.args[0]
    assert isinstance(reason, MaxRetryError)
    assert isinstance(reason.reason, NewConnectionError)
    assert stored(sandbox) == 0
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize(("kind", "kept"), [("drop_before", 0), ("drop_after", 1)])
def test_a_drop_looks_like_a_reset_whether_applied_or_not(
    sandbox: Sandbox, wire: Wire, kind: str, kept: int
) -> None:
    getattr(sandbox.faults, kind)()
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection aborted") as caught:
        status(wire, "POST", body=BODY)
    reason = caught.value.args[0]
    assert isinstance(reason, ProtocolError)
    assert isinstance(reason.args[1], ConnectionResetError)
    assert stored(sandbox) == kept
    (request,) = sandbox.requests
    assert (request.fault, request.status) == (kind, 200 if kept else None)


@pytest.mark.parametrize("timeout", [5, (1, 5), 5.0])
def test_an_answer_that_is_too_slow_times_out_at_once_and_is_applied(
    sandbox: Sandbox, wire: Wire, timeout: Any
) -> None:
    sandbox.faults.slow(6)
    with pytest.raises(requests.exceptions.ReadTimeout, match="read timeout=5"):
        wire.send("POST", wire.folder + "/contacts", BODY, timeout=timeout)
    assert stored(sandbox) == 1


@pytest.mark.parametrize("timeout", [7, (1, 6), None, (1, None)])
def test_an_answer_that_is_slow_but_in_time_arrives_at_once(
    sandbox: Sandbox, wire: Wire, timeout: Any
) -> None:
    sandbox.faults.slow(6)
    response = wire.send("POST", wire.folder + "/contacts", BODY, timeout=timeout)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("kind", "start"), [("html", b"<html>"), ("cut", b'{"contacts"'), ("not_json", b"Warning: ")]
)
def test_garbling_applies_the_request_and_spoils_the_answer(
    sandbox: Sandbox, wire: Wire, kind: Any, start: bytes
) -> None:
    sandbox.faults.garble(kind)
    response = wire.send("POST", wire.folder + "/contacts", BODY)
    assert response.status_code == 200
    assert response.content.startswith(start)
    with pytest.raises(ValueError, match=r"\S"):
        response.json()
    assert stored(sandbox) == 1
    html = response.headers["Content-Type"].startswith("text/html")
    assert html is (kind == "html")


def test_there_is_no_other_garbling(sandbox: Sandbox) -> None:
    other: Any = "other"
    with pytest.raises(ValueError, match="kind has to be html, cut or not_json"):
        sandbox.faults.garble(other)


def test_a_throttle_answers_503_beyond_its_rate_by_the_clock(
    sandbox: Sandbox, wire: Wire, clock: Clock
) -> None:
    sandbox.faults.throttle(per_minute=2)
    assert [status(wire) for _ in range(4)] == [200, 200, 503, 503]
    clock.tick(59)
    assert status(wire) == 503
    clock.tick(1)
    assert [status(wire) for _ in range(3)] == [200, 200, 503]


def test_a_throttle_has_several_windows(sandbox: Sandbox, wire: Wire, clock: Clock) -> None:
    sandbox.faults.throttle(per_minute=2, per_hour=3, per_day=4)
    found = []
    for seconds in (60, 3600, 3600, 86400):
        found.append([status(wire) for _ in range(3)])
        clock.tick(seconds)
    assert found == [[200, 200, 503], [200, 503, 503], [200, 503, 503], [503, 503, 503]]
    assert status(wire) == 200


def test_a_throttled_request_is_not_applied(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.faults.throttle(per_hour=0)
    response = wire.send("POST", wire.folder + "/contacts", BODY)
    assert list(response.json()) == ["errors"]
    assert stored(sandbox) == 0
    sandbox.faults.throttle()
    assert status(wire) == 200
    sandbox.faults.throttle(per_day=0)
    sandbox.faults.clear()
    assert status(wire) == 200


def test_a_503_can_be_a_page_of_html(quirky: Callable[..., Wire]) -> None:
    wire = quirky(html_503=True)
    wire.sandbox.faults.next(503, headers={"Retry-After": "1"})
    response = wire.send("GET", "/time")
    assert response.text.startswith("<html>")
    assert response.headers["Retry-After"] == "1"
    wire.sandbox.faults.throttle(per_minute=0)
    assert wire.send("GET", "/time").headers["Content-Type"].startswith("text/html")


def test_a_fault_for_a_method_that_no_request_has_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="HTTP has no method PXST"):
        sandbox.faults.next(500, method="pxst")
