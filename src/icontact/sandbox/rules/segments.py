"""Segments: parts of a list, picked by criteria (API 10.1)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox.rules import bodies, checks
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="segments",
    key="segmentId",
    terms={
        "segmentId": column("segmentId", Kind.NUMBER),
        "listId": column("listId", Kind.NUMBER),
        "name": column("name"),
        "description": column("description"),
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/segments``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return page.envelope(call, "segments", lambda row: checks.blank_as_null(_wire(row)))


def create_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/segments``."""
    return {"segments": bodies.save_many(call, "segments", "segment", _create) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/segments/{segmentId}``."""
    return {"segment": checks.blank_as_null(_wire(load(call)))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/segments/{segmentId}``: only what is given changes, and never the list."""
    row, item = load(call), bodies.member(call, "segment")
    if item is not None:
        reader = Reader(item)
        checks.unchangeable(reader, item, listId=row["listId"])
        changes = {
            name: reader.text(name, required=name == "name")
            for name in ("name", "description")
            if reader.given(name)
        }
        reader.finish()
        call.store.update("segments", changes, "segmentId", row["segmentId"])
    return {"segment": _wire(load(call))}


def delete(call: Call) -> list[Any]:
    """Answer ``DELETE …/segments/{segmentId}``; its criteria go with it."""
    segment_id = load(call)["segmentId"]
    call.store.execute("DELETE FROM criteria WHERE segmentId = ?", (segment_id,))
    call.store.execute("DELETE FROM segments WHERE segmentId = ?", (segment_id,))
    return []


def load(call: Call) -> Row:
    """Return the segment that the path names."""
    return checks.required(checks.find(call, "segments", "segmentId", call.path_ids["segment_id"]))


def _create(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    reader.forbid("segmentId")
    columns: dict[str, Any] = {"name": reader.text("name", required=True)}
    columns["description"] = reader.text("description")
    reader.text("listId", required=True)
    columns["listId"] = checks.known(call, reader, "lists", "listId")
    reader.finish()
    segment_id = call.store.insert("segments", {"folderId": call.folder_id, **columns})
    return _wire(checks.required(checks.find(call, "segments", "segmentId", segment_id)))


def _wire(row: Row) -> dict[str, Any]:
    return {
        "segmentId": str(row["segmentId"]),
        "listId": str(row["listId"]),
        "name": row["name"],
        "description": row["description"],
    }


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/segments"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(
        f"{_COLLECTION}/<segment_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "DELETE": delete},
    ),
)
