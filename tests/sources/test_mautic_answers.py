"""Answers of Mautic's REST API that were saved to a file, as rows."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.integrations import mautic
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from icontact.sources import BadRow, RowFile, read_rows

UNSUBSCRIBED = [{"id": 9, "reason": 1, "comments": "", "channel": "email", "channelId": None}]
BY_SMS = [{"id": 8, "reason": 3, "channel": "sms"}]


def contact(number: int, name: str, do_not_contact: Any = ()) -> dict[str, Any]:
    values = {"firstname": name, "email": f"{name.lower()}@example.com", "skills": "php|js"}
    core = {
        alias: {"id": place, "group": "core", "alias": alias, "type": "text", "value": value}
        for place, (alias, value) in enumerate(values.items())
    }
    return {
        "id": number,
        "points": 5,
        "dateAdded": "2026-01-05T10:00:00+00:00",
        "tags": [{"id": 1, "tag": "vip"}],
        "owner": None,
        "stage": None,
        "doNotContact": list(do_not_contact),
        "fields": {"core": core, "social": [], "all": {"id": number, **values}},
    }


JO, ANN, CY = contact(7, "Jo"), contact(8, "Ann", UNSUBSCRIBED), contact(9, "Cy", BY_SMS)


def opened(document: Any, name: str = "contacts.json", indent: int | None = None) -> RowFile:
    return read_rows(io.BytesIO(json.dumps(document, indent=indent).encode()), name=name)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["contacts.json", "the input"])
@pytest.mark.parametrize(
    "document",
    [
        {"total": "2", "contacts": {"7": JO, "8": ANN}},
        {"total": 2, "contacts": [JO, ANN]},
        [JO, ANN],
        [{"contact": JO}, {"contact": ANN}],
    ],
)
def test_contacts_of_an_answer_are_rows(document: Any, name: str, indent: int | None) -> None:
    rows = opened(document, name, indent)
    jo, ann = rows
    assert isinstance(jo, dict)
    assert isinstance(ann, dict)
    assert (jo["id"], jo["firstname"], jo["email"]) == (7, "Jo", "jo@example.com")
    assert (jo["skills"], jo["tags"], jo["points"]) == ("php|js", "vip", 5)
    assert jo["mauticContactIsContactableByEmail"] == 0
    assert ann["mauticContactIsContactableByEmail"] == 1
    assert rows.notes == (
        "the file holds contacts of Mautic; the preset for them is mautic (--preset mautic)",
    )


def test_one_contact_is_one_row() -> None:
    for document in ({"contact": JO}, JO):
        (row,) = opened(document)
        assert isinstance(row, dict)
        assert row["email"] == "jo@example.com"


def test_lines_of_contacts_are_rows_of_their_lines() -> None:
    content = "\n".join(json.dumps(one) for one in ({"contacts": [JO, ANN]}, CY))
    rows = read_rows(io.BytesIO(content.encode()), name="contacts.jsonl")
    assert len(list(rows)) == 3
    assert [rows.line_of(place) for place in range(3)] == [1, 1, 2]
    assert len(rows.notes) == 1


def test_an_answer_that_is_one_page_of_many_is_noted() -> None:
    rows = opened({"total": "1000", "contacts": {"7": JO}})
    list(rows)
    assert rows.notes[1] == (
        "the answer of Mautic holds 1 of 1000 contacts: ask for the others, too"
    )


def test_a_row_has_what_the_reader_of_mautic_has() -> None:
    (row,) = opened({"contact": ANN})
    assert isinstance(row, dict)
    read = mautic.contact({"contact": ANN})
    assert {key: read[key] for key in row} == row


def test_what_is_no_contact_in_an_answer_is_a_bad_row() -> None:
    entries = {"7": JO, "8": {"id": 8, "email": "ann@example.com"}, "9": 5}
    _, ann, number = opened({"contacts": entries})
    assert ann == BadRow("the object has no fields, so that it is not a contact of Mautic")
    assert isinstance(ann, BadRow)
    assert ann.addresses == ("ann@example.com",)
    assert number == BadRow("the row is a number, and a contact must be an object, like {…}")


@pytest.mark.parametrize(
    "document",
    [
        {"contacts": "none", "email": "jo@example.com"},
        {"contact": "Jo", "fields": {"town": "Durham"}, "email": "jo@example.com"},
        {"total": "0", "contacts": []},
    ],
)
def test_another_object_is_a_row_as_it_is(document: dict[str, Any]) -> None:
    assert list(opened(document)) == [document]


@pytest.mark.parametrize("said", ["perhaps", 1, True, [5], [{"channel": 5}], {"7": "email"}])
def test_what_cannot_be_read_of_do_not_contact_counts_as_a_no(said: Any) -> None:
    (row,) = opened({"contact": {**JO, "doNotContact": said}})
    assert isinstance(row, dict)
    assert row["mauticContactIsContactableByEmail"] == 1


@pytest.mark.parametrize("guessed", [True, False])
def test_a_push_of_an_answer_leaves_out_who_must_not_be_mailed(
    sandbox: Sandbox, tmp_path: Path, guessed: bool
) -> None:
    path = tmp_path / "contacts.json"
    path.write_text(json.dumps({"total": "3", "contacts": {"7": JO, "8": ANN, "9": CY}}))
    with read_rows(path) as rows:
        mapper = (
            ContactMapper.guess(rows.columns, rows.first_rows())
            if guessed
            else ContactMapper.preset("mautic")
        )
    with sandbox.client() as client:
        report = ListPush(client.folder(), sandbox.list_id, mapper=mapper).run(path)
    assert report.counts["created"] == 2
    assert report.counts["skipped"] == 1
    assert {one["email"] for one in sandbox.state.contacts()} == {
        "jo@example.com",
        "cy@example.com",
    }
