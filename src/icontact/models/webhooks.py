"""Web hooks: where iContact reports what happens to contacts."""

from __future__ import annotations

from typing import TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel


class EventId(OpenEnum):
    """What iContact reports (documentation page "Web Hooks"); not do-not-contact."""

    CONTACT_CREATED = "contact_created"
    CONTACT_UPDATED = "contact_updated"
    CONTACT_SUBSCRIBED = "contact_subscribed"
    CONTACT_UNSUBSCRIBED = "contact_unsubscribed"


@attrs.frozen(kw_only=True)
class Webhook(OpenModel):
    """A place that one kind of event is posted to.

    Attributes:
        webhook_id: Primary key.
        event_id: Required: what is reported.
        url: Required: where to. Not in the ``repr``, since it should hold a secret.

    Documentation: "Web Hooks".
    """

    webhook_id: int
    event_id: EventId | str = ""
    url: str = attrs.field(default="", repr=False)


class WebhookFields(TypedDict, total=False):
    """What a new web hook says. Both are required."""

    event_id: EventId | str
    url: str
