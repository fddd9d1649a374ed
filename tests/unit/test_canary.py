"""A planted password and planted personal data, pushed through everything, are found nowhere."""

from __future__ import annotations

import json
import logging
import pickle
import re
import socket
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

import icontact
from icontact.errors import IContactError
from icontact.models import Contact
from icontact.sandbox import Sandbox
from icontact.transport import Answer, Event, Transport
from tests.unit.support import (
    Clock,
    http,
    listening,
    read_request,
    transport_to,
)

PACKAGE = str(Path(icontact.__file__).parent)
BASE = "https://icontact.example/icp"
PASSWORD = "canary-Pa55:wörd"
APP_ID = "canary-app-0815"
ADDRESS = "canary.person@private.example"
NAME = "Canaria"
CREDENTIALS = icontact.Credentials(
    app_id=APP_ID, username="canary@owner.example", password=PASSWORD
)
#: What may appear nowhere. Every planted value has this in it, in one case or another.
SECRET = ("canary", "canaria", "pa55")

ECHO = f"We do not like {ADDRESS}, nor {PASSWORD}, nor {APP_ID}, nor canary@owner.example"
PERSON = {"contactId": "7", "email": ADDRESS, "firstName": NAME, "shade": NAME}
GOOD = {
    "contact": PERSON,
    "contacts": [PERSON],
    "subscription": {"subscriptionId": "3_7", "contactId": 7, "listId": 3},
    "total": 1,
}

EVERYTHING = re.compile(".*")
Operation = Callable[[icontact.Folder], Any]


def create_many(folder: icontact.Folder) -> Any:
    return folder.contacts.create_many([{"email": ADDRESS, "first_name": NAME}])


OPERATIONS: dict[str, Operation] = {
    "get": lambda folder: folder.contacts.get(7),
    "create": lambda folder: folder.contacts.create(
        email=ADDRESS, first_name=NAME, custom_fields={"shade": NAME}
    ),
    "update": lambda folder: folder.contacts.update(7, email=ADDRESS, first_name=NAME),
    "replace": lambda folder: folder.contacts.replace(7, email=ADDRESS),
    "find": lambda folder: folder.contacts.find(email=ADDRESS),
    "create_many": create_many,
    "list": lambda folder: list(folder.contacts.list(email=ADDRESS, first_name=NAME)),
    "count": lambda folder: folder.contacts.list(email=ADDRESS).count(),
    "pages": lambda folder: list(folder.contacts.list(email=ADDRESS).pages()),
    "delete": lambda folder: folder.contacts.delete(7),
    "send": lambda folder: folder.transport.send(
        icontact.Call("GET", f"a/1/c/2/contacts?email={ADDRESS}")
    ),
}


def body(payload: Any, status: int = 200, **headers: str) -> dict[str, Any]:
    return {"body": json.dumps(payload), "status": status, "headers": headers}


WRONG_FIELDS = {"contactId": ADDRESS, "email": [ADDRESS], "bounceCount": NAME, "createDate": NAME}
OUTCOMES: dict[str, dict[str, Any]] = {
    "success": body({**GOOD, "warnings": [ECHO]}),
    **{
        str(status): body({"errors": [ECHO], "warnings": [ECHO]}, status)
        for status in range(400, 405)
    },
    "500": body({"errors": [ECHO]}, 500),
    "503": body({"errors": [ECHO]}, 503),
    "rejected": body({"errors": [ECHO]}),
    "nothing stored": body({"contacts": None, "contact": None, "warnings": [ECHO], "total": 0}),
    "html": {"body": f"<html>{ECHO}</html>", "status": 502},
    "redirect": body({}, 302, Location=f"https://elsewhere.example/?{ADDRESS}"),
    "html 200": {"body": f"<html>{ECHO}</html>"},
    "cut": {"body": json.dumps(GOOD)[:-9]},
    "wrong fields": body({"contact": WRONG_FIELDS, "contacts": [PERSON, WRONG_FIELDS]}),
    "no objects": body({"contact": ADDRESS, "contacts": [ADDRESS]}),
    "wrong shape": body({"contact": [PERSON], "contacts": PERSON}),
    "another envelope": body({"person": PERSON, "warnings": [ECHO]}),
    "an array": body([PERSON]),
    "text": body(ADDRESS),
    "timeout": {"body": requests.exceptions.ReadTimeout(ECHO)},
    "reset": {"body": requests.exceptions.ConnectionError(ECHO, ConnectionResetError(104, "x"))},
    "refused": {"body": requests.exceptions.ConnectionError(ConnectionRefusedError(111, "x"))},
}


def clean(text: str | bytes) -> bool:
    found = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return not any(secret in found.lower() for secret in SECRET)


def frames_of(error: BaseException) -> Iterator[str]:
    """What an error tracker would store of the package's own frames."""
    for link in chain_of(error):
        trace = traceback.TracebackException.from_exception(link, capture_locals=True)
        for frame in trace.stack:
            if frame.filename.startswith(PACKAGE):
                for name, value in (frame.locals or {}).items():
                    yield f"{frame.name}: {name} = {value}"


def shows_credential(line: str) -> bool:
    """Whether the variables of a frame show a credential, beside what the server echoes."""
    left = line.replace(repr(ECHO)[1:-1], "").lower()
    return any(secret.lower() in left for secret in (PASSWORD, APP_ID, "canary@owner"))


