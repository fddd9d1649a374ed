"""The batches that are to be written, read a little ahead of the requests."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from icontact.push.journal import Journal, ToWrite

__all__ = ["Batches"]


class Batches:
    """Planned rows in their order, some at a time.

    Args:
        journal: Where from.
        most: Tells how many rows a batch may have; it may become fewer.
    """

    def __init__(self, journal: Journal, most: Callable[[], int]) -> None:
        self._journal = journal
        self._most = most
        self._read: deque[Sequence[ToWrite]] = deque()
        self._last = -1
        self._ended = False

    @property
    def ahead(self) -> int:
        """How many are read and not taken."""
        return len(self._read)

    def look_ahead(self, number: int) -> None:
        """Read until so many are there to be taken, or the end is reached."""
        while len(self._read) < number and not self._ended:
            batch = self._journal.to_write(self._last, self._most())
            if not batch:
                self._ended = True
                return
            self._last = batch[-1].row
            self._read.append(batch)

    def take(self) -> Sequence[ToWrite]:
        """Return the next batch; an empty one after the last."""
        if self._read and len(self._read[0]) > self._most():
            # It has shown meanwhile that this is too many: cut them anew.
            self._last = self._read[0][0].row - 1
            self._read.clear()
            self._ended = False
        self.look_ahead(1)
        return self._read.popleft() if self._read else ()
