"""Limiters with figures per minute, hour and day, and the one that counts in its own process."""

from __future__ import annotations

import contextlib
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from icontact.limits.queued import QueuedLimiter
from icontact.limits.windows import Counts, Window, figures_of, windows_for

#: The counts of each window, by its name.
Ledger = Mapping[str, Counts]


class FixedLimiter(QueuedLimiter):
    """The base of limiters with figures. Its subclasses know where requests are counted."""

    def __init__(
        self,
        windows: tuple[Window, ...],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__(clock=clock, sleep=sleep)
        self._windows = windows

    def __repr__(self) -> str:
        return f"{type(self).__name__}({figures_of(self._windows)})"

    def remaining(self) -> dict[str, int]:
        """Return how many requests may go out now, per window: ``{"per_minute": 12, …}``."""
        with self._lock:
            _, ledger, _ = self._spend(0, 0)
            return {window.name: window.free(ledger[window.name]) for window in self._windows}

    def available(self) -> int:
        """Return how many requests may go out now, all windows considered."""
        return min(self.remaining().values())

    def seconds_until(self, cost: int = 1) -> float:
        """Return the seconds until `cost` requests may go out; 0.0 for now.

        Raises:
            ValueError: `cost` is not positive, or more than a window can ever hold.
        """
        self._check_cost(cost)
        with self._lock:
            _, ledger, now = self._spend(0, 0)
            return self._wait(ledger, cost, now)

    def day_left(self) -> int | None:
        """Return how many requests may still go out within 24 hours; None without ``per_day``."""
        return self.remaining().get("per_day")

    def _check_cost(self, cost: int) -> None:
        super()._check_cost(cost)
        for window in self._windows:
            if cost > window.figure:
                raise ValueError(
                    f"cost: {cost} can never go out under {window.name}={window.figure}; split it"
                )

    def _wait(self, ledger: Ledger, cost: int, now: float) -> float:
        return max(window.wait(ledger[window.name], cost, now) for window in self._windows)

    def _try(self, cost: int, *, ahead: int) -> float:
        is_counted, ledger, now = self._spend(cost, ahead)
        return 0.0 if is_counted else self._wait(ledger, ahead + cost, now)

    @abstractmethod
    def _spend(self, cost: int, ahead: int) -> tuple[bool, Ledger, float]:
        """Count a request if there is room for it and for what is ahead; a cost of 0 only looks.

        Returns:
            Whether it was counted, what counts now unless it was, and the time.
        """


class LedgerLimiter(FixedLimiter):
    """Counts in a ledger that it holds for a moment at a time."""

    def _spend(self, cost: int, ahead: int) -> tuple[bool, Ledger, float]:
        with self._open() as ledger:
            # Read while the ledger is held, so that the next holder reads a later time.
            now = self._clock()
            present = {w.name: w.settle(ledger[w.name], now) for w in self._windows}
            is_counted = cost > 0 and not self._wait(ledger, ahead + cost, now)
            for name, slot in present.items() if is_counted else ():
                ledger[name][slot] = ledger[name].get(slot, 0) + cost
            return is_counted, ledger, now

    @abstractmethod
    def _open(self) -> AbstractContextManager[Ledger]:
        """Hand out the counts of every window, for changing in place, and keep the changes."""


class TokenBucket(LedgerLimiter):
    """Keep the threads of one process within figures per minute, hour and day, all at once.

    No figure is exceeded in any stretch of its length, wherever it begins; the rate stays up to
    0.8 % below. A request counts at the moment at which it is let out. Requests may overtake each
    other on their way, so give a figure that the server counts exactly a little lower here. Memory
    is constant: 121 numbers per window.

    Args:
        per_minute: The most requests in any 60 seconds.
        per_hour: The most requests in any 3,600 seconds.
        per_day: The most requests in any 86,400 seconds.
        burst: The most requests at once; after them, the shortest window's rate is kept evenly.
            Without it the shortest window may be used up at once.
        clock: Seconds that never run backwards.
        sleep: Waits for a number of seconds.

    Raises:
        ConfigError: No window is given, a figure is not a positive whole number, or `burst` is more
            than the shortest window holds.
    """

    def __init__(
        self,
        per_minute: int | None = None,
        per_hour: int | None = None,
        per_day: int | None = None,
        *,
        burst: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        windows = windows_for(
            per_minute=per_minute, per_hour=per_hour, per_day=per_day, burst=burst
        )
        super().__init__(windows, clock=clock, sleep=sleep)
        self._ledger: Ledger = {window.name: {} for window in windows}

    def _open(self) -> AbstractContextManager[Ledger]:
        return contextlib.nullcontext(self._ledger)
