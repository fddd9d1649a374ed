"""Which fields of a contact differ from those of a row."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from icontact.models import Contact, ContactFields, FieldType
from icontact.models.contacts import parse_day
from icontact.push.policy import PushPolicy

#: Standard fields that a push changes: a contact is found by its address, and keeps its status.
_COMPARED = tuple(
    name
    for name in ContactFields.__annotations__
    if name not in ("email", "status", "custom_fields")
)

_NUMBERS = (
    FieldType.NUMBER,
    FieldType.DECIMAL_ONE,
    FieldType.DECIMAL_TWO,
    FieldType.DECIMAL_THREE,
    FieldType.DECIMAL_FOUR,
)


def is_incomplete(contact: Contact, wanted: ContactFields, policy: PushPolicy) -> bool:
    """Check whether a listing left fields out that have to be compared (API 6.2)."""
    if policy.existing == "keep":
        return False
    if policy.existing == "replace" and (contact.business is None or not contact.custom_fields):
        return True
    if contact.business is None and "business" in wanted:
        return True
    return any(name not in contact.custom_fields for name in wanted.get("custom_fields", {}))


def changed_fields(
    wanted: ContactFields,
    contact: Contact,
    types: Mapping[str, FieldType | str],
    policy: PushPolicy,
) -> dict[str, str]:
    """Return the fields that a push would change, with the text that each holds now."""
    if policy.existing == "keep":
        return {}
    custom, held_custom = wanted.get("custom_fields", {}), contact.custom_fields
    held: dict[str, Any] = {
        name: getattr(contact, name)
        for name, value in wanted.items()
        if name in _COMPARED and not is_same(getattr(contact, name), value, None)
    }
    held |= {
        name: held_custom.get(name)
        for name, value in custom.items()
        if not is_same(held_custom.get(name), value, types.get(name))
    }
    if policy.existing == "replace":
        cleared = [name for name in _COMPARED if name not in wanted and getattr(contact, name)]
        held |= {name: getattr(contact, name) for name in cleared}
        held |= {name: value for name, value in held_custom.items() if value and name not in custom}
    return {name: as_text(value) for name, value in held.items()}


def filled_fields(contact: Contact) -> dict[str, Any]:
    """Return the fields of a contact that hold something, without address and status."""
    filled: dict[str, Any] = {
        name: value for name in _COMPARED if (value := getattr(contact, name))
    }
    if custom := {name: value for name, value in contact.custom_fields.items() if value}:
        filled["custom_fields"] = custom
    return filled


def is_same(current: Any, desired: Any, kind: FieldType | str | None) -> bool:
    """Check that a value need not be written. iContact stores all values as text."""
    now, then = as_text(current), as_text(desired)
    if now == then:
        return True
    if kind == FieldType.CHECKBOX:
        return {now, then} == {"", "0"}
    if not now or not then:
        return False
    if kind == FieldType.DATE:
        return (day := parse_day(now)) is not None and day == parse_day(then)
    if kind in _NUMBERS:
        with suppress(InvalidOperation):
            return Decimal(now) == Decimal(then)
    return False


def as_text(value: Any) -> str:
    """Return a value as iContact stores it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)
