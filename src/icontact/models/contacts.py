"""Contacts, their history, and the custom fields of a client folder."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict

import attrs

from icontact.models._base import COLLECTS, Model, OpenEnum, OpenModel
from icontact.notebook import mask_address


class ContactStatus(OpenEnum):
    """Whether a contact may be mailed at all (documentation page "Contacts")."""

    NORMAL = "normal"
    BOUNCED = "bounced"
    DONOTCONTACT = "donotcontact"
    PENDING = "pending"
    INVITABLE = "invitable"
    DELETED = "deleted"


@attrs.frozen(kw_only=True)
class Contact(Model):
    """A person in a client folder. Its ``repr`` shows the address masked, and no other data.

    Attributes:
        contact_id: Primary key.
        email: Required; unique in the folder.
        prefix: Salutation, such as ``Ms.``
        first_name: Given name.
        last_name: Family name.
        suffix: Name suffix, such as ``III``.
        street: First address line.
        street2: Second address line.
        city: Town.
        state: At most 10 characters.
        postal_code: Text: ``"02169"`` keeps its zero.
        phone: Phone number.
        fax: Fax number.
        business: Documented as business phone; many clients keep the company's name in it.
            ``None`` means that the answer did not contain the field, as recorded listings do not
            (API 6.2); :meth:`icontact.resources.Contacts.get` shows it.
        status: May be mailed or not; see :class:`ContactStatus`.
        create_date: Receive-only; aware, US Eastern.
        bounce_count: Receive-only; ``None`` while there is none.
        custom_fields: Every further key of the answer: the folder's custom fields by private name.

    Documentation: "Contacts".
    """

    contact_id: int
    email: str = attrs.field(default="", repr=mask_address)
    prefix: str = attrs.field(default="", repr=False)
    first_name: str = attrs.field(default="", repr=False)
    last_name: str = attrs.field(default="", repr=False)
    suffix: str = attrs.field(default="", repr=False)
    street: str = attrs.field(default="", repr=False)
    street2: str = attrs.field(default="", repr=False)
    city: str = attrs.field(default="", repr=False)
    state: str = attrs.field(default="", repr=False)
    postal_code: str = attrs.field(default="", repr=False)
    phone: str = attrs.field(default="", repr=False)
    fax: str = attrs.field(default="", repr=False)
    business: str | None = attrs.field(default=None, repr=False)
    status: ContactStatus | str = ContactStatus.NORMAL
    create_date: datetime | None = None
    bounce_count: int | None = None
    custom_fields: Mapping[str, Any] = attrs.field(
        factory=dict, repr=False, hash=False, metadata=COLLECTS
    )


class ActionType(OpenEnum):
    """What happened to a contact (documentation page "Contact History")."""

    ADD_CONTACT = "AddContact"
    EDIT_FIELDS = "EditFields"
    EDIT_STATUS = "EditStatus"
    EDIT_SUBSCRIPTION = "EditSubscription"
    CLICK = "Click"
    SURVEY = "Survey"
    OPEN = "Open"
    BOUNCE = "Bounce"
    RELEASE_SEND = "ReleaseSend"
    SCHEDULE_SEND = "ScheduleSend"
    CANCEL_SEND = "CancelSend"
    SEND = "Send"
    FORWARD = "Forward"


@attrs.frozen(kw_only=True)
class ContactAction(OpenModel):
    """One entry of a contact's history.

    Attributes:
        action_type: What happened.
        action_time: When; aware.
        actor: ``system``, ``admin``, ``contact``, ``user``, or a user id as text.
        details: What belongs to the type, such as the changed fields; empty where there is nothing.

    Documentation: "Contact History".
    """

    action_type: ActionType | str
    action_time: datetime | None = None
    actor: str = ""
    details: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)


#: What may be written into a custom field. ``None`` clears it.
CustomValue: TypeAlias = str | int | float | Decimal | bool | date | None


class ContactDetails(TypedDict, total=False):
    """What may be written of a contact beside its address and status."""

    prefix: str | None
    first_name: str | None
    last_name: str | None
    suffix: str | None
    street: str | None
    street2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    phone: str | None
    fax: str | None
    business: str | None
    custom_fields: Mapping[str, CustomValue]


class ContactFields(ContactDetails, total=False):
    """What may be written of a contact: absent is not sent, ``None`` clears, a value sets.

    ``status`` of an existing contact takes only ``normal`` and ``donotcontact`` (API 6.3).
    """

    email: str
    status: ContactStatus | str


class FieldType(OpenEnum):
    """What a custom field holds (documentation page "Custom Fields")."""

    CHECKBOX = "checkbox"
    TEXT = "text"
    NUMBER = "number"
    DECIMAL_ONE = "decimalOne"
    DECIMAL_TWO = "decimalTwo"
    DECIMAL_THREE = "decimalThree"
    DECIMAL_FOUR = "decimalFour"
    DATE = "date"


def parse_day(text: str, *further: str) -> date | None:
    """Return the day of a custom date, in a form in which it may come back (API 2.8, uncertain).

    ``further`` are more forms, for `strptime`.
    """
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", *further):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
    return None


@attrs.frozen(kw_only=True)
class CustomField(OpenModel):
    """A field that the folder's owner added to contacts.

    Attributes:
        custom_field_id: Primary key; equals the private name, and stands in the URI.
        private_name: Required; without spaces, quotes, slashes, backslashes, square brackets.
        field_type: Required.
        display_to_user: Required; whether contacts see it on their profile page.
        public_name: The label that contacts see.

    Documentation: "Custom Fields".
    """

    private_name: str
    # Some listings leave the id out (API 9); it equals the private name.
    custom_field_id: str = attrs.field(
        default=attrs.Factory(lambda field: field.private_name, takes_self=True)
    )
    field_type: FieldType | str = FieldType.TEXT
    display_to_user: bool | None = None
    public_name: str = ""


class CustomFieldFields(TypedDict, total=False):
    """What may be written of a custom field.

    ``private_name``, ``field_type`` and ``display_to_user`` are required on creation and on
    ``replace``.
    """

    private_name: str
    field_type: FieldType | str
    display_to_user: bool
    public_name: str | None
