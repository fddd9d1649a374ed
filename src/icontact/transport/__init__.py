"""One request, safely. The only package, besides ``auth``, that uses ``requests``."""

from typing import TYPE_CHECKING

from icontact import limits
from icontact.limits import (
    AdaptiveLimiter,
    Limiter,
    QuotaInspector,
    ResponseListener,
    Unlimited,
)
from icontact.transport.call import Answer, Call, Event, Sender
from icontact.transport.checks import Timeout
from icontact.transport.retry import RetryPolicy, Safety
from icontact.transport.session import API_VERSION, DEFAULT_BASE_URL, Transport

if TYPE_CHECKING:
    from icontact.limits import RedisLimiter, SQLiteLimiter, TokenBucket

__all__ = [
    "API_VERSION",
    "DEFAULT_BASE_URL",
    "AdaptiveLimiter",
    "Answer",
    "Call",
    "Event",
    "Limiter",
    "QuotaInspector",
    "RedisLimiter",
    "ResponseListener",
    "RetryPolicy",
    "SQLiteLimiter",
    "Safety",
    "Sender",
    "Timeout",
    "TokenBucket",
    "Transport",
    "Unlimited",
]

if not TYPE_CHECKING:
    # The other limiters, which few programs need, are imported when they are asked for.
    __getattr__ = limits.__getattr__
