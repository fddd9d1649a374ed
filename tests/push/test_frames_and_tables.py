"""Plans and reports as frames, and at a glance in a notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape

import pandas
import polars
import pytest

from icontact.errors import ConfigError
from icontact.push import PushOutcome, PushReport
from icontact.push.reasons import OutcomeStatus
from icontact.sandbox import Sandbox
from tests.push.support import MakePush, person


def words(html: str) -> str:
    """Return what a reader sees, one cell after the other."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def outcome(row: int, status: OutcomeStatus, email: str = "jo@example.com") -> PushOutcome:
    return PushOutcome(row=row, email=email, status=status, reason="because", contact_id=7)


def report_of(*outcomes: PushOutcome) -> PushReport:
    return PushReport(outcomes=list(outcomes), requests=3, elapsed=0.5)


def test_a_report_is_a_frame_with_typed_columns() -> None:
    failed = PushOutcome(row=1, email=None, status=OutcomeStatus.FAILED, reason="no answer")
    report = report_of(outcome(0, OutcomeStatus.CREATED), failed)

    frame = report.to_frame()

    assert list(frame.columns) == [
        *("row", "status", "email", "subscription", "contact_id", "reason")
    ]
    assert frame["status"].tolist() == ["created", "failed"]
    assert str(frame["contact_id"].dtype) == "Int64"
    assert frame["contact_id"].isna().tolist() == [False, True]
    assert report.to_frame(library="polars").schema["contact_id"] == polars.Int64
    assert report_of().to_frame().dtypes.equals(frame.dtypes)


