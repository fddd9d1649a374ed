"""Custom fields of a client folder."""

from __future__ import annotations

from typing import TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel

__all__ = ["CustomField", "CustomFieldFields", "FieldType"]


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
