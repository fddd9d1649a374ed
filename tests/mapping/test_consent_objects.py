"""Objects in the cells of JSON that say who may be mailed, as mail tools have them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import ConsentError, DoNotContact, MappingError
from icontact.mapping.consent_columns import certain_no
from icontact.mapping.consent_reading import read

REFUSING: list[tuple[dict[str, Any], bool]] = [
    ({"marketing": {"email": {"status": "unsubscribed"}}}, True),
    ({"marketing": {"email": False, "sms": True}}, False),
    ({"subscriptions": {"newsletter": "unsubscribed"}}, True),
    ({"subscriptions": {"email": {"marketing": {"consent": "UNSUBSCRIBED"}}}}, True),
    ({"subscriptions": {"email": {"suppression": [{"reason": "HARD_BOUNCE"}]}}}, False),
    ({"attributes": {"OPT_OUT": True}}, True),
    ({"custom_fields": {"Do Not Email": "yes"}}, True),
    ({"customFields": [{"name": "Unsubscribed", "value": "yes"}]}, False),
    ({"meta_data": [{"id": 1, "key": "newsletter_optout", "value": "1"}]}, False),
    ({"emails": [{"address": "a@example.com", "opt_out": True}]}, False),
    ({"address": {"permission_to_send": "unsubscribed", "opt_out_date": "2024-01-01"}}, True),
    ({"status": {"id": 2, "label": "Unsubscribed"}}, True),
    ({"tags": [{"name": "unsubscribed"}]}, False),
]


@pytest.mark.parametrize("row", [row for row, _ in REFUSING], ids=str)
def test_a_refusal_in_an_object_stops_a_push_that_does_not_read_it(row: dict[str, Any]) -> None:
    rows = [{"email": "ada@example.com", **row}]
    mapper = ContactMapper.guess(rows[0], rows)

    with pytest.raises(ConsentError, match=next(iter(row))):
        mapper.require_consent_read(rows[0], rows)


@pytest.mark.parametrize(("row", "is_certain"), REFUSING, ids=str)
def test_a_field_of_an_object_refuses_for_certain_outside_of_lists(
    row: dict[str, Any], is_certain: bool
) -> None:
    assert (certain_no(row) is not None) is is_certain
    assert certain_no(row, row) is None


@pytest.mark.parametrize(
    "row",
    [
        {"attributes": {"OPT_OUT": False}},
        {"attributes": {"city": "Lyon", "sms": {"opt_out": True}}},
        {"subscriptions": {"sms": {"marketing": {"consent": "UNSUBSCRIBED"}}}},
        {
            "customFields": [
                {"name": "Unsubscribed", "value": "no"},
                {"name": "VIP", "value": "yes"},
            ]
        },
        {"order": {"deleted": True, "status": "cancelled"}},
        {"items": [{"removed": True}]},
        {"address": {"city": "Stop", 5: "x"}},
        {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"opt_out": True}}}}}}}},
    ],
    ids=str,
)
def test_an_object_without_a_refusal_restricts_no_one(row: dict[str, Any]) -> None:
    rows = [{"email": "ada@example.com", **row}]

    ContactMapper.guess(rows[0], rows).require_consent_read(rows[0], rows)

    assert certain_no(row) is None


def test_the_message_names_the_field_and_no_address() -> None:
    rows = [{"email": "ada@example.com", "people": {"bo@example.com": {"opt_out": True}}}]

    with pytest.raises(ConsentError) as caught:
        ContactMapper.guess(rows[0], rows).require_consent_read(rows[0], rows)

    assert "bo@" not in str(caught.value)


NEITHER = {"news": False, "offers": False}
BOTH = {"news": True, "offers": True}
ONE = {"news": True, "offers": False}


def as_it_is(flags: object) -> object:
    return flags


HEADERS_OF_FLAGS = [
    "Newsletter topics",
    "Newsletter",
    "email_preferences",
    "preferences",
    "subscriptions",
    "Email subscriptions",
]


@pytest.mark.parametrize("form", [as_it_is, json.dumps])
@pytest.mark.parametrize("header", HEADERS_OF_FLAGS)
def test_an_object_of_flags_that_are_all_the_same_is_read(header: str, form: Any) -> None:
    rows = [{"email": "ada@example.com", header: form(flags)} for flags in (BOTH, NEITHER)]

    mapper = ContactMapper.guess(rows[0], rows)

    assert mapper.apply(rows[0]).email == "ada@example.com"
    with pytest.raises(DoNotContact, match=header):
        mapper.map(rows[1])


@pytest.mark.parametrize("form", [as_it_is, json.dumps])
@pytest.mark.parametrize("header", HEADERS_OF_FLAGS)
def test_an_object_of_flags_that_differ_stops_or_rejects_its_row(header: str, form: Any) -> None:
    rows = [{"email": "ada@example.com", header: form(flags)} for flags in (BOTH, ONE)]

    for some in (rows, rows[1:]):
        with pytest.raises(ConsentError, match=header):
            ContactMapper.guess(some[0], some).require_consent_read(some[0], some)
    with pytest.raises(MappingError, match="not known as a yes or a no"):
        ContactMapper({"email": "email"}, consent=[header]).map(rows[1])


@pytest.mark.parametrize(
    ("header", "flags"),
    [
        ("topics", NEITHER),
        ("SMS preferences", NEITHER),
        ("email", {"address": "ada@example.com", "primary": False}),
        ("settings", ONE),
    ],
)
def test_flags_of_something_else_restrict_no_one(header: str, flags: dict[str, Any]) -> None:
    row = {"address": "ada@example.com", header: flags}

    ContactMapper({"email": "address"}).require_consent_read(row, [row])


@pytest.mark.parametrize(
    ("flags", "yes_column", "no_column"),
    [
        (NEITHER, "no_mail", "mail"),
        (BOTH, "mail", "no_mail"),
        (ONE, "unknown", "unknown"),
        ({"news": 0, "offers": "no"}, "no_mail", "unknown"),
        ({"news": 1, "offers": 1}, "unknown", "unknown"),
        ({"news": None, "offers": False}, "no_mail", "mail"),
        ({}, "unknown", "unknown"),
        ({"status": "subscribed", "vip": False}, "mail", "mail"),
    ],
    ids=str,
)
def test_flags_are_read_where_they_agree(
    flags: dict[str, Any], yes_column: str, no_column: str
) -> None:
    assert (read(flags, "yes"), read(flags, "no")) == (yes_column, no_column)
