"""iContact's own web hooks, carried over to another system at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import responses

from icontact import Folder
from icontact.errors import ConfigError
from icontact.integrations import mautic, sync, triggers
from icontact.integrations.receiver import receiver, suppression_receiver
from icontact.integrations.suppression_events import SuppressionIntegration
from icontact.integrations.suppression_target import SuppressedPerson
from icontact.sandbox import Sandbox
from tests.integrations.conftest import MakeIntegration
from tests.integrations.fake_mautic import FakeMautic
from tests.integrations.support import SECRET, SITE, encoded, hook, request
from tests.unit.support import Clock

TOKEN = "a-long-random-token-1234567890"
Carry = Callable[..., SuppressionIntegration]


@pytest.fixture
def fake(answers: responses.RequestsMock) -> Iterator[tuple[FakeMautic, str]]:
    fake = FakeMautic()
    with fake.serve() as url:
        answers.add_passthru(url)
        yield fake, url


@pytest.fixture
def carry(
    folder: Folder, fake: tuple[FakeMautic, str], tmp_path: Path, clock: Clock
) -> Iterator[Carry]:
    made: list[SuppressionIntegration] = []

    def integration(**options: Any) -> SuppressionIntegration:
        files: dict[str, Any] = {
            "state": tmp_path / "suppressed.sqlite",
            "store": tmp_path / "hooks.sqlite",
        }
        crm = fake[0].client(fake[1])
        made.append(SuppressionIntegration(folder, to=crm, clock=clock, **files, **options))
        return made[-1]

    yield integration
    for one in made:
        one.close()


def unsubscribed(sandbox: Sandbox, folder: Folder, email: str) -> int:
    """Let a contact unsubscribe from the newsletter, and return its id."""
    contact = folder.contacts.create(email=email)
    folder.subscriptions.subscribe(contact_id=contact.contact_id, list_id=sandbox.list_id)
    folder.subscriptions.unsubscribe(contact_id=contact.contact_id, list_id=sandbox.list_id)
    return contact.contact_id


def post(application: Any, contact_id: int, event: str = "contact_unsubscribed") -> int:
    entry: dict[str, Any] = {"contact": {"contactId": str(contact_id)}}
    if event in ("contact_subscribed", "contact_unsubscribed"):
        entry["list"] = {"listId": "1"}
    path = f"/icontact/{TOKEN}/{event}"
    return request(application, path, json.dumps([entry]).encode()).status


def test_an_unsubscription_is_marked_at_once(
    carry: Carry, fake: tuple[FakeMautic, str], sandbox: Sandbox, folder: Folder
) -> None:
    number = fake[0].add("left@example.com")
    integration = carry()
    application = suppression_receiver(integration, token=TOKEN, work=False)
    contact_id = unsubscribed(sandbox, folder, "left@example.com")
    assert post(application, contact_id) == 200
    assert fake[0].blocked == set()
    assert integration.work() == 1
    assert fake[0].blocked == {"left@example.com"}
    assert post(application, contact_id) == 200
    integration.work()
    assert fake[0].marked == {number: 1}
    assert integration.pause() is None
    assert repr(integration) == "SuppressionIntegration()"


def test_the_worker_of_the_receiver_marks_people(
    carry: Carry, fake: tuple[FakeMautic, str], sandbox: Sandbox, folder: Folder
) -> None:
    fake[0].add("left@example.com")
    integration = carry()
    application = suppression_receiver(integration, token=TOKEN)
    assert post(application, unsubscribed(sandbox, folder, "left@example.com")) == 200
    application.close(timeout=20)
    integration.work()
    assert fake[0].blocked == {"left@example.com"}


def test_a_forged_event_marks_no_one(
    carry: Carry, fake: tuple[FakeMautic, str], folder: Folder
) -> None:
    fake[0].add("fine@example.com")
    contact = folder.contacts.create(email="fine@example.com")
    integration = carry()
    application = suppression_receiver(integration, token=TOKEN, work=False)
    assert post(application, contact.contact_id) == 200
    assert post(application, 999_999) == 200
    assert integration.work() == 2
    assert fake[0].blocked == set()
    assert request(application, "/icontact/wrong-token-000000000000/x").status == 404
    with pytest.raises(ConfigError, match="long and random"):
        suppression_receiver(integration, token="short")


def test_do_not_contact_arrives_with_the_event_of_the_contact(
    carry: Carry, fake: tuple[FakeMautic, str], folder: Folder
) -> None:
    number = fake[0].add("never@example.com")
    contact = folder.contacts.create(email="never@example.com")
    folder.contacts.update(contact.contact_id, status="donotcontact")
    integration = carry()
    application = suppression_receiver(integration, token=TOKEN, work=False)
    assert post(application, contact.contact_id, "contact_updated") == 200
    integration.work()
    ((entry),) = fake[0].entries(number)
    assert entry["reason"] == 3
    assert entry["comments"].startswith(sync.COMMENT_PREFIX)


def test_only_the_named_lists_and_reasons_count(
    carry: Carry, fake: tuple[FakeMautic, str], sandbox: Sandbox, folder: Folder
) -> None:
    fake[0].add("left@example.com")
    (other,) = sandbox.seed(lists=[{"name": "Other"}]).list_ids
    contact_id = unsubscribed(sandbox, folder, "left@example.com")
    for options in ({"lists": [other]}, {"lists": ["Other"]}, {"reasons": ["bounced"]}):
        integration = carry(**options)
        post(suppression_receiver(integration, token=TOKEN, work=False), contact_id)
        integration.work()
    assert fake[0].blocked == set()
    with pytest.raises(ConfigError, match="'angry' is unknown"):
        carry(reasons=["angry"])


def test_a_deleted_contact_is_marked(
    carry: Carry, fake: tuple[FakeMautic, str], folder: Folder, sandbox: Sandbox
) -> None:
    fake[0].add("gone@example.com")
    contact = folder.contacts.create(email="gone@example.com")
    folder.contacts.delete(contact.contact_id)
    integration = carry()
    post(suppression_receiver(integration, token=TOKEN, work=False), contact.contact_id)
    integration.work()
    assert fake[0].blocked == {"gone@example.com"}


def test_a_contact_that_icontact_forgot_is_marked_by_the_address_of_an_earlier_run(
    carry: Carry, fake: tuple[FakeMautic, str], folder: Folder, tmp_path: Path
) -> None:
    number = fake[0].add("gone@example.com")
    integration = carry()
    integration.state.notice([(999_999, "gone@example.com")], 1)
    application = suppression_receiver(integration, token=TOKEN, work=False)
    post(application, 999_999)
    assert integration.work() == 1
    ((entry),) = fake[0].entries(number)
    assert "deleted" in entry["comments"]


def test_a_suppressed_contact_without_its_address_is_marked_by_that_of_an_earlier_run(
    carry: Carry,
    fake: tuple[FakeMautic, str],
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake[0].add("gone@example.com")
    contact = folder.contacts.create(email="gone@example.com")
    nameless = attrs.evolve(contact, email="", status="deleted")
    monkeypatch.setattr(type(folder.contacts), "get", lambda *_: nameless)
    integration = carry()
    application = suppression_receiver(integration, token=TOKEN, work=False)
    post(application, contact.contact_id)
    assert integration.work() == 1
    assert fake[0].blocked == set()
    integration.state.notice([(contact.contact_id, "gone@example.com")], 1)
    post(application, contact.contact_id)
    assert integration.work() == 1
    assert fake[0].blocked == {"gone@example.com"}


@pytest.mark.parametrize("email", [None, ""], ids=["no contact", "no address"])
def test_a_mark_is_kept_until_icontact_shows_that_the_person_may_be_mailed(
    carry: Carry,
    fake: tuple[FakeMautic, str],
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
    *,
    email: str | None,
) -> None:
    fake[0].add("left@example.com")
    contact = folder.contacts.create(email="left@example.com")
    number = contact.contact_id if email is not None else 999_999
    integration = carry(reasons=["unsubscribed"])
    state, target = integration.state, fake[0].client(fake[1])
    left = SuppressedPerson(email="left@example.com", contact_id=number, reason="unsubscribed")
    state.notice([(number, "left@example.com")], 1)
    state.add([left], 1)
    state.found(["left@example.com"], target.find(["left@example.com"]))
    if email is not None:
        nameless = attrs.evolve(contact, email=email)
        monkeypatch.setattr(type(folder.contacts), "get", lambda *_: nameless)
    application = suppression_receiver(integration, token=TOKEN, work=False)
    post(application, number)
    assert integration.work() == 1
    assert [mark.email for mark in state.planned()] == ["left@example.com"]

    monkeypatch.setattr(type(folder.contacts), "get", lambda *_: contact)
    post(application, number)
    assert integration.work() == 1
    assert list(state.planned()) == []


def test_a_person_that_another_process_marks_is_looked_at_again(
    carry: Carry, sandbox: Sandbox, fake: tuple[FakeMautic, str], folder: Folder, clock: Clock
) -> None:
    fake[0].add("left@example.com")
    integration = carry()
    contact_id = unsubscribed(sandbox, folder, "left@example.com")
    plan = sync.suppressed(folder, to=fake[0].client(fake[1]), state=integration.state)
    (mark,) = plan
    owner = integration.state.claim(mark, lease=600)
    assert owner
    post(suppression_receiver(integration, token=TOKEN, work=False), contact_id)
    assert integration.work() == 1
    (entry,) = integration.inbox.entries()
    assert (entry.state, entry.reason) == ("waiting", "another process marks the contact")
    integration.state.settle(mark, owner, done=True)
    clock.now += 60
    integration.work()
    assert integration.inbox.counts()["done"] == 1


@pytest.mark.parametrize(
    ("method", "error", "reason"),
    [
        ("find", RuntimeError("left@example.com"), "RuntimeError"),
        ("mark", RuntimeError("left@example.com"), "RuntimeError"),
        ("mark", mautic.MauticError("500: Mautic could not answer", status=500), "500: Mautic"),
    ],
)
def test_an_event_that_the_other_system_fails_on_waits_and_shows_no_address(
    carry: Carry,
    fake: tuple[FakeMautic, str],
    *,
    sandbox: Sandbox,
    folder: Folder,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    error: Exception,
    reason: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    fake[0].add("left@example.com")
    integration = carry()
    contact_id = unsubscribed(sandbox, folder, "left@example.com")
    post(suppression_receiver(integration, token=TOKEN, work=False), contact_id)
    monkeypatch.setattr(mautic.Mautic, method, fail)
    assert integration.work() == 1
    (entry,) = integration.inbox.entries()
    assert entry.state == "waiting"
    assert entry.reason.startswith(reason)
    assert "@" not in entry.reason


def test_while_mautic_is_away_events_wait(
    carry: Carry,
    fake: tuple[FakeMautic, str],
    sandbox: Sandbox,
    folder: Folder,
    clock: Clock,
) -> None:
    emails = [f"left{number}@example.com" for number in range(5)]
    integration = carry()
    application = suppression_receiver(integration, token=TOKEN, work=False)
    for email in emails:
        fake[0].add(email)
        post(application, unsubscribed(sandbox, folder, email))

    def away(method: str, path: str) -> None:
        raise ConnectionResetError

    fake[0].before = away
    assert integration.work() == 3
    assert integration.work() == 0
    assert integration.pause() == 30
    assert integration.inbox.counts()["waiting"] == 5
    assert "@" not in "".join(one.reason for one in integration.inbox.entries())
    fake[0].before = lambda method, path: None
    clock.now += 60
    assert integration.work() == 5
    assert fake[0].blocked == set(emails)


def test_an_event_survives_a_kill_between_the_answer_and_the_mark(
    carry: Carry, fake: tuple[FakeMautic, str], sandbox: Sandbox, folder: Folder, tmp_path: Path
) -> None:
    fake[0].add("left@example.com")
    contact_id = unsubscribed(sandbox, folder, "left@example.com")
    code = (
        "import os, sys\n"
        "from icontact import webhooks\n"
        "from icontact.integrations.suppression_events import SuppressionIntegration\n"
        "from icontact import Folder\n"
        f"folder = Folder(None, {folder.account_id}, {folder.client_folder_id})\n"
        "made = SuppressionIntegration(folder, to=None, state=sys.argv[1], store=sys.argv[2])\n"
        'body = \'[{"contact": {"contactId": "%s"}}]\' % sys.argv[3]\n'
        "made.accept(webhooks.parse(body))\n"
        "assert made.inbox.claim(lease=600)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    words = [str(tmp_path / "suppressed.sqlite"), str(tmp_path / "hooks.sqlite"), str(contact_id)]
    ran = subprocess.run([sys.executable, "-c", code, *words], check=False, timeout=60)
    assert ran.returncode == -9
    assert carry().work() == 1
    assert fake[0].blocked == {"left@example.com"}


def test_a_mark_that_came_from_icontact_pushes_nothing_back(
    carry: Carry,
    fake: tuple[FakeMautic, str],
    make: MakeIntegration,
    sandbox: Sandbox,
    folder: Folder,
) -> None:
    (other,) = sandbox.seed(lists=[{"name": "Other"}]).list_ids
    number = fake[0].add("left@example.com")
    push = make(
        triggers.ContactTrigger("saved"),
        triggers.ContactTrigger("saved", list=other),
        secret=SECRET,
        follow_unsubscribes=True,
    )
    application = receiver(push, secret=SECRET, push=False)

    def deliver(kind: str, entry: dict[str, Any]) -> None:
        body = encoded(hook(kind, entry))
        signature = mautic.sign(body, SECRET)
        assert request(application, body=body, HTTP_WEBHOOK_SIGNATURE=signature).status == 200

    contact_id = unsubscribed(sandbox, folder, "left@example.com")
    folder.subscriptions.subscribe(contact_id=contact_id, list_id=other)
    fake[0].hook = deliver
    integration = carry()
    post(suppression_receiver(integration, token=TOKEN, work=False), contact_id)
    integration.work()
    before = len(sandbox.requests)
    deliver("lead_post_save_update", {"contact": fake[0].contacts[number]})
    push.work()
    assert push.inbox.counts()["done"] == 2
    writes = [one for one in list(sandbox.requests)[before:] if one.method != "GET"]
    assert writes == []
    subscription = folder.subscriptions.find(contact_id=contact_id, list_id=other)
    assert subscription
    assert subscription.status == "normal"
    # An unsubscription that a person asked for in Mautic still goes to iContact.
    fake[0].entries(number)[0]["comments"] = ""
    deliver(
        "lead_channel_subscription_changed",
        {"contact": fake[0].contacts[number], "channel": "email", "new_status": "unsubscribed"},
    )
    push.work()
    subscription = folder.subscriptions.find(contact_id=contact_id, list_id=other)
    assert subscription
    assert subscription.status == "unsubscribed"


def test_the_reason_of_a_mark_from_icontact_is_read_in_every_shape() -> None:
    entry = {"id": 1, "reason": 1, "channel": "email", "comments": "iContact: unsubscribed"}
    own = {**entry, "comments": "by hand"}
    for said, reason in (
        ([entry], "icontact"),
        ({"7": entry}, "icontact"),
        ([entry, own], "unsubscribed"),
    ):
        payload = {"id": 7, "fields": {}, "doNotContact": said}
        row = mautic.contact(payload, site_url=SITE)
        assert (row["do_not_contact"], row["do_not_contact_reason"]) == (True, reason)
