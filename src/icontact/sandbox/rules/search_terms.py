"""Search terms: from ``lastName=S*&createDateSearchType=gte`` to SQL (API 2.6)."""

# ruff: noqa: S608  (columns are constants, values are parameters)

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable
from typing import Any

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.rules.context import RequestContext, number

COMPARISONS = {"gt": "> ?", "gte": ">= ?", "lt": "< ?", "lte": "<= ?", "bet": "BETWEEN ? AND ?"}
OPERATORS = frozenset({"eq", *COMPARISONS})
"""What a ``…SearchType`` may be."""

_LONGEST_PATTERN = 1000


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
