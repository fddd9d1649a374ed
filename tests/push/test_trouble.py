"""Trouble of the service: every row keeps its outcome, and nothing is written twice."""

from __future__ import annotations

import json

import pytest

from icontact import ContactMapper, errors
from icontact.client import Folder
from icontact.push import ListPush
from icontact.push.batch_sender import BatchSender
from icontact.push.batch_size import BatchSize
from icontact.resources import BatchResult
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Answer, Call
from tests.push.support import MAPPING, MakePush, person

CONTACTS = r"/contacts$"
SUBSCRIPTIONS = r"/subscriptions$"


def test_a_row_that_icontact_refuses_costs_no_other_row(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    # A warning reports an address that our rules pass and the server's do not.
    warning = "You did not provide a valid email. Please provide a valid email"
    push = make_push()
    rows = [person(1), person(2), person(3)]
    stored = push.folder.contacts.create_many(
        [{"email": "person1@example.com"}, {"email": "person3@example.com"}]
    )
    body = {
        "contacts": [
            {"contactId": str(one.contact_id), "email": one.email} for one in stored.items
        ],
        "warnings": [warning],
    }
    for one in stored.items:
        push.folder.contacts.delete(one.contact_id)
    sandbox.faults.next(status=200, body=json.dumps(body), method="POST", path=CONTACTS)

    report = push.run(rows)

    assert report.outcomes[1].status == "rejected"
    assert report.outcomes[1].reason == f"iContact refused the contact: {warning}"


def test_each_refused_row_of_a_batch_gets_its_own_text() -> None:
    # Every answer of an overdue account has a notice of its own, which belongs to no row.
    with Sandbox(quirks=Quirks(past_due_warning=True, long_state="reject")) as sandbox:
        sandbox.seed(custom_fields=[{"privateName": "score", "fieldType": "number"}])
        folder = sandbox.client().folder()
        push = ListPush(
            folder,
            "Newsletter",
            mapper=ContactMapper(
                {"email": "email", "status": "status", "custom_fields": {"score": "score"}}
            ),
        )
        # Between the check of the mapping and the push another program changes the field's type.
        folder.custom_fields.update("score", field_type="date")
        rows = [
            {"email": "a@example.com"},
            {"email": "b@example.com", "status": "nonsense"},
            {"email": "c@example.com"},
            {"email": "d@example.com", "score": 7},
            {"email": "e@example.com", "status": "nonsense"},
        ]

        report = push.run(rows)

    assert [one.status.value for one in report.outcomes] == [
        "created",
        "rejected",
        "created",
        "rejected",
        "rejected",
    ]
    assert all("status" in report.outcomes[row].reason for row in (1, 4))
    assert "score" in report.outcomes[3].reason
    assert not any("past due" in one.reason for one in report.outcomes)


def test_rows_that_are_refused_alike_cost_no_further_request(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    refused = {"contacts": None, "warnings": ["The value you provided was not valid."] * 20}
    sandbox.faults.next(status=200, body=refused, method="POST", path=CONTACTS)

    report = make_push().run([person(place) for place in range(20)])

    assert report.counts["rejected"] == 20
    assert report.requests == 2


def test_a_body_that_is_too_large_is_halved(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.faults.next(status=413, body="<html>", method="POST", path=CONTACTS)

    report = make_push().run([person(1), person(2)])

    assert report.counts["created"] == 2


def test_a_batch_that_is_refused_as_a_whole_is_halved() -> None:
    with Sandbox(quirks=Quirks(max_batch=3)) as sandbox:
        push = ListPush(
            sandbox.client().folder(),
            sandbox.list_id,
            mapper=ContactMapper({"email": "email"}),
        )

        report = push.run(person(place) for place in range(10))

        assert report.counts["created"] == 10
        assert len(sandbox.state.subscriptions()) == 10


def test_a_single_row_that_is_refused_with_400_says_so(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.faults.next(
        status=400, body='{"errors":["The city value was odd."]}', method="POST", path=CONTACTS
    )

    outcome = make_push().one(person(1))

    assert (outcome.status, outcome.reason) == (
        "rejected",
        "iContact refused the contact: The city value was odd.",
    )


def test_a_lost_answer_is_repeated_and_the_contact_is_there_once(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.faults.drop_after(method="POST", path=CONTACTS)
    sandbox.faults.drop_after(method="POST", path=SUBSCRIPTIONS)

    report = make_push().run([person(1), person(2)])

    assert report.counts["created"] == 2
    assert {one.subscription for one in report.outcomes} == {"normal"}
    assert len(sandbox.state.contacts()) == 2
    assert len(sandbox.state.subscriptions()) == 2


def test_when_the_service_stays_down_rows_fail_and_a_later_push_finishes(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    sandbox.faults.next(status=500, times=5, method="POST", path=SUBSCRIPTIONS)

    first = push.run([person(1), person(2)])

    assert first.counts["failed"] == 2
    assert not first.ok
    assert (
        "the contact is stored, but iContact did not take the subscription"
        in first.outcomes[0].reason
    )
    second = push.run([person(1), person(2)])
    assert second.counts["updated"] == 2
    assert {one.subscription for one in second.outcomes} == {"normal"}


def test_wrong_credentials_end_the_push_and_account_for_every_row(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push(batch_size=1)
    sandbox.faults.next(status=401, method="POST", path=CONTACTS, times=9)
    sandbox.requests.clear()

    report = push.run([person(1), person(2), person(3)])

    assert report.counts["failed"] == 3
    assert isinstance(report.error, errors.AuthenticationError)
    assert "not tried any more" in report.outcomes[2].reason
    assert sum(request.method == "POST" for request in sandbox.requests) == 1


def test_batches_that_come_to_nothing_end_the_push_in_the_end(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.faults.next(status=500, times=99, method="POST", path=CONTACTS)

    report = make_push(batch_size=1).run(person(place) for place in range(5))

    assert report.counts["failed"] == 5
    assert isinstance(report.error, errors.ServerError)
    assert "not tried any more" in report.outcomes[4].reason


def test_when_the_state_cannot_be_read_nothing_is_written(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    sandbox.faults.next(status=503, times=99)

    with pytest.raises(errors.Throttled):
        push.plan([person(1)])
    report = push.run([person(1), {"email": "nonsense"}])

    assert [one.status.value for one in report.outcomes] == ["failed", "rejected"]
    assert isinstance(report.error, errors.Throttled)
    assert report.requests == report.error.attempts
    sandbox.faults.clear()
    assert sandbox.state.contacts() == []


def test_a_contact_that_subscribed_meanwhile_counts_as_subscribed(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    plan = make_push().plan([person(1)])
    contact = folder.contacts.create(email="person1@example.com")
    folder.subscriptions.subscribe(contact_id=contact.contact_id, list_id=sandbox.list_id)

    outcome = plan.apply().outcomes[0]

    assert (outcome.status, outcome.subscription) == ("created", "normal")


def test_a_contact_that_unsubscribes_between_plan_and_apply_stays_unsubscribed(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    contact = folder.contacts.create(email="person1@example.com")
    plan = make_push().plan([person(1)])
    sandbox.seed(
        subscriptions=[{"contactId": contact.contact_id, "status": "unsubscribed"}],
    )

    outcome = plan.apply().outcomes[0]

    assert (outcome.status, outcome.subscription) == ("skipped", "unsubscribed")
    assert sandbox.state.subscriptions()[0]["status"] == "unsubscribed"


def test_a_contact_that_is_blocked_meanwhile_is_skipped(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    contact = folder.contacts.create(email="person1@example.com")
    plan = make_push(existing="keep").plan([person(1)])
    folder.contacts.update(contact.contact_id, status="donotcontact")

    outcome = plan.apply().outcomes[0]

    assert (outcome.status, outcome.subscription) == ("skipped", None)
    assert outcome.reason == (
        "iContact marks this contact as do-not-contact; that came to light only now"
    )


REFUSED = json.dumps({"subscriptions": [], "warnings": ["The moon was not right."]})


def test_a_subscription_that_icontact_refuses_is_rejected_with_its_text(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.faults.next(status=200, body=REFUSED, method="POST", path=SUBSCRIPTIONS)

    outcome = make_push().one(person(1))

    assert (outcome.status, outcome.subscription) == ("rejected", None)
    assert outcome.reason == (
        "the contact is stored, but iContact refused the subscription: The moon was not right."
    )


def test_when_the_reason_cannot_be_looked_for_the_row_has_failed(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    sandbox.faults.next(status=200, body=REFUSED, method="POST", path=SUBSCRIPTIONS)
    sandbox.faults.next(status=500, times=9, method="GET", path=r"/contacts/\d+$")

    assert push.one(person(1)).status == "failed"


def test_a_list_that_is_gone_ends_the_push_instead_of_blaming_rows(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    push = make_push(batch_size=1)
    folder.lists.delete(sandbox.list_id)

    report = push.run([person(1), person(2)])

    assert report.counts["failed"] == 2
    assert isinstance(report.error, errors.NotFound)
    assert "not tried any more after: the list cannot be read" in report.outcomes[1].reason
    assert len(sandbox.state.contacts()) == 1


def test_a_contact_that_is_pushed_out_of_sight_by_a_deletion_is_found(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    ids = sandbox.seed_contacts(500)
    sandbox.seed(contacts=[{"email": "person1@example.com", "status": "bounced"}])
    push = make_push()
    folder = push.folder
    pages: list[Call] = []

    class Deleting:
        """Deletes a contact of the first page once that has been read."""

        def send(self, call: Call, /) -> Answer:
            answer = folder.transport.send(call)
            if call.path.endswith("/contacts") and not pages:
                pages.append(call)
                folder.contacts.delete(ids[0])
            return answer

    push.folder = Folder(Deleting(), folder.account_id, folder.client_folder_id)

    seen = sandbox.state.contacts()[7]["email"]
    report = push.run([person(1), person(2), {"email": seen}])

    assert [one.status.value for one in report.outcomes] == ["skipped", "created", "updated"]


def test_a_contact_deleted_between_listing_and_reading_is_created_anew(
    sandbox: Sandbox, folder: Folder
) -> None:
    folder.contacts.create(email="person1@example.com", business="Bakery")
    push = ListPush(
        folder,
        "Newsletter",
        mapper=ContactMapper({"email": "email", "business": "firm"}),
    )
    sandbox.faults.next(status=404, body='{"errors":["Not Found"]}', path=r"/contacts/\d+$")

    plan = push.plan([{"email": "person1@example.com", "firm": "Bakery"}])

    assert plan.rows[0].status == "created"


@pytest.mark.parametrize("mapping", [MAPPING])
def test_a_connection_that_is_refused_ends_the_push(
    sandbox: Sandbox, make_push: MakePush, mapping: dict[str, object]
) -> None:
    push = make_push(mapping)
    sandbox.faults.refuse(times=99, method="POST")

    report = push.run([person(1)])

    assert report.counts["failed"] == 1
    assert isinstance(report.error, errors.ConnectError)


def test_a_listing_that_cannot_be_trusted_writes_nothing(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    row = {"contactId": "1", "email": "x@example.com"}
    page = json.dumps({"contacts": [row], "total": 9})
    sandbox.faults.next(status=200, body=page, path=CONTACTS, times=None)

    report = push.run([person(place) for place in range(20)])

    assert report.counts["failed"] == 20
    assert isinstance(report.error, errors.PagingError)
    assert sandbox.state.contacts() == []


def test_a_row_that_is_refused_for_two_reasons_names_both(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    body = json.dumps({"contacts": None, "warnings": ["The city was odd.", "So was the name."]})
    sandbox.faults.next(status=200, body=body, method="POST", path=CONTACTS)

    outcome = make_push().one(person(1))

    assert outcome.reason.endswith("The city was odd. / So was the name.")


@pytest.mark.parametrize("path", [CONTACTS, SUBSCRIPTIONS])
def test_rows_that_are_left_out_without_a_word_are_sent_once_more(
    sandbox: Sandbox, make_push: MakePush, path: str
) -> None:
    key = "contacts" if path is CONTACTS else "subscriptions"
    sandbox.faults.next(status=200, body=json.dumps({key: []}), method="POST", path=path)

    report = make_push().run([person(1), person(2)])

    assert report.counts["created"] == 2
    assert {one.subscription for one in report.outcomes} == {"normal"}


@pytest.mark.parametrize("path", [CONTACTS, SUBSCRIPTIONS])
def test_a_row_that_is_left_out_twice_without_a_word_may_be_pushed_again(
    sandbox: Sandbox, make_push: MakePush, path: str
) -> None:
    key = "contacts" if path is CONTACTS else "subscriptions"
    sandbox.faults.next(status=200, body=json.dumps({key: []}), method="POST", path=path, times=2)
    push = make_push()

    first, second = push.one(person(1)), push.one(person(1))

    assert first.status == "failed"
    assert first.reason.endswith("and gave no reason; push it again")
    assert second.subscription == "normal"


@pytest.mark.parametrize("lost_before", [True, False])
def test_halves_of_a_request_that_may_have_been_applied_may_have_been_applied(
    lost_before: bool,
) -> None:
    # The first attempt was answered with a 500, the second one was refused: what it had created
    # had a status that only a new contact may have.
    sender = BatchSender(BatchSize(2))
    refused = errors.BadRequest(400, ["No status here"], attempts=2, maybe_applied=lost_before)
    problems: list[errors.CallError] = [refused, errors.ConnectError("gone"), refused]

    def post(_: object) -> BatchResult[int]:
        raise problems.pop(0)

    answers = sender.send_many("contacts", ["one", "two"], post)

    assert [getattr(answer, "maybe_applied", None) for answer in answers] == [lost_before] * 2
    assert len(problems) == 1


def test_of_several_causes_the_first_one_ends_the_push() -> None:
    sender = BatchSender(BatchSize(500))

    sender.stop(errors.ConfigError("one"), "the first")
    sender.stop(errors.ConfigError("two"), "the second")

    assert str(sender.error) == "one"
    assert sender.why_stopped == "not tried any more after: the first"
