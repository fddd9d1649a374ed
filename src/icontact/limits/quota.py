"""What a limiter can tell in advance, in one form for all of them."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class QuotaInspector(Protocol):
    """Tell how much may go out, before it is tried. All limiters of this library have it.

    Whoever plans many requests asks here whether they fit. Nothing is counted by asking, and
    others may be quicker.
    """

    def available(self) -> int | None:
        """Return how many requests may go out at once, all windows considered.

        Returns:
            The number, or ``None`` if nobody knows.
        """
        ...

    def seconds_until(self, cost: int = 1) -> float:
        """Return the seconds until a request may go out, if nobody else asks; 0.0 for now.

        Args:
            cost: What the request counts for.

        Raises:
            ValueError: `cost` is not positive, or more than a window can ever hold.
        """
        ...

    def day_left(self) -> int | None:
        """Return how many requests may still go out within the window of a day.

        Returns:
            The number, or ``None`` if there is no figure per day.
        """
        ...
