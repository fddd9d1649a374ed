"""Growing pauses while a service is away."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Backoff", "pause_before"]

#: Failures in a row that mean that the service is away, and not that single contacts are odd.
_IN_A_ROW = 3


def pause_before(attempt: int, *, first: float, longest: float) -> float:
    """Return the seconds that an event waits after some attempts: twice as long each time.

    >>> [pause_before(attempt, first=30, longest=3600) for attempt in (1, 2, 3, 99)]
    [30.0, 60.0, 120.0, 3600.0]
    """
    return float(min(longest, first * 2 ** min(attempt - 1, 60)))


class Backoff:
    """Decides when a service that failed several times in a row is asked again.

    Args:
        clock: Returns the seconds since 1970.
        first: Seconds of the first pause.
        longest: Seconds of the longest pause.
    """

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
        """Note a failure; return the seconds of the pause if one begins.

        Args:
            at_once: Whether a single failure is enough.
        """
        self._failures += 1
        if self._failures < _IN_A_ROW and not at_once:
            return None
        self._failures = 0
        self._pauses += 1
        pause = self.attempt(self._pauses)
        self._since = self._clock()
        self._until = self._since + pause
        return pause
