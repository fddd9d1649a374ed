"""The batch size "auto": it grows, follows every kind of cap, and loses no row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.push import ListPush, Progress, PushReport
from icontact.push.batch_size import BatchSize
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Answer, Call

CONTACTS = r"/contacts$"
SUBSCRIPTIONS = r"/subscriptions$"

#: Every way in which a server may deal with a batch that is too large for it.
CAPS: dict[str, dict[str, Any]] = {
    "refused with 400": {"max_batch_status": 400},
    "refused with 413": {"max_batch_status": 413},
    "refused with 500": {"max_batch_status": 500},
    "stored, and answered after the time-out": {"beyond_max_batch": "slow"},
    "only the first rows are stored": {"beyond_max_batch": "first_stored"},
    "only the first rows are answered": {"beyond_max_batch": "first_answered"},
}


class Recorder:
    """A sender that notes how many items each bulk call has."""

    def __init__(self, folder: Folder) -> None:
        self._sender = folder.transport
        self.timeout = (5.0, 30.0)
        self.contacts: list[int] = []
        self.subscriptions: list[int] = []
        self.late: float = 0.0

    def send(self, call: Call, /) -> Answer:
        if call.method == "POST":
            sizes = self.contacts if call.path.endswith("/contacts") else self.subscriptions
            sizes.append(len(call.body))
        answer = self._sender.send(call)
        return attrs.evolve(answer, elapsed=self.late if call.method == "POST" else 0.0)


def push_into(sandbox: Sandbox, **policy: Any) -> tuple[ListPush, Recorder]:
    folder = sandbox.client().folder()
    push = ListPush(folder, "Newsletter", mapper=ContactMapper({"email": "email"}), **policy)
    recorder = Recorder(folder)
    push.folder = Folder(recorder, folder.account_id, folder.client_folder_id)
    return push, recorder


def people(number: int, first: int = 0) -> Iterator[dict[str, Any]]:
    for place in range(first, first + number):
        yield {"email": f"person{place}@example.com"}


def assert_all_created(report: PushReport, sandbox: Sandbox, number: int) -> None:
    assert report.counts["created"] == number
    assert [one.row for one in report.outcomes] == list(range(number))
    assert len(sandbox.state.contacts()) == number
    assert [one["status"] for one in sandbox.state.subscriptions()] == ["normal"] * number


def test_the_size_doubles_after_each_batch_whose_rows_are_accounted_for() -> None:
    with Sandbox() as sandbox:
        push, sent = push_into(sandbox)

        report = push.run(people(3600))

        assert sent.contacts == sent.subscriptions == [500, 1000, 2000, 100]
        assert report.batch_size == 2000
        assert "up to 2,000 rows in a request" in str(report)
        assert_all_created(report, sandbox, 3600)


@pytest.mark.no_cover
def test_ten_thousand_new_rows_take_fourteen_requests_at_most() -> None:
    with Sandbox() as sandbox:
        push, sent = push_into(sandbox)

        report = push.run(people(10_000))

        assert report.counts["created"] == 10_000
        assert report.requests <= 14
        assert sent.contacts == [500, 1000, 2000, 4000, 2500]


@pytest.mark.no_cover
@pytest.mark.parametrize("cap", CAPS)
@pytest.mark.parametrize("most", [90, 700])
def test_the_size_follows_any_cap_of_the_server(cap: str, most: int) -> None:
    with Sandbox(quirks=Quirks(max_batch=most, **CAPS[cap])) as sandbox:
        push, sent = push_into(sandbox)

        report = push.run(people(1900))

        assert_all_created(report, sandbox, 1900)
        assert max(sent.contacts[-2:]) <= most
        assert report.batch_size is not None
        assert report.batch_size <= most


@pytest.mark.no_cover
@pytest.mark.parametrize("cap", CAPS)
def test_a_cap_costs_only_the_requests_that_find_it(cap: str) -> None:
    with Sandbox(quirks=Quirks(max_batch=500, **CAPS[cap])) as sandbox:
        report = push_into(sandbox)[0].run(people(3000))

    fixed = 1 + 2 * 3000 // 500
    # A status of 500 and a time-out look like an outage, and are repeated four times.
    assert report.requests <= fixed + 5


@pytest.mark.no_cover
@pytest.mark.parametrize("cap", CAPS)
def test_a_cap_for_subscriptions_alone_is_followed_too(cap: str) -> None:
    with Sandbox() as sandbox:
        push, sent = push_into(sandbox)
        sender = push.folder.transport

        class Capped:
            """Lets the quirks hold for subscriptions."""

            timeout = (5.0, 30.0)

            def send(self, call: Call, /) -> Answer:
                capped = call.path.endswith("/subscriptions") and call.method == "POST"
                sandbox.quirks = Quirks(max_batch=500, **CAPS[cap]) if capped else Quirks()
                return sender.send(call)

        push.folder = Folder(Capped(), push.folder.account_id, push.folder.client_folder_id)

        report = push.run(people(2600))

        assert_all_created(report, sandbox, 2600)
        assert max(sent.subscriptions[-3:]) <= 500


def test_a_row_that_is_refused_does_not_change_the_size() -> None:
    with Sandbox(quirks=Quirks(long_state="reject")) as sandbox:
        folder = sandbox.client().folder()
        mapper = ContactMapper({"email": "email", "status": "status"})
        push = ListPush(folder, "Newsletter", mapper=mapper)
        rows = [*people(1600)]
        rows[700]["status"] = "nonsense"

        report = push.run(rows)

        assert report.outcomes[700].status == "rejected"
        assert report.counts["created"] == 1599
        assert report.batch_size == 1000


@pytest.mark.no_cover
@pytest.mark.parametrize("cap", CAPS)
def test_rows_that_are_refused_do_not_hide_a_cap(cap: str) -> None:
    with Sandbox(quirks=Quirks(max_batch=500, **CAPS[cap])) as sandbox:
        folder = sandbox.client().folder()
        mapper = ContactMapper({"email": "email", "status": "status"})
        push = ListPush(folder, "Newsletter", mapper=mapper)
        rows = [*people(2000)]
        for place in (700, 800, 900, 1900):
            rows[place]["status"] = f"nonsense{place}"

        report = push.run(rows)

        assert [one.row for one in report.outcomes if one.status == "rejected"] == [
            700,
            800,
            900,
            1900,
        ]
        assert report.counts["created"] == 1996
        assert report.batch_size == 500
        assert report.requests < 30


@pytest.mark.parametrize("path", [CONTACTS, SUBSCRIPTIONS])
@pytest.mark.parametrize("fault", ["swallow", "status", "cut", "drop"])
def test_a_large_batch_that_fails_by_chance_loses_no_row(fault: str, path: str) -> None:
    with Sandbox() as sandbox:
        push, sent = push_into(sandbox)
        sender = push.folder.transport

        class Failing:
            """Orders the fault for the first batch of 1,000."""

            timeout = (5.0, 30.0)
            ordered = False

            def send(self, call: Call, /) -> Answer:
                large = call.method == "POST" and len(call.body) == 1000
                if large and call.path.endswith(path.strip("$")) and not self.ordered:
                    self.ordered = True
                    order(sandbox, fault, path)
                return sender.send(call)

        push.folder = Folder(Failing(), push.folder.account_id, push.folder.client_folder_id)

        report = push.run(people(2600))

        assert_all_created(report, sandbox, 2600)
        assert max(sent.contacts) == 1000


def order(sandbox: Sandbox, fault: str, path: str) -> None:
    if fault == "swallow":
        sandbox.faults.swallow(method="POST", path=path)
    elif fault == "status":
        sandbox.faults.next(status=500, times=5, method="POST", path=path)
    elif fault == "cut":
        sandbox.faults.garble("cut", times=5, method="POST", path=path)
    else:
        sandbox.faults.drop_after(times=5, method="POST", path=path)


@pytest.mark.parametrize("path", [CONTACTS, SUBSCRIPTIONS])
def test_a_server_that_stores_nothing_is_not_asked_for_ever(path: str) -> None:
    with Sandbox() as sandbox:
        push, _ = push_into(sandbox)
        sandbox.faults.swallow(times=None, method="POST", path=path)
        sandbox.requests.clear()

        report = push.run(people(600))

        assert report.counts["failed"] == 600
        assert len([one for one in sandbox.requests if one.method == "POST"]) < 40


def test_a_server_that_is_down_ends_the_push() -> None:
    with Sandbox() as sandbox:
        push, sent = push_into(sandbox)
        sandbox.faults.next(status=500, times=None, method="POST")

        report = push.run(people(3000))

        assert report.counts["failed"] == 3000
        assert report.error is not None
        assert sent.contacts == [500, 250, 125, 63, 32]


def test_answers_that_come_slowly_make_batches_smaller() -> None:
    with Sandbox() as sandbox:
        push, sent = push_into(sandbox)

        def slow_from_a_thousand(progress: Progress) -> None:
            # More than half of the read time-out of 30 seconds.
            sent.late = 16.0 if progress.done == 500 else 0.1

        report = push.run(people(2600), progress=slow_from_a_thousand, workers=1)

        assert sent.contacts == [500, 1000, 500, 500, 100]
        assert_all_created(report, sandbox, 2600)


def test_a_number_fixes_the_size() -> None:
    with Sandbox() as sandbox:
        push, sent = push_into(sandbox, batch_size=300)

        report = push.run(people(1000))

        assert sent.contacts == [300, 300, 300, 100]
        assert report.batch_size is None
        assert "in a request" not in str(report)


def test_a_report_says_how_large_pages_were(tmp_path: Path) -> None:
    with Sandbox(quirks=Quirks(max_limit=700)) as sandbox:
        sandbox.seed_contacts(1500)
        rows = [{"email": f"contact{place}@example.com"} for place in range(1, 1500)]

        fixed = push_into(sandbox, page_size=600)[0].run(rows)
        found = push_into(sandbox)[0].run(rows, journal=tmp_path / "push.sqlite")

        assert fixed.page_size is None
        assert found.page_size == 700
        assert PushReport.from_journal(tmp_path / "push.sqlite").page_size == 700
        assert PushReport.merged([fixed, found]).page_size == 700


def test_a_batch_ends_at_four_mebibytes() -> None:
    with Sandbox() as sandbox:
        folder = sandbox.client().folder()
        mapper = ContactMapper({"email": "email", "city": "city"})
        push = ListPush(folder, "Newsletter", mapper=mapper)
        recorder = Recorder(folder)
        push.folder = Folder(recorder, folder.account_id, folder.client_folder_id)

        report = push.run({**row, "city": "x" * 20_000} for row in people(250))

        assert report.counts["created"] == 250
        assert max(recorder.contacts) < 4 * 2**20 / 20_000


@pytest.mark.no_cover
def test_a_batch_ends_at_five_hundred_rows_that_need_a_request_each() -> None:
    with Sandbox() as sandbox:
        sandbox.seed(contacts=[{**row, "city": "Cary"} for row in people(1200)])
        folder = sandbox.client().folder()
        mapper = ContactMapper({"email": "email", "city": "city"})
        push = ListPush(folder, "Newsletter", mapper=mapper, update_by="member")
        done = list[int]()

        push.run(
            [{**row, "city": "Durham"} for row in people(1200)],
            progress=lambda progress: done.append(progress.done),
        )

        assert done == [500, 1000, 1200]


@pytest.mark.no_cover
def test_the_size_that_was_found_is_kept_in_the_journal(tmp_path: Path) -> None:
    with Sandbox() as sandbox:
        path, stop = tmp_path / "push.sqlite", 1500

        def interrupt(progress: Progress) -> None:
            if progress.done == stop:
                raise KeyboardInterrupt

        first, _ = push_into(sandbox)
        with pytest.raises(KeyboardInterrupt):
            first.run(people(4000), journal=path, progress=interrupt)
        again, sent = push_into(sandbox)

        report = again.run(people(4000), journal=path)

        assert sent.contacts == [2000, 500]
        assert_all_created(report, sandbox, 4000)
        assert PushReport.from_journal(path).batch_size == report.batch_size == 2000


def test_a_journal_with_another_setting_begins_anew() -> None:
    size = BatchSize("auto")
    size.accepted("contacts", 500)

    assert BatchSize("auto", size.learned()).current == 1000
    assert BatchSize(20, size.learned()).current == 20


def test_a_size_that_failed_is_tried_again_much_later() -> None:
    size = BatchSize("auto")
    size.accepted("contacts", 500)
    size.failed("contacts", 1000)

    tried = list[int]()
    for _ in range(1000):
        tried.append(size.current)
        if size.current == 1000:
            size.failed("contacts", 1000)
        else:
            size.accepted("contacts", 500)

    assert [place for place, one in enumerate(tried) if one == 1000] == [128, 385, 898]


def test_an_outage_does_not_keep_batches_small_for_ever() -> None:
    size = BatchSize("auto")
    size.accepted("contacts", 500)
    size.failed("contacts", 1000)

    for _ in range(300):
        size.accepted("contacts", size.current)

    assert size.current == 5000


def test_a_plan_says_about_how_many_requests_the_writing_takes() -> None:
    with Sandbox() as sandbox:
        push, _ = push_into(sandbox)

        plan = push.plan(people(5000))
        report = plan.apply()

    assert (plan.requests_to_write, plan.requests_at_most) == (8, 20)
    assert "about 8 requests to write, 20 at most" in str(plan)
    assert report.requests - plan.requests == 8


@pytest.mark.parametrize("wrong", [0, -1, True, "many", 1.5, None])
def test_a_size_is_a_number_or_auto(wrong: Any) -> None:
    with Sandbox() as sandbox, pytest.raises(ValueError, match=r'from 1 to \d+, or "auto"'):
        push_into(sandbox, batch_size=wrong)
