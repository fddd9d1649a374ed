"""A process is forked while other threads are inside an SQLite file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BUSY = """
import itertools, os, signal, threading
import icontact
from icontact.integrations.triggers import ContactEvent, Inbox

stop, count = threading.Event(), itertools.count()
{setup}

def work():
    while not stop.is_set():
        use()

threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
statuses = []
for _ in range(5):
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        use()
        os._exit(0)
    statuses.append(os.waitpid(child, 0)[1])
stop.set()
for thread in threads:
    thread.join()
print(statuses)
"""

INBOX = """
inbox = Inbox({path!r})

def use():
    identity = f"{{os.getpid()}}.{{next(count)}}"
    inbox.add([ContactEvent(type="saved", contact={{}}, contact_id=7, identity=identity)])
"""

LIMITER = """
limiter = icontact.SQLiteLimiter({path!r}, per_day=10**9)
use = limiter.acquire
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.parametrize("setup", [INBOX, LIMITER], ids=["inbox", "limiter"])
def test_a_forked_process_uses_the_file_although_threads_of_its_parent_did(
    setup: str, tmp_path: Path
) -> None:
    code = BUSY.format(setup=setup.format(path=str(tmp_path / "file.sqlite")))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[0, 0, 0, 0, 0]\n", "")


WAITING = """
import os, signal, threading
import icontact

waiting, never = threading.Event(), threading.Event()

def wait(seconds):
    waiting.set()
    never.wait()

limiter = icontact.TokenBucket(per_minute=10, clock=lambda: now, sleep=wait)
now = 0.0
limiter.acquire(10)
threading.Thread(target=limiter.acquire, args=[10], daemon=True).start()
waiting.wait()
child = os.fork()
if child == 0:
    signal.alarm(10)
    now = 61.0
    limiter.acquire(10)
    os._exit(0)
print(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_does_not_stand_in_line_behind_threads_of_its_parent() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WAITING], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("0\n", "")
