"""A journal stores the fields of a row as the text that iContact is sent."""

from __future__ import annotations

import datetime
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact import ContactMapper, wire
from icontact.models import Contact, ContactFields
from icontact.push import PushPolicy
from icontact.push.ingest import load_rows
from icontact.push.journal import Identity, Journal, body_of, fields_from, json_of

STANDARD = [name for name in ContactFields.__annotations__ if name != "custom_fields"]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ['"},{"', "\\", '\\"},{\\"', '"status":', "{}", "],["]
)
VALUES = TEXTS | st.none()


def as_fields(given: dict[str, Any]) -> ContactFields:
    return cast("ContactFields", given)


FIELDS = st.builds(
    lambda standard, custom: as_fields(
        {**standard, "custom_fields": custom} if custom else {**standard}
    ),
    st.dictionaries(st.sampled_from(STANDARD), VALUES, min_size=1),
    st.dictionaries(st.sampled_from(["score", "shoe_size"]), VALUES),
)


@given(FIELDS)
def test_a_body_is_what_a_contact_is_sent_as(fields: ContactFields) -> None:
    allowed = frozenset(ContactFields.__annotations__)
    assert body_of(fields) == wire.encode_fields(Contact, fields, allowed)


@given(FIELDS)
def test_a_body_holds_the_fields_that_it_was_made_of(fields: ContactFields) -> None:
    # Blank and cleared are one to iContact.
    cleared: dict[str, Any] = {name: value or None for name, value in fields.items()}
    if "custom_fields" in fields:
        custom = fields["custom_fields"]
        cleared["custom_fields"] = {name: value or None for name, value in custom.items()}
    assert fields_from(body_of(fields)) == cleared


MIXED: dict[str, Any] = {
    "email": "email",
    "first_name": ["first", "name"],
    "city": {"key": "city", "empty": "clear"},
    "postal_code": "zip",
    # As we name the one of iContact's.
    "custom_fields": {"first_name": "nick", "score": "points"},
}


def kept(mapper: ContactMapper, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    identity = Identity(
        base_url="", account_id="", client_folder_id="", list_id="", mapping="", rules=""
    )
    journal = Journal(None, identity)
    load_rows(rows, mapper, journal, PushPolicy())
    return journal.database.rows("SELECT * FROM rows ORDER BY row")


def test_a_custom_field_may_have_a_name_of_ours() -> None:
    row = {"email": "jo@example.com", "first": "Jo", "nick": "J", "city": ""}

    ((text,),) = [line[3:4] for line in kept(ContactMapper(MIXED), [row])]

    body = {"email": "jo@example.com", "firstName": "Jo", "city": "", "first_name": "J"}
    assert json.loads(text) == body
    assert text == json_of(body)


def test_a_row_with_a_status_restricts_its_address() -> None:
    mapper = ContactMapper({"email": "email", "status": "status"})
    rows = [{"email": "jo@example.com", "status": "donotcontact"}, {"email": "al@example.com"}]

    assert [line[5] for line in kept(mapper, rows)] == [1, 0]


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"custom_fields": {"score": 5}}, {"score": "5"}),
        ({"custom_fields": {"day": datetime.date(2026, 2, 1)}}, {"day": "2026-02-01"}),
        ({"city": 5, "custom_fields": {"score": None}}, {"city": "5", "score": ""}),
    ],
)
def test_a_value_of_another_type_becomes_text(fields: dict[str, Any], body: dict[str, str]) -> None:
    assert body_of(as_fields(fields)) == body


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="Contact has no field 'emial'; did you mean 'email'"):
        body_of(as_fields({"emial": "jo@example.com"}))
    with pytest.raises(TypeError, match="custom_fields must be a mapping"):
        body_of(as_fields({"custom_fields": "score"}))


@pytest.mark.parametrize("name", ["email", "status", "contactId", "firstName"])
def test_a_custom_field_cannot_have_the_name_of_a_standard_field(name: str) -> None:
    fields = as_fields({"email": "jo@example.com", "custom_fields": {name: "normal"}})

    with pytest.raises(ValueError, match=f"custom field '{name}' has the name of a standard field"):
        body_of(fields)


def test_the_name_of_a_custom_field_is_a_text() -> None:
    with pytest.raises(TypeError, match="the name of a custom field must be text, not int"):
        body_of(as_fields({"custom_fields": {5: "x"}}))
