"""An SQLite file that threads and processes share, private to its owner."""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from icontact._forks import SQLITE
from icontact._sqlite import (
    FAILURES,
    Checked,
    FileFormat,
    damage_of,
    is_too_short,
    keep_checksums,
    make_private,
    schema_of,
    transaction,
    use_wal,
)
from icontact.errors import ConfigError

_BUSY_SECONDS = 30.0
_PAGE = 500


class Storage:
    """An SQLite file: one connection for a process, whose threads use it one after the other.

    Args:
        path: The file; made if it is not there.

    Raises:
        ConfigError: If the file cannot be opened, or is something else.
    """

    #: What the file is, for messages; its format; the tables with checksums; and the statements
    #: after which no row is used that is not as it was written.
    _KIND: ClassVar[str]
    _FORMAT: ClassVar[FileFormat]
    _CHECKED: ClassVar[tuple[Checked, ...]]
    _SET_ASIDE: ClassVar[tuple[str, ...]]

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path: str = os.fspath(path)
        self._held: sqlite3.Connection | None = None
        self._closed_by: weakref.finalize[[sqlite3.Connection, int], Storage] | None = None
        self._process = 0
        self._is_prepared = False
        problem = make_private(self.path)
        if not problem and is_too_short(self.path):
            problem = "it is not a database; name another file"
        with SQLITE:
            problem = problem or self._prepare()
        if problem:
            raise ConfigError(f"{self.path} cannot be opened as {self._KIND}: {problem}")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({vars(self).get('path')!r})"

    def close(self) -> None:
        """Close the file."""
        with SQLITE:
            if self._closed_by is not None:
                self._closed_by()
            self._held = None

    def _rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with SQLITE:
            return self._connection.execute(sql, values).fetchall()

    def _pages(self, sql: str, last: Any, *values: Any) -> Iterator[list[Any]]:
        """Yield the rows of a query, some at a time, by their first column, which only grows.

        The query ends with parameters for the last value seen, and for how many rows.
        """
        while rows := self._rows(sql, (*values, last, _PAGE)):
            yield rows
            last = rows[-1][0]

    def _change(self, sql: str, *rows: Sequence[Any]) -> int:
        """Execute a statement with each of these rows, all or none; return what it changed."""
        with self._transaction() as connection:
            return connection.executemany(sql, rows).rowcount

    @property
    def _connection(self) -> sqlite3.Connection:
        """The connection of this process: none survives a fork."""
        if self._held is None or self._process != os.getpid():
            connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._closed_by = weakref.finalize(self, _close, connection, os.getpid())
            # A damaged text does not fail: its row is put aside, and can be shown.
            connection.text_factory = lambda text: text.decode("utf-8", "replace")
            # People's data that is deleted is overwritten.
            connection.execute("PRAGMA secure_delete = ON")
            if self._is_prepared:
                keep_checksums(connection, self._CHECKED)
            # Only now: one that could not be made ready is not used, nor that of another process.
            self._held, self._process = connection, os.getpid()
        return self._held

    @contextmanager
    def _transaction(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        with SQLITE:
            connection = self._connection
            # What was promised to be kept has to reach the disk; all else may be done again.
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            with transaction(connection):
                yield connection

    def _prepare(self) -> str:
        """Make the tables in a new file; return what is wrong with another."""
        try:
            connection = self._connection
            use_wal(connection)
            if problem := self._FORMAT.prepare(connection):
                problem = f"{problem}; name another file"
            else:
                with transaction(connection):
                    keep_checksums(connection, self._CHECKED)
                    self._is_prepared = True
                    if problem := damage_of(connection, (), schema_of(self._FORMAT.tables)):
                        problem = f"{problem}; restore it from a copy, or name another file"
                    else:
                        for statement in self._SET_ASIDE:
                            connection.execute(statement)
        except FAILURES as error:
            problem = str(error)
        if problem:
            self.close()
        return problem


#: What was inherited over a fork is the other process's: closing it would end its locks.
_INHERITED: list[sqlite3.Connection] = []


def _close(connection: sqlite3.Connection, process: int) -> None:
    if process == os.getpid():
        # At the end of the process another thread may be inside it.
        with SQLITE:
            connection.close()
    else:
        _INHERITED.append(connection)
