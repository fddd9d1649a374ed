"""Listings: all rows, page by page, as often as one likes (API 2.4, 2.6)."""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from typing import Any, Generic, TypeVar

import attrs

from icontact import wire
from icontact.addresses import canonical_address
from icontact.errors import CallError, PagingError, RepeatedRows
from icontact.frames import Frame, HasFrame, ResultList, make_frame
from icontact.notebook import Preview
from icontact.paging.consistency import MOST_LAG, ConsistencyChecker
from icontact.paging.page_size import SMALL, PageSize, PageSizer, is_about_size
from icontact.paging.prefetch import prefetch
from icontact.transport import Answer, Call

__all__ = ["MOST_WORKERS", "Page", "Pager"]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("icontact")

#: How many pages may be asked for side by side: as many as connections are kept open.
MOST_WORKERS = 32

#: Pages of more rows than this are read less far ahead, so that memory stays flat.
_LARGE = 1_000

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
    """A page and what its answer shows: all rows of it, though the page may show fewer."""

    page: Page[T]
    items: tuple[T, ...] = attrs.field(repr=False)
    asked: int
    #: The limit that the answer states, if it states one.
    stated: int | None
    #: How many rows a page of this server has that is not the last.
    size: int
    is_last: bool
    body_bytes: int
    #: Whether the page ends early because the server sends no more rows at once.
    is_capped: bool = False

    @property
    def end(self) -> int:
        """The place of the row after the last one."""
        return self.page.offset + len(self.items)

    @property
    def is_short(self) -> bool:
        """Whether rows are missing, going by the total."""
        if self.is_capped or self.page.total is None:
            return False
        return len(self.items) < self.size and self.end < self.page.total

    def attempts(self, announced: int | None) -> int:
        """Return how often a page like this is asked for before it is taken as it is."""
        total, announced = self.page.total or 0, announced or 0
        if total < announced - MOST_LAG:
            total = announced
        if self.end >= total:
            return 1
        if not self.items:
            return _ATTEMPTS_EMPTY
        return _ATTEMPTS_SHORT if len(self.items) < self.size else 1

    def describe(self) -> str:
        return (
            f"the page at offset {self.page.offset} has {len(self.items)} rows instead of "
            f"{self.size}"
        )


class _SizeRefused(Exception):
    """The server did not send a page that may be too large."""

    def __init__(self, error: CallError) -> None:
        self.error = error


