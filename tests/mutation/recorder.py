"""A plugin of pytest that notes how long each test takes, or runs a choice of tests in order."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path

import pytest

#: Names the file that durations are written to.
DURATIONS = "ICONTACT_MUTATION_DURATIONS"
#: Names the file with the ids of the tests to run, in order.
CHOICE = "ICONTACT_MUTATION_CHOICE"

_seconds: defaultdict[str, float] = defaultdict(float)
_failed: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] += report.duration
    if not report.passed:
        _failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    if path := os.environ.get(DURATIONS):
        # A test that fails without a mutant says nothing about one.
        passed = {name: _seconds[name] for name in _seconds if name not in _failed}
        Path(path).write_text(json.dumps(passed), "utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if path := os.environ.get(CHOICE):
        rank = {name: at for at, name in enumerate(json.loads(Path(path).read_text("utf-8")))}
        items[:] = sorted(
            (item for item in items if item.nodeid in rank), key=lambda item: rank[item.nodeid]
        )
