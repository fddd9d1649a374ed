"""Answering collection GETs: filters, order and pages (API 2.6)."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.rules.context import RequestContext, beyond_cap, number
from icontact.sandbox.rules.search_terms import OPERATORS, Clause, Term
from icontact.sandbox.store import Row, blocks

DEFAULT_LIMIT = 20
_PAGING = frozenset({"limit", "offset", "orderby"})
_SUFFIX = "SearchType"


@attrs.frozen(kw_only=True)
class Listing:
    """How a collection is searched.

    Attributes:
        table: The table behind it.
        key: Its key column, by which rows are ordered in the end.
        terms: What may be searched, by the name in the query.
        sortable: What else ``orderby`` may name.
        newest_first: Whether the key runs downwards.
        limit: The default page.
        columns: What is read of a row, in SQL.
        passed: Other terms of a query, which the caller applies.
        narrow: Terms that leave few rows, so that these are sorted instead of all walked through.
        counted: Whether the rows are all contacts of a folder, whose number is known by blocks.
    """

    table: str
    key: str
    terms: Mapping[str, Term] = attrs.field(factory=dict)
    sortable: tuple[str, ...] = ()
    newest_first: bool = False
    limit: int = DEFAULT_LIMIT
    columns: str = "*"
    passed: frozenset[str] = frozenset()
    narrow: frozenset[str] = frozenset()
    counted: bool = False


@attrs.frozen(kw_only=True)
class ListingPage:
    """One page of a collection, and where it stands."""

    rows: list[Row]
    limit: int
    offset: int
    total: int

    def envelope(
        self, context: RequestContext, plural: str, render: Callable[[Row], Any]
    ) -> dict[str, Any]:
        """Return the usual envelope: array, ``limit``, ``offset``, ``total`` (API 2.4)."""
        return {
            plural: self.rendered(context, render),
            "limit": self.limit,
            "offset": self.offset,
            "total": self.total,
        }

    def rendered(self, context: RequestContext, render: Callable[[Row], Any]) -> list[Any] | None:
        """Return the rows as the API has them."""
        rows = [render(row) for row in self.rows]
        return None if not rows and context.quirks.null_for_empty else rows


def search(context: RequestContext, listing: Listing, base: Clause) -> ListingPage:
    """Run the search of a call.

    Args:
        context: The request; terms that are not known are warned about.
        listing: What may be asked.
        base: What holds for every row of the collection.
    """
    known, ignored = _sort_out(context.incoming.query, listing)
    clauses = [base, *(term.clause(context, name) for name, term in known.items())]
    where = " AND ".join(f"({clause.sql})" for clause in clauses)
    values = [value for clause in clauses for value in clause.values]
    order, unsortable = _order(context.incoming.query.get("orderby", ""), listing)
    if not listing.narrow.isdisjoint(known):
        # The sign keeps SQLite from walking through all rows in the order of the key.
        order = order.replace(_by_key(listing), f"+{_by_key(listing)}")
    if ignored or unsortable:
        context.warn(error_texts.ignored_terms((*ignored, *unsortable)))
    limit, shown, offset = _window(context, listing)
    counted = listing.counted and not known
    if counted:
        total = blocks.total(context.store, context.folder_id)
    else:
        total = context.store.value(f"SELECT COUNT(*) FROM {listing.table} WHERE {where}", values)
    skipped = offset
    if counted and order == _by_key(listing):
        key, skipped = blocks.start(context.store, context.folder_id, offset)
        where, values = f"{where} AND {listing.key} >= ?", [*values, key]
    rows = context.store.rows(
        f"SELECT {listing.columns} FROM {listing.table}"
        f" WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, shown, skipped),
    )
    quirks = context.quirks
    if quirks.beyond_max_limit == "slow" and len(rows) > (quirks.max_limit or inf):
        context.delay = quirks.slow_seconds
    return ListingPage(rows=rows, limit=limit, offset=offset, total=total)


def _sort_out(query: Mapping[str, str], listing: Listing) -> tuple[dict[str, Term], list[str]]:
    """Tell the known terms from those to be ignored; names are case-sensitive."""
    known: dict[str, Term] = {}
    ignored = []
    for name, value in query.items():
        if name in listing.terms and name not in listing.passed:
            known[name] = listing.terms[name]
        elif name in _PAGING or name in listing.passed or _is_operator(name, value, listing):
            continue
        else:
            ignored.append(name)
    return known, ignored


def _is_operator(name: str, value: str, listing: Listing) -> bool:
    field = name.removesuffix(_SUFFIX)
    return field != name and field in listing.terms and value in OPERATORS


def _order(text: str, listing: Listing) -> tuple[str, list[str]]:
    """Turn ``lastName:desc,firstName`` into SQL, and name what cannot be sorted by."""
    parts: dict[str, str] = {}
    unsortable = []
    for entry in filter(None, text.split(",")):
        name, _, direction = entry.partition(":")
        if name in listing.terms and listing.terms[name].sortable:
            column = listing.terms[name].column
        elif name in listing.sortable:
            column = f'"{name}"'
        else:
            unsortable.append(name)
            continue
        parts.setdefault(column, "DESC" if direction == "desc" else "ASC")
    terms = [f"{column} COLLATE NOCASE {way}" for column, way in parts.items()]
    terms.append(_by_key(listing))
    return ", ".join(terms), unsortable


def _by_key(listing: Listing) -> str:
    return f'"{listing.key}" {"DESC" if listing.newest_first else "ASC"}'


def _window(context: RequestContext, listing: Listing) -> tuple[int, int, int]:
    """Return the limit that the answer states, how many rows it shows at most, and the offset.

    A value that is not a number counts as not given.
    """
    asked = number(context.incoming.query.get("limit"))
    offset = number(context.incoming.query.get("offset")) or 0
    most, beyond = context.quirks.max_limit, context.quirks.beyond_max_limit
    if asked is None or most is None or asked <= most or beyond == "slow":
        limit = min(listing.limit, most or listing.limit) if asked is None else asked
        return limit, limit, offset
    if beyond == "refused":
        raise beyond_cap(context.quirks.max_limit_status, error_texts.too_many_rows(most))
    return asked if beyond == "first_answered" else most, most, offset
