"""Uploads: many contacts in one file (API 14)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import (
    bodies,
    checks,
    contacts,
    custom_fields,
    subscriptions,
    upload_data,
)
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row

RECEIVING, COMPLETE = "receiving", "complete"

_LISTING = Listing(
    table="uploads",
    key="uploadId",
    terms={
        "uploadId": column("uploadId", TermKind.NUMBER),
        "status": column("status", TermKind.CODE),
        "action": column("action", TermKind.CODE),
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/uploads``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    return page.envelope(context, "uploads", _wire)


def create_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/uploads``: the settings; the data comes afterwards."""
    return {"uploads": bodies.save_many(context, "uploads", "upload", _create) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/uploads/{uploadId}``: ``receiving`` for a while, and then ``complete``."""
    row = _load(context)
    if row["due"] is not None:
        if row["polls"] > 0:
            polled = {"polls": row["polls"] - 1}
            context.store.update("uploads", polled, "uploadId", row["uploadId"])
        else:
            finish(context, row)
            row = _load(context)
    context.warn(*json.loads(row["problems"]))
    return {"upload": _wire(row)}


def read_data(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/uploads/{uploadId}/data`` as the vendor's class reads it."""
    answer = read(context)
    return {**answer, **{name: answer["upload"][name] for name in ("uploadId", "status")}}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/uploads/{uploadId}``: other settings, before the data has come."""
    row, item = _waiting(context), bodies.member(context, "upload")
    if item is not None:
        columns = _columns(context, {"action": row["action"], "listIds": row["listIds"], **item})
        checks.receive_only(context, item, ("status",))
        context.store.update("uploads", columns, "uploadId", row["uploadId"])
    return {"upload": _wire(_load(context))}


def cancel(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/uploads/{uploadId}``, which is in time until the upload is complete."""
    row = _load(context)
    if row["status"] == COMPLETE:
        raise Refusal(400, error_texts.UPLOAD_DONE)
    context.store.execute("DELETE FROM uploads WHERE uploadId = ?", (row["uploadId"],))
    return []


def store_data(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/uploads/{uploadId}/data``, whatever the body calls itself."""
    row = _waiting(context)
    upload_data.parse(context.incoming.body, custom_fields.defined(context))
    received = {
        "data": context.incoming.body,
        "polls": context.quirks.upload_polls,
        "due": context.epoch + context.quirks.upload_seconds,
    }
    context.store.update("uploads", received, "uploadId", row["uploadId"])
    answer: dict[str, Any] = {"upload": _wire(row)}
    if context.quirks.upload_id_on_top:
        answer["uploadId"] = str(row["uploadId"])
    return answer


def finish(context: RequestContext, row: Row) -> None:
    """Store the contacts of an upload, put them on its lists, and note what was left out."""
    types = custom_fields.defined(context)
    table = upload_data.parse(row["data"], types)
    list_ids = [int(text) for text in row["listIds"].split(",")]
    problems = [error_texts.ignored_columns(table.unknown)] if table.unknown else []
    for number, item in table.items():
        try:
            _store(context, item, types, list_ids)
        except Refusal as refusal:
            problems += [error_texts.rejected_row(number, text) for text in refusal.texts]
    done = {"status": COMPLETE, "data": None, "due": None, "problems": json.dumps(problems)}
    context.store.update("uploads", done, "uploadId", row["uploadId"])


def _store(
    context: RequestContext, item: dict[str, str] | None, types: dict[str, str], list_ids: list[int]
) -> None:
    """Store one row; without the quirk a contact that is known stays as it is (API 14)."""
    if item is None:
        raise Refusal(400, "It has more values than there are fields")
    known = contacts.by_email(context, item.get("email", ""))
    contact_id = None if known is None else known["contactId"]
    if contact_id is None:
        contact_id = contacts.save(context, item, types)["contactId"]
    elif context.quirks.upload_updates:
        given = {name: text for name, text in item.items() if text}
        contacts.save(context, {**given, "contactId": contact_id}, types)
    for list_id in list_ids:
        ids = {"listId": list_id, "contactId": contact_id, "status": "normal"}
        subscriptions.create(context, ids)


def _create(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(item)
    reader.forbid("uploadId")
    reader.finish()
    columns = _columns(context, item)
    checks.receive_only(context, item, ("status",))
    upload_id = context.store.insert("uploads", {"folderId": context.folder_id, **columns})
    return _wire(checks.required(checks.find(context, "uploads", "uploadId", upload_id)))


def _columns(context: RequestContext, payload: dict[str, Any]) -> dict[str, str]:
    reader = FieldReader(payload)
    action = reader.choice("action", context.quirks.upload_actions, required=True)
    reader.text("listIds", required=True)
    list_ids = checks.id_list(context, reader, "lists", "listId", "listIds")
    reader.finish()
    return {"action": action, "listIds": ",".join(map(str, list_ids))}


def _load(context: RequestContext) -> Row:
    return checks.required(
        checks.find(context, "uploads", "uploadId", context.path_ids["upload_id"])
    )


def _waiting(context: RequestContext) -> Row:
    row = _load(context)
    if row["due"] is not None or row["status"] == COMPLETE:
        raise Refusal(400, error_texts.UPLOAD_DONE)
    return row


def _wire(row: Row) -> dict[str, Any]:
    return {
        "uploadId": str(row["uploadId"]),
        "action": row["action"],
        "listIds": row["listIds"],
        "status": row["status"],
    }


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/uploads"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(
        f"{_COLLECTION}/<upload_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "DELETE": cancel},
        get_writes=True,
    ),
    Route(
        f"{_COLLECTION}/<upload_id>/data",
        Scope.FOLDER,
        {"GET": read_data, "PUT": store_data},
        switches={"GET": "upload_data_readable"},
        any_media=True,
        get_writes=True,
    ),
)
