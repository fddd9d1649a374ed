"""The sandbox as a real server, and as a WSGI application."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from icontact.sandbox import Sandbox, Server
from tests.sandbox.wire import HEADERS, Wire

BODY = [{"email": "jo@example.com"}]


class Sleeper:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def sleeper() -> Sleeper:
    return Sleeper()


@pytest.fixture
def server(sleeper: Sleeper) -> Iterator[Server]:
    with Sandbox().serve(sleep=sleeper) as server:
        yield server


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with requests.Session() as session:
        yield Wire(server.sandbox, server.url, session)


def talk(server: Server, text: bytes) -> bytes:
    """Send bytes to the server, and return what comes until it closes the connection."""
    url = urlsplit(server.url)
    with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=5) as line:
        line.sendall(text)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_a_server_answers_at_a_url_like_the_real_one(server: Server, wire: Wire) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert server.url.endswith("/icp")
    assert repr(server) == f"<Server of a sandbox at {server.url}>"
    assert wire.contact(firstName="María")
    assert server.sandbox.state.contacts()[0]["firstName"] == "María"


def test_reason_phrases_are_those_recorded(server: Server) -> None:
    assert requests.get(f"{server.url}/a", timeout=5).reason == "Authorization Required"
    assert requests.get(f"{server.url}/x", timeout=5).reason == "Method Not Implemented"
    server.sandbox.faults.next(299)
    assert requests.get(f"{server.url}/x", timeout=5).reason == "Unknown"


@pytest.mark.parametrize("path", ["/time", "//time", "/icpx/time", "/icp", "/icp//", "/other"])
def test_outside_of_the_mount_there_is_nothing(server: Server, path: str) -> None:
    url = server.url.removesuffix("/icp") + path
    assert requests.get(url, timeout=5).status_code == 501


def test_a_connection_serves_many_requests(server: Server) -> None:
    url = urlsplit(server.url)
    line = http.client.HTTPConnection(str(url.hostname), url.port, timeout=5)
    line.connect()
    own = line.sock
    for body in ('[{"email":"jo@example.com"}]', "nonsense", None):
        line.request("POST", f"/icp/a/{server.sandbox.account_id}", body, HEADERS)
        line.getresponse().read()
        assert line.sock is own
    line.request("HEAD", "/icp/time")
    assert line.getresponse().read() == b""
    assert line.sock is own
    line.close()


def test_pipelined_requests_are_answered_in_turn(server: Server) -> None:
    get = b"GET /icp/time HTTP/1.1\r\nHost: x\r\n"
    answer = talk(server, get + b"\r\n" + get + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2


def test_an_old_client_is_answered_once(server: Server) -> None:
    answer = talk(server, b"GET /icp/time HTTP/1.0\r\n\r\n")
    assert b"timestamp" in answer


def test_expect_continue_is_answered(server: Server) -> None:
    head = b"POST /icp/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
    answer = talk(server, head + b"Connection: close\r\n\r\n[]")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 ")


def test_a_chunked_body_arrives(wire: Wire) -> None:
    url = f"{wire.base}{wire.folder}/contacts"
    response = wire.session.post(url, data=iter([b'[{"email":', b'"jo@example.com"}]']), timeout=5)
    assert response.json()["contacts"][0]["email"] == "jo@example.com"


def test_broken_chunks_are_no_request(server: Server) -> None:
    head = b"POST /icp/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(server, head + b"nonsense\r\n").startswith(b"HTTP/1.1 400 ")
    assert requests.get(f"{server.url}/time", timeout=5).status_code == 200


def test_nonsense_on_the_line_does_not_stop_the_server(server: Server) -> None:
    assert b" 400 " in talk(server, b"nonsense\r\n\r\n")
    assert requests.get(f"{server.url}/time", timeout=5).status_code == 200


def test_a_body_of_more_than_16_mebibytes_answers_413(server: Server, wire: Wire) -> None:
    response = wire.send("POST", wire.folder + "/contacts", b" " * (17 * 1024 * 1024))
    assert response.status_code == 413
    assert wire.contact()


def test_a_slow_answer_is_really_late(server: Server, wire: Wire, sleeper: Sleeper) -> None:
    server.sandbox.faults.slow(2.5)
    assert wire.contact()
    assert sleeper.slept == [2.5]


@pytest.mark.parametrize(("kind", "kept"), [("drop_before", 0), ("drop_after", 1), ("refuse", 0)])
def test_a_dropped_connection_is_reset(server: Server, wire: Wire, kind: str, kept: int) -> None:
    getattr(server.sandbox.faults, kind)()
    with pytest.raises(requests.exceptions.ConnectionError, match="Connection aborted"):
        wire.send("POST", wire.folder + "/contacts", BODY)
    assert len(server.sandbox.state.contacts()) == kept
    assert wire.get("/contacts")["total"] == kept


def test_a_garbled_answer_is_complete_http(server: Server, wire: Wire) -> None:
    server.sandbox.faults.garble("cut")
    assert wire.send("GET", "/time").text.startswith('{"time"')
    server.sandbox.faults.next(204)
    assert wire.send("GET", "/time").content == b""
    assert wire.get("/contacts")["total"] == 0


def test_nothing_is_printed(server: Server, wire: Wire, capfd: pytest.CaptureFixture[str]) -> None:
    wire.get("/contacts?email=jo@example.com")
    assert capfd.readouterr() == ("", "")


def test_closing_breaks_idle_connections_and_joins_all_threads(server: Server, wire: Wire) -> None:
    wire.get("/contacts")
    server.close()
    server.close()
    server.wait()
    assert not [thread for thread in threading.enumerate() if "sandbox" in thread.name]
    with pytest.raises(requests.exceptions.ConnectionError):
        wire.get("/contacts")


def test_a_connection_that_ended_by_itself_does_not_hinder_closing() -> None:
    started, go_on = threading.Event(), threading.Event()

    def hold(seconds: float) -> None:
        started.set()
        go_on.wait(5)

    with Sandbox().serve(sleep=hold) as other:
        url = urlsplit(other.url)
        other.sandbox.faults.slow(1)
        with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=5) as line:
            line.sendall(b"GET /icp/time HTTP/1.1\r\nHost: x\r\n\r\n")
            assert started.wait(5)
        threading.Timer(0.01, go_on.set).start()
        other.close()
    assert not [one for one in threading.enumerate() if one.name.endswith(str(url.port))]


def test_waiting_ends_with_the_server(server: Server) -> None:
    threading.Timer(0.01, server.close).start()
    server.wait()
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{server.url}/time", timeout=5)


def test_a_taken_port_is_named(server: Server) -> None:
    port = urlsplit(server.url).port or 0
    with pytest.raises(OSError, match=f"127.0.0.1:{port}: the port is taken; choose another"):
        Sandbox().serve(port=port)


def test_an_address_of_another_machine_is_refused() -> None:
    with (
        pytest.warns(UserWarning, match=r"203\.0\.113\.1"),
        pytest.raises(OSError, match=r"cannot listen on 203\.0\.113\.1:0"),
    ):
        Sandbox().serve("203.0.113.1")


def test_listening_beyond_loopback_is_warned_about() -> None:
    with pytest.warns(UserWarning, match=r"listens on 0\.0\.0\.0") as caught:
        server = Sandbox().serve("0.0.0.0")
    server.close()
    assert caught[0].filename == __file__


def test_it_is_worse_with_a_control_url() -> None:
    with pytest.warns(UserWarning, match="read, fill and control it"):
        Sandbox().serve("0.0.0.0", control=True).close()


def test_a_name_that_is_not_localhost_counts_as_beyond_loopback() -> None:
    with pytest.warns(UserWarning, match="listens on"), pytest.raises(OSError, match="cannot"):
        Sandbox().serve("nowhere.invalid")


@pytest.mark.parametrize(("host", "shown"), [("localhost", "localhost"), ("::1", "[::1]")])
def test_loopback_has_several_names(host: str, shown: str) -> None:
    with Sandbox().serve(host) as server:
        assert server.url.startswith(f"http://{shown}:")
        assert requests.get(f"{server.url}/time", timeout=5).status_code == 200


def test_tls_comes_with_a_certificate_that_clients_can_verify() -> None:
    with Sandbox().serve(tls=True) as server:
        assert server.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=server.certificate)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        for host in ("127.0.0.1", "localhost"):
            url = server.url.replace("127.0.0.1", host) + "/time"
            with urllib.request.urlopen(url, context=context, timeout=5) as answer:
                assert answer.status == 200
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{server.url}/time", timeout=5)
    with pytest.raises(FileNotFoundError):
        ssl.create_default_context(cafile=server.certificate)


def test_the_certificate_can_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox().serve(tls=True) as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
        with server.client() as client:
            assert client.time().timestamp


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_certificate_is_one_for_curl() -> None:
    with Sandbox().serve(tls=True) as server:
        command = ["curl", "-sS", "--cacert", str(server.certificate), f"{server.url}/time"]
        shown = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
        assert b"timestamp" in shown


def test_the_certificate_is_good_for_the_host_that_is_stood_in_for() -> None:
    with Sandbox().serve(tls=True) as server:
        url = urlsplit(server.url)
        context = ssl.create_default_context(cafile=server.certificate)
        with (
            socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname="app.icontact.com") as line,
        ):
            line.sendall(b"GET /icp/time HTTP/1.1\r\nHost: app.icontact.com\r\n\r\n")
            assert line.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_port_that_is_taken_leaves_no_certificate_behind(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OSError, match="taken"):
        Sandbox().serve(port=urlsplit(server.url).port or 0, tls=True)
    assert list(tmp_path.iterdir()) == []


def test_without_trustme_tls_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ImportError, match=r"icontact\[tls\]"):
        Sandbox().serve(tls=True)


def test_tls_takes_a_context_of_your_own() -> None:
    with Sandbox().serve(tls=True) as server:
        temporary = server._temporary
        assert temporary is not None
        with Sandbox().serve(tls=temporary.context) as second:
            assert second.certificate is None
            response = requests.get(
                f"{second.url}/time", verify=server.certificate or "", timeout=5
            )
            assert response.status_code == 200


def test_a_client_without_tls_does_not_stop_a_server_with_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Sandbox().serve(tls=True) as server:
        with pytest.raises((ConnectionError, requests.exceptions.ConnectionError)):
            requests.get(server.url.replace("https", "http") + "/time", timeout=5)
        response = requests.get(f"{server.url}/time", verify=server.certificate or "", timeout=5)
        assert response.status_code == 200
    assert "Traceback" not in capfd.readouterr().err
