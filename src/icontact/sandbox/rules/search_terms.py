"""Search terms: from ``lastName=S*&createDateSearchType=gte`` to SQL (API 2.6)."""

# ruff: noqa: S608  (columns are constants, values are parameters)

from __future__ import annotations

import enum
import json
import re
from typing import Any

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.rules.context import RequestContext, number

OPERATORS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "bet": "BETWEEN"}
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
        raw = context.incoming.query[name]
        operator = context.incoming.query.get(f"{name}SearchType", "eq")
        compared = self._compare(context, raw, operator if operator in OPERATORS else "eq")
        return Clause(self.within.format(compared.sql), compared.values)

    def _compare(self, context: RequestContext, raw: str, operator: str) -> Clause:
        if operator == "eq":
            return self._equals(context, self._split(context, raw))
        collated = self._collated(context)
        if operator == "bet":
            bounds = [self._read(part) for part in raw.split(",")]
            if len(bounds) != 2 or None in bounds:
                return NOTHING
            return Clause(f"{collated} BETWEEN ? AND ?", tuple(bounds))
        value = self._read(raw)
        if value is None:
            return NOTHING
        return Clause(f"{collated} {OPERATORS[operator]} ?", (value,))

    def _split(self, context: RequestContext, raw: str) -> list[str]:
        whole = self.kind is TermKind.TEXT and context.quirks.comma_lists == "ids"
        return [raw] if whole else raw.split(",")

    def _equals(self, context: RequestContext, parts: list[str]) -> Clause:
        patterns = [part for part in parts if "*" in part]
        values = [self._read(part) for part in parts if "*" not in part]
        exact = [value for value in values if value is not None]
        clauses = [self._like(context, pattern) for pattern in patterns]
        if exact:
            clauses.append(self._one_of(context, exact))
        if not clauses:
            return NOTHING
        return Clause(
            " OR ".join(clause.sql for clause in clauses),
            tuple(value for clause in clauses for value in clause.values),
        )

    def _one_of(self, context: RequestContext, values: list[str | int]) -> Clause:
        collated = self._collated(context)
        if len(values) == 1:
            return Clause(f"{collated} = ?", (values[0],))
        # One parameter however many values, so that no URL is too long for SQLite.
        return Clause(f"{collated} IN (SELECT value FROM json_each(?))", (json.dumps(values),))

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

    def _read(self, part: str) -> str | int | None:
        """Read one value; ``None`` matches nothing, as an empty one does."""
        if self.kind is TermKind.NUMBER:
            return number(part)
        if self.kind in {TermKind.EASTERN, TermKind.EPOCH}:
            moment = timestamps.search_moment(part)
            if moment is None:
                return None
            eastern = self.kind is TermKind.EASTERN
            return timestamps.eastern_stamp(moment) if eastern else int(moment.timestamp())
        return part or None


def column(name: str, kind: TermKind = TermKind.TEXT) -> Term:
    """Return the term for a column of the same name."""
    return Term(f'"{name}"', kind)
