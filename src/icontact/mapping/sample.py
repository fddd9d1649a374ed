"""An invented row that fills every field of a mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from icontact.mapping.mautic import DO_NOT_CONTACT
from icontact.mapping.normalize import read_data

if TYPE_CHECKING:
    from icontact.mapping.consent import ConsentCheck
    from icontact.mapping.field_mapping import FieldMapping
    from icontact.mapping.source import Key


def sample_row(
    fields: Iterable[FieldMapping], email: str, *, country: Key | None, consent: ConsentCheck
) -> dict[Key, Any]:
    """Return a row for these fields.

    A key that fills several fields gets what suits the strictest of them.
    """
    row: dict[Key, Any] = {
        one.column: 0 if one.meaning == "no" else 1
        for one in consent.columns
        if consent.stated or one.meaning == "yes" or one.column == DO_NOT_CONTACT
    }
    for field in sorted(fields, key=_latitude):
        row.setdefault(field.keys[0], email if field.label == "email" else _value(field))
    if country is not None:
        row.setdefault(country, "United States")
    return row


def _latitude(field: FieldMapping) -> int:
    """Return how much a field takes: an address only itself, a text everything."""
    if field.label in ("email", "status", "state"):
        return 0
    if {"checkbox", "date", "number"}.intersection(field.steps):
        return 1
    return 2 if field.source.transform else 3


def _value(field: FieldMapping) -> Any:
    source, steps = field.source, field.steps
    if source.part is not None:
        return "Ms. Zoë Sample-O'Neill Jr."
    if "joined" in steps:
        return (source.split or "|").join(("one", "two"))
    if "checkbox" in steps:
        return True
    if "date" in steps:
        return date(2026, 1, 31)  # its day cannot be taken for a month
    if "number" in steps:
        decimals = field.decimals
        return (
            42 if decimals == 0 else round(Decimal("42.4242"), 2 if decimals is None else decimals)
        )
    return _texts().get(field.label, "Sample & Söhne 42")


@cache
def _texts() -> Mapping[str, str]:
    return read_data("sample_row.toml")
