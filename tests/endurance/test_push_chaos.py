"""Whatever goes wrong on the way, a push that is repeated ends where an untroubled one does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact.push import batch_size
from icontact.sandbox import Sandbox
from icontact.transport import RetryPolicy
from tests.endurance.pushes import (
    KINDS,
    Watch,
    end_of,
    order_trouble,
    said_in,
    untroubled_end,
)
from tests.endurance.scenes import push_of, scene

SHARE = 0.03
#: More would mean that a push does not come nearer to its end.
MOST_RUNS = 300


@attrs.frozen(kw_only=True)
class Case:
    """A way to push, and the luck that it has."""

    seed: int
    workers: int
    #: How often a request is sent; with one attempt all trouble reaches the push.
    attempts: int
    policy: dict[str, Any] = attrs.field(factory=dict)


CASES = {
    "at the first try": Case(seed=0, workers=1, attempts=1),
    "with workers": Case(seed=1, workers=4, attempts=1),
    "repeated": Case(seed=2, workers=4, attempts=3),
    "one by one": Case(seed=3, workers=4, attempts=2, policy={"update_by": "member"}),
    # Of every contact that it may replace such a push needs a request that succeeds.
    "replacing": Case(seed=4, workers=1, attempts=9, policy={"existing": "replace"}),
    "confirmed": Case(
        seed=5,
        workers=1,
        attempts=2,
        policy={"subscription_status": "pending", "confirmation_message_id": 1},
    ),
    "sizes found out": Case(
        seed=7, workers=4, attempts=1, policy={"batch_size": "auto", "page_size": "auto"}
    ),
    "sizes found out, repeated": Case(
        seed=8,
        workers=1,
        attempts=3,
        policy={"batch_size": "auto", "page_size": "auto", "update_by": "bulk"},
    ),
    "the first row": Case(
        seed=6, workers=4, attempts=1, policy={"duplicates": "first", "existing": "keep"}
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_troubled_push_ends_where_an_untroubled_one_does(
    name: str, full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    if not full:
        # Few rows are to be sent in batches that grow, too.
        monkeypatch.setattr(batch_size, "_FIRST", 4)
        monkeypatch.setattr(batch_size, "_SMALL", 2)
    what = scene(20_000 if full else 150, case.seed)
    policy = {"batch_size": 100 if full else 5, "page_size": 20, **case.policy}
    if full and policy["page_size"] != "auto":
        # A listing has to be read to its end in one run, which the luck of its pages must allow.
        policy["page_size"] = 500 if case.attempts > 2 else 100_000
    expected = untroubled_end(what, policy)
    with Sandbox() as sandbox:
        what.furnish(sandbox)
        watch = Watch(sandbox, what.hands_off)
        retry = RetryPolicy(attempts=case.attempts, base=0, cap=0, throttled_pause=0)
        push = push_of(sandbox.client(retry=retry).folder(), **policy)
        order_trouble(sandbox, case.seed, SHARE)
        watch.over(sandbox)
        runs = 0
        while True:
            runs += 1
            report = push.run(what.rows, journal=tmp_path / "journal", workers=case.workers)
            assert [one.row for one in report.outcomes] == list(range(len(what.rows)))
            if not report.counts["failed"]:
                break
            assert runs < MOST_RUNS, report
        end = end_of(sandbox, said_in(report))

    assert watch.offences == []
    assert end.outcomes == expected.outcomes
    assert end.contacts == expected.contacts
    assert end.subscriptions == expected.subscriptions
    if full:
        assert {(one.fault, one.status) for one in sandbox.requests if one.fault} >= KINDS
