"""Writes of which only a receipt is read: who was stored, in which state, and nothing else.

A push compares nothing with these answers: to make whole models of them would be for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs

from icontact.addresses import canonical_address
from icontact.models import (
    ContactStatus,
    SubscriptionFields,
    SubscriptionStatus,
)
from icontact.models._base import EASTERN
from icontact.resources._base import BatchResult, Resource
from icontact.resources.contacts import Contacts
from icontact.resources.subscriptions import Subscriptions
from icontact.transport import Call, Safety

__all__ = ["ContactReceipt", "SubscriptionReceipt", "store_contacts", "store_subscriptions"]


# Made for every row of a push, and to be frozen would cost them several times as much.


@attrs.define(kw_only=True)
class ContactReceipt:
    """What tells who was stored. As in :class:`icontact.models.Contact`, and read likewise."""

    contact_id: int
    email: str = attrs.field(default="", repr=False)
    status: ContactStatus | str = ContactStatus.NORMAL
    create_date: datetime | None = attrs.field(default=None, metadata=EASTERN)


@attrs.define(kw_only=True)
class SubscriptionReceipt:
    """What tells who is on the list now. As in :class:`icontact.models.Subscription`."""

    contact_id: int
    list_id: int
    status: SubscriptionStatus | str = SubscriptionStatus.NORMAL


def store_contacts(
    contacts: Contacts, texts: Iterable[str], keys: Sequence[int | str]
) -> BatchResult[ContactReceipt]:
    """Create or update contacts as :meth:`Contacts.create_many` does.

    Args:
        contacts: Where.
        texts: What is sent of each, as JSON.
        keys: What each is matched by: its id if that is sent, else its canonical address.
    """
    call = _posted(contacts, texts)
    ids = {key for key in keys if isinstance(key, int)}

    def stored_key(contact: ContactReceipt) -> int | str:
        if contact.contact_id in ids:
            return contact.contact_id
        return str(canonical_address(contact.email))

    return contacts._create_many_as(ContactReceipt, call, keys, stored_key)


def _posted(resource: Resource[Any], texts: Iterable[str]) -> Call:
    body = f"[{','.join(texts)}]".encode()
    return Call("POST", resource._path, body=body, safety=Safety.REPEATABLE)


def store_subscriptions(
    subscriptions: Subscriptions, contact_ids: Sequence[int], fields: SubscriptionFields
) -> BatchResult[SubscriptionReceipt]:
    """Subscribe contacts to one list as :meth:`Subscriptions.create_many` does.

    Args:
        subscriptions: Where.
        contact_ids: Who.
        fields: The rest of what is sent of each.
    """
    list_id = fields.get("list_id")
    rest = json.dumps(subscriptions._body(fields), separators=(",", ":"))[1:]
    texts = [f'{{"contactId":{contact_id},{rest}' for contact_id in contact_ids]
    call = _posted(subscriptions, texts)

    def stored_key(one: SubscriptionReceipt) -> int | None:
        return one.contact_id if one.list_id == list_id else None

    return subscriptions._create_many_as(SubscriptionReceipt, call, contact_ids, stored_key)
