"""Counts the requests of one push, and stops it where the client's limit is used up."""

from __future__ import annotations

import threading
import time
from math import inf

from icontact._wording import number_of
from icontact.errors import CallError, ConfigError, IContactError, LimitReached, LimitUnavailable
from icontact.transport import Answer, Call, QuotaInspector, Sender
from icontact.transport.call import CountingSender

#: A push waits this many seconds for the limit; a longer wait ends it, to be resumed.
_LONGEST_WAIT = 900.0


class RequestCounter(CountingSender):
    """Counts the requests of one push on their way to a sender that others may share.

    Attributes:
        busy: Seconds that all answers took together, without those that requests waited.
        slow: Seconds after which an answer is slow: half of the read time-out.
    """

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        limiter = getattr(sender, "limiter", None)
        self._limiter = limiter if isinstance(limiter, QuotaInspector) else None
        self._started = time.monotonic()
        self._waited_before = self._total_wait()
        self._thread = threading.local()
        timeout = getattr(sender, "timeout", None)
        self.busy: float = 0.0
        self.slow: float = timeout[1] / 2 if timeout else inf

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._started

    @property
    def waited(self) -> float:
        """Seconds since then in which requests waited for the limit or to be repeated."""
        return self._total_wait() - self._waited_before

    def _total_wait(self) -> float:
        return float(getattr(self._sender, "waited", 0.0))

    def last_was_slow(self) -> bool:
        """Return whether the last answer in this thread was slow."""
        return getattr(self._thread, "seconds", 0.0) > self.slow

    def used_up(self) -> IContactError | None:
        """Return an error if the limit lets no request out for a long time, or cannot be asked."""
        try:
            seconds = 0.0 if self._limiter is None else self._limiter.seconds_until()
        except (LimitUnavailable, ConfigError) as error:
            return error
        if seconds <= _LONGEST_WAIT:
            return None
        hours, minutes = divmod(round(seconds / 60), 60)
        wait = f"{hours} h {minutes} min" if hours else f"{minutes} min"
        return LimitReached(
            f"the limit lets no request out for {wait}: push again after that, with "
            "the same journal if there is one",
            seconds=seconds,
        )

    def warning(self, needed: int) -> str | None:
        """Return a sentence if a push needs more requests than the day has left."""
        left = None if self._limiter is None else self._limiter.day_left()
        if left is None or left >= needed:
            return None
        return (
            f"the daily limit leaves {number_of(left, 'request')}, and the push needs about "
            f"{needed:,}: it will stop at the limit, and goes on where it stopped when it is run "
            "again with its journal"
        )

    def send(self, call: Call, /) -> Answer:
        """Send a call, and count every attempt; refuse it if the limit is used up."""
        if (error := self.used_up()) is not None:
            raise error
        waited = self._total_wait()
        try:
            answer = self._sender.send(call)
        except CallError as failure:
            self.add(failure.attempts)
            raise
        # Of several threads, each may subtract what another one waited: an answer never looks
        # slower than it was.
        seconds = max(answer.elapsed - (self._total_wait() - waited), 0.0)
        self._thread.seconds = seconds
        self.add(answer.attempts)
        with self._counting:
            self.busy += seconds
        return answer
