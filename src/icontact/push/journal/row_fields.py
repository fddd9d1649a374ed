"""The fields of rows as iContact is sent them, which is how a journal stores them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from icontact import wire
from icontact.models import Contact, ContactFields

__all__ = ["body_of", "fields_from", "json_of"]

_CUSTOM = "custom_fields"
_ALLOWED = frozenset(ContactFields.__annotations__)
_compact = json.JSONEncoder(separators=(",", ":")).encode


@cache
def _names() -> Mapping[str, str]:
    """Return our names of the standard fields by iContact's."""
    blank = dict.fromkeys(_ALLOWED - {_CUSTOM}, "")
    return dict(zip(wire.encode_fields(Contact, blank, _ALLOWED), blank, strict=True))


def body_of(fields: ContactFields) -> dict[str, str]:
    """Return fields as iContact is sent them: ``None`` is ``""``, a value its text.

    Raises:
        TypeError: For an unknown field.
        ValueError: For a value that cannot be sent.
    """
    sent = wire.encode_fields(Contact, fields, _ALLOWED)
    return {name: value if type(value) is str else str(value) for name, value in sent.items()}


def json_of(body: Mapping[str, str]) -> str:
    """Return a body as compact JSON."""
    return _compact(body)


def fields_from(body: Mapping[str, str]) -> ContactFields:
    """Return the fields that a body was made of."""
    names = _names()
    fields: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, value in body.items():
        where, key = (fields, names[name]) if name in names else (custom, name)
        where[key] = value if value != "" else None
    if custom:
        fields[_CUSTOM] = custom
    return cast("ContactFields", fields)
