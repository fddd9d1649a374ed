"""Contacts: creating, changing and deleting them (API 6)."""

# ruff: noqa: S608  (the text that is added is a constant)

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from icontact.sandbox import messages, moments
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import (
    bodies,
    contact_fields,
    contact_search,
    custom_fields,
    history,
)
from icontact.sandbox.rules.call import Call, Route, Scope, number
from icontact.sandbox.rules.contact_fields import Given
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CONTACT_TEXTS


def save_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/contacts``: create by e-mail, update by e-mail or ``contactId``."""
    types = custom_fields.defined(call)

    def save_one(call: Call, item: dict[str, Any]) -> dict[str, Any]:
        return contact_fields.write_wire(save(call, item, types), types)

    # Recorded: where nothing is left to show, the array is null (API 2.4).
    return {"contacts": bodies.save_many(call, "contacts", "contact", save_one) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/contacts/{contactId}``; a deleted contact is still there (API 6.6)."""
    row = _required(_by_id(call, call.path_ids["contact_id"]))
    return {"contact": contact_fields.member_wire(row, custom_fields.defined(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/contacts/{contactId}``: only what is given changes."""
    return _write_member(call, blanks=False)


def replace(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/contacts/{contactId}``: what is not given is blanked, except the status."""
    return _write_member(call, blanks=True)


def delete(call: Call) -> list[Any]:
    """Answer ``DELETE …/contacts/{contactId}``: the contact stays, as ``deleted`` (API 6.6)."""
    row = _required(_by_id(call, call.path_ids["contact_id"]))
    if row["status"] != "deleted":
        call.store.update("contacts", {"status": "deleted"}, "contactId", row["contactId"])
        history.record(call, row["contactId"], "EditStatus", {"newStatus": "deleted"})
    return []


def _write_member(call: Call, *, blanks: bool) -> dict[str, Any]:
    types = custom_fields.defined(call)
    row = _required(_by_id(call, call.path_ids["contact_id"], present=True))
    payload = bodies.member(call, "contact")
    if payload is not None:
        given = contact_fields.read(call, payload, types)
        if blanks:
            contact_fields.require_email(given)
        row = _change(call, row, given, blanks=blanks)
    return {"contact": contact_fields.write_wire(row, types)}


def save(call: Call, item: dict[str, Any], types: Mapping[str, str]) -> Row:
    """Store one contact, as one item of a collection POST (API 6.5)."""
    if item.get("contactId") not in (None, ""):
        row = _by_id(call, item["contactId"], present=True)
        if row is None:
            raise Refusal(400, messages.not_recognised("contactId"))
        given = contact_fields.read(call, item, types)
        return _change(call, row, given, blanks=call.quirks.bulk_update_blanks)
    given = contact_fields.read(call, item, types)
    contact_fields.require_email(given)
    row = by_email(call, given.texts["email"])
    if row is not None:
        return _change(call, row, given, blanks=call.quirks.upsert_blanks)
    contact_fields.check_new_status(call, given.status)
    return _create(call, given)


def _create(call: Call, given: Given) -> Row:
    columns: dict[str, Any] = {
        **dict.fromkeys(CONTACT_TEXTS, ""),
        **given.texts,
        "custom": json.dumps(given.custom),
        "status": given.status or "normal",
    }
    contact_id = _deleted_id(call, given.texts["email"])
    if contact_id is None:
        created = moments.eastern_stamp(call.now)
        contact_id = call.store.insert(
            "contacts", {**columns, "folderId": call.folder_id, "createDate": created}
        )
    else:
        call.store.update("contacts", columns, "contactId", contact_id)
    history.record(call, contact_id, "AddContact")
    return _required(_by_id(call, contact_id))


def _change(call: Call, row: Row, given: Given, *, blanks: bool) -> Row:
    """Write fields to a contact, blanking the others or not, and record what became different."""
    contact_fields.check_status_change(row["status"], given.status)
    _check_email_is_free(call, row, given.texts.get("email"))
    before = json.loads(row["custom"])
    base = dict.fromkeys(CONTACT_TEXTS, "") if blanks else {}
    custom = {**({} if blanks else before), **given.custom}
    texts = {**base, **given.texts}
    edited = {name: text for name, text in texts.items() if text != row[name]}
    edited_custom = {
        name: custom.get(name, "")
        for name in {**before, **custom}
        if custom.get(name, "") != before.get(name, "")
    }
    contact_id = row["contactId"]
    if edited or edited_custom:
        columns = {**edited, "custom": json.dumps(custom)}
        call.store.update("contacts", columns, "contactId", contact_id)
        history.record(call, contact_id, "EditFields", {**edited, **edited_custom})
    if given.status is not None and given.status != row["status"]:
        call.store.update("contacts", {"status": given.status}, "contactId", contact_id)
        history.record(call, contact_id, "EditStatus", {"newStatus": given.status})
    return _required(_by_id(call, contact_id))


def _check_email_is_free(call: Call, row: Row, email: str | None) -> None:
    other = None if email is None else by_email(call, email)
    if other is not None and other["contactId"] != row["contactId"]:
        reason = "email is already used by another contact"
        raise Refusal(400, messages.not_valid("email", reason))


def _by_id(call: Call, contact_id: object, *, present: bool = False) -> Row | None:
    return call.store.row(
        "SELECT * FROM contacts WHERE contactId = ? AND folderId = ?"
        + (" AND status <> 'deleted'" if present else ""),
        (number(contact_id), call.folder_id),
    )


def by_email(call: Call, email: str) -> Row | None:
    """Return the contact of the folder that has an address, unless it is deleted."""
    return call.store.row(
        "SELECT * FROM contacts WHERE folderId = ? AND email = ? AND status <> 'deleted'",
        (call.folder_id, email),
    )


def _deleted_id(call: Call, email: str) -> int | None:
    if call.quirks.recreate_deleted == "new_id":
        return None
    found: int | None = call.store.value(
        "SELECT MAX(contactId) FROM contacts"
        " WHERE folderId = ? AND email = ? AND status = 'deleted'",
        (call.folder_id, email),
    )
    return found


def _required(row: Row | None) -> Row:
    if row is None:
        raise Refusal(404, messages.NOT_FOUND)
    return row


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/contacts"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": contact_search.list_all, "POST": save_many}),
    Route(
        f"{_COLLECTION}/<contact_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace, "DELETE": delete},
    ),
)
