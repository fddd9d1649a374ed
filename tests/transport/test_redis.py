"""Figures that many machines share: our side of it, and the truth of a real server."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Iterator
from socket import create_server
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import icontact
from icontact.errors import ConfigError, LimitUnavailable
from icontact.limits import RedisLimiter
from icontact.limits import redis_limiter as module
from tests.transport.redis_server import FakeRedis, real_server

NOW = 1.7e9 + 0.25


def never(_: float) -> None:
    raise AssertionError("no request should have to wait")


# Our side, without a server


@pytest.fixture
def fake() -> FakeRedis:
    return FakeRedis(lambda: NOW)


def limiter_on(client: Any, **options: Any) -> RedisLimiter:
    return RedisLimiter(client, sleep=never, **options)


def test_the_key_lives_a_little_longer_than_the_longest_window(fake: FakeRedis) -> None:
    limiter_on(fake, per_minute=60, per_hour=900, key="icontact:1").acquire()
    assert list(fake.hashes) == ["icontact:1"]
    assert 3_600_000 * 121 / 120 < fake.lives["icontact:1"] < 3_600_000 * 1.05


def test_other_figures_for_the_same_key_are_refused(fake: FakeRedis) -> None:
    limiter_on(fake, per_minute=60, per_day=6_000)
    message = r"'icontact' in Redis was made for per_minute=60, per_day=6000, not for per_hour=7"
    with pytest.raises(ConfigError, match=message):
        limiter_on(fake, per_hour=7)
    assert limiter_on(fake, per_hour=7, key="another").available() == 7


def test_figures_that_changed_later_are_refused_by_every_method(fake: FakeRedis) -> None:
    limiter = limiter_on(fake, per_minute=60)
    fake.hashes.clear()
    limiter_on(fake, per_minute=5)
    for method in (limiter.acquire, limiter.remaining, limiter.seconds_until, limiter.day_left):
        with pytest.raises(ConfigError, match="delete the key"):
            method()


@pytest.mark.parametrize("trouble", [redis.ConnectionError("gone"), OSError("gone")])
def test_a_server_that_fails_is_an_error_and_nothing_goes_out(
    fake: FakeRedis, trouble: Exception
) -> None:
    limiter = limiter_on(fake, per_minute=60)
    fake.trouble = trouble
    with pytest.raises(
        LimitUnavailable, match=r"'icontact' in Redis cannot be used: \w+: gone"
    ) as caught:
        limiter.acquire()
    assert caught.value.__context__ is None
    fake.trouble = None
    assert limiter.available() == 60


def test_a_server_that_fails_at_once_is_a_wrong_set_up(fake: FakeRedis) -> None:
    fake.trouble = OSError("gone")
    with pytest.raises(ConfigError, match="cannot be used: OSError: gone"):
        limiter_on(fake, per_minute=60)


def test_closing_closes_the_client(fake: FakeRedis) -> None:
    limiter_on(fake, per_minute=1).close()
    assert fake.closed


def test_the_script_counts_in_as_many_slots_as_the_other_limiters(fake: FakeRedis) -> None:
    limiter_on(fake, per_minute=1)
    (script,) = fake.scripts
    assert "slot - 120" in script
    assert "SLOTS" not in script


@pytest.mark.parametrize(
    "url",
    [
        "http://:s3cret-word@localhost/",
        "redis://user:s3cret-word@localhost:port/0",
        "redis://:pass@s3cret-word:99999/0",
        "s3cret-word",
    ],
)
def test_an_url_that_is_none_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ConfigError, match="must look like redis://") as caught:
        RedisLimiter(url, per_minute=1)
    trace = caught.value.__traceback__
    report = traceback.TracebackException(
        ConfigError, caught.value, trace.tb_next if trace else None, capture_locals=True
    )
    assert "s3cret" not in "".join(report.format())


def test_a_server_that_is_not_there_is_an_error_without_the_password() -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"redis://someone:s3cret-word@127.0.0.1:{port}/0"
    with pytest.raises(ConfigError, match="cannot be used: ConnectionError") as caught:
        RedisLimiter(url, per_minute=1)
    trace = caught.value.__traceback__
    report = traceback.TracebackException(
        ConfigError, caught.value, trace.tb_next if trace else None, capture_locals=True
    )
    assert "s3cret" not in "".join(report.format())


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ImportError, match=r"icontact\[redis\]"):
        RedisLimiter("redis://localhost", per_minute=1)


# The truth: a real server


@pytest.fixture(scope="module")
def socket() -> Iterator[str]:
    with real_server() as path:
        yield path


@pytest.fixture(params=[False, True], ids=["bytes", "text"])
def server(socket: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    with redis.Redis(unix_socket_path=socket, decode_responses=request.param) as client:
        client.flushall()
        yield client


def later(client: Any, key: str, name: str, slots: int) -> None:
    """Let time pass for what was counted, which is what the passing of time does."""
    for field, value in client.hgetall(key).items():
        text = field if isinstance(field, str) else field.decode()
        if text.startswith(f"{name}:"):
            client.hdel(key, field)
            client.hincrby(key, f"{name}:{int(text.partition(':')[2]) - slots}", int(value))


def test_many_limiters_share_the_figures(server: Any) -> None:
    one, other = (limiter_on(server, per_hour=10, per_day=30) for _ in range(2))
    assert one.acquire(4) == 0.0
    assert other.acquire(3) == 0.0
    assert one.remaining() == other.remaining() == {"per_hour": 3, "per_day": 23}
    assert (one.available(), one.day_left()) == (3, 23)
    assert one.seconds_until(3) == 0.0
    assert 3_570 < other.seconds_until(4) <= 3_630
    with pytest.raises(AssertionError, match="have to wait"):
        other.acquire(4)
    later(server, "icontact", "per_hour", 120)
    assert one.available() == 3
    later(server, "icontact", "per_hour", 1)
    assert one.remaining() == {"per_hour": 10, "per_day": 23}
    assert other.acquire(10) == 0.0


def test_who_waits_is_let_out_when_there_is_room(server: Any) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        later(server, "icontact", "per_hour", 121)

    limiter = RedisLimiter(server, per_hour=5, sleep=sleep)
    limiter.acquire(5)
    limiter.acquire(2)
    assert len(slept) == 1
    assert 3_570 < slept[0] <= 3_630
    assert limiter.available() == 3


def test_what_is_over_is_forgotten_and_what_lies_ahead_is_not(server: Any) -> None:
    limiter = limiter_on(server, per_day=9)
    limiter.acquire(4)
    # The clock of the server was set back by a week.
    later(server, "icontact", "per_day", -840)
    assert limiter.day_left() == 5
    later(server, "icontact", "per_day", 121)
    assert limiter.day_left() == 9
    assert server.hlen("icontact") == 1


def test_one_key_which_expires(server: Any) -> None:
    limiter_on(server, per_minute=5, key="limits").acquire()
    assert server.dbsize() == 1
    assert 60_500 < server.pttl("limits") <= 61_500


def test_a_script_that_the_server_forgot_is_sent_again(server: Any) -> None:
    limiter = limiter_on(server, per_minute=5)
    server.script_flush()
    limiter.acquire()
    assert limiter.available() == 4


def test_other_figures_are_refused_by_the_server(server: Any) -> None:
    limiter_on(server, per_minute=60)
    with pytest.raises(ConfigError, match=r"was made for per_minute=60, not for per_minute=61"):
        limiter_on(server, per_minute=61)


def test_a_key_that_holds_something_else_is_left_alone(server: Any) -> None:
    server.set("icontact", "precious")
    with pytest.raises(ConfigError, match=r"cannot be used: .*WRONGTYPE"):
        limiter_on(server, per_minute=60)
    assert server.get("icontact") in {"precious", b"precious"}


def test_an_url_with_a_password_is_enough(server: Any, socket: str) -> None:
    server.acl_setuser(
        "icontact", enabled=True, passwords=["+s3cret"], keys=["*"], commands=["+@all"]
    )
    limiter = icontact.RedisLimiter(f"unix://icontact:s3cret@{socket}?db=0", per_minute=3)
    assert limiter.acquire(2) == 0.0
    assert repr(limiter) == "RedisLimiter(per_minute=3)"
    assert limiter_on(server, per_minute=3).available() == 1
    limiter.close()
    with pytest.raises(ConfigError, match="cannot be used: AuthenticationError") as caught:
        RedisLimiter(f"unix://icontact:wr0ng-word@{socket}", per_minute=3)
    assert "wr0ng" not in str(caught.value)


CHILD = """
import sys
from icontact.transport import RedisLimiter

