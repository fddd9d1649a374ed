"""Criteria of segments: which contacts of the list belong to one (API 10.2)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, criteria_search, segments
from icontact.sandbox.rules.context import RequestContext, Route, Scope, number
from icontact.sandbox.rules.fields import FieldReader, as_text
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="criteria",
    key="criterionId",
    terms={
        "criterionId": column("criterionId", TermKind.NUMBER),
        "fieldName": column("fieldName"),
        "operator": column("operator", TermKind.CODE),
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/segments/{segmentId}/criteria``: the array alone, as in the sample."""
    page = search(
        context, _LISTING, Clause("segmentId = ?", (segments.load(context)["segmentId"],))
    )
    return {"criteria": page.rendered(context, _wire)}


def save_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/segments/{segmentId}/criteria``: create, or update by ``criterionId``."""
    segments.load(context)
    return {"criteria": bodies.save_many(context, "criteria", "criterion", _save) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/segments/{segmentId}/criteria/{criterionId}``."""
    return {"criterion": _wire(_load(context))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/criteria/{criterionId}``: what is not given stays, if it still fits."""
    row, item = _load(context), bodies.member(context, "criterion")
    if item is not None:
        _change(context, row, {**_wire(row), **item})
    return {"criterion": _wire(_load(context))}


def replace(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/criteria/{criterionId}``, which needs all fields."""
    row, item = _load(context), bodies.member(context, "criterion")
    if item is not None:
        _change(context, row, item)
    return {"criterion": _wire(_load(context))}


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/criteria/{criterionId}``; its number is not given again."""
    row_number = _load(context)["rowNumber"]
    context.store.execute("DELETE FROM criteria WHERE rowNumber = ?", (row_number,))
    return []


def _load(context: RequestContext) -> Row:
    segment_id = segments.load(context)["segmentId"]
    return checks.required(_by_id(context, segment_id, context.path_ids["criterion_id"]))


def _by_id(context: RequestContext, segment_id: int, criterion_id: object) -> Row | None:
    return context.store.row(
        "SELECT * FROM criteria WHERE segmentId = ? AND criterionId = ?",
        (segment_id, number(criterion_id)),
    )


def _save(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    segment = segments.load(context)
    if item.get("criterionId") in (None, ""):
        criterion_id = segment["nextCriterion"]
        columns = _columns(context, item)
        ids = {"segmentId": segment["segmentId"], "criterionId": criterion_id}
        context.store.insert("criteria", {**ids, **columns})
        following = {"nextCriterion": criterion_id + 1}
        context.store.update("segments", following, "segmentId", segment["segmentId"])
    else:
        row = _by_id(context, segment["segmentId"], item["criterionId"])
        if row is None:
            raise Refusal(400, error_texts.not_recognised("criterionId"))
        criterion_id = row["criterionId"]
        _change(context, row, {**_wire(row), **item})
    return _wire(checks.required(_by_id(context, segment["segmentId"], criterion_id)))


def _change(context: RequestContext, row: Row, payload: dict[str, Any]) -> None:
    context.store.update("criteria", _columns(context, payload), "rowNumber", row["rowNumber"])


def _columns(context: RequestContext, payload: dict[str, Any]) -> dict[str, str]:
    reader = FieldReader(payload)
    name = reader.text("fieldName", required=True)
    operator = reader.choice("operator", criteria_search.OPERATORS, required=True)
    values = _values(reader, payload.get("values"))
    reader.finish()
    problem = criteria_search.problem(context, name, operator, values)
    if problem:
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


def _wire(row: Row) -> dict[str, Any]:
    """Return a criterion; its id counts within the segment, and is a number (API 10.2)."""
    return {
        "criterionId": row["criterionId"],
        "fieldName": row["fieldName"],
        "operator": row["operator"],
        "values": json.loads(row["values"]),
    }


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/segments/<segment_id>/criteria"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": save_many}),
    Route(
        f"{_COLLECTION}/<criterion_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace, "DELETE": delete},
    ),
)
