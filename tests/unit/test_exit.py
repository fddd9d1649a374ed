"""A process ends while a thread of it uses an SQLite file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BUSY = """
import sys, threading
from icontact.integrations.triggers import ContactEvent, Inbox
from icontact.push import ListPush
from icontact.sandbox import Sandbox

busy = threading.Event()

def push():
    with Sandbox() as sandbox:
        push = ListPush(sandbox.client().folder(), "Newsletter", mapper={"email": "email"})
        push.run(people(), journal=sys.argv[1])

def people():
    for number in range(1_000_000):
        yield {"email": f"reader{number}@example.com"}
        if number == 3000:
            busy.set()

def receive():
    inbox = Inbox(sys.argv[1])
    while True:
        inbox.add(ContactEvent(type="saved", contact={}, contact_id=one) for one in range(500))
        busy.set()

threading.excepthook = lambda _: None
threading.Thread(target=TARGET, daemon=True).start()
busy.wait()
"""


@pytest.mark.parametrize("target", ["push", "receive"])
def test_it_does_not_crash(target: str, tmp_path: Path) -> None:
    for attempt in range(4):
        code = BUSY.replace("TARGET", target)
        path = tmp_path / f"{attempt}.sqlite"
        done = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
