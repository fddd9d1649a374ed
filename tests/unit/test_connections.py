"""Connections: of one process, past no proxy without TLS, and never for ever."""

from __future__ import annotations

import gzip
import itertools
import json
import os
import signal
import socket
import struct
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import responses

from icontact import errors
from icontact.sandbox import Sandbox
from icontact.sandbox.servers.certificate import TemporaryCertificate
from icontact.transport import Call, RetryPolicy, Safety, connections
from tests.unit.support import BASE, Clock, http, listening, read_request, transport_to

# Proxies


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy"])
def test_a_plain_connection_goes_past_every_proxy(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        connection.sendall(http(b"{}"))

    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with listening(talk) as proxy, sandbox.serve() as server:
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy}")
        transport = transport_to(clock, server.url, sandbox.credentials)
        assert transport.send(Call("GET", "a")).payload["total"] == 1
        transport.close()
    assert heard == []


def test_a_proxy_of_tls_is_asked_for_a_tunnel_and_hears_no_credential(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        connection.sendall(http(b"", status="403 Forbidden"))

    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with listening(talk) as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy}")
        transport = transport_to(clock, "https://icontact.example/icp")
        with pytest.raises(errors.ConnectError):
            transport.send(Call("GET", "a"))
        transport.close()
    assert heard[0].startswith(b"CONNECT icontact.example:443 ")
    assert not any(b"API-" in request for request in heard)


