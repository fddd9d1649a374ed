"""What a journal keeps of a row: the very text that iContact is sent."""

from __future__ import annotations

import datetime
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact import wire
from icontact.models import Contact, ContactFields
from icontact.push.journal import body_of, fields_from, texts_of

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


@given(st.lists(st.dictionaries(TEXTS, TEXTS, max_size=3), max_size=6))
def test_every_body_has_a_text_of_its_own(bodies: list[dict[str, str]]) -> None:
    assert [json.loads(text) for text in texts_of(bodies)] == bodies


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
