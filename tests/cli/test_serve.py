"""``icontact sandbox``, in this process and in another."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from icontact.sandbox import Server
from tests.cli.support import LINE, icontact, served
from tests.sandbox.wire import HEADERS


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: Server) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "wait", interrupt)


def test_one_line_says_where_it_is(interrupted: None) -> None:
    before = signal.getsignal(signal.SIGTERM)
    ran = icontact("sandbox", "--port", 0)
    assert ran.code == 0
    assert LINE.fullmatch(ran.out)
    assert ran.err == "note: the sandbox is closed\n"
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_person_at_a_terminal_gets_the_commands_for_another_terminal(
    interrupted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("icontact.cli.sandbox.is_terminal", lambda stream: True)
    ran = icontact("sandbox", "--port", 0)
    found = LINE.fullmatch(ran.out)
    assert found is not None
    lines = [line.strip() for line in ran.err.splitlines()]
    assert lines[:4] == [
        "In another terminal:",
        f"export ICONTACT_BASE_URL={found['url']} ICONTACT_APP_ID=sandbox-app",
        "export ICONTACT_USERNAME=sandbox@example.com ICONTACT_PASSWORD=sandbox-password",
        "Ctrl-C ends the sandbox.",
    ]
    assert "export" not in icontact("sandbox", "--port", 0, "--quiet").err


def doing(monkeypatch: pytest.MonkeyPatch, act: Callable[[Server], object]) -> None:
    """Let the command do something in place of waiting."""
    monkeypatch.setattr(Server, "wait", act)


def test_each_request_gets_a_line_without_addresses_and_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = ""

    def act(server: Server) -> None:
        nonlocal folder
        folder = f"/a/{server.sandbox.account_id}/c/{server.sandbox.client_folder_id}"
        for path in (
            f"{folder}/contacts?email=jo@example.com&limit=5",
            f"{folder}/contacts/66674163",
            f"{folder}/customfields/jo@example.com",
            "/jo@example.com?jo@example.com=1",
        ):
            requests.get(server.url + path, headers=HEADERS, timeout=5)
        requests.request("S3CRET", server.url + "/a", timeout=5)
        server.sandbox.faults.drop_before()
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(server.url + "/time", timeout=5)
        requests.get(f"{server.control_url}/state/contacts", timeout=5)
        requests.get(f"{server.control_url}/jo@example.com", timeout=5)

    doing(monkeypatch, act)
    ran = icontact("sandbox", "--port", 0, "--control")
    lines = [re.sub(r"^\d\d:\d\d:\d\d  |\d+\.\d ms", "", line) for line in ran.err.splitlines()]
    assert [line.replace(folder, "F").strip() for line in lines] == [
        "GET F/contacts?email,limit  200",
        "GET F/contacts/66674163  404",
        "GET F/customfields/<custom_field_id>  404",
        "GET (no such path)?(odd)  501",
        "(no such verb) /a  401",
        "GET /time  no answer    drop_before",
        "GET /_control/state/contacts  200",
        "GET (no such path)  404",
    ]
    assert not re.search("jo@|password|S3CRET", ran.err)


def test_quiet_says_nothing_of_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    doing(monkeypatch, lambda server: requests.get(f"{server.url}/time", timeout=5))
    assert icontact("sandbox", "--port", 0, "--quiet").err == ""


def test_a_program_gets_the_url_and_the_credentials_as_json(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doing(monkeypatch, lambda server: None)
    found = icontact("sandbox", "--port", 0, "-q", "--json", "--control").document
    assert found["url"].endswith("/icp")
    assert (found["app_id"], found["password"]) == ("sandbox-app", "sandbox-password")
    assert "/_control" in found["control"]


def test_control_is_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []

    def act(server: Server) -> None:
        url = server.control_url or server.url.replace("/icp", "/_control")
        found.append(requests.get(url, timeout=5).status_code)

    doing(monkeypatch, act)
    for words in ((), ("--control",)):
        ran = icontact("sandbox", "--port", 0, "--quiet", *words)
        assert ("/_control" in ran.out) == bool(words)
    assert found == [501, 200]


def test_tls_prints_the_path_of_the_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    def act(server: Server) -> None:
        assert requests.get(f"{server.url}/time", verify=server.certificate or "", timeout=5).ok

    doing(monkeypatch, act)
    ran = icontact("sandbox", "--port", 0, "--tls")
    assert re.search(r"at https://127\.0\.0\.1:\d+/icp .* certificate \S+\.pem\n$", ran.out)


def test_it_begins_with_contacts_unless_a_file_brought_some(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    counts: list[tuple[int, int]] = []

    def act(server: Server) -> None:
        state = server.sandbox.state
        counts.append((len(state.contacts()), len(state.subscriptions())))

    doing(monkeypatch, act)
    words = ("sandbox", "--port", 0, "--db", tmp_path / "sandbox.sqlite", "--contacts", 3)
    assert icontact(*words).err == ""
    assert "holds 3 contacts already" in icontact(*words).err
    assert counts == [(3, 3), (3, 3)]


def test_requests_can_be_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []

    def act(server: Server) -> None:
        found.extend(requests.get(f"{server.url}/time", timeout=5).status_code for _ in range(3))

    doing(monkeypatch, act)
    icontact("sandbox", "--port", 0, "--throttle", 2)
    assert found == [200, 200, 503]


def test_a_server_that_is_closed_ends_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "wait", lambda _: None)
    assert icontact("sandbox", "--port", 0).err == ""


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = icontact("sandbox", "--port", taken.getsockname()[1])
    assert ran.code == 2
    assert "the port is taken" in ran.err


def test_a_host_that_others_reach_is_warned_about(interrupted: None) -> None:
    assert (
        "so that others can reach it" in icontact("sandbox", "--host", "0.0.0.0", "--port", 0).err
    )


@pytest.mark.parametrize("content", [b"no database at all, but a text of some length", None])
def test_a_file_that_holds_something_else(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "sandbox.sqlite"
    path.mkdir() if content is None else path.write_bytes(content)
    ran = icontact("sandbox", "--port", 0, "--db", path)
    assert ran.code == 2
    assert str(path) in ran.err


def test_a_file_keeps_what_is_in_it(
    people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "sandbox.sqlite")
    for expected in ("3 created", "3 unchanged"):
        with served("--db", path) as (_, url):
            monkeypatch.setenv("ICONTACT_BASE_URL", url)
            assert expected in icontact("push", people, "--list", "Newsletter").out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGTERM to be caught")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_quietly(number: signal.Signals) -> None:
    with served() as (process, _):
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "note: the sandbox is closed\n")


def test_a_push_in_another_process_reaches_it(people: Path) -> None:
    with served() as (_, url):
        done = subprocess.run(
            [sys.executable, "-m", "icontact", "push", str(people), "--list", "Newsletter"],
            env={**os.environ, "ICONTACT_BASE_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout.split(";")[0]) == (
        0,
        "Newsletter: 3 rows: 3 created. Nothing is left to do.\n",
    )
