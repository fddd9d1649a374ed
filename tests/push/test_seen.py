"""What a plan and a report show: reasons, changes, and the rows to correct."""

from __future__ import annotations

import csv
import pickle
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pytest

from icontact._files import written_as_a_whole
from icontact.client import Folder
from icontact.errors import JournalError
from icontact.mapping import Source
from icontact.push import ListPush, PushReport
from icontact.sandbox import Sandbox
from icontact.sources import BadRow, read_rows
from tests.push.support import MakePush, person


def test_rows_are_counted_by_reason(make_push: MakePush) -> None:
    rows = [person(1), person(2), person(1), {"email": "x"}, {"email": "y"}, person(1)]

    report = make_push().run(rows)

    found = [(one.status, one.rows, one.first) for one in report.by_reason()]
    assert found == [("skipped", 2, (0, 2)), ("created", 2, (1, 5)), ("rejected", 2, (3, 4))]
    assert "another row" in report.by_reason()[0].reason
    copied = pickle.loads(pickle.dumps(report))
    assert [(one.status, one.rows, one.first) for one in copied.by_reason()] == found
    assert [one.rows for one in PushReport.merged([report, report]).by_reason()] == [4, 4, 4]


def test_at_most_five_rows_are_named_and_notes_come_last(make_push: MakePush) -> None:
    rows = [person(number, state="A very long state") for number in range(7)]

    plan = make_push({"email": "email", "state": "state"}).plan(rows)

    new, note = plan.by_reason()
    assert (new.rows, new.first, note.rows) == (7, (0, 1, 2, 3, 4), 7)
    assert note.status is None
    assert note.reason.startswith("state: left out")
    report = plan.apply()
    copied = pickle.loads(pickle.dumps(report))
    assert [one.reason for one in copied.by_reason()] == [one.reason for one in report.by_reason()]


