"""Whatever a user gives to a push, as rows: one by one, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from os import PathLike
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import attrs

from icontact.errors import ConfigError
from icontact.sources.header import duplicates_of
from icontact.sources.reading import read_rows
from icontact.sources.rows import FIRST_ROWS, BadRow, ReadRow

__all__ = ["Collecting", "Fetching", "RowSource", "Table", "as_rows"]


class Fetching(Protocol):
    """A cursor of a database, or a result that is fetched like one."""

    def fetchmany(self, size: int = ..., /) -> Any:
        """Return the next rows, at most so many."""
        ...


class Collecting(Protocol):
    """A frame that is computed when it is asked for."""

    def collect(self) -> Any:
        """Return the rows as a frame."""
        ...


#: What a push takes its rows from.
RowSource: TypeAlias = Iterable[Any] | str | PathLike[str] | Fetching | Collecting

#: So many rows are taken from a frame or a cursor at a time.
_SLICE = 500

_Duplicates: TypeAlias = dict[str, tuple[int, ...]]
_NONE: Mapping[str, tuple[int, ...]] = MappingProxyType({})

_NO_FRAME = 'rows came as a frame: push frame.to_dict("records")'


@attrs.frozen
class _Held:
    """Something whose ``repr`` shows people's data, kept from those who print the locals."""

    thing: Any = attrs.field(repr=False)


class Table(Iterator[ReadRow]):
    """Rows that have columns in common: those of a frame, a query or a cursor.

    Args:
        rows: The rows.
        duplicates: The names that several columns have, filled before the first row comes.
    """

    def __init__(
        self, rows: Iterator[ReadRow], duplicates: Mapping[str, tuple[int, ...]] = _NONE
    ) -> None:
        self._rows = rows
        self._duplicates = duplicates

    def __next__(self) -> ReadRow:
        return next(self._rows)

    def first_rows(self) -> Sequence[Mapping[str, Any]]:
        """Return the first rows, a hundred at most, without taking them."""
        head = list(islice(self._rows, FIRST_ROWS))
        self._rows = chain(head, self._rows)
        return [row for row in head if isinstance(row, Mapping)]

    @property
    def columns(self) -> tuple[Any, ...]:
        """The columns' names, by the first row."""
        return next((tuple(row) for row in self.first_rows()), ())

    @property
    def duplicate_columns(self) -> Mapping[str, tuple[int, ...]]:
        """The names that several columns have, and their places; only the first one is read."""
        self.first_rows()
        return self._duplicates


def as_rows(rows: Any) -> Iterable[ReadRow]:
    """Return what somebody wants to push as rows, lazily and in constant memory.

    =============================================  =============================================
    given                                          rows
    =============================================  =============================================
    any iterable of mappings, a :class:`RowFile`   unchanged
    a path, as text or as a ``pathlib.Path``       those of the file, by :func:`read_rows`
    a pandas or polars ``DataFrame``               one each; NaN, NaT and NA as ``None``
    a polars ``LazyFrame``                         likewise, computed batch by batch
    a cursor of a database (DB-API 2.0)            those not fetched yet, 500 at a time
    an SQLAlchemy ``Result``                       those not fetched yet
    =============================================  =============================================

    Nothing of pandas, polars or SQLAlchemy is imported. What goes wrong with a source while it is
    read, is raised where it is read.

    Args:
        rows: Where rows come from.

    Returns:
        The rows. For a path a :class:`RowFile`, which has ``notes``, and closes itself after the
        last row.

    Raises:
        TypeError: For one mapping, one row of a frame, or what cannot be iterated.
        ConfigError: If a file cannot be read; with the first row, if a cursor has none.
    """
    if isinstance(rows, str | PathLike):
        return read_rows(rows)
    if problem := _no_rows(rows):
        del rows  # error trackers print the locals of every frame on the way
        raise TypeError(problem)
    duplicates: dict[str, tuple[int, ...]] = {}
    if (found := _TAKERS.get(_kind(rows))) is not None:
        return Table(found(_Held(rows), duplicates), duplicates)
    if _is_cursor(rows):
        return Table(_of_cursor(rows, duplicates), duplicates)
    given: Iterable[ReadRow] = rows
    return given


