"""A sandbox, and a push that never sleeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from tests.push.support import MAPPING, MakePush


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        running.seed(
            custom_fields=[{"privateName": "score", "fieldType": "number", "displayToUser": 0}]
        )
        yield running


@pytest.fixture
def folder(sandbox: Sandbox) -> Folder:
    return sandbox.client().folder()


@pytest.fixture
def make_push(folder: Folder) -> MakePush:
    def make(mapping: dict[str, Any] | None = None, **policy: Any) -> ListPush:
        return ListPush(
            folder,
            "Newsletter",
            mapper=ContactMapper(mapping or MAPPING, invalid="reject"),
            **policy,
        )

    return make
