"""Searching contacts: which of them a GET shows (API 6.4)."""

from __future__ import annotations

from typing import Any

import attrs

from icontact.sandbox.rules import contact_fields, custom_fields
from icontact.sandbox.rules.call import Call
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, Term, column
from icontact.sandbox.store.schema import CONTACT_TEXTS

# Somebody who left a list is on it no longer, though the subscription remains (API 8.2).
_SUBSCRIBED = (
    "SELECT 1 FROM subscriptions AS listed"
    " WHERE listed.contactId = contacts.contactId AND listed.status <> 'unsubscribed'"
)
_POPULATIONS = {"total": "1", "unlisted": f"NOT EXISTS ({_SUBSCRIBED})"}
_LISTED = f"EXISTS ({_SUBSCRIBED})"

_LISTING = Listing(
    table="contacts",
    key="contactId",
    terms={
        "contactId": column("contactId", Kind.NUMBER),
        "listId": Term(
            "listId",
            Kind.NUMBER,
            f"EXISTS ({_SUBSCRIBED} AND ({{}}))",
            sortable=False,
        ),
        "firstName": column("firstName"),
        "lastName": column("lastName"),
        "street": column("street"),
        "city": column("city"),
        "state": column("state"),
        "postalCode": column("postalCode"),
        "email": column("email"),
        "status": column("status", Kind.CODE),
        "createDate": column("createDate", Kind.EASTERN),
    },
    sortable=(*CONTACT_TEXTS, "bounceCount"),
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/contacts``; deleted contacts never show."""
    types = custom_fields.defined(call)
    listing = _LISTING
    if call.quirks.search_custom_fields:
        terms = {name: _custom_term(name) for name in types}
        listing = attrs.evolve(listing, terms={**terms, **listing.terms})
    page = search(call, _without_population(call, listing), _base(call))
    return page.envelope(
        call, "contacts", lambda row: contact_fields.listing_wire(call, row, types)
    )


def _base(call: Call) -> Clause:
    """Return what holds for every contact of the answer: folder, not deleted, population."""
    # Word for word the condition of the index that serves it.
    present = "folderId = ? AND status <> 'deleted'"
    default = "listed" if call.quirks.default_population == "listed" else "total"
    population = call.incoming.query.get("status")
    if population not in _POPULATIONS:
        population = default
    extra = _LISTED if population == "listed" else _POPULATIONS[population]
    return Clause(f"{present} AND {extra}", (call.folder_id,))


def _without_population(call: Call, listing: Listing) -> Listing:
    """Take ``status`` for no filter where it selects the population."""
    if call.incoming.query.get("status") not in _POPULATIONS:
        return listing
    return attrs.evolve(listing, terms={**listing.terms, "status": _Anything()})


@attrs.frozen
class _Anything(Term):
    """The term that was dealt with elsewhere."""

    column: str = '"status"'
    kind: Kind = Kind.CODE

    def clause(self, call: Call, name: str) -> Clause:
        """Return the condition that every row meets."""
        return Clause("1")


def _custom_term(name: str) -> Term:
    # A private name holds neither quotes nor brackets (API 9), so that it may stand in SQL.
    return Term(f"json_extract(custom, '$.\"{name}\"')", Kind.TEXT)