def _relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _tunnel(connection: socket.socket) -> None:
    """Do what a proxy does: connect to where it is asked to, and pass everything on."""
    host, port = read_request(connection).split()[1].decode().split(":")
    with socket.create_connection((host, int(port))) as behind:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_relay, args=(behind, connection), daemon=True)
        back.start()
        _relay(connection, behind)
        back.join(10)


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A proxy for connections with TLS."""
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with listening(_tunnel) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        yield


@pytest.mark.usefixtures("proxy")
def test_an_answer_comes_through_the_tunnel(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox.serve(tls=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        transport = transport_to(clock, server.url, sandbox.credentials)
        assert transport.send(Call("GET", "a")).payload["total"] == 1
        transport.close()


@pytest.mark.usefixtures("proxy")
def test_the_environment_is_read_with_the_first_request_and_not_again(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox.serve(tls=True) as server:
        transport = transport_to(clock, server.url, sandbox.credentials)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        assert transport.send(Call("GET", "a")).payload["total"] == 1
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "missing.pem")
        assert transport.send(Call("GET", "a")).payload["total"] == 1
        transport.close()


@pytest.mark.parametrize("variable", ["https_proxy", "all_proxy"])
@pytest.mark.parametrize("past", ["127.0.0.1", "127.0.0.0/8", "*"])
def test_a_host_of_no_proxy_is_connected_to_directly(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, variable: str, past: str
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    monkeypatch.setenv("no_proxy", past)
    with sandbox.serve(tls=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        transport = transport_to(clock, server.url, sandbox.credentials)
        assert transport.send(Call("GET", "a")).payload["total"] == 1
        transport.close()


@pytest.mark.usefixtures("proxy")
@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_is_lost_in_the_tunnel_may_follow_a_request_that_was_carried_out(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, before: int, *, reset: bool
) -> None:
    certificate = TemporaryCertificate("127.0.0.1")
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        for _ in range(before):
            read_request(connection)
            connection.sendall(http(b"{}").replace(b"Connection: close\r\n", b""))
        heard.append(read_request(connection))
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with listening(talk, certificate.context) as port:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.path)
        transport = transport_to(clock, f"https://127.0.0.1:{port}")
        for _ in range(before):
            transport.send(Call("GET", "a"))
        with pytest.raises(errors.TransportError) as caught:
            transport.send(Call("POST", "a", body={}))
        transport.close()
    assert len(heard) == 1
    assert type(caught.value) is errors.TransportError
    assert caught.value.maybe_applied


@pytest.mark.parametrize("url", ["socks5h://127.0.0.1:1", "http://jo:pw@[::1"])
def test_a_sandbox_in_the_process_needs_no_proxy(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("all_proxy", url)
    transport = transport_to(clock, sandbox.base_url, sandbox.credentials)
    assert transport.send(Call("GET", "a")).payload["total"] == 1
    transport.close()


@pytest.mark.parametrize(
    "url",
    [
        *("socks5h://127.0.0.1:1", "ftp://127.0.0.1:1", "http://jo\u20ac:pw@127.0.0.1:1"),
        *("jo:pw@127.0.0.1:1", "http://", "http://jo:pw@:1", "http://jo:pw@127.0.0.1:99999"),
        *("http://jo:pw@proxy:port", "http://jo:pw@[::1", "http://jo:p/w@127.0.0.1:1"),
        *("http://:@:", "://jo:pw@127.0.0.1:1", "http://jo:pw@pro xy:1", " "),
        *(
            "http://jo:pw@.:1",
            "http://jo:pw@proxy..example:1",
            f"http://jo:pw@{'a' * 64}.example:1",
        ),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_and_nothing_was_sent(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("https_proxy", url)
    transport = transport_to(clock, "https://icontact.example/icp")
    with pytest.raises(errors.ConnectError, match="no connection: HTTPS_PROXY or ") as caught:
        transport.send(Call("POST", "a", body={}))
    transport.close()
    assert not caught.value.maybe_applied
    assert caught.value.attempts == 1
    assert "pw@" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http(b"", status="407 Proxy Authentication Required"), "the proxy refused with 407"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "BadStatusLine"),
        (b"x" * 100_000, "LineTooLong"),
        (b"", "RemoteDisconnected"),
    ],
)
def test_a_proxy_that_opens_no_tunnel_sent_nothing(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, answer: bytes, said: str
) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with listening(talk) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        transport = transport_to(clock, "https://icontact.example/icp", retry=RetryPolicy.never())
        with pytest.raises(errors.ConnectError, match=said) as caught:
            transport.send(Call("POST", "a", body={}))
        transport.close()
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("tls", [False, True])
def test_the_debug_level_of_http_client_prints_no_credential_and_no_address(
    *,
    sandbox: Sandbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tls: bool,
) -> None:
    monkeypatch.setattr("http.client.HTTPConnection.debuglevel", 1)
    with sandbox.serve(tls=tls) as server:
        if tls:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        transport = transport_to(clock, server.url, sandbox.credentials)
        assert transport.send(Call("GET", "a")).payload["total"] == 1
        transport.close()
    assert capsys.readouterr().out == ""


# Processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_each_process_has_connections_of_its_own(clock: Clock) -> None:
    seen: set[int] = set()
    gone = threading.Event()

    def answer(connection: socket.socket) -> None:
        try:
            while not gone.is_set():
                read_request(connection)
                port = connection.getpeername()[1]
                seen.add(port)
                body = b'{"port": %d}' % port
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
                )
        except (OSError, IndexError, EOFError):
            pass
        finally:
            connection.close()

    def talk(connection: socket.socket) -> None:
        # Each connection is kept open beside the others.
        threading.Thread(target=answer, args=(connection.dup(),), daemon=True).start()

    with listening(talk) as server:
        transport = transport_to(clock, f"http://127.0.0.1:{server}")
        first = transport.send(Call("GET", "a")).payload["port"]
        children = [
            _in_a_child(lambda: transport.send(Call("GET", "a")).payload["port"]) for _ in range(3)
        ]
        assert len({first, *children}) == 4
        assert transport.send(Call("GET", "a")).payload["port"] == first
        gone.set()
        transport.close()


def test_a_child_closes_and_opens_its_own(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = transport_to(clock)
    session = transport._pool.session
    assert transport._pool.session is session
    monkeypatch.setattr(os, "getpid", lambda: 0)
    assert transport._pool.session is not session
    assert transport._pool.session is transport._pool.session
    transport.close()
    session.close()


def test_threads_that_come_first_open_one_session(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(url: str) -> dict[str, str]:
        threading.Event().wait(0.05)
        return {}

    monkeypatch.setattr(connections, "get_environ_proxies", slowly)
    pool = transport_to(clock, "https://icontact.example/icp")._pool
    opened: list[object] = []
    threads = [threading.Thread(target=lambda: opened.append(pool.session)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert set(map(id, opened)) == {id(pool.session)}
    pool.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_does_not_wait_for_a_thread_of_its_parent(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, forked = threading.Event(), threading.Event()

    def slowly(url: str) -> dict[str, str]:
        inside.set()
        forked.wait(20)
        return {}

    monkeypatch.setattr(connections, "get_environ_proxies", slowly)
    pool = transport_to(clock, "https://icontact.example/icp")._pool
    thread = threading.Thread(target=lambda: pool.session)
    thread.start()
    inside.wait(20)

    def work() -> int:
        signal.alarm(10)
        forked.set()
        return int(pool.session is not None)

    assert _in_a_child(work) == 1
    forked.set()
    thread.join()
    pool.close()


def _in_a_child(work: Any) -> int:
    """Return the number that a forked process finds; 0 if it fails."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(writer, str(work()).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as found:
        text = found.read()
    os.waitpid(child, 0)
    return int(text or 0)


