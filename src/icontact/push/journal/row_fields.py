"""The fields of rows as iContact is sent them, which is how a journal stores them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeGuard, cast

from icontact import wire
from icontact.mapping.contact_fields import can_be_custom
from icontact.models import Contact, ContactFields

__all__ = ["body_of", "fields_from", "json_of", "sent_names"]

_CUSTOM = "custom_fields"
_ALLOWED = frozenset(ContactFields.__annotations__)


@cache
def sent_names() -> Mapping[str, str]:
    """Return iContact's names of the standard fields."""
    blank = dict.fromkeys(_ALLOWED - {_CUSTOM}, "")
    return dict(zip(blank, wire.encode_fields(Contact, blank, _ALLOWED), strict=True))


@cache
def _ours() -> Mapping[str, str]:
    return {sent: name for name, sent in sent_names().items()}


def body_of(fields: ContactFields) -> dict[str, str]:
    """Return fields as iContact is sent them: ``None`` is ``""``, a value its text.

    Raises:
        TypeError: For an unknown field.
        ValueError: For a value that cannot be sent.
    """
    names = sent_names()
    body: dict[str, str] = {}
    given: Mapping[str, Any] = fields
    for name, value in given.items():
        if type(value) is str and name in names:
            body[names[name]] = value
        elif name == _CUSTOM and _all_plain(value):
            body |= value
        else:
            # Values of other types take the long way.
            sent = wire.encode_fields(Contact, given, _ALLOWED)
            return {
                name: value if type(value) is str else str(value) for name, value in sent.items()
            }
    return body


def _all_plain(custom: Any) -> TypeGuard[dict[str, str]]:
    # Under iContact's own names they would overwrite its fields; the long way refuses them.
    return type(custom) is dict and all(
        type(name) is type(value) is str and can_be_custom(name) for name, value in custom.items()
    )


#: A body as JSON, as tight as the short way writes it.
json_of: Callable[[Mapping[str, str]], str] = json.JSONEncoder(
    separators=(",", ":"), check_circular=False
).encode


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
