"""One address in several spellings is one person, wherever it stands."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icontact import ContactMapper
from icontact.addresses import canonical_address, spellings
from icontact.client import Folder
from icontact.push import ListPush
from icontact.sandbox import Quirks, Sandbox
from tests.push.support import MakePush, person

UNICODE, ASCII = "jo@müller.example", "jo@xn--mller-kva.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jo@Example.COM", "jo@example.com"),
        (UNICODE, ASCII),
        ("JO@MÜLLER.EXAMPLE", ASCII),
        ("jo@example.com.", "jo@example.com"),
        ("ｊｏ@example.com", "jo@example.com"),
        ("j\u200bo@exam\u00adple.com", "jo@example.com"),
        ("jo@mu\u0308ller.example", UNICODE),
        ("jo@straße.example", "JO@STRAßE.example"),
        ("jo@müller。example", ASCII),
        ("Zoë@example.com", "zoe\u0308@example.com"),
    ],
)
def test_two_spellings_are_compared_as_one(one: str, other: str) -> None:
    assert canonical_address(one) == canonical_address(other)
    assert "jo" not in repr(canonical_address(one))


@pytest.mark.parametrize(
    ("one", "other"), [("jo@a.example", "jo@b.example"), ("jo.a@x.example", "joa@x.example")]
)
def test_other_addresses_stay_others(one: str, other: str) -> None:
    assert canonical_address(one) != canonical_address(other)


def test_what_is_no_domain_is_compared_as_it_is() -> None:
    long = "ü" * 70
    assert canonical_address(f"jo@{long}.example") == f"jo@{long}.example"
    assert canonical_address("NOWHERE") == "nowhere"
    assert spellings("jo@xn--a.example") == ("jo@xn--a.example",)
    assert spellings("Jo@Example.com") == ("Jo@Example.com", "jo@example.com")
    assert spellings(UNICODE) == (UNICODE, ASCII)


@pytest.mark.parametrize(("held", "row"), [(UNICODE, ASCII), (ASCII, UNICODE), (UNICODE, UNICODE)])
@pytest.mark.parametrize("others", [0, 60])
def test_a_suppressed_person_is_found_under_another_spelling(
    sandbox: Sandbox, make_push: MakePush, held: str, row: str, others: int
) -> None:
    sandbox.seed(
        contacts=[
            {"email": held, "status": "donotcontact"},
            *({"email": f"other{number}@example.com"} for number in range(others)),
        ]
    )
    push = make_push()

    outcome = push.one({"email": row})
    report = push.run([{"email": row}, person(1), person(2)])

    assert outcome.status == "skipped"
    assert "do-not-contact" in outcome.reason
    assert [one.status for one in report.outcomes] == ["skipped", "created", "created"]
    assert [one["email"] for one in sandbox.state.contacts()].count(ASCII) <= 1
    assert [one["status"] for one in sandbox.state.subscriptions()] == ["normal", "normal"]


def test_rows_in_two_spellings_are_duplicates(make_push: MakePush) -> None:
    report = make_push().run([{"email": UNICODE}, {"email": "JO@xn--mller-kva.example"}])

    assert [one.status for one in report.outcomes] == ["skipped", "created"]


def test_where_the_search_minds_the_case_a_person_is_found() -> None:
    with Sandbox(quirks=Quirks(case_sensitive_search=True)) as sandbox:
        sandbox.seed(
            contacts=[{"email": "jo@example.com"}, {"email": UNICODE}],
            subscriptions=[{"email": "jo@example.com"}, {"email": UNICODE}],
        )
        folder = sandbox.client().folder()

        for email in ("Jo@Example.com", "JO@MÜLLER.example", ASCII):
            assert folder.contacts.find(email=email) is not None
        folder.subscriptions.unsubscribe(email="Jo@Example.com", list="Newsletter")
        folder.subscriptions.unsubscribe(email=ASCII, list="Newsletter")

        states = {str(one.status) for one in folder.subscriptions.list()}
        assert states == {"unsubscribed"}


def test_two_contacts_in_two_spellings_are_said(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.seed(contacts=[{"email": UNICODE, "status": "donotcontact"}, {"email": ASCII}])

    outcome = make_push().one({"email": ASCII})

    assert outcome.status == "rejected"
    assert "several contacts" in outcome.reason


@pytest.mark.parametrize("commas", ["everywhere", "ids"])
def test_a_second_contact_beyond_the_first_page_is_found(
    sandbox: Sandbox, make_push: MakePush, commas: Literal["everywhere", "ids"]
) -> None:
    sandbox.seed(contacts=[{"email": UNICODE}])
    sandbox.seed_contacts(200)
    sandbox.seed(contacts=[{"email": ASCII, "status": "donotcontact"}])
    sandbox.quirks = Quirks(comma_lists=commas)

    report = make_push(page_size=10).run([{"email": ASCII}, {"email": "contact1@example.com"}])

    assert [one.status for one in report.outcomes] == ["rejected", "updated"]
    assert "several contacts" in report.outcomes[0].reason


def test_an_opt_out_is_not_said_to_be_done_if_a_second_contact_is_beyond_the_first_page(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.seed(contacts=[{"email": UNICODE}], subscriptions=[{"email": UNICODE}])
    sandbox.seed_contacts(200)
    sandbox.seed(contacts=[{"email": ASCII}], subscriptions=[{"email": ASCII}])
    rows = [{"email": ASCII, "opted_out": "yes"}, {"email": "contact1@example.com"}]

    report = make_push(page_size=10, opt_out="unsubscribe").run(rows)

    assert [one.status for one in report.outcomes] == ["rejected", "updated"]
    assert {one["status"] for one in sandbox.state.subscriptions()} == {"normal"}


def test_answers_in_another_spelling_are_matched(sandbox: Sandbox, folder: Folder) -> None:
    row = {"contactId": "7", "email": UNICODE, "status": "normal"}
    sandbox.faults.next(status=200, body={"contacts": [row]}, method="POST", path="contacts$")

    result = folder.contacts.create_many([{"email": ASCII}])

    assert [one.contact_id for one in result.items] == [7]
    assert list(result.rejected) == []


SPELLED = st.sampled_from(
    [
        "jo@example.com",
        "JO@example.com",
        "jo@EXAMPLE.com.",
        "ｊｏ@example.com",
        "j\u200bo@example.com",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(held=st.sampled_from(["jo@example.com", "JO@example.com"]), row=SPELLED)
def test_no_one_who_opted_out_is_pushed_in_another_spelling(held: str, row: str) -> None:
    with Sandbox() as sandbox:
        sandbox.seed(contacts=[{"email": held, "status": "donotcontact"}])
        mapper = ContactMapper({"email": "email"})
        push = ListPush(sandbox.client().folder(), "Newsletter", mapper=mapper)
        rows: list[Any] = [{"email": row}, person(1)]

        push.run(rows)

        emails = {one["contactId"]: one["email"] for one in sandbox.state.contacts()}
        on_list = [emails[one["contactId"]] for one in sandbox.state.subscriptions()]
        assert on_list == ["person1@example.com"]
