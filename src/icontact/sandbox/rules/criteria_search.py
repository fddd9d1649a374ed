"""From criteria to SQL: who is in a segment (API 10.2)."""

# ruff: noqa: S608  (columns are constants or checked names, values are parameters)

from __future__ import annotations

import enum
import json
from collections.abc import Sequence
from typing import Any

import attrs

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import custom_fields
from icontact.sandbox.rules.context import RequestContext, number
from icontact.sandbox.rules.search_terms import NOTHING, Clause
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

_COMPARISONS = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
# Where a part of YYYY-MM-DD begins, how long it is, and its greatest value.
_PARTS = {"month": (6, 2, 12), "day": (9, 2, 31), "year": (1, 4, 9999)}
OPERATORS = frozenset({*_COMPARISONS, *_PARTS, "bet", "contains", "notcontains"})
"""What a criterion may ask."""

_TRACKING = {
    "messageOpens": "open",
    "messageClicks": "click",
    "messageUnsubscribes": "unsubscribe",
}
ON_LISTS = (
    "contactId IN (SELECT contactId FROM subscriptions WHERE status = 'normal'"
    " AND listId IN (SELECT value FROM json_each(?)))"
)
"""The condition of the contacts that a mailing to lists reaches; takes the ids as JSON."""

_LENGTH_OF_A_DAY = len("YYYY-MM-DD")


class FieldKind(enum.Enum):
    """How the values of a field compare."""

    TEXT = "as texts"
    NUMBER = "as numbers"
    FLAG = "as 1 or 0, and blank is 0"
    DATE = "as days of a custom field, which have parts"
    MOMENT = "as Eastern times, or as days"


@attrs.frozen
class Field:
    """A field of contacts: its expression in SQL, and how its values compare."""

    column: str
    kind: FieldKind

    def clause(self, quirks: Quirks, operator: str, values: Sequence[str]) -> Clause | None:
        """Return the condition of a criterion; ``None`` if the field takes no such values."""
        if operator in _PARTS:
            return self._part(operator, values[0])
        if operator in {"contains", "notcontains"}:
            sign = ">" if operator == "contains" else "="
            found = f"instr(lower(coalesce({self.column}, '')), lower(?)) {sign} 0"
            return Clause(found, (values[0],))
        read = [self._read(quirks, value) for value in values]
        if None in read:
            return None
        left = self._left(quirks, values)
        if operator == "bet":
            return Clause(f"{left} BETWEEN ? AND ?", tuple(read))
        return Clause(f"{left} {_COMPARISONS[operator]} ?", tuple(read))

    def _part(self, operator: str, value: str) -> Clause | None:
        start, length, most = _PARTS[operator]
        wanted = number(value)
        if self.kind is not FieldKind.DATE or wanted is None or not 1 <= wanted <= most:
            return None
        part = f"CAST(substr({_iso(self.column)}, {start}, {length}) AS INTEGER)"
        return Clause(f"{part} = ?", (wanted,))

    def _read(self, quirks: Quirks, value: str) -> str | float | None:
        if self.kind is FieldKind.TEXT:
            return value
        if self.kind is FieldKind.FLAG:
            return {"": 0, "0": 0, "1": 1}.get(value)
        if self.kind is FieldKind.MOMENT:
            moment = timestamps.search_moment(value)
            return timestamps.eastern_stamp(moment)[: max(len(value), 10)] if moment else None
        wanted = "date" if self.kind is FieldKind.DATE else "number"
        if not value or not custom_fields.accepts(wanted, value, quirks):
            return None
        return _day(value) if self.kind is FieldKind.DATE else float(value)

    def _left(self, quirks: Quirks, values: Sequence[str]) -> str:
        if self.kind is FieldKind.TEXT:
            collation = "BINARY" if quirks.case_sensitive_search else "NOCASE"
            return f"coalesce({self.column}, '') COLLATE {collation}"
        if self.kind is FieldKind.FLAG:
            return f"CAST(coalesce(nullif({self.column}, ''), 0) AS INTEGER)"
        if self.kind is FieldKind.DATE:
            return _iso(self.column)
        if self.kind is FieldKind.NUMBER:
            return f"CAST(nullif({self.column}, '') AS REAL)"
        days = all(len(value) == _LENGTH_OF_A_DAY for value in values)
        return f"substr({self.column}, 1, {_LENGTH_OF_A_DAY if days else 19})"


