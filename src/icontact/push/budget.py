"""Whether a push can go on: what the client's limiter will let out, and when."""

from __future__ import annotations

from icontact.errors import LimitReached
from icontact.push.outcome import number_of
from icontact.transport import QuotaInspector, Sender

__all__ = ["Budget"]

#: Seconds that are worth waiting for; a longer wait ends a push, to be resumed.
_WORTH_WAITING = 900.0


class Budget:
    """What a sender's limiter leaves; everything, if it cannot tell.

    Args:
        sender: Whose limiter.
    """

    def __init__(self, sender: Sender) -> None:
        limiter = getattr(sender, "limiter", None)
        self._limiter = limiter if isinstance(limiter, QuotaInspector) else None

    def spent(self) -> LimitReached | None:
        """Return why nothing can go out for long, if so."""
        seconds = 0.0 if self._limiter is None else self._limiter.seconds_until()
        if seconds <= _WORTH_WAITING:
            return None
        return LimitReached(
            f"the limit lets no request out for {_in_words(seconds)}: push again after that, with "
            "the same journal if there is one",
            seconds=seconds,
        )

    def note(self, needed: int) -> str | None:
        """Say whether so many requests are more than the day has left."""
        left = None if self._limiter is None else self._limiter.day_left()
        if left is None or left >= needed:
            return None
        return (
            f"the daily limit leaves {number_of(left, 'request')}, and the push needs about "
            f"{needed:,}: it will stop at the limit, and goes on where it stopped when it is run "
            "again with its journal"
        )


def _in_words(seconds: float) -> str:
    hours, rest = divmod(round(seconds / 60), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
