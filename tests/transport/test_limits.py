"""Limiters with figures: never over them, in one process and in several."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import ConfigError, LimitUnavailable
from icontact.limits import (
    AdaptiveLimiter,
    Limiter,
    QuotaInspector,
    RedisLimiter,
    ResponseListener,
    SQLiteLimiter,
    TokenBucket,
    Unlimited,
)
from tests.transport.redis_server import FakeRedis
from tests.transport.simulator import VirtualTime

LENGTHS = {"per_minute": 60, "per_hour": 3_600, "per_day": 86_400}


class Time:
    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


class Blocked(Exception):
    """A request would have had to wait."""


def refuse_to_sleep(_: float) -> None:
    raise Blocked


def bucket(time: Time, **figures: int) -> TokenBucket:
    return TokenBucket(**figures, clock=time.clock, sleep=time.sleep)


@pytest.fixture(params=["memory", "sqlite", "redis"])
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Any]:
    """Build each kind, for what all promise."""

    def make(time: Time, **figures: Any) -> TokenBucket | SQLiteLimiter | RedisLimiter:
        if request.param == "memory":
            return bucket(time, **figures)
        if request.param == "redis":
            client: Any = FakeRedis(time.clock)
            return RedisLimiter(client, **figures, clock=time.clock, sleep=time.sleep)
        path = tmp_path / "limits.sqlite"
        return SQLiteLimiter(path, **figures, clock=time.clock, sleep=time.sleep)

    return make


@given(
    start=st.sampled_from([0.0, 0.3, 1_234.567, 1.7e9 + 0.1]),
    figures=st.fixed_dictionaries(
        {},
        optional={
            "per_minute": st.integers(1, 8),
            "per_hour": st.integers(1, 20),
            "per_day": st.integers(1, 40),
        },
    ).filter(bool),
    asks=st.lists(
        st.tuples(st.sampled_from([0.0, 0.0, 0.2, 1.0, 59.9, 60.0, 900.0]), st.integers(1, 4)),
        max_size=60,
    ),
    burst=st.none() | st.integers(1, 8),
)
def test_no_stretch_of_a_windows_length_ever_holds_more_than_its_figure(
    start: float, figures: dict[str, int], asks: list[tuple[float, int]], burst: int | None
) -> None:
    time = Time(start)
    shortest = next(figures[name] for name in LENGTHS if name in figures)
    burst = None if burst is None else min(burst, shortest)
    limiter = TokenBucket(**figures, burst=burst, clock=time.clock, sleep=time.sleep)
    most = min([*figures.values(), burst or 4, 4])
    sent: list[tuple[float, int]] = []
    for pause, wanted in asks:
        time.now += pause
        cost = min(wanted, most)
        expected = limiter.seconds_until(cost)
        assert limiter.acquire(cost) == pytest.approx(expected, abs=1e-3)
        sent.append((time.now, cost))
    for name, figure in figures.items():
        for begin, _ in sent:
            end = begin + LENGTHS[name]
            assert sum(cost for at, cost in sent if begin <= at <= end) <= figure


@pytest.mark.parametrize("figures", [{"per_minute": 60}, {"per_minute": 60, "burst": 5}])
def test_the_rate_stays_less_than_a_hundredth_below_the_figure(figures: dict[str, int]) -> None:
    time = Time()
    limiter = bucket(time, **figures)
    for _ in range(3_000):
        limiter.acquire()
    assert time.now <= 3_000 * 1.01


def test_memory_stays_small_for_the_largest_figures() -> None:
    time = Time()
    limiter = bucket(time, per_hour=10_000, per_day=70_000)
    for _ in range(5_000):
        limiter.acquire(70)
    assert all(len(counts) <= 121 for counts in limiter._ledger.values())


def test_a_burst_goes_at_once_and_the_rest_evenly() -> None:
    time = Time()
    limiter = bucket(time, per_minute=60, burst=3)
    waited = [limiter.acquire() for _ in range(7)]
    assert waited[:3] == [0, 0, 0]
    assert waited[3] == pytest.approx(3, abs=0.1)
    assert sum(waited) == pytest.approx(6, abs=0.2)
    assert limiter.remaining() == {"burst": 2, "per_minute": 53}


def test_what_remains_can_be_asked(build: Callable[..., Any]) -> None:
    time = Time(1_000.0)
    limiter = build(time, per_minute=60, per_day=100)
    assert limiter.acquire(50) == 0
    assert limiter.remaining() == {"per_minute": 10, "per_day": 50}
    assert limiter.available() == 10
    assert limiter.day_left() == 50
    assert limiter.seconds_until(10) == 0
    assert 60 <= limiter.seconds_until(11) <= 60.5
    assert 60 <= limiter.acquire(40) <= 60.5
    assert limiter.available() == 10
    assert 86_000 < limiter.acquire(20) <= 86_400 * 121 / 120


@pytest.mark.parametrize("cost", [61, 100])
def test_a_cost_beyond_a_window_is_refused_by_name(build: Callable[..., Any], cost: int) -> None:
    limiter = build(Time(), per_minute=60, per_day=90)
    for method in (limiter.acquire, limiter.seconds_until):
        with pytest.raises(ValueError, match=f"{cost} can never go out under per_minute=60"):
            method(cost)
    assert limiter.available() == 60


@pytest.mark.parametrize("cost", [0, -1, True, 1.5])
def test_a_cost_is_a_positive_whole_number(build: Callable[..., Any], cost: Any) -> None:
    with pytest.raises(ValueError, match="whole number"):
        build(Time(), per_minute=60).acquire(cost)


@pytest.mark.parametrize(
    ("figures", "problem"),
    [
        ({}, "at least one of per_minute, per_hour, per_day"),
        ({"per_hour": 0}, "per_hour: 0"),
        ({"per_day": -5}, "per_day: -5"),
        ({"per_minute": 1.5}, "per_minute: 1.5"),
        ({"per_minute": True}, "per_minute: True"),
        ({"per_minute": 5, "burst": 0}, "burst: 0"),
        ({"per_minute": 5, "burst": 6}, "burst: 6 is more than per_minute=5"),
    ],
)
def test_figures_that_make_no_sense_are_refused(figures: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        TokenBucket(**figures)


def test_a_repr_shows_figures_only(build: Callable[..., Any]) -> None:
    shown = repr(build(Time(), per_minute=60, per_day=6_000))
    assert shown.endswith("(per_minute=60, per_day=6000)")
    assert "sqlite" not in shown


def test_a_clock_set_back_never_lets_more_out(build: Callable[..., Any]) -> None:
    time = Time(100_000.0)
    limiter = build(time, per_minute=10)
    limiter.acquire(4)
    time.now += 10
    limiter.acquire(6)
    time.now -= 5_000
    assert limiter.available() == 0
    waited = limiter.acquire(10)
    assert 60 <= waited <= 60.5


def test_threads_are_served_in_order_of_arrival() -> None:
    time = VirtualTime()
    limiter = TokenBucket(per_minute=2, clock=time.clock, sleep=time.sleep)
    order: list[int] = []

    def ask(number: int) -> Callable[[], None]:
        def job() -> None:
            time.sleep(number / 10)
            # The second asks for all there is; the small ones behind it must not starve it.
            limiter.acquire(2 if number == 2 else 1)
            order.append(number)

        return job

    time.run([ask(number) for number in range(1, 7)])
    assert order == [1, 2, 3, 4, 5, 6]


def test_no_lock_is_held_while_somebody_waits(build: Callable[..., Any]) -> None:
    asleep, go_on = threading.Event(), threading.Event()
    time = Time(1_000.0)

    def sleep(seconds: float) -> None:
        asleep.set()
        assert go_on.wait(10)
        time.now += seconds

    limiter = build(time, per_minute=1)
    limiter._sleep = sleep
    limiter.acquire()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(limiter.acquire)
        assert asleep.wait(10)
        assert limiter.available() == 0
        go_on.set()
        assert 60 <= waiting.result(10) <= 60.5


def test_many_threads_together_get_exactly_the_figure() -> None:
    limiter = TokenBucket(per_day=500, clock=lambda: 1_000.0, sleep=refuse_to_sleep)

    def until_blocked(_: int) -> int:
        count = 0
        while True:
            try:
                limiter.acquire()
            except Blocked:
                return count
            count += 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(until_blocked, range(8))) == 500


def test_an_interrupted_wait_leaves_the_line(build: Callable[..., Any]) -> None:
    time = Time(1_000.0)
    limiter = build(time, per_minute=1)
    limiter.acquire()
    limiter._sleep = refuse_to_sleep
    with pytest.raises(Blocked):
        limiter.acquire()
    limiter._sleep = time.sleep
    assert 60 <= limiter.acquire() <= 60.5


def test_the_kinds_are_limiters_that_want_no_feedback(build: Callable[..., Any]) -> None:
    limiter = build(Time(), per_minute=1)
    assert isinstance(limiter, Limiter)
    assert not isinstance(limiter, ResponseListener)


def test_without_a_figure_per_day_no_day_is_told(build: Callable[..., Any]) -> None:
    assert build(Time(), per_hour=5).day_left() is None


def test_a_day_is_left_when_the_minute_is_used_up(build: Callable[..., Any]) -> None:
    time = Time(1_000.0)
    limiter = build(time, per_minute=2, per_day=7)
    limiter.acquire(2)
    assert (limiter.available(), limiter.day_left()) == (0, 5)
    time.now += 61
    limiter.acquire(2)
    assert (limiter.available(), limiter.day_left()) == (0, 3)
    time.now += 86_400 * 121 / 120
    assert (limiter.available(), limiter.day_left()) == (2, 7)


def test_all_kinds_look_ahead(build: Callable[..., Any]) -> None:
    for limiter in (build(Time(), per_minute=1), AdaptiveLimiter(), Unlimited()):
        assert isinstance(limiter, Limiter)
        assert isinstance(limiter, QuotaInspector)


def test_without_limits_nothing_is_ahead() -> None:
    nothing = Unlimited()
    assert (nothing.available(), nothing.seconds_until(9), nothing.day_left()) == (None, 0.0, None)


CHILD = """
import sys
from icontact.limits import SQLiteLimiter

