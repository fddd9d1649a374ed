"""The first look at iContact, while the rows are still read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest

from icontact import errors
from icontact.client import Folder
from icontact.push import ListPush, work
from icontact.push.crew import Crew
from icontact.push.journal import CHUNK
from icontact.sandbox import Sandbox
from icontact.transport import Answer, Call
from tests.push.support import MakePush, person

ROWS = CHUNK + 200
#: One look, then three batches of contacts and of subscriptions.
REQUESTS = 1 + 2 * 3


def asking(push: ListPush) -> threading.Event:
    """Return what is set when the contacts have been asked for."""
    folder, asked = push.folder, threading.Event()

    class Telling:
        def send(self, call: Call, /) -> Answer:
            try:
                return folder.transport.send(call)
            finally:
                if call.method == "GET" and call.path.endswith("/contacts"):
                    asked.set()

    push.folder = Folder(Telling(), folder.account_id, folder.client_folder_id)
    return asked


def people(asked: threading.Event, number: int = ROWS) -> Iterator[dict[str, Any]]:
    """Yield people, the last ones after the contacts were asked for."""
    for place in range(number):
        if place == CHUNK:
            assert asked.wait(60)
        yield person(place)


@pytest.mark.parametrize("workers", [1, 3])
def test_of_many_rows_the_contacts_are_asked_for_while_the_rest_are_read(
    make_push: MakePush, workers: int
) -> None:
    push = make_push()

    report = push.run(people(asking(push)), workers=workers)

    assert report.counts["created"] == ROWS
    assert report.requests == REQUESTS


def test_what_that_look_found_counts(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.seed_contacts(5, list_id=sandbox.list_id)
    push = make_push({"email": "email"})
    asked = asking(push)
    known = [{"email": f"contact{place}@example.com"} for place in range(1, 6)]

    plan = push.plan(iter([*people(at_once(), CHUNK), *known]))

    assert asked.is_set()
    assert plan.counts["created"] == CHUNK
    assert plan.counts["unchanged"] == 5


def at_once() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_a_look_that_lies_back_is_taken_anew(
    make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "_SOON", 0.0)
    push = make_push()

    assert push.run(people(asking(push))).requests == REQUESTS + 1


class Late(Future[Any]):
    """Ends only when somebody waits for it."""

    def __init__(self, work: Callable[..., Any], *args: Any) -> None:
        super().__init__()
        self._work = partial(work, *args)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self.set_result(self._work())
        return super().exception(timeout)


@pytest.mark.parametrize(
    ("soon", "rows", "way"),
    [
        # Anew: two looks.
        (0.0, [person(place) for place in range(ROWS)], 2),
        # Nothing is left to be asked for.
        (
            60.0,
            [person(place, mauticContactIsContactableByEmail="perhaps") for place in range(ROWS)],
            1,
        ),
    ],
)
def test_what_is_of_no_use_any_more_is_waited_for_so_that_it_is_not_under_way_beside_others(
    make_push: MakePush,
    monkeypatch: pytest.MonkeyPatch,
    soon: float,
    rows: list[dict[str, Any]],
    way: int,
) -> None:
    monkeypatch.setattr(work, "_SOON", soon)
    monkeypatch.setattr(Crew, "beside", lambda _, work, *args: Late(work, *args))

    assert make_push().plan(rows).requests == way


def test_a_push_that_is_switched_off_asks_for_nothing(make_push: MakePush) -> None:
    push = make_push(push_contacts=False)
    asked = asking(push)

    report = push.run([person(place) for place in range(ROWS)])

    assert report.counts["skipped"] == ROWS
    assert report.requests == 0
    assert not asked.is_set()


def test_many_rows_for_one_person_are_no_reason_to_ask_beforehand(make_push: MakePush) -> None:
    push = make_push()

    report = push.run([person(1)] * ROWS)

    # A single read, and a batch.
    assert report.requests == 3


def test_a_look_that_is_refused_ends_the_push_as_any(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push()
    asked = asking(push)
    sandbox.faults.next(403, times=2, path=r"/contacts$")

    report = push.run(people(asked))

    assert report.counts["failed"] == ROWS
    assert isinstance(report.error, errors.PermissionDenied)
    with pytest.raises(errors.PermissionDenied):
        push.plan(people(asked))
