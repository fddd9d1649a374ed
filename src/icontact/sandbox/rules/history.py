"""Contact history: the changes of contacts, recorded as they happen (API 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.rules.context import ContactChange, Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import FOLDER
from icontact.sandbox.rules.listing import Clause, Listing, Term, TermKind, plain_terms, search
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="actions",
    key="actionNumber",
    terms={
        "actor": Term('"actorKind"', TermKind.CODE),
        **plain_terms(codes=("actionType",), moments=("actionTime",)),
    },
    newest_first=True,
)

_COLUMNS = ("contactId", "actionType", "actionTime", "actor", "actorKind", "details")
_KINDS = frozenset({"system", "contact"})
_EVENTS = {
    "AddContact": "contact_created",
    "EditFields": "contact_updated",
    "normal": "contact_subscribed",
    "unsubscribed": "contact_unsubscribed",
}


class HistoryEntry(NamedTuple):
    """One change of a contact."""

    contact_id: int
    action_type: str
    details: Mapping[str, str]


def record(
    context: RequestContext, contact_id: int, action_type: str, details: Mapping[str, str]
) -> None:
    """Record one change of a contact."""
    record_many(context, [HistoryEntry(contact_id, action_type, details)])


def record_subscription(
    context: RequestContext, list_id: int, contact_id: int, status: str
) -> None:
    """Record that a contact has another status on a list, or another list."""
    details = {"listId": str(list_id), "newStatus": status}
    record(context, contact_id, "EditSubscription", details)


def record_many(context: RequestContext, entries: Sequence[HistoryEntry]) -> None:
    """Record changes of contacts, in this order."""
    epoch, actor = context.epoch, context.actor
    kind = actor if actor in _KINDS else "user"
    # Many entries may share their details, which are encoded once.
    written = {id(each.details): each.details for each in entries}
    texts = {key: json.dumps(details) for key, details in written.items()}
    rows = [
        (contact_id, action_type, epoch, actor, kind, texts[id(details)])
        for contact_id, action_type, details in entries
    ]
    if entries and context.store.value("SELECT 1 FROM webhooks LIMIT 1"):
        for contact_id, action_type, details in entries:
            on_list = action_type == "EditSubscription"
            list_id = int(details["listId"]) if on_list else None
            # A status of a contact has no event (API 17.2).
            event_id = _EVENTS.get(details["newStatus"] if on_list else action_type)
            if event_id:
                change = ContactChange(event_id, context.folder_id, contact_id, list_id)
                context.events.append(change)
    context.store.insert_many("actions", _COLUMNS, rows)


def of_contact(context: RequestContext) -> Item:
    """Answer ``GET …/contacts/{contactId}/actions``, newest first."""
    contact = context.load("contacts", context.path_ids["contact_id"])
    listing = attrs.evolve(_LISTING, limit=context.quirks.history_limit)
    base = Clause("contactId = ?", (contact["contactId"],))
    return search(context, listing, base, "actions", _wire)


def _wire(row: Row) -> Item:
    return {
        "actionType": row["actionType"],
        "actionTime": timestamps.iso_without_colon(row["actionTime"]),
        "actor": row["actor"],
        # An empty PHP array has no keys to tell that it was meant as an object (API 7).
        "details": json.loads(row["details"]) or [],
    }


ROUTES = (Route(f"{FOLDER}/contacts/<contact_id>/actions", Scope.FOLDER, {"GET": of_contact}),)
