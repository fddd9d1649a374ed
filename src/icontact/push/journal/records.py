"""The rows of a push on their way through the journal; ``row`` is the place in the input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property

import attrs

from icontact.models import ContactFields
from icontact.push.reasons import OutcomeStatus, Reason

# Three of these are made for every row; to be frozen would cost them several times as much.


@attrs.define
class RowRecord:
    """A row of the input, mapped or rejected.

    Attributes:
        email: The address, as it is written.
        address: The address as it is compared; ``None`` keeps the row out of all comparing.
        text: What the mapper made, as JSON; ``None`` if the row is not pushed.
        notes: What the mapper left out or changed.
        restricted: Whether the row forbids to push other rows of the same address.
        status: How the row ended, if it has ended.
        reason: Why it ended.
        opted_out: Why the person must not be mailed, if the row says so.
        refused: Further addresses in a row that restricts its person, as they are compared.
        original: The row as it came, as JSON, if it can be read.
    """

    row: int
    email: str | None = attrs.field(repr=False)
    address: str | None = attrs.field(repr=False)
    text: str | None = attrs.field(repr=False)
    notes: tuple[str, ...] = ()
    restricted: bool = False
    status: OutcomeStatus | None = None
    reason: Reason | None = None
    opted_out: Reason | None = None
    refused: Sequence[str] = attrs.field(default=(), repr=False)
    original: str | None = attrs.field(default=None, repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether it is open, and there is nothing to say about it."""
        return not (self.status or self.notes or self.restricted or self.opted_out)


@attrs.define
class RowToWrite:
    """A row to be written, as the journal holds it. Its ``repr`` shows nothing personal.

    Attributes:
        address: The address, in lower case.
        action: What is written to the contact; an ``Action``.
        subscribe: Whether it is put on the list.
        status: How the row ends if all goes well.
        reason: Why, encoded.
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

    @cached_property
    def fields(self) -> ContactFields:
        """All fields of the row."""
        fields: ContactFields = json.loads(self.text)
        return fields


@attrs.define
class RowResult:
    """How a row ended; ``tried`` if a request with it may have been carried out, now or earlier."""

    row: int
    status: str
    reason: Reason
    subscription: str | None
    contact_id: int | None
    tried: int = 1
