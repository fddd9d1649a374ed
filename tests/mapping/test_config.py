"""Mappings as configuration: TOML, presets, Mautic's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import ConfigError, MappingError
from icontact.mapping import ContactMapper, Source

TOML = """\
list = "Newsletter"

[mapping]
email = "email"
first_name = "firstname"
phone = ["phone", "mobile"]
city = { key = "city", empty = "clear" }

[mapping.custom_fields]
score = { key = "points", transform = "number", default = 0 }
born = { key = "birthday", input_format = "%d.%m.%Y" }

[mapping.options]
long_state = "reject"
date_format = "%m/%d/%Y"
country = "country"
"""


def test_a_mapping_is_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "icontact.toml"
    # A byte order mark is what some editors leave.
    path.write_text(TOML, encoding="utf-8-sig")

    mapper = ContactMapper.from_toml(path)

    assert mapper.fingerprint == (
        ContactMapper(
            {
                "email": "email",
                "first_name": "firstname",
                "phone": ("phone", "mobile"),
                "city": Source("city", empty="clear"),
                "custom_fields": {
                    "score": Source("points", transform="number", default=0),
                    "born": Source("birthday", input_format="%d.%m.%Y"),
                },
            },
            long_state="reject",
            date_format="%m/%d/%Y",
            country="country",
        ).fingerprint
    )


@pytest.mark.parametrize(
    ("content", "error", "problem"),
    [
        (None, ConfigError, "No such file"),
        (b"\xff\xfe", ConfigError, "not in UTF-8"),
        (b"email = ", ConfigError, "not TOML"),
        (b"email = 'email'", MappingError, "has no table [mapping]"),
        (b"mapping = 'mautic'", MappingError, "has no table [mapping]"),
        (b"[mapping]", MappingError, "the mapping has no e-mail"),
    ],
)
def test_a_file_that_cannot_serve_is_named(
    tmp_path: Path, content: bytes | None, error: type[Exception], problem: str
) -> None:
    path = tmp_path / "icontact.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(error) as caught:
        ContactMapper.from_toml(path)

    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        (["email"], "a table of fields is needed, not list"),
        ({"email": "e", "options": "omit"}, "options is a table, not str"),
        ({"email": "e", "options": {"longstate": "omit"}}, "did you mean 'long_state'?"),
    ],
)
def test_a_configuration_that_cannot_serve_is_refused(config: Any, problem: str) -> None:
    with pytest.raises(MappingError) as caught:
        ContactMapper.from_config(config)

    assert problem in str(caught.value)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    mapper = ContactMapper(
        {
            "email": 'E-mail "of" the \\ person\x7f\n',
            "city": 3,
            "custom_fields": {
                "shoe size": Source(("a", "b"), default=1.5, decimals=2, dayfirst=None),
                "born": Source("b", default=date(2026, 3, 4), dayfirst=True),
                "vip": Source("v", default=False),
                "price": Source("p", default=Decimal("1.5")),
            },
        },
        long_state="reject",
        date_format="%d.%m.%Y",
        country=("land", "country"),
    )
    path = tmp_path / "icontact.toml"
    path.write_text(mapper.to_toml(), encoding="utf-8")

    again = ContactMapper.from_toml(path)

    assert again.as_config() == mapper.as_config()
    assert again.as_config()["custom_fields"]["price"] == {"key": "p", "default": "1.5"}


keys = st.text(
    st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8
) | st.integers(0, 99)  # fmt: skip


@given(
    keys,
    st.lists(keys, min_size=2, max_size=3),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_any_key_survives_toml(tmp_path_factory: Any, key: Any, several: Any, name: str) -> None:
    if not name.strip():
        name = "x"
    mapper = ContactMapper({"email": key, "custom_fields": {f"x{name}": several}})
    path = tmp_path_factory.mktemp("toml") / "icontact.toml"
    path.write_text(mapper.to_toml(), encoding="utf-8", newline="")

    assert ContactMapper.from_toml(path).fingerprint == mapper.fingerprint


def test_a_callable_cannot_be_written() -> None:
    mapper = ContactMapper({"email": Source("email", transform=str.strip)})

    with pytest.raises(MappingError, match="callable transform cannot be written"):
        mapper.to_toml()


def test_mautics_aliases_are_known() -> None:
    mapper = ContactMapper.preset("mautic")
    row = {
        "email": "jo@example.com", "title": "Ms.", "firstname": "Jo", "lastname": "Berg",
        "address1": "1 Main St", "address2": "", "city": "Rustenburg", "state": "Eastern Cape",
        "zipcode": "0300", "phone": None, "mobile": "082 118 9037", "company": "Fish &amp; Chips",
        "country": "South Africa", "points": 5,
    }  # fmt: skip

    assert mapper.map(row) == {
        "email": "jo@example.com",
        "prefix": "Ms.",
        "first_name": "Jo",
        "last_name": "Berg",
        "street": "1 Main St",
        "city": "Rustenburg",
        "state": "EC",
        "postal_code": "0300",
        "phone": "082 118 9037",
        "business": "Fish & Chips",
    }


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(MappingError, match="unknown preset 'mautik': did you mean 'mautic'"):
        ContactMapper.preset("mautik")


def test_mautics_own_mapping_is_taken_over() -> None:
    mapper = ContactMapper.from_mautic(
        {
            "firstName": "firstname",
            "email": "email",
            "cf_color": "favourite",
            "cf_my_cf_field": "other",
            "fax": "",
        }
    )

    assert mapper.targets == (
        "email",
        "first_name",
        "custom_fields.color",
        "custom_fields.my_cf_field",
    )
    assert mapper.sources == (
        "email",
        "firstname",
        "favourite",
        "other",
        "country",
    )


def test_mautics_mapping_may_not_name_what_icontact_lacks() -> None:
    with pytest.raises(MappingError, match="did you mean 'first_name'"):
        ContactMapper.from_mautic({"email": "email", "firstname": "firstname"})


def test_an_option_of_one_field_is_refused_among_the_options_of_all() -> None:
    with pytest.raises(MappingError, match="decimal is an option of one field"):
        ContactMapper.from_config({"email": "e", "options": {"decimal": ","}})


def test_a_number_that_is_too_long_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "icontact.toml"
    path.write_text(f"list = {'9' * 5000}\n")
    with pytest.raises(ConfigError, match="a number is too long"):
        ContactMapper.from_toml(path)
