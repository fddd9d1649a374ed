"""Contact history: the changes of contacts, recorded as they happen (API 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.rules.context import ContactChange, Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import FOLDER
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, Term, TermKind, terms
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="actions",
    key="actionNumber",
    terms={
        "actor": Term('"actorKind"', TermKind.CODE),
        **terms(codes=("actionType",), moments=("actionTime",)),
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
            _note_event(context, contact_id, action_type, details)
    context.store.insert_many("actions", _COLUMNS, rows)


def _note_event(
    context: RequestContext, contact_id: int, action_type: str, details: Mapping[str, str]
) -> None:
    """Note an event for web hooks; a status of a contact has none (API 17.2)."""
    list_id = None
    if action_type == "EditSubscription":
        action_type, list_id = details["newStatus"], int(details["listId"])
    if event_id := _EVENTS.get(action_type):
        context.events.append(ContactChange(event_id, context.folder_id, contact_id, list_id))


def of_contact(context: RequestContext) -> Item:
    """Answer ``GET …/contacts/{contactId}/actions``, newest first."""
    contact = context.load("contacts", "contactId", context.path_ids["contact_id"])
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
