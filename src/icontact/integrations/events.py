"""Events of a contact in another system."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

import attrs

from icontact.addresses import canonical_address
from icontact.errors import ConfigError
from icontact.mapping.mautic import CONTACT_ID

__all__ = ["ContactEvent", "DoNotContactReason", "EventType", "Events"]


class EventType(StrEnum):
    """What happened."""

    IDENTIFIED = "identified"
    SAVED = "saved"
    FORM_SUBMITTED = "form_submitted"
    POINTS_CHANGED = "points_changed"
    SEGMENT_ADDED = "segment_added"
    SEGMENT_REMOVED = "segment_removed"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    DELETED = "deleted"
    MANUAL = "manual"


class DoNotContactReason(StrEnum):
    """Why a contact must not be mailed."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    MANUAL = "manual"
    #: The mark came from iContact, so that it pushes nothing back.
    ICONTACT = "icontact"
    UNKNOWN = "unknown"
    #: The reason cannot be read, and might be any of these.
    UNREADABLE = "unreadable"


def _identity_of(event: Any) -> str:
    text = json.dumps(event._content(), sort_keys=True, default=_as_text)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@attrs.frozen(kw_only=True)
class ContactEvent:
    """Something that happened to one contact. Its ``repr`` shows no personal data.

    Attributes:
        type: What happened; a text such as ``"saved"`` will do.
        contact: The contact as it was then: the row that the mapping reads.
        contact_id: The contact's id in that system. Without one the address identifies it.
        happened_at: When, with a time zone; by default now.
        email: The address; by default ``contact["email"]``, or what the mapping of a
            :class:`~icontact.integrations.triggers.PushIntegration` reads as the address. A contact
            without one is a visitor, and never pushed.
        old_points: The points before, where they changed.
        new_points: The points now, where they are known.
        form_id: The form's id.
        form_alias: The form's name for programs.
        form_results: What was filled in, by the names of the form's fields.
        segment_id: The segment's id.
        segment_alias: The segment's name for programs.
        do_not_contact: Whether the person must not be mailed; ``None`` if this event does not say.
        do_not_contact_reason: Why not.
        identity: Equal for a repetition of the event, and only then; by default made of all of the
            above.

    Raises:
        ConfigError: If ``happened_at`` has no time zone.
        ValueError: If the type is unknown.

    >>> event = ContactEvent(type="saved", contact_id=7, contact={"email": "jo@example.com"})
    >>> event.email
    'jo@example.com'
    """

    type: EventType = attrs.field(converter=EventType)
    contact: Mapping[str, Any] = attrs.field(converter=dict, repr=False, hash=False)
    contact_id: int | str | None = None
    happened_at: datetime = attrs.field(factory=lambda: datetime.now(UTC))
    email: str | None = attrs.field(
        default=attrs.Factory(lambda event: _address(event.contact), takes_self=True), repr=False
    )
    old_points: float | None = None
    new_points: float | None = None
    form_id: int | None = None
    form_alias: str | None = None
    form_results: Mapping[str, Any] = attrs.field(
        factory=dict, converter=dict, repr=False, hash=False
    )
    segment_id: int | None = None
    segment_alias: str | None = None
    do_not_contact: bool | None = None
    do_not_contact_reason: DoNotContactReason | None = attrs.field(
        default=None, converter=attrs.converters.optional(DoNotContactReason)
    )
    identity: str = attrs.field(default=attrs.Factory(_identity_of, takes_self=True), repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse a time without a time zone."""
        if not isinstance(self.happened_at, datetime) or self.happened_at.tzinfo is None:
            raise ConfigError("happened_at must be a datetime with a time zone")

    @property
    def key(self) -> str:
        """The contact's id, or else a hash of the address."""
        if self.contact_id is not None:
            return str(self.contact_id)
        return f"email:{_hashed(self.email or '')}"

    @property
    def address_hash(self) -> str | None:
        """A hash of the address, equal for all spellings; ``None`` without an address."""
        return None if self.email is None else _hashed(self.email)

    @property
    def has_fields(self) -> bool:
        """Whether the contact came with its fields: Mautic may send its id without them."""
        return "email" in self.contact or CONTACT_ID not in self.contact

    @property
    def at(self) -> float:
        """When it happened, in seconds since 1970."""
        return self.happened_at.timestamp()

    def to_json(self) -> str:
        """Return the event as a text that :meth:`from_json` reads; dates become text.

        Raises:
            TypeError: If a value is neither JSON's nor a date nor a decimal number.
        """
        return json.dumps({**self._content(), "identity": self.identity}, default=_as_text)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the event of such a text."""
        content = dict(json.loads(text))
        content["happened_at"] = datetime.fromisoformat(content["happened_at"])
        return cls(**content)

    def _content(self) -> dict[str, Any]:
        names = (field.name for field in attrs.fields(ContactEvent) if field.name != "identity")
        return {name: getattr(self, name) for name in names}


def _hashed(email: str) -> str:
    address = str(canonical_address(email)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(address).hexdigest()


def _address(contact: Mapping[str, Any]) -> str | None:
    address = contact.get("email")
    return address.strip() or None if isinstance(address, str) else None


def _as_text(value: object) -> str:
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a value of type {type(value).__name__} cannot be kept: give text or numbers")


class Events(tuple[ContactEvent, ...]):
    """The events of one body, and what of it is none.

    Attributes:
        skipped: The number of events of unknown types, by type.
        problems: One line for each event that could not be read: its place and why; no values.
    """

    skipped: Mapping[str, int]
    problems: tuple[str, ...]

    def __new__(
        cls,
        events: Iterable[ContactEvent] = (),
        *,
        skipped: Mapping[str, int] | None = None,
        problems: Iterable[str] = (),
    ) -> Self:
        """Return events with what was left out."""
        made = super().__new__(cls, events)
        made.skipped = dict(skipped or {})
        made.problems = tuple(problems)
        return made
