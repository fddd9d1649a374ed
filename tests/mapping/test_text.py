"""Blank values, text, and joined choices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import DoNotContact, MappingError
from icontact.mapping import is_blank
from icontact.mapping.values import clean_text, joined, unboxed, verbatim


class NAType:
    """Looks like pandas' NA."""

    def __eq__(self, other: object) -> Any:
        raise TypeError("boolean value of NA is ambiguous")

    def __hash__(self) -> int:
        raise TypeError("unhashable type: NAType")


@pytest.mark.parametrize(
    "value",
    [
        None, "", "  \t\n", "\ufeff", " \u200b ", float("nan"), Decimal("NaN"),
        Decimal("sNaN"), NAType(), [], (), {None, ""}, ["", None],
    ],
)  # fmt: skip
def test_blank_is_what_says_nothing(value: object) -> None:
    assert is_blank(value)
    assert clean_text(value).value is None


@pytest.mark.parametrize(
    "value", [0, False, 0.0, Decimal(0), "0", "nan", "None", [0], b"", {}, object(), dt.date.min]
)
def test_zero_no_and_words_are_not_blank(value: object) -> None:
    assert not is_blank(value)


def test_pandas_own_absent_values_are_blank() -> None:
    pandas = pytest.importorskip("pandas")

    assert is_blank(pandas.NA)
    assert is_blank(pandas.NaT)
    assert is_blank(pandas.Timestamp("NaT"))
    assert not is_blank(pandas.Timestamp("2026-03-04"))


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  Jo  ", "Jo"),
        ("Jo  Berg", "Jo  Berg"),
        ("Müller-Lüdenscheidt 李", "Müller-Lüdenscheidt 李"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        (27713, "27713"),
        (27713.0, "27713"),
        (1e16, "10000000000000000"),
        (0.1, "0.1"),
        (Decimal("1.50"), "1.5"),
        (-0.0, "0"),
        (True, "1"),
        (False, "0"),
        (Colour.RED, "red"),
        (dt.date(2026, 3, 4), "2026-03-04"),
        (dt.datetime(2026, 3, 4, 10, 30, tzinfo=dt.UTC), "2026-03-04 10:30:00+00:00"),
        ("x" * 50_000, "x" * 50_000),
    ],
)
def test_scalars_have_one_text(value: object, text: str) -> None:
    result = clean_text(value)

    assert type(result.value) is str
    assert result == (text, (), False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Fish &amp; Chips", "Fish & Chips"),
        ("Fish &amp;amp; Chips", "Fish &amp; Chips"),
        ("O&#39;Brien &#x26; &eacute;", "O'Brien & é"),
        ("&nbsp;Jo&nbsp;", "Jo"),
        # Unused numbers, incomplete and unknown entities are plain text.
        *(("a&#0;b", "a&#0;b"), ("a&#1;b", "a&#1;b"), ("&#x110000;", "&#x110000;")),
        ("&#xfffd;&#128512;", "&#xfffd;\U0001f600"),
        ("R&notes AT&T; &notit; &copy", "R&notes AT&T; &notit; &copy"),
        ("&nbsp; &#160;", None),
    ],
)
def test_complete_html_entities_are_decoded_once(value: str, text: str | None) -> None:
    assert clean_text(value) == (text, (), False)


@pytest.mark.parametrize("value", ["Jo\nBerg", "Jo \r\n\t Berg", "Jo&#10;Berg", "Jo\u2028Berg"])
def test_line_breaks_become_one_space_and_are_noted(value: str) -> None:
    assert clean_text(value) == ("Jo Berg", ("line breaks or tabs became spaces",), False)


@pytest.mark.parametrize("value", ["Jo\x00Berg", "Jo\x07\x9fBerg", "Jo\ud800Berg"])
def test_control_characters_go_and_are_noted(value: str) -> None:
    assert clean_text(value) == ("JoBerg", ("control characters removed",), False)


def test_text_of_nothing_but_control_characters_is_blank() -> None:
    assert clean_text("\x00\x01") == (None, ("control characters removed",), False)


@pytest.mark.parametrize(
    ("value", "way_out"),
    [
        (b"Jo", "came as bytes: decode it"),
        (["Jo"], "came as a list: join it with transform='joined'"),
        ({"Jo": 1}, "came as dict, which has no one text: give a transform"),
        (10**50, "more than 40 digits"),
        (Decimal("1e999999999"), "more than 40 digits"),
        (Decimal("1e-999999999"), "more than 40 digits"),
    ],
)
def test_what_has_no_one_text_is_refused_with_a_way_out(value: object, way_out: str) -> None:
    with pytest.raises(MappingError, match=way_out):
        clean_text(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("php|js", "php, js"),
        ("php", "php"),
        ("php, js", "php, js"),
        (["php", " js ", "", None], "php, js"),
        (("a", 1, True), "a, 1, 1"),
        ({"b", "a"}, "a, b"),
        (frozenset({2, 1}), "1, 2"),
        (7, "7"),
    ],
)
def test_choices_are_joined(value: object, text: str) -> None:
    assert joined(value).value == text


