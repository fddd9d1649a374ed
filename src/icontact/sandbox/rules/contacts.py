"""Contacts: searching, creating, changing and deleting them (API 6)."""

from __future__ import annotations

from typing import Any

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, contact_fields, custom_fields, history
from icontact.sandbox.rules.contact_store import ContactStore
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import FOLDER
from icontact.sandbox.rules.listing import (
    Clause,
    Listing,
    Term,
    TermKind,
    joined,
    plain_terms,
    search,
)
from icontact.sandbox.store import blocks
from icontact.sandbox.store.schema import CONTACT_TEXTS

# A contact that left a list is not on it, though the subscription remains (API 8.2).
_SUBSCRIBED = (
    "SELECT 1 FROM subscriptions AS listed"
    " WHERE listed.contactId = contacts.contactId AND listed.status <> 'unsubscribed'"
)
_POPULATIONS = {
    "total": "1",
    "unlisted": f"NOT EXISTS ({_SUBSCRIBED})",
    "listed": f"EXISTS ({_SUBSCRIBED})",
}
_ON_LIST = (
    "contactId IN (SELECT contactId FROM subscriptions WHERE ({}) AND status <> 'unsubscribed')"
)
_SEARCHED = ("firstName", "lastName", "street", "city", "state", "postalCode", "email")

_LISTING = Listing(
    table="contacts",
    key="contactId",
    terms={
        **plain_terms(numbers=("contactId",), texts=_SEARCHED, codes=("status",)),
        "listId": Term("listId", TermKind.NUMBER, _ON_LIST, sortable=False),
        "createDate": Term('"createDate"', TermKind.EASTERN),
    },
    sortable=(*CONTACT_TEXTS, "bounceCount"),
    selected=contact_fields.LISTING_COLUMNS,
    narrow=frozenset({"email"}),
)


def list_all(context: RequestContext) -> Item:
    """Answer ``GET …/contacts``; deleted contacts never show."""
    types, query = custom_fields.defined(context), context.incoming.query
    searched = types if context.quirks.search_custom_fields else ()
    customs = {name: Term(custom_fields.column(name), TermKind.TEXT) for name in searched}
    population = query.get("status", "")
    named = population in {"total", "unlisted"}
    if not named:
        population = "listed" if context.quirks.default_population == "listed" else "total"
    listing = attrs.evolve(
        _LISTING,
        terms={**customs, **_LISTING.terms},
        passed=frozenset({"status"} if named else ()),
        counted=population == "total" and not context.quirks.deleted_in_total,
    )
    # The sign keeps SQLite from walking through the folder where ids say which contacts are meant.
    sign = "+" if "email" not in query and ("contactId" in query or "listId" in query) else ""
    # Otherwise word for word the condition of the indexes that serve it.
    present = f"{sign}folderId = ? AND status <> 'deleted' AND {_POPULATIONS[population]}"
    base = Clause(present, (context.folder_id,))
    render = contact_fields.listing_wire(context, types)
    counted = None
    if context.quirks.deleted_in_total:
        deleted = Clause("folderId = ? AND status = 'deleted'", (context.folder_id,))
        counted = joined("OR", [base, deleted])
    return search(context, listing, base, "contacts", render, counted=counted)


def save_many(context: RequestContext) -> Item:
    """Answer ``POST …/contacts``: create by e-mail, update by e-mail or ``contactId``."""
    contact_store = ContactStore(context)
    items = bodies.items(context, "contacts", "contact")
    contact_store.expect(items)

    def save_one(item: Item) -> Item:
        return contact_fields.write_wire(contact_store.save(item), contact_store.types)

    saved = bodies.save_each(context, items, "contact", save_one)
    contact_store.flush()
    # Recorded: where nothing is left to show, the array is null (API 2.4).
    return {"contacts": saved or None}


def read(context: RequestContext) -> Item:
    """Answer ``GET …/contacts/{contactId}``; a deleted contact is still there (API 6.6)."""
    row = context.load("contacts", context.path_ids["contact_id"])
    return {"contact": contact_fields.member_wire(row, custom_fields.defined(context))}


def merge(context: RequestContext) -> Item:
    """Answer ``POST …/contacts/{contactId}``: only what is given changes."""
    return _write_member(context, blanks=False)


def replace(context: RequestContext) -> Item:
    """Answer ``PUT …/contacts/{contactId}``: what is not given is blanked, except the status."""
    return _write_member(context, blanks=True)


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/contacts/{contactId}``: the contact stays, as ``deleted`` (API 6.6)."""
    row = context.load("contacts", context.path_ids["contact_id"])
    if row["status"] != "deleted":
        context.store.update("contacts", row["contactId"], status="deleted")
        blocks.count(context.store, context.folder_id, (row["contactId"],), step=-1)
        history.record(context, row["contactId"], "EditStatus", {"newStatus": "deleted"})
    elif context.quirks.second_delete == "not_found":
        raise Refusal(404, error_texts.NOT_FOUND)
    elif context.quirks.second_delete == "no_changes":
        raise Refusal(400, error_texts.NO_CHANGES)
    return []


def _write_member(context: RequestContext, *, blanks: bool) -> Item:
    contact_store = ContactStore(context)
    held = contact_store.by_id(context.path_ids["contact_id"])
    if held is None:
        raise Refusal(404, error_texts.NOT_FOUND)
    payload = bodies.member(context, "contact")
    if payload is not None:
        given = contact_fields.read(context, payload, contact_store.types)
        if blanks:
            contact_fields.require_email(given)
        held = contact_store.change(held, given, blanks=blanks)
        contact_store.flush()
    return {"contact": contact_fields.write_wire(held, contact_store.types)}


_MEMBER = {"GET": read, "POST": merge, "PUT": replace, "DELETE": delete}

ROUTES = (
    Route(f"{FOLDER}/contacts", Scope.FOLDER, {"GET": list_all, "POST": save_many}),
    Route(f"{FOLDER}/contacts/<contact_id>", Scope.FOLDER, _MEMBER),
)
