"""One SQLite connection that all threads share, one transaction at a time."""

# ruff: noqa: S608  (tables and columns come from the rules, values are parameters)

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

from icontact._sqlite import (
    FAILURES,
    FileFormat,
    close_unused,
    damage_of,
    is_too_short,
    make_private,
    schema_of,
    transaction,
    use_wal,
)
from icontact.sandbox.store import schema

Row = sqlite3.Row

_BUSY_SECONDS = 10.0
_TOGETHER = 100


class Store:
    """The tables, behind one lock; without a path in memory.

    Raises:
        ValueError: The file is something else than a sandbox of this version.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path: str = ":memory:" if path is None else os.fspath(path)
        self._lock = threading.RLock()
        if path is not None and (problem := make_private(path)):
            raise ValueError(f"{self.path} cannot be opened as a sandbox: {problem}")
        if path is not None and is_too_short(path):
            raise ValueError(f"{self.path} is not a sandbox: name another file")
        self._connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = Row
        self._close = weakref.finalize(self, close_unused, self._connection, self._lock)
        try:
            with self._lock:
                problem = self._prepare()
        except FAILURES as error:
            problem = f"cannot be opened as a sandbox: {error}"
        if problem:
            self.close()
            raise ValueError(f"{self.path} {problem}; name another file, or remove it")

    def _prepare(self) -> str:
        """Make the tables in a new file; return what is wrong with another file."""
        use_wal(self._connection)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        file_format = FileFormat(
            application_id=schema.APPLICATION_ID, version=schema.VERSION, tables=schema.TABLES
        )
        if problem := file_format.prepare(self._connection):
            return f"is not a sandbox of this version: {problem}"
        if damage := damage_of(self._connection, (), schema_of(schema.TABLES)):
            return f"is damaged: {damage}"
        return ""

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[None]:
        """Hold the lock, and keep everything written inside, or nothing of it.

        Inside another transaction of the thread it is a part of that one.
        """
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            with transaction(self._connection, "IMMEDIATE" if write else "DEFERRED"):
                yield

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement, and return the number of rows it touched."""
        with self._lock:
            return self._connection.execute(sql, parameters).rowcount

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for every row of parameters."""
        with self._lock:
            self._connection.executemany(sql, rows)

    def insert_many(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows, a hundred with each statement, which is a third faster than one by one."""
        waiting = iter(rows)
        start = f"INSERT INTO {table} ({', '.join(names)}) VALUES "
        marks = f"({', '.join('?' * len(names))})"
        together = start + ", ".join([marks] * _TOGETHER)
        with self._lock:
            while len(some := list(islice(waiting, _TOGETHER))) == _TOGETHER:
                self._connection.execute(together, list(chain.from_iterable(some)))
            self._connection.executemany(start + marks, some)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, if there is one."""
        with self._lock:
            found: Row | None = self._connection.execute(sql, parameters).fetchone()
            return found

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row of a query, or ``None``."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def insert(self, table: str, /, **columns: Any) -> int:
        """Add a row, and return its number."""
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        with self._lock:
            cursor = self._connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values())
            )
            return cursor.lastrowid or 0

    def update(self, table: str, row_id: int, /, **changes: Any) -> None:
        """Change columns of the row that has this id, which is its number in SQLite, too."""
        if changes:
            settings = ", ".join(f'"{name}" = ?' for name in changes)
            self.execute(
                f"UPDATE {table} SET {settings} WHERE rowid = ?", (*changes.values(), row_id)
            )

    def copy(self) -> sqlite3.Connection:
        """Return a copy of everything, in memory."""
        copied = sqlite3.connect(":memory:", check_same_thread=False)
        try:
            with self._lock:
                self._connection.backup(copied)
        except sqlite3.Error:
            copied.close()
            raise
        return copied

    def replace(self, copied: sqlite3.Connection) -> None:
        """Replace everything by a copy; a query sees all of the one or all of the other."""
        with self._lock:
            copied.backup(self._connection)

    def close(self) -> None:
        """Close the database; the state of one in memory is gone then."""
        with self._lock:
            self._close()
