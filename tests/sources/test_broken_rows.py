"""What can be read of a row that is broken: its cells, and the addresses in it."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest

from icontact.errors import ConfigError
from icontact.sources import BadRow, read_rows

HEADER = b"Email,Name,Opt Out\n"


def broken(content: bytes, name: str = "people.csv", **options: Any) -> list[BadRow]:
    rows = list(read_rows(io.BytesIO(content), name=name, **options))
    return [row for row in rows if isinstance(row, BadRow)]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (
            b"jo@example.com,Jo,yes,surplus",
            {"Email": "jo@example.com", "Name": "Jo", "Opt Out": "yes"},
        ),
        (b"jo@example.com,J\0o,yes", {"Email": "jo@example.com", "Name": "Jo", "Opt Out": "yes"}),
        (
            b"jo@example.com,\xff,yes",
            {"Email": "jo@example.com", "Name": "\ufffd", "Opt Out": "yes"},
        ),
        (b'jo@example.com,"Jo,yes', {"Email": "jo@example.com", "Name": "Jo", "Opt Out": "yes"}),
        (
            b'"jo@example.com","J"o",yes',
            {"Email": "jo@example.com", "Name": 'J"o', "Opt Out": "yes"},
        ),
    ],
)
def test_a_broken_row_keeps_its_cells(line: bytes, cells: dict[str, str]) -> None:
    good = "ann@example.com,Zoé,\n".encode() * 3
    (row,) = broken(HEADER + good + line + b"\n" + good)
    assert row.cells == cells
    assert row.addresses == ("jo@example.com",)


@pytest.mark.parametrize(
    "lines",
    [
        b'x@example.com,"Ann,yes\njo@example.com,Jo",no\n',
        b'x@example.com,"Ann,yes\njo@example.com,Jo,no"\n',
        b'x@example.com,"Ann,yes\n\njo@example.com,Jo,no\ncy@example.com,"Cy",no\n',
    ],
)
def test_a_row_that_has_swallowed_others_is_broken_and_the_others_are_rows(lines: bytes) -> None:
    rows = list(read_rows(io.BytesIO(HEADER + lines), name="people.csv"))
    first, *others = rows
    assert isinstance(first, BadRow)
    assert "quotation mark" in first.reason
    assert first.cells == {"Email": "x@example.com", "Name": "Ann", "Opt Out": "yes"}
    assert {one["Email"] for one in others if isinstance(one, dict)} >= {"jo@example.com"}


def test_a_row_that_has_swallowed_another_one_may_have_surplus_cells() -> None:
    first, second = broken(
        HEADER + b'x@example.com,"A,yes\njo@example.com,Jo,no",,,ann@example.com'
    )
    assert first.addresses == ("x@example.com",)
    assert second.addresses == ("jo@example.com", "ann@example.com")


def test_a_cell_of_several_lines_may_hold_addresses() -> None:
    note = b'"see, with, commas\nann@example.com wrote\nto jo@example.com, too, twice"'
    rows = list(read_rows(io.BytesIO(HEADER + b"jo@example.com," + note + b",no\n")))
    assert len(rows) == 1
    assert isinstance(rows[0], dict)


def test_a_broken_row_keeps_the_addresses_of_surplus_cells() -> None:
    (row,) = broken(HEADER + b'Vance, Jo,yes,"Jo <jo@example.com>; mailto:ann@example.com."\n')
    assert row.cells == {"Email": "Vance", "Name": " Jo", "Opt Out": "yes"}
    assert row.addresses == ("jo@example.com", "ann@example.com")


def test_a_part_of_a_broken_row_keeps_its_cells() -> None:
    first, part, last = broken(
        b'Email,Name\nx@example.com,"see\njo@example.com\n"so" she said\nann@example.com,Ann\n'
    )
    assert first.cells == {"Email": "x@example.com", "Name": "see"}
    assert part.cells == {"Email": "jo@example.com"}
    assert last.addresses == ()


def test_the_line_at_which_a_compressed_file_breaks_off_keeps_what_is_there() -> None:
    packed = gzip.compress(HEADER + b"jo@example.com,Jo,yes,,", compresslevel=0)
    (row,) = broken(packed[:-12], name="people.csv.gz")
    assert row.addresses == ("jo@example.com",)
    assert row.cells["Email"] == "jo@example.com"


@pytest.mark.parametrize(
    "line",
    [
        b'{"email": "jo@example.com", "optOut": 1',
        b'{"email": "jo@example.com", "optOut": 1, "optOut": 0}',
        b'{"email": "jo@example.com", "optOut": 1, "n": NaN}',
        b'{"email": "jo@example.com", "optOut": 1, "n": "\xff"}',
        b'["jo@example.com", 1]',
    ],
)
def test_a_broken_line_of_json_keeps_its_addresses(line: bytes) -> None:
    good = '{"email": "ann@example.com", "name": "Zoé"}\n'.encode()
    (row,) = broken(good + line + b"\n" + good, name="people.jsonl")
    assert row.addresses == ("jo@example.com",)


@pytest.mark.parametrize(
    "item",
    [
        '{"email": "jo@example.com", "optOut": 1, "optOut": 0}',
        '{"email": "jo@example.com", "n": [NaN]}',
        '["jo@example.com", 1]',
        '"jo@example.com"',
    ],
)
def test_a_broken_object_in_a_list_of_json_keeps_its_addresses(item: str) -> None:
    (row,) = broken(f"[{item}, {{}}]".encode(), name="people.json")
    assert row.addresses == ("jo@example.com",)


def test_a_broken_line_of_json_keeps_what_can_be_read() -> None:
    lines = [
        '{"email": "jo@example.com", "optOut": 1, "optOut": 0}',
        '{"email": "jo@example.com", "optOut": true, "n": [NaN]}',
        '{"email": "jo@example.com", "optOut": "J\0a"}',
    ]
    rows = broken("\n".join(lines).encode(), name="people.jsonl")
    assert [row.cells for row in rows] == [
        {"email": "jo@example.com", "optOut": [1, 0]},
        {"email": "jo@example.com", "optOut": True},
        {"email": "jo@example.com", "optOut": "Ja"},
    ]


def test_what_is_kept_of_a_broken_row_is_not_shown() -> None:
    (row,) = broken(HEADER + b"jo@example.com,Jo,yes,surplus\n")
    assert row.surplus == ("surplus",)
    assert "jo@" not in repr(row)
    assert "surplus'" not in repr(row)
    assert row == BadRow(row.reason)


def test_a_very_long_line_is_searched_for_addresses_at_once() -> None:
    (row,) = broken(HEADER + b"jo@example.com,Jo,yes," + b"x" * 130_000 + b"\n")
    assert row.addresses == ("jo@example.com",)


def test_the_first_rows_are_read_with_the_encoding_that_was_given() -> None:
    content = HEADER + b"jo@example.com,\xff,\n"
    rows = read_rows(io.BytesIO(content), name="people.csv", encoding="utf-8")
    with rows, pytest.raises(ConfigError, match="line 2"):
        rows.first_rows()


@pytest.mark.parametrize("name", ["people.csv.gz", "people.jsonl.gz"])
def test_of_a_compressed_file_that_is_cut_off_every_whole_line_is_a_row(name: str) -> None:
    lines = [HEADER.decode()] if "csv" in name else []
    lines += [
        f"person{number}@example.com,Jo,no\n"
        if "csv" in name
        else f'{{"Email": "person{number}@example.com"}}\n'
        for number in range(5)
    ]
    content = "".join(lines).encode()
    half = len(lines[-1]) // 2
    cut = gzip.compress(content, compresslevel=0)[: -8 - half]
    rows = read_rows(io.BytesIO(cut), name=name)
    *whole, last = rows
    assert [row["Email"] for row in whole if isinstance(row, dict)] == [
        f"person{number}@example.com" for number in range(4)
    ]
    assert len(whole) == 4
    assert isinstance(last, BadRow)
    assert "cut off or damaged" in last.reason
    assert "it may hold more rows than could be read" in rows.notes[-1]


def test_a_file_whose_last_line_is_a_header_with_other_signs_is_read_by_its_first_line() -> None:
    rows = read_rows(io.BytesIO(b"Email,Name\njo@example.com,Jo\nEmail;Name;City\n"))
    assert rows.columns == ("Email", "Name")
    assert rows.delimiter == ","
