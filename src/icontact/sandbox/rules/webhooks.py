"""Web hooks: who hears of what happens to contacts, and what they hear (API 17.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.rules import bodies, checks, contact_fields, custom_fields, lists
from icontact.sandbox.rules.context import ContactChange, RequestContext, Route, Scope
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row

EVENTS = frozenset(
    {"contact_created", "contact_updated", "contact_subscribed", "contact_unsubscribed"}
)

_LISTING = Listing(
    table="webhooks",
    key="webhookId",
    terms={
        "webhookId": column("webhookId", TermKind.NUMBER),
        "eventId": column("eventId", TermKind.CODE),
        "url": column("url"),
    },
)


@attrs.frozen(kw_only=True)
class Callback:
    """What a web hook is to be told."""

    webhook_id: int
    event_id: str
    url: str
    payload: list[dict[str, Any]] = attrs.field(repr=False)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/webhooks``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    return page.envelope(context, "webhooks", _wire)


def create_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/webhooks``; any host is taken, but only loopback is sent to."""
    return {"webhooks": bodies.save_many(context, "webhooks", "webhook", _create) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/webhooks/{webhookId}``."""
    return {"webhook": _wire(_load(context))}


def delete(context: RequestContext) -> list[Any]:
    """Answer ``DELETE …/webhooks/{webhookId}``."""
    webhook_id = _load(context)["webhookId"]
    context.store.execute("DELETE FROM webhooks WHERE webhookId = ?", (webhook_id,))
    return []


def callbacks(context: RequestContext) -> list[Callback]:
    """Return what is to be told of the events of a call, contacts and lists as they are now."""
    deliveries: list[Callback] = []
    for folder_id in dict.fromkeys(event.folder_id for event in context.events):
        here = attrs.evolve(context, folder_id=folder_id)
        hooks = context.store.rows("SELECT * FROM webhooks WHERE folderId = ?", (folder_id,))
        deliveries += [each for hook in hooks for each in _deliveries(here, hook)]
    return deliveries


def _deliveries(context: RequestContext, hook: Row) -> list[Callback]:
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
        payload["list"] = lists.read_wire(found)
    return payload


def _load(context: RequestContext) -> Row:
    return checks.required(
        checks.find(context, "webhooks", "webhookId", context.path_ids["webhook_id"])
    )


def _create(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(item)
    reader.forbid("webhookId")
    columns = {
        "eventId": reader.choice("eventId", EVENTS, required=True),
        "url": reader.text("url", required=True),
    }
    if columns["url"] and not _is_url(columns["url"]):
        reader.complain(error_texts.not_valid("url"))
    reader.finish()
    webhook_id = context.store.insert("webhooks", {"folderId": context.folder_id, **columns})
    return _wire(checks.required(checks.find(context, "webhooks", "webhookId", webhook_id)))


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return False


def _wire(row: Row) -> dict[str, Any]:
    return {"webhookId": str(row["webhookId"]), "eventId": row["eventId"], "url": row["url"]}


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/webhooks"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(f"{_COLLECTION}/<webhook_id>", Scope.FOLDER, {"GET": read, "DELETE": delete}),
)
