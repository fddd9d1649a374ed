"""The sandbox under load, with clients that give up midway, and killed while it writes."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from icontact.sandbox import Sandbox
from tests.endurance.load_client import HEADERS, ORDERED, SHARED_FIELDS, Target, work

SERVER = f"""
import sys
from icontact.sandbox import Sandbox
sandbox = Sandbox(db=sys.argv[1])
if len(sys.argv) > 2:
    sandbox.faults.next(500, {ORDERED!r}, times=None, probability=float(sys.argv[2]), seed=1)
server = sandbox.serve(port=0)
print(server.url, flush=True)
server.wait()
"""
CLIENTS = 4


@contextmanager
def served(path: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A sandbox over a file, in a process of its own; gives its URL."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path), *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def checked(path: Path) -> list[dict[str, Any]]:
    """Look into the file, and return its contacts if nothing is wrong with it."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        present = "SELECT COUNT(*) FROM contacts WHERE status <> 'deleted'"
        counted = "SELECT SUM(present) FROM contact_blocks"
        assert connection.execute(present).fetchone() == connection.execute(counted).fetchone()
    with closing(Sandbox(db=path)) as sandbox:
        return sandbox.state.contacts()


def test_clients_that_write_at_once_and_give_up_midway_lose_nothing(
    tmp_path: Path, full: bool
) -> None:
    path = tmp_path / "sandbox.sqlite"
    with closing(Sandbox(db=path)) as sandbox:
        shared_id = str(sandbox.seed(contacts=[{"email": "all@example.com"}]).contact_ids[0])
        folder = f"/a/{sandbox.account_id}/c/{sandbox.client_folder_id}"
        list_id = sandbox.list_id
    spawn = multiprocessing.get_context("spawn")
    with (
        served(path, "0.02") as (url, _),
        ProcessPoolExecutor(CLIENTS, mp_context=spawn) as pool,
    ):
        target = Target(url=url, folder=folder, list_id=list_id, shared_id=shared_id)
        requested = 2_000 if full else 100
        running = [pool.submit(work, target, number, requested) for number in range(CLIENTS)]
        accounts = [each.result() for each in running]
    assert [text for account in accounts for text in account.problems] == []
    assert sum(account.ordered for account in accounts) > 0
    contacts = {row["email"]: row for row in checked(path)}
    assert not [email for email in contacts if email.startswith("half.")]
    for number, account in enumerate(accounts):
        assert account.requests >= requested
        assert account.emails.keys() <= contacts.keys()
        for email, contact_id in account.emails.items():
            assert contacts[email]["contactId"] == contact_id
            assert contacts[email]["city"] in account.cities.get(email, {""})
        assert contacts["all@example.com"][SHARED_FIELDS[number]] in account.shared
    with closing(Sandbox(db=path)) as sandbox:
        on_list = {int(row["contactId"]) for row in sandbox.state.subscriptions()}
    ids = {int(account.emails[email]) for account in accounts for email in account.subscribed}
    assert ids == on_list


@pytest.mark.parametrize("number", range(3))
def test_a_server_that_is_killed_while_it_writes_has_kept_what_it_confirmed(
    tmp_path: Path, full: bool, number: int
) -> None:
    path = tmp_path / "sandbox.sqlite"
    confirmed: list[str] = []
    for kill in range(10 if full else 1):
        enough = threading.Event()
        wanted = len(confirmed) + 3 * (5 + 7 * number + kill)
        with served(path) as (url, process):
            writer = threading.Thread(target=write, args=(url, kill, confirmed, wanted, enough))
            writer.start()
            assert enough.wait(60)
            # The writer goes on, so that the process dies in the middle of something.
            process.kill()
            process.wait()
            writer.join(60)
        found = [row["email"] for row in checked(path)]
        assert len(found) == len(set(found))
        assert set(confirmed) <= set(found)
        # A request is stored as a whole or not at all.
        assert len(found) % 3 == 0


def write(url: str, kill: int, confirmed: list[str], wanted: int, enough: threading.Event) -> None:
    """Create three contacts at a time until no one answers any more."""
    with requests.Session() as session, closing(Sandbox()) as sandbox:
        session.headers.update(HEADERS)
        address = f"{url}/a/{sandbox.account_id}/c/{sandbox.client_folder_id}/contacts"
        batch = 0
        while True:
            emails = [f"user{kill}.{batch}.{part}@example.com" for part in range(3)]
            try:
                body = json.dumps([{"email": email} for email in emails])
                answer = session.post(address, data=body, timeout=60)
            except requests.exceptions.RequestException:
                return
            assert answer.status_code == 200, answer.text
            confirmed += emails
            batch += 1
            if len(confirmed) >= wanted:
                enough.set()
