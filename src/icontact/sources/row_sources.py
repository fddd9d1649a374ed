"""Rows of whatever is given to a push: one by one, in constant memory."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from os import PathLike
from typing import Any, Protocol, TypeAlias

from icontact.errors import ConfigError
from icontact.frames import frame_columns, frame_rows, library_type
from icontact.sources.header import column_names, duplicates_of
from icontact.sources.reading import read_rows
from icontact.sources.rows import FIRST_ROWS, BadRow, SourceRow


class Fetching(Protocol):
    """A cursor of a database, or a result that is fetched like one."""

    def fetchmany(self, size: int = ..., /) -> Any:
        """Return the next rows, at most as many as the size."""
        ...


class Collecting(Protocol):
    """A frame that is computed when it is asked for."""

    def collect(self) -> Any:
        """Return the rows as a frame."""
        ...


#: What a push takes its rows from.
RowSource: TypeAlias = Iterable[Any] | str | PathLike[str] | Fetching | Collecting

#: The number of rows that are taken from a cursor at a time.
_AT_ONCE = 500

_FRAMES = ("pandas DataFrame", "polars DataFrame", "polars LazyFrame")


class TableRows(Iterator[SourceRow]):
    """Rows that have columns in common: those of a frame, a query or a cursor."""

    def __init__(
        self, rows: Iterator[SourceRow], duplicates: Mapping[str, tuple[int, ...]]
    ) -> None:
        self._rows = rows
        self._duplicates = duplicates

    def __next__(self) -> SourceRow:
        return next(self._rows)

    def first_rows(self) -> Sequence[Mapping[str, Any]]:
        """Return the first rows, a hundred at most, without taking them."""
        head = list(islice(self._rows, FIRST_ROWS))
        self._rows = chain(head, self._rows)
        return [row for row in head if isinstance(row, Mapping)]

    @property
    def columns(self) -> tuple[Any, ...]:
        """The names of the columns, by the first row."""
        return next((tuple(row) for row in self.first_rows()), ())

    @property
    def duplicate_columns(self) -> Mapping[str, tuple[int, ...]]:
        """The names that several columns have, and their places; only the first one is read."""
        self.first_rows()
        return self._duplicates


def as_rows(rows: Any) -> Iterable[SourceRow]:
    """Return rows of what is given, lazily and in constant memory.

    =============================================  =============================================
    given                                          rows
    =============================================  =============================================
    any iterable of mappings, a :class:`RowFile`   unchanged
    a path, as text or as a ``pathlib.Path``       those of the file, by :func:`read_rows`
    a pandas or polars ``DataFrame``               one each; NaN, NaT and NA as ``None``
    a polars ``LazyFrame``                         likewise, computed batch by batch
    a ``csv.DictReader``                           unchanged; its columns are looked at
    a cursor of a database (DB-API 2.0)            those not fetched yet, 500 at a time
    an SQLAlchemy ``Result``                       those not fetched yet
    =============================================  =============================================

    Nothing of pandas, polars or SQLAlchemy is imported. An error of a source is raised where the
    source is read.

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
    kind = library_type(rows)
    if kind in _FRAMES:
        return TableRows(_rows_of_frame(rows), duplicates_of(frame_columns(rows)))
    if kind == "sqlalchemy Result":
        names = tuple(rows.keys())
        read = column_names(names)
        return TableRows((_named(read, row) for row in rows), duplicates_of(names))
    if isinstance(rows, csv.DictReader):
        return TableRows(iter(rows), duplicates_of(tuple(rows.fieldnames or ())))
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        raise TypeError('rows came as a frame: push frame.to_dict("records")')
    if isinstance(rows, bytes | bytearray | Mapping) or kind in ("pandas Series", "polars Series"):
        raise TypeError(
            f"rows must be an iterable of mappings, not one {type(rows).__name__}: push [row] or "
            "use one(row); give a push the path of a file, or read it by icontact.sources.read_rows"
        )
    if hasattr(rows, "readline"):
        raise TypeError("rows came as an open file: open it with icontact.sources.read_rows(file)")
    if hasattr(rows, "fetchmany") and hasattr(rows, "description"):
        duplicates: dict[str, tuple[int, ...]] = {}
        return TableRows(_cursor_rows(rows, duplicates), duplicates)
    if not hasattr(rows, "__iter__"):
        raise TypeError(f"rows must be an iterable of mappings, not {type(rows).__name__}")
    given: Iterable[SourceRow] = rows
    return given


def columns_and_first_rows(rows: Any) -> tuple[Sequence[Any], Sequence[Mapping[Any, Any]]]:
    """Return the columns and the first rows, a hundred at most, of what can be read again.

    Args:
        rows: A file, a frame or a list of rows.

    Raises:
        ConfigError: If the file cannot be read.
        TypeError: If the rows can be read only once, as from a cursor or a generator.
    """
    if isinstance(rows, str | PathLike):
        with read_rows(rows) as file:
            return file.columns, file.first_rows()
    kind = library_type(rows)
    if kind in _FRAMES:
        first = list(islice(_rows_of_frame(rows), FIRST_ROWS))
    elif isinstance(rows, Sequence):
        first = [row for row in rows[:FIRST_ROWS] if isinstance(row, Mapping)]
    else:
        raise TypeError(
            f"a mapping cannot be guessed from a {type(rows).__name__}: give a file, a frame or a "
            "list of rows"
        )
    return list(dict.fromkeys(name for row in first for name in row)), first


def _cursor_rows(cursor: Any, duplicates: dict[str, tuple[int, ...]]) -> Iterator[SourceRow]:
    names: list[str | None] | None = None
    while True:
        rows = cursor.fetchmany(_AT_ONCE)
        if names is None:
            # A cursor on the server may not know its columns before the first rows.
            if cursor.description is None:
                raise ConfigError("the cursor has no rows: execute a query that returns some first")
            described = [column[0] for column in cursor.description]
            duplicates.update(duplicates_of(described))
            names = column_names(described)
        if not rows:
            return
        for row in rows:
            yield _named(names, row)


def _rows_of_frame(frame: Any) -> Iterator[Mapping[Any, Any]]:
    """Yield the rows of a frame, in which each column about consent has a name of its own."""
    names = frame_columns(frame)
    if duplicates_of(names):
        index = len(names) - len(frame.columns)
        own = [own or name for own, name in zip(column_names(names), names, strict=True)]
        frame = frame.set_axis(own[index:], axis="columns")
    return frame_rows(frame)


def _named(names: Sequence[str | None], row: Any) -> SourceRow:
    if isinstance(row, Mapping):
        return row  # the cursor makes dictionaries by itself
    if (isinstance(row, Sequence) and not isinstance(row, str | bytes)) or hasattr(row, "keys"):
        values = tuple(row)
        if len(values) == len(names):
            found: dict[str, Any] = {}
            for name, value in zip(names, values, strict=True):
                if name is not None:
                    found.setdefault(name, value)
            return found
    return BadRow(f"the cursor gave a {type(row).__name__} in place of a row of {len(names)} cells")
