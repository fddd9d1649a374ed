"""Web hooks: URLs that get the changes of contacts (API 17.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.rules import checks, contact_fields, custom_fields, lists
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import ContactChange, RequestContext
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.search_terms import TermKind, column
from icontact.sandbox.store import Row

EVENTS = frozenset(
    {"contact_created", "contact_updated", "contact_subscribed", "contact_unsubscribed"}
)


@attrs.frozen(kw_only=True)
class Callback:
    """A call-back to send to a web hook."""

    webhook_id: int
    event_id: str
    url: str
    payload: list[dict[str, Any]] = attrs.field(repr=False)


def callbacks(context: RequestContext) -> list[Callback]:
    """Return the call-backs for the events of a request, contacts and lists as they are now."""
    found: list[Callback] = []
    for folder_id in dict.fromkeys(event.folder_id for event in context.events):
        here = attrs.evolve(context, folder_id=folder_id)
        hooks = context.store.rows("SELECT * FROM webhooks WHERE folderId = ?", (folder_id,))
        found += [each for hook in hooks for each in _callbacks_of(here, hook)]
    return found


def _callbacks_of(context: RequestContext, hook: Row) -> list[Callback]:
    types = custom_fields.defined(context)
    payload = [
        _payload(context, event, types)
        for event in context.events
        if (event.event_id, event.folder_id) == (hook["eventId"], context.folder_id)
    ]
    batches = [payload] if context.quirks.webhook_batches else [[each] for each in payload]
    return [
        Callback(
            webhook_id=hook["webhookId"], event_id=hook["eventId"], url=hook["url"], payload=batch
        )
        for batch in batches
        if batch
    ]


def _payload(
    context: RequestContext, event: ContactChange, types: dict[str, str]
) -> dict[str, Any]:
    contact = checks.required(checks.find(context, "contacts", "contactId", event.contact_id))
    payload = {"contact": contact_fields.member_wire(contact, types)}
    if event.list_id is not None:
        found = checks.required(checks.find(context, "lists", "listId", event.list_id))
        payload["list"] = lists.read_wire(context, found)
    return payload


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    reader = FieldReader(item)
    reader.forbid("webhookId")
    columns = {
        "eventId": reader.choice("eventId", EVENTS, required=True),
        "url": reader.text("url", required=True),
    }
    if columns["url"] and not _is_url(columns["url"]):
        reader.complain(error_texts.not_valid("url"))
    reader.finish()
    return columns


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
    return {"webhookId": str(row["webhookId"]), "eventId": row["eventId"], "url": row["url"]}


WEBHOOKS = Endpoint(
    name="webhooks",
    singular="webhook",
    key="webhookId",
    terms={
        "webhookId": column("webhookId", TermKind.NUMBER),
        "eventId": column("eventId", TermKind.CODE),
        "url": column("url"),
    },
    wire=_wire,
    read_wire=_wire,
    columns=_columns,
)

ROUTES = WEBHOOKS.routes(member={"DELETE": WEBHOOKS.delete})
