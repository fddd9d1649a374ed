"""Planted secrets and a planted address appear in nothing that is shown, logged or raised."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

import pytest

from icontact import Folder
from icontact.integrations import mautic
from icontact.integrations.receiver import receiver
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from tests.integrations.conftest import MakeIntegration
from tests.integrations.support import encoded, event, hook, request, saved, shown_by

SECRET = "canary-s3cret"
PERSON: dict[str, Any] = {"email": "canary.person@private.example", "firstname": "Canary"}
BODY = encoded(hook("lead_post_save_new", saved(1, **PERSON)))


@pytest.mark.parametrize("fault", [503, 500, 401, 400, 403])
def test_failures_show_no_person(
    fault: int, make: MakeIntegration, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    integration = make(secret=SECRET, follow_unsubscribes=True)
    text = f"{PERSON['email']} is odd"
    sandbox.faults.next(status=fault, body={"errors": [text]}, times=None)
    outcome = integration.handle(event(row=PERSON))
    integration.receive(BODY, signature=mautic.sign(BODY, SECRET))
    happened = event("subscription_changed", 2, row=PERSON, do_not_contact=True)
    integration.handle(happened)
    integration.work()
    entries = integration.inbox.entries()
    shown = caplog.text + repr(outcome) + repr(integration) + repr(entries)
    shown += repr(vars(integration)["_secret"]) + "".join(one.reason for one in entries)
    assert "canary" not in shown.lower()


def test_mistakes_show_no_person(make: MakeIntegration, monkeypatch: pytest.MonkeyPatch) -> None:
    integration = make(secret=SECRET)
    with pytest.raises(mautic.SignatureError) as caught:
        integration.receive(BODY, signature="canary")
    assert "canary" not in shown_by(caught.value)
    with pytest.raises(TypeError) as odd:
        integration.handle(event(row={**PERSON, "odd": 1j}))
    assert "canary" not in shown_by(odd.value)

    def broken(self: ListPush, row: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(ListPush, "one", broken)
    with pytest.raises(ZeroDivisionError) as unforeseen:
        integration.handle(event(row=PERSON))
    assert "canary" not in shown_by(unforeseen.value)


def test_a_full_disk_shows_no_person(make: MakeIntegration) -> None:
    integration = make()
    connection = integration.inbox._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full") as full:
        integration.accept([event(row={**PERSON, "note": "x" * 100_000})])
    assert "canary" not in shown_by(full.value)


def test_the_receiver_shows_no_person(
    make: MakeIntegration, caplog: pytest.LogCaptureFixture, folder: Folder
) -> None:
    caplog.set_level(logging.DEBUG)
    application = receiver(make(), secret=SECRET, push=False)
    good = mautic.sign(BODY, SECRET)
    answers = [
        request(application, body=BODY, HTTP_WEBHOOK_SIGNATURE=signature)
        for signature in (good, "canary", good)
    ]
    assert [answer.status for answer in answers] == [200, 403, 200]
    shown = caplog.text + repr(vars(application)) + "".join(map(repr, answers))
    assert "canary" not in shown.lower()