@attrs.frozen
class Reactions(Field):
    """How many messages a contact reacted to, or which, as the quirks say."""

    reaction: str

    def clause(self, quirks: Quirks, operator: str, values: Sequence[str]) -> Clause | None:
        """Return the condition of a criterion; ``None`` if it makes no sense here."""
        if quirks.tracking_criteria == "count":
            return Field.clause(self, quirks, operator, values)
        message_id = number(values[0])
        if operator != "eq" or message_id is None:
            return None
        who = "SELECT contactId FROM reactions WHERE messageId = ? AND kind = ? AND done = 1"
        return Clause(f"contactId IN ({who})", (message_id, self.reaction))


def problem(context: RequestContext, name: str, operator: str, values: Sequence[str]) -> str | None:
    """Return what is wrong with a criterion, if anything is."""
    field = _field(name, custom_fields.defined(context))
    if field is None:
        return error_texts.not_recognised("fieldName")
    wanted = 2 if operator == "bet" else 1
    if len(values) != wanted:
        count = "two values" if wanted == 2 else "one value"
        return error_texts.not_valid("values", f"The operator {operator} takes {count}")
    if field.clause(context.quirks, operator, values) is None:
        return error_texts.not_valid("values", f"{name} can not be compared in this way")
    return None


def members(context: RequestContext, segment_id: int) -> Clause:
    """Return the condition that the contacts of a segment meet."""
    list_id = context.store.value("SELECT listId FROM segments WHERE segmentId = ?", (segment_id,))
    rows = context.store.rows("SELECT * FROM criteria WHERE segmentId = ?", (segment_id,))
    types = custom_fields.defined(context)
    clauses = [_condition(context.quirks, row, types) for row in rows] or [Clause("1")]
    joined = f" {'AND' if context.quirks.criteria_join == 'all' else 'OR'} ".join(
        f"({clause.sql})" for clause in clauses
    )
    values: list[Any] = [value for clause in clauses for value in clause.values]
    return Clause(f"{ON_LISTS} AND ({joined})", (json.dumps([list_id]), *values))


def _condition(quirks: Quirks, row: Row, types: dict[str, str]) -> Clause:
    """Return the condition of one criterion; a deleted field matches no contact."""
    field = _field(row["fieldName"], types)
    if field is None:
        return NOTHING
    return field.clause(quirks, row["operator"], json.loads(row["values"])) or NOTHING


def _field(name: str, types: dict[str, str]) -> Field | None:
    if name in _TRACKING:
        counted = (
            "(SELECT COUNT(DISTINCT messageId) FROM reactions WHERE done = 1"
            f" AND reactions.contactId = contacts.contactId AND kind = '{_TRACKING[name]}')"
        )
        return Reactions(counted, FieldKind.NUMBER, _TRACKING[name])
    if name in {"contactId", "bounceCount"}:
        return Field(f'"{name}"', FieldKind.NUMBER)
    if name == "createDate":
        return Field('"createDate"', FieldKind.MOMENT)
    if name in {*CONTACT_TEXTS, "email", "status"}:
        return Field(f'"{name}"', FieldKind.TEXT)
    if name not in types:
        return None
    kinds = {"text": FieldKind.TEXT, "checkbox": FieldKind.FLAG, "date": FieldKind.DATE}
    # A private name holds neither quotes nor brackets (API 9), so that it may stand in SQL.
    return Field(f"json_extract(custom, '$.\"{name}\"')", kinds.get(types[name], FieldKind.NUMBER))


def _iso(column: str) -> str:
    """Return the expression for a custom date as YYYY-MM-DD, from either form (API 2.8)."""
    return (
        f"CASE WHEN {column} LIKE '__/__/____' THEN substr({column}, 7) || '-' ||"
        f" substr({column}, 1, 2) || '-' || substr({column}, 4, 2)"
        f" ELSE nullif({column}, '') END"
    )


def _day(text: str) -> str:
    month, _, rest = text.partition("/")
    return f"{rest[3:]}-{month}-{rest[:2]}" if rest else text