class Pager(HasFrame, Generic[T]):
    """A listing that is read when it is iterated: every row, and anew each time.

    No request is made before the first row is asked for. With ``page_size="auto"`` the first page
    has 1,000 rows; pages grow up to 10,000 rows as long as the server sends them whole, and follow
    a cap of the server. A number fixes the size.

    With ``workers`` above 1 pages are asked for side by side as soon as their size is known: the
    same rows in the same order, and no more than twice as many pages in memory as workers. A
    listing that states no total is read one page after another all the same.

    Rows that come or go between two requests move the others, so that some are missed or read
    twice. Side by side that is an error where it shows: by another total, by an id that is there
    twice, by a page of another length than it should have. One page after another it is logged
    as a warning; ``total`` of :class:`Page` shows it, too.

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
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        identity: str = "",
        exact: Mapping[str, object] | None = None,
    ) -> None:
        self._send, self._call, self._model, self._key = send, call, model, key
        #: What rows must have, by the name on the wire.
        self._exact = {name: _comparable(name, value) for name, value in (exact or {}).items()}
        self._page_size: PageSize = page_size
        self._max_items = max_items
        self._workers, self._identity = workers, identity
        self._preview = Preview[T]()
        if page_size != "auto" and not (_is_whole(page_size) and page_size >= 1):
            raise ValueError('page_size must be 1 or more, or "auto"')
        if max_items is not None and not (_is_whole(max_items) and max_items >= 0):
            raise ValueError("max_items must be 0 or more, or None for all rows")
        if not (_is_whole(workers) and 1 <= workers <= MOST_WORKERS):
            raise ValueError(f"workers must be from 1 to {MOST_WORKERS}")

    def __repr__(self) -> str:
        return f"Pager({self._call.summary()}, page_size={self._page_size!r})"

    def __iter__(self) -> Iterator[T]:
        logged: set[str] = set()
        for page in self.pages():
            for warning in page.warnings:
                if warning not in logged:
                    logger.warning("%s: warning from iContact: %s", self._key, warning)
            logged.update(page.warnings)
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
        sizer = PageSizer(self._page_size)
        last: _Fetched[T] | None = None
        offset = 0
        while (limit := self._limit_at(offset, sizer.size)) > 0:
            try:
                now = self._fetch(limit, offset, checker.announced, sizer=sizer)
            except _SizeRefused as refused:
                sizer.note_failure(limit, refused.error)
                continue
            self._compare(checker, last, now)
            yield now.page
            if now.is_last:
                self._conclude(checker, last, now)
                return
            _learn(sizer, now)
            last, offset = now, now.end
            with closing(self._side_by_side(now, sizer)) as planned:
                for now in planned:
                    self._compare(checker, last, now)
                    as_planned = len(now.items) == now.asked
                    if not as_planned:
                        self._look_beyond(checker, now, planned)
                    yield now.page
                    last, offset = now, now.end
                    if not as_planned:
                        # The total lags, or the server cuts pages otherwise: a new plan is due.
                        break
                    sizer.note_whole(len(now.items), now.body_bytes)
            if last.is_last:
                self._conclude(checker, None, last)
                return

    def all(self) -> ResultList[T]:
        """Return every row in one list, which shows as a table in a notebook."""
        return ResultList(self)

    def _as_frame(self) -> Frame:
        return make_frame(self, self._model)

    def _repr_html_(self) -> str:
        """Show the first rows of those that were read last. Makes no request."""
        return self._preview.to_html(f"{self._model.__name__} listing")

    def first(self) -> T | None:
        """Return the first row, or None. Asks for no more than one."""
        one = copy.copy(self)
        one._page_size = one._workers = 1
        one._max_items = 1 if self._max_items is None else min(1, self._max_items)
        return next(iter(one), None)

    def count(self) -> int:
        """Return how many rows there are; by the total where iContact states one.

        Costs one request, except for listings that state no total: those are read. Only the first
        row shows whether iContact ignored a search term silently (API 2.6): where that matters,
        count the rows of :meth:`all`.

        Raises:
            PagingError: If iContact ignored a search term.
        """
        answer = self._send(self._page_call(1, 0))
        self._refuse_ignored_terms(answer)
        total = _count(answer.payload, "total")
        if total is None:
            return sum(1 for _ in self)
        return total if self._max_items is None else min(total, self._max_items)

    def _conclude(
        self, checker: ConsistencyChecker, before: _Fetched[T] | None, end: _Fetched[T]
    ) -> None:
        """Refuse a listing that ended too early. The page before the end may show that it did."""
        if self._max_items is not None and end.end >= self._max_items:
            return
        missing = 0 if checker.announced is None else checker.announced - end.end
        # A listing seldom ends just where a page does.
        cut = not end.items and before is not None and len(before.items) == before.size <= missing
        if 1 < missing <= MOST_LAG and not cut:
            # The last row of those that are missing: if it is there, the others are, too.
            cut = bool(self._fetch(1, end.end + missing - 1).items)
        checker.check_end(cut=cut)

    def _fetch(
        self,
        limit: int,
        offset: int,
        announced: int | None = None,
        size: int | None = None,
        *,
        sizer: PageSizer | None = None,
    ) -> _Fetched[T]:
        """Fetch a page; again, a few times, if it lacks rows that were announced.

        Raises:
            _SizeRefused: If the page failed, and a smaller one may go through.
        """
        can_shrink = sizer is not None and sizer.can_shrink(limit)
        # A few rows are asked for again as in any other request before fewer are.
        call = self._page_call(limit, offset, may_be_too_large=can_shrink and limit >= SMALL)
        now, before, attempt = None, -1, 0
        while now is None or attempt < now.attempts(announced):
            attempt += 1
            try:
                answer = self._send(call)
            except CallError as error:
                if can_shrink and is_about_size(error):
                    raise _SizeRefused(error) from None
                raise
            again = self._read(answer, limit, offset, size)
            if now is None or len(again.items) >= len(now.items):
                now, before = again, -1 if now is None else len(now.items)
        # The same number twice is what a cap looks like.
        is_probe = sizer is not None and sizer.is_probe(limit)
        capped = is_probe and before == len(now.items) > 0
        return attrs.evolve(now, is_capped=True) if capped else now

    def _read(self, answer: Answer, limit: int, offset: int, size: int | None) -> _Fetched[T]:
        self._refuse_ignored_terms(answer)
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
            stated=stated,
            # The server's own limit counts: it may cap ours.
            size=(size or len(items)) if stated is None else min(limit, stated),
            is_last=_is_last(len(items), offset + len(items), total, stated, limit),
            body_bytes=answer.body_bytes,
        )

    def _refuse_ignored_terms(self, answer: Answer) -> None:
        """Raise if a search term had no effect: the listing would have other rows (API 2.6).

        A warning says so, a row that differs from an exact term, or one that is blank where a term
        was searched for. Other differences prove nothing: "5" may find "5.00", and 0 a box that was
        never ticked.
        """
        params = self._call.params
        orders = ",".join(value for name, value in params if name == "orderby")
        sent = {name for name, _ in params} | {one.partition(":")[0] for one in orders.split(",")}
        for warning in answer.warnings:
            found = _IGNORED.search(warning)
            if found and sent & set(re.split(r"[,\s]+", found[1])):
                raise PagingError(
                    f"{answer.call}: iContact ignored a term ({found[1]}), so the answer has other "
                    "rows than those asked for"
                )
        terms = dict(params)
        filled = [
            name
            for name, value in terms.items()
            if f"{name}SearchType" not in terms
            and all(one.strip(" *0.") for one in value.split(","))
        ]
        rows = answer.payload.get(self._key) if isinstance(answer.payload, dict) else None
        for row in rows if isinstance(rows, list) and (filled or self._exact) else ():
            # A row that leaves a field out shows nothing.
            given = row if isinstance(row, dict) else {}
            ignored = [name for name in filled if given.get(name, name) in (None, "")]
            ignored += [
                name
                for name, wanted in self._exact.items()
                if name in given and _comparable(name, given[name]) != wanted
            ]
            if ignored:
                raise PagingError(
                    f"{answer.call}: iContact ignored a term ({ignored[0]}) without a warning, so "
                    "the answer has other rows than those asked for"
                )

    def _side_by_side(
        self, start: _Fetched[T], sizer: PageSizer
    ) -> Generator[_Fetched[T], None, None]:
        """Fetch what the total promises beyond a page, as far as it is known where pages begin."""
        total, step = start.page.total, len(start.items)
        if self._workers == 1 or start.is_short or total is None:
            return
        end = total if self._max_items is None else min(total, self._max_items)
        offsets = range(start.end, end, step)[: sizer.pages_of_this_size(step)]
        if len(offsets) < 2:
            return

        def fetch(number: int) -> _Fetched[T]:
            limit = self._limit_at(offsets[number], step)
            return self._fetch(limit, offsets[number], total, limit)

        workers = min(self._workers, len(offsets))
        ahead = workers + 1 if step > _LARGE else 2 * workers
        yield from prefetch(fetch, count=len(offsets), workers=workers, ahead=ahead)

    def _compare(
        self, checker: ConsistencyChecker, last: _Fetched[T] | None, now: _Fetched[T]
    ) -> None:
        if last is not None and now.items and now.items == last.items[: now.asked]:
            raise RepeatedRows(f"{self._call.summary()}: the server sent the same page twice")
        checker.check_page(now.page.items, now.page.offset, now.page.total)
        if self._workers > 1 and last is not None and last.is_short and now.items:
            checker.report_change("length", last.describe())
        if last is None:
            self._preview = Preview[T]()
        complete = now.is_last or (self._max_items is not None and now.end >= self._max_items)
        self._preview.add(now.page.items, complete=complete)

    def _look_beyond(
        self, checker: ConsistencyChecker, now: _Fetched[T], planned: Iterator[_Fetched[T]]
    ) -> None:
        """Refuse a page of another length than planned, if rows were found beyond it."""
        further = next(planned, None) if now.is_short else None
        if len(now.items) > now.asked or (further is not None and further.items):
            checker.report_change("length", now.describe())

    def _limit_at(self, offset: int, size: int) -> int:
        return size if self._max_items is None else min(size, self._max_items - offset)

    def _page_call(self, limit: int, offset: int, *, may_be_too_large: bool = False) -> Call:
        paging = (("limit", str(limit)), ("offset", str(offset)))
        params = self._call.params + paging
        return attrs.evolve(self._call, params=params, may_be_too_large=may_be_too_large)


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)


def _learn(sizer: PageSizer, page: _Fetched[Any]) -> None:
    """Let the size of the next page follow from one that is not the last."""
    received = len(page.items)
    if page.stated is not None and page.stated < page.asked:
        sizer.note_cap(page.stated, stated=True)
    elif received >= page.asked:
        sizer.note_whole(received, page.body_bytes)
    elif sizer.is_probe(page.asked):
        sizer.note_cap(received, stated=False)


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


def _comparable(name: str, value: object) -> str:
    """Return an address, an id or a status in the form in which two of them are compared."""
    if name == "email":
        return canonical_address(str(value))
    return str(value).lstrip("0").lower()
