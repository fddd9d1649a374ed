"""Contacts: creating, changing and deleting them (API 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import (
    bodies,
    checks,
    contact_fields,
    contact_search,
    custom_fields,
    history,
)
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.contact_book import ContactBook, Held
from icontact.sandbox.store import Row, blocks


def save_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/contacts``: create by e-mail, update by e-mail or ``contactId``."""
    types = custom_fields.defined(call)
    book = ContactBook(call, types)
    items = bodies.items(call, "contacts", "contact")
    book.expect(items)

    def save_one(call: Call, item: dict[str, Any]) -> dict[str, Any]:
        return contact_fields.write_wire(book.save(item), types)

    saved = bodies.save_each(call, items, "contact", save_one)
    book.flush()
    # Recorded: where nothing is left to show, the array is null (API 2.4).
    return {"contacts": saved or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/contacts/{contactId}``; a deleted contact is still there (API 6.6)."""
    row = checks.required(_by_id(call, call.path_ids["contact_id"]))
    return {"contact": contact_fields.member_wire(row, custom_fields.defined(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/contacts/{contactId}``: only what is given changes."""
    return _write_member(call, blanks=False)


def replace(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/contacts/{contactId}``: what is not given is blanked, except the status."""
    return _write_member(call, blanks=True)


def delete(call: Call) -> list[Any]:
    """Answer ``DELETE …/contacts/{contactId}``: the contact stays, as ``deleted`` (API 6.6)."""
    row = checks.required(_by_id(call, call.path_ids["contact_id"]))
    if row["status"] == "deleted":
        return _delete_again(call)
    call.store.update("contacts", {"status": "deleted"}, "contactId", row["contactId"])
    blocks.remove(call.store, call.folder_id, (row["contactId"],))
    history.record(call, row["contactId"], "EditStatus", {"newStatus": "deleted"})
    return []


def _delete_again(call: Call) -> list[Any]:
    if call.quirks.second_delete == "not_found":
        raise Refusal(404, messages.NOT_FOUND)
    if call.quirks.second_delete == "no_changes":
        raise Refusal(400, messages.NO_CHANGES)
    return []


def _write_member(call: Call, *, blanks: bool) -> dict[str, Any]:
    types = custom_fields.defined(call)
    book = ContactBook(call, types)
    held = book.by_id(call.path_ids["contact_id"])
    if held is None:
        raise Refusal(404, messages.NOT_FOUND)
    payload = bodies.member(call, "contact")
    if payload is not None:
        given = contact_fields.read(call, payload, types)
        if blanks:
            contact_fields.require_email(given)
        held = book.change(held, given, blanks=blanks)
        book.flush()
    return {"contact": contact_fields.write_wire(held, types)}


def save(call: Call, item: dict[str, Any], types: Mapping[str, str]) -> Held:
    """Store one contact as a collection POST does (API 6.5)."""
    book = ContactBook(call, types)
    held = book.save(item)
    book.flush()
    return held


def _by_id(call: Call, contact_id: object) -> Row | None:
    return checks.find(call, "contacts", "contactId", contact_id)


def by_email(call: Call, email: str) -> Row | None:
    """Return the contact of the folder that has an address, unless it is deleted."""
    return call.store.row(
        "SELECT * FROM contacts WHERE folderId = ? AND email = ? AND status <> 'deleted'",
        (call.folder_id, email),
    )


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/contacts"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": contact_search.list_all, "POST": save_many}),
    Route(
        f"{_COLLECTION}/<contact_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace, "DELETE": delete},
    ),
)
