"""Decides whether a request is repeated; nothing here waits, sends or draws a random number.

Two facts decide: how safe the operation is to repeat (:class:`Safety`), and what went wrong
(:class:`FailureKind`). :data:`REPEATED_FOR` has the rules; :class:`RetryPolicy` adds how often and
after how long.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from typing import Final

import attrs

from icontact.errors import ConfigError

__all__ = [
    "THROTTLED",
    "FailureKind",
    "RetryPolicy",
    "Safety",
    "failure_for_status",
    "may_be_applied",
    "repeatable",
]


class Safety(enum.Enum):
    """The effect of repeating an operation. Every operation states its own."""

    READ = "read"
    """Changes nothing: may be repeated after any failure."""

    REPEATABLE = "repeatable"
    """Writes, with the same result when repeated: POST, PUT and DELETE of one member, the upsert
    of contacts by e-mail, subscribing."""

    ONCE = "once"
    """Would have its effect twice: sends; creating lists, messages, campaigns, segments. Repeated
    only if it was provably not applied."""


class FailureKind(enum.Enum):
    """What went wrong with an attempt, as far as it matters for the next one."""

    NOT_CONNECTED = "not_connected"
    """The server was never reached: name, port, certificate or proxy."""

    NO_RESPONSE = "no_response"
    """The connection broke or timed out after the request may have arrived."""

    THROTTLED_429 = "throttled_429"
    """The server refused the request as one too many."""

    UNAVAILABLE_503 = "unavailable_503"
    """Throttling, heavy traffic or maintenance; iContact does not tell them apart (API 3)."""

    SERVER_ERROR = "server_error"
    """Another failure of the server: 500, 502, 504 and the like."""

    INVALID_BODY = "invalid_body"
    """A 200 whose body is not JSON, or is cut short."""

    BODY_TOO_LARGE = "body_too_large"
    """A 200 whose body is longer than is read; the next one would be as long."""


_EVERY: Final = frozenset(Safety)
_HARMLESS: Final = frozenset({Safety.READ, Safety.REPEATABLE})

#: The operations that are repeated after each kind of failure.
REPEATED_FOR: Final[Mapping[FailureKind, frozenset[Safety]]] = {
    FailureKind.NOT_CONNECTED: _EVERY,
    FailureKind.THROTTLED_429: _EVERY,
    # The body of a throttled answer is not recorded, and a 503 may come from a gateway that gave up
    # waiting for a request that went through (API 4): it may have been applied.
    FailureKind.UNAVAILABLE_503: _HARMLESS,
    FailureKind.NO_RESPONSE: _HARMLESS,
    FailureKind.SERVER_ERROR: _HARMLESS,
    FailureKind.INVALID_BODY: _HARMLESS,
    FailureKind.BODY_TOO_LARGE: frozenset(),
}

#: Too many requests, as far as that is known.
THROTTLED: Final = frozenset({FailureKind.THROTTLED_429, FailureKind.UNAVAILABLE_503})

# Not implemented, wrong HTTP version, storage used up: the next attempt fails as well (API 4).
_LASTING: Final = frozenset({501, 505, 507})

# This many doublings reach any cap, and stay below the largest float.
_DOUBLINGS: Final = 500


def may_be_applied(failure: FailureKind) -> bool:
    """Return whether the server may have carried the request out all the same."""
    # What may be done once is repeated only after failures that leave it undone.
    return Safety.ONCE not in REPEATED_FOR[failure]


def repeatable(
    safety: Safety, failure: FailureKind, *, repeat_once_when_throttled: bool = False
) -> bool:
    """Return whether a request may be sent again, without regard to the number of attempts.

    With ``repeat_once_when_throttled`` a 503 is taken for throttling, hence as not applied.
    """
    if repeat_once_when_throttled and failure is FailureKind.UNAVAILABLE_503:
        return True
    return safety in REPEATED_FOR[failure]


def failure_for_status(status: int) -> FailureKind | None:
    """Return the failure behind an HTTP status, or None where repeating cannot help.

    The meanings rest on iContact's page "HTTP Status Codes".
    """
    if status == 429:
        return FailureKind.THROTTLED_429
    if status == 503:
        return FailureKind.UNAVAILABLE_503
    if 500 <= status <= 599 and status not in _LASTING:
        return FailureKind.SERVER_ERROR
    return None


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """State how often a request is repeated, and how long to wait in between.

    The pause before the second attempt is `base` seconds (`throttled_pause` after a 429 or 503);
    each further one is twice as long, up to `cap`. Equal jitter: one half of the pause is certain,
    the other half is multiplied by a random number, so that clients which failed together do not
    come back together.

    Args:
        attempts: The most attempts per request, the first included.
        total: Seconds from the first attempt within which the last one must begin.
        base: First pause in seconds.
        cap: Longest pause in seconds.
        throttled_pause: First pause in seconds after a 429 or 503. A limiter that listens
            (:class:`~icontact.limits.AdaptiveLimiter`) may hold the request longer.
        max_retry_after: Longest `Retry-After` in seconds that is waited for; a server that asks
            for more is not asked again. iContact is not known to send the header (API 2.9).
        repeat_once_when_throttled: Repeat even sends and creations after a 503. Off by default: a
            503 may come from a gateway, and the operation may have been carried out.

    Raises:
        ConfigError: A figure is not a number, negative, or `attempts` is below 1.
    """

    attempts: int = 5
    total: float = 120.0
    base: float = 0.5
    cap: float = 30.0
    throttled_pause: float = 4.0
    max_retry_after: float = 60.0
    repeat_once_when_throttled: bool = False

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(RetryPolicy):
            value = getattr(self, field.name)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if field.name == "attempts":
                fits = is_number and isinstance(value, int) and value >= 1
                problem = "is not a whole number of 1 or more"
            elif field.name == "repeat_once_when_throttled":
                fits, problem = isinstance(value, bool), "is neither True nor False"
            else:
                fits = is_number and 0 <= value < math.inf
                problem = "is not a number of seconds, 0 or more"
            if not fits:
                raise ConfigError(f"RetryPolicy {field.name}: {value!r} {problem}")

    @classmethod
    def never(cls) -> RetryPolicy:
        """Return the policy that sends every request once."""
        return cls(attempts=1)

    def pause(
        self,
        *,
        safety: Safety,
        failure: FailureKind,
        attempt: int,
        elapsed: float,
        retry_after: float | None,
        draw: float,
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up.

        Args:
            safety: The effect of repeating the operation.
            failure: What went wrong with the attempt.
            attempt: Number of that attempt, from 1.
            elapsed: Seconds since the first attempt began.
            retry_after: Seconds that the server asks to wait, if it does.
            draw: The jitter's random number, from 0 up to, not including, 1.

        Returns:
            At least `retry_after`; otherwise at most `cap`. Never so much that `elapsed` and the
            pause exceed `total`.
        """
        as_throttled = self.repeat_once_when_throttled
        if attempt >= self.attempts or not repeatable(
            safety, failure, repeat_once_when_throttled=as_throttled
        ):
            return None
        wish = 0.0 if retry_after is None else retry_after
        if wish > self.max_retry_after:
            return None
        first = self.throttled_pause if failure in THROTTLED else self.base
        full = min(self.cap, first * 2.0 ** min(attempt - 1, _DOUBLINGS))
        pause = max(full / 2 + full / 2 * draw, wish)
        return None if elapsed + pause > self.total else pause
