"""Segments: parts of a list, picked by criteria (API 10.1)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox.rules import bodies, checks
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="segments",
    key="segmentId",
    terms={
        "segmentId": column("segmentId", TermKind.NUMBER),
        "listId": column("listId", TermKind.NUMBER),
        "name": column("name"),
        "description": column("description"),
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/segments``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    return page.envelope(context, "segments", lambda row: checks.blank_as_null(_wire(row)))


def create_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/segments``."""
    return {"segments": bodies.save_many(context, "segments", "segment", _create) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/segments/{segmentId}``."""
    return {"segment": checks.blank_as_null(_wire(load(context)))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/segments/{segmentId}``: only what is given changes, and never the list."""
    row, item = load(context), bodies.member(context, "segment")
    if item is not None:
        reader = FieldReader(item)
        checks.unchangeable(reader, item, listId=row["listId"])
        changes = {
            name: reader.text(name, required=name == "name")
            for name in ("name", "description")
            if reader.given(name)
        }
        reader.finish()
        context.store.update("segments", changes, "segmentId", row["segmentId"])
    return {"segment": _wire(load(context))}


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/segments/{segmentId}``; its criteria go with it."""
    segment_id = load(context)["segmentId"]
    context.store.execute("DELETE FROM criteria WHERE segmentId = ?", (segment_id,))
    context.store.execute("DELETE FROM segments WHERE segmentId = ?", (segment_id,))
    return []


def load(context: RequestContext) -> Row:
    """Return the segment that the path names."""
    return checks.required(
        checks.find(context, "segments", "segmentId", context.path_ids["segment_id"])
    )


def _create(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(item)
    reader.forbid("segmentId")
    columns: dict[str, Any] = {"name": reader.text("name", required=True)}
    columns["description"] = reader.text("description")
    reader.text("listId", required=True)
    columns["listId"] = checks.known(context, reader, "lists", "listId")
    reader.finish()
    segment_id = context.store.insert("segments", {"folderId": context.folder_id, **columns})
    return _wire(checks.required(checks.find(context, "segments", "segmentId", segment_id)))


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
