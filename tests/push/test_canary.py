"""A planted address and a planted password appear in nothing that is shown, logged or raised."""

from __future__ import annotations

import json
import logging
import pickle
import traceback
from pathlib import Path
from typing import Any

import pytest

import icontact
from icontact import ContactMapper, Credentials
from icontact.client import Client
from icontact.errors import IContactError, JournalError
from icontact.push import ListPush
from icontact.push.journal import Journal
from icontact.sandbox import Sandbox

ADDRESS = "canary.person@example.com"
NAME = "Canaryname"
OURS = str(Path(icontact.__file__).parent)
SANDBOX = str(Path(OURS, "sandbox"))
PASSWORD = "sandbox-password"  # the embedded iContact's own


def client(sandbox: Sandbox) -> Client:
    credentials: Credentials = sandbox.credentials
    assert credentials.password == PASSWORD
    return sandbox.client()


def rows() -> list[dict[str, Any]]:
    return [
        {"email": ADDRESS, "name": NAME, "score": 1},
        {"email": f"x{ADDRESS}", "name": NAME, "score": "many"},
        {"email": f"second.{ADDRESS}", "name": NAME, "score": 3},
    ]


def the_push(sandbox: Sandbox, **policy: Any) -> ListPush:
    sandbox.seed(custom_fields=[{"privateName": "score", "fieldType": "number"}])
    mapper = ContactMapper(
        {"email": "email", "first_name": "name", "custom_fields": {"score": "score"}},
        invalid="reject",
    )
    return ListPush(client(sandbox).folder(), "Newsletter", mapper=mapper, **policy)


def shown(error: IContactError) -> str:
    """Return what a log could show of an error; the locals of our frames hold no password."""
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in whole.stack:
        if frame.filename.startswith(OURS) and not frame.filename.startswith(SANDBOX):
            assert PASSWORD not in f"{frame.locals}"
    assert error.__cause__ is None
    return "\n".join([str(error), repr(error), repr(error.__dict__)])


def assert_clean(text: str) -> None:
    for planted in ("canary.person", NAME, PASSWORD):
        assert planted not in text


ECHO = json.dumps({"errors": [f"{ADDRESS} is odd, {PASSWORD} as well"]})

FAULTS: dict[str, dict[str, Any]] = {
    "unavailable": {"status": 503, "body": ECHO, "times": 99},
    "server error": {"status": 500, "body": ECHO, "times": 99},
    "wrong credentials": {"status": 401, "body": ECHO, "times": 99},
    "bad request": {"status": 400, "body": ECHO, "times": 99},
    "undecodable": {
        "status": 200,
        "body": json.dumps({"contacts": [{"contactId": "x", "email": ADDRESS}], "total": 1}),
        "times": 99,
    },
    "ignored term": {
        "status": 200,
        "body": json.dumps({"contacts": 5, "email": ADDRESS}),
        "times": 99,
    },
}


@pytest.mark.parametrize("fault", FAULTS)
def test_when_reading_fails(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Sandbox() as sandbox:
        push = the_push(sandbox)
        sandbox.faults.next(path=r"/contacts", method="GET", **FAULTS[fault])

        with pytest.raises(IContactError) as caught:
            push.plan(rows())
        report = push.run(rows())
        one = push.one(rows()[0])

    assert_clean(shown(caught.value))
    assert_clean(caplog.text)
    assert_clean(repr(report) + str(report) + report._repr_html_() + repr(report.outcomes))
    assert_clean(repr(one) + one.reason)
    assert_clean(repr(pickle.dumps(caught.value)))
    assert {outcome.status.value for outcome in report.outcomes} == {"failed", "rejected"}


def test_when_reading_fails_on_the_second_page(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Sandbox() as sandbox:
        push = the_push(sandbox)
        sandbox.seed(contacts=[{"email": row["email"]} for row in rows()])
        sandbox.seed_contacts(600)
        first = sandbox.state.contacts()[3:503]
        page = {"contacts": first, "total": 603, "limit": 500, "offset": 0}
        sandbox.faults.next(status=200, body=json.dumps(page), path=r"/contacts")
        sandbox.faults.next(path=r"/contacts", method="GET", **FAULTS["wrong credentials"])

        with pytest.raises(IContactError) as caught:
            push.plan(rows())

    assert_clean(shown(caught.value))
    assert_clean(caplog.text)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("update_by", ["bulk", "member"])
def test_when_writing_fails(fault: str, update_by: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Sandbox() as sandbox:
        sandbox.seed(contacts=[{"email": ADDRESS, "firstName": NAME}])
        push = the_push(sandbox, update_by=update_by)
        sandbox.faults.next(method="POST", **FAULTS[fault])

        plan = push.plan(rows())
        report = plan.apply()

    assert not report.ok
    assert_clean(caplog.text)
    assert_clean(repr(plan) + str(plan) + plan._repr_html_() + repr(plan.rows))
    assert_clean(repr(report) + str(report) + report._repr_html_() + repr(report.outcomes))
    assert_clean(" ".join(outcome.reason for outcome in report.outcomes))
    if report.error is not None:
        assert_clean(shown(report.error))


@pytest.mark.parametrize("step", ["add", "settle_duplicates", "first_mismatch"])
def test_when_the_journal_fails_while_rows_are_read(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise JournalError("the disk is full")

    with Sandbox() as sandbox:
        push = the_push(sandbox)
        if step == "first_mismatch":
            push.run(rows(), journal=tmp_path / "journal")
        monkeypatch.setattr(Journal, step, full)

        with pytest.raises(JournalError, match="full") as caught:
            push.run(rows(), journal=tmp_path / "journal")

    assert_clean(shown(caught.value))


def test_when_all_goes_well(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Sandbox() as sandbox:
        push = the_push(sandbox)
        report = push.run(rows())

    assert report.counts["created"] == 2
    assert_clean(caplog.text + repr(push) + repr(report.outcomes) + repr(push.mapper))
