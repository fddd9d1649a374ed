"""Frames of pandas and polars: made of models, results and other rows, and read as rows."""

from __future__ import annotations

import dataclasses
import json
import types
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)

import attrs

from icontact import notebook
from icontact._wording import number_of

if TYPE_CHECKING:
    import pandas
    import polars

__all__ = [
    "Frame",
    "HasFrame",
    "Library",
    "ResultList",
    "by_day",
    "flatten",
    "frame_columns",
    "frame_rows",
    "library_type",
    "make_frame",
    "to_frame",
    "writable",
]

T = TypeVar("T")

#: The libraries that frames can be of.
Library: TypeAlias = Literal["pandas", "polars"]

#: What a column holds. Times are UTC.
Kind: TypeAlias = Literal["bool", "int", "float", "time", "date", "text"]


class Frame:
    """Typed columns that grow row by row.

    Args:
        kinds: What the columns that every row has hold, in their order.

    Attributes:
        columns: The values by the names of the columns.
    """

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds: dict[str, Kind] = dict(kinds)
        self.columns: dict[str, list[Any]] = {name: [] for name in kinds}
        self._length = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row. A column that is new is blank in the rows before."""
        for name, value in row.items():
            self.columns.setdefault(name, [None] * self._length).append(value)
        self._length += 1
        for column in self.columns.values():
            if len(column) < self._length:
                column.append(None)

    def to(self, library: str) -> Any:
        """Return the columns as a frame of a library.

        Raises:
            ImportError: If the library is not installed.
            ValueError: If the library does not exist.
        """
        kinds: dict[str, Kind] = {
            n: self.kinds.get(n) or _kind_of_values(found) for n, found in self.columns.items()
        }
        columns = dict(self.columns)
        for name, found in columns.items():
            if (clean := _CLEANED.get(kinds[name])) is not None:
                columns[name] = [None if value is None else clean(value) for value in found]
        # Only the import is tried: an error of the library itself has its own text.
        if library == "pandas":
            try:
                import pandas
            except ImportError:
                text = 'to_frame() needs pandas: pip install "icontact[pandas]"'
                raise ImportError(text) from None
            return pandas.DataFrame(
                {n: pandas.Series(columns[n], dtype=_PANDAS[kind]) for n, kind in kinds.items()}
            )
        if library == "polars":
            try:
                import polars
            except ImportError:
                text = 'to_frame(library="polars") needs it: pip install polars'
                raise ImportError(text) from None
            dtypes: Mapping[Kind, Any] = {
                "bool": polars.Boolean,
                "int": polars.Int64,
                "float": polars.Float64,
                "time": polars.Datetime("us", "UTC"),
                "date": polars.Date,
                "text": polars.String,
            }
            return polars.DataFrame(
                [polars.Series(n, columns[n], dtype=dtypes[kind]) for n, kind in kinds.items()]
            )
        raise ValueError(f'library must be "pandas" or "polars", not {library!r}')


class HasFrame:
    """Something that can be made into a frame of pandas or polars."""

    __slots__ = ()

    def _as_frame(self) -> Frame:
        return make_frame([self])

    @overload
    def to_frame(self, *, library: Literal["pandas"] = "pandas") -> pandas.DataFrame: ...
    @overload
    def to_frame(self, *, library: Literal["polars"]) -> polars.DataFrame: ...

    def to_frame(self, *, library: Library = "pandas") -> Any:
        """Return a frame: one row for each item, typed columns, nothing nested.

        The columns are the fields. Times are in UTC. A custom field is a column with its private
        name, or ``custom_fields.NAME`` if a field of that name is there. A model within a model
        becomes columns such as ``opens_unique``. The frame holds people's data in full.

        Args:
            library: ``"pandas"`` (extra ``pandas``) or ``"polars"`` (install ``polars``).

        Raises:
            ImportError: If the library is not installed.
        """
        return self._as_frame().to(library)


class ResultList(list[T], HasFrame, Generic[T]):
    """A list of models that shows as a table in a notebook and can become a frame."""

    def _as_frame(self) -> Frame:
        return make_frame(self)

    def _repr_html_(self) -> str:
        """Show the first rows, as far as their ``repr`` does."""
        first = f", the first {notebook.SHOWN}" if len(self) > notebook.SHOWN else ""
        return notebook.preview(self, number_of(len(self), "row") + first)


@overload
def to_frame(rows: Iterable[Any], *, library: Literal["pandas"] = "pandas") -> pandas.DataFrame: ...
@overload
def to_frame(rows: Iterable[Any], *, library: Literal["polars"]) -> polars.DataFrame: ...


def to_frame(rows: Iterable[Any], *, library: Library = "pandas") -> Any:
    """Return a frame of any rows: models, outcomes, mappings.

    See :meth:`HasFrame.to_frame` for the columns. Rows that are mappings give columns by their
    keys.

    Raises:
        ImportError: If the library is not installed.
    """
    return make_frame(rows).to(library)


@overload
def by_day(
    rows: Iterable[Any], time: str | None = None, *, library: Literal["pandas"] = "pandas"
) -> pandas.DataFrame: ...
@overload
def by_day(
    rows: Iterable[Any], time: str | None = None, *, library: Literal["polars"]
) -> polars.DataFrame: ...


def by_day(rows: Iterable[Any], time: str | None = None, *, library: Library = "pandas") -> Any:
    """Count rows by day (UTC): subscriptions, opens, clicks and whatever else has a time.

    The columns are ``day``, ``number`` and ``total``, the running sum. Days without a row are
    there, too, so that the frame can be plotted as it is. Rows whose time is ``None`` are left
    out. The first and the last day may be at most 200 years apart.

    Args:
        rows: Models, such as ``folder.subscriptions.list(list_id=7)``, or mappings.
        time: The field, or the key, that counts: a datetime with a time zone, or a date. By default
            the first field of a model that holds a time.
        library: ``"pandas"`` or ``"polars"``.

    Raises:
        ImportError: If the library is not installed.
        TypeError: If the rows have no such field, or it holds something else.
        ValueError: If a time has no time zone, or the days are too far apart.
    """
    days: Counter[date] = Counter()
    for row in rows:
        time = time or _first_time(type(row))
        if (day := _day_of(row, time)) is not None:
            days[day] += 1
    frame, total = Frame({"day": "date", "number": "int", "total": "int"}), 0
    if days:
        first, last = min(days), max(days)
        if (last - first).days > _MOST_DAYS:
            raise ValueError(
                f"the rows are from {first} to {last}, and days may be at most 200 years apart: "
                "leave out the rows whose time is wrong"
            )
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            total += days[day]
            frame.add({"day": day, "number": days[day], "total": total})
    return frame.to(library)


#: 200 years.
_MOST_DAYS = 73_050


def _first_time(kind: Any) -> str:
    """Return the first field of a class that holds a time."""
    called: str = kind.__name__
    has_fields: bool = attrs.has(kind) or dataclasses.is_dataclass(kind)
    columns = _columns(kind) if has_fields else {}
    for name, what in columns.items():
        if what == "time":
            return name
    raise TypeError(f"{called} has no time: name the field that counts")


def _day_of(row: Any, time: str) -> date | None:
    """Return the day (UTC) of a row, if it has a time."""
    try:
        moment = row[time] if isinstance(row, Mapping) else getattr(row, time)
    except (KeyError, AttributeError):
        kind = type(row).__name__
        raise TypeError(f"{kind} has no field {time!r}: name one that holds a time") from None
    if moment is None or type(moment).__name__ == "NaTType":
        return None
    if not isinstance(moment, date):
        raise TypeError(f"{time} is a {type(moment).__name__}: make it a datetime or a date")
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"{time} has no time zone: give it one, such as replace(tzinfo=UTC)")
    try:
        return moment.astimezone(UTC).date()
    except OverflowError:
        raise ValueError(f"{time} is outside the years 1 to 9999 in UTC: leave it out") from None


def make_frame(
    rows: Iterable[Any], kind: type | None = None, only: Sequence[str] | None = None
) -> Frame:
    """Return the columns of models, outcomes or mappings; or ``only`` some, if none are nested.

    With their class an empty frame has its columns, too.
    """
    if kind is not None and only is not None:
        frame = Frame({name: _columns(kind)[name] for name in only})
        for row in rows:
            frame.add({name: getattr(row, name) for name in only})
        return frame
    frame = Frame({} if kind is None else _columns(kind))
    for row in rows:
        found: Any = type(row)
        if kind is None and not isinstance(row, Mapping):
            frame = Frame(_columns(found))
        kind = found
        frame.add(row if isinstance(row, Mapping) else flatten(row))
    return frame


def flatten(item: Any) -> dict[str, Any]:
    """Return the fields of a model or another record by the names of their columns."""
    row: dict[str, Any] = {}
    more: list[tuple[str, Mapping[str, Any]]] = []
    kind: Any = type(item)
    for name, hint, collects in _fields(kind):
        value = getattr(item, name)
        if collects:
            more.append((name, value))
        elif (inner := _record_in(hint)) is not None:
            found = flatten(value) if value is not None else dict.fromkeys(_columns(inner))
            row |= {f"{name}_{key}": one for key, one in found.items()}
        else:
            row[name] = value
    for name, mapping in more:
        for key, value in mapping.items():
            row[str(key) if key not in row else f"{name}.{key}"] = value
    return row


@cache
def _fields(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Return name, type and whether it collects unknown keys, of each field of a class."""
    hints = get_type_hints(kind)
    if dataclasses.is_dataclass(kind):
        return tuple((one.name, hints[one.name], False) for one in dataclasses.fields(kind))
    return tuple(
        (one.name, hints[one.name], bool(one.metadata.get("collects")))
        for one in attrs.fields(kind)
    )


