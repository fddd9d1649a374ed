"""Ctrl-C, held back until what is under way is finished and noted."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["Interrupts", "held_back"]

logger: logging.Logger = logging.getLogger("icontact")


class Interrupts:
    """Whether somebody pressed Ctrl-C meanwhile.

    Attributes:
        pending: Whether they did.
    """

    def __init__(self) -> None:
        self.pending = False

    def take(self, number: int, frame: FrameType | None) -> None:
        """Note the first one; the second one interrupts at once."""
        if self.pending:
            raise KeyboardInterrupt
        self.pending = True
        logger.warning("stopping once what is under way is finished; Ctrl-C again stops at once")

    def raise_pending(self) -> None:
        """Interrupt now, if that was asked for.

        Raises:
            KeyboardInterrupt: If it was.
        """
        if self.pending:
            raise KeyboardInterrupt


@contextmanager
def held_back() -> Iterator[Interrupts]:
    """Hold Ctrl-C back; whoever does so looks now and then whether there was one.

    Only where it would interrupt: in the main thread, and while nobody else deals with it.
    """
    interrupts = Interrupts()
    usual: Any = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or usual is not signal.default_int_handler:
        yield interrupts
        return
    signal.signal(signal.SIGINT, interrupts.take)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, usual)
    interrupts.raise_pending()
