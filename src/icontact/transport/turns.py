"""Taking turns: threads that help one another, with fewer requests under way than threads.

While the request of one is under way, another reads the answer that it has. Whoever runs such
threads says so by :func:`take_turns` in each; the transport then waits for its turn before each
request, and whoever has an answer lets the next one send before it goes on.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Turns", "sent", "take_turns", "turn"]

_here = threading.local()


class Turns:
    """Lets so many threads at a time be between the beginning of a request and its answer.

    Whoever came first goes first.

    Args:
        most: How many.
        courtesy: For how many seconds at most the next one is let go ahead.
    """

    def __init__(self, most: int, *, courtesy: float = 0.02) -> None:
        self._courtesy = courtesy
        self._free = most
        self._queue: deque[object] = deque()
        self._sent = 0
        self._changed = threading.Condition()

    def begin(self) -> None:
        """Wait for a turn."""
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            self._changed.wait_for(lambda: self._free and self._queue[0] is ticket)
            self._queue.popleft()
            self._free -= 1
            if self._free:
                self._changed.notify_all()

    def note_sent(self) -> None:
        """Note that the request is on its way."""
        with self._changed:
            self._sent += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Give the turn to whoever waits for it, and let that one send first.

        A thread that goes on at once holds the interpreter's lock for some milliseconds, in which
        nothing is under way. Of a connection that takes long to open nobody has to wait for more
        than a moment.
        """
        with self._changed:
            self._free += 1
            self._changed.notify_all()
            if self._queue:
                next_one = self._sent + 1
                self._changed.wait_for(lambda: self._sent >= next_one, self._courtesy)


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
