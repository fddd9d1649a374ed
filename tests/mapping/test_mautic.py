"""Mautic's mapping, pseudo fields, HTML and do-not-contact, read as they are."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import ConfigError, DoNotContact, MappingError
from icontact.mapping import Source, mautic
from icontact.models import CustomField

LEAD_FIELDS = {"email": "email", "firstName": "firstname", "cf_color": "favourite", "fax": ""}
TARGETS = ("email", "first_name", "custom_fields.color")
JO = {"email": "jo@example.com"}
DNC = "mauticContactIsContactableByEmail"


def problem(given: Any) -> str:
    with pytest.raises(MappingError) as caught:
        ContactMapper.from_mautic(given)
    return str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        LEAD_FIELDS,
        {"leadFields": LEAD_FIELDS},
        {"featureSettings": {"leadFields": LEAD_FIELDS, "list_settings": {"list": "7"}}},
        {"feature_settings": {"leadFields": LEAD_FIELDS}},
        {"integration": "Icontact", "config": {"list_settings": {"leadFields": LEAD_FIELDS}}},
        {
            "i_0": "email", "m_0": "email", "update_mautic_0": 1,
            "i_1": "firstName", "m_1": "firstname",
            "i_2": "cf_color", "m_2": "favourite",
            "i_3": "fax",
        },
    ],
)  # fmt: skip
def test_a_mapping_is_found_in_whatever_mautic_keeps_around_it(given: dict[str, Any]) -> None:
    assert ContactMapper.from_mautic(given).targets == TARGETS


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([LEAD_FIELDS], "an object of fields and aliases, not list"),
        ({"leadFields": "email"}, "an object of fields and aliases, not str"),
        ({"leadFields": []}, "fills no e-mail"),
        ({"firstName": "firstname"}, "fills no e-mail"),
        ({"email": ""}, "fills no e-mail"),
        ({"email": 6}, "email: Mautic's alias of a field is a text, not int"),
        ({"email": "email", "frstName": "firstname"}, "did you mean 'first_name'"),
        ({"email": "email", "first_name": "a", "firstName": "b"}, "first_name is mapped twice"),
        ({"email": "email", "cf_email": "other"}, "'email' is a field of iContact's own"),
        ({"email": "email", "cf_": "other"}, "named by its private name"),
        ({"i_0": "email", "m_0": "email", "x": 1}, "'x' beside its numbered rows"),
        ({"m_0": "email"}, "no field in its row 0"),
        ({"i_0": "email", "m_0": "a", "i_1": "email", "m_1": "b"}, "email is mapped twice"),
    ],
)
def test_what_is_wrong_with_mautics_mapping_is_named(given: Any, said: str) -> None:
    assert said in problem(given)


def test_a_missing_address_is_never_made_up() -> None:
    mapper = ContactMapper.from_mautic(LEAD_FIELDS)

    with pytest.raises(MappingError, match="no e-mail address"):
        mapper.map({"firstname": "Jo", "email": ""})


def test_mautics_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mautic.json"
    path.write_text("\ufeff" + json.dumps({"featureSettings": {"leadFields": LEAD_FIELDS}}))

    assert ContactMapper.from_mautic_file(path).targets == TARGETS


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not in UTF-8"),
        (b"[" * 200_000, "cannot read"),
        (b"1" * 5000, "a number is too long"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "mautic.json"
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=said):
        ContactMapper.from_mautic_file(path)


def test_a_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        ContactMapper.from_mautic_file(tmp_path / "none.json")


def test_mautics_spelling_stands_in_a_toml_table_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "icontact.toml"
    path.write_text('[mapping]\nfirstName = "firstname"\ncf_color = "favourite"\nemail = "email"\n')

    mapper = ContactMapper.from_toml(path)

    assert mapper.targets == TARGETS
    assert mapper.as_config()["custom_fields"] == {"color": "favourite"}


def test_the_prefix_counts_at_the_front_alone() -> None:
    mapper = ContactMapper.from_config({"email": "e", "cf_my_cf_field": "a", "cf_cf_twice": "b"})

    assert mapper.custom_fields == ("my_cf_field", "cf_twice")


def test_a_field_that_is_mapped_in_both_spellings_is_an_error() -> None:
    with pytest.raises(MappingError, match="color is mapped twice: there, and as cf_color"):
        ContactMapper.from_config({"email": "e", "cf_color": "a", "custom_fields": {"color": "b"}})


def test_custom_fields_that_are_not_a_table_are_an_error() -> None:
    with pytest.raises(MappingError, match="custom_fields is a table"):
        ContactMapper.from_config({"email": "e", "cf_color": "a", "custom_fields": "b"})


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"featureSettings": {"leadFields": {}, "list_settings": {"list": "205303"}}}, 205303),
        ({"config": {"list_settings": {"list": 7, "leadFields": {}}}}, 7),
        ({"list_settings": {"list": "Newsletter"}}, "Newsletter"),
        ({"list_settings": {"list": True}}, None),
        ({"list_settings": {"list": ""}}, None),
        (LEAD_FIELDS, None),
        ([], None),
    ],
)
def test_the_list_that_mautic_pushed_to_is_found(settings: Any, found: object) -> None:
    assert mautic.list_of(settings) == found


# Do-not-contact


@pytest.mark.parametrize("value", [1, 2, 3, "1", "3", True, "true", "yes", 1.0, Decimal(1)])
def test_a_person_suppressed_in_mautic_is_refused(value: object) -> None:
    mapper = ContactMapper({"email": "email"})

    with pytest.raises(DoNotContact, match="must not be mailed") as caught:
        mapper.map({**JO, DNC: value})
    assert "jo@" not in str(caught.value)
    assert caught.value.field == "do_not_contact"


@pytest.mark.parametrize("value", [0, "0", "00", False, "no", None, "", 0.0, []])
def test_whom_mautic_may_mail_is_not(value: object) -> None:
    assert ContactMapper({"email": "email"}).map({**JO, DNC: value}) == JO


@pytest.mark.parametrize("value", ["perhaps", [1], {"reason": 1}])
def test_a_word_that_cannot_be_read_is_no_permission(value: object) -> None:
    with pytest.raises(MappingError, match="not known as a yes or a no"):
        ContactMapper({"email": "email"}).apply({**JO, DNC: value})


def test_a_value_that_is_copied_too_holds_back_all_the_same() -> None:
    mapper = ContactMapper.from_mautic({"email": "email", "cf_blocked": DNC})

    with pytest.raises(DoNotContact):
        mapper.apply({**JO, DNC: 1})
    assert mapper.map({**JO, DNC: 0})["custom_fields"] == {"blocked": "0"}


def test_the_key_may_be_another_one_or_several() -> None:
    mapper = ContactMapper({"email": "email"}, do_not_contact=("optout", "blocked"))

    assert mapper.map({**JO, DNC: 1}) == JO
    with pytest.raises(DoNotContact, match="column 'blocked' says that"):
        mapper.map({**JO, "optout": "", "blocked": "x"})
    assert mapper.sources == ("email", "optout", "blocked")
    assert mapper.as_config()["options"] == {"do_not_contact": ["optout", "blocked"]}


def test_the_guard_can_be_taken_off_on_purpose(tmp_path: Path) -> None:
    path = tmp_path / "icontact.toml"
    path.write_text('[mapping]\nemail = "email"\n[mapping.options]\ndo_not_contact = false\n')
    mapper = ContactMapper.from_toml(path)

    assert mapper.map({**JO, DNC: 1}) == JO
    assert mapper.as_config()["options"] == {"do_not_contact": False}
    assert mapper.fingerprint != ContactMapper({"email": "email"}).fingerprint


@pytest.mark.parametrize(
    ("given", "said"), [(True, "or is false"), ("", "blank"), (1.5, "do_not_contact")]
)
def test_an_unusable_key_is_an_error(given: Any, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        ContactMapper({"email": "email"}, do_not_contact=given)


def test_an_explanation_says_that_a_row_is_refused() -> None:
    mapper = ContactMapper({"email": "email"})
    held, free = mapper.explain({**JO, DNC: 1}), mapper.explain(JO)

    assert not held.ok
    assert held.problems == (f"opted out: column {DNC!r} says that this person must not be mailed",)
    assert str(held).startswith("refused: opted out")
    assert "<p>refused: opted out" in held._repr_html_()
    assert free.ok
    assert "refused" not in str(free) + free._repr_html_()


def test_a_value_that_is_not_a_row_is_an_error() -> None:
    with pytest.raises(MappingError, match="a row must be a mapping"):
        ContactMapper({"email": "email"}).apply(42)  # type: ignore[arg-type]  # on purpose


# HTML


def stripped(value: object, **options: Any) -> str | None:
    mapper = ContactMapper({"email": "email", "city": "city"}, tags="strip", **options)
    return mapper.map({**JO, "city": value}).get("city")


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        ("<b>Durham</b>", "Durham"),
        ("&lt;b&gt;Durham&#60;/b&#x3E;", "Durham"),
        ("<p>Fish</p><p>Chips</p>", "Fish Chips"),
        ("Fish<br/>Chips", "Fish Chips"),
        ('<a href="https://example.com">Fish &amp; Chips</a>', "Fish & Chips"),
        ("<!-- note -->Durham", "Durham"),
        ("a &amp;lt; b", "a &lt; b"),
        ("a < b > c", "a < b > c"),
        ("I <3 you", "I <3 you"),
        ("Jo <jo@example.com>", "Jo <jo@example.com>"),
        ("<Blind>", "<Blind>"),
        ("<b></b>", None),
        (5, "5"),
    ],
)
def test_tags_are_stripped_and_entities_decoded_once(stored: object, sent: str | None) -> None:
    assert stripped(stored) == sent


def test_what_was_stripped_is_noted() -> None:
    mapped = ContactMapper.preset("mautic").apply({**JO, "city": "<i>Durham</i>"})

    assert mapped.notes == ("city: HTML tags removed",)


def test_tags_stay_unless_somebody_asks() -> None:
    mapper = ContactMapper({"email": "email", "city": "city"})

    assert mapper.map({**JO, "city": "<b>Durham</b>"})["city"] == "<b>Durham</b>"


def test_one_field_alone_may_be_stripped_by_name() -> None:
    source = Source("city", transform="untagged")
    plain = ContactMapper({"email": "email", "city": source})
    both = ContactMapper({"email": "email", "city": source}, tags="strip")

    for mapper in (plain, both):
        explained = mapper.explain({**JO, "city": "<b>Durham</b>"})["city"]
        assert (explained.result, explained.transforms) == ("Durham", ("untagged", "text"))


def test_the_address_and_the_input_of_a_function_are_left_alone() -> None:
    mapper = ContactMapper(
        {"email": "email", "city": Source("city", transform=len), "state": "state"}, tags="strip"
    )

    assert mapper.map({"email": "<jo@example.com>", "city": "<b>x</b>", "state": "<b>NC</b>"}) == {
        "email": "jo@example.com",
        "city": "8",
        "state": "NC",
    }


def test_stripping_is_part_of_the_meaning_and_of_the_configuration() -> None:
    plain, strict = ContactMapper({"email": "e"}), ContactMapper({"email": "e"}, tags="strip")

    assert plain.fingerprint != strict.fingerprint
    assert ContactMapper.from_config(strict.as_config()).fingerprint == strict.fingerprint
    with pytest.raises(MappingError, match="tags is 'keep' or 'strip'"):
        ContactMapper({"email": "e"}, tags="drop")  # type: ignore[arg-type]  # on purpose


def test_a_long_run_of_brackets_takes_no_long_time() -> None:
    assert stripped("<b " * 20_000) == ("<b " * 20_000).strip()


# A sample


def field(name: str, kind: str) -> CustomField:
    return CustomField(
        custom_field_id=name,
        private_name=name,
        public_name=name,
        field_type=kind,
        display_to_user=False,
    )


FIELDS = [
    field(kind, kind)
    for kind in ("text", "checkbox", "number", "decimalOne", "decimalFour", "date", "novel")
]


def test_a_sample_fills_every_field_of_every_type() -> None:
    every = dict.fromkeys(
        "prefix first_name last_name suffix street street2 city state postal_code phone fax "
        "business status".split()
    )
    mapper = ContactMapper(
        {
            **{name: f"my {name}" for name in every},
            "email": ("mail", "e-mail"),
            "custom_fields": {one.private_name: f"my {one.private_name}" for one in FIELDS},
        },
        country="land",
    ).checked(FIELDS)

    row = mapper.sample("jo@example.com")
    mapped = mapper.apply(row)

    assert row["mail"] == "jo@example.com"
    assert row["land"] == "United States"
    assert set(mapped.fields) == {*every, "email", "custom_fields"}
    assert mapped.fields["postal_code"] == "02139"
    assert mapped.fields["custom_fields"] == {
        "text": "Sample & Söhne 42",
        "checkbox": "1",
        "number": "42",
        "decimalOne": "42.4",
        "decimalFour": "42.4242",
        "date": "2026-01-31",
        "novel": "Sample & Söhne 42",
    }
    assert mapped.notes == ()


def test_a_sample_suits_the_options_of_its_sources() -> None:
    mapper = ContactMapper(
        {
            "email": "mail",
            "first_name": {"key": "name", "transform": "full_name", "part": "first"},
            "last_name": {"key": "name", "transform": "full_name", "part": "last"},
            "city": {"key": "both"},
            "street": {"key": "choices", "transform": "joined", "split": ";"},
            "phone": Source("call", transform=str.upper),
            "custom_fields": {
                "number": {"key": "both", "thousands": ","},
                "decimalFour": {"key": "price", "decimal": ",", "decimals": 2},
                "date": {"key": "day", "input_format": "%d/%m/%Y"},
                "checkbox": Source("flag", transform=bool),
                "text": {"key": "sum", "transform": "number"},
            },
        }
    ).checked(FIELDS)

    assert mapper.map(mapper.sample("jo@example.com")) == {
        "email": "jo@example.com",
        "first_name": "Zoë",
        "last_name": "Sample-O'Neill",
        "city": "42",
        "street": "one, two",
        "phone": "+1 919 555 0100",
        "custom_fields": {
            "number": "42",
            "decimalFour": "42.42",
            "date": "2026-01-31",
            "checkbox": "1",
            "text": "42.42",
        },
    }


def test_a_sample_is_never_refused() -> None:
    mapper = ContactMapper.from_mautic({"email": "email", "cf_checkbox": DNC}).checked(FIELDS)

    row = mapper.sample("jo@example.com")

    assert row == {DNC: 0, "email": "jo@example.com", "country": "United States"}
    assert mapper.map(row)["custom_fields"] == {"checkbox": "0"}
