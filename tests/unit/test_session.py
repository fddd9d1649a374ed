from __future__ import annotations

import gzip
import json
import logging
import math
import pickle
import socket
import struct
import threading
from typing import Any

import pytest
import requests
import responses
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NameResolutionError

import icontact
from icontact import errors
from icontact.errors import ConfigError
from icontact.sandbox import Sandbox
from icontact.sandbox.servers.certificate import TemporaryCertificate
from icontact.transport import Call, Event, RetryPolicy, Safety, Transport
from icontact.transport.session import API_VERSION
from tests.unit.support import (
    BASE,
    CREDENTIALS,
    Clock,
    NoLimit,
    http,
    listening,
    read_request,
    transport_to,
)

URL = f"{BASE}/a/1/c/2/contacts"
RESET = requests.exceptions.ConnectionError(ConnectionResetError(104, "reset"))
REFUSED = requests.exceptions.ConnectionError(ConnectionRefusedError(111, "refused"))


def call(safety: Safety) -> Call:
    if safety is Safety.READ:
        return Call("GET", "a/1/c/2/contacts")
    return Call("POST", "a/1/c/2/contacts", body=[{}], safety=safety)


def serve(answers: responses.RequestsMock, *script: Any) -> None:
    """Answer in order: a status, or an exception that is raised."""
    for step in script:
        for method in ("GET", "POST"):
            body = step if isinstance(step, Exception) else json.dumps({"errors": ["no"]})
            if step == 200:
                body = "{}"
            status = 200 if isinstance(step, Exception) else step
            answers.add(method, URL, body=body, status=status)


def greet(transport: Transport, answers: responses.RequestsMock) -> None:
    """Let the server answer once, so that its address is known to be right."""
    answers.get(f"{BASE}/time", json={})
    transport.send(Call("GET", "time", authenticated=False))
    answers.calls.reset()


# What is repeated


@pytest.mark.parametrize("safety", [Safety.READ, Safety.REPEATABLE])
@pytest.mark.parametrize("failure", [RESET, REFUSED, 429, 500, 502, 503, 504])
def test_what_may_be_repeated_is_repeated_until_it_works(
    transport: Transport,
    answers: responses.RequestsMock,
    clock: Clock,
    safety: Safety,
    failure: Any,
) -> None:
    greet(transport, answers)
    serve(answers, failure, failure, 200)
    answer = transport.send(call(safety))
    assert answer.attempts == 3
    assert len(answers.calls) == 3
    assert len(clock.sleeps) == 2
    assert answer.elapsed == sum(clock.sleeps)


@pytest.mark.parametrize("failure", [REFUSED, 429])
def test_once_is_repeated_where_it_was_provably_not_applied(
    transport: Transport, answers: responses.RequestsMock, clock: Clock, failure: Any
) -> None:
    greet(transport, answers)
    serve(answers, failure, 200)
    assert transport.send(call(Safety.ONCE)).attempts == 2
    assert len(clock.sleeps) == 1


@pytest.mark.parametrize("failure", [RESET, 500, 502, 503])
def test_once_is_not_repeated_where_it_may_have_been_applied(
    transport: Transport, answers: responses.RequestsMock, clock: Clock, failure: Any
) -> None:
    serve(answers, failure, 200)
    with pytest.raises(errors.CallError) as caught:
        transport.send(call(Safety.ONCE))
    assert caught.value.maybe_applied
    assert caught.value.attempts == 1
    assert "look at GET a/1/c/2/contacts before repeating" in str(caught.value)
    assert len(answers.calls) == 1
    assert clock.sleeps == []


def test_a_garbled_answer_to_once_may_have_been_applied(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    answers.post(URL, body="<html>")
    with pytest.raises(errors.DecodeError) as caught:
        transport.send(call(Safety.ONCE))
    assert caught.value.maybe_applied
    assert len(answers.calls) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 406, 415, 501, 507])
@pytest.mark.parametrize("safety", list(Safety))
def test_a_plain_refusal_is_not_repeated(
    transport: Transport, answers: responses.RequestsMock, status: int, safety: Safety
) -> None:
    serve(answers, status, 200)
    with pytest.raises(errors.APIError) as caught:
        transport.send(call(safety))
    assert caught.value.status == status
    assert caught.value.attempts == 1
    assert not caught.value.maybe_applied
    assert len(answers.calls) == 1


