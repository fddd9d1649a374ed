"""Our SQLite files: each kind is refused in words when it is damaged."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from icontact.errors import ConfigError, JournalError
from icontact.integrations.inbox import Inbox
from icontact.limits import SQLiteLimiter
from icontact.push.journal import Database
from icontact.sandbox.store import Store

KINDS: dict[str, Callable[[Path], Any]] = {
    "inbox": Inbox,
    "limiter": lambda path: SQLiteLimiter(path, per_minute=60),
    "sandbox": Store,
    "journal": Database,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_whose_name_is_not_text_is_an_error_in_words(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.sqlite"
    made = KINDS[kind](path)
    if hasattr(made, "close"):
        made.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = path.read_bytes()
    # Both the name and the statement of the table: SQLite's message quotes the name.
    damaged = re.sub(
        rb"(table(\w+))\w(\2\w.{1,3}CREATE) ",
        lambda found: found[1] + b"\xce" + found[3] + b"X",
        content,
        flags=re.DOTALL,
    )
    assert damaged != content
    path.write_bytes(damaged)
    opened, connect = list[sqlite3.Connection](), sqlite3.connect

    def keep(*arguments: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", keep)
    with pytest.raises((ConfigError, JournalError, ValueError), match=r"file\.sqlite") as caught:
        KINDS[kind](path)
    assert not isinstance(caught.value, UnicodeError)
    assert opened
    for one in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            one.execute("SELECT 1")
