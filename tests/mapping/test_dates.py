"""Dates in, dates out."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import MappingError
from icontact.mapping.dates import check_input_format, check_output_format, clean_date


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2026, 3, 4),
        dt.datetime(2026, 3, 4, 23, 59, tzinfo=dt.UTC),
        "2026-03-04",
        " 2026-03-04 10:00:00 ",
        "2026-03-04T10:00:00.000Z",
        "2026-03-04T23:59:59-04:00",
    ],
)
def test_iso_in_any_form_is_read(value: object) -> None:
    assert clean_date(value) == ("2026-03-04", (), False)


@pytest.mark.parametrize("value", ["31/03/2026", "03/31/2026", "31.3.2026 10:00", "3-31-2026"])
def test_what_can_only_be_one_day_is_read(value: str) -> None:
    assert clean_date(value).value == "2026-03-31"


def test_the_same_number_twice_is_one_day() -> None:
    assert clean_date("04/04/2026").value == "2026-04-04"


@pytest.mark.parametrize("value", ["03/04/2026", "3.4.2026", "03-04-2026 10:00"])
def test_an_ambiguous_date_is_refused_unless_the_order_is_set(value: str) -> None:
    with pytest.raises(MappingError, match="ambiguous date: set dayfirst or input_format"):
        clean_date(value)

    assert clean_date(value, dayfirst=True).value == "2026-04-03"
    assert clean_date(value, dayfirst=False).value == "2026-03-04"


def test_an_order_that_is_set_is_kept_to() -> None:
    with pytest.raises(MappingError, match="not a date"):
        clean_date("31/03/2026", dayfirst=False)


def test_an_input_format_is_the_only_one() -> None:
    assert clean_date("4 March 2026", input_format="%d %B %Y").value == "2026-03-04"
    with pytest.raises(MappingError, match="form %d %B %Y") as caught:
        clean_date("2026-03-04", input_format="%d %B %Y")
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "value",
    ["2026-02-30", "2026-3-4", "20260304", "04/03/26", "31/31/2026", "yesterday", "0999-01-01",
     dt.date(999, 1, 1), "2026-03-04 25:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_without_being_repeated(value: object) -> None:
    with pytest.raises(MappingError, match="not a date of the form YYYY-MM-DD") as caught:
        clean_date(value)

    assert str(value) not in str(caught.value)


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        *(("%Y%m%d", "20260304", "2026-03-04"), ("%d%m%y", "040326", "2026-03-04")),
        *(("%Y%m%d", "2026112", None), ("%d%m%Y", "1112026", None), ("%Y%m%d", "202634", None)),
        ("%d/%m/%Y", "4/3/2026", "2026-03-04"),
    ],
)
def test_numbers_that_run_together_have_all_their_digits(
    form: str, text: str, day: str | None
) -> None:
    if day is not None:
        assert clean_date(text, input_format=form).value == day
        return
    with pytest.raises(MappingError, match="not a date of the form"):
        clean_date(text, input_format=form)


@pytest.mark.parametrize("value", [1772582400, 1.5, b"2026-03-04", ["2026-03-04"]])
def test_numbers_and_lists_are_no_dates(value: object) -> None:
    with pytest.raises(MappingError, match="a date is a date or its text"):
        clean_date(value)


@pytest.mark.parametrize("value", [None, "", "0000-00-00", "0000-00-00 00:00:00"])
def test_blank_and_mysqls_zero_are_no_date_at_all(value: object) -> None:
    assert clean_date(value).value is None


def test_dates_are_written_in_the_given_form() -> None:
    assert clean_date("2026-03-04", date_format="%m/%d/%Y").value == "03/04/2026"


@given(st.dates(dt.date(1000, 1, 1)))
def test_reading_what_was_written_changes_nothing(day: dt.date) -> None:
    written = clean_date(day).value

    assert written == day.isoformat()
    assert clean_date(written).value == written


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%m/%d/%Y", "%d.%m.%y", "%x"])
def test_formats_for_writing_tell_days_apart(form: str) -> None:
    assert check_output_format(form) == form


@pytest.mark.parametrize(
    "form",
    [
        "",
        "YYYY-MM-DD",
        "%Y-%m",
        "%d",
        "%Y年%m月%d日",
        "%Y-%m-%d %Q",
        "%Y-%m-%d\x00",
        "%Y-%m-%d%",
        None,
        5,
    ],
)
def test_a_format_for_writing_that_loses_the_day_is_refused(form: object) -> None:
    with pytest.raises(MappingError, match="date_format must write"):
        check_output_format(form)


@pytest.mark.parametrize("form", ["%d.%m.%Y", "%m/%d/%y", "%d %B %Y %H:%M", "%Y%m%d"])
def test_formats_for_reading_hold_a_full_date(form: str) -> None:
    check_input_format(form)


@pytest.mark.parametrize("form", ["%d.%m", "%Y-%m", "%Y", "YYYY", "%Y-%m-%d %Q", "", 5])
def test_a_format_for_reading_that_holds_no_full_date_is_refused(form: object) -> None:
    with pytest.raises(MappingError, match="input_format must read"):
        check_input_format(form)


@pytest.mark.parametrize("value", ["12/11/2026", "11/12/2026", "1/12/2026", "12/1/2026"])
def test_a_twelve_may_be_a_month(value: str) -> None:
    with pytest.raises(MappingError, match="ambiguous date"):
        clean_date(value)
