"""``--report``: the file that says what became of every row, and never says it wrongly."""

from __future__ import annotations

import csv
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from icontact.cli.report_file import UNFINISHED, ReportFile
from icontact.push import ListPush, Progress, PushReport
from icontact.sandbox import Sandbox
from tests.cli.support import Ran, icontact

OLD = "row,line,status\n0,2,created\n"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The report of an earlier push, which others may read."""
    path = tmp_path / "outcomes.csv"
    path.write_text(OLD, "utf-8")
    path.chmod(0o644)
    return path


def pushed(people: Path, report: object, *words: object) -> Ran:
    return icontact("push", people, "--list", "Newsletter", "--report", report, *words)


def test_it_has_every_row_with_its_address_for_its_owner_alone(
    embedded: Sandbox, people: Path, report: Path
) -> None:
    report.write_text("x" * 10_000, "utf-8")
    pushed(people, report)
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["email"] == "jo@example.com"
    assert [row["line"] for row in rows] == ["2", "3", "4"]


def test_nothing_else_is_left_beside_it(embedded: Sandbox, people: Path, tmp_path: Path) -> None:
    report = tmp_path / "fresh.csv"
    assert pushed(people, report).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {people.name, report.name}


def test_a_link_stays_a_link(embedded: Sandbox, people: Path, report: Path, tmp_path: Path) -> None:
    link = tmp_path / "latest.csv"
    link.symlink_to(report)
    assert pushed(people, link).code == 0
    assert link.is_symlink()
    assert "jo@example.com" in report.read_text("utf-8")


def test_it_may_go_to_a_device(embedded: Sandbox, people: Path) -> None:
    assert pushed(people, "/dev/null").code == 0


def test_it_never_replaces_what_is_read(embedded: Sandbox, people: Path) -> None:
    before = people.read_bytes()
    ran = pushed(people, people)
    assert ran.code == 2
    assert f"--report would write over {people}" in ran.err
    assert people.read_bytes() == before
    assert embedded.state.contacts() == []


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("spelling", ["plain", "link", "relative"])
def test_it_is_never_the_journal(
    embedded: Sandbox, people: Path, spelling: str, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = people.parent
    monkeypatch.chdir(folder)
    journal = folder / "push.sqlite"
    if there:
        icontact("push", people, "--list", "Newsletter", "--journal", journal)
    (folder / "link").symlink_to(journal)
    relative = Path("..") / folder.name / "push.sqlite"
    name = {"plain": journal, "link": folder / "link", "relative": relative}[spelling]
    before = (journal.exists(), len(embedded.state.contacts()))

    ran = pushed(people, name, "--journal", journal)

    assert ran.code == 2
    assert f"--report would write over {journal}" in ran.err
    assert (journal.exists(), len(embedded.state.contacts())) == before == (there, 3 * there)
    assert not there or PushReport.from_journal(journal).counts["created"] == 3


def test_the_journal_is_never_what_is_read(embedded: Sandbox, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    link = tmp_path / "link.sqlite"
    link.symlink_to(empty)
    for journal in (empty, link):
        ran = icontact("push", empty, "--list", "Newsletter", "--journal", journal)
        assert ran.code == 2
        assert f"--journal would write over {empty}" in ran.err
    assert empty.read_bytes() == b""


def test_where_a_journal_cannot_be_is_said_by_what_opens_it(
    embedded: Sandbox, people: Path
) -> None:
    ran = icontact("push", people, "--list", "Newsletter", "--journal", people / "below")
    assert ran.code == 2
    assert "cannot be opened" in ran.err


def test_a_name_that_is_too_long_is_said_with_its_option(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Newsletter", "--rejects", "x" * 300)
    assert ran.code == 2
    assert "which --rejects names: " in ran.err


@pytest.mark.parametrize("stream", ["input", "output"])
def test_it_never_replaces_what_a_shell_has_redirected(
    people: Path, report: Path, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = people if stream == "input" else report
    before = target.read_bytes()
    words = ("push", "-", "--list", "Newsletter", "--report", str(target))
    with (
        Sandbox().serve() as server,
        people.open("rb") as read,
        report.open("ab") as kept,
    ):
        done = subprocess.run(
            [sys.executable, "-m", "icontact", *words],
            env={**os.environ, "ICONTACT_BASE_URL": server.url},
            stdin=read,
            stdout=kept if stream == "output" else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert f"--report would write over standard {stream}" in done.stderr
    assert target.read_bytes() == before


def test_what_is_not_there_is_not_replaced(report: Path) -> None:
    ReportFile(str(report), "absent.csv", None).close()
    assert report.read_text("utf-8") == f"{UNFINISHED}\n"


def test_if_it_cannot_be_begun_nothing_is_pushed(
    embedded: Sandbox, people: Path, tmp_path: Path
) -> None:
    for place in (tmp_path / "no" / "where", people / "below"):
        ran = pushed(people, place)
        assert ran.code == 2
        assert "cannot write the report" in ran.err
    assert embedded.state.contacts() == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_if_it_cannot_be_ended_the_outcomes_are_shown_first(
    embedded: Sandbox, people: Path, words: tuple[str, ...]
) -> None:
    ran = pushed(people, "/dev/full", *words)
    assert ran.code == 1
    assert "3 created" in ran.out or ran.document["counts"]["created"] == 3
    assert ran.err.endswith(
        "Error: every row has its outcome, but the report could not be written to /dev/full: "
        "No space left on device\n"
    )


def test_a_full_disk_leaves_no_old_report_and_nothing_beside_it(
    embedded: Sandbox, people: Path, report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(push: ListPush, *words: Any, **options: Any) -> PushReport:
        monkeypatch.setattr(Path, "replace", full)
        return done(push, *words, **options)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    done = ListPush.run
    monkeypatch.setattr(ListPush, "run", run)
    ran = pushed(people, report)
    assert (ran.code, "3 created" in ran.out) == (1, True)
    assert f"could not be written to {report}: No space left" in ran.err
    assert report.read_text("utf-8") == f"{UNFINISHED}\n"
    assert len(list(report.parent.iterdir())) == 2


def test_no_answer_weighs_more_than_a_report_that_cannot_be_written(
    embedded: Sandbox, people: Path
) -> None:
    embedded.faults.refuse(path=r"/contacts", times=100)
    assert pushed(people, "/dev/full").code == 3


# Being stopped


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGTERM to be caught")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_a_push_runs_and_when_it_is_stopped_no_old_report_stands_there(
    embedded: Sandbox,
    people: Path,
    report: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
) -> None:
    def run(_: ListPush, rows: object, *, progress: Any, **others: object) -> None:
        assert OLD not in report.read_text("utf-8")
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        progress(Progress(done=2, total=3, counts={"created": 2}))
        os.kill(os.getpid(), number)

    monkeypatch.setattr(ListPush, "run", run)
    before = signal.getsignal(signal.SIGTERM)
    ran = pushed(people, report)
    assert ran.code == 130
    assert ran.err.splitlines()[-1] == (
        "Error: stopped: 2 of 3 rows have their outcome. What was written stays; push the same "
        f"file again, which is safe: only what is missing is written. The report {report} was not "
        "written"
    )
    assert report.read_text("utf-8") == f"{UNFINISHED}\n"
    assert signal.getsignal(signal.SIGTERM) is before


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_being_stopped_without_a_report(
    embedded: Sandbox, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListPush, "run", stopped)
    ran = icontact("push", people, "--list", "Newsletter")
    assert ran.code == 130
    assert "stopped before any row had its outcome. What was written stays; push" in ran.err
    assert "report" not in ran.err


def test_a_dry_run_that_is_stopped_has_written_nothing(
    embedded: Sandbox, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListPush, "plan", stopped)
    ran = icontact("push", people, "--list", "Newsletter", "--dry-run")
    assert (ran.code, ran.err.splitlines()[-1]) == (
        130,
        "Error: stopped. Nothing was written: this was a dry run",
    )


def test_a_file_that_turns_out_bad_leaves_no_old_report(
    embedded: Sandbox, tmp_path: Path, report: Path
) -> None:
    people = tmp_path / "many.csv"
    rows = [f"person{number}@example.com,Jo" for number in range(150)]
    people.write_text("\n".join(["email,name", *rows, "zoe@example.com,Zoë", ""]), "utf-8")

    assert pushed(people, report, "--encoding", "ascii").code == 2
    assert report.read_text("utf-8") == f"{UNFINISHED}\n"


def test_a_wrong_set_up_keeps_an_old_report(embedded: Sandbox, people: Path, report: Path) -> None:
    assert pushed(people, report, "--list", "Unknown").code == 2
    assert report.read_text("utf-8") == OLD