# Answers without an end


@pytest.mark.parametrize("safety", Safety)
@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_that_is_too_long_is_given_up_and_not_asked_for_again(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, safety: Safety, packed: bool
) -> None:
    monkeypatch.setattr(connections, "LONGEST_ANSWER", 100_000)
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        body = b'"' + b"x" * 5_000_000 + b'"'
        if packed:
            connection.sendall(http(gzip.compress(body), "Content-Encoding: gzip"))
        else:
            connection.sendall(http(body))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}")
        with pytest.raises(errors.DecodeError, match="longer than") as caught:
            transport.send(Call("POST", "a", body={}, safety=safety))
        transport.close()
    assert len(heard) == 1
    assert caught.value.maybe_applied is (safety is not Safety.READ)


def test_an_answer_may_be_as_long_as_the_limit(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, answers: responses.RequestsMock
) -> None:
    monkeypatch.setattr(connections, "LONGEST_ANSWER", 200_000)
    answers.get(f"{BASE}/a", body=b'"' + b"x" * 199_998 + b'"')
    assert len(transport_to(clock).send(Call("GET", "a")).payload) == 199_998


def test_an_error_with_a_long_text_is_still_that_error(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, answers: responses.RequestsMock
) -> None:
    monkeypatch.setattr(connections, "LONGEST_ANSWER", 100)
    answers.get(f"{BASE}/a", body=b"x" * 101, status=404)
    with pytest.raises(errors.NotFound, match="longer than"):
        transport_to(clock).send(Call("GET", "a"))


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """Return 60 kB on the wire, which are 60 MB unpacked."""
    return gzip.compress(b"x" * 60_000_000, 9)


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "302 Found", "400 Bad", "500 No"])
@pytest.mark.parametrize("location", ["", "Location: /elsewhere"])
def test_the_body_of_no_status_is_read_beyond_the_limit(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, bomb: bytes, status: str, location: str
) -> None:
    monkeypatch.setattr(connections, "LONGEST_ANSWER", 2_000_000)

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        headers = ["Content-Encoding: gzip", *([location] if location else [])]
        connection.sendall(http(bomb, *headers, status=status))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", retry=RetryPolicy.never())
        tracemalloc.start()
        try:
            with pytest.raises(errors.CallError):
                transport.send(Call("POST", "a", body={}))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        transport.close()
    assert most < 10_000_000


