"""States that fit, states that become codes, states that are left out."""

from __future__ import annotations

import pytest

from icontact.errors import MappingError
from icontact.mapping import state_code
from icontact.mapping.normalize import read_data
from icontact.mapping.states import MOST_CHARACTERS, clean_state


@pytest.mark.parametrize("value", ["NC", " nc ", "Gauteng", "California", "North West", "US-NC"])
def test_what_fits_passes_as_it_is(value: str) -> None:
    assert clean_state(value) == (value.strip(), (), False)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("North Carolina", "NC"),
        ("  PENNSYLVANIA ", "PA"),
        ("District of Columbia", "DC"),
        ("Washington, D.C.", "DC"),
        ("Armed Forces Middle East", "AE"),
        ("Puerto Rico", "PR"),
        ("British Columbia", "BC"),
        ("Île-du-Prince-Édouard", "PE"),
        ("Nouvelle Ecosse", "NS"),
        ("Newfoundland & Labrador", "NL"),
        ("New South Wales", "NSW"),
        ("Western Cape", "WC"),
        ("Kwazulu Natal", "KZN"),
        ("Northern Ireland", "NIR"),
        ("County Tipperary", "TA"),
        ("Baja California Sur", "BCS"),
        ("SAO PAULO STATE", None),
        ("Rio Grande do Sul", "RS"),
        ("Madhya Pradesh", "MP"),
        ("Baden-Wuerttemberg", "BW"),
        ("Niederösterreich", "NÖ"),
        ("St. Gallen", "SG"),
        ("Castilla-La Mancha", "CM"),
        ("Reggio nell’Emilia", "RE"),
        ("Provence-Alpes-Côte d'Azur", "PAC"),
        ("Zuid-Holland", "ZH"),
        ("Somewhere Else", None),
    ],
)
def test_a_name_is_known_whatever_its_case_accents_and_punctuation(
    name: str, code: str | None
) -> None:
    assert state_code(name) == code


def test_an_ambiguous_name_needs_its_country() -> None:
    assert state_code("Distrito Federal") is None
    assert state_code("Distrito Federal", country="México") == "CMX"
    assert state_code("Distrito Federal", country="bra") == "DF"


@pytest.mark.parametrize("country", ["United States", "usa", "US", "U.S.A.", "États-Unis"])
def test_a_country_has_many_names(country: str) -> None:
    assert state_code("North Carolina", country=country) == "NC"


@pytest.mark.parametrize("country", ["Canada", "Fiji"])
def test_only_the_states_of_the_given_country_count(country: str) -> None:
    assert state_code("North Carolina", country=country) is None


@pytest.mark.parametrize("country", [None, "", " ", 5, float("nan")])
def test_no_country_is_no_hint(country: object) -> None:
    assert state_code("North Carolina", country=country) == "NC"


def test_an_unknown_long_state_is_left_out_with_a_note() -> None:
    value, notes, left_out = clean_state("Somewhere\nElse Altogether")

    assert (value, left_out) == (None, True)
    assert notes[0] == "line breaks or tabs became spaces"
    assert notes[1].startswith("left out: longer than iContact's 10 characters")
    assert "Somewhere" not in "".join(notes)


def test_an_unknown_long_state_is_rejected_on_request() -> None:
    with pytest.raises(MappingError, match="longer than iContact's 10 characters") as caught:
        clean_state("Somewhere Else", long_state="reject")

    assert "Somewhere" not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", "&nbsp;"])
def test_a_blank_state_is_blank(value: object) -> None:
    assert clean_state(value) == (None, (), False)


DATA = read_data("regions.toml")
REGIONS = DATA["regions"]


def test_every_code_fits_and_every_country_has_a_name() -> None:
    codes = [code for names_by_code in REGIONS.values() for code in names_by_code]

    assert max(map(len, codes)) <= MOST_CHARACTERS
    assert REGIONS.keys() == DATA["countries"].keys()


@pytest.mark.parametrize("country", REGIONS)
def test_no_name_is_listed_twice_in_a_country(country: str) -> None:
    names = [name for names in REGIONS[country].values() for name in names]

    assert len(names) == len(set(names))
    assert all(state_code(name, country=country) for name in names)
