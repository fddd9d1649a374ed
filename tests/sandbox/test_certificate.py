"""What a server with TLS leaves in the temporary folder: nothing for good, however it ends."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from icontact.sandbox import Sandbox

START = "from icontact.sandbox import Sandbox; server = Sandbox().serve(tls=True)"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The temporary folder, of this process and of those that it starts."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Start a program, wait for its first line, and kill it in the end."""
    with subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process
        finally:
            process.kill()


def kill(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.wait(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_next_server_removes_what_a_killed_one_left(folder: Path, number: int) -> None:
    for _ in range(2):
        with started("-c", f"{START}; print(server.url, flush=True); input()") as process:
            kill(process, number)
            assert len(list(folder.iterdir())) == 1
    with Sandbox().serve(tls=True) as server:
        assert [str(path) for path in folder.iterdir()] == [server.certificate]
        server.close()
    assert list(folder.iterdir()) == []


def test_what_a_living_server_needs_stays(folder: Path) -> None:
    with (
        started("-c", f"{START}; print(server.url, flush=True); input()"),
        Sandbox().serve(tls=True) as ours,
    ):
        for _ in range(2):
            Sandbox().serve(tls=True).close()
        left = {str(path) for path in folder.iterdir()}
        assert (len(left), ours.certificate in left) == (2, True)
        ssl.create_default_context(cafile=ours.certificate)


def test_files_of_others_stay(folder: Path) -> None:
    others = ["icontact-sandbox-x.txt", "other.pem"]
    for name in others:
        (folder / name).write_text("x", "utf-8")
    (folder / "icontact-sandbox-link.pem").symlink_to(folder / "other.pem")
    (folder / "icontact-sandbox-folder.pem").mkdir()
    Sandbox().serve(tls=True).close()
    assert all((folder / name).read_text("utf-8") == "x" for name in others)


def test_a_program_that_forgets_to_close_leaves_nothing(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", START], check=True, timeout=60)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_process_does_not_take_the_certificate_along(folder: Path) -> None:
    program = (
        f"import os, sys; {START}\n"
        "child = os.fork() or sys.exit()\n"
        "os.waitpid(child, 0)\n"
        "print(os.path.exists(server.certificate))"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    shown = subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)
    assert shown.stdout == "True\n"
    assert list(folder.iterdir()) == []


def test_the_command_that_is_stopped_leaves_nothing(folder: Path) -> None:
    with started("-m", "icontact", "sandbox", "--tls", "--port", "0") as process:
        assert len(list(folder.iterdir())) == 1
        kill(process, signal.SIGTERM)
    assert list(folder.iterdir()) == []


def test_the_file_is_its_owners_alone(folder: Path) -> None:
    with Sandbox().serve(tls=True):
        (path,) = folder.iterdir()
        assert "PRIVATE KEY" not in path.read_text("ascii")
        if os.name == "posix":
            assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_another_server_claims_meanwhile_is_left_to_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")
    make = tempfile.mkstemp
    claimed: list[int] = []

    def make_and_lose(*args: Any, **options: Any) -> tuple[int, str]:
        descriptor, path = make(*args, **options)
        if not claimed:
            claimed.append(os.open(path, os.O_RDWR))
            fcntl.flock(claimed[0], fcntl.LOCK_EX)
        return descriptor, path

    monkeypatch.setattr(tempfile, "mkstemp", make_and_lose)
    with Sandbox().serve(tls=True) as server:
        ssl.create_default_context(cafile=server.certificate)
    os.close(claimed[0])
    assert len(list(folder.iterdir())) == 1


def test_without_claims_a_server_works_and_cleans_up_after_itself(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with Sandbox().serve(tls=True) as server:
        ssl.create_default_context(cafile=server.certificate)
    assert list(folder.iterdir()) == []


def test_the_certificate_is_good_for_the_hosts_that_clients_have_built_in() -> None:
    elsewhere = Sandbox(base_url="https://icontact.example.com/icp")
    with elsewhere.serve(tls=True) as server:
        trust = ssl.create_default_context(cafile=server.certificate)
        for host in ("app.icontact.com", "app.sandbox.icontact.com", "icontact.example.com"):
            ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
            client = trust.wrap_bio(ours, theirs, server_hostname=host)
            assert server._temporary is not None
            peer = server._temporary.context.wrap_bio(theirs, ours, server_side=True)
            for step in (client, peer, client, peer):
                try:
                    step.do_handshake()
                except ssl.SSLWantReadError:
                    continue
            assert client.getpeercert()
