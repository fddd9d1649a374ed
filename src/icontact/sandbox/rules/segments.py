"""Segments: parts of a list, picked by criteria (API 10)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, criteria_search
from icontact.sandbox.rules.bodies import FieldReader, as_text
from icontact.sandbox.rules.context import RequestContext, Route, Scope, number
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.resource import FOLDER, Resource
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
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


SEGMENTS = Resource(
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

_CRITERIA = Listing(
    table="criteria",
    key="criterionId",
    terms={
        "criterionId": column("criterionId", TermKind.NUMBER),
        "fieldName": column("fieldName"),
        "operator": column("operator", TermKind.CODE),
    },
)


def list_criteria(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/segments/{segmentId}/criteria``: the array alone, as in the sample."""
    of_segment = Clause("segmentId = ?", (SEGMENTS.load(context)["segmentId"],))
    return {"criteria": search(context, _CRITERIA, of_segment).rendered(context, _criterion_wire)}


def save_criteria(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/segments/{segmentId}/criteria``: create, or update by ``criterionId``."""
    SEGMENTS.load(context)
    saved = bodies.save_many(context, "criteria", "criterion", _save_criterion)
    return {"criteria": saved or None}


def read_criterion(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/criteria/{criterionId}``."""
    return {"criterion": _criterion_wire(_load_criterion(context))}


def merge_criterion(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/criteria/{criterionId}``: what is not given stays, if it still fits."""
    row, item = _load_criterion(context), bodies.member(context, "criterion")
    if item is not None:
        _change_criterion(context, row, {**_criterion_wire(row), **item})
    return read_criterion(context)


def replace_criterion(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/criteria/{criterionId}``, which needs all fields."""
    row, item = _load_criterion(context), bodies.member(context, "criterion")
    if item is not None:
        _change_criterion(context, row, item)
    return read_criterion(context)


def delete_criterion(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/criteria/{criterionId}``; its number is not given again."""
    row_number = _load_criterion(context)["rowNumber"]
    context.store.execute("DELETE FROM criteria WHERE rowNumber = ?", (row_number,))
    return []


def _load_criterion(context: RequestContext) -> Row:
    segment_id = SEGMENTS.load(context)["segmentId"]
    return checks.required(_find_criterion(context, segment_id, context.path_ids["criterion_id"]))


def _find_criterion(context: RequestContext, segment_id: int, criterion_id: object) -> Row | None:
    return context.store.row(
        "SELECT * FROM criteria WHERE segmentId = ? AND criterionId = ?",
        (segment_id, number(criterion_id)),
    )


def _save_criterion(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    segment = SEGMENTS.load(context)
    segment_id, criterion_id = segment["segmentId"], segment["nextCriterion"]
    if item.get("criterionId") in (None, ""):
        columns = _criterion_columns(context, item)
        ids = {"segmentId": segment_id, "criterionId": criterion_id}
        context.store.insert("criteria", {**ids, **columns})
        following = {"nextCriterion": criterion_id + 1}
        context.store.update("segments", following, "segmentId", segment_id)
    else:
        row = _find_criterion(context, segment_id, item["criterionId"])
        if row is None:
            raise Refusal(400, error_texts.not_recognised("criterionId"))
        criterion_id = row["criterionId"]
        _change_criterion(context, row, {**_criterion_wire(row), **item})
    return _criterion_wire(checks.required(_find_criterion(context, segment_id, criterion_id)))


def _change_criterion(context: RequestContext, row: Row, item: dict[str, Any]) -> None:
    columns = _criterion_columns(context, item)
    context.store.update("criteria", columns, "rowNumber", row["rowNumber"])


def _criterion_columns(context: RequestContext, item: dict[str, Any]) -> dict[str, str]:
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


def _criterion_wire(row: Row) -> dict[str, Any]:
    """Return a criterion; its id counts within the segment, and is a number (API 10.2)."""
    return {
        "criterionId": row["criterionId"],
        "fieldName": row["fieldName"],
        "operator": row["operator"],
        "values": json.loads(row["values"]),
    }


_CRITERIA_PATH = f"{FOLDER}/segments/<segment_id>/criteria"

ROUTES = (
    *SEGMENTS.routes(member={"POST": SEGMENTS.merge, "DELETE": delete}),
    Route(_CRITERIA_PATH, Scope.FOLDER, {"GET": list_criteria, "POST": save_criteria}),
    Route(
        f"{_CRITERIA_PATH}/<criterion_id>",
        Scope.FOLDER,
        {
            "GET": read_criterion,
            "POST": merge_criterion,
            "PUT": replace_criterion,
            "DELETE": delete_criterion,
        },
    ),
)
