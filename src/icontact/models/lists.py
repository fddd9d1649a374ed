"""Lists, and who is subscribed to them."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel, named


@attrs.frozen(kw_only=True)
class ContactList(OpenModel):
    """A mailing list.

    Attributes:
        list_id: Primary key.
        name: Required.
        public_name: What contacts see (``publicname`` on the wire).
        description: Internal.
        email_owner_on_change: Whether the owner is mailed when a contact joins or leaves.
        welcome_on_manual_add: Deprecated by iContact in favour of automations.
        welcome_on_signup_add: Deprecated likewise.
        welcome_message_id: Deprecated likewise.

    Documentation: "Lists".
    """

    list_id: int
    name: str = ""
    public_name: str = attrs.field(default="", metadata=named("publicname"))
    description: str = ""
    email_owner_on_change: bool | None = None
    welcome_on_manual_add: bool | None = None
    welcome_on_signup_add: bool | None = None
    welcome_message_id: int | None = None


class ListFields(TypedDict, total=False):
    """What may be written of a list. ``name`` is required on creation and on ``replace``."""

    name: str
    public_name: str | None
    description: str | None
    email_owner_on_change: bool
    welcome_on_manual_add: bool
    welcome_on_signup_add: bool
    welcome_message_id: int | None


class SubscriptionStatus(OpenEnum):
    """Whether mail to one list reaches one contact (documentation page "Subscriptions")."""

    NORMAL = "normal"
    PENDING = "pending"
    UNSUBSCRIBED = "unsubscribed"


@attrs.frozen(kw_only=True)
class Subscription(OpenModel):
    """The tie between one contact and one list. It is never deleted, only unsubscribed or moved.

    Attributes:
        subscription_id: Primary key, ``"{list_id}_{contact_id}"``.
        contact_id: The contact.
        list_id: The list.
        status: Whether mail arrives.
        confirmation_message_id: The confirmation request sent with ``pending``.
        add_date: Receive-only; aware.

    Documentation: "Subscriptions".
    """

    subscription_id: str
    contact_id: int
    list_id: int
    status: SubscriptionStatus | str = SubscriptionStatus.NORMAL
    confirmation_message_id: int | None = None
    add_date: datetime | None = None


class SubscriptionFields(TypedDict, total=False):
    """What a new subscription says. ``contact_id``, ``list_id`` and ``status`` are required."""

    contact_id: int
    list_id: int
    status: SubscriptionStatus | str
    confirmation_message_id: int | None
