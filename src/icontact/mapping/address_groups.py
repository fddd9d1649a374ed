"""Postal addresses in groups of columns: a row's first filled group is taken as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from icontact.errors import MappingError
from icontact.mapping.contact_fields import bounded, field_for
from icontact.mapping.field_mapping import FieldMapping, make_field
from icontact.mapping.options import MapperOptions
from icontact.mapping.source import Key, Source
from icontact.mapping.values import is_blank

ADDRESS_FIELDS = ("street", "street2", "city", "state", "postal_code")


@attrs.frozen
class AddressGroup:
    """The columns of one postal address, such as those of the billing address.

    Attributes:
        fields: What they fill.
        country: The column of its country, which helps to read the state.
    """

    fields: tuple[FieldMapping, ...]
    country: Source | None = None

    @property
    def keys(self) -> tuple[Key, ...]:
        """The row's keys that it reads."""
        country = self.country.keys if self.country else ()
        return (*(key for field in self.fields for key in field.keys), *country)

    def is_filled(self, row: Mapping[Any, Any]) -> bool:
        """Return whether a row has something in any of its columns."""
        return any(
            key in row and not is_blank(row[key]) for field in self.fields for key in field.keys
        )

    def as_config(self) -> dict[str, Any]:
        """Return the group as the option ``addresses`` takes it."""
        config = {field.name: field.source.as_config() for field in self.fields}
        return config if self.country is None else config | {"country": self.country.as_config()}


def make_groups(given: object, options: MapperOptions) -> Iterator[AddressGroup]:
    """Yield the groups that the option ``addresses`` describes."""
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise MappingError(f"addresses is a list of tables, not {type(given).__name__}")
    for group in given:
        if not isinstance(group, Mapping):
            raise MappingError(f"each of addresses is a table, not {type(group).__name__}")
        fields = dict(group)
        country = fields.pop("country", None)
        made = []
        for name, source in fields.items():
            if (field := field_for(name)) not in ADDRESS_FIELDS:
                raise MappingError(
                    f"addresses: {field} is not a field of a postal address; those are "
                    f"{bounded(ADDRESS_FIELDS)} and the country",
                    field=field,
                )
            made.append(make_field(field, source, custom=False, options=options))
        yield AddressGroup(tuple(made), None if country is None else Source(country))
