"""Answering collection GETs: search terms as SQL, order and pages (API 2.6)."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

import attrs

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.rules.context import Item, RequestContext, beyond_cap, number
from icontact.sandbox.store import Row, blocks

COMPARISONS = {"gt": "> ?", "gte": ">= ?", "lt": "< ?", "lte": "<= ?", "bet": "BETWEEN ? AND ?"}
OPERATORS = frozenset({"eq", *COMPARISONS})
"""What a ``…SearchType`` may be."""

_LONGEST_PATTERN = 1000
_PAGING = frozenset({"limit", "offset", "orderby"})
_SUFFIX = "SearchType"


class TermKind(enum.Enum):
    """What the values of a term are, and so how they are read and compared."""

    TEXT = "text"
    CODE = "a text that never holds a comma: a status, a type"
    NUMBER = "an id or a flag"
    EASTERN = "a time, stored as Eastern text"
    EPOCH = "a time, stored as seconds"


@attrs.frozen
class Clause:
    """A condition in SQL, with the values for its question marks."""

    sql: str
    values: tuple[Any, ...] = ()


NOTHING = Clause("0")
"""The condition that no row meets: an empty value, or one that cannot be read."""


def joined(word: str, clauses: Iterable[Clause]) -> Clause:
    """Return the condition that all clauses hold (``AND``), or one of them (``OR``)."""
    clauses = tuple(clauses)
    return Clause(
        f" {word} ".join(f"({clause.sql})" for clause in clauses),
        tuple(value for clause in clauses for value in clause.values),
    )


@attrs.frozen
class Term:
    """A column that may be searched.

    Attributes:
        column: The expression in SQL.
        kind: What its values are.
        within: A condition around the comparison, with ``{}`` in its place.
        sortable: Whether ``orderby`` may name it.
    """

    column: str
    kind: TermKind
    within: str = "{}"
    sortable: bool = True

    def clause(self, context: RequestContext, name: str) -> Clause:
        """Return the condition that a call puts on this term."""
        query = context.incoming.query
        operator = query.get(f"{name}SearchType", "eq")
        if operator in COMPARISONS:
            compared = self._compared(context, query[name], operator)
        else:
            compared = self._equal(context, query[name])
        return Clause(self.within.format(compared.sql), compared.values)

    def _compared(self, context: RequestContext, raw: str, operator: str) -> Clause:
        comparison = COMPARISONS[operator]
        values = [
            self._read(context, part) for part in (raw.split(",") if operator == "bet" else [raw])
        ]
        if len(values) != comparison.count("?") or None in values:
            return NOTHING
        return Clause(f"{self._collated(context)} {comparison}", tuple(values))

    def _equal(self, context: RequestContext, raw: str) -> Clause:
        whole = self.kind is TermKind.TEXT and context.quirks.comma_lists == "ids"
        parts = [raw] if whole else raw.split(",")
        clauses = [self._like(context, part) for part in parts if "*" in part]
        read = [self._read(context, part) for part in parts if "*" not in part]
        values = [value for value in read if value is not None]
        if len(values) == 1:
            clauses.append(Clause(f"{self._collated(context)} = ?", (values[0],)))
        elif values:
            # One parameter however many values, so that no URL is too long for SQLite.
            one_of = f"{self._collated(context)} IN (SELECT value FROM json_each(?))"
            clauses.append(Clause(one_of, (json.dumps(values),)))
        return joined("OR", clauses) if clauses else NOTHING

    def _like(self, context: RequestContext, pattern: str) -> Clause:
        if len(pattern) > _LONGEST_PATTERN:
            return NOTHING
        glob = re.sub(r"[\[?]", r"[\g<0>]", re.sub(r"\*+", "*", pattern))
        if context.quirks.case_sensitive_search:
            return Clause(f"{self.column} GLOB ?", (glob,))
        return Clause(f"lower({self.column}) GLOB lower(?)", (glob,))

    def _collated(self, context: RequestContext) -> str:
        if self.kind not in {TermKind.TEXT, TermKind.CODE}:
            return self.column
        collation = "BINARY" if context.quirks.case_sensitive_search else "NOCASE"
        return f"{self.column} COLLATE {collation}"

    def _read(self, context: RequestContext, part: str) -> str | int | None:
        """Read one value; ``None`` matches nothing, as an empty one does."""
        if self.kind is TermKind.NUMBER:
            return number(part)
        if self.kind in {TermKind.TEXT, TermKind.CODE}:
            return part or None
        reads_offset = context.quirks.search_offset == "read"
        moment = timestamps.search_moment(part, reads_offset=reads_offset)
        if moment is None:
            return None
        eastern = self.kind is TermKind.EASTERN
        return timestamps.eastern_stamp(moment) if eastern else int(moment.timestamp())


def plain_terms(
    *,
    numbers: Iterable[str] = (),
    texts: Iterable[str] = (),
    codes: Iterable[str] = (),
    moments: Iterable[str] = (),
) -> dict[str, Term]:
    """Return the terms for columns of the same names; moments are stored as seconds."""
    kinds = {
        TermKind.NUMBER: numbers,
        TermKind.TEXT: texts,
        TermKind.CODE: codes,
        TermKind.EPOCH: moments,
    }
    return {name: Term(f'"{name}"', kind) for kind, names in kinds.items() for name in names}


@attrs.frozen(kw_only=True)
class Listing:
    """How a collection is searched.

    Attributes:
        table: What is read.
        key: The column that identifies the rows, and by which they are ordered in the end.
        terms: What may be searched, by the name in the query.
        sortable: What else ``orderby`` may name.
        newest_first: Whether the key runs downwards.
        limit: The default page.
        selected: What is read of a row, in SQL.
        passed: Other terms of a query, which the caller applies.
        narrow: Terms that leave few rows, so that these are sorted instead of all walked through.
        counted: Whether the rows are all contacts of a folder, whose number is known by blocks.
    """

    table: str
    key: str
    terms: Mapping[str, Term] = attrs.field(factory=dict)
    sortable: tuple[str, ...] = ()
    newest_first: bool = False
    limit: int = 20
    selected: str = "*"
    passed: frozenset[str] = frozenset()
    narrow: frozenset[str] = frozenset()
    counted: bool = False

    @property
    def by_key(self) -> str:
        """The order by the key, in SQL."""
        return f'"{self.key}" {"DESC" if self.newest_first else "ASC"}'


def search(
    context: RequestContext,
    listing: Listing,
    base: Clause,
    plural: str,
    render: Callable[[Row], Any],
    *,
    counted: Clause | None = None,
) -> Item:
    """Answer a search: array, ``limit``, ``offset``, ``total`` (API 2.4).

    ``base`` holds for every row of the collection, and ``counted``, if it is another one, for those
    that count for the total. Terms that are not known are warned about.
    """
    query, store, quirks = context.incoming.query, context.store, context.quirks
    if quirks.unsearchable:
        terms = {name: listing.terms[name] for name in listing.terms.keys() - quirks.unsearchable}
        listing = attrs.evolve(listing, terms=terms)
    known = [name for name in query if name in listing.terms and name not in listing.passed]
    ignored = [name for name, value in query.items() if not _is_known(listing, name, value)]
    order, unsortable = _order(query.get("orderby", ""), listing)
    if (ignored or unsortable) and quirks.ignored_terms == "warned":
        context.warn(error_texts.ignored_terms((*ignored, *unsortable)))
    searched = [listing.terms[name].clause(context, name) for name in known]
    where = joined("AND", [base, *searched])
    limit, shown, offset = _window(context, listing)
    condition, values, skipped = where.sql, where.values, offset
    if quirks.unordered_pages and "orderby" not in query and offset:
        order = f'"{listing.key}" {"ASC" if listing.newest_first else "DESC"}'
    if listing.counted and not known:
        total = blocks.total(store, context.folder_id)
        if order == listing.by_key:
            first, skipped = blocks.start(store, context.folder_id, offset)
            condition, values = f"{condition} AND {listing.key} >= ?", (*values, first)
    else:
        all_of_it = joined("AND", [counted or base, *searched])
        total = store.value(
            f"SELECT COUNT(*) FROM {listing.table} WHERE {all_of_it.sql}", all_of_it.values
        )
    if not listing.narrow.isdisjoint(known):
        # The sign keeps SQLite from walking through all rows in the order of the key.
        order = order.replace(listing.by_key, f"+{listing.by_key}")
    rows = store.rows(
        f"SELECT {listing.selected} FROM {listing.table}"
        f" WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, shown, skipped),
    )
    if quirks.beyond_max_limit == "slow" and len(rows) > (quirks.max_limit or inf):
        context.delay = quirks.slow_seconds
    rendered = None if not rows and quirks.null_for_empty else [render(row) for row in rows]
    return {plural: rendered, "limit": limit, "offset": offset, "total": total}


def _is_known(listing: Listing, name: str, value: str) -> bool:
    """Say whether a term of a query is not to be ignored; names are case-sensitive."""
    if name in listing.terms or name in _PAGING or name in listing.passed:
        return True
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
    return ", ".join([*terms, listing.by_key]), unsortable


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
        text = error_texts.not_valid("limit", f"limit can be at most {most}")
        raise beyond_cap(context.quirks.max_limit_status, text)
    return asked if beyond == "first_answered" else most, most, offset
