"""The loop over an inbox that integrations share, with growing pauses."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from icontact.integrations.inbox import EventOutcome, EventState, Inbox, InboxClaim

__all__ = ["Backoff", "InboxService", "pause_before"]

logger: logging.Logger = logging.getLogger("icontact")

_PRUNED_EVERY = 600.0

#: Failures in a row that mean that the service is away, and not that single contacts are odd.
_IN_A_ROW = 3


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
