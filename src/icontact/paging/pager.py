"""Listings: all rows, page by page, as often as one likes (API 2.4, 2.6)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any, Generic, TypeVar

import attrs

from icontact import wire
from icontact.errors import PagingError, RepeatedRows
from icontact.paging.consistency import MOST_LAG, ConsistencyChecker
from icontact.paging.prefetch import Prefetcher
from icontact.transport import Answer, Call

__all__ = ["DEFAULT_PAGE_SIZE", "MOST_WORKERS", "Page", "Pager"]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("icontact")

#: iContact's own default is 20; it publishes no maximum, and its staff once asked for 500 at most.
DEFAULT_PAGE_SIZE = 500

#: How many pages may be asked for side by side: as many as connections are kept open.
MOST_WORKERS = 32

#: How often a page is asked for that comes without the rows that belong there.
_ATTEMPTS_EMPTY, _ATTEMPTS_SHORT = 3, 2

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


@attrs.frozen(kw_only=True)
class _Fetched(Generic[T]):
    """What a request brought: all rows of the answer, though the page may show fewer."""

    page: Page[T]
    items: tuple[T, ...] = attrs.field(repr=False)
    asked: int
    # How many rows a page of this server holds that is not the last.
    size: int
    is_last: bool

    @property
    def is_short(self) -> bool:
        """Whether rows are missing, going by the total."""
        total, received = self.page.total, len(self.items)
        return total is not None and received < self.size and self.page.offset + received < total

    def attempts(self, announced: int | None) -> int:
        """Return how often a page like this is asked for before it is taken as it is."""
        total, announced = self.page.total or 0, announced or 0
        if total < announced - MOST_LAG:
            total = announced
        if self.page.offset + len(self.items) >= total:
            return 1
        if not self.items:
            return _ATTEMPTS_EMPTY
        return _ATTEMPTS_SHORT if len(self.items) < self.size else 1

    def as_sign(self) -> str:
        return (
            f"the page at offset {self.page.offset} holds {len(self.items)} rows where "
            f"{self.size} belong"
        )


class Pager(Generic[T]):
    """A listing that is read when it is iterated: every row, and anew each time.

    No request is made before the first row is asked for. With ``workers`` above 1 pages are asked
    for side by side as soon as the first one has told how many there are: the same rows in the same
    order, and no more than twice as many pages in memory as workers. A listing that states no total
    is read one page after another all the same.

    Rows that come or go between two requests move the others, so that some are missed or read
    twice. Side by side that is an error where it shows: by another total, by an id that is there
    twice, by a page of another length than it should have. One page after another it is logged,
    as a warning; ``total`` of :class:`Page` tells it, too.

    A listing ends with as many rows as iContact announced. A page that comes without its rows is
    asked for again; if rows are still missing in the end, that is an
    :class:`~icontact.errors.IncompleteListing`. Up to five missing rows are logged instead, where
    nothing else shows that the listing was cut: the total lags behind deletions.
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
        workers: int = 1,
        identity: str = "",
    ) -> None:
        self._send, self._call, self._model, self._key = send, call, model, key
        self._page_size, self._max_items = page_size, max_items
        self._workers, self._identity = workers, identity
        if page_size < 1:
            raise ValueError("page_size must be 1 or more")
        if max_items is not None and max_items < 0:
            raise ValueError("max_items must be 0 or more, or None for all rows")
        if isinstance(workers, bool) or not 1 <= workers <= MOST_WORKERS:
            raise ValueError(f"workers must be from 1 to {MOST_WORKERS}")

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
                for.
            IncompleteListing: If it sends fewer rows than it announced.
            RepeatedRows: If it repeats rows, or sends more than it announced.
            ListingShifted: If rows came or went while pages were read side by side.
            DecodeError: If a row cannot be read.
        """
        checker = ConsistencyChecker(
            str(self._call.summary()), self._identity, strict=self._workers > 1
        )
        last: _Fetched[T] | None = None
        offset = 0
        while (limit := self._next_limit(offset)) > 0:
            now = self._fetch(limit, offset, checker.announced)
            self._compare(checker, last, now)
            yield now.page
            if now.is_last:
                self._conclude(checker, last, now)
                return
            last, offset = now, offset + len(now.items)
            with closing(self._side_by_side(now, offset)) as planned:
                for now in planned:
                    self._compare(checker, last, now)
                    as_planned = len(now.items) == now.asked
                    if not as_planned:
                        self._look_beyond(checker, now, planned)
                    yield now.page
                    last, offset = now, offset + len(now.items)
                    if not as_planned:
                        # The total lags, or the server cuts pages otherwise: a new plan is due.
                        break
            if last.is_last:
                self._conclude(checker, None, last)
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

    def _conclude(
        self, checker: ConsistencyChecker, before: _Fetched[T] | None, end: _Fetched[T]
    ) -> None:
        """Refuse a listing that ended too early. The page before the end may show that it did."""
        offset = end.page.offset + len(end.items)
        if self._max_items is not None and offset >= self._max_items:
            return
        missing = 0 if checker.announced is None else checker.announced - offset
        # A listing seldom ends just where a page does.
        cut = not end.items and before is not None and len(before.items) == before.size <= missing
        if 1 < missing <= MOST_LAG and not cut:
            # The last row of those that are missing: if it is there, the others are, too.
            cut = bool(self._fetch(1, offset + missing - 1).items)
        checker.check_end(cut=cut)

    def _fetch(
        self, limit: int, offset: int, announced: int | None = None, size: int | None = None
    ) -> _Fetched[T]:
        """Fetch a page; again, a few times, if it lacks rows that were announced."""
        now, attempt = None, 0
        while now is None or attempt < now.attempts(announced):
            attempt += 1
            answer = self._send(self._page_call(limit, offset))
            again = self._read(answer, limit, offset, size)
            now = again if now is None or len(again.items) >= len(now.items) else now
        return now

    def _read(self, answer: Answer, limit: int, offset: int, size: int | None) -> _Fetched[T]:
        _refuse_ignored_terms(answer, self._call)
        items = tuple(wire.decode_rows(self._model, answer.payload, self._key, answer.call))
        total, stated = _count(answer.payload, "total"), _count(answer.payload, "limit")
        page = Page(
            items=items[:limit] if self._max_items is not None else items,
            offset=offset,
            total=total,
            warnings=answer.warnings,
        )
        return _Fetched(
            page=page,
            items=items,
            asked=limit,
            # The server's own limit counts: it may cap ours.
            size=(size or len(items)) if stated is None else min(limit, stated),
            is_last=_is_last(len(items), offset + len(items), total, stated, limit),
        )

    def _side_by_side(self, start: _Fetched[T], offset: int) -> Generator[_Fetched[T], None, None]:
        """Fetch what the total promises beyond a page, if it can be told where pages begin."""
        total, step = start.page.total, len(start.items)
        if self._workers == 1 or start.is_last or start.is_short or total is None:
            return
        end = total if self._max_items is None else min(total, self._max_items)
        offsets = range(offset, end, step)
        if len(offsets) < 2:
            return

        def fetch(number: int) -> _Fetched[T]:
            limit = self._next_limit(offsets[number], step)
            return self._fetch(limit, offsets[number], total, limit)

        yield from Prefetcher(fetch, count=len(offsets), workers=self._workers).results()

    def _compare(
        self, checker: ConsistencyChecker, last: _Fetched[T] | None, now: _Fetched[T]
    ) -> None:
        if last is not None and now.items and now.items == last.items[: now.asked]:
            raise RepeatedRows(f"{self._call.summary()}: the server sent the same page twice")
        checker.check_page(now.page.items, now.page.offset, now.page.total)
        if self._workers > 1 and last is not None and last.is_short and now.items:
            checker.report_change("length", last.as_sign())

    def _look_beyond(
        self, checker: ConsistencyChecker, now: _Fetched[T], planned: Iterator[_Fetched[T]]
    ) -> None:
        """Refuse a page of another length than planned, if rows were found beyond it."""
        further = next(planned, None) if now.is_short else None
        if len(now.items) > now.asked or (further is not None and further.items):
            checker.report_change("length", now.as_sign())

    def _next_limit(self, offset: int, most: int | None = None) -> int:
        most = self._page_size if most is None else most
        return most if self._max_items is None else min(most, self._max_items - offset)

    def _page_call(self, limit: int, offset: int) -> Call:
        paging = (("limit", str(limit)), ("offset", str(offset)))
        return attrs.evolve(self._call, params=self._call.params + paging)


def _is_last(received: int, end: int, total: int | None, stated: int | None, asked: int) -> bool:
    if received == 0:
        return True
    if total is None:
        # A page that is not full is the last. The server's own limit counts: it may cap ours.
        return received != (stated or asked)
    # The total may lag (API 6.4), so where the server pages, a full page is not trusted to be the
    # last. Listings that state no limit come in one piece (API 2.4).
    return end >= total and received != stated


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
