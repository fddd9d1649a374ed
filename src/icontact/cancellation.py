"""Calling a thread off: what it waits for is not waited for, and what it would send stays here.

Python cannot interrupt a thread. One that works for somebody else says so by :func:`cancellable`;
the transport and the limiters then look at the event before each request and while they wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["Cancelled", "cancellable", "cancellable_sleep", "check_cancelled"]

# Seconds after which a thread that waits looks up.
_NAP: Final = 0.2

_here = threading.local()


class Cancelled(Exception):
    """This thread was called off, and sent nothing any more."""


@contextmanager
def cancellable(stop: threading.Event) -> Iterator[None]:
    """Let this thread be called off by an event, until the block ends.

    Args:
        stop: Set by whoever needs the thread no longer.
    """
    _here.stop = stop
    try:
        yield
    finally:
        del _here.stop


def check_cancelled() -> None:
    """Go on, unless this thread was called off.

    Raises:
        Cancelled: It was.
    """
    stop = getattr(_here, "stop", None)
    if stop is not None and stop.is_set():
        raise Cancelled


def cancellable_sleep(sleep: Callable[[float], None], seconds: float) -> None:
    """Sleep, in naps if this thread can be called off.

    Args:
        sleep: Waits so many seconds.
        seconds: How long in all.

    Raises:
        Cancelled: The thread was called off.
    """
    if not hasattr(_here, "stop"):
        sleep(seconds)
        return
    check_cancelled()
    while seconds > 0:
        nap = min(seconds, _NAP)
        sleep(nap)
        seconds -= nap
        check_cancelled()
