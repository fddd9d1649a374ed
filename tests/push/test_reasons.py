"""Reasons are codes, which are put into words in one place."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.push import PushReport, Reason, ReasonCode
from icontact.push.reasons import describe
from tests.push.support import MakePush, person

TEXTS = st.text(max_size=20)


@given(st.lists(st.tuples(st.sampled_from([*ReasonCode]), TEXTS, TEXTS), min_size=1, max_size=4))
def test_a_reason_comes_out_of_a_journal_as_it_went_in(parts: list[tuple[str, str, str]]) -> None:
    reason = Reason(tuple(map(tuple, parts)))

    assert Reason.decode(reason.encode()) == reason
    assert str(Reason.decode(reason.encode())) == str(reason)
    reason.encode().encode("utf-8")


@pytest.mark.parametrize("code", [*ReasonCode])
def test_every_code_has_words(code: ReasonCode) -> None:
    text = str(Reason.of(code, "first", "second"))

    assert text
    assert "{" not in text


def test_braces_in_a_text_of_icontacts_are_kept() -> None:
    reason = Reason.of(ReasonCode.REFUSED, "contact", "{0} {name} is odd")

    assert str(reason) == "iContact refused the contact: {0} {name} is odd"


@pytest.mark.parametrize("text", ["", "new contact", '[["unknown_code"]]', "[[]]", "5"])
def test_a_text_that_is_not_a_reason_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        Reason.decode(text)


def test_a_duplicate_names_the_row_or_the_line_that_is_pushed() -> None:
    reason = Reason.of(ReasonCode.DUPLICATE)

    assert describe(reason, (), 4) == "duplicate of row 4; only row 4 is pushed"
    assert describe(reason, ["a note"], 11, "line") == (
        "duplicate of line 11; only line 11 is pushed; a note"
    )
    assert describe(reason, (), None) == "duplicate of another row; only that row is pushed"


def test_outcomes_and_planned_rows_have_codes_for_programs(
    make_push: MakePush, tmp_path: Path
) -> None:
    push, journal = make_push(), tmp_path / "journal"
    rows = [person(1), person(2), person(2), {"email": "nonsense"}]

    planned = [one.codes for one in push.plan(rows).rows]
    report = push.run(rows, journal=journal)

    assert planned == [("new_contact",), ("duplicate",), ("new_contact",), ("invalid_row",)]
    assert [one.codes for one in report.outcomes] == [
        ("new_contact", "subscribed"),
        ("duplicate",),
        ("new_contact", "subscribed"),
        ("invalid_row",),
    ]
    assert push.run(rows).outcomes[0].codes == ("up_to_date",)
    kept = PushReport.from_journal(journal)
    assert [one.codes for one in kept.outcomes] == [one.codes for one in report.outcomes]
    assert [one.reason for one in kept.outcomes] == [one.reason for one in report.outcomes]


def test_duplicates_of_several_rows_share_one_reason(make_push: MakePush) -> None:
    report = make_push().run([person(1), person(1), person(2), person(2)])

    found = {one.reason: one.rows for one in report.by_reason()}

    assert found["duplicate of another row; only that row is pushed"] == 2
    copied = pickle.loads(pickle.dumps(report))
    for counted in (report, copied):
        assert {one.codes for one in counted.by_reason()} == {
            ("duplicate",),
            ("new_contact", "subscribed"),
        }
