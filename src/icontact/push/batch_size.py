"""How many rows go into one request: fixed, or found out while a push goes on."""

from __future__ import annotations

import json
import threading
from typing import Literal

AUTO: Literal["auto"] = "auto"

#: The first size of "auto"; iContact is known to take it (API 2.7).
_FIRST = 500

#: "auto" grows up to this size.
_LARGEST = 5000

#: Requests of this size or smaller fail for another reason than their size.
_SMALL = 50

#: This many full requests later a size that failed is tried again.
_TRY_AGAIN = 128


def expected_batches(rows: int, wanted: int | Literal["auto"]) -> tuple[int, int]:
    """Return how many batches rows take by the setting, and if iContact takes no more than 500."""
    if wanted != AUTO:
        batches = -(-rows // wanted)
        return batches, batches
    batches, size, left = 0, _FIRST, rows
    while left > 0:
        batches, left, size = batches + 1, left - size, min(2 * size, _LARGEST)
    return batches, -(-rows // _FIRST)


def size_found(learned: str) -> int | None:
    """Return the size that "auto" found, by what :meth:`BatchSize.learned` says.

    ``None`` if it was not used, or for too few rows.
    """
    if not learned:
        return None
    wanted, current, limit, largest = json.loads(learned)
    if wanted != AUTO or (limit is None and largest <= _FIRST):
        return None
    return int(largest if limit is None else min(current, largest))


class BatchSize:
    """The number of rows of the next batch. Threads may share it.

    "auto" begins with 500 and doubles after each full request whose rows are all accounted for. A
    size that fails is halved; much later it is tried again, since an outage looks the same. A fixed
    size is halved when iContact refuses it twice.

    ``learned`` is what an earlier run of the same push learned; see :meth:`learned`.

    Attributes:
        current: The size of the next batch.
    """

    def __init__(self, wanted: int | Literal["auto"], learned: str = "") -> None:
        self._wanted = wanted
        self._grows = wanted == AUTO
        self.current: int = _FIRST if wanted == AUTO else wanted
        #: The smallest size that failed.
        self._limit: int | None = None
        #: The largest size that went through, for each kind of request.
        self._proven: dict[str, int] = {}
        #: A size that was refused once.
        self._suspect: int | None = None
        self._full = 0
        self._patience = _TRY_AGAIN
        self._lock = threading.Lock()
        if learned:
            setting, current, limit, _ = json.loads(learned)
            if setting == wanted:
                self.current, self._limit = current, limit

    def learned(self) -> str:
        """Return what was learned as a text, for the journal and :func:`size_found`."""
        return json.dumps([self._wanted, self.current, self._limit, self.largest])

    @property
    def largest(self) -> int:
        """The largest size that went through; 0 if there was none."""
        return max(self._proven.values(), default=0)

    @property
    def is_settled(self) -> bool:
        """Whether batches of the current size may go out side by side."""
        return not self._grows or self.current <= self.largest

    def may_be_why(self, kind: str, size: int) -> bool:
        """Return whether a request may have failed because of its size."""
        return self._grows and size > max(_SMALL, self._proven.get(kind, 0))

    def accepted(self, kind: str, size: int) -> None:
        """Note that every row of a request is accounted for."""
        with self._lock:
            self._proven[kind] = max(size, self._proven.get(kind, 0))
            if self._suspect is not None and size >= self._suspect:
                self._suspect = None
            if not self._grows or size < self.current or self.current == _LARGEST:
                return
            larger = min(2 * self.current, _LARGEST)
            if self._limit is None or larger < self._limit:
                self.current = larger
                return
            self._full += 1
            if self._full >= self._patience:
                self.current, self._limit = min(self._limit, _LARGEST), None
                self._full, self._patience = 0, 2 * self._patience

    def refused(self, kind: str, size: int) -> None:
        """Note that iContact refused a size, and took the same rows in smaller requests."""
        with self._lock:
            if (self._grows and size > _FIRST) or self._suspect is not None:
                self._shrink(kind, size)
            else:
                self._suspect = size

    def failed(self, kind: str, size: int) -> None:
        """Note that a size failed otherwise, and that the same rows went through in halves."""
        with self._lock:
            self._shrink(kind, size)

    def slow(self, kind: str, size: int) -> None:
        """Note that the answer to a request took very long."""
        with self._lock:
            if self._grows and size > _FIRST:
                self._proven[kind] = min(self._proven.get(kind, 0), size - 1)
                self._shrink(kind, size)
                self.current = max(self.current, _FIRST)

    def _shrink(self, kind: str, size: int) -> None:
        half = (size + 1) // 2
        proven = self._proven.get(kind, 0)
        smaller = proven if half < proven < size else half
        self.current = min(self.current, smaller)
        self._limit = size if self._limit is None else min(size, self._limit)
        self._suspect = None
        self._full = 0
