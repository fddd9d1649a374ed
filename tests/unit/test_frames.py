"""How deep a call is: few frames of ours, so that a traceback is a page and a step is quick."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

import icontact
from icontact.resources import Contacts
from icontact.transport import Transport
from tests.unit.support import BASE, FOLDER

PACKAGE = str(Path(icontact.__file__).parent)


@pytest.fixture
def depths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the frames of the package that stand above each call of requests."""
    found: list[int] = []
    ask: Callable[..., requests.Response] = requests.Session.request

    def counting(*args: Any, **options: Any) -> requests.Response:
        frame = sys._getframe(1)
        count = 0
        while frame.f_back is not None:
            count += frame.f_code.co_filename.startswith(PACKAGE)
            frame = frame.f_back
        found.append(count)
        return ask(*args, **options)

    monkeypatch.setattr(requests.Session, "request", counting)
    return found


def test_get_is_three_frames_deep(
    depths: list[int], transport: Transport, answers: responses.RequestsMock
) -> None:
    answers.get(f"{BASE}/{FOLDER}/contacts/7", json={"contact": {"contactId": 7}})
    Contacts(transport, FOLDER).get(7)
    assert depths == [3]


def test_a_step_of_an_iteration_is_four_frames_deep_at_most(
    depths: list[int], transport: Transport, answers: responses.RequestsMock
) -> None:
    url = f"{BASE}/{FOLDER}/contacts"
    for first in (0, 1):
        page = {"contacts": [{"contactId": first}], "limit": 1, "total": 2}
        answers.get(url, json=page)
    answers.get(url, json={"contacts": [], "limit": 1, "total": 2})
    assert len(list(Contacts(transport, FOLDER).list(page_size=1))) == 2
    assert len(depths) == 3
    assert max(depths) <= 4


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_a_write_is_four_frames_deep_at_most(
    depths: list[int], transport: Transport, answers: responses.RequestsMock, verb: str
) -> None:
    url = f"{BASE}/{FOLDER}/contacts"
    answers.post(url, json={"contacts": [{"contactId": 7}]})
    answers.post(f"{url}/7", json={"contact": {"contactId": 7}})
    answers.delete(f"{url}/7", json=[])
    contacts = Contacts(transport, FOLDER)
    if verb == "create":
        contacts.create(email="jo@example.com")
    elif verb == "update":
        contacts.update(7, city="Cary")
    else:
        contacts.delete(7)
    assert max(depths) <= 4
