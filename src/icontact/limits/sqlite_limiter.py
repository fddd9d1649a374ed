"""The limiter for the processes of one machine: common figures, counted in a SQLite file."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from icontact._forks import SQLITE
from icontact._sqlite import (
    FAILURES,
    FileFormat,
    is_too_short,
    make_private,
    pages_damage,
    transaction,
)
from icontact.errors import ConfigError, LimitUnavailable
from icontact.limits.fixed import Ledger, LedgerLimiter
from icontact.limits.windows import Counts, figures_of, windows_for

_BUSY_SECONDS: Final = 30.0
_FORMAT: Final = FileFormat(
    application_id=0x69436F4C,  # "iCoL"
    version=1,
    tables="""
CREATE TABLE icontact_limit (name TEXT PRIMARY KEY, figure INTEGER NOT NULL);
CREATE TABLE icontact_spent (name TEXT NOT NULL, slot INTEGER NOT NULL, requests INTEGER NOT NULL,
    PRIMARY KEY (name, slot)) WITHOUT ROWID;
""",
)


class SQLiteLimiter(LedgerLimiter):
    """Keep several processes of one machine within common figures, through one SQLite file.

    Promises what :class:`~icontact.TokenBucket` does, for all processes together. They share the
    wall clock: when it is set back, requests count for longer; when it is set forward, they are
    forgotten too early. The file is readable by its owner only and contains nothing but counts.
    Keep it on a local disk, since locks do not work on all network file systems.

    All processes state the same figures; a difference is an error at once.

    Args:
        path: The file; created when missing. One file per iContact account.
        per_minute: The most requests in any 60 seconds.
        per_hour: The most requests in any 3,600 seconds.
        per_day: The most requests in any 86,400 seconds.
        clock: Seconds since the epoch.
        sleep: Waits for a number of seconds.

    Raises:
        ConfigError: No window is given, a figure is not a positive whole number, the file was made
            for other figures, or it is damaged or cannot be used.
        LimitUnavailable: From every method, if the file cannot be used any more.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        per_minute: int | None = None,
        per_hour: int | None = None,
        per_day: int | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        windows = windows_for(per_minute=per_minute, per_hour=per_hour, per_day=per_day)
        super().__init__(windows, clock=clock, sleep=sleep)
        self._path = Path(path).absolute()
        self._figures = {window.name: window.figure for window in windows}
        problem = make_private(self._path)
        try:
            if not problem and is_too_short(self._path):
                problem = "it is not a database"
            if not problem:
                with SQLITE, closing(self._connect()) as database:
                    problem = pages_damage(database) or _FORMAT.prepare(database)
                    if not problem:
                        with transaction(database):
                            self._compare_figures(database)
        except (OSError, *FAILURES) as error:
            problem = str(error)
        if problem:
            unusable = self._unusable(f"{problem}; stop all processes and delete it")
            raise ConfigError(str(unusable)) from unusable

    def _compare_figures(self, database: sqlite3.Connection) -> None:
        known = _figures_in(database)
        if not known:
            rows = self._figures.items()
            database.executemany("INSERT INTO icontact_limit VALUES (?, ?)", rows)
        elif known != self._figures:
            theirs = ", ".join(f"{name}={figure}" for name, figure in sorted(known.items()))
            raise ConfigError(
                f"the limit file {self._path} was made for {theirs}, not for "
                f"{figures_of(self._windows)}: give all processes the same figures, or stop them "
                "and delete the file"
            )

    @contextmanager
    def _open(self) -> Iterator[Ledger]:
        try:
            # A connection for each transaction, so that none crosses a fork or a thread.
            with SQLITE, closing(self._connect()) as database, transaction(database):
                query = "SELECT name, slot, requests FROM icontact_spent"
                before = database.execute(query).fetchall()
                if _figures_in(database) != self._figures:
                    raise self._unusable("it was replaced by one for other figures")
                ledger: dict[str, Counts] = {name: {} for name in self._figures}
                for name, slot, requests in before:
                    if name not in ledger or not isinstance(requests, int) or requests < 0:
                        raise self._unusable("it does not contain the counts of this limiter")
                    ledger[name][slot] = requests
                yield ledger
                after = {
                    (name, slot, requests)
                    for name, counts in ledger.items()
                    for slot, requests in counts.items()
                }
                kept = after.intersection(before)
                database.executemany(
                    "DELETE FROM icontact_spent WHERE name = ? AND slot = ?",
                    [row[:2] for row in before if row not in kept],
                )
                database.executemany("INSERT INTO icontact_spent VALUES (?, ?, ?)", after - kept)
        except (OSError, *FAILURES) as error:
            raise self._unusable(str(error)) from error

    def _connect(self) -> sqlite3.Connection:
        # A file that was removed is not made again: its counts would be lost.
        os.close(os.open(self._path, os.O_RDWR))
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            # One fsync less per request. A power cut can cost the last counts, not the file.
            connection.execute("PRAGMA synchronous = NORMAL")
        except FAILURES:
            connection.close()
            raise
        return connection

    def _unusable(self, reason: str) -> LimitUnavailable:
        return LimitUnavailable(f"the limit file {self._path} cannot be used: {reason}")


def _figures_in(database: sqlite3.Connection) -> dict[str, int]:
    return dict(database.execute("SELECT name, figure FROM icontact_limit").fetchall())
