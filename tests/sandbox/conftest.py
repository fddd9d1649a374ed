from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest

from icontact.sandbox import Quirks, Recipients, Sandbox
from tests.sandbox.wire import Clock, Wire


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def wire(sandbox: Sandbox) -> Wire:
    return Wire(sandbox)


@pytest.fixture
def quirky(clock: Clock) -> Iterator[Callable[..., Wire]]:
    """Makes the wire of a sandbox with the quirks that a test names."""
    with ExitStack() as stack:
        numbers = count()

        def make(**quirks: Any) -> Wire:
            # Each under a URL of its own, so that a test can hold several.
            url = f"https://quirky{next(numbers)}.example.com/icp"
            sandbox = Sandbox(clock=clock, quirks=Quirks(**quirks), base_url=url)
            return Wire(stack.enter_context(sandbox))

        yield make


@pytest.fixture
def lively(clock: Clock) -> Iterator[Callable[..., Wire]]:
    """Makes the wire of a sandbox whose recipients do as a test says, and nothing else."""
    idle = {"open_rate": 0.0, "click_rate": 0.0, "bounce_rate": 0.0, "unsubscribe_rate": 0.0}
    with ExitStack() as stack:

        def make(**recipients: Any) -> Wire:
            url = "https://lively.example.com/icp"
            sandbox = Sandbox(clock=clock, recipients=Recipients(**idle | recipients), base_url=url)
            return Wire(stack.enter_context(sandbox))

        yield make
