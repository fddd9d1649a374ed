"""Mautic's contact, in every shape in which it comes."""

from __future__ import annotations

from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import ConfigError, DecodeError
from icontact.integrations import mautic
from tests.integrations.support import SITE, field, moment, person, saved, shown_by, submitted


def test_a_web_hooks_contact_is_alias_and_value() -> None:
    row = mautic.contact(saved(52, city="Durham", zipcode="02169"))
    assert type(row) is dict
    assert row["email"] == "person52@example.com"
    assert row["city"] == "Durham"
    assert row["zipcode"] == "02169"


@pytest.mark.parametrize(
    "payload",
    [person(7), {"contact": person(7)}, submitted(7), submitted(7)["submission"]],
)
def test_it_is_found_wherever_it_is(payload: dict[str, Any]) -> None:
    assert mautic.contact(payload)["id"] == 7


def test_the_rest_contacts_flat_fields_come_first() -> None:
    fields = {**person()["fields"], "all": {"id": "47", "city": "Flat", "email": "jo@example.com"}}
    fields["core"]["city"] = field("city", "Grouped")
    fields["core"]["state"] = field("state", "NC")
    row = mautic.contact({"contact": {"id": 47, "fields": fields, "ipAddresses": {"::1": {}}}})
    assert (row["city"], row["state"], row["id"]) == ("Flat", "NC", "47")
    assert row["mauticContactId"] == 47


@pytest.mark.parametrize("fields", [[], {}, None, {"core": []}, {"core": None, "social": {}}])
def test_groups_that_are_empty_are_no_values(fields: Any) -> None:
    row = mautic.contact({"id": "5", "fields": fields})
    assert "email" not in row
    assert row["mauticContactId"] == 5


def test_groups_of_any_name_and_any_shape_are_read() -> None:
    fields = {
        "own": {"shoe": {"alias": "shoe", "value": 42}},
        "listed": [field("hat", "M"), {"value": "nameless"}, "odd"],
        "gaps": {"tie": "plain"},
    }
    row = mautic.contact({"id": 5, "fields": fields})
    assert (row["shoe"], row["hat"], row["tie"]) == (42, "M", "plain")
    assert "nameless" not in row.values()


def test_a_multi_select_is_text_that_the_mapper_joins() -> None:
    row = mautic.contact(person(skills="php|js", tools=["vi", "ed", 7], odd=[{"a": 1}]))
    assert row["skills"] == "php|js"
    assert row["tools"] == "vi|ed|7"
    assert row["odd"] == [{"a": 1}]
    mapper = ContactMapper({"email": "email", "city": {"key": "tools", "transform": "joined"}})
    assert mapper.map(row)["city"] == "vi, ed, 7"


def test_values_stay_as_mautic_has_them_and_the_mapper_cleans_them() -> None:
    row = mautic.contact(person(company="Fish &amp; Chips", score="32", flag=None))
    assert (row["company"], row["score"], row["flag"]) == ("Fish &amp; Chips", "32", None)
    assert ContactMapper({"email": "email", "city": "company"}).map(row)["city"] == "Fish & Chips"


def test_values_beside_the_fields_have_keys_of_their_own() -> None:
    row = mautic.contact(
        person(
            points="12",
            owner={"username": "ann", "id": 1},
            stage={"name": "Hot"},
            tags=[{"tag": "a"}, "b", [], {"id": 4}],
            dateModified=moment(5),
        )
    )
    assert row["points"] == 12
    assert (row["owner"], row["stage"], row["tags"]) == ("ann", "Hot", "a|b")
    assert row["date_modified"] == moment(5)
    assert row["date_added"] == row["date_identified"] == moment()
    assert row["last_active"] is None


@pytest.mark.parametrize(
    ("points", "known"),
    [(3, 3), ("4.5", 4.5), (2.0, 2), ("many", None), (True, None), (None, None), ("nan", None)],
)
def test_points_may_be_text(points: Any, known: Any) -> None:
    assert mautic.contact(person(points=points)).get("points") == known


