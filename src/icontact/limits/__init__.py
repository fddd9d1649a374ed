"""Limiters: how fast requests may go out.

Any object with a method ``acquire(cost=1)`` can be a limiter. The methods of
:class:`ResponseListener` and :class:`QuotaInspector` are optional.
"""

from icontact.limits.adaptive import AdaptiveLimiter
from icontact.limits.fixed import TokenBucket
from icontact.limits.protocols import Limiter, QuotaInspector, ResponseListener, Unlimited
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
