"""The short way says what the general way says, or that it is not sure."""

from __future__ import annotations

import functools
import os
import pickle
import sys
from collections import OrderedDict, UserDict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from itertools import product
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from icontact.errors import MappingError
from icontact.mapping import ContactMapper, Source, clean_email
from icontact.mapping.quick import LEFT_OUT, UNSURE
from icontact.mapping.slots import Slot, make_slot
from icontact.mapping.targets import FIELDS
from icontact.mapping.transforms import TRANSFORMS, Setting
from icontact.mapping.values import INVISIBLE, is_blank
from icontact.models import CustomField, FieldType

EXAMPLES = int(os.environ.get("ICONTACT_TEST_EXAMPLES", "100"))

TYPES = [kind.value for kind in FieldType]
TARGETS = [*FIELDS, *TYPES]
FORMS = ["%Y-%m-%d", "%d.%m.%Y"]


class Word(StrEnum):
    DURHAM = "Durham"


class Figure(IntEnum):
    SEVEN = 7


class Text(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Moment(datetime):
    pass


class Row(dict[Any, Any]):
    def __missing__(self, key: object) -> str:
        return "made up"


def typed(name: str) -> CustomField:
    return CustomField(
        custom_field_id=name,
        private_name=name,
        display_to_user=False,
        field_type=name,
        public_name="",
        extra={},
    )


def generally(mapper: ContactMapper, row: Any) -> tuple[object, ...]:
    """What the general way, which explains, comes to."""
    explanation = mapper.explain(row)
    if explanation.problems:
        refused = next(field for field in explanation.fields if field.problem)
        return explanation.problems[0], refused.target
    fields: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for field in explanation.fields:
        if field.outcome != "left out":
            before, _, name = field.target.rpartition("custom_fields.")
            (fields if before == "" and name in FIELDS else custom)[name] = field.result
    if custom:
        fields["custom_fields"] = custom
    notes = [f"{field.target}: {note}" for field in explanation.fields for note in field.notes]
    return written(fields), tuple(notes)


def shortly(mapper: ContactMapper, row: Any) -> tuple[object, ...]:
    """What the mapper makes of a row."""
    try:
        contact = mapper.apply(row)
    except MappingError as error:
        return str(error), error.field
    return written(contact.fields), contact.notes


def written(fields: Mapping[str, Any]) -> str:
    """Fields with their order, and the types of their values."""
    return repr(list(fields.items()))


def slot(target: str, source: Any = "value", **setting: Any) -> Slot:
    given: dict[str, Any] = {"options": {}, "date_format": FORMS[0], "long_state": "omit"}
    custom = target not in FIELDS
    return make_slot(
        target,
        source,
        custom=custom,
        setting=Setting(**(given | setting)),
        field_type=target if custom else None,
    )


def short(target: str, value: Any, source: Any = "value", **setting: Any) -> object:
    """What the short way makes of a value, once it is certain that the general way agrees."""
    return agreed(slot(target, source, **setting), value)


def agreed(made: Slot, value: Any) -> object:
    row = {"value": value}
    taken = made.quick(row)
    if taken is not UNSURE:
        filled = made.fill(row, None)
        general = LEFT_OUT if filled.outcome == "left out" else filled.result
        assert (filled.problem, filled.notes) == (None, ())
        assert (taken, type(taken)) == (general, type(general))
    return taken


EDGES: list[Any] = [
    # Texts around the border between what is plain and what is not.
    "", " ", "  Jo ", "Jo\n", "\tJo", "Jo\u200b", "\ufeffJo", "Zoë", "Fish & Chips", "R&amp;D",
    "&nbsp;", "a\x00b", "\ud800", "0", "-0", "007", "5", " 5", "5.0", "1e3", "1,000", "1'000", "٣",
    "²", "123456789012345", "1234567890123456", "true", "TRUE", "yes", " no ", "on", "nan", "None",
    "2026-03-04", "2026-02-28", "2026-02-29", "2026-02-30", "2026-13-01", "0000-00-00",
    "0999-01-01", "2026-W01-1", "2026-03-04 10:00", "03/04/2026", "31/03/2026", "04.03.2026",
    "North Carolina", "NC", "0123456789", "01234567890", "php|js", "Dr. Jo van der Berg Jr.",
    # Addresses, and what looks like one.
    "jo@example.com", "Jo@Example.COM", " jo@example.com ", "jo@example.com\n", "@example.com",
    "jo", "jo@", "jo@example", "jo@example.", "jo@.com", "jo@-a.com", "jo@a-.com", "jo@a--b.de",
    ".jo@example.com", "jo.@example.com", "j..o@example.com", "j.o@example.com", "jo@@a.com",
    "jo@a@b.com", "jo+x@example.com", "jo&co@example.com", "jo_b@example.com", "jo@a_b.com",
    "Jo <jo@example.com>", "mailto:jo@example.com", "jö@example.com", "jo@exämple.com",
    "j o@example.com", '"jo"@example.com', "jo@1.2", "jo@EXAMPLE.1", "jo@ⅷ.com", "ſ@a.com",
    "a" * 64 + "@example.com", "a" * 65 + "@example.com", "jo@" + "a" * 63 + ".com",
    "jo@" + "a" * 64 + ".com", "jo@" + "a.b." * 63 + "com", "jo@" + "a.b." * 61 + "c.com",
    " " * 9 + "jo@" + "a." * 122 + "e.com", "\u2028jo@example.com", "K@\u212a.com",
    # Numbers, days and other things.
    *[10**power + more for power in (0, 9, 10, 14, 15, 39, 40) for more in (-1, 0, 1)],
    -1, -(10**14), -(10**15), -(10**15) + 1, 0.0, 1.0, -0.5, 2.5, float("nan"), float("inf"),
    Decimal(0), Decimal("1.25"), Decimal("NaN"), True, False, date(2026, 3, 4), date(999, 1, 1),
    datetime(2026, 3, 4, 10, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), Moment(2026, 3, 4),
    None, b"Jo", [], [None], ["a", "b"], ("a",), {"a"}, {}, object,
    Word.DURHAM, Figure.SEVEN, Text("Jo"), Text("jo@example.com"), Text(""),
]  # fmt: skip

OPTIONS: list[dict[str, Any]] = [
    {}, {"empty": "clear"}, {"decimals": 0}, {"decimals": 3}, {"thousands": ","},
    {"decimal": ",", "thousands": "'"}, {"dayfirst": True}, {"input_format": "%d.%m.%Y"},
    {"split": ";"}, {"part": "first"}, {"default": "1"}, {"default": 5, "empty": "clear"},
    {"default": "2026-03-04"},
]  # fmt: skip
# Every transform there is, so that a new one is held against the short way as well.
OWN: list[Any] = [None, *TRANSFORMS, str.strip, len]


@functools.cache
def possible() -> list[tuple[str, dict[str, Any]]]:
    """Every field with every source that can serve it, but for its keys."""
    return [
        (target, {"transform": transform, **options})
        for target, transform, options in product(TARGETS, OWN, OPTIONS)
        if serves(target, {"transform": transform, **options})
    ]


def serves(target: str, given: dict[str, Any]) -> bool:
    try:
        slot(target, {"key": "value", **given})
    except MappingError:
        return False
    return True


near_addresses = st.text("jJ.@-_+&<> 0ö", max_size=12).map(lambda text: text + "@Example.com")
values: st.SearchStrategy[Any] = (
    st.sampled_from(EDGES)
    | near_addresses
    | st.text(max_size=12)
    | st.integers()
    | st.decimals()
    | st.floats()
    | st.dates()
    | st.datetimes()
)

KEYS: list[Any] = ["a", "b", "c", "d", 0, 1]
keys: st.SearchStrategy[Any] = st.sampled_from(KEYS) | st.lists(
    st.sampled_from(KEYS), min_size=1, max_size=3
)


@st.composite
def mappers(draw: st.DrawFn) -> ContactMapper:
    """A mapper of several fields, bound to a folder or not."""
    fields: dict[str, Any] = {"email": "a"}
    custom: dict[str, Any] = {}
    for target, source in draw(st.lists(st.sampled_from(possible()), min_size=1, max_size=8)):
        (fields if target in FIELDS else custom)[target] = {"key": draw(keys), **source}
    if draw(st.booleans()):
        fields["email"] = "a"
    try:
        mapper = ContactMapper(
            {**fields, "custom_fields": custom},
            country=draw(st.none() | keys),
            date_format=draw(st.sampled_from(FORMS)),
            long_state=draw(st.sampled_from(["omit", "reject"])),
        )
    except MappingError:
        # An option of a type, which fields have once they are bound to a folder.
        reject()
    return mapper.checked(map(typed, TYPES)) if draw(st.booleans()) else mapper


kinds = st.sampled_from([dict, dict, dict, OrderedDict, UserDict, MappingProxyType, Row])


def test_both_ways_agree_on_every_edge_in_every_field() -> None:
    for target, source in possible():
        made = slot(target, {"key": "value", **source})
        # Behind several steps there is no short way, but for blank values.
        for value in EDGES if len(made.steps) == 1 else ("", " ", None, "Jo"):
            agreed(made, value)


@settings(max_examples=EXAMPLES)
@given(
    mappers(),
    st.fixed_dictionaries(
        {"a": st.just("jo@example.com") | st.just("Jo@Example.com") | values},
        optional={key: values for key in KEYS if key != "a"},
    ),
    kinds,
)
def test_both_ways_come_to_the_same(mapper: ContactMapper, row: dict[Any, Any], kind: Any) -> None:
    view = kind(row)

    assert shortly(mapper, view) == generally(mapper, view)


@settings(max_examples=EXAMPLES)
@given(st.sampled_from(TARGETS), values)
def test_what_the_short_way_is_sure_of_the_general_way_says(target: str, value: Any) -> None:
    short(target, value)


@settings(max_examples=EXAMPLES)
@given(near_addresses | st.text())
def test_an_address_that_it_takes_is_the_cleaned_one(address: str) -> None:
    taken = short("email", address)

    assert taken is UNSURE or taken == clean_email(address).value


def test_the_only_printable_character_that_counts_as_blank_is_the_space() -> None:
    spaces = [letter for letter in map(chr, range(sys.maxunicode + 1)) if letter.isspace()]

    assert [letter for letter in [*spaces, *INVISIBLE] if letter.isprintable()] == [" "]


PLAIN: list[tuple[str, Any, Any]] = [
    ("first_name", "Zoë", "Zoë"),
    ("first_name", " Jo  Ann ", "Jo  Ann"),
    ("phone", 8668039462, "8668039462"),
    ("city", "", LEFT_OUT),
    ("city", "   ", LEFT_OUT),
    ("city", None, LEFT_OUT),
    ("postal_code", "02169", "02169"),
    ("state", "NC", "NC"),
    ("state", "0123456789", "0123456789"),
    ("state", 5, "5"),
    ("state", "", LEFT_OUT),
    ("status", "normal", "normal"),
    ("email", "Jo@example.com", "Jo@example.com"),
    ("email", " jo.b+x@Sub.Example.COM ", "jo.b+x@sub.example.com"),
    ("email", "jo@xn--exmple-cua.com", "jo@xn--exmple-cua.com"),
    ("text", "red", "red"),
    ("text", -5, "-5"),
    ("number", 5, "5"),
    ("number", 0, "0"),
    ("number", "12", "12"),
    ("number", "", LEFT_OUT),
    ("decimalTwo", -5, "-5.00"),
    ("decimalTwo", "5", "5.00"),
    ("checkbox", True, "1"),
    ("checkbox", 0, "0"),
    ("checkbox", "yes", "1"),
    ("checkbox", "", LEFT_OUT),
    ("date", "2026-02-28", "2026-02-28"),
    ("date", date(2024, 2, 29), "2024-02-29"),
    ("date", datetime(2026, 3, 4, 23, 59, tzinfo=UTC), "2026-03-04"),
    ("date", "", LEFT_OUT),
]


@pytest.mark.parametrize(("target", "value", "text"), PLAIN)
def test_plain_values_go_the_short_way(target: str, value: Any, text: object) -> None:
    assert short(target, value) == text


@pytest.mark.parametrize(
    ("target", "value"),
    [
        ("first_name", "Jo\n"),
        ("first_name", "R&amp;D"),
        ("first_name", "\u200b"),
        ("first_name", Text("Jo")),
        ("first_name", Word.DURHAM),
        ("first_name", 1.0),
        ("phone", True),
        ("phone", Figure.SEVEN),
        ("phone", 10**15),
        ("phone", -(10**15)),
        ("postal_code", 2169),
        ("state", "North Carolina"),
        ("state", 10**12),
        ("email", None),
        ("email", ""),
        ("email", 5),
        ("email", Text("jo@example.com")),
        ("email", "Jo <jo@example.com>"),
        ("email", "jo@example"),
        ("email", "jo@exämple.com"),
        ("email", "a" * 65 + "@example.com"),
        ("email", "jo@" + "a.b." * 63 + "com"),
        ("number", True),
        ("number", 10**15),
        ("number", "007"),
        ("number", "1,5"),
        ("number", "1234567890123456"),
        ("number", Decimal(5)),
        ("checkbox", 2),
        ("checkbox", "maybe"),
        ("checkbox", 1.0),
        ("checkbox", []),
        ("date", "2026-02-29"),
        ("date", "0999-01-01"),
        ("date", date(999, 1, 1)),
        ("date", Moment(2026, 3, 4)),
        ("date", 20260304),
    ],
)
def test_whatever_is_not_plain_goes_the_general_way(target: str, value: Any) -> None:
    assert short(target, value) is UNSURE


def test_a_source_of_several_keys_takes_the_first_that_is_not_blank() -> None:
    quick = slot("phone", ("phone", "mobile")).quick

    assert quick({"phone": " ", "mobile": "5"}) == "5"
    assert quick({"mobile": "5"}) == "5"
    assert quick({"phone": "4", "mobile": "5"}) == "4"
    assert quick({"phone": float("nan"), "mobile": "5"}) is UNSURE
    assert quick({"phone": None}) is LEFT_OUT


def test_a_blank_value_clears_where_the_source_says_so() -> None:
    assert short("city", None, Source("value", empty="clear")) is None
    assert short("city", " ", Source("value", empty="clear")) is None


def test_a_blank_value_with_a_default_goes_the_general_way() -> None:
    source = Source("value", default="Durham")

    assert short("city", "", source) is UNSURE
    assert short("city", "Cary", source) == "Cary"


@pytest.mark.parametrize("transform", [str.upper, "joined", "number"])
def test_a_value_with_a_transform_of_its_own_goes_the_general_way(transform: Any) -> None:
    source = Source("value", transform=transform)

    assert short("city", "Cary", source) is UNSURE
    assert short("city", "", source) is LEFT_OUT


def test_a_transform_without_a_short_way_goes_the_general_way() -> None:
    source = Source("value", transform=str.upper)

    assert slot("text", source).quick({"value": "red"}) is UNSURE


def test_the_fewer_decimals_count() -> None:
    assert short("decimalTwo", 5, Source("value", decimals=1)) == "5.0"
    assert short("decimalTwo", 5, Source("value", decimals=3)) == "5.00"
    assert short("decimalTwo", "5", Source("value", thousands=",", decimals=0)) == "5"


def test_dates_go_the_short_way_in_iso_alone() -> None:
    assert short("date", "2026-03-04", date_format="%d.%m.%Y") is UNSURE
    assert short("date", "2026-03-04", Source("value", input_format="%Y-%d-%m")) is UNSURE
    assert short("date", "2026-03-04", Source("value", dayfirst=True)) == "2026-03-04"


def test_checkboxes_agree_on_every_value_of_the_short_way() -> None:
    for value in (True, False, 1, 0, "1", "0", "true", "false", "yes", "no", "on", "off"):
        assert short("checkbox", value) in ("1", "0")


EVERYTHING = ContactMapper(
    {
        **{name: name for name in FIELDS if name != "phone"},
        "phone": ("phone", "mobile"),
        "custom_fields": {name: name for name in TYPES},
    },
    country="country",
).checked(map(typed, TYPES))
PLAIN_ROW = {name: value for name, value, _ in PLAIN if not is_blank(value)}


def test_a_row_of_plain_values_never_goes_the_general_way(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = generally(EVERYTHING, PLAIN_ROW)

    def fill(*_: object) -> None:
        raise AssertionError("it went the general way")

    monkeypatch.setattr(Slot, "fill", fill)

    assert shortly(EVERYTHING, PLAIN_ROW) == expected
    with pytest.raises(AssertionError):
        EVERYTHING.apply({**PLAIN_ROW, "city": "Fish &amp; Chips"})


@pytest.mark.parametrize("kind", [OrderedDict, Row, UserDict, MappingProxyType])
def test_a_row_that_is_no_plain_dict_goes_the_general_way(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[str] = []
    fill = Slot.fill

    def noted(slot: Slot, row: Any, country: object) -> Any:
        filled.append(slot.label)
        return fill(slot, row, country)

    monkeypatch.setattr(Slot, "fill", noted)
    EVERYTHING.apply(kind(PLAIN_ROW))

    assert filled == [*EVERYTHING.targets]


def test_one_value_that_is_not_plain_keeps_no_other_from_the_short_way() -> None:
    row = {**PLAIN_ROW, "city": "Fish &amp; Chips", "postal_code": 2169}

    contact = EVERYTHING.apply(row)

    assert contact.fields["city"] == "Fish & Chips"
    assert contact.notes == ("postal_code: came as a number: zeros at its front may be lost",)
    assert shortly(EVERYTHING, row) == generally(EVERYTHING, row)


def test_of_several_problems_the_first_field_s_is_told_and_every_transform_has_run() -> None:
    ran: list[object] = []
    mapper = ContactMapper({"email": "e", "city": "c", "fax": Source("f", transform=ran.append)})

    with pytest.raises(MappingError, match=r"^email: the row has no e-mail address") as caught:
        mapper.map({"c": b"x", "f": "y"})

    assert caught.value.field == "email"
    assert ran == ["y"]


def test_the_short_way_survives_a_pickle() -> None:
    copied = pickle.loads(pickle.dumps(EVERYTHING))

    assert shortly(copied, PLAIN_ROW) == shortly(EVERYTHING, PLAIN_ROW)
    assert copied.apply({"email": "jo@example.com"}).fields == {"email": "jo@example.com"}


def test_slots_of_one_meaning_are_equal() -> None:
    assert slot("city") == slot("city")
    assert "quick" not in repr(slot("city"))


@pytest.mark.parametrize("text", ["a" * 200_000, "a." * 100_000, "-" * 200_000])
def test_long_texts_take_no_long_time(text: str) -> None:
    for target in ("email", "number", "date", "state"):
        assert short(target, text) is UNSURE
    assert short("email", f"jo@{text[:240]}-") is UNSURE
