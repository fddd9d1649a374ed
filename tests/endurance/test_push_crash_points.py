"""Wherever a push dies, the same push with the same journal ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact import ContactMapper, errors
from icontact.push import ListPush, PushReport
from icontact.push.journal import Database
from icontact.sandbox import Sandbox
from icontact.transport import Transport
from tests.push.support import MAPPING, person

#: One that is updated, one as it should be, one who unsubscribed, and two new ones, one of them
#: there twice.
ROWS = [person(place) for place in (0, 1, 2, 3, 4, 4)]


class Crash(Exception):
    """An error that no code expects or catches."""


@attrs.define
class Trap:
    """Ends a push at one call of a method, before or after the method's own work.

    Attributes:
        place: Which call, from 1.
        error: What it raises.
        after: Whether the work is done by then.
        calls: How many calls there were.
    """

    place: int
    error: Callable[[], BaseException]
    after: bool
    calls: int = 0

    def set(self, patch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        """Put the trap around a method."""
        whole = getattr(owner, name)
        together = name == "transaction"

        def plain(*given: Any) -> Any:
            with self.around():
                return whole(*given)

        @contextmanager
        def held(*given: Any) -> Iterator[None]:
            with self.around(), whole(*given):
                yield

        patch.setattr(owner, name, held if together else plain)

    @contextmanager
    def around(self) -> Iterator[None]:
        """Snap before or after what is inside."""
        self.calls += 1
        hit = self.calls == self.place
        if hit and not self.after:
            raise self.error()
        yield
        if hit and self.after:
            raise self.error()


@contextmanager
def a_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        sandbox.seed(
            custom_fields=[{"privateName": "score", "fieldType": "number", "displayToUser": 0}],
            contacts=[
                {"email": "person0@example.com", "city": "Durham"},
                {"email": "person1@example.com", "firstName": "Jo", "score": "5"},
                {"email": "person2@example.com"},
            ],
            subscriptions=[
                {"email": "person1@example.com"},
                {"email": "person2@example.com", "status": "unsubscribed"},
            ],
        )
        yield sandbox


def pushed(sandbox: Sandbox, journal: Path) -> PushReport:
    push = ListPush(
        sandbox.client().folder(), "Newsletter", mapper=ContactMapper(MAPPING), batch_size=2
    )
    return push.run(ROWS, journal=journal)


def end(sandbox: Sandbox, report: PushReport) -> list[Any]:
    """Return everything that must not depend on whether there was a crash."""
    kept = ("contactId", "email", "status", "firstName", "city", "score")
    return [
        [
            (one.row, one.email, one.status.value, one.subscription, one.contact_id)
            for one in report.outcomes
        ],
        [tuple(one[name] for name in kept) for one in sandbox.state.contacts()],
        [(one["contactId"], one["status"]) for one in sandbox.state.subscriptions()],
    ]


@pytest.fixture(scope="module")
def untroubled(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    with a_sandbox() as sandbox:
        found = end(sandbox, pushed(sandbox, tmp_path_factory.mktemp("calm") / "push.sqlite"))
    statuses = [status for _, _, status, *_ in found[0]]
    assert statuses == ["updated", "unchanged", "skipped", "created", "skipped", "created"]
    return found


def full() -> errors.JournalError:
    return errors.JournalError("the disk is full")


@pytest.mark.parametrize(
    "method",
    [
        (Database, "execute"),
        (Database, "execute_many"),
        (Database, "transaction"),
        (Transport, "send"),
    ],
    ids=lambda method: method[1],
)
@pytest.mark.parametrize(("error", "after"), [(Crash, False), (Crash, True), (full, False)])
def test_a_push_that_dies_anywhere_ends_as_if_it_had_not(
    method: tuple[type, str],
    error: Callable[[], BaseException],
    after: bool,
    untroubled: list[Any],
    tmp_path: Path,
) -> None:
    place, report = 0, None
    while report is None:
        place += 1
        trap = Trap(place, error, after=after)
        with a_sandbox() as sandbox:
            journal = tmp_path / f"{place}.sqlite"
            with pytest.MonkeyPatch.context() as patch:
                trap.set(patch, *method)
                try:
                    report = pushed(sandbox, journal)
                except (Crash, errors.JournalError):
                    report = None
            again = pushed(sandbox, journal)

            assert end(sandbox, again) == untroubled, place
            # It gets through once no further call is made.
            assert trap.calls < place if report else place < 99
    assert place > 3