@cache
def _columns(kind: type) -> Mapping[str, Kind]:
    """Return the columns that every row of a class has."""
    columns: dict[str, Kind] = {}
    for name, hint, collects in _fields(kind):
        if collects:
            continue
        if (inner := _record_in(hint)) is not None:
            columns |= {f"{name}_{key}": one for key, one in _columns(inner).items()}
        else:
            members = _members(hint)
            columns[name] = _KINDS.get(members[0], "text") if len(members) == 1 else "text"
    return columns


def _members(hint: Any) -> tuple[Any, ...]:
    """Return the types that a hint allows, ``None`` aside."""
    is_union = get_origin(hint) in (Union, types.UnionType)
    return tuple(one for one in (get_args(hint) if is_union else (hint,)) if one is not type(None))


def _record_in(hint: Any) -> Any:
    return next((one for one in _members(hint) if isinstance(one, type) and attrs.has(one)), None)


def _kind_of_values(values: Sequence[Any]) -> Kind:
    """Return what all values of a column are, if they are of one type."""
    found: set[Kind] = {_KINDS.get(type(value), "text") for value in values if value is not None}
    if found == {"int", "float"}:
        return "float"
    if found == {"int"} and any(value and not -(2**63) <= value < 2**63 for value in values):
        return "text"
    return found.pop() if len(found) == 1 else "text"


