"""Writing: sizes, workers, limits, and looks at what may have changed since the plan."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact import ContactMapper, errors
from icontact.client import Folder
from icontact.push import ListPush, Progress, PushOutcome, PushReport
from icontact.push.batch_sender import BatchSender
from icontact.push.reasons import OutcomeStatus
from icontact.push.workers import worker_pool
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Answer, Call, Unlimited
from tests.push.support import MakePush, person

CONTACTS = r"/contacts$"
SUBSCRIPTIONS = r"/subscriptions$"


def posts(sandbox: Sandbox, path: str = "") -> int:
    return sum(one.method == "POST" and one.path.endswith(path) for one in sandbox.requests)


def test_a_size_that_is_refused_twice_is_not_tried_again() -> None:
    with Sandbox(quirks=Quirks(max_batch=30)) as sandbox:
        push = ListPush(
            sandbox.client().folder(),
            sandbox.list_id,
            mapper=ContactMapper({"email": "email"}),
            batch_size=50,
        )

        report = push.run(person(place) for place in range(500))

        assert report.counts["created"] == 500
        # The first batch is halved, its contacts and its subscriptions; then 25 go at a time.
        assert posts(sandbox, "/contacts") == 3 + 450 // 25
        assert {one.status for one in sandbox.requests} == {200, 400}


def test_a_single_refusal_does_not_change_the_size(sandbox: Sandbox, make_push: MakePush) -> None:
    body = '{"errors":["Odd."]}'
    sandbox.faults.next(status=400, body=body, method="POST", path=CONTACTS)
    push = make_push(batch_size=10)

    report = push.run(person(place) for place in range(30))
    sandbox.faults.next(status=400, body=body, method="POST", path=CONTACTS)
    again = push.run(person(place) for place in range(30, 60))

    assert report.counts["created"] == again.counts["created"] == 30
    assert posts(sandbox, "/contacts") == 2 * (3 + 2)


@pytest.mark.parametrize("workers", [2, 5])
def test_workers_change_nothing_but_the_time(
    sandbox: Sandbox, make_push: MakePush, workers: int
) -> None:
    sandbox.seed_contacts(50)
    rows = [
        *(person(place, city="Durham" if place % 2 else "Cary") for place in range(60)),
        *({"email": f"contact{place}@example.com"} for place in range(1, 51)),
        {"email": "nonsense"},
        person(3),
    ]

    report = make_push(batch_size=7, page_size=9).run(rows, workers=workers)

    assert report.counts == {
        "created": 60,
        "updated": 50,
        "unchanged": 0,
        "skipped": 1,
        "rejected": 1,
        "failed": 0,
    }
    assert [one.row for one in report.outcomes] == list(range(len(rows)))
    assert len(sandbox.state.subscriptions()) == 110
    assert {thread.name for thread in threading.enumerate() if "push" in thread.name} == set()


def test_workers_really_work_at_the_same_time(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push(batch_size=1)
    folder = push.folder
    together = threading.Barrier(3, timeout=20)

    class Meeting:
        """Lets a write out only when two others are under way."""

        def send(self, call: Any, /) -> Any:
            if call.method == "POST" and call.path.endswith("/contacts"):
                together.wait()
            return folder.transport.send(call)

    push.folder = Folder(Meeting(), folder.account_id, folder.client_folder_id)

    assert push.run([person(1), person(2), person(3)], workers=3).counts["created"] == 3


def test_a_failure_in_one_worker_ends_the_others_too(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.faults.next(status=401, method="POST", path=CONTACTS, times=99)

    report = make_push(batch_size=1).run([person(place) for place in range(40)], workers=4)

    assert report.counts["failed"] == 40
    assert isinstance(report.error, errors.AuthenticationError)
    assert posts(sandbox) <= 8


def test_a_mistake_of_ours_is_raised_and_the_threads_end(make_push: MakePush) -> None:
    push = make_push(batch_size=1)

    class Broken:
        def send(self, call: Any, /) -> Any:
            raise RuntimeError("a mistake")

    push.folder = Folder(Broken(), push.folder.account_id, push.folder.client_folder_id)

    with pytest.raises(RuntimeError, match="a mistake"):
        push.run([person(1), person(2)], workers=2)
    assert {thread.name for thread in threading.enumerate() if "push" in thread.name} == set()


def test_after_an_error_no_further_item_is_taken() -> None:
    taken: list[int] = []

    def work(item: int) -> int:
        taken.append(item)
        raise ValueError(item)

    with worker_pool(1) as crew, pytest.raises(ValueError, match="0"):
        list(crew.map(work, range(9)))

    assert taken == [0]


@pytest.mark.parametrize("workers", [0, 33, True, "4"])
def test_workers_are_a_number_within_reason(make_push: MakePush, workers: Any) -> None:
    with pytest.raises(errors.ConfigError, match="workers must be a whole number from 1 to 32"):
        make_push().run([], workers=workers)


class Rationed(Unlimited):
    """A limiter that lets a number of requests out and then none for hours."""

    def __init__(self, left: int) -> None:
        self.left = left

    def acquire(self, cost: int = 1) -> float:
        self.left -= cost
        return 0.0

    def seconds_until(self, cost: int = 1) -> float:
        return 0.0 if self.left >= cost else 4.2 * 3600

    def day_left(self) -> int | None:
        return self.left


def rationed(sandbox: Sandbox, left: int, **policy: Any) -> ListPush:
    limiter = Rationed(999)
    push = ListPush(
        sandbox.client(limiter=limiter).folder(),
        "Newsletter",
        mapper=ContactMapper({"email": "email"}),
        **policy,
    )
    limiter.left = left
    return push


def test_a_plan_says_that_the_day_is_too_short(sandbox: Sandbox) -> None:
    plan = rationed(sandbox, 4, batch_size=2).plan([person(place) for place in range(10)])

    assert plan.requests_to_write == 10
    assert plan.notes[-1].startswith(
        "the daily limit leaves 3 requests, and the push needs about 10: it will stop at the limit"
    )
    assert "about 10 requests to write" in str(plan)


def test_a_push_stops_at_the_limit_and_goes_on_later(sandbox: Sandbox, tmp_path: Any) -> None:
    path, rows = tmp_path / "push.sqlite", [person(place) for place in range(10)]

    first = rationed(sandbox, 7, batch_size=2).run(rows, journal=path)

    assert isinstance(first.error, errors.LimitReached)
    assert first.error.seconds == 4.2 * 3600
    assert (first.counts["created"], first.counts["failed"]) == (6, 4)
    assert first.outcomes[9].reason == (
        "not tried any more after: the limit lets no request out for 4 h 12 min: push again after "
        "that, with the same journal if there is one"
    )
    assert rationed(sandbox, 99).run(rows, journal=path).counts["created"] == 10


def test_a_limit_that_is_reached_amid_a_batch_loses_no_row(sandbox: Sandbox) -> None:
    report = rationed(sandbox, 2).run([person(1), person(2)])

    assert report.counts["failed"] == 2
    assert report.outcomes[0].reason.startswith("the contact is stored, but iContact did not take")
    assert isinstance(report.error, errors.LimitReached)


def test_a_limit_that_is_reached_before_anything_writes_nothing(sandbox: Sandbox) -> None:
    report = rationed(sandbox, 0).run([person(1)])

    assert report.outcomes[0].reason.startswith("nothing was written: the limit lets no request")


def test_short_waits_are_waited_for(sandbox: Sandbox) -> None:
    class Slow(Rationed):
        def seconds_until(self, cost: int = 1) -> float:
            return 30.0

        def day_left(self) -> int | None:
            return None

    push = ListPush(
        sandbox.client(limiter=Slow(0)).folder(),
        "Newsletter",
        mapper=ContactMapper({"email": "email"}),
    )

    assert push.run([person(1)]).counts["created"] == 1
    assert errors.LimitReached("later", seconds=30 * 60).seconds == 1800


def test_a_contact_that_left_since_an_old_plan_is_not_subscribed(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = sandbox.seed(contacts=[{"email": f"person{place}@example.com"} for place in range(4)])
    plan = make_push({"email": "email"}).plan([person(place) for place in range(4)])
    sandbox.seed(
        subscriptions=[
            {"contactId": ids.contact_ids[0], "status": "unsubscribed"},
            {"contactId": ids.contact_ids[1], "status": "pending"},
        ]
    )
    monkeypatch.setattr("icontact.push.session.FRESH", -1)
    sandbox.requests.clear()

    report = plan.apply()

    assert [(one.status.value, one.subscription) for one in report.outcomes] == [
        ("skipped", "unsubscribed"),
        ("updated", "pending"),
        ("updated", "normal"),
        ("updated", "normal"),
    ]
    assert report.outcomes[0].reason == "this person unsubscribed from the list"
    assert posts(sandbox, "/subscriptions") == 1
    # A contact as a sentinel, a search with it; the same on the list.
    assert sum(one.method == "GET" for one in sandbox.requests) == 4


def test_who_unsubscribes_while_a_plan_is_long_in_the_making_stays_so(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.quirks = Quirks(resubscribe="allowed")
    sandbox.seed(contacts=[{"email": "person1@example.com"}])
    push = make_push({"email": "email"})
    asked = list[float]()

    class Noting:
        def send(self, call: Call, /) -> Answer:
            asked.append(time.monotonic())
            return there.transport.send(call)

    there = push.folder
    push.folder = Folder(Noting(), there.account_id, there.client_folder_id)
    plan = push.plan([person(1)])
    sandbox.seed(subscriptions=[{"email": "person1@example.com", "status": "unsubscribed"}])

    assert plan.looked <= asked[0]
    # It was finished just now, but the first look lies back.
    outcome = attrs.evolve(plan, looked=plan.looked - 61).apply().outcomes[0]

    assert (outcome.status.value, outcome.subscription) == ("skipped", "unsubscribed")
    assert sandbox.state.subscriptions()[0]["status"] == "unsubscribed"


def test_one_request_shows_that_a_list_is_empty(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed(contacts=[{"email": f"person{place}@example.com"} for place in range(4)])
    plan = make_push({"email": "email"}).plan([person(place) for place in range(4)])
    monkeypatch.setattr("icontact.push.session.FRESH", -1)
    sandbox.requests.clear()

    assert plan.apply().counts["updated"] == 4
    # A contact as a sentinel, and a search with it; the list is empty.
    assert sum(one.method == "GET" for one in sandbox.requests) == 3


def test_a_new_contact_that_turns_out_to_be_old_is_looked_at_before_it_is_subscribed(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    plan = make_push({"email": "email"}).plan([person(1)])
    # It was there all the time, and the look-up missed it.
    old = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y-%m-%d %H:%M:%S")
    sandbox.seed(
        contacts=[{"email": "person1@example.com", "createDate": old}],
        subscriptions=[{"email": "person1@example.com", "status": "unsubscribed"}],
    )
    sandbox.requests.clear()

    outcome = plan.apply().outcomes[0]

    assert (outcome.status, outcome.subscription) == ("skipped", "unsubscribed")
    assert outcome.reason == ("the contact is stored, but this person unsubscribed from the list")
    assert posts(sandbox, "/subscriptions") == 0


def test_a_new_contact_that_turns_out_to_be_old_is_said_to_have_lost_fields(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    plan = make_push({"email": "email"}).plan([person(1), person(2)])
    # It signed up meanwhile, and iContact blanks what a second creation does not give (API 6.5).
    old = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y-%m-%d %H:%M:%S")
    sandbox.seed(contacts=[{"email": "person1@example.com", "createDate": old, "phone": "12345"}])

    old_one, new_one = plan.apply().outcomes

    assert sandbox.state.contacts()[0]["phone"] == ""
    assert old_one.codes == ("new_contact", "there_before", "subscribed")
    assert "fields that the row does not give may be blank now" in old_one.reason
    assert new_one.codes == ("new_contact", "subscribed")


def test_who_unsubscribes_meanwhile_stays_so_even_where_icontact_would_put_them_back(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.quirks = Quirks(resubscribe="allowed")
    sandbox.seed(contacts=[{"email": "person1@example.com"}])
    plan = make_push({"email": "email"}).plan([person(1), person(2)])
    # The one was known when the plan was made, the other was there and was not seen.
    old = (datetime.now(UTC) - timedelta(days=9)).strftime("%Y-%m-%d %H:%M:%S")
    sandbox.seed(
        contacts=[{"email": "person2@example.com", "createDate": old}],
        subscriptions=[
            {"email": f"person{place}@example.com", "status": "unsubscribed"} for place in (1, 2)
        ],
    )
    monkeypatch.setattr("icontact.push.session.FRESH", -1)

    report = plan.apply()

    assert [(one.status.value, one.subscription) for one in report.outcomes] == [
        ("skipped", "unsubscribed")
    ] * 2
    assert {one["status"] for one in sandbox.state.subscriptions()} == {"unsubscribed"}


@pytest.mark.parametrize(
    ("resubscribe", "status"), [("refused", "unsubscribed"), ("allowed", "normal")]
)
def test_within_a_minute_of_the_look_it_is_icontact_that_keeps_them_off_the_list(
    sandbox: Sandbox, make_push: MakePush, resubscribe: Any, status: str
) -> None:
    sandbox.quirks = Quirks(resubscribe=resubscribe)
    sandbox.seed(contacts=[{"email": "person1@example.com"}])
    plan = make_push({"email": "email"}).plan([person(1)])
    sandbox.seed(subscriptions=[{"email": "person1@example.com", "status": "unsubscribed"}])

    outcome = plan.apply().outcomes[0]

    assert outcome.subscription == sandbox.state.subscriptions()[0]["status"] == status


def test_when_an_old_plan_cannot_be_renewed_no_contact_is_subscribed(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com"}])
    plan = make_push({"email": "email"}).plan([person(1)])
    monkeypatch.setattr("icontact.push.session.FRESH", -1)
    sandbox.faults.next(status=500, times=99, method="GET")

    outcome = plan.apply().outcomes[0]

    assert outcome.status == "failed"
    assert sandbox.state.subscriptions() == []


def test_a_listing_that_cannot_be_trusted_leaves_its_rows_to_a_later_push(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed(contacts=[{"email": f"person{place}@example.com"} for place in range(3)])
    plan = make_push({"email": "email"}).plan([person(place) for place in range(3)])
    monkeypatch.setattr("icontact.push.session.FRESH", -1)
    warning = "terms which could not be recognized and so were ignored (listId)"
    body = f'{{"subscriptions": [], "total": 0, "warnings": ["{warning}"]}}'
    sandbox.faults.next(status=200, body=body, times=9, method="GET", path=SUBSCRIPTIONS)

    report = plan.apply()

    assert report.counts["failed"] == 3
    assert "iContact ignored a term" in report.outcomes[0].reason
    assert sandbox.state.subscriptions() == []


def test_reports_of_parts_make_one(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push()
    first = push.run([person(1), person(1), {"email": "nonsense"}])
    second = push.run([person(2), person(2), {"email": "nonsense"}])

    report = PushReport.merged([first, second])

    assert [one.row for one in report.outcomes] == [0, 1, 2, 3, 4, 5]
    assert report.outcomes[3].reason.startswith("duplicate of row 4; only row 4 is pushed")
    assert report.outcomes[3].duplicate_of == 4
    assert report.outcomes[-1] == report.outcomes[5] == list(report.outcomes)[5]
    assert [one.row for one in report.outcomes[1:4]] == [1, 2, 3]
    assert report.counts["created"] == 2
    assert report.requests == first.requests + second.requests
    assert report.notes == first.notes
    outcomes: Any = report.outcomes
    assert outcomes == list(report.outcomes)
    assert outcomes != 5
    with pytest.raises(IndexError):
        report.outcomes[6]
    assert PushReport.merged([]).ok


def test_an_error_of_a_part_is_the_error_of_all(sandbox: Sandbox, make_push: MakePush) -> None:
    failed = PushReport(
        outcomes=[
            PushOutcome(row=0, email=None, status=OutcomeStatus.FAILED, reason="because"),
        ],
        requests=1,
        elapsed=2.0,
        error=errors.ConfigError("odd"),
    )

    report = PushReport.merged([make_push().run([person(1)]), failed])

    assert report.error is failed.error
    assert report.elapsed >= 2.0
    assert not report.ok


def test_outcomes_are_a_sequence_like_any_other(make_push: MakePush) -> None:
    import pickle

    report = make_push().run([person(place) for place in range(5)])
    outcomes: Any = report.outcomes
    listed = list(outcomes)

    assert len(outcomes) == 5
    assert outcomes[-1] == listed[-1]
    assert outcomes[1:4] == listed[1:4]
    assert outcomes[::2] == listed[::2]
    assert outcomes[::-2] == listed[::-2]
    assert outcomes[4:1] == []
    assert outcomes == listed
    assert outcomes != listed[:4]
    assert outcomes != 5
    with pytest.raises(IndexError):
        outcomes[5]
    assert repr(outcomes) == "<Outcomes: 5 rows>"
    assert pickle.loads(pickle.dumps(report)) == report


def test_a_bar_tells_counts_and_waits(capsys: pytest.CaptureFixture[str]) -> None:
    from icontact.push.progress import bar_of

    class Bar:
        total = n = initial = 0
        said: tuple[dict[str, int], dict[str, str]] = ({}, {})

        def set_postfix(self, said: dict[str, int], *, refresh: bool, **more: str) -> None:
            self.said = (said, more)

        def update(self, number: int) -> None:
            self.n += number

    bar = Bar()
    move = bar_of(bar)

    move(Progress(done=2, total=9, counts={"created": 2, "failed": 0}))
    assert (bar.n, bar.total, bar.said) == (2, 9, ({"created": 2}, {}))
    move(Progress(done=5, total=9, counts={"created": 5}, waited=61.2, before=2))
    assert (bar.n, bar.initial, bar.said) == (5, 2, ({"created": 5}, {"waited": "61s"}))


def test_progress_shows_how_long_requests_waited(sandbox: Sandbox) -> None:
    class Holding(Unlimited):
        def acquire(self, cost: int = 1) -> float:
            return 1.5

    seen: list[Progress] = []
    folder = sandbox.client(limiter=Holding()).folder()
    push = ListPush(folder, "Newsletter", mapper=ContactMapper({"email": "email"}))

    push.run([person(1)], progress=seen.append)

    assert (seen[-1].waited, seen[-1].requests) == (4.5, 3)


@pytest.mark.parametrize("workers", [1, 2])
def test_in_a_file_every_result_is_stored_before_the_next_batch_goes_out(
    make_push: MakePush, tmp_path: Path, workers: int
) -> None:
    push, path = make_push(batch_size=1), tmp_path / "push.sqlite"
    noted: list[int] = []
    sent: list[int] = []
    sender = push.folder.transport

    class Watched:
        def send(self, call: Any, /) -> Any:
            if call.method == "POST" and call.path.endswith("contacts"):
                sent.append(len(noted))
            return sender.send(call)

    push.folder = Folder(Watched(), push.folder.account_id, push.folder.client_folder_id)
    push.run(
        [person(place) for place in range(6)],
        journal=path,
        workers=workers,
        progress=lambda progress: noted.append(progress.done),
    )

    assert all(place - before < workers for place, before in enumerate(sent))


@pytest.mark.parametrize("status", ["donotcontact", "bounced", "pending"])
def test_a_contact_blocked_since_an_old_plan_is_not_subscribed(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    ids = sandbox.seed(contacts=[{"email": f"person{place}@example.com"} for place in range(4)])
    plan = make_push({"email": "email"}).plan([person(place) for place in range(4)])
    folder = sandbox.client().folder()
    folder.contacts.delete(ids.contact_ids[2])
    folder.contacts.replace(ids.contact_ids[3], email="other@example.com")
    sandbox._store.execute(
        "UPDATE contacts SET status = ? WHERE contactId = ?", (status, ids.contact_ids[0])
    )
    monkeypatch.setattr("icontact.push.session.FRESH", -1)

    report = plan.apply()

    assert [one.status.value for one in report.outcomes] == [
        "skipped",
        "updated",
        "skipped",
        "updated",
    ]
    assert report.outcomes[0].reason.endswith("that came to light only now")
    assert report.outcomes[2].reason.startswith("this contact was deleted in iContact")
    on_the_list = {int(one["contactId"]) for one in sandbox.state.subscriptions()}
    assert on_the_list == {ids.contact_ids[1], ids.contact_ids[3]}


def test_when_blocked_contacts_cannot_be_looked_up_no_contact_is_subscribed(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com"}, {"email": "person2@example.com"}])
    plan = make_push({"email": "email"}).plan([person(1), person(2)])
    monkeypatch.setattr("icontact.push.session.FRESH", -1)
    sandbox.faults.next(status=500, times=99, method="GET", path=CONTACTS)

    report = plan.apply()

    assert report.counts["failed"] == 2
    assert sandbox.state.subscriptions() == []


def test_a_new_contact_without_a_date_is_looked_at_before_it_is_subscribed(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.seed(contacts=[{"email": "someone@example.com"}])
    push = make_push({"email": "email"})
    body = '{"contacts": [{"contactId": "66674163", "email": "person1@example.com"}]}'
    sandbox.faults.next(status=200, body=body, method="POST", path=CONTACTS)
    sandbox.requests.clear()

    push.one(person(1))

    assert [(one.method, one.path.rpartition("/")[2]) for one in sandbox.requests] == [
        ("GET", "contacts"),
        ("POST", "contacts"),
        ("GET", f"{sandbox.list_id}_66674163"),
        ("POST", "subscriptions"),
    ]


def test_where_the_only_sentinel_would_stand_for_others_people_are_asked_for_one_by_one(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.seed(contacts=[{"email": "a*z@example.com"}])
    sandbox.seed(contacts=[{"email": f"person{place}@example.com"} for place in range(3)])
    plan = make_push({"email": "email"}).plan([person(place) for place in range(3)])
    monkeypatch.setattr("icontact.push.session.FRESH", -1)

    assert plan.apply().counts["updated"] == 3


def test_whatever_ends_the_thread_that_sends_ends_the_push(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push(batch_size=1)
    folder = push.folder

    class Leaving:
        def send(self, call: Any, /) -> Any:
            if call.method == "POST":
                raise SystemExit(3)
            return folder.transport.send(call)

    push.folder = Folder(Leaving(), folder.account_id, folder.client_folder_id)

    with pytest.raises(SystemExit):
        push.run([person(1), person(2), person(3)])


def test_a_push_that_breaks_off_goes_no_further_with_what_is_under_way(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up, second_sent, stop = threading.Event(), threading.Event(), BatchSender.stop

    def full(*_: object) -> None:
        raise errors.JournalError("the disk is full")

    def stopped(sender: BatchSender, error: errors.IContactError, cause: str) -> None:
        stop(sender, error, cause)
        given_up.set()

    monkeypatch.setattr("icontact.push.journal.rows.Journal.finish", full)
    monkeypatch.setattr(BatchSender, "stop", stopped)
    push = make_push(batch_size=1)
    folder = push.folder

    class Waiting:
        def send(self, call: Any, /) -> Any:
            answer = folder.transport.send(call)
            if "person1@" in str(call.body):
                second_sent.set()
                assert given_up.wait(60)
            elif "person0@" in str(call.body):
                assert second_sent.wait(60)
            return answer

    push.folder = Folder(Waiting(), folder.account_id, folder.client_folder_id)
    with pytest.raises(errors.JournalError, match="full"):
        push.run([person(place) for place in range(40)], workers=2)

    # Two batches were in work, and the contacts of the second one are not subscribed any more.
    assert posts(sandbox, "/contacts") == 2
    assert posts(sandbox, "/subscriptions") == 1
