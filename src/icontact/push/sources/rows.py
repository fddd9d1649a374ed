"""What reading a file yields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import attrs

__all__ = ["BadRow", "Found", "ReadRow", "Reader", "listed"]


@attrs.frozen
class BadRow:
    """A row that cannot be read. A push rejects it, and goes on with the others.

    Attributes:
        reason: What is wrong with it and the way out, without any of its values.
    """

    reason: str


ReadRow: TypeAlias = Mapping[str, Any] | BadRow

#: A row, and the line of the file on which it begins, where that is known.
Found: TypeAlias = tuple[int | None, ReadRow]


class Reader(Protocol):
    """What reads one format.

    Attributes:
        columns: The columns' names, in the file's order.
        complete: Whether rows can have no other columns than these.
        delimiter: What stands between cells, if the format has such a thing.
    """

    columns: tuple[str, ...]
    complete: bool
    delimiter: str | None

    def __iter__(self) -> Iterator[Found]:
        """Yield every row."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What was passed over or made up so far."""
        ...


def listed(numbers: Sequence[int], most: int = 10) -> str:
    """Return numbers for a message: at most so many, and how many more there are."""
    shown = ", ".join(map(str, numbers[:most]))
    return shown + (f" and {len(numbers) - most} more" if len(numbers) > most else "")


def counted(number: int, thing: str) -> str:
    """Return a number and a thing, in the plural if there are several."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
