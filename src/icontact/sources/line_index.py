"""On which line each row begins, without a number for every row."""

from __future__ import annotations

import struct
import tempfile
import weakref

__all__ = ["LineIndex"]

_RECORD = struct.Struct("<QQ")

#: Beyond this, what is kept goes to a file of its own, which has no name and goes with the object.
_IN_MEMORY = 2**16


class LineIndex:
    """Remembers where rows begin. Rows that follow each other line by line cost nothing."""

    def __init__(self) -> None:
        self.count: int = 0
        self._runs = 0
        self._next: int | None = -1
        self._kept = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # see finalize
        weakref.finalize(self, self._kept.close)

    def add(self, line: int | None) -> None:
        """Remember the line of the next row; ``None`` if there are no lines to count."""
        if line != self._next:
            self._kept.seek(0, 2)
            self._kept.write(_RECORD.pack(self.count, line or 0))
            self._runs += 1
        self.count += 1
        self._next = None if line is None else line + 1

    def line_of(self, row: int) -> int | None:
        """Return the line of a row, from 1; ``None`` if it has none, or was not read yet."""
        if row >= self.count:
            return None
        low, high = 0, self._runs - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._run(middle)[0] <= row else (low, middle - 1)
        first, line = self._run(low)
        return line + row - first if line else None

    def _run(self, place: int) -> tuple[int, int]:
        self._kept.seek(place * _RECORD.size)
        first, line = _RECORD.unpack(self._kept.read(_RECORD.size))
        return first, line
