"""The source of a field's value, and its options."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias, cast

import attrs

from icontact.errors import MappingError
from icontact.mapping.contact_fields import bounded, closest, nearest, shown
from icontact.mapping.dates import check_input_format
from icontact.mapping.options import SOURCE_OPTIONS
from icontact.mapping.personal_names import NAME_PARTS, NamePart
from icontact.mapping.transforms import TRANSFORMS
from icontact.mapping.values import is_blank

#: A row's key: a column's name, or its number where a table has none.
Key: TypeAlias = str | int
Default: TypeAlias = str | int | float | bool | Decimal | date

_MOST_DECIMALS = 10


def _key(given: Key | list[Key] | tuple[Key, ...]) -> Key | tuple[Key, ...]:
    if isinstance(given, (list, tuple)):
        if not given:
            raise MappingError("a source needs at least one key")
        keys = tuple(_single_key(key) for key in given)
        return keys[0] if len(keys) == 1 else keys
    return _single_key(given)


def _single_key(given: Any) -> Key:
    if isinstance(given, bool) or not isinstance(given, (str, int)):
        raise MappingError(
            f"a source's key is a text (or a column's number), not {type(given).__name__}"
        )
    if given == "":
        raise MappingError("a source's key is blank: name the row's key that holds the value")
    return given


def _transform(
    given: str | Callable[[Any], Any] | None,
) -> str | Callable[[Any], Any] | None:
    if given is None or callable(given) or (isinstance(given, str) and given in TRANSFORMS):
        return given
    close = closest(given, TRANSFORMS)
    hint = f", did you mean {close!r}?" if close else "."
    raise MappingError(f"unknown transform {shown(given)}{hint} There are {bounded(TRANSFORMS)}")


def _one_of(choices: tuple[str, ...]) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    def check(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value is not None and value not in choices:
            raise MappingError(f"{attribute.name} is one of {bounded(choices)}")

    return check


def _text_option(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise MappingError(f"{attribute.name} is a text")


def _mark(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
    marks_of_numbers = re.compile(r"[0-9A-Za-z+-]")
    if value is not None and (
        not isinstance(value, str) or len(value) != 1 or marks_of_numbers.match(value)
    ):
        raise MappingError(f"{attribute.name} is one mark, such as ',' or '.'")


@attrs.frozen
class Source:
    """The source of one field.

    Args:
        key: The row's key; of several, the first that is not blank in a row counts.
        transform: A transform's name, a callable that takes the raw value, or ``None`` for the one
            that the field's type asks for. Whatever is given, the field's own rules follow: an
            e-mail address is always checked, a state always fits, a number stays a number.
        default: Taken instead of a blank value, and transformed like one.
        empty: What a blank value without a default does: ``"leave"`` the field alone, or
            ``"clear"`` it.
        input_format: Dates: the form to read, as `datetime.strptime` takes it.
        dayfirst: Dates: whether ``03/04/2026`` is in April.
        decimals: Numbers: how many decimals, at most those of the custom field's type.
        thousands: Numbers: the mark between thousands.
        decimal: Numbers: the mark before the decimals.
        split: Joined choices: what separates them in a text, ``"|"`` by default.
        separator: Joined choices: what to write between them, ``", "`` by default.
        part: Full names: ``prefix``, ``first``, ``last`` or ``suffix``.

    Raises:
        MappingError: An option's value is not one that it can have.

    >>> Source(("phone", "mobile"), default="n/a").keys
    ('phone', 'mobile')
    """

    key: Key | tuple[Key, ...] = attrs.field(converter=_key)
    transform: str | Callable[[Any], Any] | None = attrs.field(
        default=None, converter=_transform, kw_only=True
    )
    default: Default | None = attrs.field(default=None, kw_only=True, repr=False)
    empty: Literal["leave", "clear"] = attrs.field(
        default="leave", kw_only=True, validator=_one_of(("leave", "clear"))
    )
    input_format: str | None = attrs.field(default=None, kw_only=True)
    dayfirst: bool | None = attrs.field(default=None, kw_only=True)
    decimals: int | None = attrs.field(default=None, kw_only=True)
    thousands: str | None = attrs.field(default=None, kw_only=True, validator=_mark)
    decimal: str | None = attrs.field(default=None, kw_only=True, validator=_mark)
    split: str | None = attrs.field(default=None, kw_only=True, validator=_text_option)
    separator: str | None = attrs.field(default=None, kw_only=True, validator=_text_option)
    part: NamePart | None = attrs.field(default=None, kw_only=True, validator=_one_of(NAME_PARTS))

    def __attrs_post_init__(self) -> None:
        """Refuse options that cannot be, or that contradict each other."""
        if self.default is not None and (
            is_blank(self.default) or not isinstance(self.default, (str, int, float, Decimal, date))
        ):
            raise MappingError("default is a text, a number, a yes or no, or a date, and not blank")
        if self.input_format is not None:
            check_input_format(self.input_format)
        if self.input_format is not None and self.dayfirst is not None:
            raise MappingError("input_format and dayfirst exclude each other")
        if self.dayfirst is not None and not isinstance(self.dayfirst, bool):
            raise MappingError("dayfirst is true or false")
        if self.decimals is not None and (
            type(self.decimals) is not int or not 0 <= self.decimals <= _MOST_DECIMALS
        ):
            raise MappingError(f"decimals is a whole number from 0 to {_MOST_DECIMALS}")
        if self.thousands is not None and self.thousands == (self.decimal or "."):
            raise MappingError("thousands and decimal must be different marks")
        if self.split == "":
            raise MappingError("split is at least one character")
        if (self.transform == "full_name") != (self.part is not None):
            raise MappingError("transform='full_name' and part= belong together")

    @property
    def keys(self) -> tuple[Key, ...]:
        """The row's keys, in the order in which they are asked."""
        return self.key if isinstance(self.key, tuple) else (self.key,)

    @property
    def options(self) -> dict[str, Any]:
        """The transforms' options that were given."""
        options = {name: getattr(self, name) for name in SOURCE_OPTIONS}
        return {name: value for name, value in options.items() if value is not None}

    def as_config(self) -> Key | list[Key] | dict[str, Any]:
        """Return the source as a TOML value: a key, or a table.

        Raises:
            MappingError: Its transform is a callable, which has no name in TOML.
        """
        if callable(self.transform):
            raise MappingError("a callable transform cannot be written to a configuration")
        key = list(self.key) if isinstance(self.key, tuple) else self.key
        table: dict[str, Any] = {
            attribute.name: getattr(self, attribute.name)
            for attribute in attrs.fields(Source)
            if attribute.name != "key" and getattr(self, attribute.name) != attribute.default
        }
        if isinstance(self.default, Decimal):
            table["default"] = str(self.default)
        return {"key": key, **table} if table else key


_NAMES = ("key", "transform", "default", "empty", *SOURCE_OPTIONS)


def source_from(given: object) -> Source:
    """Return the source that a mapping's value describes.

    Args:
        given: A source, a key, a list of keys, or a table with the names of a source's arguments.

    Raises:
        MappingError: An unknown option (names the nearest one), or a value that it cannot have.
    """
    if isinstance(given, Source):
        return given
    if not isinstance(given, Mapping):
        return Source(cast("Key", given))
    for name in given:
        if name not in _NAMES:
            raise MappingError(f"unknown option {shown(name)}: {nearest(name, _NAMES)}")
    if "key" not in given:
        raise MappingError("key is missing: it names the row's key that holds the value")
    return Source(**given)
