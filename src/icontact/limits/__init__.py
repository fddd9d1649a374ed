"""Limiters: how fast requests may go out.

Any object with a method ``acquire(cost=1)`` can be a limiter. The methods of
:class:`ResponseListener` and :class:`QuotaInspector` are optional.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from icontact.limits.adaptive import AdaptiveLimiter
from icontact.limits.fixed import SQLiteLimiter, TokenBucket
from icontact.limits.quota import QuotaInspector
from icontact.limits.redis_limiter import RedisLimiter

__all__ = [
    "AdaptiveLimiter",
    "Limiter",
    "QuotaInspector",
    "RedisLimiter",
    "ResponseListener",
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
class ResponseListener(Protocol):
    """Learn from answers. A limiter that has this method, too, hears of every answer."""

    def report(self, *, throttled: bool) -> None:
        """Take note of how an answer came out.

        Args:
            throttled: Whether it was a 429 or 503. Requests without an answer are not reported.
        """
        ...