def chain_of(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException | None] = [error]
    while waiting:
        if (link := waiting.pop()) is not None:
            yield link
            waiting += [link.__context__, link.__cause__]


def reachable(value: Any, seen: set[int]) -> Iterator[Any]:
    """Everything that attributes and items lead to."""
    if id(value) in seen or isinstance(value, str | bytes | int | float | type | None):
        return
    seen.add(id(value))
    yield value
    inner: list[Any] = list(getattr(value, "__dict__", {}).values())
    inner += [
        getattr(value, name)
        for kind in type(value).__mro__
        for name in getattr(kind, "__slots__", ())
        if hasattr(value, name)
    ]
    if isinstance(value, dict):
        inner += [*value, *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        inner += value
    if isinstance(value, BaseException):
        inner += [value.args, value.__cause__, value.__context__]
    for one in inner:
        yield from reachable(one, seen)


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def watched(clock: Clock, events: list[Event]) -> Transport:
    return transport_to(clock, BASE, CREDENTIALS, on_event=events.append)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_nothing_leaks(  # noqa: PLR0917 - the matrix, and where it is looked at
    operation: str,
    outcome: str,
    answers: responses.RequestsMock,
    watched: Transport,
    events: list[Event],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(1)
    for method in ("GET", "POST", "PUT", "DELETE"):
        answers.add(method, EVERYTHING, **OUTCOMES[outcome])
    folder = icontact.Folder(watched, 1, 2)
    result, error = None, None
    try:
        result = OPERATIONS[operation](folder)
    except IContactError as caught:
        error = caught
    assert all(clean(record.getMessage()) for record in caplog.records), "log"
    assert all(clean(repr(vars(record))) for record in caplog.records), "log record"
    assert clean(repr(events)), "events"
    assert clean(repr((watched, folder, folder.contacts, folder.contacts.list(email=ADDRESS))))
    if error is None:
        assert clean(repr(result)), "result"
        return
    assert clean(str(error)), "str"
    assert clean(repr(error)), "repr"
    assert clean(pickle.dumps(error)), "pickle"
    assert clean("".join(traceback.format_exception_only(error))), "last line"
    trace = "".join(traceback.format_exception(error)).replace(Path(__file__).name, "")
    assert clean(trace), "traceback"
    assert [line for line in frames_of(error) if shows_credential(line)] == [], "locals"
    kinds = {type(found).__module__.split(".")[0] for found in reachable(error, set())}
    assert not kinds & {"requests", "urllib3", "responses", "http"}, "reachable"


def test_every_outcome_but_success_is_an_error_somewhere(
    answers: responses.RequestsMock, watched: Transport
) -> None:
    """So that the matrix above cannot pass because nothing happened."""
    folder = icontact.Folder(watched, 1, 2)
    for name, outcome in OUTCOMES.items():
        answers.reset()
        answers.add("GET", EVERYTHING, **outcome)
        if name == "success":
            assert isinstance(OPERATIONS["get"](folder), Contact)
            continue
        with pytest.raises(IContactError):
            OPERATIONS["get"](folder)


def test_the_search_would_find_what_is_planted(watched: Transport) -> None:
    assert not clean(ADDRESS.upper())
    assert not clean(PASSWORD.encode())
    assert not clean(NAME)

    def leaking() -> None:
        local = PERSON
        raise LookupError(local["email"])

    with pytest.raises(LookupError) as caught:
        leaking()
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert any(ADDRESS in str(frame.locals) for frame in trace.stack)
    kinds = {type(found).__name__ for found in reachable([requests.Request()], set())}
    assert "Request" in kinds


def test_wrong_credentials_are_not_repeated_by_the_error(
    sandbox: Sandbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(1)
    transport = transport_to(clock, sandbox.base_url, CREDENTIALS)
    with pytest.raises(icontact.errors.AuthenticationError) as caught:
        icontact.Folder(transport, 1, 2).contacts.find(email=ADDRESS)
    assert clean(str(caught.value) + caplog.text)
    assert not any(map(shows_credential, frames_of(caught.value)))


def test_nothing_leaks_over_a_real_connection(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    # Only of our own logger: urllib3 logs whole URLs at DEBUG, which is its user's choice.
    caplog.set_level(1, "icontact")
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        connection.sendall(http(json.dumps({"errors": [ECHO]}).encode(), status="400 No"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", CREDENTIALS)
        with pytest.raises(icontact.errors.BadRequest) as caught:
            icontact.Folder(transport, 1, 2).contacts.find(email=ADDRESS)
        transport.close()
    assert PASSWORD.encode() in heard[0]
    own = [record for record in caplog.records if record.name.startswith("icontact")]
    assert own
    assert all(clean(record.getMessage()) for record in own)
    assert clean(str(caught.value))
    assert [line for line in frames_of(caught.value) if shows_credential(line)] == []


def test_an_answer_keeps_its_payload_to_itself(watched: Transport) -> None:
    answer = Answer(status=200, payload=GOOD, call=icontact.Call("GET", "a").summary())
    assert clean(repr(answer))
    assert logging.getLogger("icontact").handlers
