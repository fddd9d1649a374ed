"""Counting requests in sliding windows, with constant memory and without ever counting too few.

A window of W seconds is cut into 120 slots; what is kept is one number per slot. A request counts
from the start of its slot until 121 slots have begun since. Any stretch of W seconds touches 121
slots at most, so no such stretch, wherever it begins, can hold more than the window's figure. The
price: a request counts for up to 1/120 longer than W, and the rate stays up to 0.8 % below the
figure. A plain token bucket would let nearly twice the figure through in its first W seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import MutableMapping
from itertools import accumulate
from typing import Final

import attrs

from icontact.errors import ConfigError

SLOTS: Final = 120
_INSTANT: Final = 1e-6

#: The number of requests in each slot.
Counts = MutableMapping[int, int]


@attrs.frozen
class Window:
    """The most requests within some seconds, and the parameter that set it, such as ``per_day``."""

    name: str
    seconds: float
    figure: int

    @property
    def slot_seconds(self) -> float:
        """Return the length of a slot."""
        return self.seconds / SLOTS

    def settle(self, counts: Counts, now: float) -> int:
        """Drop what is over, and return the present slot.

        What lies in the future was counted before the clock was set back: it moves to the present,
        which keeps it counted for at least as long as it should be.
        """
        present = int(now // self.slot_seconds)
        for slot in [slot for slot in counts if not present - SLOTS <= slot <= present]:
            moved = counts.pop(slot)
            if slot > present:
                counts[present] = counts.get(present, 0) + moved
        return present

    def free(self, counts: Counts) -> int:
        """Return how many requests settled counts leave room for."""
        return self.figure - sum(counts.values())

    def wait(self, counts: Counts, cost: int, now: float) -> float:
        """Return the seconds until settled counts leave room for `cost`; 0.0 if they do now.

        For more than the window ever holds (a long line of requests) it is the seconds until the
        window is empty, and not before the next slot.
        """
        if cost > self.figure:
            return max(self.wait(counts, self.figure, now), self.slot_seconds)
        missing = cost - self.free(counts)
        if missing <= 0:
            return 0.0
        slots = sorted(counts)
        gone_by = list(accumulate(counts[slot] for slot in slots))
        last = slots[bisect_left(gone_by, missing)]
        until = (last + SLOTS + 1) * self.slot_seconds
        # Rounding must not turn "almost now" into "now".
        return max(until - now, _INSTANT)


_SECONDS: Final = {"per_minute": 60.0, "per_hour": 3_600.0, "per_day": 86_400.0}


def windows_for(*, burst: int | None = None, **figures: int | None) -> tuple[Window, ...]:
    """Build windows from ``per_minute``, ``per_hour`` and ``per_day``, in this order.

    Raises:
        ConfigError: No window is given, a figure is not a positive whole number, or `burst` is more
            than the shortest window holds.
    """
    for name, figure in {"burst": burst, **figures}.items():
        if figure is not None and (
            isinstance(figure, bool) or not isinstance(figure, int) or figure < 1
        ):
            raise ConfigError(f"{name}: {figure!r} is not a whole number of 1 or more")
    windows = [Window(name, _SECONDS[name], figure) for name, figure in figures.items() if figure]
    if not windows:
        raise ConfigError("a limiter needs at least one of per_minute, per_hour, per_day")
    if burst is not None:
        shortest = windows[0]
        if burst > shortest.figure:
            raise ConfigError(
                f"burst: {burst} is more than {shortest.name}={shortest.figure} ever lets out at "
                "once"
            )
        seconds = shortest.seconds * burst / shortest.figure
        windows.insert(0, Window("burst", seconds, burst))
    return tuple(windows)


def figures_of(windows: tuple[Window, ...]) -> str:
    """Return the windows as they were typed: ``per_minute=60, per_day=6000``."""
    return ", ".join(f"{window.name}={window.figure}" for window in windows)
