"""The limiter without figures: it finds the rate that a server allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from icontact.errors import ConfigError
from icontact.limits.protocols import QuotaInspector
from icontact.limits.queued import QueuedLimiter

# The lowest rate that was ever recorded for iContact is 60 a minute (API 3).
_FIRST_GUESS_AT_LEAST: Final = 1.0
_CEILING_AT_LEAST: Final = 0.02
# The share of the ceiling that requests go out with after a pause, and what is added to it within a
# stretch of seconds without a throttled answer. Each throttled answer confirms that there is a
# ceiling, and doubles the stretch.
_BACK_TO: Final = 0.95
_GAIN: Final = 0.14
_FIRST_STRETCH: Final = 30.0
_LONGEST_STRETCH: Final = 480.0
# Stretches without a throttled answer after which the server is taken to throttle no longer.
_FORGET_AFTER: Final = 2.3
# Share of the first pause that is made up for after it; later ones get a quarter of the last's.
_CREDIT: Final = 0.5
# Seconds without a request that end a busy time, and the most that a lull counts for.
_LULL: Final = 10.0
# Seconds of pace that may be made up for when threads wake late; shorter spans prove no rate.
_SLACK: Final = 0.5
# Seconds that a thread sleeps at a stretch: meanwhile the pause may end, or the pace rise.
_NAP: Final = 1.0


class AdaptiveLimiter(QueuedLimiter, QuotaInspector):
    """Let requests out as fast as the server allows, which shows only when it throttles.

    iContact publishes no limits and answers 503 when it has had enough (API 3). Nothing is held
    back until the first throttled answer. Then all requests pause; single requests probe whether
    the pause was long enough, each time after twice as long. Four pauses cover a minute, so that
    five attempts outlast a window of 60 seconds. From then on requests go out evenly, at 95 % of
    the rate that the server allowed, and a little faster with every second. A long time without a
    throttled answer ends it.

    Args:
        first_pause: Seconds to hold everything after a throttled answer.
        longest_pause: Seconds that doubling the pause leads to at most.
        clock: Seconds that never run backwards.
        sleep: Waits for a number of seconds.

    Raises:
        ConfigError: A pause is not positive, or the longest is shorter than the first.
    """

    def __init__(
        self,
        *,
        first_pause: float = 4.0,
        longest_pause: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not 0 < first_pause <= longest_pause < math.inf:
            raise ConfigError(
                f"first_pause={first_pause!r}, longest_pause={longest_pause!r}: give seconds above "
                "0, the longest not below the first"
            )
        super().__init__(clock=clock, sleep=sleep)
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        # Requests per second that the server allows, as far as is known; None: no limit seen.
        self._ceiling: float | None = None
        self._stretch = _FIRST_STRETCH
        self._clean = 0.0
        self._next = 0.0
        # While throttled: when the next probe may go, after which pause, and whether one is out.
        self._probe_at: float | None = None
        self._pause = first_pause
        self._probing = False
        # Answers since the busy time began or, once throttled, since the server last refused.
        self._answered = self._answered_since_pause = 0
        self._busy_since = self._refused = self._resumed = self._last = clock()

    def __repr__(self) -> str:
        rate = self.rate
        return f"AdaptiveLimiter({'unlimited' if rate is None else f'{rate:.0f} per minute'})"

    @property
    def rate(self) -> float | None:
        """Return the requests per minute that go out at most; None while nothing holds them."""
        with self._lock:
            return None if self._ceiling is None else 60 * self._pace(self._ceiling)

    def seconds_until(self, cost: int = 1) -> float:
        """Return the seconds until a request may go out, as far as is known; 0.0 for now.

        While the server refuses, it is the time until the next probe, whose answer decides. The
        cost makes the next request wait, not this one.

        Raises:
            ValueError: `cost` is not positive.
        """
        self._check_cost(cost)
        with self._lock:
            if self._probe_at is not None:
                due = self._probe_at
            elif self._ceiling is not None:
                due = self._next
            else:
                return 0.0
            return max(due - self._clock(), 0.0)

    def report(self, *, throttled: bool) -> None:
        """Take note of an answer.

        Any that is not a 429 or 503 shows that the server allows the rate, success or not.
        """
        with self._lock:
            now = self._clock()
            if throttled:
                self._take_refusal(now)
            else:
                self._take_answer(now)

    def _try(self, cost: int, *, ahead: int) -> float:
        now = self._clock()
        if self._probe_at is not None:
            if now < self._probe_at:
                return min(self._probe_at - now, _NAP)
            if ahead:
                return _NAP
            # Should this probe's answer never arrive, the next one goes out all the same.
            self._probe_at = now + self._pause
            self._probing = True
            return 0.0
        if self._ceiling is None:
            return 0.0
        seconds_each = 1 / self._pace(self._ceiling)
        due = self._next + ahead * seconds_each
        if now < due:
            return min(due - now, _NAP)
        # Credit from the pause is kept; beyond it, what was not used is lost.
        if self._next > self._resumed:
            self._next = max(self._next, now - _SLACK)
        self._next += cost * seconds_each
        return 0.0

    def _pace(self, ceiling: float) -> float:
        return ceiling * (_BACK_TO + _GAIN * self._clean / self._stretch)

    def _take_refusal(self, now: float) -> None:
        if self._probe_at is None:
            if self._ceiling is not None:
                # The new ceiling lies between the least and the most that the server can have
                # meant. The least: what it bore since it last refused, the pause included. Servers
                # that count in windows forget what was not used, so they allow more. The most:
                # what it bore since the pause, in which a token bucket had filled, so that one
                # allows less.
                least = self._answered / max(now - self._refused, _SLACK)
                most = self._answered_since_pause / max(now - self._resumed, _SLACK)
                self._ceiling = max((least + most) / 2, _CEILING_AT_LEAST)
                self._stretch = min(2 * self._stretch, _LONGEST_STRETCH)
                self._answered = 0
            self._refused = now
            self._pause = self._first_pause
        elif self._probing:
            self._pause = min(2 * self._pause, self._longest_pause)
        else:
            # Sent before the pause began: no news.
            return
        self._probe_at = now + self._pause
        self._probing = False

    def _take_answer(self, now: float) -> None:
        lull = now - self._last
        self._last = now
        if self._probe_at is None and self._ceiling is None and lull > _LULL:
            self._start_afresh(now)
        self._answered += 1
        if self._probe_at is None and self._ceiling is not None:
            self._answered_since_pause += 1
            self._clean += min(lull, _LULL)
            if self._clean > _FORGET_AFTER * self._stretch:
                self._start_afresh(now)
        elif self._probing:
            # The pause was long enough.
            if self._ceiling is None:
                answered = self._answered / max(now - self._busy_since, _SLACK)
                self._ceiling = max(answered, _FIRST_GUESS_AT_LEAST)
                self._answered = 0
            self._probe_at, self._probing = None, False
            self._resumed = now
            self._answered_since_pause = 0
            self._clean = 0.0
            credit = _CREDIT * (_FIRST_STRETCH / self._stretch) ** 2
            self._next = now - credit * (now - self._refused)

    def _start_afresh(self, now: float) -> None:
        self._ceiling = None
        self._stretch = _FIRST_STRETCH
        self._busy_since = now
        self._answered = 0
