"""Searching contacts: which of them a GET shows (API 6.4)."""

from __future__ import annotations

from typing import Any

import attrs

from icontact.sandbox.rules import contact_fields, custom_fields
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, Term, TermKind, column
from icontact.sandbox.store import blocks
from icontact.sandbox.store.schema import CONTACT_TEXTS

# Somebody who left a list is on it no longer, though the subscription remains (API 8.2).
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
    positions = _Positions(context) if population == "total" else None
    page = search(context, listing, _base(context, population), positions)
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


@attrs.frozen
class _Positions:
    """Where the contacts of a folder stand, all but the deleted ones."""

    context: RequestContext

    def total(self) -> int:
        """Return how many there are."""
        return blocks.total(self.context.store, self.context.folder_id)

    def start(self, offset: int) -> tuple[int, int]:
        """Return an id, and how many contacts to pass over from there."""
        return blocks.start(self.context.store, self.context.folder_id, offset)


def _custom_term(name: str) -> Term:
    # A private name holds neither quotes nor brackets (API 9), so that it may stand in SQL.
    return Term(f"json_extract(custom, '$.\"{name}\"')", TermKind.TEXT)
