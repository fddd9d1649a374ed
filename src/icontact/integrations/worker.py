"""The loop over an inbox, and one thread that runs it in the background."""

from __future__ import annotations

import logging
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from icontact._forks import after_fork
from icontact.integrations.inbox import EventOutcome, EventState, Inbox, InboxClaim

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


class InboxService(ABC):
    """Deals with the events of an inbox, contact by contact.

    Where several contacts failed in a row the service behind is away: then all events wait, for a
    pause that grows from ``first_pause`` to ``longest_pause`` seconds.

    Attributes:
        inbox: The inbox.
    """

    def __init__(
        self,
        store: str | os.PathLike[str] | Inbox,
        *,
        first_pause: float,
        longest_pause: float,
        lease: float,
        keep_payloads: float,
        keep_identities: float,
        clock: Callable[[], float],
    ) -> None:
        self.inbox: Inbox = store if isinstance(store, Inbox) else Inbox(store, clock=clock)
        self._pause_before = partial(pause_before, first=first_pause, longest=longest_pause)
        self._lease, self._clock = lease, clock
        self._keep = {"payloads": keep_payloads, "identities": keep_identities}
        self._pruned = 0.0
        # How many contacts failed in a row, how many pauses there were in a row, and the last one.
        self._failures = self._pauses = 0
        self._pause_began = self._pause_ends = 0.0

    def work(self, *, limit: int | None = None) -> int:
        """Deal with the contacts whose events are due.

        If the service behind is not answering, the others wait for :meth:`pause` seconds.

        Args:
            limit: The largest number of contacts.

        Returns:
            The number of contacts that were dealt with.
        """
        done = 0
        while (limit is None or done < limit) and not self._pause_left():
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
                self._failures = self._pauses = 0
        return done

    def pause(self) -> float | None:
        """Return the seconds until there is work for :meth:`work`, if anything waits."""
        due = self.inbox.next_due()
        return None if due is None else max(due, self._pause_left())

    @abstractmethod
    def _work_on(self, claim: InboxClaim) -> str:
        """Deal with a contact, and settle its claim; return the failure in words, or nothing."""

    def _unavailable(self) -> str:
        """Return why no contact can be dealt with, or nothing."""
        return ""

    def _pause_left(self) -> float:
        """Return the seconds that are left of the pause; 0 if there is none."""
        now = self._clock()
        # A clock that was set back does not make the pause longer.
        return max(0.0, self._pause_ends - now) if now >= self._pause_began else 0.0

    def _rest(self, reason: str, *, at_once: bool = False) -> None:
        """Note a failure, and begin a pause after several of them."""
        self._failures += 1
        if self._failures < _IN_A_ROW and not at_once:
            return
        self._failures = 0
        self._pauses += 1
        pause = self._pause_before(self._pauses)
        self._pause_began = self._clock()
        self._pause_ends = self._pause_began + pause
        self.inbox.explain(reason)
        logger.warning("several contacts failed in a row; waiting for %.0f s", pause)

    def _again(self, claim: InboxClaim, reason: str) -> Mapping[int, EventOutcome]:
        """Return outcomes that let the events of a claim wait for another attempt."""
        attempt = 1 + max(one.attempts for one in claim.pending)
        due = self._clock() + self._pause_before(attempt)
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
