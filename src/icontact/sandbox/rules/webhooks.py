"""Web hooks: who hears of what happens to contacts, and what they hear (API 17.2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import attrs

from icontact.sandbox import messages
from icontact.sandbox.rules import bodies, checks, contact_fields, custom_fields, lists
from icontact.sandbox.rules.call import Call, Event, Route, Scope
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row

EVENTS = frozenset(
    {"contact_created", "contact_updated", "contact_subscribed", "contact_unsubscribed"}
)

_LISTING = Listing(
    table="webhooks",
    key="webhookId",
    terms={
        "webhookId": column("webhookId", Kind.NUMBER),
        "eventId": column("eventId", Kind.CODE),
        "url": column("url"),
    },
)


@attrs.frozen(kw_only=True)
class CallBack:
    """What a web hook is to be told."""

    webhook_id: int
    event_id: str
    url: str
    payload: list[dict[str, Any]] = attrs.field(repr=False)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/webhooks``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return page.envelope(call, "webhooks", _wire)


def create_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/webhooks``; any host is taken, but see :mod:`icontact.sandbox.courier`."""
    return {"webhooks": bodies.save_many(call, "webhooks", "webhook", _create) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/webhooks/{webhookId}``."""
    return {"webhook": _wire(_load(call))}


def delete(call: Call) -> list[Any]:
    """Answer ``DELETE …/webhooks/{webhookId}``."""
    webhook_id = _load(call)["webhookId"]
    call.store.execute("DELETE FROM webhooks WHERE webhookId = ?", (webhook_id,))
    return []


def call_backs(call: Call) -> list[CallBack]:
    """Return what is to be told of the events of a call, contacts and lists as they are now."""
    told: list[CallBack] = []
    for folder_id in dict.fromkeys(event.folder_id for event in call.events):
        here = attrs.evolve(call, folder_id=folder_id)
        hooks = call.store.rows("SELECT * FROM webhooks WHERE folderId = ?", (folder_id,))
        told += [each for hook in hooks for each in _told(here, hook)]
    return told


def _told(call: Call, hook: Row) -> list[CallBack]:
    types = custom_fields.defined(call)
    payload = [
        _payload(call, event, types)
        for event in call.events
        if (event.event_id, event.folder_id) == (hook["eventId"], call.folder_id)
    ]
    batches = [payload] if call.quirks.webhook_batches else [[each] for each in payload]
    return [
        CallBack(
            webhook_id=hook["webhookId"], event_id=hook["eventId"], url=hook["url"], payload=batch
        )
        for batch in batches
        if batch
    ]


def _payload(call: Call, event: Event, types: dict[str, str]) -> dict[str, Any]:
    contact = checks.required(checks.find(call, "contacts", "contactId", event.contact_id))
    payload = {"contact": contact_fields.member_wire(contact, types)}
    if event.list_id is not None:
        found = checks.required(checks.find(call, "lists", "listId", event.list_id))
        payload["list"] = lists.read_wire(found)
    return payload


def _load(call: Call) -> Row:
    return checks.required(checks.find(call, "webhooks", "webhookId", call.path_ids["webhook_id"]))


def _create(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(item)
    reader.forbid("webhookId")
    columns = {
        "eventId": reader.choice("eventId", EVENTS, required=True),
        "url": reader.text("url", required=True),
    }
    if columns["url"] and not _is_url(columns["url"]):
        reader.complain(messages.not_valid("url"))
    reader.finish()
    webhook_id = call.store.insert("webhooks", {"folderId": call.folder_id, **columns})
    return _wire(checks.required(checks.find(call, "webhooks", "webhookId", webhook_id)))


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
