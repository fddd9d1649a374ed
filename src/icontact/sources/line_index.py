"""On which line each row begins, without a number for every row."""

from __future__ import annotations

from array import array
from bisect import bisect_right

__all__ = ["LineIndex"]


class LineIndex:
    """Remembers where rows begin. Rows that follow each other line by line cost nothing."""

    def __init__(self) -> None:
        self.count: int = 0
        self._next: int | None = -1
        # The first row of each run of lines, and its line; 0 for none.
        self._rows, self._lines = array("Q"), array("Q")

    def add(self, line: int | None) -> None:
        """Remember the line of the next row; ``None`` if lines are not counted."""
        if line != self._next:
            self._rows.append(self.count)
            self._lines.append(line or 0)
        self.count += 1
        self._next = None if line is None else line + 1

    def line_of(self, row: int) -> int | None:
        """Return the line of a row, from 1; ``None`` if it has none, or was not read yet."""
        if row >= self.count:
            return None
        run = bisect_right(self._rows, row) - 1
        return self._lines[run] + row - self._rows[run] if self._lines[run] else None
