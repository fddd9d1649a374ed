"""What all our SQLite files share: they are private, of a known format, and checked for damage."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from zlib import crc32

import attrs

#: The name of the function in SQL, and of the column that holds what it returns.
_FUNCTION, _COLUMN = "icontact_checksum", "checksum"


#: For how many seconds to wait for another that prepares the same file, and how long at a time.
_PATIENCE, _PAUSE = 10.0, 0.01

#: For how many seconds the end of a process waits for a thread that uses a file.
_AT_EXIT = 1.0

#: What a file raises that is damaged: SQLite may name something whose name is not text any more.
FAILURES = (sqlite3.Error, UnicodeDecodeError)

#: SQLite's header has as many bytes.
_SHORTEST = 100

#: What identifies a file: its marks in the header, and the number of its tables.
MARKS = (
    "PRAGMA application_id",
    "PRAGMA user_version",
    "SELECT COUNT(*) FROM sqlite_master",
)


def make_private(path: str | os.PathLike[str]) -> str:
    """Make a file that does not exist, readable by its owner alone; return what is wrong.

    A file that exists is not opened here: closing it would end the locks that this process holds
    on it (POSIX).
    """
    try:
        with suppress(FileExistsError):
            # A link may lead to a file that does not exist yet.
            os.close(os.open(os.path.realpath(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        mode = os.stat(path).st_mode  # noqa: PTH116  (beside the other calls of os)
    except OSError as error:
        return error.strerror or type(error).__name__
    return os.strerror(errno.EISDIR) if stat.S_ISDIR(mode) else ""


def is_too_short(path: str | os.PathLike[str]) -> bool:
    """Say whether a file is too short for a database, but not empty: SQLite would write over it."""
    return 0 < os.stat(path).st_size < _SHORTEST  # noqa: PTH116  (as above)


@contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "IMMEDIATE") -> Iterator[None]:
    """Keep everything written inside, or nothing of it."""
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        # SQLite may have ended the transaction itself; then this does nothing.
        connection.rollback()
        raise_interrupt(error)
        raise


def close_unused(connection: sqlite3.Connection, lock: threading.RLock) -> None:
    """Close a connection, unless a thread holds the lock, as it may when the process ends.

    Python would crash if a thread went on with a statement meanwhile.
    """
    if lock.acquire(timeout=_AT_EXIT):
        try:
            connection.close()
        finally:
            lock.release()


def raise_interrupt(error: BaseException) -> None:
    """Raise KeyboardInterrupt if that is what ended a statement of SQLite.

    `checksum` raises nothing by itself, but Ctrl-C may come while SQLite calls it.
    """
    if str(error) == "user-defined function raised exception":
        raise KeyboardInterrupt from None


def is_busy(error: Exception) -> bool:
    """Say whether an error means that another process or thread holds the file."""
    return getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def use_wal(connection: sqlite3.Connection) -> None:
    """Let a file be read while it is written.

    SQLite does not wait by itself here: of several that switch a new file at once, some would be
    refused.

    Raises:
        sqlite3.Error: The file cannot be used, or another holds it for too long.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return


@attrs.frozen(kw_only=True)
class FileFormat:
    """The format of a file: its marks in SQLite's header, and the statements of its tables."""

    application_id: int
    version: int
    tables: str

    def prepare(self, connection: sqlite3.Connection) -> str:
        """Make the tables in an empty file; return what is wrong with another file.

        Raises:
            sqlite3.Error: The file cannot be read or written.
        """
        with transaction(connection):
            found = tuple(connection.execute(query).fetchone()[0] for query in MARKS)
            if found == (0, 0, 0):
                for statement in self.tables.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {self.application_id}")
                connection.execute(f"PRAGMA user_version = {self.version}")
            elif found[0] != self.application_id:
                return "it is something else"
            elif found[1] != self.version:
                return "it is of another version"
        return ""


@attrs.frozen(kw_only=True)
class Checked:
    """A table whose rows carry a checksum: the columns of its primary key, and all others."""

    name: str
    key: Sequence[str]
    columns: Sequence[str]

    def arguments(self, prefix: str = "") -> str:
        """Return what the checksum is made of, as arguments in SQL."""
        names = [prefix + column for column in (*self.key, *self.columns)]
        # As bytes, since SQLite cannot pass on a damaged text; and the types beside, since they are
        # lost with bytes.
        types = " || ".join(f"substr(typeof({name}), 1, 1)" for name in names)
        return ", ".join((*(f"CAST({name} AS BLOB)" for name in names), types))

    @property
    def is_damaged(self) -> str:
        """The condition in SQL for a row that is not as it was written."""
        return f"{_COLUMN} IS NOT {_FUNCTION}({self.arguments()})"


def checksum(*values: bytes | str | None) -> int:
    """Return the checksum of a row: of its values as bytes, and of the letters of their types."""
    return crc32(repr(values).encode())


def keep_checksums(connection: sqlite3.Connection, tables: Sequence[Checked]) -> None:
    """Let a connection maintain the checksums of tables, whichever statement changes them.

    The triggers are the connection's own, so that the file keeps a plain schema.
    """
    connection.create_function(_FUNCTION, -1, checksum, deterministic=True)
    for table in tables:
        where = " AND ".join(f"{column} = NEW.{column}" for column in table.key)
        names = ", ".join((*table.key, *table.columns))
        for event in ("INSERT", f"UPDATE OF {names}"):
            connection.execute(
                f"CREATE TEMP TRIGGER {table.name}_{event[:6]} AFTER {event} ON main.{table.name}"  # noqa: S608  (names of the schema)
                f" BEGIN UPDATE {table.name} SET {_COLUMN} = {_FUNCTION}({table.arguments('NEW.')})"
                f" WHERE {where}; END"
            )


def damage_of(
    connection: sqlite3.Connection, tables: Sequence[Checked], schema: Mapping[str, str]
) -> str:
    """Return what is wrong with the content of a file; empty if it is as it was written.

    The connection keeps the checksums of the tables, whose rows carry one. ``schema`` has the
    statement behind each table, index and view that must be there.

    Raises:
        sqlite3.Error: If the file cannot even be read.
    """
    if problem := pages_damage(connection):
        return problem
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master"))
    if any(found.get(name) != sql for name, sql in schema.items()):
        return "its tables are not as they were made"
    for table in tables:
        (wrong,) = connection.execute(
            f"SELECT COUNT(*) FROM {table.name} WHERE {table.is_damaged}"  # noqa: S608  (names of the schema)
        ).fetchone()
        if wrong:
            return f"{wrong:,} of its {table.name} are not as they were written"
    return ""


def pages_damage(connection: sqlite3.Connection) -> str:
    """Return what SQLite itself finds wrong with the pages of a file; empty if nothing.

    Raises:
        sqlite3.Error: If the file cannot even be read.
    """
    (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if found == "ok" else "its pages are damaged"


def schema_of(tables: str) -> Mapping[str, str]:
    """Return the statement behind each table, index and view that a script makes."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(tables)
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return dict(made)
    finally:
        connection.close()
