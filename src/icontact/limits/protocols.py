"""What a limiter can do: one method that it must have, and two sets of methods that it may have."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Limiter(Protocol):
    """Hold requests back until they may go out. A `Client` may call it from several threads."""

    def acquire(self, cost: int = 1) -> float:
        """Wait until a request may go out, and return the seconds waited.

        Args:
            cost: What the request counts for.
        """
        ...


@runtime_checkable
class ResponseListener(Protocol):
    """Learn from answers. A limiter that has this method is given the result of every answer."""

    def report(self, *, throttled: bool) -> None:
        """Take note of an answer.

        Args:
            throttled: Whether it was a 429 or 503. Requests without an answer are not reported.
        """
        ...


@runtime_checkable
class QuotaInspector(Protocol):
    """Say how many requests may go out. All limiters of this library can.

    Nothing is counted by asking, and another thread or process may be quicker.
    """

    def available(self) -> int | None:
        """Return how many requests may go out now, all windows considered; None if unknown."""
        return None

    def seconds_until(self, cost: int = 1) -> float:
        """Return the seconds until a request may go out; 0.0 for now.

        Args:
            cost: What the request counts for.

        Raises:
            ValueError: `cost` is not positive, or more than a window can ever hold.
        """
        ...

    def day_left(self) -> int | None:
        """Return how many requests may still go out within 24 hours; None without ``per_day``."""
        return None


class Unlimited(QuotaInspector):
    """Holds nothing back: for the embedded iContact, or where something else paces."""

    def acquire(self, cost: int = 1) -> float:
        """Return 0.0 at once, whatever the cost."""
        return 0.0

    def seconds_until(self, cost: int = 1) -> float:
        """Return 0.0, whatever the cost."""
        return 0.0

    def __repr__(self) -> str:
        return "Unlimited()"
