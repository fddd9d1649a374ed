"""The columns of an export, and what of a contact goes into them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import attrs

from icontact import wire
from icontact.errors import ConfigError
from icontact.frames import Frame, make_frame, writable
from icontact.models import Contact, CustomField, FieldType
from icontact.models.contacts import parse_day

CUSTOM = "custom_fields"
SUBSCRIPTIONS = "subscriptions"
SUBSCRIPTION = "subscription"

_OWN = "contact_id email prefix first_name last_name suffix street street2 city state".split()
_FIRST = (*_OWN, "postal_code", "phone", "fax", "business")
_LAST = ("status", "create_date", "bounce_count")

#: Every field that can be named, besides the custom fields and the subscriptions.
ALL_FIELDS = (*_FIRST, *_LAST)


@attrs.frozen(kw_only=True)
class ExportFields:
    """The fields that an export was asked for.

    Attributes:
        names: What was named; ``None`` for all that listings show.
        details: Whether what listings leave out is wanted, too.
        last: The column of the subscription to one list, or of all subscriptions.
    """

    names: tuple[str, ...] | None
    details: bool
    last: str

    @classmethod
    def checked(
        cls, fields: Iterable[str] | None, *, details: bool, one_list: bool
    ) -> ExportFields:
        """Check what was named, as far as that can be done without asking iContact.

        Raises:
            ConfigError: For a field that there is not; names the nearest one. For one named twice.
        """
        if isinstance(fields, str):
            raise ConfigError("fields are several names, such as ['email', 'first_name']")
        names = None if fields is None else tuple(fields)
        last = SUBSCRIPTION if one_list else SUBSCRIPTIONS
        known = frozenset([*ALL_FIELDS, CUSTOM, last])
        for place, name in enumerate(names or ()):
            if name not in known and not name.startswith(f"{CUSTOM}."):
                raise ConfigError(f"an export has no field {name!r}{wire.nearest(name, known)}")
            if name in (names or ())[:place]:
                raise ConfigError(f"the field {name!r} is named twice")
        if names == ():
            raise ConfigError("fields names no field at all; leave it out for all of them")
        return cls(names=names, details=details, last=last)

    @property
    def custom(self) -> bool:
        """Whether the folder's custom fields have to be asked for."""
        return self.names is None or any(name.startswith(CUSTOM) for name in self.names)

    @property
    def subscriptions(self) -> bool:
        """Whether subscriptions go out."""
        return self.names is None or self.last in self.names

    @property
    def hidden(self) -> Mapping[str, bool]:
        """Whether what listings may not show is wanted, at a request for each contact."""
        names = self.names or ()
        return {
            "business": self.details or "business" in names,
            "custom fields": self.details or any(name.startswith(CUSTOM) for name in names),
        }

    def columns(self, defined: Sequence[CustomField], known: Container[str]) -> tuple[str, ...]:
        """Return the columns, in their order.

        Args:
            defined: The folder's custom fields.
            known: ``"business"`` and ``"custom fields"``, if they are known of every contact.

        Raises:
            ConfigError: If a custom field is named that the folder does not have.
        """
        every = [f"{CUSTOM}.{field.private_name}" for field in defined]
        if self.names is None:
            first = (name for name in _FIRST if name != "business" or name in known)
            return (*first, *(every if "custom fields" in known else ()), *_LAST, self.last)
        names = dict.fromkeys(
            one for name in self.names for one in (every if name == CUSTOM else [name])
        )
        for name in names:
            if name.startswith(f"{CUSTOM}.") and name not in every:
                raise ConfigError(
                    f"the folder has no custom field {name.removeprefix(f'{CUSTOM}.')!r}"
                    f"{wire.nearest(name, frozenset(every)) if every else '; it has none'}"
                )
        return tuple(names)


def export_row(
    columns: Sequence[str], dates: Container[str], contact: Contact, subscriptions: Any
) -> dict[str, Any]:
    """Return the row of a contact with its subscriptions, or with the status of one.

    ``dates`` are the custom fields that hold a date.
    """
    row: dict[str, Any] = {}
    for column in columns:
        if column in (SUBSCRIPTION, SUBSCRIPTIONS):
            row[column] = subscriptions
        elif column.startswith(f"{CUSTOM}."):
            name = column.removeprefix(f"{CUSTOM}.")
            value = contact.custom_fields.get(name)
            row[column] = _day(value) if name in dates else _whole(value)
        elif column == "create_date":
            row[column] = contact.create_date and contact.create_date.isoformat()
        else:
            row[column] = _whole(getattr(contact, column))
    return row


def export_frame(
    columns: Sequence[str], defined: Sequence[CustomField], rows: Iterable[Mapping[str, Any]]
) -> Frame:
    """Return exported rows as the columns of a frame.

    A custom field is a column with its private name, or ``custom_fields.NAME`` if a field has that
    name, of the field's type; a value that does not fit it makes the column text. Each list is a
    column ``subscriptions.NAME`` with the status of the subscription.
    """
    types: dict[str, FieldType | str] = {}
    names: dict[str, str] = {}
    for column in columns:
        private = column.removeprefix(f"{CUSTOM}.")
        names[column] = private if private not in columns else column
    for field in defined:
        types[names.get(f"{CUSTOM}.{field.private_name}", "")] = field.field_type
    known = make_frame((), Contact).kinds
    frame = Frame(
        {
            names[column]: known.get(column, "text")
            for column in columns
            if column != SUBSCRIPTIONS and not column.startswith(f"{CUSTOM}.")
        }
    )
    for row in rows:
        found = {names[column]: value for column, value in row.items() if column != SUBSCRIPTIONS}
        for one in row.get(SUBSCRIPTIONS, ()):
            found[f"{SUBSCRIPTIONS}.{one['name'] or one['list_id']}"] = one["status"]
        if isinstance(found.get("create_date"), str):
            found["create_date"] = datetime.fromisoformat(found["create_date"])
        frame.add(found)
    for name, field_type in types.items():
        if name in frame.columns and (read := _READERS.get(field_type)) is not None:
            # A column with a value that does not fit its type stays text.
            with suppress(ValueError, KeyError, TypeError):
                frame.columns[name] = [
                    None if value in (None, "") else read(value) for value in frame.columns[name]
                ]
    return frame


_READERS: Mapping[FieldType | str, Callable[[str], Any]] = {
    FieldType.NUMBER: int,
    FieldType.DECIMAL_ONE: float,
    FieldType.DECIMAL_TWO: float,
    FieldType.DECIMAL_THREE: float,
    FieldType.DECIMAL_FOUR: float,
    FieldType.DATE: date.fromisoformat,
    FieldType.CHECKBOX: lambda value: {"1": True, "0": False, 1: True, 0: False}[value],
}


def _whole(value: Any) -> Any:
    return writable(value) if isinstance(value, str) else value


def _day(value: Any) -> Any:
    """Return a custom date in ISO's form, whatever the form it is kept in."""
    day = parse_day(str(value))
    return _whole(value) if day is None else day.isoformat()