def test_a_read_is_never_said_to_be_applied(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    serve(answers, RESET, RESET, RESET, RESET, RESET)
    with pytest.raises(errors.TransportError) as caught:
        transport.send(call(Safety.READ))
    assert not caught.value.maybe_applied
    assert caught.value.attempts == 5


def test_maybe_applied_survives_a_later_different_failure(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    serve(answers, RESET, 401)
    with pytest.raises(errors.AuthenticationError) as caught:
        transport.send(call(Safety.REPEATABLE))
    assert caught.value.maybe_applied
    assert caught.value.attempts == 2


def test_only_refused_connections_are_provably_not_applied(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    greet(transport, answers)
    serve(answers, *[REFUSED] * 5)
    with pytest.raises(errors.ConnectError) as caught:
        transport.send(call(Safety.REPEATABLE))
    assert not caught.value.maybe_applied
    assert caught.value.attempts == 5


def test_a_throttled_sequence_waits_longer_each_time(
    answers: responses.RequestsMock, clock: Clock
) -> None:
    serve(answers, 503, 503, 503, 503, 503, 200)
    transport = transport_to(clock, retry=RetryPolicy(throttled_pause=5.0, cap=30.0))
    with pytest.raises(errors.Throttled) as caught:
        transport.send(call(Safety.READ))
    # Without jitter the certain half: of 5, 10, 20 and 30 seconds.
    assert clock.sleeps == [2.5, 5.0, 10.0, 15.0]
    assert caught.value.attempts == 5
    assert caught.value.elapsed == 32.5
    assert "(5 attempts in 32.5 s)" in str(caught.value)


def test_the_server_s_wish_to_wait_is_obeyed(
    transport: Transport, answers: responses.RequestsMock, clock: Clock
) -> None:
    answers.get(URL, status=503, headers={"Retry-After": "17"})
    answers.get(URL, json={})
    transport.send(call(Safety.READ))
    assert clock.sleeps == [17.0]


def test_never_sends_once(answers: responses.RequestsMock, clock: Clock) -> None:
    serve(answers, 503, 200)
    with pytest.raises(errors.Throttled):
        transport_to(clock, retry=RetryPolicy.never()).send(call(Safety.READ))
    assert len(answers.calls) == 1


# The limiter


def test_the_limiter_hears_of_every_answer_and_of_no_broken_connection(
    answers: responses.RequestsMock, clock: Clock
) -> None:
    limiter = NoLimit()
    serve(answers, 503, RESET, 429, 500, 200)
    transport_to(clock, limiter=limiter).send(call(Safety.READ))
    assert limiter.heard == [True, True, False, False]


def test_a_limit_that_breaks_between_attempts_does_not_hide_what_the_first_may_have_done(
    answers: responses.RequestsMock, clock: Clock
) -> None:
    class Breaking(NoLimit):
        asked = 0

        def acquire(self, cost: int = 1) -> float:
            self.asked += 1
            if self.asked > 1:
                raise errors.LimitUnavailable("the file is gone")
            return super().acquire(cost)

    serve(answers, 500, 200)
    with pytest.raises(errors.ServerError) as caught:
        transport_to(clock, limiter=Breaking()).send(call(Safety.REPEATABLE))
    assert caught.value.maybe_applied
    assert caught.value.attempts == 1
    assert len(answers.calls) == 1


def test_a_limiter_without_ears_is_no_mistake(
    answers: responses.RequestsMock, clock: Clock
) -> None:
    class Deaf:
        def acquire(self, cost: int = 1) -> float:
            return 0.0

    serve(answers, 200)
    assert transport_to(clock, limiter=Deaf()).send(call(Safety.READ)).attempts == 1


def test_the_default_limiter_waits_by_the_same_clock(
    answers: responses.RequestsMock, clock: Clock
) -> None:
    serve(answers, 503, 200)
    transport_to(clock, limiter=None).send(call(Safety.READ))
    assert sum(clock.sleeps) >= 4.0


# What is reported


def test_everything_that_happens_is_told(answers: responses.RequestsMock, clock: Clock) -> None:
    events: list[Event] = []
    transport = transport_to(clock, limiter=NoLimit(waits=2.0), on_event=events.append)
    serve(answers, 503, RESET)
    answers.get(URL, json={"warnings": ["past due, jo@example.com"]})
    query = Call("GET", "a/1/c/2/contacts", params=(("email", "jo@example.com"),))
    transport.send(query)
    assert [(event.kind, event.attempt, event.status) for event in events] == [
        ("wait", 1, None),
        ("request", 1, 503),
        ("retry", 1, None),
        ("wait", 2, None),
        ("request", 2, None),
        ("retry", 2, None),
        ("wait", 3, None),
        ("request", 3, 200),
        ("warning", 3, None),
    ]
    assert [event.seconds for event in events if event.kind == "wait"] == [2.0, 2.0, 2.0]
    assert [event.seconds for event in events if event.kind == "retry"] == clock.sleeps
    assert events[-1].texts == ("past due, <address>",)
    assert "jo@" not in repr(events)
    assert {event.call for event in events} == {query.summary()}


def test_what_is_logged_and_at_which_level(
    answers: responses.RequestsMock, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "icontact")
    serve(answers, 503, RESET)
    answers.get(URL, json={})
    secret = Call("GET", "a/1/c/2/contacts", params=(("email", "jo@example.com"),))
    policy = RetryPolicy(base=0.5, throttled_pause=5.0)
    transport_to(clock, retry=policy, limiter=NoLimit(waits=2.0)).send(secret)
    path = "GET a/{id}/c/{id}/contacts"
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("INFO", f"{path}: waited 2.0 s for the limit"),
        ("DEBUG", f"{path} 503 0 ms attempt 1"),
        ("INFO", f"{path}: again in 2.5 s (attempt 1)"),
        ("INFO", f"{path}: waited 2.0 s for the limit"),
        ("DEBUG", f"{path} None 0 ms attempt 2"),
        ("INFO", f"{path}: again in 0.5 s (attempt 2)"),
        ("INFO", f"{path}: waited 2.0 s for the limit"),
        ("DEBUG", f"{path} 200 0 ms attempt 3"),
    ]
    assert {record.name for record in caplog.records} == {"icontact"}


def test_an_address_in_a_path_is_shown_nowhere(
    transport: Transport, answers: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "icontact")
    answers.get(f"{URL}/jo%40example.com", status=404, json={"errors": ["Not Found"]})
    with pytest.raises(errors.NotFound) as caught:
        transport.send(Call("GET", "a/1/c/2/contacts/jo%40example.com"))
    assert str(caught.value) == "GET a/1/c/2/contacts/<address>: 404: Not Found"
    assert "jo" not in caplog.text


# What goes out


def test_the_headers_of_a_request(transport: Transport, answers: responses.RequestsMock) -> None:
    serve(answers, 200)
    transport.send(call(Safety.READ))
    headers = dict(answers.calls[0].request.headers)
    assert headers["Accept"] == "application/json"
    assert headers["Accept-Encoding"] == "gzip"
    assert headers["API-Version"] == API_VERSION == "2.2"
    assert headers["User-Agent"] == f"icontact-python/{icontact.__version__}"
    assert "Content-Type" not in headers
    assert answers.calls[0].request.body is None


def test_the_body_of_a_request(transport: Transport, answers: responses.RequestsMock) -> None:
    serve(answers, 200)
    body = [{"firstName": "Jörg", "city": ""}]
    transport.send(Call("POST", "a/1/c/2/contacts", body=body))
    request = answers.calls[0].request
    assert request.headers["Content-Type"] == "application/json"
    assert isinstance(request.body, bytes)
    assert json.loads(request.body) == body
    assert request.body.isascii()


@pytest.mark.parametrize("body", [{"a": math.nan}, {"a": math.inf}, {"a": object()}])
def test_a_body_that_is_no_json_never_leaves(transport: Transport, body: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        transport.send(Call("POST", "a/1/c/2/contacts", body=body))


def test_query_values_are_encoded(transport: Transport, answers: responses.RequestsMock) -> None:
    answers.get(URL, json={})
    transport.send(
        Call("GET", "a/1/c/2/contacts?email=a%2Bb@c", params=(("lastName", "Ö & Söhne*"),))
    )
    params: dict[str, Any] = answers.calls[0].request.params  # type: ignore[attr-defined]  # of responses
    assert params == {"email": "a+b@c", "lastName": "Ö & Söhne*"}


def test_an_application_names_itself(answers: responses.RequestsMock, clock: Clock) -> None:
    serve(answers, 200)
    transport_to(clock, user_agent="my-app/1.0 (x)").send(call(Safety.READ))
    agent = answers.calls[0].request.headers["User-Agent"]
    assert agent == f"my-app/1.0 (x) icontact-python/{icontact.__version__}"


@pytest.mark.parametrize("agent", ["", " ", "x\r\nAPI-Evil: 1", "ünï", " x", "x\t"])
def test_an_unusable_user_agent_is_refused(agent: str) -> None:
    with pytest.raises(ConfigError, match="user_agent"):
        Transport(CREDENTIALS, user_agent=agent)


@pytest.mark.parametrize("host", ["icontact.example", "elsewhere.example"])
def test_no_redirect_is_followed_not_even_on_the_same_host(
    transport: Transport, answers: responses.RequestsMock, host: str
) -> None:
    answers.get(URL, status=302, headers={"Location": f"https://{host}/icp/a"})
    answers.get(f"https://{host}/icp/a", json={})
    with pytest.raises(errors.RedirectRefused):
        transport.send(call(Safety.READ))
    assert len(answers.calls) == 1


def test_a_redirected_write_was_not_applied(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    answers.post(URL, status=307, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(errors.RedirectRefused) as caught:
        transport.send(call(Safety.ONCE))
    assert not caught.value.maybe_applied


# Set-up


@pytest.mark.parametrize(
    "url",
    [
        "https://app.icontact.com/icp",
        "https://app.icontact.com/icp/",
        "https://app.icontact.com:8443/icp",
        "http://localhost:8025/icp",
        "http://127.0.0.1:8025/icp",
        "http://127.1.2.3/icp",
        "http://[::1]:8025/icp",
    ],
)
def test_a_good_base_url(url: str) -> None:
    assert Transport(CREDENTIALS, base_url=url).base_url == url.rstrip("/")


def test_the_scheme_of_a_base_url_may_be_in_capitals(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = TemporaryCertificate("127.0.0.1")

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(b"{}"))

    with listening(talk, certificate.context) as port:
        # Read for TLS only, as the proxies are.
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.path)
        transport = transport_to(clock, f"HTTPS://127.0.0.1:{port}")
        assert transport.send(call(Safety.READ)).payload == {}
        transport.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "app.icontact.com/icp",
        "http://app.icontact.com/icp",
        "http://127.0.0.1.example.com/icp",
        "http://127.999.999.999/icp",
        "http://127.0.0.256/icp",
        "http://128.0.0.1/icp",
        "http://localhost.example.com/icp",
        "http://10.0.0.1/icp",
        "ftp://localhost/icp",
        "https:///icp",
        "https://user@app.icontact.com/icp",
        "https://user:password@app.icontact.com/icp",
        "https://:password@app.icontact.com/icp",
        "https://app.icontact.com/icp?a=1",
        "https://app.icontact.com/icp?",
        "https://app.icontact.com/icp#x",
        "https://app.icontact.com/icp#",
        "https://app.icontact.com:port/icp",
        "https://app.icontact.com:99999/icp",
        "https://[::1/icp",
        " https://app.icontact.com/icp",
        "https://app.icontact.com/icp\n",
        "https://app.icon tact.com/icp",
        "https://.example/icp",
        "https://app..icontact.com/icp",
        f"https://{'a' * 64}.example/icp",
        "https://app.icontact.com/\udcff",
        None,
        7,
    ],
)
def test_an_unusable_base_url_is_refused(url: Any) -> None:
    with pytest.raises(ConfigError, match="base_url") as caught:
        Transport(CREDENTIALS, base_url=url)
    assert "password" not in str(caught.value)


@pytest.mark.parametrize(
    "timeout",
    [
        *(5, None, (), (5,), (5, 30, 1), (0, 30), (5, -1), (5, None), ("5", 30), "ab"),
        *((5, math.nan), (math.inf, 30), (True, 30), (5, 1e300)),
    ],
)
def test_an_unusable_timeout_is_refused(timeout: Any) -> None:
    with pytest.raises(ConfigError, match="timeout"):
        Transport(CREDENTIALS, timeout=timeout)


@pytest.mark.parametrize("timeout", [(5, 30), [0.5, 2.5]])
def test_both_timeouts_are_handed_on(
    answers: responses.RequestsMock, clock: Clock, timeout: Any
) -> None:
    serve(answers, 200)
    transport_to(clock, timeout=timeout).send(call(Safety.READ))
    arguments = answers.calls[0].request.req_kwargs  # type: ignore[attr-defined]  # of responses
    assert arguments["timeout"] == tuple(timeout)
    assert arguments["verify"]


def test_a_transport_shows_where_it_sends_to() -> None:
    assert repr(Transport(None)) == "Transport(base_url='https://app.icontact.com/icp')"


# On real sockets


def test_a_read_timeout_arrives_on_the_wire(clock: Clock) -> None:
    heard = threading.Event()
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        heard.set()
        done.wait(10)

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", timeout=(5, 0.2))
        with pytest.raises(errors.RequestTimeout) as caught:
            transport.send(call(Safety.ONCE))
        done.set()
    transport.close()
    assert heard.is_set()
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.maybe_applied


def test_a_reset_on_the_wire_is_a_lost_answer(clock: Clock) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}")
        with pytest.raises(errors.TransportError, match="the connection broke") as caught:
            transport.send(call(Safety.ONCE))
        transport.close()
    assert type(caught.value) is errors.TransportError
    assert caught.value.maybe_applied
    assert caught.value.__context__ is None


def test_an_answer_cut_short_on_the_wire_is_a_lost_answer(clock: Clock) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(b'{"lists": []}')[:-5])

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}")
        with pytest.raises(errors.TransportError) as caught:
            transport.send(call(Safety.ONCE))
        transport.close()
    assert caught.value.maybe_applied


