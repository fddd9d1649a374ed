"""A limiter that dies midway: rows written are reported, the rest fails with a reason."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from icontact import ContactMapper
from icontact.errors import ConfigError, IContactError, LimitUnavailable
from icontact.push import ListPush, Progress, PushReport
from icontact.sandbox import Sandbox
from icontact.transport import SQLiteLimiter
from tests.push.support import person


def take_away(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    path.unlink()
    SQLiteLimiter(path, per_day=5)


def lock(path: Path) -> None:
    path.write_bytes(b"x" * 5000)


class Dying:
    """A limiter that works for some requests, and then raises."""

    def __init__(self, error: IContactError, good: int) -> None:
        self._error, self._left = error, good

    def acquire(self, cost: int = 1) -> float:
        self._left -= cost
        if self._left < 0:
            raise self._error
        return 0.0


def pushed(sandbox: Sandbox, limiter: object, dies: Callable[[], object]) -> PushReport:
    folder = sandbox.client(limiter=limiter).folder()
    push = ListPush(folder, "Newsletter", mapper=ContactMapper({"email": "email"}), batch_size=5)

    def watch(progress: Progress) -> None:
        if progress.done == 10:
            dies()

    return push.run([person(number) for number in range(40)], progress=watch)


@pytest.mark.parametrize("dies", [take_away, replace, lock])
def test_a_file_that_goes_away_ends_a_push_with_a_report(
    sandbox: Sandbox, tmp_path: Path, dies: Callable[[Path], None]
) -> None:
    path = tmp_path / "limit"

    report = pushed(sandbox, SQLiteLimiter(path, per_hour=1000), lambda: dies(path))

    created = len(sandbox.state.subscriptions())
    assert report.counts["created"] == created >= 10
    assert report.counts["failed"] == 40 - created
    assert isinstance(report.error, LimitUnavailable)
    assert not isinstance(report.error, ConfigError)
    assert "cannot be used" in report.outcomes[-1].reason


@pytest.mark.parametrize("good", range(8, 24))
@pytest.mark.parametrize(
    "error", [LimitUnavailable("Redis is gone"), ConfigError("made for other figures")]
)
def test_every_row_is_accounted_for_wherever_it_dies(
    sandbox: Sandbox, error: IContactError, good: int
) -> None:
    try:
        report = pushed(sandbox, Dying(error, good), lambda: None)
    except type(error):
        assert sandbox.state.contacts() == []  # while the push was made
        return

    assert len(report.outcomes) == 40
    assert report.counts["created"] == len(sandbox.state.subscriptions())
    assert report.counts["created"] + report.counts["failed"] == 40
    assert report.error is error or not report.counts["failed"]


def test_the_push_goes_on_when_it_is_back(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "limit"
    limiter = SQLiteLimiter(path, per_hour=1000)
    first = pushed(sandbox, limiter, lambda: path.rename(tmp_path / "away"))
    assert first.counts["failed"]
    (tmp_path / "away").rename(path)

    again = pushed(sandbox, limiter, lambda: None)

    assert again.counts["created"] + again.counts["unchanged"] + again.counts["updated"] == 40
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT SUM(requests) FROM icontact_spent").fetchone()[0] > 0
