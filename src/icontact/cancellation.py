"""Cancelling a thread: it ends its waits and sends no further request.

Python cannot interrupt a thread, so a worker thread runs its jobs within :func:`cancellable`. The
transport and the limiters check the event before each request and while they wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["Cancelled", "cancellable", "cancellable_sleep", "check_cancelled"]

# Seconds between two checks of a thread that waits.
_NAP: Final = 0.2

_here = threading.local()


class Cancelled(Exception):
    """This thread was cancelled and sent nothing more."""


@contextmanager
def cancellable(stop: threading.Event) -> Iterator[None]:
    """Let an event cancel this thread until the block ends."""
    _here.stop = stop
    try:
        yield
    finally:
        del _here.stop


def check_cancelled() -> None:
    """Raise an error if this thread was cancelled.

    Raises:
        Cancelled: If it was.
    """
    stop = getattr(_here, "stop", None)
    if stop is not None and stop.is_set():
        raise Cancelled


def cancellable_sleep(sleep: Callable[[float], None], seconds: float) -> None:
    """Sleep for some seconds, in short pieces if this thread can be cancelled.

    Raises:
        Cancelled: If the thread was cancelled.
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
