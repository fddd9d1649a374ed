"""Criteria of segments: which contacts of the list belong to one (API 10.2)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, criteria_search, segments
from icontact.sandbox.rules.call import Call, Route, Scope, number
from icontact.sandbox.rules.fields import Reader, as_text
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="criteria",
    key="criterionId",
    terms={
        "criterionId": column("criterionId", Kind.NUMBER),
        "fieldName": column("fieldName"),
        "operator": column("operator", Kind.CODE),
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/segments/{segmentId}/criteria``: the array alone, as in the sample."""
    page = search(call, _LISTING, Clause("segmentId = ?", (segments.load(call)["segmentId"],)))
    return {"criteria": page.rendered(call, _wire)}


def save_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/segments/{segmentId}/criteria``: create, or update by ``criterionId``."""
    segments.load(call)
    return {"criteria": bodies.save_many(call, "criteria", "criterion", _save) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/segments/{segmentId}/criteria/{criterionId}``."""
    return {"criterion": _wire(_load(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/criteria/{criterionId}``: what is not given stays, if it still fits."""
    row, item = _load(call), bodies.member(call, "criterion")
    if item is not None:
        _change(call, row, {**_wire(row), **item})
    return {"criterion": _wire(_load(call))}


def replace(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/criteria/{criterionId}``, which needs all fields."""
    row, item = _load(call), bodies.member(call, "criterion")
    if item is not None:
        _change(call, row, item)
    return {"criterion": _wire(_load(call))}


def delete(call: Call) -> list[Any]:
    """Answer ``DELETE …/criteria/{criterionId}``; its number is not given again."""
    row_number = _load(call)["rowNumber"]
    call.store.execute("DELETE FROM criteria WHERE rowNumber = ?", (row_number,))
    return []


def _load(call: Call) -> Row:
    segment_id = segments.load(call)["segmentId"]
    return checks.required(_by_id(call, segment_id, call.path_ids["criterion_id"]))


def _by_id(call: Call, segment_id: int, criterion_id: object) -> Row | None:
    return call.store.row(
        "SELECT * FROM criteria WHERE segmentId = ? AND criterionId = ?",
        (segment_id, number(criterion_id)),
    )


def _save(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    segment = segments.load(call)
    if item.get("criterionId") in (None, ""):
        criterion_id = segment["nextCriterion"]
        columns = _columns(call, item)
        ids = {"segmentId": segment["segmentId"], "criterionId": criterion_id}
        call.store.insert("criteria", {**ids, **columns})
        following = {"nextCriterion": criterion_id + 1}
        call.store.update("segments", following, "segmentId", segment["segmentId"])
    else:
        row = _by_id(call, segment["segmentId"], item["criterionId"])
        if row is None:
            raise Refusal(400, messages.not_recognised("criterionId"))
        criterion_id = row["criterionId"]
        _change(call, row, {**_wire(row), **item})
    return _wire(checks.required(_by_id(call, segment["segmentId"], criterion_id)))


def _change(call: Call, row: Row, payload: dict[str, Any]) -> None:
    call.store.update("criteria", _columns(call, payload), "rowNumber", row["rowNumber"])


def _columns(call: Call, payload: dict[str, Any]) -> dict[str, str]:
    reader = Reader(payload)
    name = reader.text("fieldName", required=True)
    operator = reader.choice("operator", criteria_search.OPERATORS, required=True)
    values = _values(reader, payload.get("values"))
    reader.finish()
    problem = criteria_search.problem(call, name, operator, values)
    if problem:
        raise Refusal(400, problem)
    return {"fieldName": name, "operator": operator, "values": json.dumps(values)}


def _values(reader: Reader, given: object) -> list[str]:
    if given is None:
        reader.complain(messages.required("values"))
        return []
    texts = [as_text(value) for value in given] if isinstance(given, list) else [None]
    if None in texts:
        reader.complain(messages.not_valid("values", "values has to be an array"))
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
