"""What Mautic's iContact plugin gets wrong, tried on a push: nothing of it happens here."""

from __future__ import annotations

from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from icontact.transport import RetryPolicy
from tests.push.support import MakePush, person


@pytest.mark.parametrize("status", [401, 402, 403, 404, 500, 501, 503, 507])
def test_no_error_of_icontact_counts_as_success(sandbox: Sandbox, status: int) -> None:
    folder = sandbox.client(retry=RetryPolicy.never()).folder()
    push = ListPush(folder, "Newsletter", mapper=ContactMapper({"email": "email"}))
    sandbox.faults.next(status=status, method="POST", times=5)

    report = push.run([person(1)])

    assert not report.ok
    assert report.counts["created"] == 0
    assert report.outcomes[0].status == "failed"
    assert str(status) in report.outcomes[0].reason


def test_custom_fields_are_found_on_whatever_page(sandbox: Sandbox, folder: Folder) -> None:
    names = [f"field{number}" for number in range(45)]
    sandbox.seed(custom_fields=[{"privateName": name} for name in names])
    mapping = {"email": "email", **{f"cf_{name}": name for name in names}}
    push = ListPush(folder, "Newsletter", mapper=ContactMapper.from_mautic(mapping))

    outcome = push.one({"email": "jo@example.com", **{name: f"value of {name}" for name in names}})

    assert outcome.contact_id is not None
    stored = folder.contacts.get(outcome.contact_id).custom_fields
    assert [stored[name] for name in names] == [f"value of {name}" for name in names]


def test_custom_values_have_the_form_of_their_type(sandbox: Sandbox, folder: Folder) -> None:
    types = {"born": "date", "vip": "checkbox", "sum": "decimalTwo", "likes": "text"}
    sandbox.seed(
        custom_fields=[{"privateName": name, "fieldType": kind} for name, kind in types.items()]
    )
    config: dict[str, Any] = {"email": "email", **{f"cf_{name}": name for name in types}}
    config["cf_likes"] = {"key": "likes", "transform": "joined"}
    push = ListPush(folder, "Newsletter", mapper=ContactMapper.from_config(config))
    row = {"born": "31/01/2026", "vip": "Yes", "sum": 7, "likes": "red|blue"}

    outcome = push.one({"email": "jo@example.com", **row})

    assert outcome.contact_id is not None
    stored = folder.contacts.get(outcome.contact_id).custom_fields
    assert {name: stored[name] for name in types} == {
        "born": "2026-01-31",
        "vip": "1",
        "sum": "7.00",
        "likes": "red, blue",
    }


def test_two_pushes_know_nothing_of_each_other(sandbox: Sandbox) -> None:
    second = sandbox.add_client_folder(name="Second")
    sandbox.seed(lists=[{"name": "Newsletter"}], folder_id=second)
    client, found = sandbox.client(), {}
    for folder_id, name in ((sandbox.client_folder_id, "mine"), (second, "theirs")):
        sandbox.seed(custom_fields=[{"privateName": name}], folder_id=folder_id)
        folder = client.folder(account_id=sandbox.account_id, client_folder_id=folder_id)
        mapper = ContactMapper.from_mautic({"email": "email", f"cf_{name}": "value"})
        outcome = ListPush(folder, "Newsletter", mapper=mapper).one(person(1, value="x"))
        assert outcome.contact_id is not None
        found[name] = folder.contacts.get(outcome.contact_id).custom_fields[name]
    assert found == {"mine": "x", "theirs": "x"}


def test_a_missing_address_is_rejected_and_nothing_is_sent_in_its_place(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    outcome = make_push().one({"email": None, "firstname": "Jo"})

    assert outcome.status == "rejected"
    assert "no e-mail address" in outcome.reason
    assert {one.method for one in sandbox.requests} == {"GET"}


def test_twenty_thousand_calls_are_not_made_for_as_many_contacts(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    report = make_push().run([person(number) for number in range(200)])

    assert report.counts["created"] == 200
    assert report.requests < 10