def test_a_closed_port_was_never_reached(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    transport = transport_to(clock, f"http://127.0.0.1:{port}")
    with pytest.raises(errors.ConnectError) as caught:
        transport.send(call(Safety.ONCE))
    assert caught.value.attempts == 1
    assert not caught.value.maybe_applied
    assert clock.sleeps == []


UNKNOWN_HOST = requests.exceptions.ConnectionError(
    NameResolutionError("x.example", HTTPConnection("x.example"), socket.gaierror(-2, "unknown"))
)


@pytest.mark.parametrize("failure", [REFUSED, UNKNOWN_HOST], ids=["refused", "unknown host"])
def test_a_wrong_address_is_an_error_at_once(
    transport: Transport, answers: responses.RequestsMock, clock: Clock, failure: Exception
) -> None:
    serve(answers, failure)
    with pytest.raises(errors.ConnectError, match="check base_url"):
        transport.send(call(Safety.READ))
    assert clock.sleeps == []


def test_a_server_that_answered_before_may_come_back(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    greet(transport, answers)
    serve(answers, UNKNOWN_HOST, REFUSED, 200)
    assert transport.send(call(Safety.READ)).attempts == 3


def test_tls_that_ends_without_an_answer_may_have_carried_the_request(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = TemporaryCertificate("127.0.0.1")
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))

    with listening(talk, certificate.context) as port:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.path)
        transport = transport_to(clock, f"https://127.0.0.1:{port}")
        with pytest.raises(errors.TransportError) as caught:
            transport.send(call(Safety.ONCE))
        transport.close()
    assert len(heard) == 1
    assert type(caught.value) is errors.TransportError
    assert caught.value.maybe_applied


