"""One thread that pushes in the background."""

from __future__ import annotations

import logging
import os
import threading
from typing import Protocol

from icontact.integrations._processes import after_fork

__all__ = ["Workable", "Worker"]

logger: logging.Logger = logging.getLogger("icontact")

#: Seconds to wait while other processes deal with events.
_OTHERS = 0.25


class Workable(Protocol):
    """What a worker works for."""

    def work(self, *, limit: int | None = None) -> int:
        """Deal with at most that many contacts, and return their number."""
        ...

    def pause(self) -> float | None:
        """Return the seconds until something is due, if anything waits."""
        ...


class Worker:
    """Pushes what an integration holds, in one thread, until it is closed.

    Once it was started, a process that is forked from this one starts a thread of its own.

    Args:
        integration: The integration to work for.
        poll: Seconds until the inbox is checked in any case, since other processes write to it.
    """

    def __init__(self, integration: Workable, *, poll: float = 5.0) -> None:
        self._integration, self._poll = integration, poll
        self._news, self._stop = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process = 0
        after_fork(self)

    def renew_locks(self) -> None:
        """Make new locks in a forked process, and go on pushing there if that was begun."""
        closed, started = self._stop.is_set(), self._process != 0
        self._lock = threading.Lock()
        self._news, self._stop = threading.Event(), threading.Event()
        if closed:
            self._stop.set()
        elif started:
            # Threads do not come along. Of two processes that push, leases keep contacts apart.
            self.start()

    @property
    def running(self) -> bool:
        """Whether the thread of this process runs."""
        alive = self._thread is not None and self._thread.is_alive()
        return alive and self._process == os.getpid()

    def start(self) -> None:
        """Start the thread, unless it runs or this was closed; what waits is dealt with first."""
        if self.running:
            return
        with self._lock:
            if self.running or self._stop.is_set():
                return
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._run, name="icontact-push", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """Report new events."""
        self.start()
        self._news.set()

    def close(self, timeout: float | None = None) -> None:
        """Stop after the contact that is being pushed, and wait for that.

        Args:
            timeout: The seconds to wait. A contact that is not done by then is done again.
        """
        self._stop.set()
        self._news.set()
        if self._thread is not None and self.running:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._news.clear()
            # After close() nothing would wake this thread any more.
            if self._stop.is_set():
                return
            self._news.wait(self._step())

    def _step(self) -> float:
        """Deal with one contact, and return the seconds until the next."""
        try:
            if self._integration.work(limit=1):
                return 0.0
            pause = self._integration.pause()
        except Exception as problem:  # noqa: BLE001  (the thread lives on, and the store remembers)
            # Neither its text nor a traceback, which may hold an address.
            logger.error("the worker goes on after an unexpected error: %s", type(problem).__name__)
            pause = None
        # Another process deals with an event that is due and was not taken.
        return self._poll if pause is None else min(max(pause, _OTHERS), self._poll)
