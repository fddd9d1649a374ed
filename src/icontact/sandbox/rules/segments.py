"""Segments: parts of a list, picked by criteria (API 10)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import criteria_search
from icontact.sandbox.rules.bodies import FieldReader, as_text
from icontact.sandbox.rules.context import Item, RequestContext
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint, showing
from icontact.sandbox.rules.search_terms import terms
from icontact.sandbox.store import Row


def _columns(context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
    """Read a segment; its list cannot be changed."""
    columns: Item = {**reader.texts(("name", "description"), ("name",))}
    if row is None:
        columns["listId"] = reader.known_id("lists", "listId", required=True)
    else:
        reader.unchanged(listId=row["listId"])
    return columns


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/segments/{segmentId}``; its criteria go with it."""
    segment_id = SEGMENTS.load(context)["segmentId"]
    context.store.execute("DELETE FROM criteria WHERE segmentId = ?", (segment_id,))
    return SEGMENTS.delete(context)


SEGMENTS = Endpoint(
    name="segments",
    terms=terms(numbers=("segmentId", "listId"), texts=("name", "description")),
    wire=showing("segmentId", "listId", "name", "description"),
    columns=_columns,
)


def _owner(context: RequestContext) -> dict[str, int]:
    return {"segmentId": SEGMENTS.load(context)["segmentId"]}


def _insert_criterion(context: RequestContext, columns: Item) -> int:
    """Store a criterion; its number is never used again."""
    segment = SEGMENTS.load(context)
    criterion_id: int = segment["nextCriterion"]
    context.store.insert("criteria", {**columns, "criterionId": criterion_id})
    following = {"nextCriterion": criterion_id + 1}
    context.store.update("segments", following, "segmentId", segment["segmentId"])
    return criterion_id


def _criterion_columns(context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
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


def _criterion_wire(context: RequestContext, row: Row) -> Item:
    """Return a criterion; its id counts within the segment, and is a number (API 10.2)."""
    return {
        "criterionId": row["criterionId"],
        "fieldName": row["fieldName"],
        "operator": row["operator"],
        "values": json.loads(row["values"]),
    }


CRITERIA = Endpoint(
    name="criteria",
    singular="criterion",
    key="rowNumber",
    owner=_owner,
    terms=terms(numbers=("criterionId",), texts=("fieldName",), codes=("operator",)),
    wire=_criterion_wire,
    null_for_blank=False,
    columns=_criterion_columns,
    whole=True,
    upserts=True,
    insert=_insert_criterion,
    envelope="rows",
)

ROUTES = (
    *SEGMENTS.routes(member={"POST": SEGMENTS.merge, "DELETE": delete}),
    *CRITERIA.routes(
        above=f"{FOLDER}/segments/<segment_id>",
        member={"POST": CRITERIA.merge, "PUT": CRITERIA.replace, "DELETE": CRITERIA.delete},
    ),
)