def test_an_answer_that_is_packed_several_times_is_not_unpacked(clock: Clock) -> None:
    body = gzip.compress(gzip.compress(b"{}"))

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(body, "Content-Encoding: gzip, gzip"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", retry=RetryPolicy.never())
        with pytest.raises(errors.DecodeError):
            transport.send(Call("GET", "a"))
        transport.close()


@pytest.mark.parametrize("cut", [False, True])
def test_a_packed_answer_is_unpacked_and_one_that_is_not_packed_is_refused(
    clock: Clock, cut: bool
) -> None:
    text = json.dumps({"time": "x" * 1_000_000}).encode()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        body = b"no gzip" if cut else gzip.compress(text)
        connection.sendall(http(body, "Content-Encoding: gzip"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", retry=RetryPolicy.never())
        if cut:
            with pytest.raises(errors.TransportError, match="connection broke"):
                transport.send(Call("GET", "a"))
        else:
            assert transport.send(Call("GET", "a")).payload == json.loads(text)
        transport.close()


@pytest.mark.parametrize("length", [10, 1_000_000])
@pytest.mark.parametrize("rest", [b"and more", gzip.compress(b"and more", mtime=0)])
def test_an_answer_that_goes_on_after_its_packed_text_is_an_error(
    clock: Clock, length: int, rest: bytes
) -> None:
    text = json.dumps({"time": "x" * length}).encode()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(gzip.compress(text) + rest, "Content-Encoding: gzip"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", retry=RetryPolicy.never())
        with pytest.raises(errors.CallError):
            transport.send(Call("GET", "a"))
        transport.close()


def test_an_answer_may_be_packed_in_parts(clock: Clock) -> None:
    text = json.dumps({"time": "x" * 1_000_000}).encode()
    packed = gzip.compress(text[:600_000]) + gzip.compress(text[600_000:])

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(packed, "Content-Encoding: gzip"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", retry=RetryPolicy.never())
        assert transport.send(Call("GET", "a")).payload == json.loads(text)
        transport.close()


# Connections that never came about


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_without_the_ca_bundle_nothing_was_sent(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, variable: str, tmp_path: Path
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "missing.pem"))
    with sandbox.serve(tls=True) as server:
        transport = transport_to(clock, server.url, sandbox.credentials)
        with pytest.raises(errors.ConnectError, match="there is no CA bundle where") as caught:
            transport.send(Call("POST", "a", body={}))
        transport.close()
    assert not caught.value.maybe_applied
    assert len(sandbox.requests) == 0


def test_with_a_ca_bundle_that_holds_none_nothing_was_sent(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty.pem").write_text("no certificate")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "empty.pem"))
    with sandbox.serve(tls=True) as server:
        transport = transport_to(clock, server.url, sandbox.credentials)
        with pytest.raises(errors.ConnectError) as caught:
            transport.send(Call("POST", "a", body={}))
        transport.close()
    assert not caught.value.maybe_applied


def test_a_handshake_that_fails_sent_nothing(clock: Clock) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with listening(talk) as port:
        transport = transport_to(clock, f"https://127.0.0.1:{port}", retry=RetryPolicy.never())
        with pytest.raises(errors.ConnectError) as caught:
            transport.send(Call("POST", "a", body={}))
        transport.close()
    assert not caught.value.maybe_applied


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_a_server_that_drips_does_not_hold_us_for_ever(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    monkeypatch.setattr(connections, "ANSWER_TIMEOUTS", 2)
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(start or b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not done.wait(0.02):
            connection.sendall(b"1")

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", timeout=(5, 0.2))
        with pytest.raises(errors.RequestTimeout) as caught:
            transport.send(Call("POST", "a", body={}))
        done.set()
        transport.close()
    assert caught.value.maybe_applied


def test_an_answer_may_take_ten_times_as_long_as_a_pause_in_it(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = itertools.count(step=10)
    monkeypatch.setattr(connections, "time", SimpleNamespace(monotonic=lambda: next(seconds)))

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(b'{"total": 1}'))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", timeout=(5, 5))
        assert transport.send(Call("GET", "a")).payload == {"total": 1}
        transport.close()


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "422 Other"])
def test_the_text_of_an_error_is_read(clock: Clock, status: str) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(b'{"errors": ["The reason for it"]}', status=status))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", retry=RetryPolicy.never())
        with pytest.raises(errors.APIError, match="The reason for it"):
            transport.send(Call("POST", "a", body={}))
        transport.close()


@pytest.mark.parametrize("status", [b"300 Multiple Choices", b"302 Found", b"399 Other"])
def test_the_body_of_a_redirect_is_not_waited_for(clock: Clock, status: bytes) -> None:
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        head = b"HTTP/1.1 " + status + b"\r\nLocation: https://icontact.example/\r\n"
        connection.sendall(head + b"Content-Length: 999\r\n\r\n")
        done.wait(60)

    with listening(talk) as port:
        transport = transport_to(
            clock, f"http://127.0.0.1:{port}", timeout=(5, 3), retry=RetryPolicy.never()
        )
        with pytest.raises(errors.RedirectRefused):
            transport.send(Call("POST", "a", body={}))
        done.set()
        transport.close()


def test_a_connection_is_used_again(sandbox: Sandbox, clock: Clock) -> None:
    ports: set[Any] = set()
    ready = threading.Event()

    def talk(connection: socket.socket) -> None:
        ports.add(connection.getpeername())
        for body in (b"{}", b"{}"):
            read_request(connection)
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            connection.sendall(head + body)
        ready.set()

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}")
        for _ in range(2):
            transport.send(Call("GET", "a"))
        assert ready.wait(10)
        transport.close()
    assert len(ports) == 1


@pytest.mark.parametrize(
    "notice", ["100 Continue", "101 Switching Protocols", "102 Processing", "103 Early Hints"]
)
def test_each_call_gets_its_own_answer_where_the_server_sends_notices_before_it(
    clock: Clock, notice: str
) -> None:
    head = f"HTTP/1.1 {notice}\r\nLink: </style.css>; rel=preload\r\n\r\n".encode()

    def talk(connection: socket.socket) -> None:
        for number in range(3):
            read_request(connection)
            body = b'{"total": %d}' % number
            connection.sendall(head * number)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", retry=RetryPolicy.never())
        totals = [transport.send(Call("GET", "a")).payload["total"] for _ in range(3)]
        transport.close()
    assert totals == [0, 1, 2]


def test_a_server_that_sends_notices_for_ever_is_given_up(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ANSWER_TIMEOUTS", 2)
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        while not done.wait(0.02):
            connection.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")

    with listening(talk) as port:
        transport = transport_to(
            clock, f"http://127.0.0.1:{port}", timeout=(5, 0.2), retry=RetryPolicy.never()
        )
        with pytest.raises(errors.RequestTimeout) as caught:
            transport.send(Call("POST", "a", body={}))
        done.set()
        transport.close()
    assert caught.value.maybe_applied


def test_a_send_is_not_repeated_after_an_answer_that_states_two_lengths(clock: Clock) -> None:
    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(b'{"sends": []}', "Content-Length: 2"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}")
        with pytest.raises(errors.TransportError) as caught:
            transport.send(Call("POST", "a", body={}, safety=Safety.ONCE))
        transport.close()
    assert not isinstance(caught.value, errors.ConnectError)
    assert caught.value.maybe_applied
    assert caught.value.attempts == 1


@pytest.mark.parametrize("content", ["", "E-mail,Name", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_bundle_without_a_certificate_is_named_at_once(
    sandbox: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(content, encoding="ascii")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with sandbox.serve(tls=True) as server:
        transport = transport_to(clock, server.url)
        with pytest.raises(errors.ConnectError, match="CURL_CA_BUNDLE holds no certif") as caught:
            transport.send(Call("GET", "time"))
        transport.close()
    assert caught.value.attempts == 1
