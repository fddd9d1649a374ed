"""The options of a whole mapping, and the names of those of one field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias, get_args

import attrs

from icontact.errors import MappingError
from icontact.mapping.contact_fields import nearest
from icontact.mapping.dates import ISO, check_output_format

LongState: TypeAlias = Literal["omit", "reject"]
Tags: TypeAlias = Literal["keep", "strip"]
#: What a value does that does not fit its field.
Invalid: TypeAlias = Literal["leave_out", "reject"]
SeveralAddresses: TypeAlias = Literal["first", "reject"]


def _by_field(given: Any) -> Mapping[str, Invalid]:
    """Return the choice for each field; the one under a blank name is for all others."""
    choices: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {"": given}
    choices.setdefault("", "leave_out")
    for choice in choices.values():
        if choice not in get_args(Invalid):
            raise MappingError("invalid is 'leave_out' or 'reject', for all fields or by field")
    return choices


@attrs.frozen(kw_only=True)
class MapperOptions:
    """The options for all fields of a mapping; `ContactMapper` describes each."""

    long_state: LongState = "omit"
    date_format: str = attrs.field(default=ISO, converter=check_output_format)
    tags: Tags = "keep"
    invalid: Mapping[str, Invalid] = attrs.field(factory=dict, converter=_by_field)
    several_addresses: SeveralAddresses = "first"

    def __attrs_post_init__(self) -> None:
        """Refuse what is not a choice."""
        for name, kind in (
            ("long_state", LongState),
            ("tags", Tags),
            ("several_addresses", SeveralAddresses),
        ):
            choices = get_args(kind)
            if getattr(self, name) not in choices:
                raise MappingError(f"{name} is {' or '.join(map(repr, choices))}")

    def as_config(self) -> dict[str, Any]:
        """Return the options that differ from the defaults, as a configuration has them."""
        every, usual = attrs.asdict(self), attrs.asdict(MapperOptions())
        config = {name: value for name, value in every.items() if value != usual[name]}
        if config.get("invalid") == {"": "reject"}:
            config["invalid"] = "reject"
        return config


#: The options of one field's source.
SOURCE_OPTIONS = (
    *("input_format", "dayfirst", "decimals", "thousands", "decimal", "split", "separator"),
    "part",
)

#: The table of a mapper's options in a configuration, and their names.
OPTIONS_TABLE = "options"
OPTIONS = (
    *(field.name for field in attrs.fields(MapperOptions)),
    *("country", "addresses", "do_not_contact", "consent", "consent_blank", "ignore"),
)


def check_option_names(names: Iterable[str]) -> None:
    """Refuse options that a mapper does not have."""
    for name in names:
        if name in SOURCE_OPTIONS:
            raise MappingError(
                f"{OPTIONS_TABLE}: {name} is an option of one field: write the field as "
                f'{{key = "…", {name} = …}}'
            )
        if name not in OPTIONS:
            raise MappingError(
                f"{OPTIONS_TABLE}: unknown option {name!r}: {nearest(name, OPTIONS)}"
            )
