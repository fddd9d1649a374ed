"""A journal stores the fields that the mapper made of a row."""

from __future__ import annotations

import json
from typing import Any

from icontact import ContactMapper
from icontact.push import PushPolicy
from icontact.push.ingest import load_rows
from icontact.push.journal import Journal

MIXED: dict[str, Any] = {
    "email": "email",
    "first_name": ["first", "name"],
    "city": {"key": "city", "empty": "clear"},
    "postal_code": "zip",
    # As we name the one of iContact's.
    "custom_fields": {"first_name": "nick", "score": "points"},
}


def kept(mapper: ContactMapper, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    journal = Journal(None, {})
    load_rows(rows, mapper, journal, PushPolicy())
    return journal.database.rows("SELECT * FROM rows ORDER BY row")


def test_a_custom_field_may_have_a_name_of_ours() -> None:
    row = {"email": "jo@example.com", "first": "Jo", "nick": "J", "city": ""}

    ((text,),) = [line[3:4] for line in kept(ContactMapper(MIXED), [row])]

    custom = {"first_name": "J"}
    fields = {"email": "jo@example.com", "first_name": "Jo", "city": None, "custom_fields": custom}
    assert json.loads(text) == fields


def test_a_row_with_a_status_restricts_its_address() -> None:
    mapper = ContactMapper({"email": "email", "status": "status"})
    rows = [{"email": "jo@example.com", "status": "donotcontact"}, {"email": "al@example.com"}]

    assert [line[5] for line in kept(mapper, rows)] == [1, 0]
