"""Rows that cannot be read say all the same who must not be mailed."""

from __future__ import annotations

import io
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.push import ListPush, PushReport
from icontact.sandbox import Sandbox
from icontact.sources import read_rows

HEADER = "Email,Name,Opt Out"
AGAIN = "jo@example.com,Jo,no"


def pushed(
    sandbox: Sandbox, content: str | bytes, *, name: str = "people.csv", mapper: Any = None
) -> PushReport:
    data = content if isinstance(content, bytes) else content.encode()
    with read_rows(io.BytesIO(data), name=name) as rows, sandbox.client() as client:
        chosen = mapper or ContactMapper.guess(rows.columns, rows.first_rows())
        return ListPush(client.folder(), sandbox.list_id, mapper=chosen).run(rows)


def stored(sandbox: Sandbox) -> set[str]:
    return {one["email"] for one in sandbox.state.contacts()}


@pytest.mark.parametrize(
    "broken",
    [
        b"jo@example.com,Jo,yes,surplus",
        b"Jo@Example.com,Vance, Jo,yes",
        b"Vance, Jo,jo@example.com,yes",
        b"jo@example.com,J\0o,yes",
        b"jo@example.com,\xff,yes",
        b'jo@example.com,"Jo,yes',
        b'jo@example.com,"J"o",yes',
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_broken_row_keeps_other_rows_of_its_person_from_being_pushed(
    sandbox: Sandbox, broken: bytes, first: bool
) -> None:
    others = [AGAIN.encode(), "ann@example.com,Zoé,no".encode()]
    lines = [broken, *others] if first else [*others, broken]
    report = pushed(sandbox, b"\n".join([HEADER.encode(), *lines, b"cy@example.com,\xc3\xa9,no\n"]))
    assert stored(sandbox) == {"ann@example.com", "cy@example.com"}
    assert report.counts["rejected"] == 1
    assert report.counts["skipped"] == 1


def test_a_broken_row_keeps_no_one_else_from_being_pushed(sandbox: Sandbox) -> None:
    report = pushed(sandbox, f"{HEADER}\nno address,Jo,yes,surplus\n{AGAIN}\n")
    assert stored(sandbox) == {"jo@example.com"}
    assert report.counts["rejected"] == 1


def test_in_a_file_that_says_nothing_about_consent_a_broken_row_restricts_no_one(
    sandbox: Sandbox,
) -> None:
    pushed(sandbox, "Email,Name\njo@example.com,Vance, Jo\njo@example.com,Jo\n")
    assert stored(sandbox) == {"jo@example.com"}


@pytest.mark.parametrize(
    "broken",
    [
        '{"email": "jo@example.com", "doNotEmail": 1, "doNotEmail": 0}',
        '{"email": "jo@example.com", "doNotEmail": 1, "points": NaN}',
        '{"email": "jo@example.com", "doNotEmail": 1',
    ],
)
def test_a_broken_line_of_json_restricts_its_person(sandbox: Sandbox, broken: str) -> None:
    again = '{"email": "jo@example.com", "doNotEmail": 0}'
    pushed(sandbox, f"{again}\n{broken}\n", name="people.jsonl")
    assert stored(sandbox) == set()


def test_a_certain_no_counts_where_the_mapping_does_not_read_it(sandbox: Sandbox) -> None:
    mapper = ContactMapper({"email": "email"}, do_not_contact=False)
    first = '{"email": "ann@example.com"}\n' * 101
    broken = '{"email": "jo@example.com", "unsubscribed": true, "points": NaN}'
    again = '{"email": "jo@example.com"}'
    pushed(sandbox, f"{first}{broken}\n{again}\n", name="people.jsonl", mapper=mapper)
    assert stored(sandbox) == {"ann@example.com"}
