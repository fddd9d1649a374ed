"""Do-not-contact entries that are written to Mautic."""

from __future__ import annotations

import pickle
from typing import Any, cast

import pytest
import responses

from icontact.integrations.errors import MauticError
from icontact.integrations.mautic import Mautic
from tests.integrations.fake_mautic import FakeMautic
from tests.integrations.support import SITE


@pytest.fixture
def fake(answers: responses.RequestsMock) -> FakeMautic:
    return FakeMautic().install(answers)


@pytest.mark.parametrize(("reason", "number"), [("unsubscribed", 1), ("bounced", 2), ("manual", 3)])
def test_do_not_contact_is_set_with_its_reason_and_comment(
    fake: FakeMautic, reason: str, number: int
) -> None:
    contact_id = fake.add("jo@example.com")
    with fake.client() as crm:
        crm.do_not_contact(contact_id, reason=reason, comment="asked by phone")
        assert crm.contact(contact_id)["do_not_contact"] is True
    ((entry),) = fake.entries(contact_id)
    assert (entry["reason"], entry["comments"]) == (number, "asked by phone")


def test_an_unknown_reason_is_refused_before_any_request(fake: FakeMautic) -> None:
    with pytest.raises(ValueError, match="unsubscribed, bounced, manual"):
        fake.client().do_not_contact(fake.add("jo@example.com"), reason="angry")
    assert fake.requests == []


def test_a_contact_that_mautic_does_not_have_is_an_error(fake: FakeMautic) -> None:
    with pytest.raises(MauticError, match="404") as caught:
        fake.client().do_not_contact(7)
    assert caught.value.status == 404


@pytest.mark.parametrize(
    "contact_id", ["2/../../contacts/1", "", None, 0, -1, True, 1.5, "jo@example.com"]
)
def test_an_id_that_is_none_is_refused_before_any_request(
    fake: FakeMautic, contact_id: Any
) -> None:
    fake.add("jo@example.com")
    for ask in (fake.client().do_not_contact, fake.client().contact):
        with pytest.raises(ValueError, match="must be a whole number") as caught:
            ask(contact_id)
        assert "jo@" not in str(caught.value)
    assert fake.requests == []


def test_an_id_may_come_as_the_text_that_mautic_sends(fake: FakeMautic) -> None:
    fake.client().do_not_contact(cast("int", str(fake.add("jo@example.com"))))
    assert fake.blocked == {"jo@example.com"}


@pytest.mark.parametrize("given", [{"username": "api", "password": "s3cret"}, {"token": "s3cret"}])
def test_the_password_is_not_pickled(given: dict[str, str]) -> None:
    with pytest.raises(TypeError, match="not pickled: make the Mautic object in the process"):
        pickle.dumps(Mautic(SITE, **given))  # type: ignore[arg-type]  # strings all


def test_contacts_are_found_by_address_in_any_spelling(fake: FakeMautic) -> None:
    first = fake.add("Jo@Example.com")
    blocked = [{"reason": 1, "comments": "", "channel": "email"}]
    second = fake.add("jo@example.com", doNotContact=blocked)
    fake.add("big-jo@example.com")
    found = list(fake.client().find(["jo@example.com", "missing@example.com"]))
    assert [(one.contact_id, one.do_not_contact) for one in found] == [
        (first, False),
        (second, True),
    ]
    assert "jo@" not in repr(found)
    assert [one.contact_id for one in fake.client().find("jo@example.com")] == [first, second]


def test_many_addresses_take_one_request_for_fifty(fake: FakeMautic) -> None:
    emails = [f"reader{number}@example.com" for number in range(120)]
    for email in emails:
        fake.add(email)
    assert len(list(fake.client().find(emails))) == 120
    assert len(fake.requests) == 3


@pytest.mark.parametrize("email", ["o'neill@example.com", '"a,b"@example.com', "a+b@example.com"])
def test_unusual_addresses_are_found(fake: FakeMautic, email: str) -> None:
    number = fake.add(email)
    assert [one.contact_id for one in fake.client().find([email, "x@example.com"])] == [number]


def test_a_search_that_mautic_ignores_is_an_error(fake: FakeMautic) -> None:
    fake.add("other@example.com")
    fake.ignores_where = True
    with pytest.raises(MauticError, match="ignored the search"):
        list(fake.client().find(["jo@example.com"]))


def test_an_address_of_very_many_contacts_is_read_page_by_page(fake: FakeMautic) -> None:
    for _ in range(300):
        fake.add("shared@example.com")
    found = [one.contact_id for one in fake.client().find(["shared@example.com"])]
    assert found == list(range(1, 301))
