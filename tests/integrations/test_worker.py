"""The thread that pushes in the background. Nothing here sleeps: what is waited for comes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from icontact import _forks
from icontact.integrations import triggers
from icontact.integrations.worker import Worker
from tests.integrations.conftest import MakeIntegration
from tests.integrations.support import event

PATIENCE = 20


class Watched:
    """An integration whose work is noted, and may be held up."""

    def __init__(self, integration: triggers.PushIntegration) -> None:
        self.integration = integration
        self.settled, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()
        self.trouble: Exception | None = None
        self.calls = 0

    def work(self, *, limit: int | None = None) -> int:
        assert limit == 1
        self.calls += 1
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
        self.go_on.wait(PATIENCE)
        done = self.integration.work(limit=limit)
        if self.integration.pause() is None:
            self.settled.set()
        return done

    def pause(self) -> float | None:
        return self.integration.pause()


@pytest.fixture
def watched(make: MakeIntegration) -> Watched:
    return Watched(make())


@pytest.fixture
def start(watched: Watched) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def worker(poll: float = 0.01) -> Worker:
        made: Worker = Worker(watched, poll=poll)
        workers.append(made)
        return made

    yield worker
    for one in workers:
        one.close(PATIENCE)
        assert not one.running


def test_it_pushes_what_waits_already(watched: Watched, start: Callable[..., Worker]) -> None:
    watched.integration.accept([event(), event(number=2)])
    worker = start()
    worker.start()
    assert watched.settled.wait(PATIENCE)
    assert watched.integration.inbox.counts()["done"] == 2
    assert worker.running


def test_the_worker_wakes_for_a_new_event(watched: Watched, start: Callable[..., Worker]) -> None:
    worker = start(poll=PATIENCE)
    worker.start()
    assert watched.settled.wait(PATIENCE)
    watched.settled.clear()
    watched.integration.accept([event()])
    watched.settled.clear()
    worker.wake()
    assert watched.settled.wait(PATIENCE)
    assert watched.integration.inbox.counts()["done"] == 1


def test_waking_it_starts_it(watched: Watched, start: Callable[..., Worker]) -> None:
    worker = start()
    assert not worker.running
    worker.wake()
    assert worker.running


def test_it_is_one_thread(watched: Watched, start: Callable[..., Worker]) -> None:
    worker = start()
    worker.start()
    thread = worker._thread
    worker.start()
    assert worker._thread is thread


def test_two_that_start_it_at_once_start_it_once(start: Callable[..., Worker]) -> None:
    worker = start()

    class Late:
        """A lock that is free only after another thread started the worker."""

        def __enter__(self) -> None:
            worker._lock = threading.Lock()
            worker.start()

        def __exit__(self, *_: object) -> None:
            pass

    worker._lock = Late()  # type: ignore[assignment]  # as much as it needs
    worker.start()
    assert worker.running


def test_something_unforeseen_does_not_end_it(
    watched: Watched, start: Callable[..., Worker], caplog: pytest.LogCaptureFixture
) -> None:
    watched.trouble = sqlite3.OperationalError("canary")
    watched.integration.accept([event()])
    start().start()
    assert watched.settled.wait(PATIENCE)
    assert "unexpected error: OperationalError" in caplog.text
    assert "canary" not in caplog.text


def test_it_leaves_to_others_what_they_hold(watched: Watched, start: Callable[..., Worker]) -> None:
    watched.integration.accept([event()])
    assert watched.integration.inbox.claim(lease=60) is not None
    assert watched.integration.pause() == 0
    assert start(poll=5)._step() == 0.25
    assert start(poll=0.1)._step() == 0.1


def test_closed_it_ends_after_what_it_does_and_starts_no_more(
    watched: Watched, start: Callable[..., Worker]
) -> None:
    watched.integration.accept([event(), event(number=2)])
    watched.go_on.clear()
    worker = start()
    worker.start()
    worker.close(timeout=0)
    watched.go_on.set()
    worker.close()
    assert watched.integration.inbox.counts()["done"] <= 1
    worker.start()
    assert not worker.running


def test_in_a_forked_process_it_starts_anew(
    watched: Watched, start: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = start()
    worker.start()
    before, parent = worker._thread, os.getpid()
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: parent + 1)
        assert not worker.running
        # A thread of the other process is not waited for.
        worker.close(PATIENCE)
    assert before is not None
    before.join(PATIENCE)


def test_closed_while_it_turns_to_wait_it_ends_at_once(
    watched: Watched, start: Callable[..., Worker]
) -> None:
    worker = start(poll=PATIENCE)

    class Closing(threading.Event):
        def clear(self) -> None:
            worker._stop.set()
            self.set()
            super().clear()

        def wait(self, timeout: float | None = None) -> bool:
            raise AssertionError("nothing would wake it")

    worker._news = Closing()
    worker._run()
    assert watched.calls == 0


@pytest.mark.parametrize("closed", [False, True])
def test_locks_that_were_held_during_a_fork_hold_up_no_child(
    watched: Watched, start: Callable[..., Worker], closed: bool
) -> None:
    worker, integration = start(), watched.integration
    if closed:
        worker.close()
    with worker._lock, vars(worker._news)["_cond"], integration._lock:
        _forks.renew_all()
        worker.wake()
        assert worker.running is not closed
        assert integration.work() == 0


FORKED = """
import os
from icontact import Client
from icontact.integrations.triggers import ContactTrigger, PushIntegration
from icontact.integrations.worker import Worker

integration = PushIntegration(lambda: None, [ContactTrigger("saved")], {store!r})
worker = Worker(integration)
with worker._lock, integration._lock:
    child = os.fork()
    if child == 0:
        worker.wake()
        worker.close(20)
        os._exit(0 if integration._lock.acquire(timeout=20) else 1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
integration.close()
"""


def test_a_child_that_was_forked_meanwhile_pushes(store: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FORKED.format(store=str(store))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == ("0\n", "")


def test_a_forked_process_goes_on_pushing(watched: Watched, start: Callable[..., Worker]) -> None:
    worker = start()
    thread = worker._thread

    worker._process = -1  # as in a child, where the thread did not come along
    worker.renew_locks()

    assert worker.running
    assert worker._thread is not thread


def test_a_worker_that_was_never_started_stays_so_after_a_fork(watched: Watched) -> None:
    worker = Worker(watched, poll=0.01)

    worker.renew_locks()

    assert not worker.running
