"""How people spell the columns of a contact file."""

from __future__ import annotations

from collections.abc import Mapping

from icontact.mapping.normalize import normalize_key, read_data

_ALIASES = {
    field: list(map(normalize_key, aliases))
    for field, aliases in read_data("field_aliases.toml").items()
}

#: Columns that hold the whole name.
FULL_NAME = tuple(_ALIASES.pop("full_name"))

#: Alias -> (field, rank): the lower rank is the better one. ``country`` is not a field of
#: iContact's (API 6.1); it helps to read states.
BY_ALIAS: Mapping[str, tuple[str, int]] = {
    alias: (field, rank)
    for field, aliases in reversed(_ALIASES.items())
    for rank, alias in reversed([*enumerate(aliases)])
}
