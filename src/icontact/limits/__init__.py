"""Limiters: how fast requests may go out.

Any object with a method ``acquire(cost=1)`` can be a limiter. The methods of
:class:`ResponseListener` and :class:`QuotaInspector` are optional.
"""

from typing import TYPE_CHECKING

from icontact import _lazy
from icontact.limits.adaptive import AdaptiveLimiter
from icontact.limits.protocols import Limiter, QuotaInspector, ResponseListener, Unlimited

if TYPE_CHECKING:
    from icontact.limits.fixed import TokenBucket
    from icontact.limits.redis_limiter import RedisLimiter
    from icontact.limits.sqlite_limiter import SQLiteLimiter

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

if not TYPE_CHECKING:
    __getattr__ = _lazy.lazy_import(
        __name__,
        {
            "fixed": "TokenBucket",
            "redis_limiter": "RedisLimiter",
            "sqlite_limiter": "SQLiteLimiter",
        },
    )