def test_changes_show_old_and_new_values(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.seed(
        contacts=[{"email": "person1@example.com", "city": "Cary", "score": "1"}],
        subscriptions=[{"email": "person1@example.com"}],
    )
    push = make_push({"email": "email", "city": "city", "custom_fields": {"score": "points"}})

    plan = push.plan([person(1, city="Durham", points=2), person(2, city="Leeds", points=3)])

    city, score = plan.changes()
    assert (city.row, city.field, city.old, city.new) == (0, "city", "Cary", "Durham")
    assert (score.field, score.old, score.new) == ("score", "1", "2")
    assert city.email == "person1@example.com"
    assert city.contact_id
    for secret in ("person1", "Cary", "Durham"):
        assert secret not in repr(city)
    assert plan.apply().counts["updated"] == 1


def test_rejected_and_failed_rows_can_be_corrected_and_pushed_again(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Path
) -> None:
    push, journal, rejects = make_push(), tmp_path / "push.sqlite", tmp_path / "fix-me.csv"
    sandbox.faults.refuse(times=99, method="POST")
    rows = [person(1, tags=["a", "b"], city=None), {"email": "x", "other": 5}]

    report = push.run(rows, journal=journal)
    number = report.rejects_to_csv(rejects)

    assert number == 2
    with rejects.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["email"] == "person1@example.com"
    assert (first["tags"], first["city"]) == ('["a", "b"]', "")
    assert first["icontact_reason"] == report.outcomes[0].reason
    assert (second["email"], second["other"], second["tags"]) == ("x", "5", "")
    assert PushReport.from_journal(journal).rejects_to_csv(tmp_path / "again.csv") == 2
    assert (tmp_path / "again.csv").read_bytes() == rejects.read_bytes()


@pytest.mark.parametrize(
    "value",
    [
        *(None, " ", [], float("nan"), Decimal("NaN"), pandas.NA, pandas.NaT, numpy.float64("nan")),
        *(0, 5, 27713.0, 1.5, 1e22, Decimal("1.50"), numpy.int64(5), numpy.float64(5), "1.50"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("mapped", [{"city": "value"}, {"custom_fields": {"score": "value"}}])
def test_a_value_in_the_file_of_rejects_is_read_as_it_was(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Path, value: object, mapped: dict[str, Any]
) -> None:
    push, rejects = make_push({"email": "email", **mapped}), tmp_path / "fix-me.csv"
    row = {"email": "jo@example.com", "value": value}
    sandbox.faults.next(401, method="GET")

    push.run([row]).rejects_to_csv(rejects)

    with read_rows(rejects) as rows:
        (read,) = rows
    assert not isinstance(read, BadRow)
    assert push.mapper.map(read) == push.mapper.map(row)


class Colour(str, Enum):  # noqa: UP042  # as older programs write it
    RED = "dark red"


@pytest.mark.parametrize(
    "value",
    [
        *(["a", "b"], ["a|b", "c, d"], [], [None, 2.0, True], [["a"]], ("a", "b")),
        # An id of its own, since a set is written in another order in each process.
        pytest.param({"b", "a"}, id="a set"),
        *({"a": 1}, {}, {"a": {"b": {1}}}, [date(2026, 1, 2), Decimal("1.50"), numpy.int64(3)]),
        *(numpy.array(["a", "b"]), numpy.array([1.0, float("nan")]), numpy.array([True])),
        *(True, False, numpy.True_, float("inf"), 10**45, Decimal("1E+45"), b"\xff", Colour.RED),
        *(date(2026, 1, 2), datetime(2026, 1, 2, 3, 4), datetime(2026, 1, 2, tzinfo=UTC)),
        *(numpy.datetime64("2026-01-02T03:04"), pandas.Timestamp("2026-01-02 03:04:05.678")),
        *('["a", "b"]', ' ["a"]', '  {"a": 1}', "[1]", "[no list", "{}", "true", "null", "NaN"),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "source",
    ["value", Source("value", transform="joined"), Source("value", transform="verbatim")],
    ids=str,
)
def test_a_row_from_the_file_of_rejects_is_mapped_or_refused_as_it_was(
    sandbox: Sandbox, make_push: MakePush, tmp_path: Path, value: object, source: Any
) -> None:
    push, rejects = make_push({"email": "email", "city": source}), tmp_path / "fix-me.csv"
    row = {"email": "jo@example.com", "value": value}
    sandbox.faults.next(401, method="GET")

    push.run([row]).rejects_to_csv(rejects)

    with read_rows(rejects) as rows:
        (read,) = rows
    assert not isinstance(read, BadRow)
    was, now = push.mapper.explain(row), push.mapper.explain(read)
    assert (now["city"].result, now.ok) == (was["city"].result, was.ok)


@pytest.mark.parametrize("value", [float("inf"), Decimal("1e999999"), b"text", {"a": 1}, True])
def test_a_row_with_a_value_that_has_no_text_is_in_the_file_of_rejects(
    make_push: MakePush, tmp_path: Path, value: object
) -> None:
    row = {"email": "jo", "city": "Durham", "value": value}

    make_push({"email": "email", "city": "value"}).run([row]).rejects_to_csv(tmp_path / "a.csv")

    assert (tmp_path / "a.csv").read_text().splitlines()[1].startswith("jo,Durham,")


def test_a_symbolic_link_is_replaced_and_not_followed(make_push: MakePush, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    report = make_push().run([{"email": "x"}])
    for name, write in (("a", report.to_csv), ("b", report.rejects_to_csv)):
        link = tmp_path / name
        link.symlink_to(target)
        write(link)
        assert not link.is_symlink()
        assert link.stat().st_mode & 0o077 == 0
    assert target.read_text() == "mine"


def test_a_file_that_others_may_read_is_theirs_no_more(make_push: MakePush, tmp_path: Path) -> None:
    path = tmp_path / "outcomes.csv"
    path.write_text("old")
    path.chmod(0o644)

    make_push().run([person(1)]).to_csv(path)

    assert path.stat().st_mode & 0o077 == 0


def test_a_report_may_go_to_a_device(make_push: MakePush) -> None:
    make_push().run([person(1)]).to_csv("/dev/null")


def test_a_file_that_is_not_complete_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.csv"

    with pytest.raises(ValueError, match="midway"), written_as_a_whole(path) as file:
        file.write("half")
        raise ValueError("midway")

    assert list(tmp_path.iterdir()) == []


def test_without_a_journal_the_original_rows_are_gone(make_push: MakePush, tmp_path: Path) -> None:
    report = make_push().run([{"email": "x"}], journal=tmp_path / "push.sqlite")
    copied = pickle.loads(pickle.dumps(report))

    with pytest.raises(JournalError, match="from_journal"):
        copied.rejects_to_csv(tmp_path / "fix-me.csv")
    with pytest.raises(JournalError, match="is the journal"):
        report.rejects_to_csv(tmp_path / "push.sqlite")
    assert make_push().run([]).rejects_to_csv(tmp_path / "none.csv") == 0


def test_a_mapping_is_guessed_from_a_file(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("E-mail,Vorname,Opt out\na@example.com,Ann,\nb@example.com,Bo,yes\n")

    push = ListPush.guessed(folder, "Newsletter", str(path), existing="keep")

    assert push.mapper.targets == ("email", "first_name")
    assert push.policy.existing == "keep"
    assert push.run(str(path)).counts["created"] == 1


def test_a_mapping_is_guessed_from_a_frame_or_a_list_of_rows(folder: Folder) -> None:
    rows = [
        {"E-mail": "a@example.com"},
        {"E-mail": "b@example.com", "Vorname": "Bo", "Opt out": "yes"},
    ]

    for given in (rows, pandas.DataFrame(rows), polars.DataFrame(rows).lazy()):
        push = ListPush.guessed(folder, "Newsletter", given)
        assert push.mapper.targets == ("email", "first_name")
        assert push.plan(given).counts["skipped"] == 1


def test_a_mapping_is_not_guessed_from_rows_that_can_be_read_once(folder: Folder) -> None:
    row = {"E-mail": "a@example.com"}
    with closing(sqlite3.connect(":memory:")) as database:
        for given in (iter([row]), database.cursor(), row):
            with pytest.raises(TypeError, match="give a file, a frame or a list of rows"):
                ListPush.guessed(folder, "Newsletter", given)


def test_a_progress_function_that_raises_costs_no_row_and_is_reported(
    make_push: MakePush,
) -> None:
    calls = []

    def tell(progress: object) -> None:
        calls.append(progress)
        raise ZeroDivisionError

    report = make_push().run([person(1), person(2)], progress=tell)

    assert report.counts["created"] == 2
    assert "the progress function raised ZeroDivisionError and was not called again" in report.notes
    assert len(calls) == 1


def test_a_file_that_cannot_be_written_is_named_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "rows.csv"
    with pytest.raises(OSError, match=r"rows\.csv"), written_as_a_whole(path):
        pass
