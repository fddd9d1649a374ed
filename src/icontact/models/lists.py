"""Lists, and who is subscribed to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

import attrs

from icontact.models._base import COLLECTS, Model, OpenEnum, named

__all__ = [
    "ContactList",
    "ListFields",
    "Subscription",
    "SubscriptionFields",
    "SubscriptionStatus",
]


@attrs.frozen(kw_only=True)
class ContactList(Model):
    """A mailing list.

    Attributes:
        list_id: Primary key.
        name: Required.
        public_name: What contacts see (``publicname`` on the wire).
        description: Internal.
        email_owner_on_change: Whether the owner is mailed when somebody joins or leaves.
        welcome_on_manual_add: Deprecated by iContact in favour of automations.
        welcome_on_signup_add: Deprecated likewise.
        welcome_message_id: Deprecated likewise.
        extra: Keys of the answer that this model does not know.

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
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False, metadata=COLLECTS)


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
class Subscription(Model):
    """The tie between one contact and one list. It is never deleted, only unsubscribed or moved.

    Attributes:
        subscription_id: Primary key, ``"{list_id}_{contact_id}"``.
        contact_id: The contact.
        list_id: The list.
        status: Whether mail arrives.
        confirmation_message_id: The confirmation request sent with ``pending``.
        add_date: Receive-only; aware.
        extra: Keys of the answer that this model does not know.

    Documentation: "Subscriptions".
    """

    subscription_id: str
    contact_id: int
    list_id: int
    status: SubscriptionStatus | str = SubscriptionStatus.NORMAL
    confirmation_message_id: int | None = None
    add_date: datetime | None = None
    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False, metadata=COLLECTS)


class SubscriptionFields(TypedDict, total=False):
    """What a new subscription says. ``contact_id``, ``list_id`` and ``status`` are required."""

    contact_id: int
    list_id: int
    status: SubscriptionStatus | str
    confirmation_message_id: int | None
