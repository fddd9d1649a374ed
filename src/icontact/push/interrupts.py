"""Ctrl-C, deferred until the requests under way are finished and their outcomes are noted."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupts", "deferred_interrupts"]

logger: logging.Logger = logging.getLogger("icontact")


class Interrupts:
    """Notes whether Ctrl-C was pressed.

    Attributes:
        pending: Whether it was.
    """

    def __init__(self) -> None:
        self.pending: bool = False

    def note(self, number: int, frame: FrameType | None) -> None:
        """Note the first Ctrl-C; the second one interrupts at once."""
        if self.pending:
            raise KeyboardInterrupt
        self.pending = True
        logger.warning("stopping once what is under way is finished; Ctrl-C again stops at once")


@contextmanager
def deferred_interrupts() -> Iterator[Interrupts]:
    """Defer Ctrl-C to the end of the block, which looks at ``pending`` now and then.

    Only in the main thread, and only where Ctrl-C would raise ``KeyboardInterrupt``: a program
    with its own signal handler keeps it. ``SIGTERM`` likewise.
    """
    interrupts = Interrupts()
    main = threading.current_thread() is threading.main_thread()
    deferred = [
        number
        for number in (signal.SIGINT, signal.SIGTERM)
        if main and signal.getsignal(number) is signal.default_int_handler
    ]
    for number in deferred:
        signal.signal(number, interrupts.note)
    try:
        yield interrupts
    finally:
        for number in deferred:
            signal.signal(number, signal.default_int_handler)
    if interrupts.pending:
        raise KeyboardInterrupt
