"""Checkboxes and numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import MappingError
from icontact.mapping.numbers import clean_checkbox, clean_number


@pytest.mark.parametrize(
    "value", [True, 1, 1.0, Decimal(1), "1", "true", " YES ", "On", "x", "Ja", "oui", "Sí", "✓"]
)
def test_yes_is_1(value: object) -> None:
    assert clean_checkbox(value).value == "1"


@pytest.mark.parametrize("value", [False, 0, -0.0, "0", "False", "no", "OFF", "nein", "non", "Não"])
def test_no_is_0(value: object) -> None:
    assert clean_checkbox(value).value == "0"


@pytest.mark.parametrize("value", ["maybe", "2", 2, 0.5, b"1", ["1"], {"yes": 1}])
def test_neither_yes_nor_no_is_refused_without_being_repeated(value: object) -> None:
    with pytest.raises(MappingError, match="neither yes nor no") as caught:
        clean_checkbox(value)

    assert "maybe" not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", float("nan")])
def test_blank_stays_blank(value: object) -> None:
    assert clean_checkbox(value).value is None
    assert clean_number(value).value is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (5.0, "5"),
        ("5", "5"),
        (" +5.50 ", "5.5"),
        ("-.5", "-0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
        (Decimal("0e999"), "0"),
        ("-0", "0"),
        ("007", "7"),
    ],
)
def test_numbers_are_written_plainly(value: object, text: str) -> None:
    assert clean_number(value) == (text, (), False)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("5", 2, "5.00"),
        ("5.10", 1, "5.1"),
        (5.0, 0, "5"),
        (0.1, 4, "0.1000"),
    ],
)
def test_a_type_has_its_decimals(value: object, decimals: int, text: str) -> None:
    assert clean_number(value, decimals=decimals) == (text, (), False)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        ("2.5", 0, "3"),
        ("3.5", 0, "4"),
        ("-2.5", 0, "-3"),
        (2.675, 2, "2.68"),
        ("-0.2", 0, "0"),
        ("1e-300", 2, "0.00"),
    ],
)
def test_halves_are_rounded_away_from_zero_with_a_note(
    value: object, decimals: int, text: str
) -> None:
    assert clean_number(value, decimals=decimals) == (
        text,
        (f"rounded to {decimals} decimals",),
        False,
    )


@pytest.mark.parametrize(
    ("value", "thousands", "decimal", "text"),
    [
        ("1,234,567.5", ",", None, "1234567.5"),
        ("1234.5", ",", None, "1234.5"),
        ("-1.234,5", ".", ",", "-1234.5"),
        ("1,5", None, ",", "1.5"),
        ("12\u202f345", " ", None, "12345"),
        ("12 345", "\u00a0", None, "12345"),
        ("1'234.5", "'", None, "1234.5"),
    ],
)
def test_marks_are_read_as_given(
    value: str, thousands: str | None, decimal: str | None, text: str
) -> None:
    assert clean_number(value, thousands=thousands, decimal=decimal).value == text


@pytest.mark.parametrize(
    ("value", "thousands", "decimal"),
    [
        ("1,234", None, None),
        ("12,34", ",", None),
        ("1,2345", ",", None),
        ("1.5", None, ","),
        ("1,2,3", None, ","),
        ("five", None, None),
        ("€5", None, None),
        ("1_000", None, None),
        ("٣", None, None),
        ("", ",", None),
        ("1e9999", None, None),
        ("1e999", None, None),
        ("9" * 41, None, None),
    ],
)
def test_what_is_no_number_is_refused_without_being_repeated(
    value: str, thousands: str | None, decimal: str | None
) -> None:
    value = value or "-"

    with pytest.raises(MappingError) as caught:
        clean_number(value, thousands=thousands, decimal=decimal)

    assert repr(value) not in str(caught.value)


@pytest.mark.parametrize("value", ["nan", "NaN", "NULL", "none"])
def test_words_for_no_number_are_blank(value: str) -> None:
    assert clean_number(value).value is None


@pytest.mark.parametrize(
    ("value", "problem"), [(True, "yes or no"), (b"5", "bytes"), ([5], "list"), ({}, "dict")]
)
def test_other_types_are_no_numbers(value: object, problem: str) -> None:
    with pytest.raises(MappingError, match=problem):
        clean_number(value)


@given(st.decimals(-(10**12), 10**12, places=4) | st.integers(-(10**12), 10**12), st.integers(0, 4))
def test_a_number_changes_by_less_than_its_last_place(number: Decimal | int, decimals: int) -> None:
    text = clean_number(str(number), decimals=decimals).value

    assert text is not None
    assert abs(Decimal(text) - number) <= Decimal("0.5").scaleb(-decimals)
    assert clean_number(text, decimals=decimals) == (text, (), False)


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), Decimal("-Infinity"), "inf"])
def test_what_is_infinite_is_refused_not_dropped(value: object) -> None:
    with pytest.raises(MappingError):
        clean_number(value)
