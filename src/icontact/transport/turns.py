"""Taking turns: threads that help one another, with fewer requests under way than threads.

While the request of one is under way, another reads the answer that it has. Whoever runs such
threads says so by :func:`take_turns` in each; the transport then waits for its turn before each
request, and whoever has an answer lets the next one send before it goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Turns", "sent", "take_turns", "turn"]

_here = threading.local()


class Turns:
    """Lets so many threads at a time be between the beginning of a request and its answer.

    Args:
        most: How many.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        #: Threads that want to send and have not yet.
        self._eager = 0
        self._sent = 0
        self._changed = threading.Condition()

    def begin(self) -> None:
        """Wait for a turn."""
        with self._changed:
            self._eager += 1
            self._changed.wait_for(lambda: self._free)
            self._free -= 1

    def note_sent(self) -> None:
        """Note that the request is on its way."""
        with self._changed:
            self._eager -= 1
            self._sent += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Give the turn to somebody else, and wait until that one has sent.

        A thread that goes on at once holds the interpreter's lock for some milliseconds, in which
        nothing is under way.
        """
        with self._changed:
            self._free += 1
            self._changed.notify_all()
            next_one = self._sent + 1
            self._changed.wait_for(lambda: self._sent >= next_one or not self._eager)


def take_turns(turns: Turns) -> None:
    """Let this thread send only when it is its turn, from now on to its end.

    Args:
        turns: Shared by the threads.
    """
    _here.turns = turns


@contextmanager
def turn() -> Iterator[None]:
    """Hold a turn until the answer is there, if this thread takes turns."""
    turns: Turns | None = getattr(_here, "turns", None)
    if turns is None:
        yield
        return
    turns.begin()
    _here.eager = True
    try:
        yield
    finally:
        sent()
        turns.end()


def sent() -> None:
    """Say that this thread's request is on its way; what follows is to wait for the answer."""
    if getattr(_here, "eager", False):
        _here.eager = False
        _here.turns.note_sent()
