"""What iContact posts to a web hook.

.. code-block:: python

    from icontact import webhooks

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
from typing import Any

import attrs

from icontact import wire
from icontact.errors import DecodeError
from icontact.models import Contact, ContactList, EventId

__all__ = ["ContactEvent", "SubscriptionEvent", "WebhookEvent", "parse"]


@attrs.frozen(kw_only=True)
class ContactEvent:
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
class SubscriptionEvent:
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


WebhookEvent = ContactEvent | SubscriptionEvent

_ABOUT_LISTS = (EventId.CONTACT_SUBSCRIBED, EventId.CONTACT_UNSUBSCRIBED)


def parse(body: bytes | str, *, event_id: EventId | str | None = None) -> tuple[WebhookEvent, ...]:
    """Read what iContact posted. Makes no request, and trusts nothing: see this module's page.

    Args:
        body: The body of the request, as it arrived.
        event_id: Which event this URL is for, since the body does not say.

    Returns:
        One event for each entry of the body: with a list a :class:`SubscriptionEvent`, without
        one a :class:`ContactEvent`.

    Raises:
        DecodeError: If it is not what iContact posts, or not for that event. Shows no values.
        ValueError: If there is no such event.

    Documentation: "Web Hooks".
    """
    event = None if event_id is None else EventId(event_id)
    entries, problem = _entries(body)
    del body  # error trackers print the locals of every frame on the way
    if problem:
        raise DecodeError([problem])
    events = tuple(_event(entry, f"[{place}]", event) for place, entry in enumerate(entries))
    about_lists = event in _ABOUT_LISTS
    for place, made in enumerate(events):
        if event is not None and isinstance(made, SubscriptionEvent) is not about_lists:
            there = "no list" if about_lists else "a list"
            raise DecodeError([f"[{place}]: {event} has {there}"])
    return events


def _entries(body: bytes | str) -> tuple[list[Any], str | None]:
    """Return the entries and no problem, or none and the problem in words."""
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        # The parser's own message is kept from the error: it holds the body.
        return [], "expected JSON"
    if isinstance(found, list):
        return found, None
    return [], "expected an array of events"


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _event(entry: Any, path: str, event_id: EventId | None) -> WebhookEvent:
    if not isinstance(entry, dict):
        raise DecodeError([f"{path}: expected an object"])
    if "contact" not in entry:
        raise DecodeError([f"{path}.contact: missing"])
    contact = wire.decode(Contact, entry["contact"], f"{path}.contact")
    extra = {name: value for name, value in entry.items() if name not in ("contact", "list")}
    if "list" not in entry:
        return ContactEvent(contact=contact, event_id=event_id, extra=extra)
    contact_list = wire.decode(ContactList, entry["list"], f"{path}.list")
    return SubscriptionEvent(
        contact=contact, contact_list=contact_list, event_id=event_id, extra=extra
    )
