"""Contacts: creating, changing and deleting them (API 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import (
    bodies,
    checks,
    contact_fields,
    contact_search,
    custom_fields,
    history,
)
from icontact.sandbox.rules.contact_store import ContactStore, Held
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.store import Row, blocks


def save_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/contacts``: create by e-mail, update by e-mail or ``contactId``."""
    types = custom_fields.defined(context)
    contact_store = ContactStore(context, types)
    items = bodies.items(context, "contacts", "contact")
    contact_store.expect(items)

    def save_one(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
        return contact_fields.write_wire(contact_store.save(item), types)

    saved = bodies.save_each(context, items, "contact", save_one)
    contact_store.flush()
    # Recorded: where nothing is left to show, the array is null (API 2.4).
    return {"contacts": saved or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/contacts/{contactId}``; a deleted contact is still there (API 6.6)."""
    row = checks.required(_by_id(context, context.path_ids["contact_id"]))
    return {"contact": contact_fields.member_wire(row, custom_fields.defined(context))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/contacts/{contactId}``: only what is given changes."""
    return _write_member(context, blanks=False)


def replace(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/contacts/{contactId}``: what is not given is blanked, except the status."""
    return _write_member(context, blanks=True)


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/contacts/{contactId}``: the contact stays, as ``deleted`` (API 6.6)."""
    row = checks.required(_by_id(context, context.path_ids["contact_id"]))
    if row["status"] == "deleted":
        return _delete_again(context)
    context.store.update("contacts", {"status": "deleted"}, "contactId", row["contactId"])
    blocks.remove(context.store, context.folder_id, (row["contactId"],))
    history.record(context, row["contactId"], "EditStatus", {"newStatus": "deleted"})
    return []


def _delete_again(context: RequestContext) -> list[Any]:
    if context.quirks.second_delete == "not_found":
        raise Refusal(404, error_texts.NOT_FOUND)
    if context.quirks.second_delete == "no_changes":
        raise Refusal(400, error_texts.NO_CHANGES)
    return []


def _write_member(context: RequestContext, *, blanks: bool) -> dict[str, Any]:
    types = custom_fields.defined(context)
    contact_store = ContactStore(context, types)
    held = contact_store.by_id(context.path_ids["contact_id"])
    if held is None:
        raise Refusal(404, error_texts.NOT_FOUND)
    payload = bodies.member(context, "contact")
    if payload is not None:
        given = contact_fields.read(context, payload, types)
        if blanks:
            contact_fields.require_email(given)
        held = contact_store.change(held, given, blanks=blanks)
        contact_store.flush()
    return {"contact": contact_fields.write_wire(held, types)}


def save(context: RequestContext, item: dict[str, Any], types: Mapping[str, str]) -> Held:
    """Store one contact as a collection POST does (API 6.5)."""
    contact_store = ContactStore(context, types)
    held = contact_store.save(item)
    contact_store.flush()
    return held


def _by_id(context: RequestContext, contact_id: object) -> Row | None:
    return checks.find(context, "contacts", "contactId", contact_id)


def by_email(context: RequestContext, email: str) -> Row | None:
    """Return the contact of the folder that has an address, unless it is deleted."""
    return context.store.row(
        "SELECT * FROM contacts WHERE folderId = ? AND email = ? AND status <> 'deleted'",
        (context.folder_id, email),
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
