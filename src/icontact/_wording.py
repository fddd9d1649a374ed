"""Numbers and lists of names as messages say them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["listed", "number_of"]


def number_of(number: int, thing: str) -> str:
    """Return ``1 row``, ``2,000 rows``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def listed(
    things: Sequence[object], most: int = 10, count: int | None = None, *, separator: str = ", "
) -> str:
    """Return the first things for a message, and how many more there are.

    ``count`` says how many there are, if these are not all.
    """
    shown = separator.join(map(str, things[:most]))
    more = (len(things) if count is None else count) - most
    return shown + (f" and {more:,} more" if more > 0 else "")
