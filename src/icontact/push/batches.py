"""The batches of a journal's planned rows, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from icontact.push.journal import Journal, RowToWrite

__all__ = ["Batches"]

#: A batch ends at this many bytes of fields.
_MOST_BYTES = 4 * 2**20

#: A batch ends at this many rows that need a request each: Ctrl-C has to wait for its end.
_MOST_ALONE = 500


class Batches:
    """Planned rows in their order, in batches; one batch is read ahead.

    Args:
        journal: The rows.
        most: Returns how many rows a batch may have, which may change.
        is_alone: Returns whether a row needs a request of its own.
    """

    def __init__(
        self,
        journal: Journal,
        most: Callable[[], int],
        is_alone: Callable[[RowToWrite], bool],
    ) -> None:
        self._journal = journal
        self._most = most
        self._is_alone = is_alone
        self._last = -1
        #: The batch that was read ahead, and how many rows it might have.
        self._ahead: tuple[Sequence[RowToWrite], int] | None = None

    def read_ahead(self) -> None:
        """Read the next batch."""
        if self._ahead is None:
            most = self._most()
            self._ahead = self._read(most), most

    def take(self) -> Sequence[RowToWrite]:
        """Return the next batch; an empty one after the last."""
        most = self._most()
        batch, read_for = self._ahead or ((), 0)
        if read_for != most:
            batch = self._read(most)
        self._ahead = None
        if batch:
            self._last = batch[-1].row
        return batch

    def _read(self, most: int) -> Sequence[RowToWrite]:
        rows = self._journal.to_write(self._last, most)
        size = alone = 0
        for place, row in enumerate(rows):
            size += len(row.text)
            alone += self._is_alone(row)
            if place and (size > _MOST_BYTES or alone > _MOST_ALONE):
                return rows[:place]
        return rows
