"""A test push that is interrupted cleans up, or says what is left; the next one knows its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.errors import TransportError
from icontact.push import probe
from icontact.sandbox import Sandbox
from icontact.transport import Answer, Call

EMAIL = "someone@example.com"
MAPPING = {"email": "mail", "first_name": "name", "city": "town"}


class Interrupting:
    """Raises at some requests, once they are sent or in place of that."""

    def __init__(self, sender: Any, places: range, *, sent: bool, lost: bool) -> None:
        self._sender, self._places, self._sent, self._lost = sender, places, sent, lost
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sender, name)

    def send(self, call: Call, /) -> Answer:
        self.calls += 1
        if self.calls not in self._places:
            answer: Answer = self._sender.send(call)
            return answer
        if self._sent:
            self._sender.send(call)
        if self.calls == self._places[0]:
            raise KeyboardInterrupt
        if self._lost:
            raise TransportError("gone", call=call.summary(), attempts=1, elapsed=0.0)
        raise KeyboardInterrupt


def tried(folder: Folder, mapping: dict[str, Any] | None = None, **options: Any) -> Any:
    mapper = ContactMapper(mapping or MAPPING)
    return probe(folder, "Newsletter", mapper=mapper, email=EMAIL, **options)


def present(sandbox: Sandbox) -> list[Any]:
    return [one for one in sandbox.state.contacts() if one["status"] != "deleted"]


def through(folder: Folder, sender: Any) -> Folder:
    return Folder(sender, folder.account_id, folder.client_folder_id)


REQUESTS = range(2, 12)


@pytest.mark.parametrize("sent", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("place", REQUESTS)
def test_wherever_it_is_interrupted_nothing_is_left(
    sandbox: Sandbox, folder: Folder, place: int, sent: bool
) -> None:
    sender = Interrupting(folder.transport, range(place, place + 1), sent=sent, lost=False)
    said = ""
    try:
        tried(through(folder, sender))
    except KeyboardInterrupt as stop:
        said = str(stop)

    if left := present(sandbox):
        assert "run the same test again" in said
        assert len(left) == 1
    assert EMAIL not in said

    assert tried(folder).ok
    assert present(sandbox) == []


@pytest.mark.parametrize("lost", [True, False], ids=["no answer", "interrupted again"])
@pytest.mark.parametrize("place", range(3, 9))
def test_a_contact_that_cannot_be_removed_is_reported_and_the_next_test_removes_it(
    sandbox: Sandbox, folder: Folder, place: int, lost: bool
) -> None:
    sender = Interrupting(folder.transport, range(place, 99), sent=False, lost=lost)

    with pytest.raises(KeyboardInterrupt) as stop:
        tried(through(folder, sender))

    if present(sandbox):
        assert "may be left behind" in str(stop.value)
        assert "run the same test again" in str(stop.value)
    again = tried(folder)
    assert again.ok
    assert present(sandbox) == []


def leave_behind(folder: Folder) -> int:
    """Leave the contact that a test pushes, and return its id."""
    mapper = ContactMapper(MAPPING)
    made = mapper.map(mapper.sample(EMAIL))
    return folder.contacts.create(
        email=EMAIL, first_name=made["first_name"], city=made["city"]
    ).contact_id


@pytest.mark.parametrize(
    "change",
    [
        lambda folder, contact: folder.contacts.update(contact, phone="555"),
        lambda folder, contact: folder.contacts.update(contact, first_name="Real"),
        lambda folder, contact: folder.contacts.update(contact, city=""),
        lambda folder, contact: folder.subscriptions.subscribe(
            contact_id=contact, list_id=[one.list_id for one in folder.lists.list()][-1]
        ),
    ],
    ids=["another field", "another value", "a field is missing", "on another list"],
)
def test_a_contact_that_may_be_a_persons_is_not_touched(
    sandbox: Sandbox, folder: Folder, change: Callable[[Folder, int], object]
) -> None:
    sandbox.seed(lists=[{"name": "Other"}])
    change(folder, leave_behind(folder))
    before = sandbox.state.contacts()

    found = tried(folder)

    assert "is in iContact already" in str(found)
    assert sandbox.state.contacts() == before


def test_an_address_alone_proves_nothing(sandbox: Sandbox, folder: Folder) -> None:
    folder.contacts.create(email=EMAIL)

    assert not tried(folder, {"email": "mail"}).ok
    assert len(present(sandbox)) == 1


def test_where_it_cannot_be_looked_at_it_is_left(sandbox: Sandbox, folder: Folder) -> None:
    leave_behind(folder)
    sandbox.faults.next(status=404, method="GET", path=r"/contacts/\d+$")

    assert not tried(folder).ok
    assert len(present(sandbox)) == 1


def test_existing_ok_removes_nothing(sandbox: Sandbox, folder: Folder) -> None:
    leave_behind(folder)

    assert "nothing was written" in str(tried(folder, existing_ok=True))
    assert len(present(sandbox)) == 1


def test_a_contact_that_another_program_makes_meanwhile_is_left(
    sandbox: Sandbox, folder: Folder
) -> None:
    class Overtaken:
        def send(self, call: Call, /) -> Answer:
            if call.method == "POST":
                sandbox.seed(contacts=[{"email": EMAIL, "firstName": "Real"}])
                raise KeyboardInterrupt
            return folder.transport.send(call)

    with pytest.raises(KeyboardInterrupt, match="not certain that this test made it"):
        tried(through(folder, Overtaken()))

    assert [one["firstName"] for one in present(sandbox)] == ["Real"]
