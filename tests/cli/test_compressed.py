"""Files that are compressed with gzip: read like others, and never silently cut."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from icontact.errors import ConfigError
from icontact.sandbox import Sandbox
from icontact.sources import BadRow, read_rows
from icontact.sources.reading import LineIndex
from tests.cli.support import HEADER, icontact, opened, rows_of

CONTENT = "email,name\njo@example.com,Zoé\nann@example.com,Ann\n"
ROWS = [
    {"email": "jo@example.com", "name": "Zoé"},
    {"email": "ann@example.com", "name": "Ann"},
]
HERE = "the compressed file is cut off or damaged here"


def many(number: int) -> tuple[list[dict[str, str]], bytes]:
    """Return rows that do not compress well, and a CSV file of them."""
    chance = random.Random(4)
    rows = [
        {"email": f"jo{place}@example.com", "name": f"{chance.getrandbits(256):x}"}
        for place in range(number)
    ]
    lines = ["email,name", *(",".join(row.values()) for row in rows)]
    return rows, "".join(f"{line}\n" for line in lines).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_gzipped_file_is_read_in_any_encoding(encoding: str) -> None:
    assert rows_of(gzip.compress(CONTENT.encode(encoding))) == ROWS


@pytest.mark.parametrize("name", ["people.jsonl.gz", "PEOPLE.JSONL.GZ", "the input"])
def test_gzipped_json_lines_are_read(name: str) -> None:
    content = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    assert rows_of(gzip.compress(content), name=name) == ROWS


def test_a_gzipped_list_of_json_is_read() -> None:
    assert rows_of(gzip.compress(json.dumps(ROWS).encode()), name="people.json.gz") == ROWS


def test_a_gzipped_file_is_recognised_by_its_bytes_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(gzip.compress(CONTENT.encode()))
    rows = read_rows(path)
    assert list(rows) == ROWS
    rows.close()
    (tmp_path / "plain.csv.gz").write_bytes(CONTENT.encode())
    assert list(read_rows(tmp_path / "plain.csv.gz")) == ROWS


def test_a_gzipped_pipe_is_read() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(gzip.compress(CONTENT.encode()))
    with read_rows(os.fdopen(reading, "rb")) as rows:
        assert list(rows) == ROWS


def test_several_members_are_one_file() -> None:
    half = len(CONTENT) // 2
    assert rows_of(gzip.compress(CONTENT[:half].encode()) + gzip.compress(CONTENT[half:].encode()))


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.999])
@pytest.mark.parametrize("name", ["people.csv", "people.jsonl"])
def test_of_a_file_that_was_cut_off_every_whole_row_is_read_and_the_end_is_said(
    kept: float, name: str
) -> None:
    rows, content = many(1200)
    if name.endswith("l"):
        content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    packed = gzip.compress(content)
    with read_rows(io.BytesIO(packed[: int(len(packed) * kept)]), name=name) as file:
        *read, last = file
    assert isinstance(last, BadRow)
    assert last.reason.startswith(HERE)
    assert read == rows[: len(read)]
    assert len(read) > 1200 * kept * 0.8
    lines_above = 1 if name.endswith("csv") else 0
    assert file.line_of(len(read)) == len(read) + 1 + lines_above
    assert file.notes[-1].startswith("the compressed file is cut off or damaged")


def test_a_file_that_lost_its_check_sum_alone_is_not_taken_for_whole() -> None:
    found = rows_of(gzip.compress(CONTENT.encode())[:-8])
    assert found[:2] == ROWS
    assert found[2].startswith(HERE)


@pytest.mark.parametrize("damage", [b"\0" * 40, b"\xff" * 40])
def test_a_file_that_is_damaged_within_ends_with_an_error(damage: bytes) -> None:
    rows, content = many(1200)
    packed = gzip.compress(content)
    middle = len(packed) // 2
    found = rows_of(packed[:middle] + damage + packed[middle + 40 :])
    good = [row for row in found if isinstance(row, dict)]
    assert found[-1].startswith(HERE)
    # What was unpacked before the damage is noticed may be garbled; it is not a row then.
    assert good[:400] == rows[:400]


def test_half_a_line_is_never_a_row() -> None:
    content = b"email,name\nann@example.com,Ann\njo@example.com,Jo"
    packed = gzip.compress(content)[:-8]
    assert rows_of(packed)[0] == ROWS[1]
    assert rows_of(packed)[1].startswith(HERE)
    assert len(rows_of(packed)) == 2
    assert len(rows_of(gzip.compress(content))) == 2  # without damage it is one


def test_a_header_that_is_cut_off_is_refused() -> None:
    for content in (b"email,na", b""):
        with pytest.raises(ConfigError, match="cut off or damaged"):
            opened(gzip.compress(content)[:-8])


def test_a_list_of_json_that_is_cut_off_is_refused() -> None:
    packed = gzip.compress(json.dumps(ROWS)[:-1].encode())[:-8]
    with pytest.raises(ConfigError, match="cut off or damaged"):
        read_rows(io.BytesIO(packed), name="people.json")


def test_a_list_of_json_that_lost_its_check_sum_alone_is_not_taken_for_whole() -> None:
    found = rows_of(gzip.compress(json.dumps(ROWS).encode())[:-8], name="people.json")
    assert found[:2] == ROWS
    assert found[2].startswith(HERE)


def test_what_is_compressed_twice_or_otherwise_is_named() -> None:
    twice = gzip.compress(gzip.compress(CONTENT.encode()))
    for content, what in ((twice, "twice"), (b"\xfd7zXZ\0\0", "other than gzip")):
        with pytest.raises(ConfigError, match=what):
            opened(content)


def test_a_gzipped_file_is_pushed_by_the_command_line(embedded: Sandbox, tmp_path: Path) -> None:
    content = gzip.compress(f"{HEADER}\njo@example.com,Jo,Durham\n".encode())
    path = tmp_path / "people.csv.gz"
    path.write_bytes(content)
    assert "1 created" in icontact("push", path, "--list", "Newsletter").out
    ran = icontact("push", "-", "--list", "Newsletter", stdin=content)
    assert "1 unchanged" in ran.out
    path.write_bytes(content[:-8])
    ran = icontact("push", path, "--list", "Newsletter")
    assert ran.code == 1
    assert "cut off or damaged" in ran.out
    assert "cut off or damaged" in ran.err


# Lines


def test_lines_of_rows_are_remembered_in_little_space() -> None:
    chance = random.Random(7)
    index, lines, line = LineIndex(), list[int](), 1
    for _ in range(12_000):
        index.add(line)
        lines.append(line)
        line += chance.choice([1, 2])
    assert [index.line_of(row) for row in range(0, 12_000, 101)] == lines[::101]
    assert index.line_of(12_000) is None


def test_short_rows_are_counted_and_the_first_are_named() -> None:
    rows = opened(b"email,name\n" + b"jo@example.com\n" * 30)
    assert sum(1 for _ in rows) == 30
    assert rows.notes == (
        "in 30 rows the last cells are missing and count as blank: "
        "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 20 more",
    )


def test_an_error_about_the_encoding_shows_no_row() -> None:
    content = b"email,name\njo@example.com,Jo\nann@example.com,\xe9\n"
    for name in ("people.csv", "people.jsonl"):
        rows: Any = read_rows(io.BytesIO(content), name="people.csv", encoding="utf-8")
        next(rows)
        with pytest.raises(ConfigError) as caught:
            next(rows)
        trace, shown = caught.value.__traceback__, ""
        while trace is not None:
            if "tests" not in Path(trace.tb_frame.f_code.co_filename).parts:
                shown += repr(trace.tb_frame.f_locals)
            trace = trace.tb_next
        assert "ann@example.com" not in shown
        assert name