class Blocked(Exception): ...

def refuse_to_sleep(seconds):
    raise Blocked

limiter = SQLiteLimiter(
    sys.argv[1], per_hour=150, per_day=400, clock=lambda: 1.7e9, sleep=refuse_to_sleep
)
count = 0
try:
    while True:
        limiter.acquire()
        count += 1
except Blocked:
    print(count)
"""


def test_processes_together_get_exactly_the_figure(tmp_path: Path) -> None:
    path = tmp_path / "limits.sqlite"
    command = [sys.executable, "-c", CHILD, str(path)]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [child.communicate(timeout=60) for child in children]
    assert [errors for _, errors in said] == ["", "", ""]
    assert sum(int(output) for output, _ in said) == 150
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT name, sum(requests) FROM icontact_spent GROUP BY name")
        assert dict(rows.fetchall()) == {"per_hour": 150, "per_day": 150}


def test_counts_survive_the_process(tmp_path: Path) -> None:
    time = Time(1.7e9)
    first = SQLiteLimiter(tmp_path / "limits", per_day=10, clock=time.clock, sleep=time.sleep)
    first.acquire(7)
    again = SQLiteLimiter(tmp_path / "limits", per_day=10, clock=time.clock, sleep=time.sleep)
    assert again.available() == 3
    time.now += 2 * 86_400
    assert first.available() == 10


def test_the_file_keeps_nothing_that_is_over(tmp_path: Path) -> None:
    time = Time(1.7e9)
    path = tmp_path / "limits"
    limiter = SQLiteLimiter(path, per_minute=100, clock=time.clock, sleep=time.sleep)
    for _ in range(300):
        limiter.acquire()
        time.now += 0.7
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM icontact_spent").fetchone()[0] <= 121


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_is_the_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "limits.sqlite"
    SQLiteLimiter(path, per_minute=60)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_other_figures_for_the_same_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "limits.sqlite"
    SQLiteLimiter(path, per_minute=60, per_day=6_000)
    with pytest.raises(ConfigError, match=r"per_day=6000, per_minute=60, not for per_minute=100"):
        SQLiteLimiter(path, per_minute=100)


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    no_folder = tmp_path / "missing" / "limits.sqlite"
    with pytest.raises(ConfigError, match=r"limits\.sqlite cannot be used"):
        SQLiteLimiter(no_folder, per_minute=60)
    no_database = tmp_path / "notes.txt"
    no_database.write_text("not a database, by far\n" * 100)
    with pytest.raises(ConfigError, match=r"notes\.txt cannot be used"):
        SQLiteLimiter(no_database, per_minute=60)


def test_a_file_that_cannot_be_used_is_closed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def keep(*args: Any, **options: Any) -> sqlite3.Connection:
        opened.append(connect(*args, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", keep)
    no_database = tmp_path / "notes.txt"
    no_database.write_text("not a database, by far\n" * 100)
    with pytest.raises(ConfigError, match="cannot be used"):
        SQLiteLimiter(no_database, per_minute=60)
    assert opened
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed database"):
            connection.execute("SELECT 1")


def test_a_file_that_is_taken_away_is_noticed_and_may_come_back(tmp_path: Path) -> None:
    path = tmp_path / "limits.sqlite"
    limiter = SQLiteLimiter(path, per_minute=60)
    limiter.acquire(5)
    path.rename(tmp_path / "away")

    for ask in (limiter.acquire, limiter.remaining, limiter.seconds_until):
        with pytest.raises(LimitUnavailable, match="cannot be used"):
            ask()
    assert not path.exists()

    (tmp_path / "away").rename(path)
    assert limiter.available() == 55


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE icontact_spent",
        "UPDATE icontact_limit SET figure = 61",
        "INSERT INTO icontact_spent VALUES ('per_week', 1, 1)",
        "INSERT INTO icontact_spent VALUES ('per_minute', 1, 'many')",
        "INSERT INTO icontact_spent VALUES ('per_minute', 1, -5)",
    ],
)
def test_a_file_that_was_replaced_is_noticed(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "limits.sqlite"
    limiter = SQLiteLimiter(path, per_minute=60)
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
        database.commit()

    with pytest.raises(LimitUnavailable, match="cannot be used"):
        limiter.acquire()


def test_a_file_of_one_byte_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "limits.sqlite"
    path.write_bytes(b"x")
    with pytest.raises(ConfigError, match="it is not a database"):
        SQLiteLimiter(path, per_minute=60)
    assert path.read_bytes() == b"x"


def test_a_damaged_file_is_refused_when_the_limiter_is_made(tmp_path: Path) -> None:
    path = tmp_path / "limits.sqlite"
    SQLiteLimiter(path, per_minute=60).acquire(5)
    content = path.read_bytes()
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    refused = 0
    for first in range(1, len(pages)):
        for second in range(1, first):
            order = [*pages]
            order[first], order[second] = order[second], order[first]
            path.write_bytes(b"".join(order))
            try:
                assert SQLiteLimiter(path, per_minute=60).available() == 55
            except ConfigError as error:
                refused += "cannot be used" in str(error)
    assert refused


def test_sqlite_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, icontact.limits; print('sqlite3' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
