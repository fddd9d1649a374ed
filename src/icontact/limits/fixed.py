"""Limiters with figures: in one process, and shared by several."""

from __future__ import annotations

import contextlib
import os
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from icontact.errors import ConfigError, LimitUnavailable
from icontact.limits.queued import QueuedLimiter
from icontact.limits.windows import Counts, Window, figures_of, windows_for

if TYPE_CHECKING:
    import sqlite3

Ledger = Mapping[str, Counts]


class FixedLimiter(QueuedLimiter):
    """What the limiters with figures have in common; where they count is theirs to say."""

    def __init__(
        self,
        windows: tuple[Window, ...],
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        super().__init__(clock=clock, sleep=sleep)
        self._windows = windows

    def __repr__(self) -> str:
        return f"{type(self).__name__}({figures_of(self._windows)})"

    def remaining(self) -> dict[str, int]:
        """Return how many requests may go out now, per window: ``{"per_minute": 12, …}``."""
        with self._lock:
            ledger, _ = self._look()
            return {window.name: window.free(ledger[window.name]) for window in self._windows}

    def available(self) -> int:
        """Return how many requests may go out now, all windows considered."""
        return min(self.remaining().values())

    def seconds_until(self, cost: int = 1) -> float:
        """Return the seconds until `cost` requests may go out, if nobody else asks; 0.0 for now.

        Raises:
            ValueError: `cost` is not positive, or more than a window can ever hold.
        """
        self._check_cost(cost)
        with self._lock:
            ledger, now = self._look()
            return self._wait(ledger, cost, now)

    def day_left(self) -> int | None:
        """Return how many requests may still go out within the window of a day.

        The window moves on: what was sent 24 hours ago comes free again.

        Returns:
            The number, or ``None`` if there is no figure per day.
        """
        return self.remaining().get("per_day")

    def _check_cost(self, cost: int) -> None:
        super()._check_cost(cost)
        for window in self._windows:
            if cost > window.figure:
                raise ValueError(
                    f"cost: {cost} can never go out under {window.name}={window.figure}; split it"
                )

    def _wait(self, ledger: Ledger, cost: int, now: float) -> float:
        return max(window.wait(ledger[window.name], cost, now) for window in self._windows)

    @abstractmethod
    def _look(self) -> tuple[Ledger, float]:
        """Return what counts now, for reading, and the time."""


class _LedgerLimiter(FixedLimiter):
    """Counts by itself, in a ledger that it may have for a moment."""

    def _try(self, cost: int, *, ahead: int) -> float:
        with self._settled() as (ledger, present, now):
            delay = self._wait(ledger, ahead + cost, now)
            if not delay:
                for name, slot in present.items():
                    ledger[name][slot] = ledger[name].get(slot, 0) + cost
            return delay

    def _look(self) -> tuple[Ledger, float]:
        with self._settled() as (ledger, _, now):
            return ledger, now

    @contextlib.contextmanager
    def _settled(self) -> Iterator[tuple[Ledger, dict[str, int], float]]:
        with self._open() as ledger:
            # Read once the ledger is ours: whoever comes later then reads a later time.
            now = self._clock()
            present = {w.name: w.settle(ledger[w.name], now) for w in self._windows}
            yield ledger, present, now

    @abstractmethod
    def _open(self) -> AbstractContextManager[Ledger]:
        """Hand out the counts of every window, for changing in place, and keep the changes."""


class TokenBucket(_LedgerLimiter):
    """Keep the threads of one process within figures per minute, hour and day, all at once.

    No figure is exceeded in any stretch of its length, wherever it begins; the rate stays up to
    0.8 % below. The moment that counts is the one at which a request is let out. On its way to
    the server it may be overtaken, so a figure that the server counts to the last request is best
    given a little lower here. Memory is constant: 121 numbers per window.

    Args:
        per_minute: The most requests in any 60 seconds.
        per_hour: The most requests in any 3,600 seconds.
        per_day: The most requests in any 86,400 seconds.
        burst: The most requests at once; after them, the shortest window's rate is kept evenly.
            Without it the shortest window may be used up at one go.
        clock: Seconds that never run backwards.
        sleep: Waits so many seconds.

    Raises:
        ConfigError: No window is given, a figure is not a positive whole number, or `burst` is more
            than the shortest window holds.
    """

    def __init__(
        self,
        per_minute: int | None = None,
        per_hour: int | None = None,
        per_day: int | None = None,
        *,
        burst: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        windows = windows_for(
            per_minute=per_minute, per_hour=per_hour, per_day=per_day, burst=burst
        )
        super().__init__(windows, clock=clock, sleep=sleep)
        self._ledger: Ledger = {window.name: {} for window in windows}

    def _open(self) -> AbstractContextManager[Ledger]:
        return contextlib.nullcontext(self._ledger)


_BUSY_SECONDS: Final = 30.0
#: Marks the files of limiters: "iCoL".
_APPLICATION_ID: Final = 0x69436F4C
_VERSION: Final = 1
_TABLES: Final = """
CREATE TABLE icontact_limit (name TEXT PRIMARY KEY, figure INTEGER NOT NULL);
CREATE TABLE icontact_spent (name TEXT NOT NULL, slot INTEGER NOT NULL, requests INTEGER NOT NULL,
    PRIMARY KEY (name, slot)) WITHOUT ROWID;
"""


class SQLiteLimiter(_LedgerLimiter):
    """Keep several processes of one machine within common figures, through one SQLite file.

    The promise is :class:`TokenBucket`'s, for all processes together. They share the wall clock:
    when it is set back, everything counted stays counted for longer; when it is set forward, as
    much is forgotten too early. The file is created readable by its owner only, and holds nothing
    but counts. Keep it on a local disk: locks are not to be trusted on network file systems.

    All processes state the same figures. The stricter would otherwise wait for ever behind the
    others, so a difference is refused at once.

    Args:
        path: The file; created when missing. One file per iContact account.
        per_minute: The most requests in any 60 seconds.
        per_hour: The most requests in any 3,600 seconds.
        per_day: The most requests in any 86,400 seconds.
        clock: Seconds since the epoch.
        sleep: Waits so many seconds.

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
        try:
            self._set_up()
        except LimitUnavailable as error:
            problem = str(error)
        else:
            return
        raise ConfigError(problem)

    def _set_up(self) -> None:
        """Make the file and its tables, unless they are there and agree.

        Raises:
            ConfigError: If they were made for other figures.
            LimitUnavailable: If the file cannot be used.
        """
        import sqlite3

        from icontact._sqlite import FileFormat, make_private, pages_damage, transaction

        file_format = FileFormat(application_id=_APPLICATION_ID, version=_VERSION, tables=_TABLES)
        problem = make_private(self._path)
        try:
            with contextlib.closing(self._connect()) as database:
                problem = problem or pages_damage(database) or file_format.prepare(database)
                if not problem:
                    with transaction(database):
                        self._agree(database)
        except (OSError, sqlite3.Error) as error:
            problem = str(error)
        if problem:
            raise self._unusable(f"{problem}; stop all processes and delete it")

    def _figures(self) -> dict[str, int]:
        return {window.name: window.figure for window in self._windows}

    def _agree(self, database: sqlite3.Connection) -> None:
        mine, known = self._figures(), _figures_in(database)
        if not known:
            database.executemany("INSERT INTO icontact_limit VALUES (?, ?)", mine.items())
        elif known != mine:
            theirs = ", ".join(f"{name}={figure}" for name, figure in sorted(known.items()))
            raise ConfigError(
                f"the limit file {self._path} was made for {theirs}, not for "
                f"{figures_of(self._windows)}: give all processes the same figures, or stop them "
                "and delete the file"
            )

    @contextlib.contextmanager
    def _open(self) -> Iterator[Ledger]:
        with self._database() as database:
            before = database.execute("SELECT name, slot, requests FROM icontact_spent").fetchall()
            if _figures_in(database) != self._figures():
                raise self._unusable("it was replaced by one for other figures")
            ledger: dict[str, Counts] = {window.name: {} for window in self._windows}
            for name, slot, requests in before:
                if name not in ledger or not isinstance(requests, int) or requests < 0:
                    raise self._unusable("it does not hold what this limiter counts")
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

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        # A connection per transaction: none to carry across a fork or a thread, none to close.
        import sqlite3

        from icontact._sqlite import transaction

        try:
            with contextlib.closing(self._connect()) as database, transaction(database):
                yield database
        except (OSError, sqlite3.Error) as error:
            trouble = str(error)
        else:
            return
        raise self._unusable(trouble)

    def _connect(self) -> sqlite3.Connection:
        import sqlite3

        # A file that was removed is not made again: its counts would be lost.
        os.close(os.open(self._path, os.O_RDWR))
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
        # One fsync less per request. A power cut can cost the last counts, not the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    def _unusable(self, trouble: str) -> LimitUnavailable:
        return LimitUnavailable(f"the limit file {self._path} cannot be used: {trouble}")


def _figures_in(database: sqlite3.Connection) -> dict[str, int]:
    return dict(database.execute("SELECT name, figure FROM icontact_limit").fetchall())
