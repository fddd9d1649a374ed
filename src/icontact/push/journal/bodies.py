"""What rows say about their people: as iContact is sent it, which is how a journal keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from icontact import wire
from icontact.models import Contact, ContactFields

__all__ = ["body_of", "fields_from", "texts_of"]

_CUSTOM = "custom_fields"
_ALLOWED = frozenset(ContactFields.__annotations__)


@cache
def _names() -> Mapping[str, str]:
    """Return iContact's names of the standard fields."""
    blank = dict.fromkeys(_ALLOWED - {_CUSTOM}, "")
    return dict(zip(blank, wire.encode_fields(Contact, blank, _ALLOWED), strict=True))


@cache
def _ours() -> Mapping[str, str]:
    return {sent: name for name, sent in _names().items()}


def body_of(fields: ContactFields) -> dict[str, str]:
    """Return fields as iContact is sent them: ``None`` is ``""``, a value its text.

    Raises:
        TypeError: For a field that there is not.
        ValueError: For a value that cannot be sent.
    """
    names = _names()
    body: dict[str, str] = {}
    given: Mapping[str, Any] = fields
    for name, value in given.items():
        if type(value) is str and name in names:
            body[names[name]] = value
        elif name == _CUSTOM and _all_texts(value):
            body |= value
        else:
            # What is no text takes the long way.
            sent = wire.encode_fields(Contact, given, _ALLOWED)
            return {
                name: value if type(value) is str else str(value) for name, value in sent.items()
            }
    return body


def _all_texts(custom: Any) -> bool:
    return type(custom) is dict and all(type(value) is str for value in custom.values())


def texts_of(bodies: Sequence[Mapping[str, str]]) -> list[str]:
    """Return bodies as JSON, one text for each.

    All are written at once, which takes half as long as one by one, and parted where one ends and
    the next begins: within a value there is no quotation mark without a backslash before it.
    """
    if not all(bodies):
        return [json.dumps(body) for body in bodies]
    texts = json.dumps(bodies, separators=(",", ":"), check_circular=False)[3:-3].split('"},{"')
    return ['{"' + text + '"}' for text in texts] if bodies else []


def fields_from(body: Mapping[str, str]) -> ContactFields:
    """Return the fields that a body was made of."""
    ours = _ours()
    fields: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, value in body.items():
        where, key = (fields, ours[name]) if name in ours else (custom, name)
        where[key] = value if value != "" else None
    if custom:
        fields[_CUSTOM] = custom
    return cast("ContactFields", fields)
