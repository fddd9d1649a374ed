"""Uploads: many contacts in one file (API 14)."""

from __future__ import annotations

import json
from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import (
    bodies,
    checks,
    contacts,
    custom_fields,
    subscriptions,
    upload_data,
)
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row

RECEIVING, COMPLETE = "receiving", "complete"

_LISTING = Listing(
    table="uploads",
    key="uploadId",
    terms={
        "uploadId": column("uploadId", Kind.NUMBER),
        "status": column("status", Kind.CODE),
        "action": column("action", Kind.CODE),
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/uploads``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return page.envelope(call, "uploads", _wire)


def create_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/uploads``: the settings; the data comes afterwards."""
    return {"uploads": bodies.save_many(call, "uploads", "upload", _create) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/uploads/{uploadId}``: ``receiving`` for a while, and then ``complete``."""
    row = _load(call)
    if row["due"] is not None:
        if row["polls"] > 0:
            polled = {"polls": row["polls"] - 1}
            call.store.update("uploads", polled, "uploadId", row["uploadId"])
        else:
            finish(call, row)
            row = _load(call)
    call.warn(*json.loads(row["problems"]))
    return {"upload": _wire(row)}


def read_data(call: Call) -> dict[str, Any]:
    """Answer ``GET …/uploads/{uploadId}/data`` as the vendor's class reads it."""
    answer = read(call)
    return {**answer, **{name: answer["upload"][name] for name in ("uploadId", "status")}}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/uploads/{uploadId}``: other settings, before the data has come."""
    row, item = _waiting(call), bodies.member(call, "upload")
    if item is not None:
        columns = _columns(call, {"action": row["action"], "listIds": row["listIds"], **item})
        checks.receive_only(call, item, ("status",))
        call.store.update("uploads", columns, "uploadId", row["uploadId"])
    return {"upload": _wire(_load(call))}


def cancel(call: Call) -> list[Any]:
    """Answer ``DELETE …/uploads/{uploadId}``, which is in time until the upload is complete."""
    row = _load(call)
    if row["status"] == COMPLETE:
        raise Refusal(400, messages.UPLOAD_DONE)
    call.store.execute("DELETE FROM uploads WHERE uploadId = ?", (row["uploadId"],))
    return []


def store_data(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/uploads/{uploadId}/data``, whatever the body calls itself."""
    row = _waiting(call)
    upload_data.parse(call.incoming.body, custom_fields.defined(call))
    received = {
        "data": call.incoming.body,
        "polls": call.quirks.upload_polls,
        "due": call.epoch + call.quirks.upload_seconds,
    }
    call.store.update("uploads", received, "uploadId", row["uploadId"])
    answer: dict[str, Any] = {"upload": _wire(row)}
    if call.quirks.upload_id_on_top:
        answer["uploadId"] = str(row["uploadId"])
    return answer


def finish(call: Call, row: Row) -> None:
    """Store the contacts of an upload, put them on its lists, and note what was left out."""
    types = custom_fields.defined(call)
    table = upload_data.parse(row["data"], types)
    list_ids = [int(text) for text in row["listIds"].split(",")]
    problems = [messages.ignored_columns(table.unknown)] if table.unknown else []
    for number, item in table.items():
        try:
            _store(call, item, types, list_ids)
        except Refusal as refusal:
            problems += [messages.rejected_row(number, text) for text in refusal.texts]
    done = {"status": COMPLETE, "data": None, "due": None, "problems": json.dumps(problems)}
    call.store.update("uploads", done, "uploadId", row["uploadId"])


def _store(
    call: Call, item: dict[str, str] | None, types: dict[str, str], list_ids: list[int]
) -> None:
    """Store one row; without the quirk a contact that is known stays as it is (API 14)."""
    if item is None:
        raise Refusal(400, "It has more values than there are fields")
    known = contacts.by_email(call, item.get("email", ""))
    contact_id = None if known is None else known["contactId"]
    if contact_id is None:
        contact_id = contacts.save(call, item, types)["contactId"]
    elif call.quirks.upload_updates:
        given = {name: text for name, text in item.items() if text}
        contacts.save(call, {**given, "contactId": contact_id}, types)
    for list_id in list_ids:
        ids = {"listId": list_id, "contactId": contact_id, "status": "normal"}
        subscriptions.create(call, ids)


def _create(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    reader.forbid("uploadId")
    reader.finish()
    columns = _columns(call, item)
    checks.receive_only(call, item, ("status",))
    upload_id = call.store.insert("uploads", {"folderId": call.folder_id, **columns})
    return _wire(checks.required(checks.find(call, "uploads", "uploadId", upload_id)))


def _columns(call: Call, payload: dict[str, Any]) -> dict[str, str]:
    reader = Reader(payload)
    action = reader.choice("action", call.quirks.upload_actions, required=True)
    reader.text("listIds", required=True)
    list_ids = checks.id_list(call, reader, "lists", "listId", "listIds")
    reader.finish()
    return {"action": action, "listIds": ",".join(map(str, list_ids))}


def _load(call: Call) -> Row:
    return checks.required(checks.find(call, "uploads", "uploadId", call.path_ids["upload_id"]))


def _waiting(call: Call) -> Row:
    row = _load(call)
    if row["due"] is not None or row["status"] == COMPLETE:
        raise Refusal(400, messages.UPLOAD_DONE)
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
