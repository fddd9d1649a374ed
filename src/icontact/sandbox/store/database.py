"""One SQLite connection that all threads share, one transaction at a time."""

# ruff: noqa: S608  (tables and columns come from the rules, values are parameters)

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from icontact._sqlite import damage_of, schema_of
from icontact.sandbox.store import schema

Row = sqlite3.Row

_BUSY_SECONDS = 10.0
_TOGETHER = 100


class Store:
    """The tables, behind one lock.

    Args:
        path: The file to keep the state in; ``None`` keeps it in memory.

    Raises:
        ValueError: The file is something else than a sandbox of this version.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path: str = ":memory:" if path is None else os.fspath(path)
        self._lock = threading.RLock()
        if path is not None:
            _make_private(self.path)
        self._connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = Row
        self._close = weakref.finalize(self, self._connection.close)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self.close()
            raise ValueError(f"{self.path} cannot be opened as a sandbox: {error}") from error
        except ValueError:
            self.close()
            raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        version = self.value("PRAGMA user_version")
        if version == schema.VERSION:
            if problem := damage_of(self._connection, (), schema_of(schema.TABLES)):
                raise ValueError(
                    f"{self.path} is damaged: {problem}; name another file, or remove it"
                )
            return
        if version or self.value("SELECT COUNT(*) FROM sqlite_master"):
            raise ValueError(
                f"{self.path} holds something else than a sandbox of this version;"
                " name another file, or remove it"
            )
        try:
            self._connection.executescript(f"BEGIN IMMEDIATE;\n{schema.TABLES}\nCOMMIT;")
        except sqlite3.OperationalError:
            self._connection.rollback()
            # Another process may have made the tables of the same new file in this moment.
            if self.value("PRAGMA user_version") != schema.VERSION:
                raise

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[None]:
        """Hold the lock, and keep everything written inside, or nothing of it."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

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
        waiting = list(rows)
        start = f"INSERT INTO {table} ({', '.join(names)}) VALUES "
        marks = f"({', '.join('?' * len(names))})"
        together = start + ", ".join([marks] * _TOGETHER)
        with self._lock:
            while len(waiting) >= _TOGETHER:
                values = list(chain.from_iterable(waiting[:_TOGETHER]))
                self._connection.execute(together, values)
                del waiting[:_TOGETHER]
            self._connection.executemany(start + marks, waiting)

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

    def insert(self, table: str, columns: Mapping[str, Any]) -> int:
        """Add a row, and return its number."""
        names = ", ".join(f'"{name}"' for name in columns)
        marks = ", ".join("?" * len(columns))
        with self._lock:
            cursor = self._connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values())
            )
            return cursor.lastrowid or 0

    def update(self, table: str, changes: Mapping[str, Any], key: str, number: int) -> None:
        """Change columns of the one row that has this key; no changes, no statement."""
        if changes:
            settings = ", ".join(f'"{name}" = ?' for name in changes)
            self.execute(
                f'UPDATE {table} SET {settings} WHERE "{key}" = ?', (*changes.values(), number)
            )

    def copy(self) -> sqlite3.Connection:
        """Return a copy of everything, in memory."""
        copied = sqlite3.connect(":memory:", check_same_thread=False)
        with self._lock:
            self._connection.backup(copied)
        return copied

    def replace(self, copied: sqlite3.Connection) -> None:
        """Put a copy in the place of everything; who reads meanwhile gets the one or the other."""
        with self._lock:
            copied.backup(self._connection)

    def close(self) -> None:
        """Close the database; the state of one in memory is gone then."""
        with self._lock:
            self._close()


def _make_private(path: str) -> None:
    """Make the file if it is not there: it may hold people's data, so it is its owner's alone."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise ValueError(f"{path} cannot be opened as a sandbox: {error.strerror}") from error
