"""Segments: parts of a list, picked by criteria, which become conditions in SQL (API 10)."""

# ruff: noqa: S608  (columns are constants or checked names, values are parameters)

from __future__ import annotations

import enum
import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import custom_fields
from icontact.sandbox.rules.bodies import FieldReader, as_text
from icontact.sandbox.rules.context import Item, RequestContext, number
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint, Envelope, Terms
from icontact.sandbox.rules.listing import COMPARISONS, NOTHING, Clause, joined, plain_terms
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

_COMPARISONS = {"eq": "= ?", **COMPARISONS}
_FOUND = {"contains": "> 0", "notcontains": "= 0"}
# Where a part of YYYY-MM-DD begins, how long it is, and its greatest value.
_PARTS = {"month": (6, 2, 12), "day": (9, 2, 31), "year": (1, 4, 9999)}
_OPERATORS = sorted({*_COMPARISONS, *_FOUND, *_PARTS})

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
    """How the values of a field compare: the expression in SQL for its column."""

    TEXT = "coalesce({0}, '') COLLATE NOCASE"
    NUMBER = "CAST(nullif({0}, '') AS REAL)"
    # As 1 or 0, and blank is 0.
    FLAG = "CAST(coalesce(nullif({0}, ''), 0) AS INTEGER)"
    # As days of a custom field, YYYY-MM-DD from either form (API 2.8), which have parts.
    DATE = (
        "CASE WHEN {0} LIKE '__/__/____' THEN substr({0}, 7) || '-' ||"
        " substr({0}, 1, 2) || '-' || substr({0}, 4, 2) ELSE nullif({0}, '') END"
    )
    # As Eastern times, or as days.
    MOMENT = "substr({0}, 1, 19)"


@attrs.frozen
class Field:
    """A field of contacts.

    Attributes:
        column: Its expression in SQL.
        kind: How its values compare.
        reaction: The reaction to messages that it counts.
    """

    column: str
    kind: FieldKind
    reaction: str = ""

    def clause(self, quirks: Quirks, operator: str, values: Sequence[str]) -> Clause | None:
        """Return the condition of a criterion; ``None`` if the field takes no such values."""
        # A seeded criterion may be without sense.
        if operator not in _OPERATORS or len(values) != _count(operator):
            return None
        if self.reaction and quirks.tracking_criteria == "message_id":
            message_id = number(values[0])
            if operator != "eq" or message_id is None:
                return None
            who = "SELECT contactId FROM reactions WHERE messageId = ? AND kind = ? AND done = 1"
            return Clause(f"contactId IN ({who})", (message_id, self.reaction))
        if operator in _FOUND:
            found = f"instr(lower(coalesce({self.column}, '')), lower(?)) {_FOUND[operator]}"
            return Clause(found, (values[0],))
        left = self.kind.value.format(self.column)
        if operator in _PARTS:
            start, length, most = _PARTS[operator]
            wanted = number(values[0])
            if self.kind is not FieldKind.DATE or wanted is None or not 1 <= wanted <= most:
                return None
            return Clause(f"CAST(substr({left}, {start}, {length}) AS INTEGER) = ?", (wanted,))
        if self.kind is FieldKind.TEXT and quirks.case_sensitive_search:
            left = f"{left.removesuffix('NOCASE')}BINARY"
        if self.kind is FieldKind.MOMENT and {len(value) for value in values} == {_LENGTH_OF_A_DAY}:
            left = f"substr({self.column}, 1, {_LENGTH_OF_A_DAY})"
        read = [self._read(quirks, value) for value in values]
        return None if None in read else Clause(f"{left} {_COMPARISONS[operator]}", tuple(read))

    def _read(self, quirks: Quirks, value: str) -> str | float | None:
        if self.kind is FieldKind.TEXT:
            return value
        if self.kind is FieldKind.FLAG:
            return {"": 0, "0": 0, "1": 1}.get(value)
        if self.kind is FieldKind.MOMENT:
            moment = timestamps.search_moment(value)
            length = max(len(value), _LENGTH_OF_A_DAY)
            return timestamps.eastern_stamp(moment)[:length] if moment else None
        wanted = "date" if self.kind is FieldKind.DATE else "number"
        if not value or not custom_fields.accepts(wanted, value, quirks):
            return None
        if self.kind is FieldKind.NUMBER:
            return float(value)
        month, _, rest = value.partition("/")
        return f"{rest[3:]}-{month}-{rest[:2]}" if rest else value


def _count(operator: str) -> int:
    """Return how many values an operator takes."""
    return 2 if operator == "bet" else 1