def test_a_frame_of_an_unknown_library_is_refused() -> None:
    with pytest.raises(ValueError, match='must be "pandas" or "polars", not \'spark\''):
        report_of().to_frame(library="spark")  # type: ignore[call-overload]  # that is the test


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_missing_library_is_named_with_its_remedy(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(ImportError, match=rf"pip install .*{library}"):
        report_of().to_frame(library=library)  # type: ignore[call-overload]  # that is the test


def test_outcomes_and_planned_rows_become_columns_of_a_frame(make_push: MakePush) -> None:
    plan = make_push().plan([person(1), {"email": "nonsense"}])
    report = plan.apply()

    planned = pandas.DataFrame(plan.rows)
    ended = pandas.DataFrame(report.outcomes)

    assert planned["status"].tolist() == ended["status"].tolist() == ["created", "rejected"]
    assert ended["email"].tolist()[0] == "person1@example.com"
    assert polars.DataFrame(list(report.outcomes))["status"].to_list() == ["created", "rejected"]
    assert pandas.DataFrame(report.by_reason())["rows"].tolist() == [1, 1]


def test_a_plan_is_a_frame_with_what_would_be_done(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com", "score": "5"}])

    plan = make_push().plan([person(1), person(2)])
    frame = plan.to_frame()

    assert frame["action"].tolist() == ["update", "create"]
    assert frame["changes"].tolist()[0].startswith("first_name")
    assert frame["subscribe"].tolist() == [True, True]
    changes = pandas.DataFrame(list(plan.changes()))
    assert {"row", "field", "old", "new"} <= set(changes.columns)


def test_contacts_that_were_only_put_on_the_list_are_counted_by_themselves(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push({"email": "email"})
    sandbox.seed(contacts=[{"email": "person1@example.com"}, {"email": "person2@example.com"}])

    plan = push.plan([person(1), person(2), person(3)])
    report = plan.apply()

    assert (plan.added_to_list, plan.counts["updated"]) == (2, 2)
    assert (report.added_to_list, report.counts["updated"]) == (2, 2)
    assert "Would create 1, add 2 to the list" in str(plan)
    assert "Would create 1, add 2 to the list. Nothing was written." in words(plan._repr_html_())
    assert str(report).startswith("3 rows: 1 created, 2 added to the list; ")
    copied = PushReport.merged([report, report_of(outcome(0, OutcomeStatus.UPDATED))])
    assert "2 added to the list, 1 updated" in str(copied)


def test_a_plan_at_a_glance_shows_counts_reasons_and_masked_samples(make_push: MakePush) -> None:
    rows = [*(person(place) for place in range(150)), {"email": "<b>nonsense</b>"}]

    html = make_push().plan(rows)._repr_html_()
    seen = words(html)

    assert seen.startswith("Would create 150, reject 1. Nothing was written.")
    assert "1 rejected email: " in seen.partition("new contact")[0]
    assert "150 created new contact 0, 1, 2, 3, 4 …" in seen
    assert "p…@example.com" in html
    assert "person0@" not in html
    assert "<b>nonsense" not in html
    samples = seen.partition("as they would be stored")[2].partition("to look at")[0]
    assert samples.count("p…@example.com") == 3
    folded = html[html.index("<details>") :]
    assert "1 row to look at" in folded
    assert "planned with" in folded
    assert "text-align:left" in html


def test_a_report_at_a_glance_folds_the_rows_away_and_names_the_error() -> None:
    many = [outcome(row, OutcomeStatus.SKIPPED) for row in range(150)]
    report = PushReport(
        outcomes=many, requests=3, elapsed=0.5, error=ConfigError("gone"), notes=("a <note>",)
    )

    html = report._repr_html_()

    assert words(html).startswith("150 rows: 150 skipped.")
    assert "The push ended early: gone" in html
    assert "a &lt;note&gt;" in html
    visible, _, folded = html.partition("<details>")
    assert "j…@example.com" not in visible
    assert "150 rows to look at, the first 100" in folded
    assert folded.count("j…@example.com") == 100


def test_more_reasons_than_fit_on_a_screen_are_folded_away() -> None:
    ends = [
        PushOutcome(row=row, email=None, status=OutcomeStatus.REJECTED, reason=f"reason {row}")
        for row in range(10)
    ]

    visible, _, folded = report_of(*ends)._repr_html_().partition("<details>")

    assert "reason 7" in visible
    assert "reason 8" not in visible
    assert folded.startswith("<summary>2 more reasons")


def test_an_empty_push_says_so_without_an_empty_table(make_push: MakePush) -> None:
    report, plan = report_of()._repr_html_(), make_push().plan([])._repr_html_()
    assert "0 rows: the input is empty." in report
    assert "Would do nothing: the input has no rows." in plan
    assert "<table" not in report + plan


def test_a_bar_in_a_notebook_without_widgets_warns_of_nothing() -> None:
    script = """
import sys, types
kernel = types.ModuleType("IPython")
shell = types.SimpleNamespace(config={"IPKernelApp": {}})
kernel.get_ipython = lambda: shell
sys.modules["IPython"] = kernel
sys.modules["ipywidgets"] = None
from icontact.push.progress import progress_function
with progress_function(True) as report:
    assert callable(report)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_reasons_tell_contacts_that_were_added_to_the_list_from_others(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.seed(
        contacts=[{"email": f"person{n}@example.com", "firstName": "Al"} for n in range(2)],
        subscriptions=[{"email": "person0@example.com"}],
    )
    plan = make_push({"email": "email", "first_name": "firstname"}).plan([person(0), person(1)])

    assert {(one.reason, one.added_to_list) for one in plan.by_reason()} == {
        ("changed: first_name", False),
        ("changed: first_name", True),
    }
    seen = words(plan._repr_html_())
    assert "1 added to the list changed: first_name 1" in seen
    assert "1 updated changed: first_name 0" in seen
    report = plan.apply()
    copied = PushReport.merged([report])
    assert {one.added_to_list for one in copied.by_reason()} == {False, True}


def test_a_plan_that_would_write_nothing_has_no_samples(make_push: MakePush) -> None:
    html = make_push().plan([{"email": "nonsense"}])._repr_html_()

    assert "as they would be stored" not in html
    assert "nothing to write" in words(html)
    assert "Would reject 1. Nothing was written." in words(html)


def test_a_note_about_rows_is_a_reason_of_its_own(make_push: MakePush) -> None:
    push = make_push({"email": "email", "state": "state"})

    html = push.plan([person(1, state="A very long state")])._repr_html_()

    assert "1 note state: left out" in words(html)
