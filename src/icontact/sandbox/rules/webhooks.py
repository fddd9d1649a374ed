"""Web hooks: URLs that get the changes of contacts (API 17.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.rules import contact_fields, custom_fields, lists
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import ContactChange, Item, RequestContext
from icontact.sandbox.rules.endpoint import Endpoint, showing
from icontact.sandbox.rules.search_terms import terms
from icontact.sandbox.store import Row

_EVENTS = ("contact_created", "contact_subscribed", "contact_unsubscribed", "contact_updated")


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
        types = custom_fields.defined(here)
        for hook in context.store.rows("SELECT * FROM webhooks WHERE folderId = ?", (folder_id,)):
            event_id = hook["eventId"]
            payload = [
                _payload(here, event, types)
                for event in context.events
                if (event.event_id, event.folder_id) == (event_id, folder_id)
            ]
            batches = [payload] if context.quirks.webhook_batches else [[each] for each in payload]
            found += [
                Callback(
                    webhook_id=hook["webhookId"], event_id=event_id, url=hook["url"], payload=batch
                )
                for batch in batches
                if batch
            ]
    return found


def _payload(context: RequestContext, event: ContactChange, types: dict[str, str]) -> Item:
    contact = context.load("contacts", "contactId", event.contact_id)
    payload = {"contact": contact_fields.member_wire(contact, types)}
    if event.list_id is not None:
        payload["list"] = lists.read_wire(context, context.load("lists", "listId", event.list_id))
    return payload


def _columns(context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
    event_id = reader.choice("eventId", _EVENTS, required=True)
    url = reader.text("url", required=True)
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if url and not is_url:
        reader.complain(error_texts.not_valid("url"))
    return {"eventId": event_id, "url": url}


WEBHOOKS = Endpoint(
    name="webhooks",
    terms=terms(numbers=("webhookId",), texts=("url",), codes=("eventId",)),
    wire=showing("webhookId", "eventId", "url"),
    null_for_blank=False,
    columns=_columns,
)

ROUTES = WEBHOOKS.routes(member={"DELETE": WEBHOOKS.delete})
