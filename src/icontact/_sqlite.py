"""What all our SQLite files share: a check of their integrity when they are opened."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from zlib import crc32

import attrs

__all__ = ["Checked", "checksum", "damage_of", "keep_checksums", "pages_damage", "schema_of"]

#: The name of the function in SQL, and of the column that holds what it returns.
_FUNCTION, _COLUMN = "icontact_checksum", "checksum"


@attrs.frozen(kw_only=True)
class Checked:
    """A table whose rows carry a checksum in the column ``checksum``.

    Attributes:
        name: The table.
        key: The columns of its primary key.
        columns: All other columns but the checksum.
    """

    name: str
    key: Sequence[str]
    columns: Sequence[str]

    def arguments(self, prefix: str = "") -> str:
        """Return what the checksum is made of, as arguments in SQL."""
        names = [prefix + column for column in (*self.key, *self.columns)]
        # As bytes, since a damaged text could not be handed over; and the types, since those are
        # lost on the way.
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

    Args:
        connection: One that keeps the checksums of the tables.
        tables: Those whose rows carry one.
        schema: The statement behind each table, index and view that must be there.

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
