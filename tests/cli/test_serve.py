"""``icontact sandbox``, in this process and in another."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from icontact.sandbox import Server
from tests.cli.support import LINE, icontact, served


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
        "Newsletter: 3 rows: 3 created, 0 updated, 0 unchanged, 0 skipped, 0 rejected, 0 failed",
    )
