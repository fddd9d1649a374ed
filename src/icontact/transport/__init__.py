"""One request, safely. The only room, besides ``auth``, that touches ``requests``."""

from icontact.limits import (
    AdaptiveLimiter,
    Limiter,
    QuotaInspector,
    RedisLimiter,
    ResponseListener,
    SQLiteLimiter,
    TokenBucket,
    Unlimited,
)
from icontact.transport.call import Answer, Call, Event, Sender
from icontact.transport.checks import Timeout
from icontact.transport.retry import RetryPolicy, Safety
from icontact.transport.session import API_VERSION, DEFAULT_BASE_URL, Transport

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
