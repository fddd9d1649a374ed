"""Taking turns: threads that help one another, with fewer requests under way than threads.

While one waits for its answer, another may read the one that it has. Whoever runs such threads
says so by :func:`take_turns` in each; the transport then waits for its turn before each request.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final, TypeAlias

__all__ = ["Turns", "take_turns", "turn"]

#: A lock, or a semaphore of as many requests as may be under way at a time.
Turns: TypeAlias = AbstractContextManager[Any]

_AT_ONCE: Final[Turns] = nullcontext()

_here = threading.local()


def take_turns(turns: Turns) -> None:
    """Let this thread send only when it is its turn, from now on to its end.

    Args:
        turns: Shared by the threads.
    """
    _here.turns = turns


def turn() -> Turns:
    """Return what is held from the sending of a request until its answer is there."""
    turns: Turns = getattr(_here, "turns", _AT_ONCE)
    return turns
