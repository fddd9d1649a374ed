"""Contact history: the changes of contacts, recorded as they happen (API 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import attrs

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.context import ContactChange, RequestContext, Route, Scope, number
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, Term, TermKind, column
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="actions",
    key="actionNumber",
    terms={
        "actor": Term('"actorKind"', TermKind.CODE),
        "actionType": column("actionType", TermKind.CODE),
        "actionTime": column("actionTime", TermKind.EPOCH),
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
    context: RequestContext,
    contact_id: int,
    action_type: str,
    details: Mapping[str, str] | None = None,
) -> None:
    """Record one change of a contact."""
    record_many(context, [HistoryEntry(contact_id, action_type, details or {})])


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


def of_contact(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/contacts/{contactId}/actions``, newest first."""
    contact_id = number(context.path_ids["contact_id"])
    if not context.store.value(
        "SELECT 1 FROM contacts WHERE contactId = ? AND folderId = ?",
        (contact_id, context.folder_id),
    ):
        raise Refusal(404, error_texts.NOT_FOUND)
    listing = attrs.evolve(_LISTING, limit=context.quirks.history_limit)
    page = search(context, listing, Clause("contactId = ?", (contact_id,)))
    return page.envelope(context, "actions", _wire)


def _wire(row: Row) -> dict[str, Any]:
    return {
        "actionType": row["actionType"],
        "actionTime": timestamps.iso_without_colon(row["actionTime"]),
        "actor": row["actor"],
        # An empty PHP array has no keys to tell that it was meant as an object (API 7).
        "details": json.loads(row["details"]) or [],
    }


ROUTES = (
    Route(
        "/a/<account_id>/c/<client_folder_id>/contacts/<contact_id>/actions",
        Scope.FOLDER,
        {"GET": of_contact},
    ),
)
