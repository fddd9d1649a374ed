"""Ctrl-C, held back until what is under way is finished and noted."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interrupts", "held_back"]

logger: logging.Logger = logging.getLogger("icontact")


class Interrupts:
    """Whether somebody pressed Ctrl-C meanwhile.

    Attributes:
        pending: Whether they did.
    """

    def __init__(self) -> None:
        self.pending: bool = False

    def take(self, number: int, frame: FrameType | None) -> None:
        """Note the first one; the second one interrupts at once."""
        if self.pending:
            raise KeyboardInterrupt
        self.pending = True
        logger.warning("stopping once what is under way is finished; Ctrl-C again stops at once")


@contextmanager
def held_back() -> Iterator[Interrupts]:
    """Hold Ctrl-C back; whoever does so looks now and then whether there was one.

    Only what would interrupt, and in the main thread; who deals with a signal in another way goes
    on doing so. ``SIGTERM`` is held back likewise where it was made to interrupt.
    """
    interrupts = Interrupts()
    main = threading.current_thread() is threading.main_thread()
    held = [
        number
        for number in (signal.SIGINT, signal.SIGTERM)
        if main and signal.getsignal(number) is signal.default_int_handler
    ]
    for number in held:
        signal.signal(number, interrupts.take)
    try:
        yield interrupts
    finally:
        for number in held:
            signal.signal(number, signal.default_int_handler)
    if interrupts.pending:
        raise KeyboardInterrupt
