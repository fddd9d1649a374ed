"""One contact pushed, compared field by field, and removed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Client, Folder
from icontact.errors import Throttled
from icontact.push import Diagnosis, Step, probe
from icontact.push.diagnosis import compare
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import RetryPolicy

EMAIL = "someone@example.com"
TYPES = {"score": "number", "vip": "checkbox", "birthday": "date", "color": "text"}
EVERYTHING: dict[str, Any] = {
    **{
        name: name
        for name in "email prefix first_name last_name suffix street street2 city state "
        "postal_code phone fax business".split()
    },
    "custom_fields": {name: f"my {name}" for name in TYPES},
}
SMALL = {"email": "mail", "first_name": "name", "state": "state"}


@pytest.fixture
def quirks() -> Quirks:
    return Quirks()


@pytest.fixture
def sandbox(quirks: Quirks) -> Iterator[Sandbox]:
    with Sandbox(quirks=quirks) as running:
        running.seed(
            custom_fields=[{"privateName": name, "fieldType": kind} for name, kind in TYPES.items()]
        )
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return sandbox.client(retry=RetryPolicy.never())


@pytest.fixture
def folder(client: Client) -> Folder:
    return client.folder()


def tried(folder: Folder, mapping: dict[str, Any] | None = None, **options: Any) -> Diagnosis:
    mapper = ContactMapper(SMALL if mapping is None else mapping, invalid="reject")
    return probe(folder, "Newsletter", mapper=mapper, email=EMAIL, **options)


def step(found: Diagnosis, name: str) -> Step:
    return next(one for one in found.steps if one.name == name)


def statuses(found: Diagnosis) -> list[str]:
    return [one.status for one in found.steps]


def answered(body: dict[str, Any]) -> dict[str, Any]:
    return {"status": 200, "body": json.dumps(body)}


def test_all_of_a_mapping_arrives_and_nothing_stays(folder: Folder) -> None:
    found = tried(folder, EVERYTHING)

    assert found.ok
    assert statuses(found) == ["ok"] * 6
    assert {one.verdict for one in found.fields} == {"kept"}
    assert len(found.fields) == 17
    assert found.at_fault == ()
    assert "normal on 'Newsletter'" in step(found, "subscription").detail
    assert folder.contacts.find(email=EMAIL) is None


def test_it_can_be_repeated(folder: Folder) -> None:
    assert tried(folder).ok
    assert tried(folder).ok


def test_a_given_row_takes_the_place_of_an_invented_one(folder: Folder) -> None:
    found = tried(folder, sample={"mail": "other@example.com", "name": "Ada"})

    assert found.ok
    assert step(found, "sample").detail == "the row that was given fills 2 fields of 3"
    assert [one.verdict for one in found.fields] == ["kept", "kept", "not sent"]
    assert folder.contacts.find(email="other@example.com") is None


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ({"name": "Ada", "points": "many"}, "custom_fields.score: not a number"),
        ({"mauticContactIsContactableByEmail": 1}, "must not be mailed"),
        (["Ada"], "a row must be a mapping"),
    ],
)
def test_a_row_that_cannot_be_mapped_is_reported_before_anything_is_sent(
    sandbox: Sandbox, folder: Folder, sample: Any, said: str
) -> None:
    found = tried(folder, {"email": "mail", "custom_fields": {"score": "points"}}, sample=sample)

    assert statuses(found) == ["failed", *["skipped"] * 5]
    assert said in step(found, "sample").detail
    assert {one.method for one in sandbox.requests} == {"GET"}


def test_a_text_that_is_not_an_address_is_reported(folder: Folder) -> None:
    found = probe(folder, "Newsletter", mapper=ContactMapper({"email": "mail"}), email="nonsense")

    assert "not a valid e-mail address" in step(found, "sample").detail


def test_a_contact_that_was_there_before_is_not_changed(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.seed(contacts=[{"email": EMAIL, "firstName": "Real"}])

    refused, planned = tried(folder), tried(folder, existing_ok=True)

    assert statuses(refused) == ["ok", "failed", *["skipped"] * 4]
    assert "was not changed" in step(refused, "address").detail
    assert statuses(planned) == ["ok", "ok", "ok", *["skipped"] * 3]
    assert step(planned, "read back").detail == "the contact was there before"
    assert "would end as updated: changed: first_name" in step(planned, "test push").detail
    assert {one.method for one in sandbox.requests} == {"GET"}
    assert EMAIL not in str(refused) + str(planned) + repr(refused)


def test_what_a_push_would_refuse_is_a_fault(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.seed(contacts=[{"email": EMAIL}])
    # Two contacts that differ in case came up meanwhile.
    row = {"contactId": "1", "email": EMAIL}
    both = {"contacts": [row, {**row, "contactId": "2", "email": EMAIL.upper()}], "total": 2}
    sandbox.faults.next(**answered({"contacts": [row], "total": 1}), path="contacts$")
    sandbox.faults.next(**answered(both), path="contacts$")

    found = tried(folder, existing_ok=True)

    assert step(found, "test push").status == "failed"
    assert "several contacts in iContact have this address" in step(found, "test push").detail


def test_a_plan_that_cannot_be_made_is_reported(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.seed(contacts=[{"email": EMAIL}])
    row = {"contacts": [{"contactId": "1", "email": EMAIL}], "total": 1}
    sandbox.faults.next(**answered(row), path="contacts$")
    sandbox.faults.next(status=503, path="contacts$")

    found = step(tried(folder, existing_ok=True), "test push")

    assert found.status == "failed"
    assert isinstance(found.error, Throttled)


def test_no_answer_about_the_address_ends_it(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.faults.next(status=503, path="contacts$")

    found = tried(folder)

    assert statuses(found) == ["ok", "failed", *["skipped"] * 4]
    assert isinstance(step(found, "address").error, Throttled)


def test_a_switched_off_push_is_reported_and_leaves_nothing(folder: Folder) -> None:
    found = tried(folder, push_contacts=False)

    assert statuses(found) == ["ok", "ok", "failed", "skipped", "skipped", "ok"]
    assert "push_contacts = false" in step(found, "test push").detail
    assert "rules" in step(found, "test push").advice
    assert step(found, "clean up").detail == "nothing was left"


def test_a_refusal_names_icontacts_reason(sandbox: Sandbox, folder: Folder) -> None:
    body = {"contacts": [], "warnings": ["The state value you provided was not valid."]}
    sandbox.faults.next(**answered(body), method="POST", path="contacts$")

    found = tried(folder)

    assert "The state value" in step(found, "test push").detail
    assert "that the reason names" in step(found, "test push").advice


def test_a_contact_whose_subscription_failed_is_removed_too(
    sandbox: Sandbox, folder: Folder
) -> None:
    sandbox.faults.next(status=500, method="POST", path="subscriptions$")

    found = tried(folder)

    assert statuses(found) == ["ok", "ok", "failed", "skipped", "skipped", "ok"]
    assert "Try again" in step(found, "test push").advice
    assert "is deleted again" in step(found, "clean up").detail
    assert folder.contacts.find(email=EMAIL) is None


def test_a_contact_that_may_be_another_programs_is_not_deleted(
    sandbox: Sandbox, folder: Folder
) -> None:
    sandbox.faults.drop_after(method="POST", path="contacts$")

    found = tried(folder)

    assert step(found, "test push").status == "failed"
    assert "it is not certain that this test made it" in step(found, "clean up").detail
    assert folder.contacts.find(email=EMAIL) is not None


def test_a_contact_that_came_up_meanwhile_is_not_deleted(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.seed(contacts=[{"email": EMAIL, "firstName": "Real"}])
    empty: dict[str, Any] = {"contacts": [], "total": 0}
    sandbox.faults.next(**answered(empty), method="GET", path="contacts$")

    found = tried(folder)

    assert "updated" in step(found, "test push").detail
    assert step(found, "clean up").status == "failed"
    assert folder.contacts.find(email=EMAIL) is not None


def test_a_contact_that_cannot_be_deleted_is_named(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.faults.next(status=403, method="DELETE")

    found = tried(folder)

    assert found.ok is False
    assert "may be left behind" in step(found, "clean up").detail
    assert step(found, "clean up").detail.startswith("contact ")


def test_a_lookup_that_fails_at_the_end_is_reported(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.faults.next(status=200, body='{"contacts": [], "total": 0}', path="contacts$")
    sandbox.faults.next(status=503, path="contacts$")
    sandbox.faults.next(status=503, path="contacts$")

    found = tried(folder)

    assert step(found, "clean up").detail.startswith("a contact with the address may be left")


def test_ctrl_c_cleans_up_too(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(folder.subscriptions), "find", interrupted)

    with pytest.raises(KeyboardInterrupt):
        tried(folder)
    assert folder.contacts.find(email=EMAIL) is None


def test_a_contact_that_cannot_be_read_back_is_reported(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.faults.next(status=500, method="GET", path=r"contacts/\d+$")

    found = tried(folder)

    assert statuses(found) == ["ok", "ok", "ok", "failed", "ok", "ok"]


def test_a_subscription_that_cannot_be_read_is_reported(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.faults.next(status=500, method="GET", path=r"subscriptions/\w+$")

    assert statuses(tried(folder)) == ["ok", "ok", "ok", "ok", "failed", "ok"]


def test_a_row_that_gives_another_status_is_not_on_the_list(folder: Folder) -> None:
    mapping = {**SMALL, "status": "status"}

    found = tried(folder, mapping, sample={"status": "donotcontact"})

    assert "is not there on 'Newsletter'" in step(found, "subscription").detail
    assert "should be normal" in step(found, "subscription").detail


@pytest.mark.parametrize(
    ("fields", "policy", "said"),
    [
        ({"emailOwnerOnChange": 1}, {}, "may mail its owner"),
        ({"emailOwnerOnChange": 0}, {}, "mails no one"),
        (
            {"emailOwnerOnChange": 0},
            {"subscription_status": "pending", "confirmation_message_id": 7},
            "mails the address a confirmation request",
        ),
    ],
)
def test_who_is_mailed_is_said(
    sandbox: Sandbox, folder: Folder, fields: dict[str, Any], policy: dict[str, Any], said: str
) -> None:
    [list_id] = sandbox.seed(
        lists=[{"name": "Own", **fields}],
        messages=[{"messageId": "7", "messageType": "confirmation"}],
    ).list_ids

    found = probe(folder, list_id, mapper=ContactMapper(SMALL), email=EMAIL, **policy)

    assert found.ok
    assert said in step(found, "test push").detail


@pytest.mark.parametrize("quirks", [Quirks(long_state="truncate")])
def test_the_wrong_row_of_the_mapping_is_named(sandbox: Sandbox, folder: Folder) -> None:
    [last] = sandbox.seed(contacts=[{"email": "last@example.com"}]).contact_ids
    next_id = str(last + 1)
    stored = {"contactId": next_id, "email": EMAIL.upper(), "firstName": "Zo", "state": "NC"}
    mapping = {**SMALL, "custom_fields": {"color": "farbe"}}
    sandbox.faults.next(**answered({"contact": stored}), method="GET", path=r"contacts/\d+$")

    found = tried(folder, mapping)

    assert found.at_fault == ("first_name", "custom_fields.color")
    assert step(found, "read back").detail == (
        "first_name <- 'name': truncated; custom_fields.color <- 'farbe': lost"
    )
    assert "the first 2 of 3 characters came back" in step(found, "read back").advice
    assert "first_name <- 'name': truncated the first 2" in str(found)
    assert ">first_name ← &#x27;name&#x27;</td>" in found._repr_html_()


def test_a_field_that_is_cleared_is_compared_too(folder: Folder) -> None:
    mapping = {**SMALL, "city": {"key": "town", "empty": "clear"}}

    found = tried(folder, mapping, sample={"town": ""})

    assert found.ok
    assert [one.verdict for one in found.fields if one.target == "city"] == ["kept"]


@pytest.mark.parametrize(
    ("sent", "stored", "kind", "verdict", "said"),
    [
        ("a", "a", "text", "kept", ""),
        ("a", None, "text", "lost", "no such field"),
        ("a", "", "text", "lost", "1 character sent"),
        ("ab", "", "text", "lost", "2 characters sent"),
        ("0", "", "checkbox", "kept", "unticked"),
        ("1", "", "checkbox", "lost", "nothing came back"),
        ("1", "0", "checkbox", "changed", "another text"),
        ("Jo@x.org", "jo@x.org", "address", "kept", "other case"),
        ("jo@x.org", "jo@y.org", "address", "changed", "another text"),
        ("42", "42.00", "number", "kept", "same number"),
        ("42.5", "42", "number", "truncated", "decimals are missing"),
        ("42.5", "425", "decimalOne", "changed", "another number"),
        ("42", "many", "number", "wrong type", "not a number"),
        ("2026-01-31", "01/31/2026", "date", "kept", "same date"),
        ("2026-01-02", "02/01/2026", "date", "changed", "another date"),
        ("2026-01-31", "soon", "date", "wrong type", "not a date"),
        ("North Carolina", "North Caro", "text", "truncated", "first 10 of 14"),
        ("02139", "2139", "text", "wrong type", "leading zeros"),
        ("Zoe", "ZOE", "text", "changed", "other case"),
        ("a & b", "a &amp; b", "text", "changed", "HTML entities"),
        ("Zoë", "ZoÃ«", "text", "changed", "accented letters"),
        ("Zoë", "Zo?", "text", "changed", "accented letters"),
        ("one", "two", "text", "changed", "another text came back"),
    ],
)
def test_a_value_that_came_back_is_compared(
    sent: str, stored: str | None, kind: str, verdict: str, said: str
) -> None:
    found, detail = compare(sent, stored, kind)

    assert found == verdict
    assert said in detail
