"""What iContact posts to a web hook.

.. code-block:: python

    from icontact import webhooks

    body = b'[{"contact": {"contactId": "42"}, "list": {"listId": "7"}}]'
    for event in webhooks.parse(body, event_id="contact_unsubscribed"):
        print(event.contact.contact_id, event.contact_list.list_id)

:class:`icontact.resources.Webhooks` says what is posted, and where to.

**Nothing that arrives is signed.** Whoever knows the URL of a receiver can post to it, so:

* Put a long random secret into the path of the URL (``secrets.token_urlsafe(32)``), use https, and
  answer 404 to every other path. Compare it with :func:`hmac.compare_digest`, keep it out of logs,
  and change it by creating a new web hook and deleting the old one.
* Take what arrives for a hint, not for the truth: read the contact or the subscription again by
  its id (``folder.contacts.get(event.contact.contact_id)``) and act on that. A forged post then
  costs one request and changes nothing.
* Bound the size of what you read, answer 200 at once, and do the work afterwards. Whether iContact
  posts again after another answer, and in which order, is not documented (API 17.2): handle the
  same event twice without harm, and compare with a full reading now and then.

The body does not say which event it is about: creation and update look alike, subscribing and
unsubscribing too. Give each event its own URL, and tell :func:`parse` which one it was. There is no
event for do-not-contact at all; ``folder.suppressed()`` finds those.

Documentation: "Web Hooks".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias, overload

import attrs

from icontact import wire
from icontact.errors import DecodeError
from icontact.models import Contact, ContactList, EventId, Model

__all__ = ["ContactEvent", "SubscriptionEvent", "WebhookEvent", "parse"]

#: Far more than a service posts at once.
_MOST_EVENTS = 10_000


@attrs.frozen(kw_only=True)
class ContactEvent(Model):
    """A contact was created or updated. Its ``repr`` shows no personal data.

    Attributes:
        contact: The contact.
        event_id: Which event, where the caller told.
        extra: What else stood beside it.
    """

    contact: Contact
    event_id: EventId | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)


@attrs.frozen(kw_only=True)
class SubscriptionEvent(Model):
    """A contact subscribed to a list or unsubscribed. Its ``repr`` shows no personal data.

    Attributes:
        contact: The contact.
        contact_list: The list.
        event_id: Which event, where the caller told.
        extra: What else stood beside them.
    """

    contact: Contact
    contact_list: ContactList
    event_id: EventId | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)


#: What :func:`parse` returns.
WebhookEvent: TypeAlias = ContactEvent | SubscriptionEvent

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
def parse(body: bytes | str, *, event_id: _Changed) -> tuple[ContactEvent, ...]: ...


@overload
def parse(body: bytes | str, *, event_id: _Moved) -> tuple[SubscriptionEvent, ...]: ...


@overload
def parse(
    body: bytes | str, *, event_id: EventId | str | None = None
) -> tuple[WebhookEvent, ...]: ...


def parse(body: bytes | str, *, event_id: EventId | str | None = None) -> tuple[WebhookEvent, ...]:
    """Read what iContact posted. Makes no request, and trusts nothing: see this module's page.

    Args:
        body: The body of the request, as it arrived.
        event_id: Which event this URL is for, since the body does not say.

    Returns:
        One event for each entry of the body, which is a :class:`SubscriptionEvent` if there is a
        list, and a :class:`ContactEvent` if there is none.

    Raises:
        DecodeError: If it is not what iContact posts, or not for that event. Shows no values.
        ValueError: If there is no such event.

    Documentation: "Web Hooks".
    """
    event = None if event_id is None else EventId(event_id)
    events, problems = _read(body, event)
    # Error trackers print the locals of every frame on the way: the error is raised from here,
    # where nothing of the body is left.
    del body
    if problems:
        raise DecodeError(problems)
    return events


def _read(
    body: bytes | str, event: EventId | None
) -> tuple[tuple[WebhookEvent, ...], tuple[str, ...]]:
    """Return the events and no problems, or none and the problems in words."""
    try:
        entries = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        # The parser's own message is kept from the error: it holds the body.
        return (), ("expected JSON",)
    if not isinstance(entries, list):
        return (), ("expected an array of events",)
    if len(entries) > _MOST_EVENTS:
        return (), (f"more than {_MOST_EVENTS:,} events in one body",)
    try:
        return tuple(_event(entry, f"[{at}]", event) for at, entry in enumerate(entries)), ()
    except DecodeError as error:
        return (), error.problems


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


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
        return ContactEvent(contact=contact, event_id=event_id, extra=extra)
    contact_list = wire.decode(ContactList, entry["list"], f"{path}.list")
    return SubscriptionEvent(
        contact=contact, contact_list=contact_list, event_id=event_id, extra=extra
    )
