"""Calling a thread off: what it waits for is not waited for, and what it would send stays here.

Python cannot interrupt a thread. One that works for somebody else says so by :func:`stoppable`;
the transport and the limiters then look at the event before each request and while they wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["Stopped", "check", "rest", "stoppable"]

# Seconds after which a thread that waits looks up.
_NAP: Final = 0.2

_here = threading.local()


class Stopped(Exception):
    """This thread was called off, and sent nothing any more."""


@contextmanager
def stoppable(stop: threading.Event) -> Iterator[None]:
    """Let this thread be called off by an event, until the block ends.

    Args:
        stop: Set by whoever needs the thread no longer.
    """
    _here.stop = stop
    try:
        yield
    finally:
        del _here.stop


def check() -> None:
    """Go on, unless this thread was called off.

    Raises:
        Stopped: It was.
    """
    stop = getattr(_here, "stop", None)
    if stop is not None and stop.is_set():
        raise Stopped


def rest(sleep: Callable[[float], None], seconds: float) -> None:
    """Sleep, in naps if this thread can be called off.

    Args:
        sleep: Waits so many seconds.
        seconds: How long in all.

    Raises:
        Stopped: The thread was called off.
    """
    if not hasattr(_here, "stop"):
        sleep(seconds)
        return
    check()
    while seconds > 0:
        nap = min(seconds, _NAP)
        sleep(nap)
        seconds -= nap
        check()
