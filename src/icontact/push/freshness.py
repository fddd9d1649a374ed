"""How long ago something was, by the clock that says more.

The monotonic clock stands still while a machine is suspended, and the wall clock may be set back.
What counts as fresh must be so by both: a moment is kept as the seconds of the monotonic clock,
together with how far the wall clock was ahead of it.
"""

from __future__ import annotations

import time
from datetime import timedelta

__all__ = ["RECENT", "age", "now"]

#: A contact that was created longer ago than this was there before the push; clocks may differ.
RECENT = timedelta(minutes=5)


def _clocks() -> tuple[float, float]:
    """Return the time of the monotonic clock and of the wall clock, in seconds."""
    return time.monotonic(), time.time()


def now() -> tuple[float, float]:
    """Return this moment: the monotonic clock, and how far the wall clock is ahead of it."""
    monotonic, wall = _clocks()
    return monotonic, wall - monotonic


def age(moment: float, ahead: float) -> float:
    """Return the seconds since a moment, by the clock that says more.

    Args:
        moment: The seconds of the monotonic clock then.
        ahead: How far the wall clock was ahead of it.
    """
    monotonic, wall = _clocks()
    return max(monotonic - moment, wall - (moment + ahead))
