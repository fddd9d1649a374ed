"""A plan reads, tells, and writes nothing."""

from __future__ import annotations

import csv
import pickle
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.push import Action, ListPush, Progress, PushOutcome, PushReport
from icontact.push.reasons import OutcomeStatus
from icontact.sandbox import Quirks, Sandbox
from tests.push.support import MakePush, person


def methods(sandbox: Sandbox) -> set[str]:
    return {request.method for request in sandbox.requests}


def test_a_plan_writes_nothing_and_tells_what_would_happen(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    folder.contacts.create(email="person1@example.com", first_name="Jo", custom_fields={"score": 1})
    push = make_push()
    sandbox.requests.clear()

    plan = push.plan([person(1), person(2), {"email": "nonsense"}])

    assert methods(sandbox) == {"GET"}
    assert plan.counts == {
        "created": 1,
        "updated": 1,
        "unchanged": 0,
        "skipped": 0,
        "rejected": 1,
    }
    assert plan.writes == 2
    first = plan.rows[0]
    assert (first.action, first.changes, first.subscribe) == (Action.UPDATE, ("score",), True)
    assert str(plan).startswith("Would create 1, add 1 to the list, reject 1; about ")
    assert "person1@" not in repr(plan) + str(plan) + plan._repr_html_() + repr(plan.rows[0])


def test_applying_a_plan_reports_reading_and_writing_together(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    sandbox.requests.clear()

    report = push.plan([person(1), person(2)]).apply()

    assert report.requests == len(sandbox.requests) == 3
    assert report.ok
    assert report.elapsed > 0


def test_an_empty_input_is_a_report_without_rows(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push()
    sandbox.requests.clear()

    report = push.run([])

    assert (len(report.outcomes), report.requests, len(sandbox.requests)) == (0, 0, 0)


def test_rows_are_read_once_and_may_be_a_generator(make_push: MakePush) -> None:
    report = make_push().run(person(place) for place in range(3))

    assert report.counts["created"] == 3


def test_many_rows_cost_few_requests(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push()

    report = push.run(person(place) for place in range(1200))

    assert report.counts["created"] == 1200
    # Batches of 500 and 700 rows.
    assert report.requests == 1 + 2 * 2


def test_few_rows_do_not_read_a_large_folder(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.seed_contacts(4000)
    sandbox.seed(contacts=[{"email": "person1@example.com"}, {"email": "person2@example.com"}])
    push = make_push()

    plan = push.plan([person(1), person(2)])

    # The first page of the folder tells its size; one search finds both; the list is empty.
    assert plan.counts["updated"] == 2
    assert plan.requests == 1 + 1 + 1


@pytest.mark.parametrize("sensitive", [True, False])
def test_a_contact_is_found_whatever_the_case_of_its_address(sensitive: bool) -> None:
    with Sandbox(quirks=Quirks(case_sensitive_search=sensitive)) as sandbox:
        sandbox.seed(contacts=[{"email": "person1@example.com"}])
        push = ListPush(
            sandbox.client().folder(), "Newsletter", mapper=ContactMapper({"email": "email"})
        )

        outcome = push.one({"email": "Person1@EXAMPLE.com"})

        assert outcome.status == "updated"
        assert len(sandbox.state.contacts()) == 1


@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(business_in_listings=True),
        Quirks(business_in_listings=False),
        Quirks(custom_fields_in_listings=False),
        Quirks(numeric_ids=True),
        Quirks(max_limit=2),
        Quirks(null_for_empty=True),
        Quirks(default_population="listed"),
        Quirks(content_type="text/html; charset=utf-8", past_due_warning=True),
        Quirks(upsert_blanks=False, duplicate_subscription_warning=True),
    ],
)
def test_the_second_push_writes_nothing_whatever_icontact_is_like(quirks: Quirks) -> None:
    mapping: dict[str, Any] = {
        "email": "email",
        "business": "firm",
        "custom_fields": {"score": "points", "vip": "vip", "born": "born"},
    }
    rows = [
        {**person(place), "firm": "Bakery", "vip": place == 1, "born": "2000-02-29"}
        for place in range(5)
    ]
    with Sandbox(quirks=quirks) as sandbox:
        sandbox.seed(
            custom_fields=[
                {"privateName": "score", "fieldType": "decimalTwo"},
                {"privateName": "vip", "fieldType": "checkbox"},
                {"privateName": "born", "fieldType": "date"},
            ]
        )
        push = ListPush(sandbox.client().folder(), "Newsletter", mapper=ContactMapper(mapping))
        assert push.run(rows).counts["created"] == 5
        sandbox.requests.clear()

        report = push.run(rows)

        assert report.counts["unchanged"] == 5
        assert methods(sandbox) == {"GET"}


def test_fields_that_a_listing_leaves_out_are_read_only_when_they_matter(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    mapping = {"email": "email", "business": "firm"}
    folder.contacts.create(email="person1@example.com", business="Bakery")
    row = {"email": "person1@example.com", "firm": "Bakery"}

    assert make_push(mapping).plan([row]).rows[0].action is Action.NOTHING
    sandbox.requests.clear()
    make_push(mapping, existing="keep").plan([row])

    assert not any(request.path.endswith("/66674163") for request in sandbox.requests)


@pytest.mark.parametrize(
    ("field_type", "stored", "given", "same"),
    [
        ("decimalTwo", "5.0", "5.00", True),
        ("number", "7", "8", False),
        ("number", "odd", "8", False),
        ("checkbox", "", "0", True),
        ("checkbox", "1", "0", False),
        ("date", "02/28/2026", "2026-02-28", True),
        ("date", "2026-02-28 00:00:00", "2026-02-28", True),
        ("date", "someday", "2026-02-28", False),
        ("date", "", "2026-02-28", False),
        ("text", "5.0", "5", False),
    ],
)
def test_values_are_compared_by_what_they_mean(
    field_type: str, stored: str, given: str, same: bool
) -> None:
    from icontact.push.field_changes import is_same as _same

    assert _same(stored, given, field_type) is same


def test_values_of_every_kind_are_compared_as_icontact_keeps_them() -> None:
    from datetime import date

    from icontact.push.field_changes import is_same as _same

    assert _same("1", True, None)
    assert _same("0", False, None)
    assert _same(None, "", None)
    assert _same("2026-01-02", date(2026, 1, 2), None)


def test_a_contact_with_an_unknown_status_is_skipped(sandbox: Sandbox, make_push: MakePush) -> None:
    from icontact.models import Contact
    from icontact.push.decisions import ContactState, decide
    from icontact.push.policy import PushPolicy

    contact = Contact(contact_id=1, status="hibernating")

    decision = decide(
        {"email": "a@example.com"}, ContactState(contacts=(contact,)), PushPolicy(), {}
    )

    assert decision.action is Action.SKIP
    assert "hibernating" in str(decision.reason)


def test_a_listing_without_a_total_is_not_trusted_to_be_whole(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com", "status": "bounced"}])
    sandbox.faults.next(status=200, body='{"contacts": null}', path=r"/contacts$")

    plan = make_push().plan([person(1), person(2)])

    assert [row.status.value for row in plan.rows] == ["skipped", "created"]
    assert [way.how for way in plan.lookups] == ["single reads", "single reads"]


def test_a_small_list_of_a_large_push_is_read_as_a_whole(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    rows = [person(place) for place in range(4)]
    push = make_push()
    push.run(rows)
    stranger = folder.contacts.create(email="stranger@example.com")
    folder.subscriptions.subscribe(contact_id=stranger.contact_id, list_id=sandbox.list_id)

    plan = push.plan(rows)

    assert (plan.counts["unchanged"], plan.requests) == (4, 2)


def test_few_people_of_a_large_list_are_searched_for(sandbox: Sandbox, make_push: MakePush) -> None:
    emails = sandbox.seed_contacts(4600)
    sandbox.seed(
        subscriptions=[{"contactId": one, "listId": sandbox.list_id} for one in emails],
        contacts=[{"email": "person1@example.com"}, {"email": "person2@example.com"}],
    )

    plan = make_push(page_size=1000).plan([person(1), person(2)])

    # The folder's first page, one search, the list's first page, one search.
    assert (plan.counts["updated"], plan.requests) == (2, 4)
    assert [str(way) for way in plan.lookups] == [
        "contacts by 2 searches instead of 3 single reads, 5 pages",
        "subscriptions by 2 searches instead of 3 single reads, 5 pages",
    ]


def test_a_rejected_row_keeps_its_address_if_that_is_not_at_fault(make_push: MakePush) -> None:
    outcome = make_push().one(person(1, points="many"))

    assert (outcome.status, outcome.email) == ("rejected", "person1@example.com")
    assert "score" in outcome.reason


def test_progress_is_reported_to_a_function(make_push: MakePush) -> None:
    seen: list[Progress] = []

    make_push().run([person(1), {"email": "nonsense"}], progress=seen.append)

    assert [step.done for step in seen] == [1, 2]
    assert seen[-1] == Progress(done=2, total=2, counts={"rejected": 1, "created": 1})


def test_a_progress_function_that_raises_costs_no_report(
    make_push: MakePush, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Progress] = []

    def raising(progress: Progress) -> None:
        seen.append(progress)
        raise RuntimeError("the bar is closed")

    report = make_push(batch_size=1).run([person(1), person(2)], progress=raising)

    assert report.counts["created"] == 2
    assert len(seen) == 1
    assert "RuntimeError" in caplog.text


def test_progress_may_be_a_bar(make_push: MakePush, capsys: pytest.CaptureFixture[str]) -> None:
    make_push().run([person(1)], progress=True)

    assert "1/1" in capsys.readouterr().err


def test_without_tqdm_a_bar_says_what_to_install(
    make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "tqdm.auto", None)

    with pytest.raises(ImportError, match=r"icontact\[cli\]"):
        make_push().run([person(1)], progress=True)


def outcome(row: int, status: OutcomeStatus) -> PushOutcome:
    return PushOutcome(row=row, email=f"p{row}@example.com", status=status, reason="because")


def test_a_report_is_a_table_without_addresses_and_a_csv_with_them(tmp_path: Path) -> None:
    report = PushReport(
        outcomes=[outcome(0, OutcomeStatus.CREATED), outcome(1, OutcomeStatus.FAILED)],
        requests=3,
        elapsed=0.5,
    )
    path = tmp_path / "report.csv"

    report.to_csv(path)

    assert list(csv.reader(path.read_text(encoding="utf-8").splitlines())) == [
        ["row", "status", "email", "subscription", "contact_id", "reason"],
        ["0", "created", "p0@example.com", "", "", "because"],
        ["1", "failed", "p1@example.com", "", "", "because"],
    ]
    assert "example.com" not in repr(report) + str(report)
    assert "example.com" not in repr(report.outcomes[0])
    assert not report.ok
    assert pickle.loads(pickle.dumps(report)) == report


def test_no_cell_of_a_report_is_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    formula = PushOutcome(
        row=0, email="=1+1@example.com", status=OutcomeStatus.REJECTED, reason="-1"
    )

    PushReport(outcomes=[formula], requests=0, elapsed=0.0).to_csv(path)

    assert path.read_text(encoding="utf-8").splitlines()[1] == "0,rejected,'=1+1@example.com,,,'-1"
    assert path.stat().st_mode & 0o077 == 0


def test_a_plan_says_which_custom_fields_would_be_cleared_where_listings_lack_them(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.quirks = Quirks(business_in_listings=True, custom_fields_in_listings=False)
    sandbox.seed(contacts=[{"email": f"person{n}@example.com", "score": "7"} for n in range(3)])
    push = make_push({"email": "email", "first_name": "firstname"}, existing="replace")

    plan = push.plan([{"email": f"person{n}@example.com"} for n in range(3)])

    assert [(one.field, one.old, one.new) for one in plan.changes()] == [("score", "7", "")] * 3
    assert plan.apply().counts["updated"] == 3
    assert [one["score"] for one in sandbox.state.contacts()] == [""] * 3
