"""Contacts: searching, creating, changing and deleting them (API 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks, contact_fields, custom_fields, history
from icontact.sandbox.rules.contact_store import ContactRow, ContactStore
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, Term, TermKind, column
from icontact.sandbox.store import Row, blocks
from icontact.sandbox.store.schema import CONTACT_TEXTS

# A contact that left a list is not on it, though the subscription remains (API 8.2).
_SUBSCRIBED = (
    "SELECT 1 FROM subscriptions AS listed"
    " WHERE listed.contactId = contacts.contactId AND listed.status <> 'unsubscribed'"
)
_POPULATIONS = {"total": "1", "unlisted": f"NOT EXISTS ({_SUBSCRIBED})"}
_LISTED = f"EXISTS ({_SUBSCRIBED})"
_IDS = frozenset({"contactId", "listId"})

_LISTING = Listing(
    table="contacts",
    key="contactId",
    terms={
        "contactId": column("contactId", TermKind.NUMBER),
        "listId": Term(
            "listId",
            TermKind.NUMBER,
            "contactId IN (SELECT contactId FROM subscriptions"
            " WHERE ({}) AND status <> 'unsubscribed')",
            sortable=False,
        ),
        "firstName": column("firstName"),
        "lastName": column("lastName"),
        "street": column("street"),
        "city": column("city"),
        "state": column("state"),
        "postalCode": column("postalCode"),
        "email": column("email"),
        "status": column("status", TermKind.CODE),
        "createDate": column("createDate", TermKind.EASTERN),
    },
    sortable=(*CONTACT_TEXTS, "bounceCount"),
    columns=contact_fields.LISTING_COLUMNS,
    narrow=frozenset({"email"}),
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/contacts``; deleted contacts never show."""
    types = custom_fields.defined(context)
    listing = _LISTING
    if context.quirks.search_custom_fields:
        terms = {name: _custom_term(name) for name in types}
        listing = attrs.evolve(listing, terms={**terms, **listing.terms})
    population = context.incoming.query.get("status", "")
    if population in _POPULATIONS:
        listing = attrs.evolve(listing, passed=frozenset({"status"}))
    else:
        population = "listed" if context.quirks.default_population == "listed" else "total"
    listing = attrs.evolve(listing, counted=population == "total")
    page = search(context, listing, _base(context, population))
    return page.envelope(context, "contacts", contact_fields.listing_wire(context, types))


def _base(context: RequestContext, population: str) -> Clause:
    """Return what holds for every contact of the answer: folder, not deleted, population."""
    query = context.incoming.query
    # The sign keeps SQLite from walking through the folder where ids say which contacts are meant.
    by_id = "email" not in query and not _IDS.isdisjoint(query)
    # Otherwise word for word the condition of the indexes that serve it.
    present = f"{'+' if by_id else ''}folderId = ? AND status <> 'deleted'"
    extra = _LISTED if population == "listed" else _POPULATIONS[population]
    return Clause(f"{present} AND {extra}", (context.folder_id,))


def _custom_term(name: str) -> Term:
    # A private name holds neither quotes nor brackets (API 9), so that it may stand in SQL.
    return Term(f"json_extract(custom, '$.\"{name}\"')", TermKind.TEXT)


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


def save(context: RequestContext, item: dict[str, Any], types: Mapping[str, str]) -> ContactRow:
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
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": save_many}),
    Route(
        f"{_COLLECTION}/<contact_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace, "DELETE": delete},
    ),
)
