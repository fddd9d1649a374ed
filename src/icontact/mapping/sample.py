"""An invented row that fills every field of a mapping."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from icontact.mapping.mautic import DO_NOT_CONTACT
from icontact.mapping.numbers import DECIMALS

if TYPE_CHECKING:
    from icontact.mapping.consent import ConsentCheck
    from icontact.mapping.field_mapping import FieldMapping
    from icontact.mapping.source import Key, Source

#: Accents, an ampersand, an apostrophe and zeros at the front show what a chain does to them.
_VALUES = {
    "prefix": "Ms.",
    "first_name": "Zoë",
    "last_name": "Sample-O'Neill",
    "suffix": "Jr.",
    "street": "1 Sample & Sons Street",
    "street2": "Apt. 2",
    "city": "Durham",
    "state": "NC",
    "postal_code": "02139",
    "phone": "+1 919 555 0100",
    "fax": "+1 919 555 0101",
    "business": "Sample & Söhne",
    "status": "normal",
}

_FULL_NAME = "Ms. Zoë Sample-O'Neill Jr."
_TEXT = "Sample & Söhne 42"
_COUNTRY = "United States"

#: Its day cannot be taken for a month.
_DAY = date(2026, 1, 31)
_NUMBER = Decimal("42.4242")


def sample_row(
    fields: Iterable[FieldMapping], email: str, *, country: Key | None, consent: ConsentCheck
) -> dict[Key, Any]:
    """Return a row for these fields.

    A key that fills several fields gets what suits the strictest of them.

    Args:
        fields: The fields to fill.
        email: The address.
        country: The key of the country, where there is one.
        consent: The keys that say who may be mailed; here they let the person be mailed.
    """
    row: dict[Key, Any] = {
        one.column: 0 if one.meaning == "no" else 1
        for one in consent.columns
        if consent.stated or one.meaning == "yes" or one.column == DO_NOT_CONTACT
    }
    for field in sorted(fields, key=_latitude):
        value = email if field.label == "email" else _value(field)
        row.setdefault(field.source.keys[0], value)
    if country is not None:
        row.setdefault(country, _COUNTRY)
    return row


def _latitude(field: FieldMapping) -> int:
    """Return how much a field takes: an address only itself, a text everything."""
    strict = field.label in ("email", "status", "state")
    steps = set(field.steps) & {"checkbox", "date", "number"}
    return 0 if strict else 1 if steps else 2 if field.source.transform else 3


def _value(field: FieldMapping) -> Any:
    source, steps = field.source, field.steps
    if callable(source.transform):
        return _typed(field, source) or _VALUES.get(field.label, _TEXT)
    if source.part is not None:
        return _FULL_NAME
    if "joined" in steps:
        return (source.split or "|").join(("one", "two"))
    value = _typed(field, source)
    return _VALUES.get(field.label, _TEXT) if value is None else value


def _typed(field: FieldMapping, source: Source) -> Any:
    """Return a value of the type that the field ends with, unless that is text."""
    if "checkbox" in field.steps:
        return True
    if "date" in field.steps:
        return _DAY
    if "number" not in field.steps:
        return None
    limits = (DECIMALS.get(field.field_type or ""), source.decimals)
    decimals = min((limit for limit in limits if limit is not None), default=2)
    return round(_NUMBER, decimals) if decimals else 42
