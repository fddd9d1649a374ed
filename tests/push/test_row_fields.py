"""What a journal keeps of a row: the very text that iContact is sent."""

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
def test_a_body_tells_the_fields_that_it_was_made_of(fields: ContactFields) -> None:
    # Blank and cleared are one to iContact.
    cleared: dict[str, Any] = {name: value or None for name, value in fields.items()}
    if "custom_fields" in fields:
        custom = fields["custom_fields"]
        cleared["custom_fields"] = {name: value or None for name, value in custom.items()}
    assert fields_from(body_of(fields)) == cleared


class Own(ContactMapper):
    """A mapper of another class, whose effects are not known: it goes the long way."""


MIXED: dict[str, Any] = {
    "email": "email",
    "first_name": ["first", "name"],
    "city": {"key": "city", "empty": "clear"},
    "postal_code": "zip",
    # As we name the one of iContact's.
    "custom_fields": {"first_name": "nick", "score": "points"},
}
CELLS = VALUES | st.integers() | st.floats() | st.booleans() | st.dates()
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from(
            ["Jo@Example.com", " jo@example.com ", "", None, "nonsense", "jo@例え.jp", 5]
        ),
        **dict.fromkeys(("first", "name", "city", "zip", "nick", "points"), CELLS),
        "mauticContactIsContactableByEmail": st.sampled_from([0, 1, "", "perhaps"]),
    },
)


def kept(mapper: ContactMapper, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    identity = Identity(
        base_url="", account_id="", client_folder_id="", list_id="", mapping="", rules=""
    )
    journal = Journal(None, identity)
    load_rows(rows, mapper, journal, PushPolicy())
    return journal.database.rows("SELECT * FROM rows ORDER BY row")


@given(st.lists(PEOPLE, max_size=4))
def test_a_plain_row_is_kept_as_if_it_had_gone_the_long_way(rows: list[dict[str, Any]]) -> None:
    assert kept(ContactMapper(MIXED), rows) == kept(Own(MIXED), rows)


def test_a_custom_field_may_have_a_name_of_ours() -> None:
    row = {"email": "jo@example.com", "first": "Jo", "nick": "J", "city": ""}

    ((text,),) = [line[3:4] for line in kept(ContactMapper(MIXED), [row])]

    body = {"email": "jo@example.com", "firstName": "Jo", "city": "", "first_name": "J"}
    assert json.loads(text) == body
    assert text == json_of(body)


def test_a_status_is_looked_at_closely() -> None:
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
def test_what_is_no_text_becomes_one(fields: dict[str, Any], body: dict[str, str]) -> None:
    assert body_of(as_fields(fields)) == body


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="Contact has no field 'emial'; did you mean 'email'"):
        body_of(as_fields({"emial": "jo@example.com"}))
    with pytest.raises(TypeError, match="custom_fields must be a mapping"):
        body_of(as_fields({"custom_fields": "score"}))


@pytest.mark.parametrize("name", ["email", "status", "contactId", "firstName"])
def test_a_custom_field_cannot_stand_for_what_is_of_icontact_itself(name: str) -> None:
    fields = as_fields({"email": "jo@example.com", "custom_fields": {name: "normal"}})

    with pytest.raises(ValueError, match=f"custom field '{name}' has the name of a standard field"):
        body_of(fields)


def test_the_name_of_a_custom_field_is_a_text() -> None:
    with pytest.raises(TypeError, match="the name of a custom field must be text, not int"):
        body_of(as_fields({"custom_fields": {5: "x"}}))