@pytest.mark.parametrize("text", ['["php", "js"]', ' ["php","js"] ', '["php", "", null, "js"]'])
def test_choices_in_json_are_joined(text: str) -> None:
    assert joined(text).value == "php, js"


@pytest.mark.parametrize("text", ["[php", "[php]", '{"php": "js"}'])
def test_what_only_begins_like_json_is_one_choice(text: str) -> None:
    assert joined(text).value == text


class OldColour(str, Enum):  # noqa: UP042  # as older programs write it
    RED = "dark red"


def test_a_member_of_an_enumeration_of_texts_is_its_text() -> None:
    assert clean_text(OldColour.RED).value == verbatim(OldColour.RED).value == "dark red"


def test_choices_are_split_and_joined_with_given_marks() -> None:
    assert joined("a;b;;c|d", split=";", separator=" / ").value == "a / b / c|d"


def test_notes_on_choices_come_once() -> None:
    assert joined(["a\x00", "b\x00"]).notes == ("control characters removed",)


def test_a_list_of_lists_is_refused() -> None:
    with pytest.raises(MappingError, match="came as a list"):
        joined([["a"]])


def test_numpy_scalars_are_unboxed() -> None:
    numpy = pytest.importorskip("numpy")

    assert unboxed(numpy.float32(0.5)) == 0.5
    assert type(unboxed(numpy.int64(5))) is int
    assert unboxed(numpy.bool_(True)) is True
    assert unboxed(numpy.datetime64("2026-03-04T10:00", "ns")) == dt.datetime(2026, 3, 4, 10)
    assert unboxed(numpy.datetime64("NaT", "ns")) is None
    assert is_blank(numpy.float32("nan"))


def test_arrays_are_lists_as_a_column_of_a_parquet_file_holds_them() -> None:
    numpy = pytest.importorskip("numpy")
    moments = numpy.array(["2026-03-04T10:00"], dtype="datetime64[ns]")
    assert unboxed(moments) == [dt.datetime(2026, 3, 4, 10)]
    assert unboxed(numpy.array([["a"], ["b"]], dtype=object)) == [["a"], ["b"]]
    assert unboxed(numpy.array("alone")) == "alone"
    tags = {"key": "tags", "transform": "joined"}
    mapper = ContactMapper({"email": "mail", "city": "city", "street": tags})
    row = {"mail": "jo@example.com", "tags": numpy.array(["vip", "new"]), "city": numpy.array([])}
    assert mapper.apply(row).fields == {"email": "jo@example.com", "street": "vip, new"}
    left_out = mapper.apply(row | {"city": numpy.array(["Durham", "Raleigh"])})
    assert left_out.notes == (
        "city: left out: came as a list: join it with transform='joined' (column 'city')",
    )


@pytest.mark.parametrize("words", [["yes"], ["Unsubscribed", "vip"]])
def test_an_array_that_says_no_refuses_its_row(words: list[str]) -> None:
    numpy = pytest.importorskip("numpy")
    mapper = ContactMapper({"email": "mail"}, do_not_contact="unsubscribed_at")
    with pytest.raises(DoNotContact):
        mapper.apply({"mail": "jo@example.com", "unsubscribed_at": numpy.array(words)})


def test_numpy_is_recognised_by_its_name_alone() -> None:
    int64 = type("int64", (), {"__module__": "numpy", "item": lambda self: 5})
    datetime64 = type(
        "datetime64",
        (),
        {"__module__": "numpy", "item": lambda self: "a date", "astype": lambda self, unit: self},
    )

    assert unboxed(int64()) == 5
    assert unboxed(datetime64()) == "a date"
    assert unboxed(type("no scalar", (), {"__module__": "numpy"})) is not None


@pytest.mark.parametrize(
    ("value", "text"), [(" a&amp;b\n", " a&amp;b\n"), (5.0, "5"), (True, "1"), (" ", None)]
)
def test_verbatim_text_is_not_cleaned(value: object, text: str | None) -> None:
    assert verbatim(value).value == text


def test_verbatim_text_must_fit_the_field() -> None:
    state = {"key": "state", "transform": "verbatim"}
    mapper = ContactMapper({"email": "email", "state": state}, invalid="reject")
    row = {"email": "jo@example.com", "state": "North Carolina"}
    with pytest.raises(MappingError, match=r"state: longer than the 10 characters"):
        mapper.map(row)
    assert mapper.map({**row, "state": " Carolina"})["state"] == " Carolina"
