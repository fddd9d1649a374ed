"""An integration in a folder of its own, by the clock of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from icontact import Client, ContactMapper, Folder
from icontact.integrations import triggers
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from icontact.transport import RetryPolicy
from tests.integrations.support import START
from tests.unit.support import Clock, patient_client

MakeIntegration = Callable[..., triggers.PushIntegration]

MAPPING = {"email": "email", "first_name": "firstname", "city": "city"}


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = START + 3600
    return clock


@pytest.fixture
def client(sandbox: Sandbox, clock: Clock) -> Client:
    client = patient_client(sandbox, clock)
    client._transport._retry = RetryPolicy.never()
    return client


@pytest.fixture
def push(folder: Folder) -> ListPush:
    return ListPush(folder, "Newsletter", mapper=ContactMapper(MAPPING))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "triggers.sqlite"


@pytest.fixture
def make(request: pytest.FixtureRequest, store: Path, clock: Clock) -> Iterator[MakeIntegration]:
    made = []

    def integration(*rules: Any, **options: Any) -> triggers.PushIntegration:
        options = {"store": store, "clock": clock, **options}
        # Not every test needs an iContact.
        chosen = options.pop("push", None) or request.getfixturevalue("push")
        made.append(triggers.PushIntegration(chosen, rules or EVERYTHING, **options))
        return made[-1]

    yield integration
    for one in made:
        one.close()


EVERYTHING = (
    triggers.ContactTrigger("saved"),
    triggers.ContactTrigger("form_submitted"),
    triggers.ContactTrigger("manual"),
)