def test_a_field_keeps_its_alias() -> None:
    row = mautic.contact(person(points=1, fields={"core": {"points": field("points", 9)}}))
    assert row["points"] == 9


@pytest.mark.parametrize(
    ("entries", "blocked", "reason"),
    [
        ([], False, None),
        ([{"reason": 1, "channel": "email"}], True, "unsubscribed"),
        ([{"reason": "2", "channel": "email"}], True, "bounced"),
        ([{"reason": 3}], True, "manual"),
        ([{"reason": 9, "channel": "email"}], True, "unknown"),
        ([{"reason": 0, "channel": "email"}], False, None),
        ([{"reason": 1, "channel": "sms"}], False, None),
        ([{"reason": 2, "channel": "email"}, {"reason": 1, "channel": ""}], True, "unsubscribed"),
        ({"4": {"reason": 3, "channel": "email"}}, True, "manual"),
        ([{"reason": 1, "channel": " Email"}], True, "unsubscribed"),
        ({}, False, None),
        (["odd"], True, "unreadable"),
        ([{"reason": 0}, 5], True, "unreadable"),
        ([{"reason": 1, "channel": 7}], True, "unreadable"),
        ({"reason": 1, "channel": "sms"}, True, "unreadable"),
        (True, True, "unreadable"),
        (False, True, "unreadable"),
        ("email", True, "unreadable"),
        (None, True, "unreadable"),
    ],
)
def test_do_not_contact_is_about_e_mail(entries: Any, blocked: bool, reason: str | None) -> None:
    row = mautic.contact(person(doNotContact=entries))
    assert (row["do_not_contact"], row["do_not_contact_reason"]) == (blocked, reason)
    assert row["mauticContactIsContactableByEmail"] == int(blocked)


def test_a_form_submission_does_not_say_whether_to_contact() -> None:
    row = mautic.contact(submitted())
    assert row["do_not_contact"] is None
    assert row["mauticContactIsContactableByEmail"] is None


def test_the_plugins_pseudo_fields_can_be_mapped() -> None:
    row = mautic.contact(saved(52), site_url=f"{SITE}/")
    assert row["mauticContactTimelineLink"] == f"{SITE}/s/contacts/view/52"
    assert mautic.contact(saved(52))["mauticContactTimelineLink"] is None
    assert mautic.contact(saved(id=None), site_url=SITE)["mauticContactTimelineLink"] is None
    mapper = ContactMapper({"email": "email", "custom_fields": {"link": "mauticContactId"}})
    assert mapper.map(row)["custom_fields"] == {"link": "52"}


def test_an_address_of_mautic_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="site_url"):
        mautic.contact(person(), site_url="javascript:alert(1)")


def test_what_a_form_was_filled_in_with_is_merged_on_request() -> None:
    results = {"city": "Durham", "firstname": "Other", "skills": ["a", "b"]}
    payload = submitted(city=None, results=results)
    assert mautic.contact(payload)["city"] is None
    row = mautic.contact(payload, merge_results=True)
    assert (row["city"], row["firstname"], row["skills"]) == ("Durham", "Jo", "a|b")
    assert mautic.contact(person(), merge_results=True) == mautic.contact(person())


@pytest.mark.parametrize(
    "payload", [{}, [], None, "x", {"contact": 5}, {"contact": {"id": 1}}, {"fields": "canary"}]
)
def test_a_payload_without_a_contact_is_refused(payload: Any) -> None:
    with pytest.raises(DecodeError, match="payload"):
        mautic.contact(payload)


def test_a_refusal_shows_no_values() -> None:
    payload: Any = {"contact": {"fields": ["canary"], "email": "canary.person@private.example"}}
    with pytest.raises(DecodeError) as caught:
        mautic.contact(payload)
    assert "canary" not in shown_by(caught.value)


@pytest.mark.parametrize(("given", "known"), [(True, None), ("12x", None), (4, 4), ("٣", None)])
def test_ids_may_be_text(given: Any, known: int | None) -> None:
    assert mautic.contact(person(id=given))["mauticContactId"] == known
