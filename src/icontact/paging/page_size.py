"""How many rows of a listing are asked for at once, and how that number follows the server."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from icontact.errors import (
    APIError,
    CallError,
    ConnectError,
    DecodeError,
    RedirectRefused,
    ServerError,
    TransportError,
)

__all__ = ["SMALL", "PageSize", "PageSizer", "expected_pages", "is_about_size"]

#: A fixed number of rows, or ``"auto"``.
PageSize: TypeAlias = int | Literal["auto"]

#: The first page of ``"auto"``, the factor by which pages grow, and the largest page.
_FIRST: Final = 1_000
_GROWTH: Final = 4
_MOST_ROWS: Final = 10_000
_MOST_BYTES: Final = 16 * 2**20

#: Pages get a little smaller than the largest that fits, so that longer rows fit as well.
_MARGIN: Final = 0.9

#: The sizes after a first page that failed. The second is iContact's own default: a request for so
#: few rows fails for other reasons.
SMALL, _SAFE = 100, 20

#: The number of pages after which a size is tried again that failed in a way that may pass. It
#: grows fourfold each time, so that a cap costs few requests.
_RETRY_AFTER: Final = 20

#: The server understood the request and refused it: a size that it never takes.
_REFUSALS: Final = (400, 413)


def is_about_size(error: CallError) -> bool:
    """Return whether a smaller page may go through where this one failed."""
    if isinstance(error, APIError):
        return error.status in _REFUSALS or isinstance(error, ServerError)
    if isinstance(error, TransportError):
        return not isinstance(error, ConnectError | RedirectRefused)
    return isinstance(error, DecodeError)


def expected_pages(total: int, page_size: PageSize, first: int | None = None) -> int:
    """Return how many requests a listing takes if the server sends every page whole.

    ``first`` is how many rows the first page has, if it came already: fewer show a cap.
    """
    asked = _FIRST if page_size == "auto" else page_size
    if first is not None and first < min(asked, total):
        page_size = max(first, 1)
    pages, sizer = 0, PageSizer(page_size)
    while total > 0 and sizer.size < _MOST_ROWS and page_size == "auto":
        pages, total = pages + 1, total - sizer.size
        sizer.note_whole(sizer.size, 0)
    return max(pages + -(-max(total, 0) // sizer.size), 1)


class PageSizer:
    """Chooses the size of each page of one reading of a listing.

    A number stays as it is. ``"auto"`` begins with 1,000 rows and asks for four times as many
    after each page that came whole, up to 10,000 rows or 16 MiB. It follows a cap of the server.
    """

    def __init__(self, page_size: PageSize) -> None:
        self._auto = page_size == "auto"
        #: How many rows to ask for next.
        self.size: int = _FIRST if page_size == "auto" else page_size
        #: The largest page that came whole.
        self._whole = 0 if self._auto else self.size
        self._ceiling = _MOST_ROWS if self._auto else self.size
        self._until_retry: int | None = None
        self._retry_after = _RETRY_AFTER

    def is_probe(self, size: int) -> bool:
        """Return whether the server has not sent a page of this size yet."""
        return self._auto and size > self._whole

    def can_shrink(self, size: int) -> bool:
        """Return whether to ask for fewer rows if a page of this size fails."""
        return self._auto and size > (self._whole or _SAFE)

    def pages_of_this_size(self, size: int) -> int | None:
        """Return how many pages of a size are due from now on; ``None`` for all that follow."""
        return 0 if self._auto and size != self.size else self._until_retry

    def note_whole(self, size: int, body_bytes: int) -> None:
        """Take note of a page that came whole, of its rows and of the length of the answer."""
        if not self._auto:
            return
        self._whole = max(self._whole, size)
        if self._until_retry is not None:
            self._until_retry -= 1
            if self._until_retry <= 0:
                self._until_retry, self._ceiling = None, _MOST_ROWS
        fitting = _MOST_BYTES * size // max(body_bytes, 1)
        wanted = min(_GROWTH * size, self._ceiling)
        if wanted > fitting:
            wanted = self._ceiling = max(int(_MARGIN * fitting), 1)
        self.size = wanted

    def note_cap(self, size: int, *, stated: bool) -> None:
        """Take note of a page that has fewer rows than were asked for, though there are more.

        ``stated``: the server says itself that this is its limit.
        """
        if self._auto:
            self.size = self._ceiling = size if stated else max(size, self._whole)
            if not stated:
                self._try_again_later()

    def note_failure(self, size: int, error: CallError) -> None:
        """Take note of a page that the server did not send, and choose a smaller one."""
        self.size = self._whole or (SMALL if size > SMALL else _SAFE)
        self._ceiling = self._whole or size // 2
        if not (isinstance(error, APIError) and error.status in _REFUSALS):
            self._try_again_later()

    def _try_again_later(self) -> None:
        self._until_retry = self._retry_after
        self._retry_after *= _GROWTH
