"""The rows of a push at each point of their way through the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

import attrs

from icontact.auth import Private
from icontact.models import Contact, ContactFields

__all__ = [
    "KnownContact",
    "OpenRow",
    "RowPlan",
    "RowRecord",
    "RowResult",
    "RowToWrite",
    "contact_from",
    "contact_text",
    "storable",
]

#: A row as it is kept at first: row, email, address, fields, notes, restricted, stage, status,
#: reason. The one about which there is nothing to be said has only the first four. A reason without
#: a status is why the row's person opted out.
RowRecord: TypeAlias = (
    tuple[int, str, str, str]
    | tuple[int, str | None, str | None, str | None, str | None, int, int, str | None, str | None]
)


@attrs.frozen(kw_only=True)
class OpenRow:
    """A row of which is to be found out what to do, with what is known of its address.

    Attributes:
        row: Its place in the input.
        email: The address.
        fields: What the mapper made.
        contacts: Those with this address.
        subscription: The state on the list, if there is one contact.
        tried: What an earlier request with this row was to bring about.
        tried_reason: Why.
        opted_out: Why the person must not be mailed, where the row itself says so.
    """

    row: int
    email: Private
    fields: ContactFields = attrs.field(repr=False)
    contacts: tuple[Contact, ...] = ()
    subscription: str | None = None
    tried: str | None = None
    tried_reason: str | None = None
    opted_out: str | None = None


@attrs.frozen(kw_only=True)
class KnownContact:
    """A contact as far as a push has to know it."""

    contact: Contact
    address: Private


@attrs.frozen(kw_only=True)
class RowPlan:
    """What is to be done with a row, as it is kept.

    Attributes:
        row: Its place in the input.
        stage: Whether it is to be written, or done.
        action: What is written to the contact; the name of an ``Action``.
        subscribe: Whether it is put on the list.
        changes: The fields that differ, and what they hold now.
        contact_id: The existing contact.
        subscription: Its state on the list.
        status: How the row ends if all goes well.
        reason: Why.
    """

    row: int
    stage: int
    action: str
    subscribe: bool
    changes: Mapping[str, str] = attrs.field(repr=False)
    contact_id: int | None
    subscription: str | None
    status: str
    reason: str


# The next two are made for every row, and to be frozen would cost them several times as much.


@attrs.define
class RowToWrite:
    """A row that is to be written, as it is kept. Its ``repr`` shows nothing personal.

    Attributes:
        row: Its place in the input.
        address: The address, in lower case.
        action: What is written to the contact; the name of an ``Action``.
        subscribe: Whether it is put on the list.
        contact_id: The existing contact.
        subscription: Its state on the list as it was found.
        status: How the row ends if all goes well.
        reason: Why.
        tried: Whether an earlier request with it may have been carried out.
        changes: The fields that differ and what they hold now, as JSON.
        text: All fields of the row, as JSON.
    """

    row: int
    address: str = attrs.field(repr=False)
    action: str
    subscribe: int
    contact_id: int | None
    subscription: str | None
    status: str
    reason: str
    tried: int
    changes: str | None = attrs.field(repr=False)
    text: str = attrs.field(repr=False)


@attrs.define
class RowResult:
    """How a row ended.

    Attributes:
        row: Its place in the input.
        status: How.
        reason: Why.
        subscription: The state on the list.
        contact_id: The contact.
        tried: Whether a request with it may have been carried out, now or earlier.
    """

    row: int
    status: str
    reason: str
    subscription: str | None
    contact_id: int | None
    tried: int = 1


def storable(text: str) -> str:
    """Return a text of the server's as SQLite can keep it: without halves of surrogate pairs."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


_FIELDS = tuple(
    name for name in ContactFields.__annotations__ if name not in ("email", "status", "business")
)


def contact_text(contact: Contact) -> str:
    """Keep of a contact what a decision rests on; blank fields are left out."""
    kept: dict[str, Any] = {
        name: value for name in _FIELDS if (value := getattr(contact, name)) not in ("", {})
    }
    # Of these, absent and blank are two things.
    if contact.business is not None:
        kept["business"] = contact.business
    return json.dumps([contact.contact_id, contact.email, str(contact.status), kept], default=str)


def contact_from(text: str) -> Contact:
    """Return a contact as it was kept."""
    contact_id, email, status, kept = json.loads(text)
    return Contact(
        contact_id=contact_id, email=email, status=status, **cast("dict[str, Any]", kept)
    )
