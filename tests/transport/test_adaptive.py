"""The limiter that finds the rate, against simulated servers, in virtual time."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import pytest

from icontact.errors import ConfigError
from icontact.limits import AdaptiveLimiter, Limiter, ResponseListener
from tests.transport.simulator import (
    FixedWindow,
    LeakyServer,
    Maintained,
    Server,
    SlidingWindow,
    VirtualTime,
    run,
)

SERVERS = {
    "fixed window": FixedWindow,
    "fixed window, met late": partial(FixedWindow, phase=47.0),
    "sliding window": SlidingWindow,
    "token bucket": LeakyServer,
}


class Alone:
    """A limiter with one thread's virtual time, driven by hand."""

    def __init__(self, **settings: float) -> None:
        self.now = 0.0
        self.limiter = AdaptiveLimiter(clock=lambda: self.now, sleep=self.sleep, **settings)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def send(self, *, throttled: bool = False, latency: float = 0.1) -> float:
        waited = self.limiter.acquire()
        self.now += latency
        self.limiter.report(throttled=throttled)
        return waited


@pytest.mark.parametrize("latency", [0.02, 0.3])
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("per_minute", [60, 600])
@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS)
def test_an_unknown_limit_costs_a_fifth_of_the_time_and_few_refusals(
    server: Callable[[int], Server], per_minute: int, workers: int, latency: float
) -> None:
    requests = 3_000
    result = run(server(per_minute), requests, workers=workers, latency=latency)
    ideal = max(requests * 60 / per_minute, requests * latency / workers)
    assert result.seconds <= 1.2 * ideal
    assert result.refused < 0.02 * requests
    assert result.given_up == 0
    assert len(result.admitted_at) == requests


def test_without_throttling_nothing_waits() -> None:
    result = run(Maintained(math.inf, math.inf), 1_000, workers=4, latency=0.1)
    assert result.seconds == pytest.approx(25.0)
    assert result.limiter.rate is None
    assert result.limiter.available() is None
    assert repr(result.limiter) == "AdaptiveLimiter(unlimited)"


@pytest.mark.parametrize("begin", [0.0, 20.0, 200.0], ids=["at once", "soon", "later"])
@pytest.mark.parametrize("length", [0.01, 5.0, 50.0])
def test_maintenance_does_not_slow_for_long(begin: float, length: float) -> None:
    result = run(Maintained(begin, begin + length), 10_000, workers=1, latency=0.05)
    assert result.given_up == 0
    assert result.limiter.rate is None
    undisturbed = 10_000 * 0.05
    assert result.seconds - undisturbed < 2 * length + 75
    # Two minutes after the end, everything is as before.
    calm = [at for at in result.admitted_at if at >= begin + 2 * length + 120]
    assert len(calm) / (calm[-1] - calm[0]) > 19.5


def test_a_throttled_answer_holds_everything_back_and_then_one_probe_goes() -> None:
    time = VirtualTime()
    limiter = AdaptiveLimiter(clock=time.clock, sleep=time.sleep)
    went = []

    def probe() -> None:
        limiter.acquire()
        went.append(time.now)
        time.sleep(0.5)
        limiter.report(throttled=False)

    limiter.report(throttled=True)
    time.run([probe] * 3)
    assert went[0] == 4.0
    assert all(4.5 <= at <= 7.5 for at in went[1:])


def test_pauses_double_up_to_the_longest() -> None:
    alone = Alone(longest_pause=20.0)
    alone.send(throttled=True, latency=0)
    waited = [alone.send(throttled=True, latency=0) for _ in range(5)]
    assert waited == [4, 8, 16, 20, 20]


def test_five_attempts_outlast_a_minute() -> None:
    alone = Alone()
    alone.send(throttled=True, latency=0)
    for _ in range(4):
        alone.send(throttled=True, latency=0)
    assert alone.now >= 60


def test_refusals_of_requests_sent_before_the_pause_are_no_news() -> None:
    alone = Alone()
    for _ in range(4):
        alone.limiter.acquire()
    for _ in range(4):
        alone.limiter.report(throttled=True)
    assert alone.limiter.acquire() == 4.0


def test_successes_of_requests_sent_before_the_pause_do_not_end_it() -> None:
    alone = Alone()
    alone.limiter.report(throttled=True)
    alone.limiter.report(throttled=False)
    assert alone.limiter.acquire() == 4.0


def test_a_probe_without_an_answer_is_followed_by_another() -> None:
    alone = Alone()
    alone.limiter.report(throttled=True)
    assert [alone.limiter.acquire() for _ in range(3)] == [4.0, 4.0, 4.0]


def test_after_the_pause_the_rate_borne_is_kept() -> None:
    alone = Alone()
    for _ in range(600):
        alone.send()
    alone.send(throttled=True)
    alone.send()
    borne = 60 * 601 / alone.now
    rate = alone.limiter.rate
    assert rate is not None
    assert rate == pytest.approx(0.95 * borne)
    assert repr(alone.limiter) == f"AdaptiveLimiter({rate:.0f} per minute)"


def test_a_lull_does_not_lower_the_first_guess() -> None:
    alone = Alone()
    alone.send()
    alone.now += 3_600
    for _ in range(600):
        alone.send()
    alone.send(throttled=True)
    alone.send()
    assert alone.limiter.rate is not None
    assert alone.limiter.rate > 500


def test_a_lull_is_not_saved_up_for_a_burst() -> None:
    alone = Alone()
    for _ in range(60):
        alone.send(latency=1.0)
    alone.send(throttled=True)
    for _ in range(10):
        alone.send(latency=0)
    alone.now += 600
    at_once = 0
    while alone.send(latency=0) == 0:
        at_once += 1
    assert at_once <= 2


def test_a_server_that_refuses_nearly_everything_is_still_asked_now_and_then() -> None:
    alone = Alone()
    for number in range(200):
        alone.send(throttled=number % 2 == 0)
    assert alone.limiter.rate is not None
    assert alone.limiter.rate > 1


@pytest.mark.parametrize(
    ("first", "longest"),
    [(0.0, 60.0), (-1.0, 60.0), (10.0, 5.0), (math.nan, 60.0), (4.0, math.inf)],
)
def test_pauses_that_make_no_sense_are_refused(first: float, longest: float) -> None:
    with pytest.raises(ConfigError, match="first_pause"):
        AdaptiveLimiter(first_pause=first, longest_pause=longest)


def test_it_tells_when_the_next_request_may_go() -> None:
    alone = Alone()
    assert alone.limiter.seconds_until() == 0.0
    assert (alone.limiter.available(), alone.limiter.day_left()) == (None, None)
    for _ in range(60):
        alone.send(latency=1.0)
    alone.send(throttled=True, latency=0)
    # The pause, then evenly.
    assert alone.limiter.seconds_until() == alone.send(latency=0) == 4.0
    while alone.limiter.seconds_until() == 0.0:
        alone.send(latency=0)
    expected = alone.limiter.seconds_until()
    assert alone.send(latency=0) == pytest.approx(expected)
    with pytest.raises(ValueError, match="cost: 0"):
        alone.limiter.seconds_until(0)


def test_it_is_a_limiter_that_wants_feedback() -> None:
    assert isinstance(AdaptiveLimiter(), Limiter)
    assert isinstance(AdaptiveLimiter(), ResponseListener)