class Blocked(Exception): ...

def refuse_to_sleep(seconds):
    raise Blocked

limiter = RedisLimiter("unix://" + sys.argv[1], per_hour=150, per_day=400, sleep=refuse_to_sleep)
count = 0
try:
    while True:
        limiter.acquire()
        count += 1
except Blocked:
    print(count)
"""


@pytest.mark.parametrize("server", [False], indirect=True)
def test_processes_together_get_exactly_the_figure(server: Any, socket: str) -> None:
    command = [sys.executable, "-c", CHILD, socket]
    children = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [child.communicate(timeout=60) for child in children]
    assert [errors for _, errors in said] == ["", "", ""]
    assert sum(int(output) for output, _ in said) == 150
    assert limiter_on(server, per_hour=150, per_day=400).remaining() == {
        "per_hour": 0,
        "per_day": 250,
    }


WINDOWS = {"per_minute": 500_000, "per_hour": 30_000_000, "per_day": 720_000_000}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    windows=st.dictionaries(
        st.sampled_from(sorted(WINDOWS)),
        st.tuples(
            st.integers(1, 30),
            st.dictionaries(st.integers(-123, 3), st.integers(1, 9), max_size=6),
        ),
        min_size=1,
    ),
    cost=st.integers(0, 5),
    ahead=st.integers(0, 5),
)
def test_the_script_does_what_the_other_limiters_do(
    server: Any, windows: dict[str, tuple[int, dict[int, int]]], cost: int, ahead: int
) -> None:
    seconds, microseconds = server.time()
    kept: dict[str, Any] = {"figures": "as typed"}
    about: list[Any] = []
    for name, (figure, counts) in windows.items():
        present = (seconds * 10**6 + microseconds) // WINDOWS[name]
        kept |= {f"{name}:{present + slot}": count for slot, count in counts.items()}
        about += [name, WINDOWS[name], figure]
    server.delete("k")
    server.hset("k", mapping=kept)
    args = [cost, ahead, "as typed", 60_000, *about]
    answer: Any = server.register_script(module._SCRIPT)(keys=["k"], args=args)
    now = answer[1] + answer[2] / 1e6
    fake = FakeRedis(lambda: now, {"k": kept})
    expected = fake.register_script("")(keys=["k"], args=args)

    def as_redis_does(numbers: list[int]) -> list[Any]:
        found: list[Any] = numbers[:1]
        rest = iter(numbers[3:])
        for length in rest:
            found.append(sorted((next(rest), next(rest)) for _ in range(length)))
        return found

    assert as_redis_does(answer) == as_redis_does(expected)
    stored: Any = server.hgetall("k")
    as_text = {
        str(field if isinstance(field, str) else field.decode()): str(
            value if isinstance(value, str) else value.decode()
        )
        for field, value in stored.items()
    }
    assert as_text == {field: str(value) for field, value in fake.hashes["k"].items()}
