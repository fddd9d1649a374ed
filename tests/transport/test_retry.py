"""Again, or not: the table, the pauses, the bounds."""

from __future__ import annotations

import math
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import ConfigError
from icontact.transport.retry import (
    FailureKind,
    RetryPolicy,
    Safety,
    failure_for_status,
    may_be_applied,
    repeatable,
)

READ, REPEATABLE, ONCE = Safety.READ, Safety.REPEATABLE, Safety.ONCE

policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 2_000),
    total=st.floats(0, 1e6),
    base=st.floats(0, 1e6),
    cap=st.floats(0, 1e6),
    throttled_pause=st.floats(0, 1e6),
    max_retry_after=st.floats(0, 1e6),
    repeat_once_when_throttled=st.booleans(),
)
asks = st.fixed_dictionaries(
    {
        "safety": st.sampled_from(Safety),
        "failure": st.sampled_from(FailureKind),
        "attempt": st.integers(1, 3_000),
        "elapsed": st.floats(0, 1e6),
        "retry_after": st.none() | st.floats(0, math.inf),
        "draw": st.floats(0, 1, exclude_max=True),
    }
)


def pause(policy: RetryPolicy | None = None, **changes: Any) -> float | None:
    settings: dict[str, Any] = {
        "safety": READ,
        "failure": FailureKind.SERVER_ERROR,
        "attempt": 1,
        "elapsed": 0.0,
        "retry_after": None,
        "draw": 0.0,
    }
    return (policy or RetryPolicy()).pause(**{**settings, **changes})


@pytest.mark.parametrize(
    ("failure", "again", "applied"),
    [
        (FailureKind.NOT_CONNECTED, {READ, REPEATABLE, ONCE}, False),
        (FailureKind.THROTTLED_429, {READ, REPEATABLE, ONCE}, False),
        (FailureKind.UNAVAILABLE_503, {READ, REPEATABLE}, True),
        (FailureKind.NO_RESPONSE, {READ, REPEATABLE}, True),
        (FailureKind.SERVER_ERROR, {READ, REPEATABLE}, True),
        (FailureKind.INVALID_BODY, {READ, REPEATABLE}, True),
        (FailureKind.BODY_TOO_LARGE, set(), True),
    ],
)
def test_the_table(failure: FailureKind, again: set[Safety], applied: bool) -> None:
    assert {safety for safety in Safety if repeatable(safety, failure)} == again
    assert may_be_applied(failure) is applied


def test_every_failure_that_may_be_applied_keeps_sends_from_being_repeated() -> None:
    assert all(repeatable(ONCE, failure) is not may_be_applied(failure) for failure in FailureKind)


@pytest.mark.parametrize("failure", FailureKind)
def test_the_switch_frees_nothing_but_a_503(failure: FailureKind) -> None:
    with_switch = repeatable(ONCE, failure, repeat_once_when_throttled=True)
    freed = failure is FailureKind.UNAVAILABLE_503
    assert with_switch is (freed or repeatable(ONCE, failure))


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, None),
        (301, None),
        (400, None),
        (401, None),
        (404, None),
        (420, None),
        (429, FailureKind.THROTTLED_429),
        (500, FailureKind.SERVER_ERROR),
        (501, None),
        (502, FailureKind.SERVER_ERROR),
        (503, FailureKind.UNAVAILABLE_503),
        (504, FailureKind.SERVER_ERROR),
        (505, None),
        (507, None),
        (520, FailureKind.SERVER_ERROR),
        (599, FailureKind.SERVER_ERROR),
        (600, None),
    ],
)
def test_statuses(status: int, failure: FailureKind | None) -> None:
    assert failure_for_status(status) is failure


def test_pauses_double_up_to_the_cap_and_half_of_each_is_certain() -> None:
    policy = RetryPolicy(attempts=9)
    least = [pause(policy, attempt=attempt, draw=0.0) for attempt in range(1, 9)]
    assert least == [0.25, 0.5, 1, 2, 4, 8, 15, 15]
    assert pause(policy, draw=0.5) == 0.375


@pytest.mark.parametrize("failure", [FailureKind.THROTTLED_429, FailureKind.UNAVAILABLE_503])
def test_a_throttled_request_pauses_longer(failure: FailureKind) -> None:
    least = [pause(failure=failure, attempt=attempt) for attempt in range(1, 5)]
    assert least == [2, 4, 8, 15]


def test_the_last_attempt_is_the_last() -> None:
    assert pause(attempt=4) is not None
    assert pause(attempt=5) is None


def test_never_means_never() -> None:
    assert RetryPolicy.never().attempts == 1
    assert pause(RetryPolicy.never(), failure=FailureKind.NOT_CONNECTED) is None


def test_a_send_is_repeated_after_a_503_only_if_told_to() -> None:
    once: dict[str, Any] = {"safety": ONCE, "failure": FailureKind.UNAVAILABLE_503}
    assert pause(**once) is None
    assert pause(RetryPolicy(repeat_once_when_throttled=True), **once) == 2


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [(0.0, 2.0), (1.0, 2.0), (45.0, 45.0), (60.0, 60.0), (61.0, None), (math.inf, None)],
)
def test_the_servers_wish_is_obeyed_or_not_waited_for(
    retry_after: float, expected: float | None
) -> None:
    assert pause(failure=FailureKind.THROTTLED_429, retry_after=retry_after) == expected


def test_time_that_is_up_ends_it() -> None:
    assert pause(elapsed=119.75) == 0.25
    assert pause(elapsed=119.8) is None
    assert pause(elapsed=100.0, retry_after=30.0) is None


@given(policy=policies, ask=asks)
def test_a_pause_stays_within_every_bound(policy: RetryPolicy, ask: dict[str, Any]) -> None:
    seconds = policy.pause(**ask)
    if seconds is None:
        return
    wish = ask["retry_after"] or 0.0
    assert 0 <= seconds <= max(policy.cap, wish)
    assert wish <= seconds
    assert wish <= policy.max_retry_after
    assert ask["elapsed"] + seconds <= policy.total
    assert ask["attempt"] < policy.attempts


@given(
    policy=policies,
    ask=asks,
    failure=st.sampled_from(
        [FailureKind.NO_RESPONSE, FailureKind.SERVER_ERROR, FailureKind.INVALID_BODY]
    ),
)
def test_a_send_that_may_have_gone_out_is_never_repeated(
    policy: RetryPolicy, ask: dict[str, Any], failure: FailureKind
) -> None:
    assert policy.pause(**{**ask, "safety": ONCE, "failure": failure}) is None


@pytest.mark.parametrize("value", [0, -1, True, 2.0, "5", None])
def test_attempts_are_counted_from_one(value: Any) -> None:
    with pytest.raises(ConfigError, match="RetryPolicy attempts"):
        RetryPolicy(attempts=value)


@pytest.mark.parametrize("name", ["total", "base", "cap", "throttled_pause", "max_retry_after"])
@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, True, "5", None])
def test_seconds_are_finite_and_not_negative(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"RetryPolicy {name}"):
        RetryPolicy(**{name: value})


def test_the_switch_is_yes_or_no() -> None:
    with pytest.raises(ConfigError, match="repeat_once_when_throttled: 1"):
        RetryPolicy(repeat_once_when_throttled=1)  # type: ignore[arg-type]  # what is tested


def test_a_policy_is_a_value() -> None:
    assert RetryPolicy() == RetryPolicy()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        RetryPolicy().attempts = 7  # type: ignore[misc]  # what is tested
