"""Segments: parts of a list, picked by criteria (API 10)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import checks, criteria_search
from icontact.sandbox.rules.bodies import FieldReader, as_text
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.rules.endpoint import FOLDER, Endpoint
from icontact.sandbox.rules.search_terms import TermKind, column
from icontact.sandbox.store import Row


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    """Read a segment; its list cannot be changed."""
    reader = FieldReader(item)
    columns: dict[str, Any] = {
        name: reader.text(name, required=name == "name")
        for name in ("name", "description")
        if complete or reader.given(name)
    }
    if row is None:
        reader.forbid("segmentId")
        reader.text("listId", required=True)
        columns["listId"] = checks.known(context, reader, "lists", "listId")
    else:
        checks.unchangeable(reader, item, listId=row["listId"])
    reader.finish()
    return columns


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/segments/{segmentId}``; its criteria go with it."""
    segment_id = SEGMENTS.load(context)["segmentId"]
    context.store.execute("DELETE FROM criteria WHERE segmentId = ?", (segment_id,))
    return SEGMENTS.delete(context)


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
    return {
        "segmentId": str(row["segmentId"]),
        "listId": str(row["listId"]),
        "name": row["name"],
        "description": row["description"],
    }


SEGMENTS = Endpoint(
    name="segments",
    singular="segment",
    key="segmentId",
    terms={
        "segmentId": column("segmentId", TermKind.NUMBER),
        "listId": column("listId", TermKind.NUMBER),
        "name": column("name"),
        "description": column("description"),
    },
    wire=_wire,
    columns=_columns,
)


def _owner(context: RequestContext) -> dict[str, int]:
    return {"segmentId": SEGMENTS.load(context)["segmentId"]}


def _insert_criterion(context: RequestContext, columns: dict[str, Any]) -> int:
    """Store a criterion; its number is never used again."""
    segment = SEGMENTS.load(context)
    criterion_id: int = segment["nextCriterion"]
    context.store.insert("criteria", {**columns, "criterionId": criterion_id})
    following = {"nextCriterion": criterion_id + 1}
    context.store.update("segments", following, "segmentId", segment["segmentId"])
    return criterion_id


def _criterion_columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    """Read a criterion; what a POST to one does not give stays, if it still fits."""
    if row is not None and not complete:
        item = {**_criterion_wire(context, row), **item}
    reader = FieldReader(item)
    name = reader.text("fieldName", required=True)
    operator = reader.choice("operator", criteria_search.OPERATORS, required=True)
    values = _values(reader, item.get("values"))
    reader.finish()
    if problem := criteria_search.problem(context, name, operator, values):
        raise Refusal(400, problem)
    return {"fieldName": name, "operator": operator, "values": json.dumps(values)}


def _values(reader: FieldReader, given: object) -> list[str]:
    if given is None:
        reader.complain(error_texts.required("values"))
        return []
    texts = [as_text(value) for value in given] if isinstance(given, list) else [None]
    if None in texts:
        reader.complain(error_texts.not_valid("values", "values has to be an array"))
    return [text for text in texts if text is not None]


def _criterion_wire(context: RequestContext, row: Row) -> dict[str, Any]:
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
    key="criterionId",
    row_key="rowNumber",
    owner=_owner,
    terms={
        "criterionId": column("criterionId", TermKind.NUMBER),
        "fieldName": column("fieldName"),
        "operator": column("operator", TermKind.CODE),
    },
    wire=_criterion_wire,
    read_wire=_criterion_wire,
    columns=_criterion_columns,
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
