"""People who opted out in the input and are on the list: counted, or unsubscribed on request."""

from __future__ import annotations

from pathlib import Path

import pytest

from icontact.client import Folder
from icontact.push import ListPush, PushReport
from icontact.sandbox import Sandbox
from tests.push.support import MakePush, person

DNC = "mauticContactIsContactableByEmail"


@pytest.fixture
def members(sandbox: Sandbox) -> None:
    """Two people on the list, one who unsubscribed from it, and one who is on no list."""
    people = [f"person{number}@example.com" for number in (1, 2, 3, 4)]
    sandbox.seed(
        contacts=[{"email": email} for email in people],
        subscriptions=[
            {"email": people[0]},
            {"email": people[1]},
            {"email": people[2], "status": "unsubscribed"},
        ],
    )


def states(push: ListPush) -> dict[str, str]:
    folder, list_id = push.folder, push.list.list_id
    emails = {one.contact_id: one.email for one in folder.contacts.list()}
    found = folder.subscriptions.list(list_id=list_id)
    return {emails[one.contact_id]: str(one.status) for one in found}


ROWS = [person(number, **{DNC: 1}) for number in (1, 2, 3, 4, 5)]


@pytest.mark.usefixtures("members")
def test_by_default_they_are_counted_and_nothing_is_written(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    before = states(push)

    report = push.run(ROWS)

    assert report.counts["skipped"] == 5
    assert report.opted_out_on_list == 2
    assert "2 people opted out in the input and are still on the list" in str(report)
    assert [one.subscription for one in report.outcomes] == [
        "normal",
        "normal",
        "unsubscribed",
        None,
        None,
    ]
    assert "is still on the list" in report.outcomes[0].reason
    assert "still on the list" not in report.outcomes[2].reason
    assert states(push) == before
    assert {one.method for one in sandbox.requests} == {"GET"}


@pytest.mark.usefixtures("members")
def test_on_request_they_are_unsubscribed(make_push: MakePush) -> None:
    push = make_push(opt_out="unsubscribe")

    report = push.run([*ROWS, person(6)])

    assert [one.status for one in report.outcomes] == [
        "updated",
        "updated",
        "skipped",
        "skipped",
        "skipped",
        "created",
    ]
    assert report.outcomes[0].subscription == "unsubscribed"
    assert "is unsubscribed now" in report.outcomes[0].reason
    assert report.opted_out_on_list == 0
    assert states(push) == {
        "person1@example.com": "unsubscribed",
        "person2@example.com": "unsubscribed",
        "person3@example.com": "unsubscribed",
        "person6@example.com": "normal",
    }


@pytest.mark.usefixtures("members")
def test_a_plan_says_who_would_be_unsubscribed_and_what_it_costs(make_push: MakePush) -> None:
    plan = make_push(opt_out="unsubscribe").plan(ROWS)

    assert plan.counts["updated"] == 2
    assert plan.requests_to_write == 2
    assert "was on the list" in plan.rows[0].reason


@pytest.mark.usefixtures("members")
def test_a_second_push_unsubscribes_no_one_again(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push(opt_out="unsubscribe")
    push.run(ROWS)
    before = len(sandbox.requests)

    report = push.run(ROWS)

    assert report.counts["skipped"] == 5
    assert {one.method for one in sandbox.requests[before:]} == {"GET"}


@pytest.mark.usefixtures("members")
def test_a_request_to_unsubscribe_that_fails_is_failed_and_tried_again(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Path
) -> None:
    push = make_push(opt_out="unsubscribe")
    sandbox.faults.next(method="POST", status=500, times=5)

    report = push.run(ROWS, journal=tmp_path / "push.sqlite")

    assert [one.status for one in report.outcomes[:2]] == ["failed", "updated"]
    assert "did not take the request to unsubscribe" in report.outcomes[0].reason
    assert report.opted_out_on_list == 1

    again = push.run(ROWS, journal=tmp_path / "push.sqlite")

    assert [one.status for one in again.outcomes[:2]] == ["updated", "updated"]
    assert again.opted_out_on_list == 0


@pytest.mark.usefixtures("members")
def test_a_refused_request_to_unsubscribe_is_rejected(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.faults.next(method="POST", status=400)

    report = make_push(opt_out="unsubscribe").run(ROWS)

    assert report.outcomes[0].status == "rejected"
    assert "refused the request to unsubscribe" in report.outcomes[0].reason


@pytest.mark.usefixtures("members")
def test_an_answer_that_leaves_the_subscription_as_it_was_is_a_failure(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push(opt_out="unsubscribe")
    contact = push.folder.contacts.find(email=ROWS[0]["email"])
    assert contact is not None
    (there,) = push.folder.subscriptions.list(contact_id=contact.contact_id)
    same = {"subscription": {"subscriptionId": there.subscription_id, "listId": there.list_id,
                             "contactId": there.contact_id, "status": "normal"}}  # fmt: skip
    sandbox.faults.next(status=200, body=same, method="POST", path="subscriptions/")

    report = push.run(ROWS)

    assert report.outcomes[0].status == "failed"
    assert "the subscription is normal" in report.outcomes[0].reason


@pytest.mark.usefixtures("members")
def test_another_row_of_the_same_person_is_not_pushed(make_push: MakePush) -> None:
    push = make_push(opt_out="unsubscribe")

    report = push.run([person(1), person(1, **{DNC: 1})])

    assert [one.status for one in report.outcomes] == ["skipped", "updated"]
    assert states(push)["person1@example.com"] == "unsubscribed"


def test_of_several_contacts_with_the_address_the_push_unsubscribes_none_and_says_so(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    row = {"contactId": "1", "email": "person1@example.com", "status": "normal"}
    twice = [row, {**row, "contactId": "2", "email": "Person1@example.com"}]
    sandbox.faults.next(status=200, body={"contacts": twice, "total": 2}, times=2, path="contacts$")

    kept = make_push().run(ROWS[:1]).outcomes[0]
    wanted = make_push(opt_out="unsubscribe").run(ROWS[:1]).outcomes[0]

    assert (kept.status, wanted.status) == ("skipped", "rejected")
    assert "several contacts in iContact have this address" in wanted.reason


@pytest.mark.usefixtures("members")
def test_reports_of_parts_add_the_numbers_up(make_push: MakePush, tmp_path: Path) -> None:
    push = make_push()
    parts = [push.run(ROWS[:1], journal=tmp_path / "a.sqlite"), push.run(ROWS[1:])]

    assert PushReport.merged(parts).opted_out_on_list == 2
    assert PushReport.from_journal(tmp_path / "a.sqlite").opted_out_on_list == 1
    assert "1 person opted out in the input and is still on the list" in str(parts[0])


def test_a_row_without_an_address_is_skipped(make_push: MakePush, folder: Folder) -> None:
    outcome = make_push(opt_out="unsubscribe").one({"email": "", DNC: 1})

    assert outcome.status == "skipped"
    assert folder.contacts.list().all() == []


def test_opt_out_is_skip_or_unsubscribe(make_push: MakePush) -> None:
    with pytest.raises(Exception, match="opt_out"):
        make_push(opt_out="forget")


@pytest.mark.parametrize(
    "row",
    [
        "no@example.com,Smith, Jo,,yes",
        'no@example.com,"Smith\n,Durham,yes',
        "no@example.com,Smith\0,Durham,yes,yes",
    ],
    ids=repr,
)
def test_a_row_that_could_not_be_read_is_not_pushed_from_the_file_of_rejects(
    folder: Folder, tmp_path: Path, row: str
) -> None:
    given, rejects = tmp_path / "people.csv", tmp_path / "fix-me.csv"
    given.write_text(f"Email,Name,City,Opt Out\n{row}\nok@example.com,Ann,Cary,no\n")
    push = ListPush.guessed(folder, "Newsletter", given)
    push.run(given).rejects_to_csv(rejects)
    assert "no@example.com" in rejects.read_text()

    again = push.run(rejects)

    assert again.counts["created"] == 0
    assert "no@example.com" not in [one.email for one in folder.contacts.list()]
    again.rejects_to_csv(rejects)
    assert push.run(rejects).counts["created"] == 0


def test_a_corrected_row_is_pushed_from_the_file_of_rejects(folder: Folder, tmp_path: Path) -> None:
    given, rejects = tmp_path / "people.csv", tmp_path / "fix-me.csv"
    given.write_text("Email,Name,City,Opt Out\njo@example.com,Smith, Jo,,no\n")
    push = ListPush.guessed(folder, "Newsletter", given)
    push.run(given).rejects_to_csv(rejects)
    header, _ = rejects.read_text().splitlines()
    rejects.write_text(f'{header}\njo@example.com,"Smith, Jo",,no,old reason,,\n')

    assert push.run(rejects).counts["created"] == 1


@pytest.mark.parametrize(
    "damaged",
    [
        "o'hara@example.com.",
        "'o'hara@example.com'",
        "o'hara @example.com",
        "o&#039;hara@example.com",
    ],
)
def test_a_damaged_address_with_an_apostrophe_means_no_one_else(
    sandbox: Sandbox, make_push: MakePush, damaged: str
) -> None:
    people = ["o'hara@example.com", "hara@example.com"]
    sandbox.seed(
        contacts=[{"email": email} for email in people],
        subscriptions=[{"email": email} for email in people],
    )
    push = make_push(opt_out="unsubscribe")

    report = push.run([{"email": damaged, DNC: 1}, *({"email": email} for email in people)])

    assert [one.status for one in report.outcomes] == ["updated", "skipped", "unchanged"]
    assert states(push) == {people[0]: "unsubscribed", people[1]: "normal"}


def test_a_damaged_row_whose_status_says_no_keeps_other_rows_of_its_person_from_being_pushed(
    make_push: MakePush,
) -> None:
    push = make_push({"email": "email", "status": "state"})

    report = push.run(
        [
            {"email": "person1@example.com;", "state": "donotcontact"},
            {"email": "person1@example.com", "state": "normal"},
            {"email": "person2@example.com;", "state": "normal"},
            {"email": "person2@example.com", "state": "normal"},
        ]
    )

    assert [one.status for one in report.outcomes] == ["rejected", "skipped", "rejected", "created"]
