"""Reads pages that are counted from the start, while contacts come and go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from icontact.errors import PagingError

__all__ = ["PageWalk"]

#: Steps back in a row without a new contact.
_MOST_BACK = 100

#: Contradictions in a row before they are an error.
_MOST_DOUBTS = 2


class PageWalk:
    """Where the next page begins, and which of its contacts are new.

    Each page begins with the last contact of the page before. If an earlier contact left, the later
    ones moved up, and another contact is there: then the page before is read again.

    Args:
        size: Contacts to go back by.

    Attributes:
        start: Where the next page begins.
        done: Whether there is none.
    """

    def __init__(self, size: int) -> None:
        self.start: int = 0
        self.done: bool = False
        self._size = size
        self._seen = -1
        self._back = self._doubts = 0
        self._before: tuple[int, list[int]] = (0, [])

    def step(self, page: Sequence[dict[str, Any]], total: int | None) -> Sequence[dict[str, Any]]:
        """Take a page, and return those of it that are new.

        Args:
            page: What is at :attr:`start`.
            total: How many there are in all, as Mautic says.

        Raises:
            PagingError: If a contact would be missed.
        """
        # A contact without an id is refused below.
        ids: list[int] = [
            -1 if row["mauticContactId"] is None else row["mauticContactId"] for row in page
        ]
        # This may happen once, if a contact came; and always, if Mautic ignores the start.
        self._doubts += ids == self._before[1] and self.start != self._before[0]
        if self._doubts > _MOST_DOUBTS or ids != sorted(set(ids)) or min(ids, default=0) < 0:
            raise PagingError(
                "Mautic's pages of contacts repeat themselves or are not in the order of the ids: "
                "contacts would be missed"
            )
        if self.start and (not ids or ids[0] > self._seen):
            self._go_back()
            return ()
        fresh = [row for row, one in zip(page, ids, strict=True) if one > self._seen]
        if fresh:
            self._seen, self._back, self._doubts = ids[-1], 0, 0
        elif len(ids) < max(self._size, 2):
            self._finish(self.start + len(ids), total)
        self._before = (self.start, ids)
        self.start += max(len(ids) - 1, 0)
        return fresh

    def _go_back(self) -> None:
        self._back += 1
        if self._back > _MOST_BACK:
            raise PagingError(
                "contacts leave Mautic's list faster than it can be read, so that some would be "
                "missed; try again later"
            )
        self._before = (0, [])
        self.start = max(0, self.start - self._size)

    def _finish(self, there: int, total: int | None) -> None:
        if total is None or total <= there:
            self.done = True
            return
        # A contact may have left between counting and reading: ask again.
        self._doubts += 1
        if self._doubts > _MOST_DOUBTS:
            raise PagingError(
                f"Mautic counts {total} contacts, and gave {there}: contacts would be missed"
            )
