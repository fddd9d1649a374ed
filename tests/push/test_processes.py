"""Pushes in other processes: in spawned ones, and in one that exits in the middle."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

import icontact
from icontact.push import ListPush
from icontact.sandbox import Sandbox

MAPPER = icontact.ContactMapper({"email": "email"})
PEOPLE = [{"email": f"person{number}@example.com"} for number in range(200)]

EXITS = """
import sys

import icontact
from icontact.push import ListPush
from tests.push.test_processes import MAPPER, PEOPLE

folder = icontact.Client.from_env().folder()
push = ListPush(folder, "Newsletter", mapper=MAPPER, batch_size=10)
push.run(PEOPLE, journal="push.journal.sqlite", workers=4, progress=lambda _: sys.exit(7))
"""


@pytest.fixture
def served(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Yield a sandbox that other processes find by their environment."""
    with sandbox.serve(port=0) as server:
        monkeypatch.setenv("ICONTACT_BASE_URL", server.url)
        monkeypatch.setenv("ICONTACT_APP_ID", "sandbox-app")
        monkeypatch.setenv("ICONTACT_USERNAME", "sandbox@example.com")
        monkeypatch.setenv("ICONTACT_PASSWORD", "sandbox-password")
        yield sandbox


def push_ten(first: int) -> int:
    """Push ten people with a client of this process; return how many were created."""
    with icontact.Client.from_env() as client:
        push = ListPush(client.folder(), "Newsletter", mapper=MAPPER)
        return push.run(PEOPLE[first : first + 10]).counts["created"]


def emails(sandbox: Sandbox) -> Counter[str]:
    return Counter(one["email"] for one in sandbox.state.contacts())


def test_spawned_processes_push_beside_each_other(served: Sandbox) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        assert [*pool.map(push_ten, (0, 10))] == [10, 10]
    assert emails(served) == Counter(one["email"] for one in PEOPLE[:20])


def test_a_process_that_exits_in_the_middle_of_a_push_ends_and_is_gone_on_with(
    served: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{root}:{root / 'src'}")
    ended = subprocess.run([sys.executable, "-c", EXITS], cwd=tmp_path, timeout=60, check=False)
    assert ended.returncode == 7
    assert 0 < len(emails(served)) < len(PEOPLE)

    with icontact.Client.from_env() as client:
        push = ListPush(client.folder(), "Newsletter", mapper=MAPPER, batch_size=10)
        report = push.run(PEOPLE, journal=tmp_path / "push.journal.sqlite")

    assert report.counts["created"] == len(PEOPLE)
    assert emails(served) == Counter(one["email"] for one in PEOPLE)
