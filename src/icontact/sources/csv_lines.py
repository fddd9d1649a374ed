"""Lines of a file for the csv module, which can be looked at before, or given back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TextIO

from icontact.sources.compressed import damaged


class CsvLines(Iterator[str]):
    """Lines for the csv module that can be given back.

    Attributes:
        number: How many were handed out.
        taken: Those of the present row.
        half: What there is of the line at which a damaged file breaks off.
    """

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._back: deque[str] = deque()
        self.number: int = 0
        self.taken: list[str] = []
        self.half: str = ""

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._text.readline()
        if not line or (line[-1] not in "\r\n" and self.damaged):
            self.half = line
            raise StopIteration  # half a line is not read
        if not self.number:
            line = line.lstrip("\ufeff")
        self.number += 1
        self.taken.append(line)
        return line

    def peek(self) -> str:
        """Return the next line that is not blank; the blank ones before it are gone."""
        while not self._back and (line := self._text.readline()):
            if line[-1] not in "\r\n" and self.damaged:
                break
            if line.strip("\ufeff\r\n "):
                self._back.append(line)
            else:
                self.number += 1
        return self._back[0] if self._back else ""

    @property
    def damaged(self) -> bool:
        """Whether the lines ended only because the file is damaged."""
        return damaged(self._text)

    def ahead(self, count: int) -> Sequence[str]:
        """Return the next lines, without handing them out."""
        while len(self._back) < count and (line := self._text.readline()):
            self._back.append(line)
        return list(self._back)

    def skip(self, count: int) -> None:
        """Pass over the next lines."""
        for _ in range(count):
            line = self._back.popleft() if self._back else self._text.readline()
            if not line:
                return
            self.number += 1

    def give_back(self) -> bool:
        """Give all but the first line of the present row back; return whether there were any."""
        rest = self.taken[1:]
        self._back.extendleft(reversed(rest))
        self.number -= len(rest)
        return bool(rest)
