"""From a row to contact fields."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
from collections import namedtuple
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from icontact.errors import DoNotContact, MappingError
from icontact.mapping import ContactMapper, Source
from icontact.mapping.contact_fields import FIELDS
from icontact.models import ContactFields, CustomField, FieldType

TYPES = {
    "vip": FieldType.CHECKBOX,
    "colour": FieldType.TEXT,
    "score": FieldType.NUMBER,
    "price": FieldType.DECIMAL_TWO,
    "born": FieldType.DATE,
    "odd": "somethingNew",
}
CUSTOM_FIELDS = [
    CustomField(
        custom_field_id=name,
        private_name=name,
        display_to_user=True,
        field_type=kind,
        public_name=name.title(),
        extra={},
    )
    for name, kind in TYPES.items()
]


def mapped(given: Any, value: object, *, target: str = "city") -> Any:
    """Return what one field becomes: its text, None if cleared, ... if left out."""
    mapper = ContactMapper({"email": "email", target: given}, invalid="reject")
    fields: dict[str, Any] = {**mapper.map({"email": "jo@example.com", "value": value})}
    return fields.get(target, ...)


def custom(name: str, given: Any, value: object) -> Any:
    """Return what one custom field becomes in a mapper that knows its type."""
    mapper = ContactMapper({"email": "email", "custom_fields": {name: given}})
    fields = mapper.checked(CUSTOM_FIELDS).map({"email": "jo@example.com", "value": value})
    return fields.get("custom_fields", {}).get(name, ...)


def refusal(call: Callable[[], object]) -> MappingError:
    with pytest.raises(MappingError) as caught:
        call()
    return caught.value


def test_the_fields_are_those_that_can_be_written() -> None:
    assert {*FIELDS, "custom_fields"} == ContactFields.__annotations__.keys()


def test_a_row_becomes_contact_fields() -> None:
    mapper = ContactMapper(
        {"email": "mail", "firstName": "name", "custom_fields": {"score": "points"}}
    )

    assert mapper.map({"mail": "Jo@Example.com", "name": " Jo ", "points": 5, 7: "ignored"}) == {
        "email": "Jo@example.com",
        "first_name": "Jo",
        "custom_fields": {"score": "5"},
    }


@pytest.mark.parametrize("value", [None, "", "  ", float("nan")])
def test_blank_is_left_out_cleared_or_defaulted(value: object) -> None:
    assert mapped("value", value) is ...
    assert mapped(Source("value", empty="clear"), value) is None
    assert mapped(Source("value", default="Durham"), value) == "Durham"


def test_a_key_that_the_row_lacks_is_blank() -> None:
    assert mapped(Source("nowhere", empty="clear"), "x") is None
    assert mapped(Source("nowhere", default="Durham"), "x") == "Durham"


def test_a_value_of_which_nothing_remains_is_blank() -> None:
    assert mapped(Source("value", default="Durham"), "&nbsp;") == "Durham"
    assert mapped(Source("value", empty="clear"), "\x00") is None


def test_the_first_key_that_is_not_blank_counts() -> None:
    mapper = ContactMapper({"email": "email", "phone": ["phone", "mobile"]})
    row = {"email": "jo@example.com", "phone": " ", "mobile": "123"}

    assert mapper.map(row)["phone"] == "123"
    assert mapper.map({**row, "phone": "456"})["phone"] == "456"


def test_columns_may_be_numbers() -> None:
    mapper = ContactMapper({"email": 0, "city": (2, 1)})

    assert mapper.map({0: "jo@example.com", 1: "Durham"}) == {
        "email": "jo@example.com",
        "city": "Durham",
    }


@pytest.mark.parametrize(
    ("row", "state"),
    [({}, "missing"), ({"mail": ""}, "blank"), ({"mail": None, "other": "x@example.com"}, "blank")],
)
def test_an_address_is_never_made_up(row: dict[str, object], state: str) -> None:
    error = refusal(lambda: ContactMapper({"email": "mail"}).map(row))

    assert str(error) == f"email: the row has no e-mail address (column 'mail' is {state})"
    assert (error.field, error.row) == ("email", None)


def test_the_address_is_looked_at_first() -> None:
    mapper = ContactMapper({"city": "city", "email": "email"})

    assert refusal(lambda: mapper.map({"city": b"", "email": "x"})).field == "email"
    assert mapper.targets == ("email", "city")


def test_a_refusal_names_field_and_source_and_no_value() -> None:
    mapper = ContactMapper({"email": "email", "custom_fields": {"vip": "is vip"}}, invalid="reject")
    row = {"email": "jo@example.com", "is vip": "Jo Berg"}

    error = refusal(lambda: mapper.checked(CUSTOM_FIELDS).map(row))

    assert str(error).startswith("custom_fields.vip: neither yes nor no")
    assert str(error).endswith("(column 'is vip')")
    assert error.field == "custom_fields.vip"
    assert error.__context__ is None


def test_notes_say_what_was_changed() -> None:
    mapper = ContactMapper({"email": "email", "state": "state", "postal_code": "zip"})
    row = {"email": "jo@example.com", "state": "Somewhere Else", "zip": 2169.0}

    contact = mapper.apply(row)

    assert contact.email == "jo@example.com"
    assert contact.fields == {"email": "jo@example.com", "postal_code": "2169"}
    assert contact.notes == (
        "state: left out: longer than iContact's 10 characters, and no code for it is known",
        "postal_code: came as a number: zeros at its front may be lost",
    )
    assert "jo@example.com" not in repr(contact)


def test_a_state_is_left_out_in_spite_of_default_and_clearing() -> None:
    for source in (Source("value", default="NC"), Source("value", empty="clear")):
        assert mapped(source, "Somewhere Else", target="state") is ...


def test_a_long_state_may_be_rejected() -> None:
    mapper = ContactMapper({"email": "email", "state": "state"}, long_state="reject")
    row = {"email": "jo@example.com", "state": "Somewhere Else"}

    assert refusal(lambda: mapper.map(row)).field == "state"


def test_the_country_helps_to_read_states() -> None:
    mapper = ContactMapper({"email": "email", "state": "state"}, country=["land", "country"])
    row = {"email": "jo@example.com", "state": "Distrito Federal"}

    assert "state" not in mapper.map(row)
    assert mapper.map({**row, "land": "", "country": "Brasil"})["state"] == "DF"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("vip", "yes", "1"),
        ("vip", 0, "0"),
        ("colour", "red", "red"),
        ("score", "5.5", "6"),
        ("score", 5.0, "5"),
        ("price", "5", "5.00"),
        ("born", "2026-03-04 10:00:00", "2026-03-04"),
        ("born", date(2026, 3, 4), "2026-03-04"),
        ("odd", "x", "x"),
    ],
)
def test_the_type_of_a_custom_field_decides(name: str, value: object, text: str) -> None:
    assert custom(name, "value", value) == text


@pytest.mark.parametrize(
    ("name", "source", "value", "text"),
    [
        ("price", Source("value", thousands=","), "1,234.5", "1234.50"),
        ("price", Source("value", decimals=1), "1.25", "1.3"),
        ("score", Source("value", decimals=4), "1.25", "1"),
        ("born", Source("value", dayfirst=True), "03/04/2026", "2026-04-03"),
        ("colour", Source("value", transform="joined"), "red|green", "red, green"),
        ("colour", Source("value", transform="joined", separator="; "), ["a", "b"], "a; b"),
        ("colour", Source("value", transform="date"), "2026-03-04T10:00", "2026-03-04"),
        ("colour", Source("value", transform="checkbox"), True, "1"),
        # A field's own rules follow whatever transform is named.
        ("score", Source("value", transform="text"), "5.4", "5"),
        ("price", Source("value", transform=len), "abc", "3.00"),
        ("vip", Source("value", transform=lambda points: points > 100), 5, "0"),
    ],
)
def test_a_source_says_how_to_read(name: str, source: Source, value: object, text: str) -> None:
    assert custom(name, source, value) == text


def test_a_full_name_fills_several_fields() -> None:
    parts = {"first_name": "first", "last_name": "last"}
    mapper = ContactMapper.from_config(
        {"email": "email"}
        | {
            field: {"key": "name", "transform": "full_name", "part": part}
            for field, part in parts.items()
        }
    )

    assert mapper.map({"email": "jo@example.com", "name": "Jo van der Berg"}) == {
        "email": "jo@example.com",
        "first_name": "Jo",
        "last_name": "van der Berg",
    }


@pytest.mark.parametrize("made", [None, "", float("nan")])
def test_a_callable_may_say_that_there_is_nothing(made: object) -> None:
    assert mapped(Source("value", transform=lambda _: made), "x") is ...
    assert mapped(Source("value", transform=str.strip, default="Durham"), "x") == "x"


def test_what_a_callable_makes_is_still_checked() -> None:
    def upside_down(value: str) -> str:
        return value[::-1]

    mapper = ContactMapper({"email": Source("email", transform=upside_down)})

    assert mapper.map({"email": "moc.elpmaxe@oj"})["email"] == "jo@example.com"
    assert "not a valid e-mail address" in str(refusal(lambda: mapper.map({"email": "oj"})))


def test_an_address_that_a_callable_takes_away_is_missing() -> None:
    mapper = ContactMapper({"email": Source("email", transform=lambda _: None)})

    assert "no e-mail address" in str(refusal(lambda: mapper.map({"email": "jo@example.com"})))


class Chooser:
    """A callable without a name of its own."""

    def __call__(self, value: str) -> str:
        raise KeyError(value)


def test_a_callable_that_fails_refuses_the_row_without_the_value() -> None:
    source = Source("city", transform=Chooser())
    mapper = ContactMapper({"email": "email", "city": source}, invalid="reject")
    row = {"email": "jo@example.com", "city": "Durham"}

    error = refusal(lambda: mapper.map(row))

    assert str(error) == "city: the transform Chooser raised KeyError (column 'city')"
    assert error.__context__ is None


def test_a_callable_may_refuse_a_row_in_its_own_words() -> None:
    def refuse(_: object) -> str:
        raise MappingError("is out of season")

    error = refusal(lambda: mapped(Source("value", transform=refuse), "x"))

    assert str(error) == "city: is out of season (column 'value')"


def test_a_callable_may_say_that_a_person_must_not_be_mailed_in_any_field() -> None:
    def refuse(_: object) -> str:
        raise DoNotContact("asked by letter not to be mailed")

    mapper = ContactMapper({"email": "email", "city": Source("city", transform=refuse)})
    row = {"email": "jo@example.com", "city": "Durham"}

    with pytest.raises(DoNotContact, match="asked by letter"):
        mapper.map(row)
    assert not mapper.explain(row).ok


def test_a_default_of_a_callable_is_looked_at_in_its_rows() -> None:
    source = Source("value", transform=bytes.fromhex, default="zz")

    assert str(refusal(lambda: mapped(source, ""))).endswith("raised ValueError (default)")


@pytest.mark.parametrize(
    ("name", "default", "text"),
    [("vip", True, "1"), ("score", 5, "5"), ("price", Decimal("1.5"), "1.50"),
     ("born", date(2026, 3, 4), "2026-03-04"), ("colour", "red", "red")],
)  # fmt: skip
def test_a_default_is_transformed_like_a_value(name: str, default: Any, text: str) -> None:
    assert custom(name, Source("value", default=default), None) == text


def test_a_default_that_does_not_fit_is_refused_before_any_row() -> None:
    error = refusal(lambda: custom("vip", Source("value", default="maybe"), None))

    assert str(error).startswith("custom_fields.vip: its default: neither yes nor no")


def test_a_custom_field_cleared_is_none() -> None:
    assert custom("colour", Source("value", empty="clear"), "") is None
    assert custom("colour", "value", "") is ...


def test_rows_may_be_of_many_kinds() -> None:
    mapper = ContactMapper({"email": "email", "city": "city"})
    expected = {"email": "jo@example.com", "city": "Durham"}
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    row = connection.execute("select 'jo@example.com' as email, 'Durham' as city").fetchone()
    connection.close()

    assert mapper.map(row) == expected
    assert mapper.map(expected) == expected


def test_a_pandas_row_is_a_row() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"email": ["jo@example.com"], "zip": [2169.0], "city": [None]})
    mapper = ContactMapper({"email": "email", "postal_code": "zip", "city": "city"})

    rows = [frame.iloc[0], *frame.to_dict("records")]

    assert [mapper.map(row)["postal_code"] for row in rows] == ["2169", "2169"]


@pytest.mark.parametrize("row", [None, "jo@example.com", 5, ["jo@example.com"], {1, 2}, object()])
def test_what_is_no_row_is_refused_by_its_type(row: Any) -> None:
    mapper = ContactMapper({"email": "email"})

    for error in (refusal(lambda: mapper.map(row)), refusal(lambda: mapper.explain(row))):
        assert str(error).endswith(f"not {type(row).__name__}")


def test_the_error_for_a_named_tuple_says_how_to_make_it_a_row() -> None:
    row: Any = namedtuple("Row", "email")("jo@example.com")

    assert "row._asdict() is one" in str(refusal(lambda: ContactMapper({"email": "e"}).map(row)))


def test_a_mapper_tells_what_it_fills_and_reads() -> None:
    mapper = ContactMapper(
        {"email": "mail", "phone": ("phone", "mobile"), "custom_fields": {"score": "mail"}},
        country="land",
    )

    assert mapper.targets == ("email", "phone", "custom_fields.score")
    assert mapper.custom_fields == ("score",)
    assert mapper.sources == ("mail", "phone", "mobile", "land")
    assert repr(mapper) == "<ContactMapper: 'email', 'phone', 'custom_fields.score'>"


def test_missing_columns_are_named_before_the_run() -> None:
    mapper = ContactMapper({"email": "mail", "phone": ("phone", "mobile")}, country="land")

    assert mapper.missing(["mail", "mobile"]) == ()
    assert mapper.missing(["E-mail"]) == ("mail", "phone", "mobile")


def test_a_custom_field_that_the_folder_lacks_names_the_nearest() -> None:
    mapper = ContactMapper({"email": "email", "custom_fields": {"scored": "points"}})

    error = refusal(lambda: mapper.checked(CUSTOM_FIELDS))

    assert str(error) == (
        "custom_fields.scored: the folder has no custom field of this name: did you mean 'score'? "
        "It has 'vip', 'colour', 'score', 'price', 'born', 'odd'."
    )
    assert error.field == "custom_fields.scored"
    assert "create it, or map another. It has no custom fields." in str(
        refusal(lambda: mapper.checked([]))
    )


def test_options_that_mean_nothing_to_the_type_are_refused() -> None:
    error = refusal(lambda: custom("colour", Source("value", thousands=","), "x"))

    assert str(error) == "custom_fields.colour: 'thousands' has no meaning for this field (text)"


def test_checking_leaves_the_mapper_itself_alone() -> None:
    fields: dict[str, Any] = {"email": "email", "custom_fields": {"score": "points"}}
    mapper = ContactMapper(fields, invalid="reject")
    row = {"email": "jo@example.com", "points": "many"}

    refusal(lambda: mapper.checked(CUSTOM_FIELDS).map(row))

    assert mapper.map(row)["custom_fields"] == {"score": "many"}


def test_a_mapper_can_be_pickled() -> None:
    mapper = ContactMapper.preset("mautic").checked(CUSTOM_FIELDS)

    assert pickle.loads(pickle.dumps(mapper)).fingerprint == mapper.fingerprint


def test_fingerprints_are_equal_for_one_meaning() -> None:
    one = ContactMapper({"email": "mail", "first_name": Source(("a", "b"))})
    other = ContactMapper({"firstName": ["a", "b"], "email": {"key": "mail"}})

    assert one.fingerprint == other.fingerprint


def test_fingerprints_differ_with_the_meaning() -> None:
    def double(value: object) -> object:
        return value

    base: dict[str, Any] = {"email": "mail", "custom_fields": {"score": "points"}}
    mappers = [
        ContactMapper(base),
        ContactMapper(base).checked(CUSTOM_FIELDS),
        ContactMapper(base, long_state="reject"),
        ContactMapper(base, date_format="%d.%m.%Y"),
        ContactMapper(base, country="land"),
        ContactMapper({**base, "email": "email"}),
        ContactMapper({**base, "city": 0}),
        ContactMapper({**base, "city": "0"}),
        ContactMapper({**base, "city": Source("0", default="x")}),
        ContactMapper({**base, "city": Source("0", empty="clear")}),
        ContactMapper({**base, "city": Source("0", transform="joined")}),
        ContactMapper({**base, "city": Source("0", transform="joined", split=";")}),
        ContactMapper({**base, "city": Source("0", transform=double)}),
        ContactMapper({**base, "city": Source("0", transform=lambda value: value + 1)}),
        ContactMapper({**base, "city": Source("0", transform=lambda value: value + 2)}),
        ContactMapper({**base, "city": Source("0", transform=str.upper)}),
        ContactMapper({**base, "city": Source("0", transform=Chooser())}),
        ContactMapper({**base, "city": Source("0", transform=lambda v: [lambda: v])}),
    ]

    assert len({mapper.fingerprint for mapper in mappers}) == len(mappers)


def test_a_fingerprint_is_stable() -> None:
    assert ContactMapper({"email": "mail"}).fingerprint == (
        "00aa7603345ead9e4cda881be972bd98452c34965a1c6814b9fdefaa6cc6c3d0"
    )


def test_the_fingerprint_of_a_callable_is_stable_from_process_to_process() -> None:
    program = (
        "from icontact.mapping import ContactMapper, Source\n"
        "rule = lambda value: [word for word in value if word in {'a', 'b', 'c', 'd', 'e'}]\n"
        "print(ContactMapper({'email': Source('email', transform=rule)}).fingerprint)"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(seen) == 1


def test_what_stands_inside_a_callable_counts() -> None:
    mappers = [
        ContactMapper({"email": Source("email", transform=lambda value: [lambda: value + 1])}),
        ContactMapper({"email": Source("email", transform=lambda value: [lambda: value + 2])}),
        ContactMapper({"email": Source("email", transform=lambda value: value in {"a", "b"})}),
        ContactMapper({"email": Source("email", transform=lambda value: value in {"a", "c"})}),
    ]

    assert len({mapper.fingerprint for mapper in mappers}) == len(mappers)


def test_an_unknown_custom_field_close_to_icontact_s_own_names_it() -> None:
    mapper = ContactMapper({"email": "e", "custom_fields": {"frist_name": "f"}})
    assert "did you mean iContact's own field 'first_name'?" in str(
        refusal(lambda: mapper.checked([]))
    )


@pytest.mark.parametrize(
    ("word", "status"), [("normal", "normal"), ("Subscribed", "normal"), ("n/a", ...)]
)
def test_a_status_is_read_in_the_words_of_other_systems(word: str, status: object) -> None:
    mapper = ContactMapper({"email": "email", "status": "status"})

    fields = mapper.map({"email": "jo@example.com", "status": word})

    assert fields.get("status", ...) == status


def test_a_status_that_refuses_or_is_unknown_refuses_the_row() -> None:
    mapper = ContactMapper({"email": "email", "status": "status"})

    with pytest.raises(DoNotContact, match="opted out"):
        mapper.map({"email": "jo@example.com", "status": "unsubscribed"})
    with pytest.raises(MappingError, match="not a known status"):
        mapper.map({"email": "jo@example.com", "status": "purple"})
