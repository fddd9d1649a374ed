"""Segments: parts of a list, picked by criteria (API 10)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import criteria_search
from icontact.sandbox.rules.bodies import FieldReader, as_text
from icontact.sandbox.rules.context import Item, RequestContext
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint, Envelope, Terms
from icontact.sandbox.rules.listing import plain_terms
from icontact.sandbox.store import Row


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
        following = {"nextCriterion": criterion_id + 1}
        context.store.update("segments", following, "segmentId", segment["segmentId"])
        return criterion_id

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a criterion; what a POST to one does not give stays, if it still fits."""
        name = reader.text("fieldName", required=True)
        operator = reader.choice("operator", criteria_search.OPERATORS, required=True)
        given = reader.value("values")
        texts = [as_text(value) for value in given] if isinstance(given, list) else [None]
        if given is None:
            reader.complain(error_texts.required("values"))
        elif None in texts:
            reader.complain(error_texts.not_valid("values", "values has to be an array"))
        reader.finish()
        values = [text for text in texts if text is not None]
        if problem := criteria_search.problem(context, name, operator, values):
            raise Refusal(400, problem)
        return {"fieldName": name, "operator": operator, "values": json.dumps(values)}

    def wire(self, context: RequestContext, row: Row) -> Item:
        """Return a criterion."""
        shown = {name: row[name] for name in ("criterionId", "fieldName", "operator")}
        return {**shown, "values": json.loads(row["values"])}


ROUTES = (*_SEGMENTS.routes(), *CriterionEndpoint().routes())
