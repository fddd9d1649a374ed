"""Listings: all rows, page by page, as often as one likes (API 2.4, 2.6)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import attrs

from icontact import wire
from icontact.errors import PagingError
from icontact.transport import Answer, Call

__all__ = ["DEFAULT_PAGE_SIZE", "Page", "Pager"]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("icontact")

#: iContact's own default is 20; it publishes no maximum, and its staff once asked for 500 at most.
DEFAULT_PAGE_SIZE = 500

_IGNORED = re.compile(r"terms which could not be recogni[sz]ed.*?\(([^)]*)\)", re.DOTALL)


@attrs.frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a listing.

    Attributes:
        items: Its rows.
        offset: The place of its first row in the whole listing.
        total: How many rows iContact says there are. It may lag behind deletions (API 6.4).
        warnings: iContact's sentences beside the page.
    """

    items: tuple[T, ...] = attrs.field(repr=lambda items: f"<{len(items)} rows>")
    offset: int
    total: int | None
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)


class Pager(Generic[T]):
    """A listing that is read when it is iterated: every row, and anew each time.

    No request is made before the first row is asked for.
    """

    def __init__(
        self,
        send: Callable[[Call], Answer],
        call: Call,
        model: type[T],
        key: str,
        *,
        page_size: int = DEFAULT_PAGE_SIZE,
        max_items: int | None = None,
    ) -> None:
        self._send, self._call, self._model, self._key = send, call, model, key
        self._page_size, self._max_items = page_size, max_items
        if page_size < 1:
            raise ValueError("page_size must be 1 or more")
        if max_items is not None and max_items < 0:
            raise ValueError("max_items must be 0 or more, or None for all rows")

    def __repr__(self) -> str:
        call = vars(self).get("_call")
        return f"Pager({call.summary()}, page_size={self._page_size})" if call else "Pager(?)"

    def __iter__(self) -> Iterator[T]:
        said: set[str] = set()
        for page in self.pages():
            for warning in page.warnings:
                if warning not in said:
                    logger.warning("%s: iContact remarks: %s", self._key, warning)
            said.update(page.warnings)
            yield from page.items

    def pages(self) -> Iterator[Page[T]]:
        """Yield the listing page by page.

        Raises:
            PagingError: If iContact ignored a search term, so that the rows are not those asked
                for, or if it repeats a page.
            DecodeError: If a row cannot be read.
        """
        offset = 0
        previous: tuple[T, ...] = ()
        while (limit := self._next_limit(offset)) > 0:
            answer = self._send(self._page_call(limit, offset))
            _refuse_ignored_terms(answer, self._call)
            items = tuple(wire.decode_rows(self._model, answer.payload, self._key, answer.call))
            if items and items == previous[: len(items)]:
                raise PagingError(f"{answer.call}: the server sent the same page twice")
            previous = items
            yield Page(
                items=items[:limit] if self._max_items is not None else items,
                offset=offset,
                total=_count(answer.payload, "total"),
                warnings=answer.warnings,
            )
            offset += len(items)
            if _is_last(answer.payload, len(items), offset, limit):
                return

    def all(self) -> list[T]:
        """Return every row in one list."""
        return list(self)

    def first(self) -> T | None:
        """Return the first row, or None. Asks for no more than one."""
        most = 1 if self._max_items is None else min(1, self._max_items)
        one = Pager(self._send, self._call, self._model, self._key, page_size=1, max_items=most)
        return next(iter(one), None)

    def count(self) -> int:
        """Return how many rows there are, by iContact's own word where it gives one.

        Costs one request, except for listings that state no total: those are read.
        """
        answer = self._send(self._page_call(1, 0))
        _refuse_ignored_terms(answer, self._call)
        total = _count(answer.payload, "total")
        if total is None:
            return sum(1 for _ in self)
        return total if self._max_items is None else min(total, self._max_items)

    def _next_limit(self, offset: int) -> int:
        if self._max_items is None:
            return self._page_size
        return min(self._page_size, self._max_items - offset)

    def _page_call(self, limit: int, offset: int) -> Call:
        paging = (("limit", str(limit)), ("offset", str(offset)))
        return attrs.evolve(self._call, params=self._call.params + paging)


def _is_last(payload: Any, received: int, offset: int, asked: int) -> bool:
    if received == 0:
        return True
    total, limit = _count(payload, "total"), _count(payload, "limit")
    if total is None:
        # A page that is not full is the last. The server's own limit counts: it may cap ours.
        return received != (limit or asked)
    # The total may lag (API 6.4), so where the server pages, a full page is not trusted to be the
    # last. Listings that state no limit come in one piece (API 2.4).
    return offset >= total and received != limit


def _count(payload: Any, key: str) -> int | None:
    text = str(payload.get(key)) if isinstance(payload, dict) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def _refuse_ignored_terms(answer: Answer, call: Call) -> None:
    """Raise if a search term had no effect: the rows would be everybody's (API 2.6)."""
    orders = (value for name, value in call.params if name == "orderby")
    sent = {name for name, _ in call.params}
    sent |= {part.partition(":")[0] for order in orders for part in order.split(",")}
    for warning in answer.warnings:
        if (found := _IGNORED.search(warning)) and sent & set(re.split(r"[,\s]+", found[1])):
            raise PagingError(
                f"{answer.call}: iContact ignored a term ({found[1]}), so these are not the rows "
                "asked for"
            )