def _no_rows(rows: Any) -> str | None:
    """Say why these are no rows, or return None."""
    kind = _kind(rows)
    if kind not in _TAKERS and hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        return _NO_FRAME
    if isinstance(rows, bytes | bytearray | Mapping) or kind in _ONE:
        return (
            f"rows must be an iterable of mappings, not one {type(rows).__name__}: push [row] or "
            "use one(row); files are read by icontact.sources.read_rows, or given as "
            "pathlib.Path(…)"
        )
    if hasattr(rows, "readline"):
        return "rows came as an open file: open it with icontact.sources.read_rows(file)"
    # A cursor need not be iterable, and a lazy frame is not.
    if not (hasattr(rows, "__iter__") or kind in _TAKERS or _is_cursor(rows)):
        return f"rows must be an iterable of mappings, not {type(rows).__name__}"
    return None


def _is_cursor(rows: Any) -> bool:
    return hasattr(rows, "fetchmany") and hasattr(rows, "description")


def _kind(rows: Any) -> str:
    """Name the library's type that something is of, derived types included."""
    for base in type(rows).__mro__:
        library = base.__module__.partition(".")[0]
        if library in _LIBRARIES and (kind := f"{library} {base.__name__}") in _KNOWN:
            return kind
    return ""


def _of_pandas(held: _Held, duplicates: _Duplicates) -> Iterator[ReadRow]:
    # An index that has a name is a column to people; one without is a mere number.
    index = [name for name in held.thing.index.names if name is not None]
    columns = held.thing.columns
    duplicates.update(duplicates_of([*index, *columns]))
    if duplicates:
        held = _Held(held.thing.loc[:, ~(columns.duplicated() | columns.isin(index))])
    return _pandas_rows(held, index)


def _pandas_rows(held: _Held, index: Sequence[Any]) -> Iterator[ReadRow]:
    for start in range(0, len(held.thing), _SLICE):
        part = _Held(held.thing.iloc[start : start + _SLICE])
        if index:
            part = _Held(part.thing.reset_index(level=index))
        yield from map(_without_blanks, part.thing.to_dict("records"))


def _of_polars(held: _Held, _: _Duplicates) -> Iterator[ReadRow]:
    return map(_without_blanks, held.thing.iter_rows(named=True, buffer_size=_SLICE))


def _of_lazy_polars(held: _Held, duplicates: _Duplicates) -> Iterator[ReadRow]:
    # Older versions know no batches, and compute the whole frame.
    batches = getattr(held.thing, "collect_batches", None)
    frames = (held.thing.collect(),) if batches is None else batches()
    return (row for held in map(_Held, frames) for row in _of_polars(held, duplicates))


def _without_blanks(row: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    """Return a frame's value as Python's own, and what stands for no value as None."""
    kind = type(value).__name__
    if kind == "float":
        return value if value == value else None  # noqa: PLR0124  # NaN is unlike itself
    if kind == "Timestamp":
        return value.to_pydatetime(warn=False)
    return None if kind in ("NAType", "NaTType") else value


def _of_result(held: _Held, duplicates: _Duplicates) -> Iterator[ReadRow]:
    names = tuple(held.thing.keys())
    duplicates.update(duplicates_of(names))
    return (_named(names, row) for row in held.thing)


def _of_cursor(cursor: Any, duplicates: _Duplicates) -> Iterator[ReadRow]:
    names: tuple[str, ...] | None = None
    while True:
        rows = _Held(cursor.fetchmany(_SLICE))
        if names is None:
            # A cursor on the server may not know its columns before the first rows.
            if cursor.description is None:
                raise ConfigError("the cursor has no rows: execute a query that returns some first")
            names = tuple(column[0] for column in cursor.description)
            duplicates.update(duplicates_of(names))
        if not rows.thing:
            return
        yield from (_named(names, row) for row in rows.thing)


def _named(names: Sequence[str], row: Any) -> ReadRow:
    if isinstance(row, Mapping):
        return row  # the cursor makes dictionaries by itself
    if (isinstance(row, Sequence) and not isinstance(row, str | bytes)) or hasattr(row, "keys"):
        values = tuple(row)
        if len(values) == len(names):
            found: dict[str, Any] = {}
            for name, value in zip(names, values, strict=True):
                found.setdefault(name, value)  # of two columns with one name the first counts
            return found
    return BadRow(f"the cursor gave a {type(row).__name__} in place of a row of {len(names)} cells")


_TAKERS: Mapping[str, Callable[[_Held, _Duplicates], Iterator[ReadRow]]] = {
    "pandas DataFrame": _of_pandas,
    "polars DataFrame": _of_polars,
    "polars LazyFrame": _of_lazy_polars,
    "sqlalchemy Result": _of_result,
}
_ONE = ("pandas Series", "polars Series")
_KNOWN = frozenset([*_TAKERS, *_ONE])
_LIBRARIES = frozenset(kind.partition(" ")[0] for kind in _KNOWN)
