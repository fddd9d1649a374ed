"""Web hooks: URLs that get the changes of contacts (API 17.2)."""

from __future__ import annotations

from urllib.parse import urlsplit

import attrs

from icontact.sandbox import phpjson
from icontact.sandbox.rules import contact_fields, custom_fields, lists
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import ContactChange, Item, RequestContext
from icontact.sandbox.rules.endpoint import Endpoint, Terms
from icontact.sandbox.rules.listing import plain_terms
from icontact.sandbox.store import Row
from icontact.sandbox.webhook_sender import Delivery

_EVENTS = ("contact_created", "contact_subscribed", "contact_unsubscribed", "contact_updated")


def deliveries(context: RequestContext) -> list[Delivery]:
    """Return the call-backs for the events of a request, contacts and lists as they are now."""
    found: list[Delivery] = []
    for folder_id in dict.fromkeys(event.folder_id for event in context.events):
        here = attrs.evolve(context, folder_id=folder_id)
        types = custom_fields.defined(here)
        for hook in context.store.rows("SELECT * FROM webhooks WHERE folderId = ?", (folder_id,)):
            number, event_id, url = hook["webhookId"], hook["eventId"], hook["url"]
            payload = [
                _payload(here, event, types)
                for event in context.events
                if (event.event_id, event.folder_id) == (event_id, folder_id)
            ]
            batches = [payload] if context.quirks.webhook_batches else [[each] for each in payload]
            for batch in filter(None, batches):
                body = phpjson.encode(batch, numeric_ids=context.quirks.numeric_ids)
                delivery = Delivery(webhook_id=number, event_id=event_id, url=url, body=body)
                found.append(delivery)
    return found


def _payload(context: RequestContext, event: ContactChange, types: dict[str, str]) -> Item:
    contact = context.load("contacts", event.contact_id)
    payload = {"contact": contact_fields.member_wire(contact, types)}
    if event.list_id is not None:
        payload["list"] = lists.list_as_read(context.load("lists", event.list_id))
    return payload


class WebhookEndpoint(Endpoint):
    """Web hooks."""

    name = "webhooks"
    terms: Terms = plain_terms(numbers=("webhookId",), texts=("url",), codes=("eventId",))
    shown: tuple[str, ...] = ("webhookId", "eventId", "url")
    null_for_blank = False
    member_verbs = "GET DELETE"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a web hook."""
        event_id = reader.choice("eventId", _EVENTS, required=True)
        url = reader.text("url", required=True)
        try:
            parts = urlsplit(url)
            is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_url = False
        if url and not is_url:
            reader.complain_of("url")
        return {"eventId": event_id, "url": url}


ROUTES = WebhookEndpoint().routes()
