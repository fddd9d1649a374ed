"""An answer about another item than the request is an error, not a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import icontact
from icontact import errors
from icontact.resources import Users
from tests.unit.support import Script

SUBSCRIPTION = {"contactId": 6, "listId": 8, "status": "normal"}

ANSWERS: dict[str, tuple[dict[str, Any], Callable[[icontact.Folder], object]]] = {
    "a contact that is read": (
        {"contact": {"contactId": "43", "email": "al@example.com"}},
        lambda folder: folder.contacts.get(42),
    ),
    "a contact that is changed": (
        {"contact": {"contactId": "43"}},
        lambda folder: folder.contacts.update(42, city="Cary"),
    ),
    "a contact that is created": (
        {"contacts": [{"contactId": "43", "email": "al@example.com"}]},
        lambda folder: folder.contacts.create(email="jo@example.com"),
    ),
    "a list": ({"list": {"listId": 8, "name": "x"}}, lambda folder: folder.lists.get(7)),
    "a custom field": (
        {"customfield": {"privateName": "points", "fieldType": "text"}},
        lambda folder: folder.custom_fields.get("score"),
    ),
    "a subscription of another contact": (
        {"subscription": {"subscriptionId": "8_5", **SUBSCRIPTION}},
        lambda folder: folder.subscriptions.get(contact_id=5, list_id=8),
    ),
    "a subscription with the id of another one": (
        {"subscription": {"subscriptionId": "8_6", **SUBSCRIPTION}},
        lambda folder: folder.subscriptions.unsubscribe(contact_id=5, list_id=8),
    ),
    "a subscription that was moved elsewhere": (
        {"subscription": {"subscriptionId": "8_6", **SUBSCRIPTION}},
        lambda folder: folder.subscriptions.move(contact_id=6, from_list_id=7, to_list_id=9),
    ),
    "a send of another message": (
        {"sends": [{"sendId": 1, "messageId": 10}]},
        lambda folder: folder.sends.create(message_id=9, include_list_ids=[7]),
    ),
    "an upload that is waited for": (
        {"upload": {"uploadId": 3, "status": "complete"}},
        lambda folder: folder.uploads.wait(2),
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_about_another_item_is_refused(name: str) -> None:
    answer, ask = ANSWERS[name]
    script = Script(answer)
    with pytest.raises(errors.DecodeError, match="got another one") as refused:
        ask(icontact.Folder(script, 1, 2))
    assert refused.value.maybe_applied is (script.calls[0].method != "GET")
    assert "al@example.com" not in str(refused.value)


RIGHTS: dict[str, Any] = {"creative": True, "subscriber": True, "analytic": True}


def test_a_permission_for_another_folder_is_refused() -> None:
    script = Script({"permissions": [{"clientFolderId": 4}]})
    permissions = Users(script, 1).permissions(5)
    with pytest.raises(errors.DecodeError, match="got another one") as refused:
        permissions.set(client_folder_id=3, **RIGHTS)
    assert refused.value.maybe_applied


def test_the_permission_that_was_set_is_found_among_those_of_all_folders() -> None:
    script = Script({"permissions": [{"clientFolderId": 4}, {"clientFolderId": "3"}]})
    wanted: Any = "03"
    permission = Users(script, 1).permissions(5).set(client_folder_id=wanted, **RIGHTS)
    assert permission.client_folder_id == 3


def test_rows_of_a_bulk_call_may_give_ids_as_text_with_zeros_before_them() -> None:
    row: Any = {"client_folder_id": "03", **RIGHTS}
    script = Script(
        {"permissions": [{"clientFolderId": "3"}]},
        {"subscriptions": [{"subscriptionId": "8_6", **SUBSCRIPTION}]},
    )
    permissions = Users(script, 1).permissions(5)
    assert permissions.set_many([row]).rejected == ()
    row = {"contact_id": "06", "list_id": "8", "status": "normal"}
    subscriptions = icontact.Folder(script, 1, 2).subscriptions
    assert subscriptions.create_many([row], explain=False).rejected == ()


def test_a_subscription_whose_id_is_of_another_contact_does_not_count_as_stored() -> None:
    script = Script({"subscriptions": [{"subscriptionId": "8_5", **SUBSCRIPTION}]})
    row: Any = {"contact_id": 6, "list_id": 8, "status": "normal"}
    result = icontact.Folder(script, 1, 2).subscriptions.create_many([row], explain=False)
    assert result.results == (None,)


@pytest.mark.parametrize("nothing", [{}, [], None])
def test_a_change_that_is_answered_by_nothing_but_warnings_was_refused(nothing: object) -> None:
    script = Script({"contact": nothing}, warnings=("the state is too long",))
    with pytest.raises(errors.RejectedError, match="the state is too long"):
        icontact.Folder(script, 1, 2).contacts.update(42, state="North Carolina")


def test_a_custom_field_may_be_renamed_and_its_case_does_not_matter() -> None:
    answers = [{"customfield": {"privateName": one, "fieldType": "text"}} for one in ("a", "Score")]
    fields = icontact.Folder(Script(*answers), 1, 2).custom_fields
    assert fields.update("score", private_name="a").custom_field_id == "a"
    assert fields.get("score").custom_field_id == "Score"


@pytest.mark.parametrize(("name", "problem"), [({"a": 1}, "must be a text"), ("", "empty text")])
def test_a_custom_field_that_is_not_named_by_a_text_is_refused(name: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        icontact.Folder(Script(), 1, 2).custom_fields.update(name, public_name="Score")


def test_an_id_may_be_given_with_zeros_before_it() -> None:
    script = Script(
        {"list": {"listId": 7, "name": "x"}}, {"upload": {"uploadId": 7, "status": "complete"}}
    )
    folder: Any = icontact.Folder(script, 1, 2)
    assert folder.lists.get("007").list_id == 7
    assert folder.uploads.wait("007").complete


def test_an_address_may_be_answered_in_another_spelling() -> None:
    script = Script({"contacts": [{"contactId": 1, "email": "JO@xn--mller-kva.example"}]})
    contacts = icontact.Folder(script, 1, 2).contacts
    assert contacts.create(email=" jo@MÜLLER.example").contact_id == 1


@pytest.mark.parametrize(
    ("answered", "stored", "unclear"),
    [
        # One contact for two addresses, or two for one: which of them is right is not known.
        ([(1, "a@x.y"), (1, "b@x.y"), (3, "c@x.y")], [None, None, 3], [0, 1]),
        ([(1, "a@x.y"), (2, "a@x.y"), (3, "c@x.y")], [None, None, 3], [0]),
        # The same one twice contradicts nothing.
        ([(1, "a@x.y"), (1, "a@x.y"), (2, "b@x.y")], [1, 2, None], []),
    ],
)
def test_rows_of_a_bulk_call_whose_answer_contradicts_itself_do_not_count_as_stored(
    answered: list[tuple[int, str]], stored: list[int | None], unclear: list[int]
) -> None:
    items = [{"contactId": number, "email": email} for number, email in answered]
    contacts = icontact.Folder(Script({"contacts": items}), 1, 2).contacts
    result = contacts.create_many([{"email": f"{letter}@x.y"} for letter in "abc"])
    assert [one and one.contact_id for one in result.results] == stored
    assert unclear == [
        one.index for one in result.rejected if "contradicts itself" in str(one.reason)
    ]


def test_a_contact_may_be_updated_by_its_id_and_by_its_address_in_one_call() -> None:
    items = [{"contactId": 5, "email": "a@x.y"}, {"contactId": 5, "email": "a@x.y"}]
    contacts = icontact.Folder(Script({"contacts": items}), 1, 2).contacts
    result = contacts.create_many([{"contact_id": 5, "email": "a@x.y"}, {"email": "b@x.y"}])
    assert [one and one.contact_id for one in result.results] == [5, None]


@pytest.mark.parametrize(
    ("answered", "warnings", "stored"),
    [
        (["Cary", "Apex"], (), [5, 5]),
        (["Apex"], (), [5, 5]),
        # One of them was refused: the city shows which, if it is there.
        (["Cary"], ("no",), [5, None]),
        (["Apex"], ("no",), [None, 5]),
        ([None], ("no",), [None, None]),
    ],
)
def test_a_row_with_the_id_and_one_with_the_address_of_a_contact_are_one_contact(
    answered: list[str | None], warnings: tuple[str, ...], stored: list[int | None]
) -> None:
    items = [{"contactId": 5, "email": "a@x.y", "city": city} for city in answered]
    script = Script({"contacts": items}, warnings=warnings)
    rows: Any = [{"contact_id": 5, "city": "Cary"}, {"email": "a@x.y", "city": "Apex"}]
    result = icontact.Folder(script, 1, 2).contacts.create_many(rows)
    assert [one and one.contact_id for one in result.results] == stored


@pytest.mark.parametrize(
    ("first", "second", "stored"),
    [
        ((5, "A@x.y"), (6, "b@x.y"), [5, 6]),
        ((6, "a@x.y"), (5, "b@x.y"), [None, None]),
        ((5, "c@x.y"), (6, "b@x.y"), [None, 6]),
        ((5, ""), (6, "b@x.y"), [5, 6]),
    ],
)
def test_a_contact_updated_by_its_id_is_not_one_with_another_address_than_was_given(
    first: tuple[int, str], second: tuple[int, str], stored: list[int | None]
) -> None:
    items = [{"contactId": number, "email": email} for number, email in (first, second)]
    contacts = icontact.Folder(Script({"contacts": items}), 1, 2).contacts
    result = contacts.create_many([{"contact_id": 5, "email": "a@x.y"}, {"email": "b@x.y"}])
    assert [one and one.contact_id for one in result.results] == stored


NO_IDS: dict[str, tuple[dict[str, Any], Callable[[icontact.Folder], object]]] = {
    "an upload": (
        {"uploads": [{"uploadId": -1}]},
        lambda folder: folder.uploads.upload([{"email": "jo@example.com"}], list_ids=[7]),
    ),
    "a contact that is put in by its address": (
        {"contacts": [{"contactId": "-1", "email": "jo@example.com"}]},
        lambda folder: folder.contacts.upsert(email="jo@example.com", city="Cary"),
    ),
    "a list that is named": (
        {"lists": [{"listId": "-1", "name": "Newsletter"}]},
        lambda folder: folder.subscriptions.subscribe(contact_id=5, list="Newsletter"),
    ),
}


@pytest.mark.parametrize("name", NO_IDS)
def test_an_id_below_zero_in_an_answer_is_not_blamed_on_the_caller(name: str) -> None:
    answer, ask = NO_IDS[name]
    with pytest.raises(errors.DecodeError, match="expected an integer from 0 on"):
        ask(icontact.Folder(Script(answer), 1, 2))
