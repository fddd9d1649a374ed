"""Reads what iContact posts to a web hook; nothing of it is signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, overload

import attrs

from icontact import wire
from icontact.errors import DecodeError
from icontact.models import Contact, ContactList, Model
from icontact.models.webhooks import EventId

__all__ = ["SubscriptionEvent", "WebhookEvent", "parse"]

#: Far more than a service posts at once.
_MOST_EVENTS = 10_000


@attrs.frozen(kw_only=True)
class WebhookEvent(Model):
    """A contact was created or updated. Its ``repr`` shows no personal data.

    Attributes:
        contact: The contact.
        event_id: Which event, if the caller named it.
        extra: Other keys of the entry.
    """

    contact: Contact
    event_id: EventId | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)


@attrs.frozen(kw_only=True)
class SubscriptionEvent(WebhookEvent):
    """A contact subscribed to a list or unsubscribed. Its ``repr`` shows no personal data.

    Attributes:
        contact: The contact.
        contact_list: The list.
        event_id: Which event, if the caller named it.
        extra: Other keys of the entry.
    """

    contact_list: ContactList


_ABOUT_LISTS = (EventId.CONTACT_SUBSCRIBED, EventId.CONTACT_UNSUBSCRIBED)


_Changed: TypeAlias = Literal[
    EventId.CONTACT_CREATED, EventId.CONTACT_UPDATED, "contact_created", "contact_updated"
]
_Moved: TypeAlias = Literal[
    EventId.CONTACT_SUBSCRIBED,
    EventId.CONTACT_UNSUBSCRIBED,
    "contact_subscribed",
    "contact_unsubscribed",
]


@overload
def parse(body: bytes | str, *, event_id: _Changed) -> tuple[WebhookEvent, ...]: ...


@overload
def parse(body: bytes | str, *, event_id: _Moved) -> tuple[SubscriptionEvent, ...]: ...


@overload
def parse(
    body: bytes | str, *, event_id: EventId | str | None = None
) -> tuple[WebhookEvent, ...]: ...


def parse(body: bytes | str, *, event_id: EventId | str | None = None) -> tuple[WebhookEvent, ...]:
    """Read what iContact posted. Makes no request.

    **Nothing that arrives is signed**, so take it for a hint: read the contact or the subscription
    again by its id, and act on that. Give each event a URL of its own with a long random secret in
    the path: the body does not say which event it is about. Whether iContact posts again, and in
    which order, is not documented (API 17.2), and there is no event for do-not-contact: compare
    with ``folder.suppressed()`` now and then.

    >>> body = b'[{"contact": {"contactId": "42"}, "list": {"listId": "7"}}]'
    >>> (event,) = parse(body, event_id="contact_unsubscribed")
    >>> event.contact.contact_id, event.contact_list.list_id
    (42, 7)

    Args:
        body: The body of the request, as it arrived.
        event_id: Which event this URL is for, since the body does not say.

    Returns:
        One event for each entry of the body, which is a :class:`SubscriptionEvent` if there is a
        list, and a plain :class:`WebhookEvent` if there is none.

    Raises:
        DecodeError: If it is not what iContact posts, or not for that event. Shows no values.
        ValueError: If the event does not exist.

    Documentation: "Web Hooks".
    """
    event = None if event_id is None else EventId(event_id)
    try:
        # int() refuses the constants that are not JSON: NaN and Infinity.
        entries = json.loads(body, parse_constant=int)
    except (ValueError, RecursionError):
        # The parser's own message is dropped, since it can quote the body.
        raise DecodeError(["expected JSON"]) from None
    if not isinstance(entries, list):
        raise DecodeError(["expected an array of events"])
    if len(entries) > _MOST_EVENTS:
        raise DecodeError([f"more than {_MOST_EVENTS:,} events in one body"])
    return tuple(_event(entry, f"[{at}]", event) for at, entry in enumerate(entries))


def _event(entry: Any, path: str, event_id: EventId | None) -> WebhookEvent:
    if not isinstance(entry, dict):
        raise DecodeError([f"{path}: expected an object"])
    if "contact" not in entry:
        raise DecodeError([f"{path}.contact: missing"])
    contact = wire.decode(Contact, entry["contact"], f"{path}.contact")
    extra = {name: value for name, value in entry.items() if name not in ("contact", "list")}
    if event_id is not None and ("list" in entry) is not (event_id in _ABOUT_LISTS):
        raise DecodeError([f"{path}: {event_id} has {'a' if 'list' in entry else 'no'} list"])
    if "list" not in entry:
        return WebhookEvent(contact=contact, event_id=event_id, extra=extra)
    contact_list = wire.decode(ContactList, entry["list"], f"{path}.list")
    return SubscriptionEvent(
        contact=contact, contact_list=contact_list, event_id=event_id, extra=extra
    )
