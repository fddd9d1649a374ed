"""The kinds of objects that a row can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from icontact.errors import MappingError
from icontact.mapping.contact_fields import type_name


class RowLike(Protocol):
    """An object with keys that is not a `Mapping`: ``sqlite3.Row``, a pandas ``Series``."""

    def keys(self) -> Iterable[Any]:
        """Return the names."""
        ...

    def __getitem__(self, key: Any, /) -> Any:
        """Return a value."""
        ...


Row: TypeAlias = Mapping[Any, Any] | RowLike


def as_mapping(row: Any) -> Mapping[Any, Any]:
    """Return a row as a mapping.

    Raises:
        MappingError: It is not one; names the type that came.
    """
    if isinstance(row, Mapping):
        return row
    if hasattr(row, "keys") and hasattr(row, "__getitem__"):
        keys = row.keys()
        return {key: row[key] for key in keys}
    way_out = "; row._asdict() is one" if hasattr(row, "_asdict") else ""
    raise MappingError(f"a row must be a mapping of names to values, not {type_name(row)}{way_out}")
