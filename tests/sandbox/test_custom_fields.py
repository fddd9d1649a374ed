"""Custom fields: their definitions, and the values that contacts have in them (API 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.wire import Wire

FIELD = {"privateName": "color", "fieldType": "text", "displayToUser": 0}
KEYS = ["privateName", "publicName", "displayToUser", "fieldType", "customFieldId"]


@pytest.fixture
def color(wire: Wire) -> Wire:
    wire.post("/customfields", [FIELD])
    return wire


def test_a_creation_answers_the_field_with_its_private_name_as_id(wire: Wire) -> None:
    answer = wire.post("/customfields", [{**FIELD, "displayToUser": 1}])
    (row,) = answer["customfields"]
    assert list(row) == KEYS
    assert (row["customFieldId"], row["displayToUser"], row["publicName"]) == ("color", 1, "")


def test_the_listing_has_a_total_and_no_limit(color: Wire) -> None:
    answer = color.get("/customfields")
    assert list(answer) == ["customfields", "total"]
    (row,) = answer["customfields"]
    assert list(row) == KEYS
    assert (row["displayToUser"], row["customFieldId"]) == ("0", "color")
    assert color.get("/customfields/color") == {"customfield": row}


def test_the_listing_pages_all_the_same(wire: Wire) -> None:
    wire.sandbox.seed(custom_fields=[{"privateName": f"f{number}"} for number in range(25)])
    assert len(wire.get("/customfields")["customfields"]) == 20
    assert len(wire.get("/customfields?limit=500")["customfields"]) == 25
    assert wire.get("/customfields?offset=24&orderby=privateName:desc")["total"] == 25


@pytest.mark.parametrize(
    "name", ["a b", "a'b", 'a"b', "a/b", "a\\b", "a[b", "a]b", "a\tb", "a\0b", "", None, []]
)
def test_private_names_are_checked(wire: Wire, name: object) -> None:
    answer = wire.post("/customfields", [{**FIELD, "privateName": name}])
    assert answer["customfields"] is None
    assert "privateName" in answer["warnings"][0]


@pytest.mark.parametrize("name", ["color", "email", "firstName", "contactId", "status"])
def test_a_private_name_is_used_once_and_is_no_field_of_a_contact(color: Wire, name: str) -> None:
    answer = color.post("/customfields", [{**FIELD, "privateName": name}])
    assert answer["customfields"] is None
    assert "already used" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"fieldType": "decimalFive"}, "fieldType can be one of checkbox, text, number"),
        ({"fieldType": None}, "You did not provide a fieldType field"),
        ({"displayToUser": 2}, "displayToUser can be either 0 or 1"),
        ({"customFieldId": "x"}, "You provided a customFieldId field, which is not allowed"),
    ],
)
def test_a_definition_is_checked(wire: Wire, change: dict[str, Any], text: str) -> None:
    answer = wire.post("/customfields", [{**FIELD, **change}])
    assert answer["customfields"] is None
    assert text in answer["warnings"][0]


def test_required_is_what_the_documentation_requires(wire: Wire) -> None:
    answer = wire.post("/customfields", {"customfield": {}})
    assert [text.split()[5] for text in answer["warnings"]] == [
        "privateName",
        "displayToUser",
        "fieldType",
    ]


def test_post_on_one_merges_and_put_replaces(color: Wire) -> None:
    row = color.post("/customfields/color", {"publicName": "Colour"})["customfield"]
    assert (list(row), row["publicName"]) == (KEYS, "Colour")
    row = color.put("/customfields/color", {**FIELD, "displayToUser": 1})["customfield"]
    assert (row["publicName"], row["displayToUser"]) == ("", 1)
    assert color.refused("PUT", "/customfields/color", {"publicName": "X"})[0] == 400
    assert color.post("/customfields/color", [{"publicName": "X"}])["customfield"] == row
    assert color.put("/customfields/color", [FIELD])["customfield"] == row


def test_a_deleted_field_is_not_found(color: Wire) -> None:
    contact_id = color.contact(color="red")
    assert color.delete("/customfields/color") == []
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert color.refused(method, "/customfields/color", FIELD) == (404, ["Not Found"])
    assert "color" not in color.get(f"/contacts/{contact_id}")["contact"]
    color.post("/customfields", [FIELD])
    assert color.get(f"/contacts/{contact_id}")["contact"]["color"] is None


def test_renaming_changes_the_id_and_keeps_the_values(color: Wire) -> None:
    red, blank = color.contact(color="red"), color.contact("b@example.com")
    row = color.post("/customfields/color", {"privateName": "colour"})["customfield"]
    assert row["customFieldId"] == "colour"
    assert color.refused("GET", "/customfields/color")[0] == 404
    assert color.get(f"/contacts/{red}")["contact"]["colour"] == "red"
    assert color.get(f"/contacts/{blank}")["contact"]["colour"] is None


def test_names_keep_their_case_unless_lowered(wire: Wire, quirky: Callable[..., Wire]) -> None:
    for each, name in ((wire, "Color"), (quirky(lower_private_names=True), "color")):
        (row,) = each.post("/customfields", [{**FIELD, "privateName": "Color"}])["customfields"]
        assert row["customFieldId"] == name


def test_values_are_keys_of_the_contact(color: Wire) -> None:
    (row,) = color.post("/contacts", [{"email": "jo@example.com", "color": "red"}])["contacts"]
    assert row["color"] == "red"
    contact_id = row["contactId"]
    assert color.get(f"/contacts/{contact_id}")["contact"]["color"] == "red"
    assert color.post(f"/contacts/{contact_id}", {"city": "X"})["contact"]["color"] == "red"
    assert color.post(f"/contacts/{contact_id}", {"color": ""})["contact"]["color"] == ""


def test_names_of_values_are_case_sensitive(color: Wire) -> None:
    contact_id = color.contact(Color="red")
    assert color.get(f"/contacts/{contact_id}")["contact"]["color"] is None


@pytest.mark.parametrize(
    ("field_type", "valid", "invalid"),
    [
        ("text", ["x", 7, 1.5, ""], [[], {}]),
        ("number", [7, "7", "-7.25", ".5", "", None], ["x", "1,000", "1e5", "٣", "inf"]),
        ("decimalTwo", [7.25, "7.25"], ["7.25 EUR"]),
        ("checkbox", [0, 1, "0", "1", True, False, ""], ["yes", 2]),
        (
            "date",
            ["2026-02-28", "02/28/2026", ""],
            ["2026-02-30", "2026-2-3", "30/12/2026", "tomorrow", 20260228],
        ),
    ],
)
def test_values_fit_their_type(
    wire: Wire, field_type: str, valid: list[object], invalid: list[object]
) -> None:
    wire.sandbox.seed(custom_fields=[{"privateName": "f", "fieldType": field_type}])
    contact_id = wire.contact()
    for value in valid:
        wire.post(f"/contacts/{contact_id}", {"f": value})
    text = "The f value you provided was not valid. Please provide a valid f"
    for value in invalid:
        assert wire.refused("POST", f"/contacts/{contact_id}", {"f": value}) == (400, [text])
        answer = wire.post("/contacts", [{"email": "b@example.com", "f": value}])
        assert answer == {"contacts": None, "warnings": [text]}


@pytest.mark.parametrize(("form", "valid"), [("iso", "2026-02-28"), ("us", "02/28/2026")])
def test_the_form_of_dates_can_be_narrowed(
    quirky: Callable[..., Wire], form: str, valid: str
) -> None:
    wire = quirky(custom_date=form)
    wire.sandbox.seed(custom_fields=[{"privateName": "f", "fieldType": "date"}])
    for value in ("2026-02-28", "02/28/2026"):
        answer = wire.post("/contacts", [{"email": "jo@example.com", "f": value}])
        assert (answer["contacts"] is not None) is (value == valid)
