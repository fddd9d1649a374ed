"""How fast requests may go out: one method, and the limiters that have it.

Anything with ``acquire(cost=1)`` will do. One that also has ``report`` is told how each answer
came out; one that also has the methods of :class:`Foresight` is asked before many requests go out.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from icontact.transport.limits._adaptive import AdaptiveLimiter
from icontact.transport.limits._fixed import SQLiteLimiter, TokenBucket
from icontact.transport.limits._foresight import Foresight
from icontact.transport.limits._redis import RedisLimiter

__all__ = [
    "AdaptiveLimiter",
    "Feedback",
    "Foresight",
    "Limiter",
    "RedisLimiter",
    "SQLiteLimiter",
    "TokenBucket",
    "Unlimited",
]


@runtime_checkable
class Limiter(Protocol):
    """Hold requests back until they may go out. A `Client` may call it from several threads."""

    def acquire(self, cost: int = 1) -> float:
        """Wait until a request may go out, and return the seconds waited.

        Args:
            cost: What the request counts for.
        """
        ...


class Unlimited:
    """Holds nothing back: for tests against the embedded iContact, and where others pace."""

    def acquire(self, cost: int = 1) -> float:
        """Return at once.

        Args:
            cost: What the request counts for; here nothing.
        """
        return 0.0

    def available(self) -> int | None:
        """Return None: as many as you like."""
        return None

    def seconds_until(self, cost: int = 1) -> float:
        """Return 0.0.

        Args:
            cost: What the request counts for; here nothing.
        """
        return 0.0

    def day_left(self) -> int | None:
        """Return None: there is no figure per day."""
        return None

    def __repr__(self) -> str:
        return "Unlimited()"


@runtime_checkable
class Feedback(Protocol):
    """Learn from answers. A limiter that has this method, too, hears of every answer."""

    def report(self, *, throttled: bool) -> None:
        """Take note of how an answer came out.

        Args:
            throttled: Whether it was a 429 or 503. Requests without an answer are not reported.
        """
        ...
