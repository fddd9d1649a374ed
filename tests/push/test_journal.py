"""The journal: every row and its fate on disk, and what interrupted pushes make of it."""

from __future__ import annotations

import itertools
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper, _sqlite, errors
from icontact._sqlite import checksum
from icontact.push import ListPush, Progress, PushReport
from icontact.push.journal import Database, Journal
from icontact.sandbox import Sandbox
from tests.push.support import MAPPING, MakePush, person

CONTACTS = r"/contacts$"
SUBSCRIPTIONS = r"/subscriptions$"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "push.sqlite"


def people(count: int) -> list[dict[str, Any]]:
    return [person(place) for place in range(count)]


def ends(report: PushReport) -> list[tuple[str, str | None]]:
    return [(one.status.value, one.subscription) for one in report.outcomes]


def test_a_finished_push_is_not_done_again(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push()
    rows = [*people(3), {"email": "nonsense"}, person(1)]
    first = push.run(rows, journal=path)
    sandbox.requests.clear()

    second = push.run(rows, journal=path)

    assert list(sandbox.requests) == []
    assert second.outcomes == first.outcomes
    assert second.requests == first.requests
    assert second.notes[-1] == (
        "every row had its outcome in the journal already, and nothing was sent now; requests and "
        "seconds are those of all its runs"
    )


def test_what_failed_is_tried_again_and_nothing_else(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push(batch_size=2)
    sandbox.faults.next(status=500, times=99, method="POST", path=SUBSCRIPTIONS)
    first = push.run(people(6), journal=path)
    assert first.counts["failed"] == 6
    sandbox.faults.clear()
    sandbox.requests.clear()

    second = push.run(people(6), journal=path)

    assert ends(second) == [("created", "normal")] * 6
    assert {one.reason for one in second.outcomes} == {"new contact; is on the list now"}
    assert second.requests == first.requests + len(sandbox.requests)
    assert len(sandbox.state.contacts()) == len(sandbox.state.subscriptions()) == 6


def test_an_answer_that_was_lost_counts_as_what_it_was(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push({"email": "email", "status": "s"})
    rows = [{"email": "person1@example.com", "s": "donotcontact"}]
    sandbox.faults.drop_after(times=9, method="POST", path=CONTACTS)
    assert push.run(rows, journal=path).counts["failed"] == 1
    sandbox.faults.clear()

    # It says hands off, and is in iContact by now, with the status that we sent: it was us.
    assert ends(push.run(rows, journal=path)) == [("created", None)]


def test_an_update_whose_answer_was_lost_is_an_update(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    sandbox.seed(
        contacts=[{"email": "person1@example.com"}],
        subscriptions=[{"email": "person1@example.com"}],
    )
    push = make_push()
    sandbox.faults.drop_after(times=9, method="POST", path=r"/contacts/\d+$")
    assert push.run([person(1)], journal=path).counts["failed"] == 1
    sandbox.faults.clear()
    sandbox.requests.clear()

    report = push.run([person(1)], journal=path)

    assert report.outcomes[0].status == "updated"
    assert report.outcomes[0].reason == (
        "changed: first_name, score; was written before an interruption"
    )
    assert {request.method for request in sandbox.requests} == {"GET"}


def test_what_never_arrived_was_not_us(sandbox: Sandbox, make_push: MakePush, path: Path) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com"}])
    push = make_push({"email": "email"})
    sandbox.faults.refuse(times=9, method="POST")
    assert push.run([person(0), person(1)], journal=path).counts["failed"] == 2
    sandbox.faults.clear()
    # Another program does the same meanwhile.
    sandbox.seed(contacts=[{"email": "person0@example.com"}])
    sandbox.seed(subscriptions=[{"email": f"person{place}@example.com"} for place in (0, 1)])

    report = push.run([person(0), person(1)], journal=path)

    assert ends(report) == [("unchanged", "normal")] * 2
    assert {one.reason for one in report.outcomes} == {"up to date in iContact"}


def test_what_may_have_arrived_is_not_forgotten_when_the_next_request_does_not(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push({"email": "email", "status": "s"})
    rows = [{"email": "person1@example.com", "s": "donotcontact"}]
    sandbox.faults.drop_after(times=9, method="POST", path=CONTACTS)
    push.run(rows, journal=path)
    sandbox.faults.clear()
    # The look-up misses it, and then nothing goes out.
    sandbox.faults.next(status=200, body='{"contacts": [], "total": 0}', times=1, method="GET")
    sandbox.faults.refuse(times=9, method="POST")
    assert push.run(rows, journal=path).counts["failed"] == 1
    sandbox.faults.clear()

    assert ends(push.run(rows, journal=path)) == [("created", None)]


def test_a_look_that_fails_leaves_it_open_who_it_was(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    sandbox.seed(contacts=[{"email": f"person{place}@example.com"} for place in range(2)])
    push = make_push({"email": "email"})
    plan = push.plan(people(2), journal=path)
    # The answer to the subscription is lost, the repeat is left out, and the look into it fails.
    sandbox.faults.drop_after(method="POST", path=SUBSCRIPTIONS)
    sandbox.faults.refuse(times=9, method="GET")
    assert plan.apply().counts["failed"] == 2
    sandbox.faults.clear()

    report = push.run(people(2), journal=path)

    assert ends(report) == [("updated", "normal")] * 2


def test_the_standard_library_reads_it(make_push: MakePush, path: Path) -> None:
    make_push().run([*people(2), {"email": "nonsense"}], journal=path)

    with sqlite3.connect(path) as connection:
        found = connection.execute("SELECT row, status, email, subscription FROM outcomes")
        assert found.fetchall() == [
            (0, "created", "person0@example.com", "normal"),
            (1, "created", "person1@example.com", "normal"),
            (2, "rejected", None, None),
        ]
    connection.close()
    assert [one.name for one in path.parent.iterdir()] == ["push.sqlite"]


def test_it_is_private_and_holds_no_credentials(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    make_push().run(people(2), journal=path)

    assert path.stat().st_mode & 0o077 == 0
    kept = path.read_bytes()
    for secret in (sandbox.credentials.password, sandbox.credentials.app_id):
        assert secret.encode() not in kept


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"existing": "keep"}, "rules"),
        ({"mapping": {"email": "email"}}, "mapping"),
        ({"list": "Other"}, "list"),
    ],
)
def test_a_journal_of_another_push_is_refused(
    sandbox: Sandbox, make_push: MakePush, path: Path, changed: dict[str, Any], named: str
) -> None:
    sandbox.seed(lists=[{"name": "Other"}])
    make_push().run(people(1), journal=path)
    settings = {"list": "Newsletter", "mapping": MAPPING, **changed}
    target, mapping = settings.pop("list"), settings.pop("mapping")
    push = ListPush(
        sandbox.client().folder(),
        target,
        mapper=ContactMapper(mapping, invalid="reject"),
        **settings,
    )

    with pytest.raises(errors.JournalError, match=f"it has another {named}.*name another file"):
        push.run(people(1), journal=path)


def test_sizes_and_ways_of_sending_may_differ(make_push: MakePush, path: Path) -> None:
    make_push().run(people(1), journal=path)

    report = make_push(batch_size=7, update_by="member", page_size=9).run(people(1), journal=path)

    assert report.counts["created"] == 1


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([person(0), person(7)], "row 1 is not the one that it holds"),
        ([person(0), person(1, city="Cary")], "row 1 is not the one that it holds"),
        ([*people(2), person(2)], "it holds 2 rows, and there are more"),
        (people(1), "it holds 2 rows, and there are 1"),
    ],
)
def test_other_rows_are_refused(
    sandbox: Sandbox, make_push: MakePush, path: Path, rows: list[Any], fault: str
) -> None:
    make_push().run(people(2), journal=path)
    sandbox.requests.clear()

    with pytest.raises(errors.JournalError, match=fault) as caught:
        make_push().run(rows, journal=path)

    assert "person" not in str(caught.value)
    assert not any(request.method == "POST" for request in sandbox.requests)


def test_a_row_that_now_says_do_not_contact_is_another_row(make_push: MakePush, path: Path) -> None:
    push = make_push()
    # Rejected either way; but one of them keeps a second row with the address from being pushed.
    broken = person(1, points="many")
    assert ends(push.run([broken], journal=path)) == [("rejected", None)]

    with pytest.raises(errors.JournalError, match="row 0 is not the one that it holds"):
        push.run([{**broken, "mauticContactIsContactableByEmail": 1}], journal=path)


def test_a_report_does_not_take_the_place_of_its_journal(
    make_push: MakePush, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    report = make_push().run(people(2), journal=path.name)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    before = path.read_bytes()

    for one in (report, PushReport.merged([PushReport.merged([report]), report])):
        for place in (path, str(link), Path("..") / path.name):
            with pytest.raises(errors.JournalError, match=r"is the journal.*name another file"):
                one.to_csv(place)
        one.to_csv(tmp_path / "outcomes.csv")

    assert path.read_bytes() == before


def test_a_report_without_a_journal_goes_to_any_file(make_push: MakePush, tmp_path: Path) -> None:
    report = make_push().run(people(1))
    kept = PushReport(outcomes=list(report.outcomes), requests=0, elapsed=0.0)
    for place, one in enumerate((report, kept)):
        one.to_csv(tmp_path / str(place))
        assert "person0@example.com" in (tmp_path / str(place)).read_text()


def test_a_file_that_is_not_a_journal_is_not_changed(make_push: MakePush, tmp_path: Path) -> None:
    text = tmp_path / "people.csv"
    text.write_text("email\n")
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE precious (thing)")
    connection.close()
    later = tmp_path / "later.sqlite"
    make_push().run(people(1), journal=later)
    with sqlite3.connect(later) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    for file, fault in (
        (text, "is not the journal of a push"),
        (other, "is not the journal of a push"),
        (later, "is the journal of another version"),
        (tmp_path, "cannot be opened: Is a directory"),
    ):
        with pytest.raises(errors.JournalError, match=fault):
            make_push().run(people(1), journal=file)
    assert text.read_text() == "email\n"


@pytest.mark.parametrize("size", [1, 10, 99, 100, 5000])
def test_a_file_of_any_size_that_is_not_a_journal_is_not_changed(
    make_push: MakePush, path: Path, size: int
) -> None:
    path.write_bytes(b"x" * size)

    with pytest.raises(
        errors.JournalError, match=r"is not the journal of a push.*name another file"
    ):
        make_push().run(people(1), journal=path)

    assert path.read_bytes() == b"x" * size


@pytest.mark.parametrize("mark", ["application_id", "user_version"])
def test_a_database_of_another_program_without_tables_is_not_a_journal(
    make_push: MakePush, path: Path, mark: str
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA {mark} = 7")
    content = path.read_bytes()

    with pytest.raises(errors.JournalError, match=r"is not the journal of a push"):
        make_push().run(people(1), journal=path)

    assert path.read_bytes() == content


def test_the_database_of_another_program_stays_as_it_is(make_push: MakePush, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE precious (thing)")
    before = path.read_bytes()

    with pytest.raises(errors.JournalError, match="is not the journal of a push"):
        make_push().run(people(1), journal=path)

    assert path.read_bytes() == before


def test_a_link_to_where_nothing_is_yet_makes_a_private_file(
    make_push: MakePush, path: Path, tmp_path: Path
) -> None:
    path.symlink_to(tmp_path / "elsewhere.sqlite")

    make_push().run(people(1), journal=path)

    assert (tmp_path / "elsewhere.sqlite").stat().st_mode & 0o077 == 0


def test_who_tries_a_journal_in_use_does_not_open_it_to_other_processes(
    make_push: MakePush, path: Path
) -> None:
    push = make_push()
    other = (
        "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN EXCLUSIVE')"
    )

    def rows() -> Iterator[dict[str, Any]]:
        yield person(1)
        for try_it in (lambda: push.run(people(1), journal=path), lambda: Journal.opened(path)):
            with pytest.raises(errors.JournalError, match="another push is using it"):
                try_it()
            ended = subprocess.run(
                [sys.executable, "-c", other, path], capture_output=True, check=False, text=True
            )
            assert "database is locked" in ended.stderr

    assert push.run(rows(), journal=path).counts["created"] == 1


def test_of_two_pushes_at_the_same_moment_one_is_refused(
    make_push: MakePush, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = make_push()

    def rows() -> Iterator[dict[str, Any]]:
        yield person(1)
        # As if the other one had looked at the file just before this one took it.
        monkeypatch.setattr(Database, "_refuse_others", lambda *_: None)
        with pytest.raises(errors.JournalError, match="another push is using it"):
            push.run(people(1), journal=path)

    assert push.run(rows(), journal=path).counts["created"] == 1


def test_a_folder_that_is_not_there_is_named(make_push: MakePush, tmp_path: Path) -> None:
    with pytest.raises(errors.JournalError, match="cannot be opened: No such file or directory"):
        make_push().run(people(1), journal=tmp_path / "nowhere" / "push.sqlite")


def test_one_journal_serves_one_push_at_a_time(make_push: MakePush, path: Path) -> None:
    push = make_push()

    def rows() -> Iterator[dict[str, Any]]:
        yield person(1)
        with pytest.raises(errors.JournalError, match="another push is using it"):
            push.run(people(1), journal=path)

    assert push.run(rows(), journal=path).counts["created"] == 1


def test_an_input_that_breaks_off_is_read_anew(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push()
    sandbox.requests.clear()

    def broken() -> Iterator[dict[str, Any]]:
        yield from people(1500)
        raise OSError("the disk was pulled")

    with pytest.raises(OSError, match="pulled"):
        push.run(broken(), journal=path)
    # Contacts may have been asked for by then.
    assert {one.method for one in sandbox.requests} <= {"GET"}

    assert push.run([person(7)], journal=path).counts["created"] == 1
    assert len(sandbox.state.contacts()) == 1


def test_ctrl_c_finishes_the_batch_and_the_journal_goes_on(
    sandbox: Sandbox, make_push: MakePush, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    push = make_push(batch_size=2)
    seen: list[Progress] = []

    def press(progress: Progress) -> None:
        seen.append(progress)
        if progress.done == 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        push.run(people(6), journal=path, progress=press)

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert len(sandbox.state.subscriptions()) == seen[-1].done == 2
    assert "stopping once what is under way is finished" in caplog.text
    report = push.run(people(6), journal=path, progress=seen.append)
    assert ends(report) == [("created", "normal")] * 6
    # Going on, the rows of the first run count as done.
    assert [step.done for step in seen] == [2, 2, 4, 6]
    assert (seen[1].before, seen[1].rate, seen[1].remaining) == (2, 0.0, None)
    assert seen[-1].rate > 0
    assert seen[-1].remaining == 0


def test_a_second_ctrl_c_interrupts_at_once(make_push: MakePush, path: Path) -> None:
    def press(progress: Progress) -> None:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        make_push(batch_size=1).run(people(3), journal=path, progress=press)


@pytest.mark.parametrize("call", [1, 5, 20])
def test_ctrl_c_inside_a_function_of_sqlite_is_ctrl_c(
    make_push: MakePush, path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    calls = itertools.count(1)

    def interrupted(*values: bytes | str | None) -> int:
        if next(calls) == call:
            raise KeyboardInterrupt
        return checksum(*values)

    with monkeypatch.context() as patched:
        patched.setattr(_sqlite, "checksum", interrupted)
        with pytest.raises(KeyboardInterrupt):
            make_push().run(people(10), journal=path)
    assert make_push().run(people(10), journal=path).counts["created"] == 10


def test_who_deals_with_ctrl_c_goes_on_doing_so(make_push: MakePush) -> None:
    heard: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        report = make_push(batch_size=1).run(
            people(2), progress=lambda progress: signal.raise_signal(signal.SIGINT)
        )
    finally:
        signal.signal(signal.SIGINT, usual)

    assert report.counts["created"] == 2
    assert heard == [signal.SIGINT] * 2


def test_a_full_disk_keeps_nothing_of_a_transaction(make_push: MakePush, path: Path) -> None:
    journal = make_push().plan(people(1), journal=path).journal
    journal.acquire()
    pages = journal.database.value("PRAGMA page_count")
    journal.database.execute(f"PRAGMA max_page_count = {pages}")

    with (
        pytest.raises(errors.JournalError, match="the disk is full"),
        journal.database.transaction(),
    ):
        for number in range(1000):
            journal.note(f"note {number}", "x" * 1000)

    assert journal.noted("note 0") == ""
    journal.database.execute(f"PRAGMA max_page_count = {pages + 9}")
    journal.note("note 0", "kept")
    assert journal.noted("note 0") == "kept"
    journal.release()


def test_a_disk_that_is_full_stops_the_push_and_loses_nothing(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push(batch_size=20)
    rows = people(400)
    plan = push.plan(rows, journal=path)
    pages = plan.journal.database.value("PRAGMA page_count")
    plan.journal.database.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(errors.JournalError, match="the disk is full; make room and push again"):
        plan.apply()

    written = len(sandbox.state.contacts())
    assert written < 400
    assert ends(push.run(rows, journal=path)) == [("created", "normal")] * 400
    assert len(sandbox.state.contacts()) == 400


def test_a_reading_that_was_interrupted_at_its_end_hinders_no_other_rows(
    make_push: MakePush, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = make_push()

    def broken(*_: object) -> None:
        raise OSError("pulled")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="pulled"):
        patch.setattr("icontact.push.journal.rows.Journal.finish_reading", broken)
        push.run(people(2), journal=path)

    report = push.run([person(1), person(1)], journal=path)

    assert (report.counts["created"], report.counts["skipped"]) == (1, 1)


def test_what_sqlite_has_taken_back_by_itself_is_not_taken_back_again(
    make_push: MakePush,
) -> None:
    database = make_push().plan([]).journal.database
    insert = "INSERT OR ROLLBACK INTO about VALUES ('twice', '')"

    with pytest.raises(errors.JournalError, match="cannot be written"), database.transaction():
        database.execute(insert)
        database.execute(insert)

    assert database.value("SELECT COUNT(*) FROM about WHERE key = 'twice'") == 0


def test_a_plan_with_a_journal_is_applied_once(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push()
    plan = push.plan(people(2), journal=path)

    first = plan.apply()
    sandbox.requests.clear()

    assert plan.apply().outcomes == first.outcomes
    assert push.run(people(2), journal=path).outcomes == first.outcomes
    assert list(sandbox.requests) == []


def test_a_plan_does_not_wait_and_does_not_block(make_push: MakePush, path: Path) -> None:
    push = make_push()
    plan = push.plan(people(1), journal=path)

    def rows() -> Iterator[dict[str, Any]]:
        yield person(0)
        with pytest.raises(errors.JournalError, match="another push is using it"):
            plan.apply()

    assert push.run(rows(), journal=path).counts["created"] == 1


def test_a_closed_journal_says_so(make_push: MakePush) -> None:
    report = make_push().run(people(1))
    outcomes: Any = report.outcomes
    outcomes._database.close()

    with pytest.raises(errors.JournalError, match=r"the journal \(temporary\) cannot be read"):
        list(outcomes)


def test_a_text_that_is_no_text_is_kept_all_the_same(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    sandbox.faults.next(
        status=400, body='{"errors":["The city \\ud800 was odd."]}', method="POST", path=CONTACTS
    )

    outcome = make_push().run(people(1), journal=path).outcomes[0]

    assert outcome.reason == "iContact refused the contact: The city was odd."


def test_a_journal_shows_neither_rows_nor_addresses(make_push: MakePush, path: Path) -> None:
    plan = make_push().plan(people(3), journal=path)

    assert repr(plan.journal) == f"<Journal {path}>"
    assert repr(plan.rows) == "<PlannedRows: 3 rows>"
    assert repr(make_push().plan([]).journal) == "<Journal (temporary)>"
    assert "person" not in repr(plan) + repr(plan.rows[0]) + repr(plan.apply())


@pytest.mark.parametrize(("wins", "counts"), [("first", 0), ("last", 2999)])
def test_thousands_of_rows_with_one_address_are_one_contact(
    sandbox: Sandbox, make_push: MakePush, wins: str, counts: int
) -> None:
    report = make_push(duplicates=wins).run(person(1) for _ in range(3000))

    assert report.counts["skipped"] == 2999
    assert report.outcomes[counts].status == "created"


def test_a_service_that_cannot_be_asked_again_says_that_nothing_more_was_written(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    push = make_push(batch_size=1)
    sandbox.faults.next(status=401, method="POST", path=SUBSCRIPTIONS, times=9)
    push.run(people(2), journal=path)
    sandbox.faults.next(status=401, method="GET", times=9)

    report = push.run(people(2), journal=path)

    assert report.outcomes[1].reason.startswith("nothing more was written: GET ")


def test_what_cannot_be_released_is_closed(make_push: MakePush, path: Path) -> None:
    plan = make_push().plan(people(1), journal=path)
    plan.journal.database.close()

    plan.journal.release()

    assert make_push().run(people(1), journal=path).counts["created"] == 1


def test_the_report_of_an_ended_push_is_read_from_its_journal(
    sandbox: Sandbox, make_push: MakePush, path: Path
) -> None:
    written = make_push().run([*people(2), {"email": "nonsense"}], journal=path)

    report = PushReport.from_journal(path)

    assert report == written
    assert report.counts == written.counts
    # Reading it does not lock it.
    assert make_push().run([*people(2), {"email": "nonsense"}], journal=path).ok is False


def test_a_push_that_has_not_ended_has_no_report(make_push: MakePush, path: Path) -> None:
    with pytest.raises(errors.JournalError, match="does not exist"):
        PushReport.from_journal(path)
    push = make_push()

    def broken() -> Iterator[dict[str, Any]]:
        yield person(1)
        raise OSError("the disk was pulled")

    with pytest.raises(OSError, match="pulled"):
        push.run(broken(), journal=path)
    with pytest.raises(errors.JournalError, match="leaves rows that were not even read without"):
        PushReport.from_journal(path)
    push.plan([person(1)], journal=path)
    with pytest.raises(errors.JournalError, match="leaves 1 row without an outcome"):
        PushReport.from_journal(path)


def test_what_is_written_half_is_not_kept(make_push: MakePush) -> None:
    journal = make_push().plan(people(1)).journal

    with pytest.raises(RuntimeError), journal.database.transaction():
        journal.note("half", "done")
        raise RuntimeError("a mistake")

    assert journal.noted("half", "nothing") == "nothing"


def test_a_disk_that_fills_up_while_planning_is_no_failure_of_the_rows(
    make_push: MakePush, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = make_push()

    def full(*_: object) -> None:
        raise errors.JournalError("the disk is full")

    monkeypatch.setattr("icontact.push.journal.rows.Journal.plan_new", full)

    with pytest.raises(errors.JournalError, match="the disk is full"):
        push.run(people(1), journal=path)
