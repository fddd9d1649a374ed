"""Rows that say themselves that their person must not be mailed."""

from __future__ import annotations

from typing import Any

import pytest

from icontact.client import Folder
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from tests.push.support import MAPPING, MakePush, person

DNC = "mauticContactIsContactableByEmail"


def contacts(push: ListPush) -> list[str]:
    return sorted(contact.email for contact in push.folder.contacts.list())


def test_a_contact_that_mautic_must_not_mail_is_skipped_with_the_reason(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()

    report = push.run([person(1), person(2, **{DNC: 1}), person(3, **{DNC: 0})])

    assert [one.status for one in report.outcomes] == ["created", "skipped", "created"]
    held = report.outcomes[1]
    assert f"column '{DNC}' says that this person must not be mailed" in held.reason
    assert held.email == "person2@example.com"
    assert report.ok
    assert contacts(push) == ["person1@example.com", "person3@example.com"]


def test_a_plan_says_so_and_writes_nothing(make_push: MakePush) -> None:
    plan = make_push().plan([person(1, **{DNC: "1"})])

    assert plan.counts["skipped"] == 1
    assert "must not be mailed" in plan.rows[0].reason
    assert plan.writes == 0


def test_a_contact_that_is_in_icontact_is_not_changed(
    sandbox: Sandbox, make_push: MakePush, folder: Folder
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com", "city": "Durham"}])

    outcome = make_push().one(person(1, city="Leeds", **{DNC: True}))

    assert outcome.status == "skipped"
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert found.city == "Durham"
    assert {one.method for one in sandbox.requests} == {"GET"}


@pytest.mark.parametrize("duplicates", ["first", "last"])
@pytest.mark.parametrize("order", [1, -1])
def test_no_other_row_with_the_address_is_pushed_in_its_place(
    make_push: MakePush, duplicates: str, order: int
) -> None:
    push = make_push(duplicates=duplicates)
    rows: list[Any] = [person(1, **{DNC: 1}), person(1, email="PERSON1@example.com")][::order]

    report = push.run(rows)

    assert [one.status for one in report.outcomes] == ["skipped", "skipped"]
    assert contacts(push) == []


def test_a_row_without_an_address_may_opt_out_too(make_push: MakePush) -> None:
    outcome = make_push().one({"email": "nonsense", DNC: 1})

    assert (outcome.status, outcome.email) == ("skipped", None)


def test_what_cannot_be_read_as_a_yes_or_no_is_rejected(make_push: MakePush) -> None:
    outcome = make_push().one(person(1, **{DNC: "perhaps"}))

    assert outcome.status == "rejected"
    assert "do_not_contact: the word 'perhaps'" in outcome.reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({DNC: "perhaps"}, "not known as a yes or a no"),
        ({"state": "donotcontact", "points": "many"}, "not a number"),
        ({"state": ["donotcontact"]}, "status: "),
    ],
)
@pytest.mark.parametrize("duplicates", ["first", "last"])
@pytest.mark.parametrize("order", [1, -1])
def test_what_is_rejected_and_might_have_said_so_holds_other_rows_back(
    make_push: MakePush, row: dict[str, Any], reason: str, duplicates: str, order: int
) -> None:
    push = make_push({**MAPPING, "status": "state"}, duplicates=duplicates)
    rows = [person(1, **row), person(1, email="PERSON1@example.com")][::order]

    report = push.run(rows)

    one, other = report.outcomes[::order]
    assert (one.status, other.status) == ("rejected", "skipped")
    assert reason in one.reason
    assert f"duplicate of row {one.row}" in other.reason
    assert contacts(push) == []


def test_each_of_two_restricting_rows_keeps_its_own_reason(make_push: MakePush) -> None:
    report = make_push().run([person(1, **{DNC: "perhaps"}), person(1, **{DNC: 1}), person(1)])

    assert [one.status for one in report.outcomes] == ["rejected", "skipped", "skipped"]
    assert "not known as a yes or a no" in report.outcomes[0].reason
    assert "must not be mailed" in report.outcomes[1].reason


@pytest.mark.parametrize("fault", [{"points": "many"}, {"points": "many", "state": "normal"}])
def test_a_rejected_row_without_restriction_lets_another_row_be_pushed(
    make_push: MakePush, fault: dict[str, Any]
) -> None:
    mapping = {**MAPPING, "status": "state"} if "state" in fault else MAPPING

    report = make_push(mapping).run([person(1, **fault), person(1)])

    assert [one.status for one in report.outcomes] == ["rejected", "created"]
