"""Uploads: many contacts in one CSV file, whose first row names fields in brackets (API 14)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection
from typing import Any

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.rules import custom_fields
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.contact_store import ContactStore
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import Endpoint, Terms
from icontact.sandbox.rules.listing import plain_terms
from icontact.sandbox.rules.subscriptions import SubscriptionStore
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS

_COMPLETE = "complete"
_HEADING = re.compile(r"\s*\[([^\[\]]+)\]\s*")
# Only these two are known to be named otherwise than by the API.
_MERGE_NAMES = {"fname": "firstName", "lname": "lastName"}


def parse_data(
    data: bytes, custom_names: Collection[str]
) -> tuple[list[str | None], list[str], list[list[str]]]:
    """Read a file.

    Returns:
        The field of each column, the names that are not fields, and the rows below.

    Raises:
        Refusal: 400, if it is not CSV in UTF-8, or its first row does not name the fields.
    """
    try:
        text = data.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise invalid("data", "The data has to be CSV in UTF-8") from None
    header = rows[0] if rows else []
    names = [match[1] for match in map(_HEADING.fullmatch, header) if match]
    if not names or len(names) < len(header):
        raise invalid("data", "The first row has to name the fields, each in brackets")
    known = {name.lower(): name for name in ("email", *CONTACT_TEXTS, *custom_names)}
    fields = {**_MERGE_NAMES, **known}
    columns = [fields.get(name.lower()) for name in names]
    if "email" not in columns:
        raise Refusal(400, error_texts.required("email"))
    unknown = [name for name in names if name.lower() not in fields]
    return columns, unknown, rows[1:]


def finish(context: RequestContext, row: Row) -> None:
    """Store the contacts of an upload, put them on its lists, and note what was left out."""
    contact_store = ContactStore(context)
    columns, unknown, rows = parse_data(row["data"], contact_store.types)
    list_ids = [int(text) for text in row["listIds"].split(",") if text]
    problems = []
    if unknown:
        names = ", ".join(unknown)
        problems = [f"The following columns could not be recognized and so were ignored ({names})"]
    # The header is row 1; blank rows are counted, too.
    for number, cells in enumerate(rows, 2):
        if not any(cells):
            continue
        try:
            if len(cells) > len(columns):
                raise Refusal(400, "It has more values than there are fields")
            named = zip(columns, cells, strict=False)
            item = {name: cell.strip() for name, cell in named if name}
            contact_id = _store(context, item, contact_store)
            for list_id in list_ids:
                ids = {"listId": list_id, "contactId": contact_id, "status": "normal"}
                subscriptions = SubscriptionStore(context, [ids])
                subscriptions.create(ids)
                subscriptions.flush()
        except Refusal as refusal:
            problems += [f"Row {number} was not imported. {text}" for text in refusal.texts]
    done = {"status": _COMPLETE, "data": None, "due": None, "problems": json.dumps(problems)}
    context.store.update("uploads", row["uploadId"], **done)


def _store(context: RequestContext, item: Item, contact_store: ContactStore) -> object:
    """Store one row, and return the contact; a known one only changes with the quirk (API 14)."""
    held = contact_store.by_email(item.get("email", ""))
    if held is None:
        held = contact_store.save(item)
    elif context.quirks.upload_updates:
        given = {name: text for name, text in item.items() if text}
        contact_store.save({**given, "contactId": held["contactId"]})
    contact_store.flush()
    return held["contactId"]


class UploadEndpoint(Endpoint):
    """Uploads: first their settings, and then their data."""

    name = "uploads"
    terms: Terms = plain_terms(numbers=("uploadId",), codes=("status", "action"))
    shown: tuple[str, ...] = ("uploadId", "action", "listIds", "status")
    null_for_blank = False
    whole = True
    receive_only: tuple[str, ...] = ("status",)
    member_verbs = "GET POST DELETE"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read the settings."""
        action = reader.choice("action", sorted(context.quirks.upload_actions), required=True)
        reader.text("listIds", required=True)
        return {"action": action, "listIds": reader.known_ids("lists", "listIds")}

    def read(self, context: RequestContext) -> Item:
        """Answer ``GET …/uploads/{uploadId}``: ``receiving`` for a while, and then ``complete``."""
        row = self.load(context)
        if row["due"] is not None and row["polls"] > 0:
            context.store.update("uploads", row["uploadId"], polls=row["polls"] - 1)
        elif row["due"] is not None:
            finish(context, row)
            row = self.load(context)
        context.warn(*json.loads(row["problems"]))
        return {"upload": self.wire(context, row)}

    def merge(self, context: RequestContext) -> Item:
        """Answer a POST to an upload, which can be changed before its data has come."""
        self._load_open(context)
        return super().merge(context)

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer a DELETE of an upload, which is possible until it is complete."""
        if self.load(context)["status"] == _COMPLETE:
            raise Refusal(400, error_texts.UPLOAD_DONE)
        return super().delete(context)

    def read_data(self, context: RequestContext) -> Item:
        """Answer ``GET …/uploads/{uploadId}/data`` as the vendor's class reads it."""
        upload = self.read(context)["upload"]
        return {"upload": upload, "uploadId": upload["uploadId"], "status": upload["status"]}

    def store_data(self, context: RequestContext) -> Item:
        """Answer ``PUT …/uploads/{uploadId}/data``, whatever the body calls itself."""
        row = self._load_open(context)
        parse_data(context.incoming.body, custom_fields.defined(context))
        context.store.update(
            "uploads",
            row["uploadId"],
            data=context.incoming.body,
            polls=context.quirks.upload_polls,
            due=context.epoch + context.quirks.upload_seconds,
        )
        answer: Item = {"upload": self.wire(context, row)}
        if context.quirks.upload_id_on_top:
            answer["uploadId"] = str(row["uploadId"])
        return answer

    def _load_open(self, context: RequestContext) -> Row:
        row = self.load(context)
        if row["due"] is not None or row["status"] == _COMPLETE:
            raise Refusal(400, error_texts.UPLOAD_DONE)
        return row


_UPLOADS = UploadEndpoint()
_COLLECTION, _MEMBER = _UPLOADS.routes()
ROUTES = (
    _COLLECTION,
    attrs.evolve(_MEMBER, get_writes=True),
    Route(
        f"{_MEMBER.path}/data",
        Scope.FOLDER,
        {"GET": _UPLOADS.read_data, "PUT": _UPLOADS.store_data},
        switches={"GET": "upload_data_readable"},
        any_media=True,
        get_writes=True,
    ),
)
