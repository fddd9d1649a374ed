"""How the fields of a model are declared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import attrs

from icontact.frames import HasFrame
from icontact.notebook import shown, table

#: Metadata of the field that collects the keys which the model does not know. It holds a plain
#: dict, so that it pickles; new fields of the API never break a user and never vanish.
COLLECTS: Mapping[str, Any] = {"collects": True}


def named(wire: str) -> Mapping[str, Any]:
    """Return the metadata of a field whose wire name is not the camel case of its own."""
    return {"wire": wire}


class OpenEnum(StrEnum):
    """Values that iContact documents. Others are passed on as plain text."""


class Model(HasFrame):
    """What all models have."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name as plain values that JSON can take.

        Times become ISO text, tuples lists, and models within this one dictionaries.
        """
        kind: Any = type(self)
        fields = attrs.fields(kind)
        # What the model does not know comes last.
        ordered = sorted(fields, key=lambda field: "collects" in field.metadata)
        return {field.name: _plain(getattr(self, field.name)) for field in ordered}

    def _repr_html_(self) -> str:
        """Show in a notebook what ``repr`` shows, as a table."""
        kind: Any = type(self)
        fields = [one for one in attrs.fields(kind) if one.repr is not False]
        rows = ((one.name, shown(one, self)) for one in fields)
        return table(("field", "value"), rows, type(self).__name__)


@attrs.frozen(kw_only=True)
class OpenModel(Model):
    """A model that keeps what iContact sends beyond the fields that are known.

    Attributes:
        extra: Keys of the answer that the model does not know.
    """

    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False, metadata=COLLECTS)


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, str):
        return str(value)  # a member of an enumeration becomes its text
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value