def members(context: RequestContext, segment_id: int) -> Clause:
    """Return the condition that the contacts of a segment meet."""
    list_id = context.store.value("SELECT listId FROM segments WHERE segmentId = ?", (segment_id,))
    types = custom_fields.defined(context)
    clauses = []
    for row in context.store.rows("SELECT * FROM criteria WHERE segmentId = ?", (segment_id,)):
        # A deleted field matches no contact.
        field, values = _field(row["fieldName"], types), json.loads(row["values"])
        clause = field.clause(context.quirks, row["operator"], values) if field else None
        clauses.append(clause or NOTHING)
    word = "AND" if context.quirks.criteria_join == "all" else "OR"
    on_list = Clause(ON_LISTS, (json.dumps([list_id]),))
    return joined("AND", [on_list, joined(word, clauses or [Clause("1")])])


def _field(name: str, types: Mapping[str, str]) -> Field | None:
    if name in _TRACKING:
        counted = (
            "(SELECT COUNT(DISTINCT messageId) FROM reactions WHERE done = 1"
            f" AND reactions.contactId = contacts.contactId AND kind = '{_TRACKING[name]}')"
        )
        return Field(counted, FieldKind.NUMBER, _TRACKING[name])
    if name in {"contactId", "bounceCount"}:
        return Field(f'"{name}"', FieldKind.NUMBER)
    if name == "createDate":
        return Field('"createDate"', FieldKind.MOMENT)
    if name in {*CONTACT_TEXTS, "email", "status"}:
        return Field(f'"{name}"', FieldKind.TEXT)
    if name not in types:
        return None
    kinds = {"text": FieldKind.TEXT, "checkbox": FieldKind.FLAG, "date": FieldKind.DATE}
    return Field(custom_fields.column(name), kinds.get(types[name], FieldKind.NUMBER))


class SegmentEndpoint(Endpoint):
    """Segments of lists."""

    name = "segments"
    terms: Terms = plain_terms(numbers=("segmentId", "listId"), texts=("name", "description"))
    shown: tuple[str, ...] = ("segmentId", "listId", "name", "description")
    member_verbs = "GET POST DELETE"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a segment; its list cannot be changed."""
        columns: Item = {**reader.texts(("name", "description"), ("name",))}
        if row is None:
            columns["listId"] = reader.known_id("lists", "listId", required=True)
        else:
            reader.unchanged(listId=row["listId"])
        return columns

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer ``DELETE …/segments/{segmentId}``; its criteria go with it."""
        segment_id = self.load(context)["segmentId"]
        context.store.execute("DELETE FROM criteria WHERE segmentId = ?", (segment_id,))
        return super().delete(context)


_SEGMENTS = SegmentEndpoint()


class CriterionEndpoint(Endpoint):
    """The criteria of a segment; their ids count within it, and are numbers (API 10.2)."""

    name = "criteria"
    singular = "criterion"
    key = "rowNumber"
    above = f"{FOLDER}/segments/<segment_id>"
    terms: Terms = plain_terms(numbers=("criterionId",), texts=("fieldName",), codes=("operator",))
    null_for_blank = False
    envelope: Envelope = "rows"
    whole = True
    upserts = True
    member_verbs = "GET POST PUT DELETE"

    def owner(self, context: RequestContext) -> tuple[str, int]:
        """Return the column and the id of the segment."""
        return "segmentId", _SEGMENTS.load(context)["segmentId"]

    def insert(self, context: RequestContext, columns: Item) -> int:
        """Store a criterion; its number is never used again."""
        segment = _SEGMENTS.load(context)
        criterion_id: int = segment["nextCriterion"]
        super().insert(context, {**columns, "criterionId": criterion_id})
        following = criterion_id + 1
        context.store.update("segments", segment["segmentId"], nextCriterion=following)
        return criterion_id

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a criterion; what a POST to one does not give stays, if it still fits."""
        name = reader.text("fieldName", required=True)
        operator = reader.choice("operator", _OPERATORS, required=True)
        given = reader.value("values")
        texts = [as_text(value) for value in given] if isinstance(given, list) else [None]
        if given is None:
            reader.complain(error_texts.required("values"))
        elif None in texts:
            reader.complain_of("values", "values has to be an array")
        reader.finish()
        values = [text for text in texts if text is not None]
        field = _field(name, custom_fields.defined(context))
        if field is None:
            raise Refusal(400, error_texts.not_recognised("fieldName"))
        if len(values) != _count(operator):
            count = "two values" if operator == "bet" else "one value"
            raise invalid("values", f"The operator {operator} takes {count}")
        if field.clause(context.quirks, operator, values) is None:
            raise invalid("values", f"{name} can not be compared in this way")
        return {"fieldName": name, "operator": operator, "values": json.dumps(values)}

    def wire(self, context: RequestContext, row: Row) -> Item:
        """Return a criterion."""
        shown = {name: row[name] for name in ("criterionId", "fieldName", "operator")}
        return {**shown, "values": json.loads(row["values"])}


ROUTES = (*_SEGMENTS.routes(), *CriterionEndpoint().routes())
