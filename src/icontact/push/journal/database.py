"""A SQLite database that one push uses at a time; its errors are JournalErrors."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from os import PathLike
from typing import Any

from icontact._sqlite import (
    FAILURES,
    MARKS,
    close_unused,
    damage_of,
    is_busy,
    is_too_short,
    keep_checksums,
    make_private,
    raise_interrupt,
    schema_of,
    transaction,
)
from icontact.errors import JournalError
from icontact.push.journal.schema import CHECKED, TABLES, VERSION

#: The number of rows in memory at a time.
CHUNK = 1000

_NO_JOURNAL = "is not the journal of a push"
_ANOTHER_VERSION = "is the journal of another version"

#: Marks journals, so that another program's database is not taken for one: "iCoJ".
_APPLICATION_ID = 0x69436F4A


class Database:
    """A journal's file, held by one push; or a temporary database that goes away by itself.

    The content of a file that is there is checked when it is opened, which takes about 5
    seconds for a million rows.

    Args:
        path: The file; ``None`` for a temporary database, which SQLite keeps in memory until it
            grows, and then in a file without a name.
    """

    def __init__(self, path: str | PathLike[str] | None) -> None:
        self.path: str | None = None if path is None else os.fspath(path)
        self._lock = threading.RLock()
        if self.path is not None:
            if problem := make_private(self.path):
                raise JournalError(f"the journal {self.path} cannot be opened: {problem}")
            self._refuse_others(self.path)
        with self._in_words("opened"):
            self._connection = sqlite3.connect(
                self.path or "", timeout=0.2, isolation_level=None, check_same_thread=False
            )
        self._close = weakref.finalize(self, close_unused, self._connection, self._lock)
        try:
            with self._lock, self._in_words("opened"):
                self._prepare()
        except JournalError:
            self._close()
            raise

    def _refuse_others(self, path: str) -> None:
        """Check whose file it is, before anything in it changes, its mode included."""
        if is_too_short(path):
            raise JournalError(f"{path} {_NO_JOURNAL}: name another file")
        with self._in_words("opened"), closing(sqlite3.connect(path, timeout=0.2)) as connection:
            kind, found, tables = (connection.execute(query).fetchone()[0] for query in MARKS)
        if (kind, found) == (_APPLICATION_ID, VERSION) or not (kind or found or tables):
            return
        problem = _ANOTHER_VERSION if kind == _APPLICATION_ID else _NO_JOURNAL
        raise JournalError(f"{path} {problem}: name another file")

    def _prepare(self) -> None:
        if self.path is not None:
            self._hold()
        with transaction(self._connection, "EXCLUSIVE"):
            if not self.value("SELECT COUNT(*) FROM sqlite_master"):
                for statement in TABLES.split(";\n"):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {VERSION}")
        if self.path is not None:
            keep_checksums(self._connection, CHECKED)
            if problem := damage_of(self._connection, CHECKED, schema_of(TABLES)):
                raise self.damaged(problem)

    def damaged(self, problem: str) -> JournalError:
        """Return the error for content that is not as it was written."""
        return JournalError(
            f"the journal {self.path or '(temporary)'} is damaged: {problem}. Nothing in it can be "
            "relied on: restore the file from a copy, or push again with another journal, which "
            "writes only what iContact does not have yet"
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything written inside, or nothing of it."""
        with self._lock, self._in_words("written"), transaction(self._connection, "DEFERRED"):
            yield

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement; return the number of rows that it changed."""
        with self._lock, self._in_words("written"):
            return self._connection.execute(sql, parameters).rowcount

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for every row of parameters."""
        with self._lock, self._in_words("written"):
            self._connection.executemany(sql, rows)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with self._lock, self._in_words("read"):
            return self._connection.execute(sql, parameters).fetchall()

    def steps(
        self, sql: str, parameters: Sequence[Any] = (), most: int = CHUNK, *, after: int = -1
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query, some at a time, by their first column, which only grows.

        The query ends with parameters for the last number seen, and for how many rows.
        """
        while found := self.rows(sql, (*parameters, after, most)):
            numbers = [row[0] for row in found]
            if numbers[0] <= after or any(a > b for a, b in pairwise(numbers)):
                raise self.damaged("its rows are out of order")
            after = numbers[-1]
            yield found

    def value(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the first column of the first row of a query, or ``None``."""
        with self._lock, self._in_words("read"):
            found = self._connection.execute(sql, parameters).fetchone()
            return None if found is None else found[0]

    def is_at(self, path: str | PathLike[str]) -> bool:
        """Check whether a path, which need not exist, is that of the file."""
        # As SQLite opened it; the working directory may be another one by now.
        file = str(self.rows("PRAGMA database_list")[0][2])
        if not file:
            return False
        with suppress(OSError):
            return os.path.samefile(file, path)  # noqa: PTH121  # beside the other calls of os
        return os.path.realpath(file) == os.path.realpath(path)

    def _hold(self) -> None:
        """Lock the file, so that a second push on it is refused at once."""
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        # A committed result outlives a power cut.
        self._connection.execute("PRAGMA synchronous = FULL")

    def acquire(self) -> None:
        """Lock the file again after it was released, unless another push holds it."""
        if self.path is not None:
            with self._lock, self._in_words("opened"):
                self._hold()
                self._connection.execute("BEGIN EXCLUSIVE")
                self._connection.execute("COMMIT")

    def release(self, last: tuple[()] | tuple[str, Sequence[Any]] = ()) -> None:
        """Release the lock on the file, and leave it as one plain file, which can still be read.

        ``last`` is a statement to run first, with its parameters.
        """
        if self.path is not None:
            with self._lock, self._in_words("released"):
                if last:
                    self._connection.execute(*last)
                self._connection.execute("PRAGMA journal_mode = DELETE")
                self._connection.execute("PRAGMA locking_mode = NORMAL")
                # The lock goes with the next access.
                self._connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()

    def close(self) -> None:
        """Close it, which deletes a temporary one."""
        with self._lock:
            self._close()

    @contextmanager
    def _in_words(self, done: str) -> Iterator[None]:
        """Turn SQLite's errors into ours; they hold no values, and neither do these."""
        try:
            yield
        except FAILURES as error:
            raise_interrupt(error)
            code, problem = getattr(error, "sqlite_errorname", ""), str(error)
            if is_busy(error):
                problem = "another push is using it; wait for it to end, or name another file"
            elif code.startswith("SQLITE_NOTADB"):
                problem = f"it {_NO_JOURNAL}; name another file"
            elif code.startswith("SQLITE_FULL"):
                problem = (
                    "the disk is full; make room and push again, which goes on where it stopped"
                )
            name = f"the journal {self.path or '(temporary)'}"
            raise JournalError(f"{name} cannot be {done}: {problem}") from None
