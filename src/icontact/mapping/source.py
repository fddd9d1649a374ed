"""The rows that are mapped, and the source of a field's value in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, cast, get_args

import attrs

from icontact.errors import MappingError
from icontact.mapping.contact_fields import bounded, closest, nearest, shown
from icontact.mapping.dates import check_input_format
from icontact.mapping.options import SOURCE_OPTIONS
from icontact.mapping.personal_names import NAME_PARTS, NamePart
from icontact.mapping.transforms import TRANSFORMS, TransformStep
from icontact.mapping.values import is_blank

T = TypeVar("T")

#: A row's key: a column's name, or its number where a table has none.
Key: TypeAlias = str | int
Default: TypeAlias = str | int | float | bool | Decimal | date

_MOST_DECIMALS = 10

#: One character that cannot be a part of a number itself.
_MARK = re.compile(r"[^0-9A-Za-z+-]")


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
    raise MappingError(
        f"a row must be a mapping of names to values, not {type(row).__name__}{way_out}"
    )


class UnreadableRow(MappingError):
    """A row, or a value of it, has methods of its own that raise an error.

    Args:
        kind: The type of that error, whose text may hold a value.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"the row cannot be read: {kind}")
        self.kind = kind


def read_row(read: Callable[[Row], T], row: Row) -> T:
    """Return what a function makes of a row, whose own objects may raise anything.

    Raises:
        MappingError: That of the function; `UnreadableRow` in place of any other error.
    """
    try:
        return read(row)
    except MappingError:
        raise
    except Exception as error:  # noqa: BLE001  # such as a list that contains itself
        kind = type(error).__name__
    # Outside the block: the error itself may hold a value.
    raise UnreadableRow(kind)


def _key(given: Key | list[Key] | tuple[Key, ...]) -> Key | tuple[Key, ...]:
    """Return a key, or several, once each of them is checked."""
    keys = tuple(given) if isinstance(given, (list, tuple)) else (given,)
    if not keys:
        raise MappingError("a source needs at least one key")
    for key in keys:
        if isinstance(key, bool) or not isinstance(key, (str, int)):
            raise MappingError(
                f"a source's key is a text (or a column's number), not {type(key).__name__}"
            )
        if key == "":
            raise MappingError("a source's key is blank: name the row's key that holds the value")
    return keys[0] if len(keys) == 1 else keys


def _transform(given: TransformStep | None) -> TransformStep | None:
    if given is None or callable(given) or (isinstance(given, str) and given in TRANSFORMS):
        return given
    close = closest(given, TRANSFORMS)
    hint = f", did you mean {close!r}?" if close else "."
    raise MappingError(f"unknown transform {shown(given)}{hint} There are {bounded(TRANSFORMS)}")


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
        input_format: Dates: the form to read, as `datetime.strptime` takes it. With ``%y``, the
            years 69 to 99 are in the 20th century, and 00 to 68 in the 21st.
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
    transform: TransformStep | None = attrs.field(default=None, converter=_transform, kw_only=True)
    default: Default | None = attrs.field(default=None, kw_only=True, repr=False)
    empty: Literal["leave", "clear"] = attrs.field(default="leave", kw_only=True)
    input_format: str | None = attrs.field(default=None, kw_only=True)
    dayfirst: bool | None = attrs.field(default=None, kw_only=True)
    decimals: int | None = attrs.field(default=None, kw_only=True)
    thousands: str | None = attrs.field(default=None, kw_only=True)
    decimal: str | None = attrs.field(default=None, kw_only=True)
    split: str | None = attrs.field(default=None, kw_only=True)
    separator: str | None = attrs.field(default=None, kw_only=True)
    part: NamePart | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse options that cannot be, or that contradict each other."""
        for name, choices in (("empty", ("leave", "clear")), ("part", (None, *NAME_PARTS))):
            if getattr(self, name) not in choices:
                raise MappingError(f"{name} is one of {bounded(filter(None, choices))}")
        for name in ("thousands", "decimal"):
            mark = getattr(self, name)
            if mark is not None and not (isinstance(mark, str) and _MARK.fullmatch(mark)):
                raise MappingError(f"{name} is one mark, such as ',' or '.'")
        for name in ("split", "separator"):
            if not isinstance(getattr(self, name), str | None):
                raise MappingError(f"{name} is a text")
        if self.input_format is not None:
            check_input_format(self.input_format)
        default, decimals = self.default, self.decimals
        for problem, is_wrong in (
            (
                "default is a text, a number, a yes or no, or a date, and not blank",
                default is not None
                and (is_blank(default) or not isinstance(default, get_args(Default))),
            ),
            (
                "input_format and dayfirst exclude each other",
                self.input_format is not None and self.dayfirst is not None,
            ),
            ("dayfirst is true or false", not isinstance(self.dayfirst, bool | None)),
            (
                f"decimals is a whole number from 0 to {_MOST_DECIMALS}",
                decimals is not None
                and (type(decimals) is not int or not 0 <= decimals <= _MOST_DECIMALS),
            ),
            (
                "thousands and decimal must be different marks",
                self.thousands is not None and self.thousands == (self.decimal or "."),
            ),
            ("split is at least one character", self.split == ""),
            (
                "transform='full_name' and part= belong together",
                (self.transform == "full_name") != (self.part is not None),
            ),
        ):
            if is_wrong:
                raise MappingError(problem)

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
    """Return the source that a mapping's value describes."""
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
