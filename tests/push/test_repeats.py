"""A row that was sent before keeps the outcome that it would have had."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from icontact.sandbox import Sandbox
from tests.push.support import MakePush

CONTACTS = r"/contacts$"
MAPPING = {"email": "email", "status": "status"}


def blocked(place: int) -> dict[str, str]:
    """Return a row of a person who must not be contacted."""
    return {"email": f"person{place}@example.com", "status": "bounced"}


def test_a_new_contact_of_which_the_answer_was_lost_is_created_whatever_its_status(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    # Sent again it is there already, and iContact refuses a status that only a new one may have.
    sandbox.faults.drop_after(method="POST", path=CONTACTS)

    report = make_push(MAPPING).run(
        [blocked(1), blocked(2), {"email": "nonsense", "status": "odd"}]
    )

    assert [one.status.value for one in report.outcomes] == ["created", "created", "rejected"]
    assert [one["status"] for one in sandbox.state.contacts()] == ["bounced", "bounced"]
    assert report.outcomes[0].contact_id is not None
    assert sandbox.state.subscriptions() == []


def test_a_status_that_icontact_refuses_for_a_new_contact_is_rejected(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push(MAPPING)
    refused = '{"contacts":[],"warnings":["The status was odd."]}'
    sandbox.faults.next(200, refused, method="POST", path=CONTACTS)

    outcome = push.one(blocked(1))

    assert (outcome.status, outcome.reason) == (
        "rejected",
        "iContact refused the contact: The status was odd.",
    )


def test_a_contact_of_others_that_appears_meanwhile_is_not_taken_for_our_own(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    plan = make_push(MAPPING).plan([blocked(1)])
    long_ago = sandbox.now - timedelta(days=1)
    stamp = f"{long_ago:%Y-%m-%d %H:%M:%S}"
    sandbox.seed(contacts=[blocked(1) | {"createDate": stamp}])

    assert plan.apply().outcomes[0].status == "rejected"


@pytest.mark.parametrize("trouble", ["the search", "the network", "nothing"])
def test_when_it_is_unknown_who_created_a_contact_the_row_has_failed(
    sandbox: Sandbox, make_push: MakePush, trouble: str
) -> None:
    push = make_push(MAPPING)
    plan = push.plan([blocked(1)])
    sandbox.faults.drop_after(method="POST", path=CONTACTS)
    if trouble == "the search":
        sandbox.faults.next(500, times=9, method="GET", path=CONTACTS)
    elif trouble == "the network":
        sandbox.faults.drop_before(times=9, method="GET", path=CONTACTS)

    outcome = plan.apply().outcomes[0]

    assert outcome.status == ("created" if trouble == "nothing" else "failed")


def test_a_row_that_restricts_its_contact_counts_as_created_when_the_push_goes_on(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Path
) -> None:
    push, journal = make_push(MAPPING), tmp_path / "push.sqlite"
    # Applied, and all its answers lost.
    sandbox.faults.drop_after(times=1, method="POST", path=CONTACTS)
    sandbox.faults.drop_before(times=9, method="POST", path=CONTACTS)
    assert push.run([blocked(1)], journal=journal).counts["failed"] == 1
    sandbox.faults.clear()

    outcome = push.run([blocked(1)], journal=journal).outcomes[0]

    assert (outcome.status, outcome.subscription) == ("created", None)
    assert outcome.reason == "new contact; was written before an interruption"


def test_a_contact_that_was_there_before_is_skipped_by_a_row_that_says_so(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Path
) -> None:
    sandbox.seed(contacts=[blocked(1)])

    outcome = make_push(MAPPING).run([blocked(1)], journal=tmp_path / "push.sqlite").outcomes[0]

    assert (outcome.status, outcome.reason) == ("skipped", "the row itself says bounced")


def test_what_was_written_counts_though_the_answers_to_it_were_lost_and_empty(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Path
) -> None:
    push = make_push({"email": "email", "city": "city"}, update_by="member")
    row = {"email": "person1@example.com", "city": "Durham"}
    push.one(row)
    row["city"] = "Cary"
    # The first request is carried out and its answer lost; the second one is answered by nothing.
    member = r"/contacts/\d+$"
    sandbox.faults.drop_after(method="POST", path=member)
    sandbox.faults.swallow(method="POST", path=member)

    first = push.run([row], journal=tmp_path / "push.sqlite")
    second = push.run([row], journal=tmp_path / "push.sqlite")

    assert first.counts["failed"] == 1
    assert [one["city"] for one in sandbox.state.contacts()] == ["Cary"]
    assert second.outcomes[0].status == "updated"
