"""Uploads: many contacts in one CSV file, whose first row names fields in brackets (API 14)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import checks, contacts, custom_fields, subscriptions
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.search_terms import TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

RECEIVING, COMPLETE = "receiving", "complete"

_HEADING = re.compile(r"\s*\[([^\[\]]+)\]\s*")
# Only these two are known to be named otherwise than by the API.
_MERGE_NAMES = {"fname": "firstName", "lname": "lastName"}


@attrs.frozen
class UploadedTable:
    """A file that was read.

    Attributes:
        columns: The field of each column; ``None`` for another column.
        unknown: The names that are not fields.
        rows: The other rows, with their numbers; the header is number 1.
    """

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def items(self) -> Iterator[tuple[int, dict[str, str] | None]]:
        """Return the rows as contacts, with their numbers; ``None`` for one that is too long."""
        for number, cells in self.rows:
            if len(cells) > len(self.columns):
                yield number, None
            else:
                named = zip(self.columns, cells, strict=False)
                yield number, {name: cell.strip() for name, cell in named if name}


def parse_data(data: bytes, custom_names: Collection[str]) -> UploadedTable:
    """Read a file.

    Args:
        data: The file.
        custom_names: The custom fields of the folder.

    Raises:
        Refusal: 400, if it is not CSV in UTF-8, or its first row does not name the fields.
    """
    try:
        text = data.decode("utf-8-sig")
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except (UnicodeDecodeError, csv.Error):
        raise Refusal(400, _invalid_data("The data has to be CSV in UTF-8")) from None
    header = [_HEADING.fullmatch(cell) for cell in rows[0]] if rows else []
    names = [match[1] for match in header if match]
    if not names or len(names) < len(header):
        raise Refusal(400, _invalid_data("The first row has to name the fields, each in brackets"))
    fields = _field_names(custom_names)
    columns = tuple(fields.get(name.lower()) for name in names)
    if "email" not in columns:
        raise Refusal(400, error_texts.required("email"))
    return UploadedTable(
        columns=columns,
        unknown=tuple(name for name in names if name.lower() not in fields),
        rows=tuple((number, row) for number, row in enumerate(rows[1:], 2) if any(row)),
    )


def _field_names(custom_names: Collection[str]) -> dict[str, str]:
    names = ("email", *CONTACT_TEXTS, *custom_names)
    return {**_MERGE_NAMES, **{name.lower(): name for name in names}}


def _invalid_data(because: str) -> str:
    return error_texts.not_valid("data", because)


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/uploads/{uploadId}``: ``receiving`` for a while, and then ``complete``."""
    row = UPLOADS.load(context)
    if row["due"] is not None:
        if row["polls"] > 0:
            polled = {"polls": row["polls"] - 1}
            context.store.update("uploads", polled, "uploadId", row["uploadId"])
        else:
            finish(context, row)
            row = UPLOADS.load(context)
    context.warn(*json.loads(row["problems"]))
    return {"upload": _wire(context, row)}


def read_data(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/uploads/{uploadId}/data`` as the vendor's class reads it."""
    answer = read(context)
    return {**answer, **{name: answer["upload"][name] for name in ("uploadId", "status")}}


def cancel(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/uploads/{uploadId}``, which is possible until the upload is complete."""
    if UPLOADS.load(context)["status"] == COMPLETE:
        raise Refusal(400, error_texts.UPLOAD_DONE)
    return UPLOADS.delete(context)


def store_data(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/uploads/{uploadId}/data``, whatever the body calls itself."""
    row = UPLOADS.load(context)
    _refuse_done(row)
    parse_data(context.incoming.body, custom_fields.defined(context))
    received = {
        "data": context.incoming.body,
        "polls": context.quirks.upload_polls,
        "due": context.epoch + context.quirks.upload_seconds,
    }
    context.store.update("uploads", received, "uploadId", row["uploadId"])
    answer: dict[str, Any] = {"upload": _wire(context, row)}
    if context.quirks.upload_id_on_top:
        answer["uploadId"] = str(row["uploadId"])
    return answer


def finish(context: RequestContext, row: Row) -> None:
    """Store the contacts of an upload, put them on its lists, and note what was left out."""
    types = custom_fields.defined(context)
    table = parse_data(row["data"], types)
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


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    """Read the settings of an upload, which can be changed before the data has come."""
    reader = FieldReader(item)
    if row is None:
        reader.forbid("uploadId")
        reader.finish()
    else:
        _refuse_done(row)
        reader = FieldReader({"action": row["action"], "listIds": row["listIds"], **item})
    action = reader.choice("action", context.quirks.upload_actions, required=True)
    reader.text("listIds", required=True)
    list_ids = checks.id_list(context, reader, "lists", "listId", "listIds")
    reader.finish()
    checks.receive_only(context, item, ("status",))
    return {"action": action, "listIds": ",".join(map(str, list_ids))}


def _refuse_done(row: Row) -> None:
    if row["due"] is not None or row["status"] == COMPLETE:
        raise Refusal(400, error_texts.UPLOAD_DONE)


def _merge(context: RequestContext) -> dict[str, Any]:
    _refuse_done(UPLOADS.load(context))
    return UPLOADS.merge(context)


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
    return {
        "uploadId": str(row["uploadId"]),
        "action": row["action"],
        "listIds": row["listIds"],
        "status": row["status"],
    }


UPLOADS = Endpoint(
    name="uploads",
    singular="upload",
    key="uploadId",
    terms={
        "uploadId": column("uploadId", TermKind.NUMBER),
        "status": column("status", TermKind.CODE),
        "action": column("action", TermKind.CODE),
    },
    wire=_wire,
    read_wire=_wire,
    columns=_columns,
)

_COLLECTION, _MEMBER = UPLOADS.routes()
ROUTES = (
    _COLLECTION,
    attrs.evolve(_MEMBER, verbs={"GET": read, "POST": _merge, "DELETE": cancel}, get_writes=True),
    Route(
        f"{_MEMBER.path}/data",
        Scope.FOLDER,
        {"GET": read_data, "PUT": store_data},
        switches={"GET": "upload_data_readable"},
        any_media=True,
        get_writes=True,
    ),
)
