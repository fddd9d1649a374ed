"""The loop over an inbox, and one thread that runs it in the background."""

from __future__ import annotations

import logging
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Protocol

from icontact.integrations._processes import after_fork
from icontact.integrations.inbox import EventOutcome, EventState, Inbox, InboxClaim

__all__ = ["Backoff", "InboxService", "Workable", "Worker", "pause_before"]

logger: logging.Logger = logging.getLogger("icontact")

_PRUNED_EVERY = 600.0

#: Failures in a row that mean that the service is away, and not that single contacts are odd.
_IN_A_ROW = 3

#: Seconds to wait while other processes deal with events.
_OTHERS = 0.25


def pause_before(attempt: int, *, first: float, longest: float) -> float:
    """Return the seconds that an event waits after some attempts: twice as long each time.

    >>> [pause_before(attempt, first=30, longest=3600) for attempt in (1, 2, 3, 99)]
    [30.0, 60.0, 120.0, 3600.0]
    """
    return float(min(longest, first * 2 ** min(attempt - 1, 60)))


class Backoff:
    """Decides when a service that failed several times in a row is asked again."""

    def __init__(self, clock: Callable[[], float], *, first: float, longest: float) -> None:
        self._clock, self._first, self._longest = clock, first, longest
        self._failures = self._pauses = 0
        self._since = self._until = 0.0

    def remaining(self) -> float:
        """Return the seconds that are left of the pause; 0 if there is none."""
        now = self._clock()
        # A clock that was set back does not make the pause longer.
        return max(0.0, self._until - now) if now >= self._since else 0.0

    def attempt(self, number: int) -> float:
        """Return the pause of one event after this number of attempts."""
        return pause_before(number, first=self._first, longest=self._longest)

    def succeeded(self) -> None:
        """Note that the service answered."""
        self._failures = self._pauses = 0

    def failed(self, *, at_once: bool = False) -> float | None:
        """Note a failure; return the seconds of the pause if one begins."""
        self._failures += 1
        if self._failures < _IN_A_ROW and not at_once:
            return None
        self._failures = 0
        self._pauses += 1
        pause = self.attempt(self._pauses)
        self._since = self._clock()
        self._until = self._since + pause
        return pause


class InboxService(ABC):
    """Deals with the events of an inbox, contact by contact.

    Attributes:
        inbox: The inbox.
    """

    inbox: Inbox
    _backoff: Backoff
    _clock: Callable[[], float] = time.time
    _lease: float
    _keep: Mapping[str, float]
    _pruned: float = 0.0

    def work(self, *, limit: int | None = None) -> int:
        """Deal with the contacts whose events are due.

        If the service behind is not answering, the others wait for :meth:`pause` seconds.

        Args:
            limit: The largest number of contacts.

        Returns:
            The number of contacts that were dealt with.
        """
        done = 0
        while (limit is None or done < limit) and not self._backoff.remaining():
            if abs(self._clock() - self._pruned) >= _PRUNED_EVERY:
                self._pruned = self._clock()
                self.inbox.prune(**self._keep)
            if problem := self._unavailable():
                logger.warning("%s", problem)
                self._rest(problem, at_once=True)
                break
            claim = self.inbox.claim(lease=self._lease)
            if claim is None:
                break
            done += 1
            if failure := self._work_on(claim):
                self._rest(failure)
            else:
                self._backoff.succeeded()
        return done

    def pause(self) -> float | None:
        """Return the seconds until there is work for :meth:`work`, if anything waits."""
        due = self.inbox.next_due()
        return None if due is None else max(due, self._backoff.remaining())

    @abstractmethod
    def _work_on(self, claim: InboxClaim) -> str:
        """Deal with a contact, and settle its claim; return the failure in words, or nothing."""

    def _unavailable(self) -> str:
        """Return why no contact can be dealt with, or nothing."""
        return ""

    def _rest(self, reason: str, *, at_once: bool = False) -> None:
        """Note a failure, and begin a pause after several of them."""
        if (pause := self._backoff.failed(at_once=at_once)) is not None:
            self.inbox.explain(reason)
            logger.warning("several contacts failed in a row; waiting for %.0f s", pause)

    def _again(self, claim: InboxClaim, reason: str) -> Mapping[int, EventOutcome]:
        """Return outcomes that let the events of a claim wait for another attempt."""
        attempt = 1 + max(one.attempts for one in claim.pending)
        due = self._clock() + self._backoff.attempt(attempt)
        again = EventOutcome(state=EventState.WAITING, reason=reason, due=due)
        return {one.number: again for one in claim.pending}


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
