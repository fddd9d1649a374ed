"""Contacts: creating, changing and deleting them (API 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.sandbox.wire import Clock, Wire

POST_KEYS = (
    "contactId prefix firstName lastName suffix street street2 city state postalCode phone fax"
    " business email createDate bounceCount status"
).split()
NO_EMAIL = "You did not provide an email field, which is required. Please provide an email field"
BAD_EMAIL = "The email value you provided was not valid. Please provide a valid email"
BAD_STATUS = (
    "The status value you provided was not valid. status can be either donotcontact or normal."
    " Please provide a valid status"
)


def statuses(sandbox: Sandbox) -> dict[str, str]:
    return {row["email"]: row["status"] for row in sandbox.state.contacts()}


def test_a_creation_answers_as_recorded(wire: Wire) -> None:
    answer = wire.post("/contacts", [{"email": "user@example.com"}])
    assert list(answer) == ["contacts"]
    (row,) = answer["contacts"]
    assert list(row) == POST_KEYS
    assert row == {
        **dict.fromkeys(POST_KEYS, ""),
        "contactId": "66674163",
        "email": "user@example.com",
        "createDate": "2012-06-09 15:46:52",
        "status": "normal",
    }


def test_a_contact_without_email_is_refused_as_recorded(wire: Wire) -> None:
    assert wire.post("/contacts", [{}]) == {"contacts": None, "warnings": [NO_EMAIL]}


def test_nothing_to_create_answers_null(wire: Wire) -> None:
    assert wire.post("/contacts", []) == {"contacts": None}


def test_a_mixed_batch_stores_what_is_valid_and_warns_about_the_rest(wire: Wire) -> None:
    batch = [
        {"email": "a@example.com"},
        {"email": "@dummy.com"},
        {},
        "text",
        {"email": "b@example.com"},
    ]
    answer = wire.post("/contacts", batch)
    assert list(answer) == ["contacts", "warnings"]
    assert [row["email"] for row in answer["contacts"]] == ["a@example.com", "b@example.com"]
    assert answer["warnings"] == [
        BAD_EMAIL,
        NO_EMAIL,
        "The contact value you provided was not valid. Please provide a valid contact",
    ]


@pytest.mark.parametrize(
    "email",
    [
        "@dummy.com",
        "jo",
        "jo@",
        "jo@example",
        "jo@-example.com",
        "j o@example.com",
        " jo@example.com",
        "jo@example.com\n",
        "jo\0@example.com",
        ".jo@example.com",
        "jo..x@example.com",
        "jo@exämple.com",
        "x" * 250 + "@example.com",
        ["jo@example.com"],
        {"a": 1},
    ],
)
def test_an_invalid_email_is_left_out_with_a_warning(wire: Wire, email: object) -> None:
    assert wire.post("/contacts", [{"email": email}]) == {"contacts": None, "warnings": [BAD_EMAIL]}


@pytest.mark.parametrize(
    "body",
    [
        [{"email": "jo@example.com"}],
        {"contact": {"email": "jo@example.com"}},
        {"contacts": {"email": "jo@example.com"}},
        {"contacts": [{"email": "jo@example.com"}]},
        {"email": "jo@example.com"},
        [[{"email": "jo@example.com"}]],
    ],
)
def test_bodies_of_all_known_shapes_create_a_contact(wire: Wire, body: object) -> None:
    (row,) = wire.post("/contacts", body)["contacts"]
    assert row["email"] == "jo@example.com"


def test_a_slash_is_escaped_and_other_letters_are_coded_as_php_does(wire: Wire) -> None:
    body = [{"email": "jo@example.com", "firstName": "María", "street": "a/b"}]
    response = wire.send("POST", wire.folder + "/contacts", body)
    assert b'"firstName":"Mar\\u00eda"' in response.content
    assert b'"street":"a\\/b"' in response.content
    assert response.headers["Content-Type"] == "application/json"


def test_a_known_email_is_the_same_contact_without_a_warning(wire: Wire, clock: Clock) -> None:
    first = wire.post("/contacts", [{"email": "jo@example.com"}])
    clock.tick(420)
    assert wire.post("/contacts", [{"email": "jo@example.com"}]) == first


def test_a_known_email_blanks_what_is_not_given(wire: Wire) -> None:
    wire.sandbox.seed(custom_fields=[{"privateName": "color"}])
    wire.contact(firstName="Jo", city="Durham", color="red")
    (row,) = wire.post("/contacts", [{"email": "JO@example.com", "city": "Cary"}])["contacts"]
    assert (row["firstName"], row["city"], row["color"]) == ("", "Cary", "")
    assert row["email"] == "JO@example.com"


def test_a_known_email_can_be_made_to_merge(quirky: Callable[..., Wire]) -> None:
    wire = quirky(upsert_blanks=False)
    wire.contact(firstName="Jo")
    (row,) = wire.post("/contacts", [{"email": "jo@example.com", "city": "Cary"}])["contacts"]
    assert (row["firstName"], row["city"]) == ("Jo", "Cary")


@pytest.mark.parametrize(("blanks", "first_name"), [(False, "Jo"), (True, "")])
def test_an_item_with_an_id_is_an_update(
    quirky: Callable[..., Wire], blanks: bool, first_name: str
) -> None:
    wire = quirky(bulk_update_blanks=blanks)
    contact_id = wire.contact(firstName="Jo")
    batch = [{"contactId": int(contact_id), "city": "Cary"}]
    (row,) = wire.post("/contacts", batch)["contacts"]
    assert (row["contactId"], row["firstName"], row["city"]) == (contact_id, first_name, "Cary")


@pytest.mark.parametrize("contact_id", [1, "x", 10**30, -1, 1.5, True, "٣"])
def test_an_item_with_an_unknown_id_is_refused(wire: Wire, contact_id: object) -> None:
    answer = wire.post("/contacts", [{"contactId": contact_id, "email": "jo@example.com"}])
    text = "You provided a contactId that we did not recognise. Please provide a valid contactId."
    assert answer == {"contacts": None, "warnings": [text]}


def test_a_blank_id_is_no_id(wire: Wire) -> None:
    assert wire.post("/contacts", [{"contactId": "", "email": "jo@example.com"}])["contacts"]


def test_an_email_belongs_to_one_contact(wire: Wire) -> None:
    wire.contact("a@example.com")
    other = wire.contact("b@example.com")
    status, (text,) = wire.refused("POST", f"/contacts/{other}", {"email": "A@example.com"})
    assert (status, "already used" in text) == (400, True)
    answer = wire.post("/contacts", [{"contactId": other, "email": "a@example.com"}])
    assert answer["contacts"] is None


def test_a_contact_in_another_folder_is_not_found(wire: Wire) -> None:
    folder = wire.sandbox.add_client_folder()
    (contact_id,) = wire.sandbox.seed(
        contacts=[{"email": "jo@example.com"}], folder_id=folder
    ).contact_ids
    assert wire.refused("GET", f"/contacts/{contact_id}") == (404, ["Not Found"])
    assert wire.contact() != str(contact_id)


@pytest.mark.parametrize("contact_id", ["1", "x", "99999999999999999999", "%00", "1%2F2"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_contact_is_not_found(wire: Wire, method: str, contact_id: str) -> None:
    status, _ = wire.refused(method, f"/contacts/{contact_id}", {"email": "jo@example.com"})
    assert status == (501 if "%2F" in contact_id else 404)


def test_a_read_of_one_shows_null_for_what_is_blank(wire: Wire) -> None:
    contact_id = wire.contact(firstName="Jo")
    answer = wire.get(f"/contacts/{contact_id}")
    assert list(answer) == ["contact"]
    assert list(answer["contact"]) == POST_KEYS
    assert (answer["contact"]["firstName"], answer["contact"]["lastName"]) == ("Jo", None)


def test_post_on_one_merges(wire: Wire) -> None:
    contact_id = wire.contact(firstName="Jo", lastName="Doe")
    answer = wire.post(f"/contacts/{contact_id}", {"firstName": "X", "city": "Y"})
    assert list(answer["contact"]) == POST_KEYS
    row = answer["contact"]
    assert (row["firstName"], row["lastName"], row["city"]) == ("X", "Doe", "Y")


def test_null_and_blank_clear_a_field(wire: Wire) -> None:
    contact_id = wire.contact(firstName="Jo", lastName="Doe")
    row = wire.post(f"/contacts/{contact_id}", {"firstName": None, "lastName": ""})["contact"]
    assert (row["firstName"], row["lastName"]) == ("", "")


def test_scalars_are_stored_as_text(wire: Wire) -> None:
    fields: dict[str, Any] = {
        "postalCode": 2169,
        "phone": 1.5,
        "fax": True,
        "city": False,
        "street": 10**25,
    }
    contact_id = wire.contact(**fields)
    row = wire.get(f"/contacts/{contact_id}")["contact"]
    assert {name: row[name] for name in fields} == {
        "postalCode": "2169",
        "phone": "1.5",
        "fax": "1",
        "city": "0",
        "street": str(10**25),
    }


def test_a_nul_byte_survives(wire: Wire) -> None:
    contact_id = wire.contact(firstName="J\0o")
    assert wire.get(f"/contacts/{contact_id}")["contact"]["firstName"] == "J\0o"


def test_structures_are_no_values(wire: Wire) -> None:
    body = {"firstName": ["x"], "lastName": {}}
    status, errors = wire.refused("POST", f"/contacts/{wire.contact()}", body)
    assert status == 400
    assert errors == [
        f"The {name} value you provided was not valid. Please provide a valid {name}"
        for name in ("firstName", "lastName")
    ]


def test_put_on_one_wipes_what_is_not_given_except_the_status(wire: Wire) -> None:
    wire.sandbox.seed(custom_fields=[{"privateName": "color"}])
    contact_id = wire.contact(firstName="Jo", city="Y", color="red", status="bounced")
    row = wire.put(f"/contacts/{contact_id}", {"email": "new@example.com"})["contact"]
    assert (row["contactId"], row["email"]) == (contact_id, "new@example.com")
    assert (row["firstName"], row["city"], row["color"]) == ("", "", "")
    assert row["status"] == "bounced"


@pytest.mark.parametrize("body", [{}, {"firstName": "Jo"}, {"email": ""}, {"email": None}])
def test_put_on_one_needs_the_email(wire: Wire, body: object) -> None:
    assert wire.refused("PUT", f"/contacts/{wire.contact()}", body) == (400, [NO_EMAIL])


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_array_for_one_contact_changes_nothing(wire: Wire, method: str) -> None:
    contact_id = wire.contact(firstName="Jo")
    answer = wire.json(method, f"/contacts/{contact_id}", [{"firstName": "X"}])
    assert answer["contact"]["firstName"] == "Jo"


def test_one_contact_may_be_wrapped_in_its_name(wire: Wire) -> None:
    answer = wire.post(f"/contacts/{wire.contact()}", {"contact": {"city": "Y"}})
    assert answer["contact"]["city"] == "Y"


def test_what_is_only_received_is_ignored_when_sent(wire: Wire) -> None:
    contact_id = wire.contact()
    body = {"contactId": 1, "createDate": "2001-01-01 00:00:00", "bounceCount": 9}
    row = wire.post(f"/contacts/{contact_id}", body)["contact"]
    assert (row["contactId"], row["createDate"]) == (contact_id, "2012-06-09 15:46:52")
    assert row["bounceCount"] == ""


@pytest.mark.parametrize("status", ["deleted", "pending", "bounced", "invitable", "x", "", None])
def test_a_status_that_an_update_may_not_set_is_refused_as_recorded(
    wire: Wire, status: str | None
) -> None:
    contact_id = wire.contact()
    body = {"status": status}
    assert wire.refused("POST", f"/contacts/{contact_id}", body) == (400, [BAD_STATUS])
    answer = wire.post("/contacts", [{"email": "jo@example.com", **body}])
    assert answer == {"contacts": None, "warnings": [BAD_STATUS]}


@pytest.mark.parametrize("status", ["donotcontact", "pending", "invitable"])
def test_a_sticky_status_stays(wire: Wire, status: str) -> None:
    (contact_id,) = wire.sandbox.seed(
        contacts=[{"email": "jo@example.com", "status": status}]
    ).contact_ids
    code, (text,) = wire.refused("POST", f"/contacts/{contact_id}", {"status": "normal"})
    assert code == 400
    assert text.startswith("The status value you provided was not valid.")
    assert statuses(wire.sandbox) == {"jo@example.com": status}
    assert wire.post(f"/contacts/{contact_id}", {"city": "Y"})["contact"]["status"] == status


def test_a_contact_can_be_blocked_and_a_bounce_forgotten(wire: Wire) -> None:
    bounced, normal = wire.sandbox.seed(
        contacts=[{"email": "a@example.com", "status": "bounced"}, {"email": "b@example.com"}]
    ).contact_ids
    wire.post(f"/contacts/{bounced}", {"status": "normal"})
    wire.post(f"/contacts/{normal}", {"status": "donotcontact"})
    assert wire.post(f"/contacts/{normal}", {"status": "donotcontact"})
    assert statuses(wire.sandbox) == {"a@example.com": "normal", "b@example.com": "donotcontact"}


def test_a_new_contact_may_have_any_status_but_deleted(wire: Wire) -> None:
    for status in ("normal", "bounced", "donotcontact", "pending", "invitable"):
        wire.contact(f"{status}@example.com", status=status)
        assert statuses(wire.sandbox)[f"{status}@example.com"] == status
    answer = wire.post("/contacts", [{"email": "jo@example.com", "status": "deleted"}])
    assert answer["contacts"] is None


def test_the_statuses_of_new_contacts_can_be_narrowed(quirky: Callable[..., Wire]) -> None:
    wire = quirky(creation_statuses=frozenset({"normal"}))
    answer = wire.post("/contacts", [{"email": "jo@example.com", "status": "pending"}])
    assert answer["warnings"] == [
        "The status value you provided was not valid. Please provide a valid status"
    ]


@pytest.mark.parametrize(
    ("sticky", "status"), [("left", "normal"), ("kept_silently", "donotcontact")]
)
def test_a_sticky_status_can_be_left_or_stay_silently(
    quirky: Callable[..., Wire], sticky: str, status: str
) -> None:
    wire = quirky(sticky_statuses=sticky)
    contact_id = wire.contact(status="donotcontact")
    answer = wire.post(f"/contacts/{contact_id}", {"status": "normal"})
    assert answer["contact"]["status"] == status


def test_a_new_contact_can_become_normal_whatever_is_asked(quirky: Callable[..., Wire]) -> None:
    wire = quirky(creation_statuses=frozenset(), other_creation_statuses="normal")
    answer = wire.post("/contacts", [{"email": "jo@example.com", "status": "pending"}])
    assert answer["contacts"][0]["status"] == "normal"


def test_a_status_that_is_not_given_can_become_normal(quirky: Callable[..., Wire]) -> None:
    wire = quirky(unsent_status="normal")
    ids = [wire.contact(f"{name}@example.com", status="donotcontact") for name in "abc"]
    wire.put(f"/contacts/{ids[0]}", {"email": "a@example.com"})
    wire.post("/contacts", [{"email": "b@example.com"}])
    wire.post(f"/contacts/{ids[2]}", {"city": "Cary"})
    after = [one["status"] for one in wire.sandbox.state.contacts()]
    assert after == ["normal", "normal", "donotcontact"]


def test_texts_can_be_cut_off(quirky: Callable[..., Wire]) -> None:
    wire = quirky(longest_text=3)
    wire.contact("jo@example.com", firstName="Joanna", city="Cary")
    (row,) = wire.get("/contacts")["contacts"]
    assert (row["email"], row["firstName"], row["city"]) == ("jo@example.com", "Joa", "Car")


def test_deleted_contacts_can_count_for_the_total(quirky: Callable[..., Wire]) -> None:
    wire = quirky(deleted_in_total=True)
    gone, _ = wire.contact("jo@example.com"), wire.contact("al@example.com")
    wire.delete(f"/contacts/{gone}")
    for query, total in (("", 2), ("?email=jo@example.com", 1), ("?email=al@example.com", 1)):
        answer = wire.get(f"/contacts{query}")
        assert answer["total"] == total
        assert gone not in [row["contactId"] for row in answer["contacts"]]


def test_a_deleted_contact_is_still_read_by_its_id(wire: Wire) -> None:
    contact_id = wire.contact(firstName="Jo")
    assert wire.delete(f"/contacts/{contact_id}") == []
    row = wire.get(f"/contacts/{contact_id}")["contact"]
    assert (row["status"], row["firstName"]) == ("deleted", "Jo")


@pytest.mark.parametrize(
    ("quirks", "status", "answer"),
    [
        ({}, 404, {"errors": ["Not Found"]}),
        ({"second_delete": "not_found"}, 404, {"errors": ["Not Found"]}),
        ({"second_delete": "no_changes"}, 400, {"errors": ["No Changes Made"]}),
        ({"second_delete": "done"}, 200, []),
    ],
)
def test_what_a_second_deletion_answers_is_a_quirk(
    quirky: Callable[..., Wire], quirks: dict[str, str], status: int, answer: Any
) -> None:
    wire = quirky(**quirks)
    contact_id = wire.contact()
    assert wire.delete(f"/contacts/{contact_id}") == []
    response = wire.send("DELETE", f"{wire.folder}/contacts/{contact_id}")
    assert (response.status_code, response.json()) == (status, answer)
    assert wire.get(f"/contacts/{contact_id}")["contact"]["status"] == "deleted"
    deletions = [each["details"] for each in wire.sandbox.state.actions()]
    assert deletions.count({"newStatus": "deleted"}) == 1


def test_a_contact_that_came_back_can_be_deleted_again(wire: Wire) -> None:
    contact_id = wire.contact()
    wire.delete(f"/contacts/{contact_id}")
    assert wire.contact() == contact_id
    assert wire.delete(f"/contacts/{contact_id}") == []


def test_a_deletion_answers_two_bytes(wire: Wire) -> None:
    response = wire.send("DELETE", f"{wire.folder}/contacts/{wire.contact()}")
    assert (response.status_code, response.content) == (200, b"[]")


def test_a_deleted_contact_cannot_be_written(wire: Wire) -> None:
    contact_id = wire.contact()
    wire.delete(f"/contacts/{contact_id}")
    body = {"email": "jo@example.com", "status": "normal"}
    assert wire.refused("POST", f"/contacts/{contact_id}", body)[0] == 404
    assert wire.refused("PUT", f"/contacts/{contact_id}", body)[0] == 404
    answer = wire.post("/contacts", [{"contactId": contact_id, **body}])
    assert answer["contacts"] is None


@pytest.mark.parametrize("way", ["same_id", "new_id"])
def test_the_email_of_a_deleted_contact_can_be_used_again(
    quirky: Callable[..., Wire], way: str
) -> None:
    wire = quirky(recreate_deleted=way)
    old = wire.contact(firstName="Jo")
    wire.delete(f"/contacts/{old}")
    (row,) = wire.post("/contacts", [{"email": "jo@example.com", "city": "Y"}])["contacts"]
    assert (row["contactId"] == old) is (way == "same_id")
    assert (row["firstName"], row["city"], row["status"]) == ("", "Y", "normal")
    assert wire.emails() == ["jo@example.com"]


def test_a_state_has_at_most_ten_characters(wire: Wire) -> None:
    contact_id = wire.contact(state="1234567890")
    text = (
        "The state value you provided was not valid. state can have at most 10 characters."
        " Please provide a valid state"
    )
    body = {"state": "12345678901"}
    assert wire.refused("POST", f"/contacts/{contact_id}", body) == (400, [text])
    answer = wire.post("/contacts", [{"email": "jo@example.com", **body}])
    assert answer["warnings"] == [text]


def test_a_long_state_can_be_made_to_be_cut(quirky: Callable[..., Wire]) -> None:
    contact_id = quirky(long_state="truncate").contact(state="North Carolina")
    assert contact_id
    wire = quirky(long_state="truncate")
    wire.contact(state="North Carolina")
    assert wire.sandbox.state.contacts()[0]["state"] == "North Caro"


def test_unknown_keys_are_ignored_or_mentioned(wire: Wire, quirky: Callable[..., Wire]) -> None:
    body = [{"email": "jo@example.com", "company": "X", "bounceCount": 1}]
    assert "warnings" not in wire.post("/contacts", body)
    warned = quirky(unknown_fields="warned")
    (text,) = warned.post("/contacts", body)["warnings"]
    assert "(company)" in text
    assert "warnings" not in warned.post("/contacts", [{"email": "jo@example.com"}])


def test_ids_can_be_numbers(quirky: Callable[..., Wire]) -> None:
    wire = quirky(numeric_ids=True)
    contact_id: Any = wire.contact()
    assert contact_id == 66674163
    assert wire.subscribe(contact_id)["subscriptions"][0]["subscriptionId"] == "205303_66674163"
    assert wire.post("/lists", [{"name": "X"}])["lists"][0]["welcomeMessageId"] == ""


def test_answers_can_say_that_they_are_html(quirky: Callable[..., Wire]) -> None:
    wire = quirky(content_type="text/html; charset=utf-8")
    response = wire.send("GET", wire.folder + "/contacts")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.json()["total"] == 0


def test_a_custom_field_that_is_named_as_an_id_may_hold_any_text(
    quirky: Callable[..., Wire],
) -> None:
    wire = quirky(numeric_ids=True)
    field = {"privateName": "listId", "fieldType": "text", "displayToUser": 1}
    wire.post("/customfields", [field])
    for text in ("abc", "9" * 5000, ""):
        wire.post("/contacts", [{"email": "jo@example.com", "listId": text}])
        [contact] = wire.get("/contacts?email=jo@example.com")["contacts"]
        assert contact["listId"] == (text or None)
