"""What holds for every row."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import MappingError
from icontact.mapping import ContactMapper, Source
from icontact.mapping.contact_fields import FIELDS
from icontact.models import CustomField, FieldType

CANARY = "Kanarienvogel"


def typed(name: str, kind: FieldType) -> CustomField:
    return CustomField(
        custom_field_id=name,
        private_name=name,
        display_to_user=False,
        field_type=kind,
        public_name="",
        extra={},
    )


CUSTOM = {kind.value: kind for kind in FieldType}
EVERYTHING = ContactMapper(
    {
        **{field: field for field in FIELDS},
        "custom_fields": {
            **{name: name for name in CUSTOM},
            "joined": Source("joined", transform="joined"),
            "named": Source("named", transform="full_name", part="last"),
            "called": Source("called", transform=lambda value: value + value),
        },
    },
    country="country",
    long_state="reject",
).checked(
    [typed(name, kind) for name, kind in CUSTOM.items()]
    + [typed(name, FieldType.TEXT) for name in ("joined", "named", "called")]
)
NAMES = [*FIELDS, *CUSTOM, "joined", "named", "called", "country"]

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text()
    | st.decimals() | st.dates() | st.datetimes() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(NAMES) | st.text() | st.integers(), json_values),
    st.just("jo@example.com") | st.emails() | json_values,
)
def test_a_row_is_mapped_or_refused_and_nothing_else(row: dict[Any, Any], email: Any) -> None:
    row["email"] = email
    explanation = EVERYTHING.explain(row)
    str(explanation)
    try:
        contact = EVERYTHING.apply(row)
    except MappingError as error:
        assert not explanation.ok
        assert error.field in EVERYTHING.targets
        return

    assert explanation.ok
    texts = [*contact.fields.values(), *contact.fields.get("custom_fields", {}).values()]
    assert all(isinstance(text, str) and text for text in texts if not isinstance(text, dict))
    assert len(contact.fields.get("state") or "") <= 10


clean_rows = st.fixed_dictionaries(
    {"email": st.emails()},
    optional={
        **{
            name: st.text(st.characters(categories=["L", "N"]), max_size=12)
            for name in FIELDS
            if name != "email"
        },
        "checkbox": st.booleans(),
        "number": st.integers(-(10**9), 10**9),
        "decimalTwo": st.decimals(-(10**9), 10**9, places=2),
        "date": st.dates().filter(lambda day: day.year >= 1000),
    },
)


@given(clean_rows)
def test_mapping_what_was_mapped_changes_nothing(row: dict[str, Any]) -> None:
    try:
        once = EVERYTHING.apply(row).fields
    except MappingError:
        return
    again: dict[str, Any] = {**once, **once.get("custom_fields", {})}

    assert EVERYTHING.apply(again).fields == once
    assert EVERYTHING.apply(again).notes == ()


@given(
    st.sampled_from([name for name in NAMES if name != "country"]),
    st.sampled_from(
        [
            CANARY, f"{CANARY}@@example.com", f"{CANARY} Berg", f"{CANARY}\x00, {CANARY}",
            [CANARY], [[CANARY]], {CANARY: CANARY}, CANARY.encode(), f"{CANARY}@ß.example",
            f"{CANARY}<script>", f"2026-03-04 {CANARY}",
        ]
    ),
)  # fmt: skip
def test_no_refusal_and_no_note_repeats_a_value(name: str, value: Any) -> None:
    row = {"email": "jo@example.com", name: value, "country": CANARY}
    try:
        contact = EVERYTHING.apply(row)
    except MappingError as error:
        seen = [str(error), repr(error), repr(error.__dict__), repr(error.__context__)]
    else:
        seen = [repr(contact), *contact.notes]

    assert CANARY not in "".join([*seen, repr(EVERYTHING.explain(row))])


class Raising:
    def fail(self, *_: object) -> Any:
        raise ValueError(CANARY)

    __str__ = __repr__ = __eq__ = __bool__ = fail
    __hash__ = None  # type: ignore[assignment]  # like a frame


class RaisingText(str):
    __slots__ = ()

    def strip(self, *_: object) -> str:
        raise ValueError(CANARY)

    __str__ = strip


class RaisingList(list[Any]):
    def __iter__(self) -> Any:
        raise ValueError(CANARY)


class RaisingRow(dict[str, Any]):
    def get(self, *_: object) -> Any:
        raise ValueError(CANARY)


def type_name(value: object) -> str:
    return type(value).__name__


ITSELF: list[Any] = []
ITSELF.append(ITSELF)


@pytest.mark.parametrize(
    "value",
    [
        Raising(), RaisingText("x"), RaisingList([1]), ITSELF, 10**6000, [10**6000],
        {10**6000, 1}, {"status": 10**6000}, Fraction(10**6000, 3),
    ],
    ids=type_name,
)  # fmt: skip
@pytest.mark.parametrize("name", [*NAMES, "doNotEmail"])
def test_a_value_whose_own_methods_raise_is_refused_like_others(name: str, value: Any) -> None:
    row = {"email": "jo@example.com", name: value}
    for read in (EVERYTHING.map, EVERYTHING.apply, EVERYTHING.explain):
        try:
            read(row)
        except MappingError as error:
            assert CANARY not in repr(error)
            assert error.__context__ is None


@pytest.mark.parametrize("value", [Raising(), 10**6000, [10**6000], ITSELF], ids=type_name)
@pytest.mark.parametrize("option", ["do_not_contact", "consent"])
def test_what_cannot_be_read_where_a_row_says_who_may_be_mailed_is_not_a_yes(
    option: str, value: Any
) -> None:
    options: dict[str, Any] = {option: "said"}
    with pytest.raises(MappingError, match=r"not known as a yes|must not be mailed") as refused:
        ContactMapper({"email": "email"}, **options).map({"email": "jo@example.com", "said": value})
    assert refused.value.field in ("consent", "do_not_contact")


@pytest.mark.parametrize("read", [EVERYTHING.map, EVERYTHING.apply, EVERYTHING.explain])
def test_a_row_whose_own_methods_raise_is_refused(read: Any) -> None:
    with pytest.raises(MappingError, match=r"^the row cannot be read: ValueError$"):
        read(RaisingRow(email="jo@example.com"))


@pytest.mark.parametrize("length", [10_000, 200_000])
def test_long_values_take_no_long_time(length: int) -> None:
    for value in (
        " " * length + "\x00x",
        "<" * length,
        "&" * length,
        "1," * length,
        "a b " * length,
    ):
        row = {"email": "jo@example.com", "first_name": value, "joined": value, "named": value}
        assert EVERYTHING.explain(row)["first_name"].outcome in ("set", "refused")
        assert not EVERYTHING.explain({"email": value, "number": value, "date": value}).ok


#: Letters, digits, and what cleaning might take for a blank, an entity, a mark or a power of ten.
PLAIN_LOOKING = st.text("aEe0159 .,:'-+()/&;_@é\u200b\n", max_size=12) | st.from_regex(
    r"(?:0{1,4}[-/.]?){1,3}|[0-9]([.,][0-9])?e[0-9]", fullmatch=True
)


@given(st.sampled_from(["first_name", "postal_code", "phone", "text"]), PLAIN_LOOKING)
def test_a_plain_text_becomes_what_the_explanation_of_its_row_says(field: str, text: str) -> None:
    row = {"email": "jo@example.com", field: text}
    explained = next(
        one for one in EVERYTHING.explain(row).fields if one.target.split(".")[-1] == field
    )

    mapped = EVERYTHING.apply(row)

    fields: Any = {**mapped.fields, **mapped.fields.get("custom_fields", {})}
    assert fields.get(field) == explained.result
    assert mapped.notes == tuple(f"{explained.target}: {note}" for note in explained.notes)


@given(st.text("aZ0._+-@ ", max_size=70) | st.emails())
def test_white_space_around_an_address_changes_nothing(address: str) -> None:
    def outcome(given: str) -> str | None:
        try:
            return EVERYTHING.map({"email": given}).get("email")
        except MappingError as error:
            return error.problem

    assert outcome(address) == outcome(f" {address}\t") or not address.strip()
