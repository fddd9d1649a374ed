"""``icontact show`` and ``unsubscribe``, and new lists and fields."""

from __future__ import annotations

from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.cli.support import icontact


@pytest.fixture
def jo(embedded: Sandbox) -> str:
    """A contact on the list, with a custom field."""
    embedded.seed(
        contacts=[{"email": "jo@example.com", "firstName": "Jo", "city": "Durham", "color": "red"}],
        subscriptions=[{"email": "jo@example.com"}],
    )
    return "jo@example.com"


def statuses(sandbox: Sandbox) -> list[Any]:
    return [one["status"] for one in sandbox.state.subscriptions()]


def test_a_contact_is_shown_with_its_fields_and_lists(embedded: Sandbox, jo: str) -> None:
    ran = icontact("show", jo)
    assert (ran.code, ran.err) == (0, "")
    lines = [line.split(maxsplit=1) for line in ran.out.splitlines()]
    assert ["first_name", "Jo"] in lines
    assert ["color", "red"] in lines
    assert not [line for line in lines if line and line[0] == "street"]
    assert f"{embedded.list_id}   Newsletter  normal" in ran.out
    icontact("unsubscribe", jo, "--list", "Newsletter")
    assert "EditSubscription" not in icontact("show", jo).out
    assert "EditSubscription" in icontact("show", jo, "-v").out


def test_a_program_gets_a_contact_as_json(embedded: Sandbox, jo: str) -> None:
    found = icontact("show", jo, "--json").document
    assert found["contact"]["email"] == jo
    assert found["subscriptions"][0]["list"] == "Newsletter"
    # All times are written alike, as ISO 8601 has them.
    assert found["contact"]["create_date"][10] == found["subscriptions"][0]["since"][10] == "T"
    assert "history" not in found
    assert "history" in icontact("show", jo, "--json", "-v").document


def test_a_contact_on_no_list_is_shown_as_such(embedded: Sandbox) -> None:
    embedded.seed(contacts=[{"email": "sam@example.com"}])
    assert icontact("show", "sam@example.com").err == "note: on no list\n"


@pytest.mark.parametrize("words", [("show",), ("unsubscribe", "--list", "Newsletter")])
def test_two_addresses_in_one_are_a_usage_error(embedded: Sandbox, words: tuple[str, ...]) -> None:
    ran = icontact(*words, "jo@example.com,sam@example.com")
    assert (ran.code, ran.out) == (2, "")
    assert "ADDRESS" in ran.err


@pytest.mark.parametrize("words", [("show",), ("unsubscribe", "--list", "Newsletter")])
def test_an_address_that_no_contact_has_ends_with_1(
    embedded: Sandbox, words: tuple[str, ...]
) -> None:
    ran = icontact(*words, "sam@example.com")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Error: no contact of this client folder has this address\n"


@pytest.mark.parametrize("words", [("show",), ("unsubscribe", "--list", "Newsletter")])
def test_a_text_that_is_not_an_address_is_refused_without_repeating_it(
    embedded: Sandbox, words: tuple[str, ...]
) -> None:
    ran = icontact(*words, "Jo Miller")
    assert (ran.code, ran.err.startswith("Error: ADDRESS: not a valid e-mail address: ")) == (
        2,
        True,
    )
    assert ran.err.count("not a valid e-mail address") == 1
    assert "Miller" not in ran.err
    assert not [*embedded.requests]


def test_a_contact_is_unsubscribed_once(embedded: Sandbox, jo: str) -> None:
    words = ("unsubscribe", jo, "--list", "Newsletter")
    first = icontact(*words)
    assert (first.code, first.out) == (
        0,
        f"j•••@example.com is unsubscribed from 'Newsletter' ({embedded.list_id})\n",
    )
    assert statuses(embedded) == ["unsubscribed"]
    assert "was unsubscribed already" in icontact(*words).out
    again = icontact(*words, "--json").document
    assert (again["status"], again["changed"], again["list"]) == (
        "unsubscribed",
        False,
        "Newsletter",
    )
    assert [one.method for one in embedded.requests].count("POST") == 1


def test_a_contact_that_never_was_on_the_list_is_named_as_the_cause(
    embedded: Sandbox, jo: str
) -> None:
    other = embedded.seed(lists=[{"name": "Second"}]).list_ids[0]
    ran = icontact("unsubscribe", jo, "--list", other)
    assert (ran.code, ran.err) == (1, "Error: this contact never was on the list 'Second'\n")
    assert statuses(embedded) == ["normal"]


def test_an_unknown_list_ends_with_the_nearest_one(embedded: Sandbox, jo: str) -> None:
    ran = icontact("unsubscribe", jo, "--list", "Newsleter")
    assert (ran.code, "did you mean 'Newsletter'?" in ran.err) == (2, True)


def test_a_list_is_created_once(embedded: Sandbox) -> None:
    words = ("lists", "create", "Spring sale")
    made = icontact(*words, "--public-name", "Sale", "--json").document
    assert (made["name"], made["public_name"]) == ("Spring sale", "Sale")
    again = icontact(*words)
    assert again.code == 2
    assert f"there is a list 'Spring sale' already (id {made['list_id']})" in again.err
    assert "created the list 'Autumn'" in icontact("lists", "create", "Autumn").out
    assert len(icontact("lists", "--json").document["lists"]) == 3


def test_a_field_is_created_once(embedded: Sandbox) -> None:
    words = ("fields", "create", "size", "--type", "number")
    ran = icontact(*words)
    assert (ran.code, ran.out) == (0, "created the custom field 'size' (number)\n")
    again = icontact("fields", "create", "Size", "--type", "text")
    assert (again.code, "there is a custom field 'Size' already" in again.err) == (2, True)
    made = icontact("fields", "create", "born", "--type", "date", "--json").document
    assert made == {"private_name": "born", "type": "date"}
    (size,) = [
        one
        for one in icontact("fields", "--json").document["fields"]
        if one["private_name"] == "size"
    ]
    assert (size["type"], size["public_name"], size["shown_to_contacts"]) == (
        "number",
        "size",
        False,
    )


def test_a_type_that_does_not_exist_names_those_that_do(embedded: Sandbox) -> None:
    ran = icontact("fields", "create", "size", "--type", "integer")
    assert (ran.code, "'decimalTwo'" in ran.err) == (2, True)


@pytest.mark.parametrize("command", ["lists", "fields"])
def test_an_option_before_the_word_create_is_not_dropped_in_silence(
    embedded: Sandbox, command: str
) -> None:
    ran = icontact(command, "--json", "create", "x")
    assert (ran.code, "options of `create` go behind the word create" in ran.err) == (2, True)
