"""Objects in the cells of JSON that say who may be mailed, as mail tools have them."""

from __future__ import annotations

from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import ConsentError
from icontact.mapping.consent_columns import certain_no

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