_KINDS: Mapping[Any, Kind] = {
    bool: "bool",
    int: "int",
    float: "float",
    Decimal: "float",
    datetime: "time",
    date: "date",
}


def writable(text: str) -> str:
    """Return a text that can be written: half of a surrogate pair cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)  # a member of an enumeration becomes its text
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list) and all(isinstance(one, str | int) for one in value):
        return ", ".join(map(str, value))
    if isinstance(value, tuple | list):
        plain = [flatten(one) if attrs.has(type(one)) else one for one in value]
        return json.dumps(plain, ensure_ascii=False, default=str)
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, default=str) if value else ""
    return str(value)


#: What makes a value of a kind one that both libraries take.
_CLEANED: Mapping[Kind, Callable[[Any], Any]] = {
    "text": lambda value: writable(_as_text(value)),
    "time": lambda value: value.astimezone(UTC),
    "float": float,
}

_PANDAS: Mapping[Kind, str] = {
    "bool": "boolean",
    "int": "Int64",
    "float": "float64",
    "time": "datetime64[us, UTC]",
    "date": "datetime64[us]",
    "text": "string",
}


#: The number of rows that are taken from a frame at a time.
_AT_ONCE = 500

_LIBRARIES = ("pandas", "polars", "sqlalchemy")
_TYPES = ("DataFrame", "LazyFrame", "Series", "Result")


def library_type(thing: Any) -> str:
    """Return the library and its type that a thing is of, derived types included, or a blank."""
    for base in type(thing).__mro__:
        library = base.__module__.partition(".")[0]
        if library in _LIBRARIES and base.__name__ in _TYPES:
            return f"{library} {base.__name__}"
    return ""


def frame_columns(frame: Any) -> list[Any]:
    """Return the names of a frame's columns, those of a named index first."""
    if library_type(frame) == "pandas DataFrame":
        return [*_index_names(frame), *frame.columns]
    return []  # polars allows a name only once


def frame_rows(frame: Any) -> Iterator[Mapping[Any, Any]]:
    """Yield the rows of a frame in constant memory; NaN, NaT and NA are ``None``.

    Of several columns with one name only the first is read.
    """
    kind = library_type(frame)
    if kind == "pandas DataFrame":
        index, columns = _index_names(frame), frame.columns
        if len({*index, *columns}) < len(index) + len(columns):
            frame = frame.loc[:, ~(columns.duplicated() | columns.isin(index))]
        for start in range(0, len(frame), _AT_ONCE):
            part = frame.iloc[start : start + _AT_ONCE]
            if index:
                part = part.reset_index(level=index)
            yield from map(_without_blanks, part.to_dict("records"))
    elif kind == "polars LazyFrame":
        # Older versions know no batches, and compute the whole frame.
        batches = getattr(frame, "collect_batches", None)
        for part in (frame.collect(),) if batches is None else batches():
            yield from frame_rows(part)
    else:
        yield from map(_without_blanks, frame.iter_rows(named=True, buffer_size=_AT_ONCE))


def _index_names(frame: Any) -> list[Any]:
    # An index that has a name is a column to people; one without is a mere number.
    return [name for name in frame.index.names if name is not None]


def _without_blanks(row: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Return a frame's row with Python's own values, and what is missing as ``None``."""
    found: dict[Any, Any] = {}
    for name, value in row.items():
        kind = type(value).__name__
        if kind in ("NAType", "NaTType") or (kind == "float" and value != value):  # noqa: PLR0124  # only NaN differs from itself
            found[name] = None
        else:
            found[name] = value.to_pydatetime(warn=False) if kind == "Timestamp" else value
    return found
