"""Writes of which only a receipt is read: who was stored, in which state, and nothing else.

A push compares nothing with these answers: to make whole models of them would be for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from icontact.models import (
    ContactStatus,
    SubscriptionFields,
    SubscriptionStatus,
)
from icontact.models._base import EASTERN
from icontact.resources._base import BatchResult, Hidden
from icontact.resources.contacts import ContactRow, Contacts
from icontact.resources.subscriptions import Subscriptions

__all__ = ["ContactReceipt", "SubscriptionReceipt", "store_contacts", "store_subscriptions"]


@attrs.frozen(kw_only=True)
class ContactReceipt:
    """What tells who was stored. As in :class:`icontact.models.Contact`, and read likewise."""

    contact_id: int
    email: str = attrs.field(default="", repr=False)
    status: ContactStatus | str = ContactStatus.NORMAL
    create_date: datetime | None = attrs.field(default=None, metadata=EASTERN)


@attrs.frozen(kw_only=True)
class SubscriptionReceipt:
    """What tells who is on the list now. As in :class:`icontact.models.Subscription`."""

    contact_id: int
    list_id: int
    status: SubscriptionStatus | str = SubscriptionStatus.NORMAL


def store_contacts(contacts: Contacts, rows: Iterable[ContactRow]) -> BatchResult[ContactReceipt]:
    """Create or update contacts as :meth:`Contacts.create_many` does."""
    rows = Hidden(rows)
    return contacts._stored(rows, ContactReceipt)


def store_subscriptions(
    subscriptions: Subscriptions, rows: Iterable[SubscriptionFields]
) -> BatchResult[SubscriptionReceipt]:
    """Subscribe contacts as :meth:`Subscriptions.create_many` does."""
    rows = Hidden(rows)
    return subscriptions._stored(rows, SubscriptionReceipt)