def test_an_unknown_certificate_ends_before_a_credential_is_sent(clock: Clock) -> None:
    sandbox = Sandbox()
    with sandbox.serve(tls=True) as server:
        transport = transport_to(clock, server.url, sandbox.credentials)
        with pytest.raises(errors.ConnectError, match="no connection: SSLCertVerificationError"):
            transport.send(Call("GET", "time"))
        transport.close()
        assert len(sandbox.requests) == 0
    sandbox.close()


def test_a_known_certificate_is_fine(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = Sandbox()
    with sandbox.serve(tls=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        transport = transport_to(clock, server.url, sandbox.credentials)
        assert transport.send(Call("GET", "a")).payload["total"] == 1
        transport.close()
    sandbox.close()


def test_a_compressed_answer_is_read_and_cookies_are_never_sent_back(clock: Clock) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        body = gzip.compress(b'{"lists": []}')
        connection.sendall(http(body, "Content-Encoding: gzip", "Set-Cookie: session=1; Path=/"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}")
        for _ in range(2):
            assert transport.send(call(Safety.READ)).payload == {"lists": []}
        transport.close()
    assert len(heard) == 2
    assert b"cookie" not in heard[1].lower()
    assert b"Accept-Encoding: gzip\r\n" in heard[0]


def test_threads_may_share_a_transport(sandbox: Sandbox, clock: Clock) -> None:
    transport = transport_to(clock, sandbox.base_url, sandbox.credentials)
    totals: list[int] = []

    def work() -> None:
        for _ in range(5):
            totals.append(transport.send(Call("GET", "a")).payload["total"])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert totals == [1] * 20


def test_no_requests_object_can_be_reached_from_an_error(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    serve(answers, RESET, RESET, RESET, RESET, RESET)
    try:
        raise LookupError("what the caller is busy with")
    except LookupError:
        with pytest.raises(errors.TransportError) as caught:
            transport.send(call(Safety.REPEATABLE))
    assert isinstance(caught.value.__context__, LookupError)
    assert caught.value.__cause__ is None
    assert pickle.loads(pickle.dumps(caught.value)).attempts == 5
