"""What clients in the wild send, byte by byte, and how the server takes it (API 2)."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import io
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
import requests
from werkzeug.test import Client

from icontact.sandbox import Sandbox, Server
from icontact.sandbox.app import HandledRequest
from icontact.sandbox.servers.wsgi import body_from, headers_from
from tests.sandbox.wire import HEADERS, Wire

HEAD = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
BODY = '[{"email":"jo@example.com"}]'
CHUNKS = "\r\nTransfer-Encoding: chunked"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Sandbox().serve() as server:
        yield server


@pytest.fixture(autouse=True)
def as_new(server: Server) -> None:
    server.sandbox.reset()


@pytest.fixture
def folder(server: Server) -> str:
    return f"/icp/a/{server.sandbox.account_id}/c/{server.sandbox.client_folder_id}"


@attrs.frozen
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@attrs.define
class Line:
    """A raw connection, on which answers are read one by one."""

    socket: socket.socket
    file: Any

    def say(self, text: str | bytes) -> None:
        self.socket.sendall(text.encode("latin-1") if isinstance(text, str) else text)

    def reply(self) -> Reply:
        status = int(self.file.readline().split()[1])
        headers = dict(
            line.decode("latin-1").strip().lower().split(": ", 1)
            for line in iter(self.file.readline, b"\r\n")
        )
        return Reply(status, headers, self.file.read(int(headers.get("content-length", 0))))

    def is_over(self) -> bool:
        rest: bytes = self.file.read(1)
        return rest == b""

    def ask(self, request: str, headers: str = HEAD, body: str = "") -> Reply:
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        self.say(f"{request} HTTP/1.1\r\nHost: x\r\n{headers}{length}\r\n{body}")
        return self.reply()


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    url = urlsplit(server.url)
    with (
        socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=10) as plain,
        plain.makefile("rb") as file,
    ):
        yield Line(plain, file)


@pytest.mark.parametrize("path", ["/contacts", "/contacts/", "/contacts?limit=5", "/contacts/?x=1"])
def test_a_slash_at_the_end_is_as_good_as_none(line: Line, folder: str, path: str) -> None:
    assert line.ask(f"GET {folder}{path}").json["contacts"] == []
    assert line.ask(f"POST {folder}{path}", body=BODY).status == 200


@pytest.mark.parametrize("path", ["/icp/a", "/icp//a", "//icp/a//", "/icp/time", "/icp/time/"])
def test_so_it_is_at_the_top(line: Line, path: str) -> None:
    assert line.ask(f"GET {path}").status == 200


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/icp/a//c//contacts", 501, "Resource Or Version Not Implemented"),
        ("/icp/a/1/c/2/contacts//", 404, "You provided a accountId that we did not recognise."),
        ("/icp/a//c", 404, "You provided a accountId that we did not recognise. Please provide"),
        ("*", 501, "Resource Or Version Not Implemented"),
    ],
)
def test_empty_segments_are_answered_as_recorded(
    line: Line, path: str, status: int, text: str
) -> None:
    reply = line.ask(f"GET {path}")
    assert (reply.status, reply.json["errors"][0][: len(text)]) == (status, text)


@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title, str.swapcase])
def test_header_names_may_be_spelled_in_any_way(line: Line, folder: str, spell: Any) -> None:
    headers = "".join(f"{spell(name)}:{value}\r\n" for name, value in HEADERS.items())
    assert line.ask(f"GET {folder}/contacts", headers).status == 200


@pytest.mark.parametrize("name", ["Api-AppId", "API-AppId", "Api-Appid", "API-Appid"])
def test_the_spellings_of_known_clients(line: Line, name: str) -> None:
    assert line.ask("GET /icp/a", HEAD.replace("API-AppId", name)).status == 200


@pytest.mark.parametrize(
    "odd",
    [
        "Except:\r\n",
        "Expect:\r\n",
        "X-Empty: \r\n",
        "X-Folded: one\r\n two\r\n\tthree\r\n",
        "Accept-Encoding: identity, gzip;q=0\r\n",
        "Cookie: a=b\r\nCookie: c=d\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n",
        "Connection: Keep-Alive\r\nKeep-Alive: 300\r\n",
        "Authorization: Basic x\r\n",
        "Transfer-Encoding: identity\r\n",
    ],
)
def test_odd_headers_do_no_harm(line: Line, folder: str, odd: str) -> None:
    for _ in range(2):
        assert line.ask(f"GET {folder}/contacts", HEAD + odd).json["total"] == 0


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("*/*, application/json", 200),
        ("application/json, text/plain, */*", 200),
        ("text/xml;q=0.5,application/json;q=0.9", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("application/json;q=0.001", 200),
        ("application/json;q=0, text/xml", 406),
        ("application/json; q=0.0", 406),
        ("text/html", 406),
    ],
)
def test_lists_of_media_types_are_understood(line: Line, accept: str, status: int) -> None:
    headers = HEAD.replace("Accept: application/json", f"Accept: {accept}")
    assert line.ask("GET /icp/a", headers).status == status


def test_bodies_on_get_and_delete_are_read_and_not_taken_for_the_next_request(
    line: Line, server: Server, folder: str
) -> None:
    (contact_id,) = server.sandbox.seed(contacts=[{"email": "jo@example.com"}]).contact_ids
    next_one = "DELETE /icp/x HTTP/1.1\r\n\r\n"
    assert line.ask(f"GET {folder}/contacts/{contact_id}", body=next_one).status == 200
    assert line.ask(f"GET {folder}/contacts", body="{").json["total"] == 1
    assert line.ask(f"DELETE {folder}/contacts/{contact_id}", body='{"a":1}').body == b"[]"
    assert line.ask("GET /icp/time").status == 200
    assert [request.method for request in server.sandbox.requests] == ["GET"] * 2 + [
        "DELETE",
        "GET",
    ]


def test_a_refused_request_leaves_the_connection_usable(line: Line, folder: str) -> None:
    assert line.ask(f"POST {folder}/contacts", HEAD.replace("-password", "-x"), BODY).status == 401
    assert line.ask(f"PUT {folder}/contacts", body=BODY).status == 405
    assert line.ask(f"POST {folder}/nothing", body=BODY).status == 501
    assert line.ask(f"POST {folder}/contacts", body=BODY).status == 200


def test_http_1_0_is_answered_once_unless_more_is_wished_for(line: Line) -> None:
    line.say(f"GET /icp/a HTTP/1.0\r\n{HEAD}Connection: keep-alive\r\n\r\n")
    kept = line.reply()
    line.say(f"GET /icp/a HTTP/1.0\r\n{HEAD}\r\n")
    last = line.reply()
    assert (kept.status, kept.headers["connection"]) == (200, "keep-alive")
    assert (last.status, last.headers["connection"]) == (200, "close")
    assert line.is_over()


def test_http_1_1_goes_on_until_somebody_has_enough(line: Line) -> None:
    assert "connection" not in line.ask("GET /icp/time").headers
    assert line.ask("GET /icp/time", "Connection: Close\r\n").headers["connection"] == "close"
    assert line.is_over()


def test_a_target_may_name_the_host(line: Line) -> None:
    assert line.ask("GET http://app.icontact.com/icp/time?x=1").status == 200


def test_lines_may_end_as_in_a_text_file(line: Line) -> None:
    line.say("\r\n\nGET /icp/time HTTP/1.1\nHost: x\n\n")
    assert line.reply().status == 200


def test_a_client_that_waits_for_100_is_told_to_go_on(line: Line, folder: str) -> None:
    expect = f"Expect: 100-continue\r\nContent-Length: {len(BODY)}\r\n\r\n"
    line.say(f"POST {folder}/contacts HTTP/1.1\r\nHost: x\r\n{HEAD}{expect}")
    assert line.reply().status == 100
    line.say(BODY)
    assert line.reply().json["contacts"][0]["email"] == "jo@example.com"


def test_chunks_too_are_waited_for(line: Line, folder: str) -> None:
    expect = "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
    line.say(f"POST {folder}/contacts HTTP/1.1\r\nHost: x\r\n{HEAD}{expect}")
    assert line.reply().status == 100
    line.say(f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n")
    assert line.reply().json["contacts"][0]["email"] == "jo@example.com"


def test_a_body_may_come_in_chunks_and_be_followed_by_more(
    line: Line, folder: str, server: Server
) -> None:
    chunks = "".join(f"{len(part):X};ext=1\r\n{part}\r\n" for part in (BODY[:5], BODY[5:]))
    head = f"POST {folder}/contacts HTTP/1.1\r\nHost: x\r\n{HEAD}Transfer-Encoding: Chunked\r\n"
    for end in ("0\r\n\r\n", "0\r\nX-Trailer: 1\r\n\r\n"):
        line.say(f"{head}\r\n{chunks}{end}")
        assert line.reply().status == 200
    assert len(server.sandbox.state.contacts()) == 1


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("GZIP", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("br", False),
    ],
)
def test_answers_are_compressed_where_asked_for(
    line: Line, folder: str, server: Server, accepted: str, compressed: bool
) -> None:
    server.sandbox.seed_contacts(30)
    encoding = f"Accept-Encoding: {accepted}\r\n"
    for path in (f"{folder}/contacts?limit=30", "/icp/nothing"):
        reply = line.ask(f"GET {path}", HEAD + encoding)
        assert (reply.headers.get("content-encoding") == "gzip") == compressed
        assert reply.headers["vary"] == "Accept-Encoding".lower()
        body = gzip.decompress(reply.body) if compressed else reply.body
        assert json.loads(body)


def test_an_ordered_encoding_is_left_as_it_is(line: Line, server: Server) -> None:
    server.sandbox.faults.next(200, "text", headers={"Content-Encoding": "br"})
    assert line.ask("GET /icp/time", "Accept-Encoding: gzip\r\n").body == b"text"


def test_an_answer_without_content_has_no_length(line: Line, server: Server) -> None:
    server.sandbox.faults.next(204)
    assert "content-length" not in line.ask("GET /icp/time").headers
    assert line.ask("GET /icp/time").status == 200


def test_answers_say_that_they_are_of_a_sandbox_and_when(line: Line) -> None:
    headers = line.ask("GET /icp/time").headers
    assert headers["server"] == "icontact-sandbox"
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d gmt", headers["date"])


def test_many_connections_at_once_are_served(server: Server, folder: str) -> None:
    url = urlsplit(server.url)

    def work(number: int) -> set[int]:
        connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=30)
        found = set()
        for step in range(3):
            body = json.dumps([{"email": f"c{number}-{step}@example.com"}])
            connection.request("POST", f"{folder}/contacts", body, HEADERS)
            answer = connection.getresponse()
            answer.read()
            found.add(answer.status)
        connection.close()
        return found

    with ThreadPoolExecutor(40) as pool:
        assert set().union(*pool.map(work, range(40))) == {200}
    assert len(server.sandbox.state.contacts()) == 120


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("nonsense", 400),
        ("GET /icp/time", 400),
        ("GET /icp/time HTTP/2.0", 505),
        ("GET /icp/time HTTP/x", 400),
        ("GET /icp/a b HTTP/1.1", 400),
        ("GET /icp/time HTTP/1.1\r\nno colon", 400),
        ("GET /icp/time HTTP/1.1\r\n: nameless", 400),
        ("GET /icp/time HTTP/1.1\r\nName : space", 400),
        ("GET /icp/time HTTP/1.1\r\n folded into nothing", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: x", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: -1", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: 1, 1", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length:", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: +1", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: 0x1", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: \x0c0", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: \xb2", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length:\r\n 0", 400),
        ("GET /icp/time HTTP/1.1\r\nX: a\rContent-Length: 5", 400),
        ("GET /icp/time HTTP/1.1\r\nX: a\0", 400),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding: gzip, chunked", 501),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding: gzip", 501),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding: \x0bchunked", 501),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding: xchunked", 501),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding:", 400),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding: chunked, chunked", 400),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding: chunked, identity", 400),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding:\r\n chunked", 400),
        ("GET /icp/time HTTP/1.1\r\nTransfer-Encoding : chunked", 400),
        (f"GET /icp/time HTTP/1.1{CHUNKS}{CHUNKS}", 400),
        (f"GET /icp/time HTTP/1.1{CHUNKS}\r\nContent-Length: 0", 400),
        (f"GET /icp/time HTTP/1.1\r\nContent-Length: 0{CHUNKS}", 400),
        (f"GET /icp/time HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue{CHUNKS}", 400),
        ("GET /icp/time HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: identity", 400),
        (f"GET /icp/time HTTP/1.0{CHUNKS}", 400),
        (f"GET /icp/{'x' * 20_000} HTTP/1.1", 414),
        (f"GET /icp/time HTTP/1.1\r\nX: {'x' * 70_000}", 431),
        ("GET /icp/time HTTP/1.1" + "\r\nX: 1" * 300, 431),
    ],
)
def test_what_is_no_request_is_refused_and_the_connection_closed(
    line: Line, server: Server, request_: str, status: int
) -> None:
    line.say(f"{request_}\r\n\r\n")
    reply = line.reply()
    assert (reply.status, list(reply.json)) == (status, ["errors"])
    assert reply.headers["connection"] == "close"
    line.socket.shutdown(socket.SHUT_WR)
    assert line.is_over()
    assert len(server.sandbox.requests) == 0


@pytest.mark.parametrize(
    ("text", "status"), [("x" * 30_000, 414), ("GET / HTTP/1.1\r\n" + "X: 1\r\n" * 20_000, 431)]
)
def test_a_head_without_end_is_not_collected_for_ever(line: Line, text: str, status: int) -> None:
    line.say(text)
    assert line.reply().status == status


def test_a_client_that_talks_on_after_a_refusal_is_not_listened_to_for_ever(
    line: Line, server: Server
) -> None:
    with contextlib.suppress(OSError):
        line.say("nonsense\r\n\r\n" + "x" * 20_000_000)
        line.socket.shutdown(socket.SHUT_WR)
    assert requests.get(f"{server.url}/time", timeout=5).status_code == 200


CHUNKED = "POST /icp/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        ("x\r\n", 400),
        ("-1\r\n", 400),
        ("1\r\nab\r\n", 400),
        ("1\na\r\n", 400),
        ("1\r\na\n", 400),
        ("1\r\na \r\n", 400),
        ("1 \r\na\r\n", 400),
        (" 1\r\na\r\n", 400),
        ("+1\r\na\r\n", 400),
        ("0x1\r\na\r\n", 400),
        ("1;a\rb\r\na\r\n", 400),
        ("1,2\r\na\r\n", 400),
        ("0\r\nX: 1\n\r\n", 400),
        ("0\r\n\n", 400),
        ("fffffffffffff\r\n", 400),
        ("1" * 2000, 400),
        ("0\r\n" + "X: 1\r\n" * 300, 431),
    ],
)
def test_broken_chunks_are_refused(line: Line, chunks: str, status: int) -> None:
    line.say(CHUNKED + chunks)
    reply = line.reply()
    assert (reply.status, reply.headers["connection"]) == (status, "close")
    line.socket.shutdown(socket.SHUT_WR)
    assert line.is_over()


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: {}%Transfer-Encoding: chunked%",
        "Transfer-Encoding: chunked%Content-Length: {}%",
        "Content-Length: {}%Transfer-Encoding: chunked, chunked%",
        "Content-Length: {}%Content-Length: 0%",
        "Content-Length: 0%Content-Length: {}%",
        "Content-Length: {}%Transfer-Encoding: identity%",
    ],
)
def test_a_request_hidden_in_the_body_of_an_ambiguous_one_is_never_read(
    line: Line, server: Server, folder: str, framing: str
) -> None:
    hidden = f"POST {folder}/contacts HTTP/1.1\r\n{HEAD}Content-Length: {len(BODY)}\r\n\r\n{BODY}"
    body = f"0\r\n\r\n{hidden}"
    head = f"POST /icp/a HTTP/1.1\r\nHost: x\r\n{HEAD}"
    line.say(head + framing.format(len(body)).replace("%", "\r\n") + "\r\n" + body)
    reply = line.reply()
    assert (reply.status, reply.headers["connection"]) == (400, "close")
    line.socket.shutdown(socket.SHUT_WR)
    assert line.is_over()
    assert len(server.sandbox.requests) == 0
    assert server.sandbox.state.contacts() == []


def test_zeros_before_a_length_do_not_shorten_it(line: Line, server: Server, folder: str) -> None:
    length = f"Content-Length: {len(BODY):040}\r\n"
    for _ in range(2):
        line.say(f"POST {folder}/contacts HTTP/1.1\r\nHost: x\r\n{HEAD}{length}\r\n{BODY}")
        assert line.reply().status == 200
    assert len(server.sandbox.requests) == 2


@pytest.mark.parametrize("cut", ["GET /icp/ti", "GET /icp/time HTTP/1.1\r\nHo"])
def test_a_head_that_ends_early_is_no_request(line: Line, server: Server, cut: str) -> None:
    line.say(cut)
    line.socket.shutdown(socket.SHUT_WR)
    assert line.reply().status == 400
    assert len(server.sandbox.requests) == 0


def test_a_body_that_ends_early_is_never_applied(line: Line, server: Server, folder: str) -> None:
    length = f"Content-Length: {len(BODY) + 1}\r\n\r\n"
    line.say(f"POST {folder}/contacts HTTP/1.1\r\nHost: x\r\n{HEAD}{length}{BODY}")
    line.socket.shutdown(socket.SHUT_WR)
    assert line.reply().status == 400
    assert server.sandbox.state.contacts() == []


def test_a_body_of_a_thousand_brackets_is_refused(line: Line, folder: str) -> None:
    reply = line.ask(f"POST {folder}/contacts", body="[" * 1000 + "]" * 1000)
    assert (reply.status, "nested too deeply" in reply.json["errors"][0]) == (400, True)


@pytest.mark.parametrize("chunked", [False, True])
def test_the_longest_body_can_be_set(chunked: bool) -> None:
    with Sandbox(max_body_bytes=100) as sandbox, sandbox.serve() as server:
        wire = Wire(sandbox, server.url)
        long, short = [{"email": "x" * 100}], [{"email": "jo@example.com"}]
        for base in (server.url, sandbox.base_url):
            wire.base = base
            data: Any = iter([json.dumps(long).encode()]) if chunked else json.dumps(long)
            url = f"{base}{wire.folder}/contacts"
            assert wire.session.post(url, data=data, timeout=5).status_code == 413
            assert wire.post("/contacts", short)["contacts"]
        wire.session.close()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("", None),
        ("GET /icp/time HT", 408),
        ("POST /icp/a HTTP/1.1\r\nContent-Length: 5\r\n\r\n[", 408),
    ],
)
def test_a_client_that_keeps_silent_is_left(said: str, status: int | None) -> None:
    with Sandbox().serve(patience=0.05) as server:
        url = urlsplit(server.url)
        with (
            socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=10) as plain,
            plain.makefile("rb") as file,
        ):
            plain.sendall(said.encode())
            first = file.readline()
            assert first == b"" if status is None else first.split()[1] == str(status).encode()


def test_a_client_that_sends_for_ever_is_left_too() -> None:
    with Sandbox().serve(patience=0.0) as server:
        url = urlsplit(server.url)
        with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=10) as plain:
            assert plain.recv(1) == b""


def test_a_client_that_says_nothing_does_not_keep_tls_from_others() -> None:
    with Sandbox().serve(tls=True) as server:
        url = urlsplit(server.url)
        with socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=10):
            response = requests.get(f"{server.url}/time", verify=server.certificate, timeout=5)
        assert response.status_code == 200


def test_a_fault_of_the_server_itself_ends_one_connection_only(
    server: Server,
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> HandledRequest:
        raise RuntimeError("jo@example.com")

    with monkeypatch.context() as patch:
        patch.setattr("icontact.sandbox.servers.router.Router.receive", broken)
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"{server.url}/time", timeout=5)
    assert requests.get(f"{server.url}/time", timeout=5).status_code == 200
    assert "RuntimeError in broken" in caplog.text
    assert "jo@" not in caplog.text


def test_as_a_wsgi_application_it_answers_likewise(folder: str) -> None:
    slept: list[float] = []
    with Sandbox() as sandbox:
        client = Client(sandbox.wsgi(sleep=slept.append))
        headers = {**HEADERS, "Accept-Encoding": "gzip"}
        sandbox.faults.slow(2.5)
        answer = client.post(f"{folder}/contacts?x=1", data=BODY, headers=headers)
        assert (answer.status, slept) == ("200 OK", [2.5])
        rows = json.loads(gzip.decompress(answer.data))["contacts"]
        assert rows[0]["email"] == "jo@example.com"
        assert client.get("/icp/a").status == "401 Authorization Required"
        assert client.get("/_control").status == "501 Method Not Implemented"
        for order in (sandbox.faults.drop_before, sandbox.faults.drop_after):
            order()
            with pytest.raises(ConnectionResetError, match="breaks the connection"):
                client.get("/icp/time")


def test_an_environment_of_wsgi_may_spell_its_headers_as_it_likes() -> None:
    environ = {"HTTP_API_APPID": "1", "http_api_version": "2", "Content_Type": "x", "other": "3"}
    assert headers_from(environ) == {"api-appid": "1", "api-version": "2", "content-type": "x"}


@pytest.mark.parametrize(
    ("length", "body"),
    [
        ("2", b"{}"),
        ("9", b"{}"),
        ("1", b"{"),
        ("x", b""),
        ("", b""),
        ("9" * 5000, b"{}"),
        ("0" * 5000 + "1", b"{"),
    ],
)
def test_the_length_of_a_body_from_wsgi_may_be_nonsense(length: str, body: bytes) -> None:
    environ = {"CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(b"{}")}
    assert body_from(environ, 10) == (body, False)


def test_a_body_from_wsgi_may_end_by_itself() -> None:
    environ = {"wsgi.input": io.BytesIO(b"[1]"), "wsgi.input_terminated": True}
    assert body_from(environ, 10) == (b"[1]", False)
    assert body_from({**environ, "wsgi.input": io.BytesIO(b"[1]")}, 2) == (b"", True)
