"""Every row of a text file comes out, or a bad row in its place, whatever the file looks like."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping
from typing import Any

import attrs
from hypothesis import strategies as st

from icontact.errors import ConfigError
from icontact.sources import BadRow, read_rows
from tests.fuzz.damage import damages
from tests.fuzz.targets import fuzzed, tally

USUAL_CELLS = st.sampled_from(
    ["", "Jo", "Zoé", "yes", "no", "0", "a,b", "a;b", 'say "so"', "two\nlines"]
) | st.sampled_from(["two\r\nlines", "'", '"', "\\", "=1+1", " x ", "x\ty", "a|b", "ünïcödé"])
CELLS = USUAL_CELLS | st.text(st.characters(codec="utf-8", exclude_characters="\0@"), max_size=6)
COLUMNS = ["Email", "Name", "Opt Out", "Städt"]
TO_A_ROW = damages("flip", "write", "insert", "delete")


@attrs.frozen(kw_only=True)
class File:
    """A file, and what is in it for certain."""

    name: str
    content: bytes
    #: The addresses of rows that nothing happened to.
    whole: tuple[str, ...]
    is_damaged: bool
    options: dict[str, Any]


@st.composite
def files(draw: st.DrawFn) -> File:
    """Draw a file of some rows, and some damage to it."""
    kind = draw(st.sampled_from(["csv", "csv", "jsonl", "json"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    # Letters by chance, in Windows-1252, look like those of another encoding, and are in doubt.
    cells = USUAL_CELLS if encoding == "cp1252" else CELLS
    people = [
        [f"person{number}@example.com", *draw(st.lists(cells, min_size=3, max_size=3))]
        for number in range(draw(st.integers(1, 8)))
    ]
    records = written(draw, kind, people)
    parts = [part.encode("utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig"),
                         "replace") for part in records]  # fmt: skip
    touched: set[int] = set()
    # In UTF-16 a byte more or less, or another beginning, would change all that follows.
    damage = damages("flip") if encoding == "utf-16" else TO_A_ROW
    first = 1 if encoding == "utf-16" else 0
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(first, len(parts) - 1))
        parts[at] = draw(damage).apply(parts[at])
        touched.add(at)
    mark = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(encoding, b"")
    content = mark + b"".join(parts)
    if draw(st.integers(0, 5)) == 5:
        cut = int(draw(st.floats(0, 1)) * len(content))
        content = content[:cut]
        end = len(mark)
        for at, part in enumerate(parts):
            end += len(part)
            touched |= {at} if end > cut else set()
    is_zipped = draw(st.integers(0, 5)) == 5
    if is_zipped:
        content = gzip.compress(content, mtime=0)
        if draw(st.booleans()):
            content = draw(damages("flip", "cut")).apply(content)
            touched |= set(range(len(parts)))
    name = draw(st.sampled_from([f"people.{kind}", "people", f"people.{kind}.gz"]))
    options: Any = draw(st.sampled_from([{}, {}, {}, {"delimiter": ","}, {"header_line": 1}]))
    return File(
        name=name,
        content=content,
        whole=tuple(
            person[0] for number, person in enumerate(people, start=1) if number not in touched
        ),
        is_damaged=bool(touched),
        options=options,
    )  # fmt: skip


def written(draw: st.DrawFn, kind: str, people: list[list[str]]) -> list[str]:
    """Return the header, and the rows one by one, as they stand in a file."""
    if kind == "csv":
        mark = draw(st.sampled_from([",", ",", ";", "\t", "|"]))
        end = draw(st.sampled_from(["\n", "\r\n"]))
        quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        return [as_csv(row, mark, end, quoting) for row in [COLUMNS, *people]]
    rows = [
        json.dumps(dict(zip(COLUMNS, person, strict=True)), ensure_ascii=draw(st.booleans()))
        for person in people
    ]
    if kind == "jsonl":
        return ["", *(f"{row}\n" for row in rows)]
    return ["[\n", *(f"{row},\n" for row in rows[:-1]), rows[-1] + "\n]\n"]


def as_csv(row: list[str], mark: str, end: str, quoting: Any) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator=end, quoting=quoting).writerow(row)
    return out.getvalue()


@fuzzed(file=files())
def test_every_row_comes_out_or_an_error_names_its_line(file: File) -> None:
    stream = io.BytesIO(file.content)
    try:
        rows = read_rows(stream, name=file.name, **file.options)
        found = list(rows)
    except ConfigError as error:
        tally["refused"] += 1
        assert file.is_damaged or file.options, error
        assert len(str(error).splitlines()) == 1
        assert "@" not in str(error)
        return
    tally["read"] += 1
    bad = [row for row in found if isinstance(row, BadRow)]
    tally["rows"] += len(found)
    tally["bad rows"] += len(bad)
    assert all("@" not in row.reason for row in bad)
    assert all("@" not in note for note in rows.notes)
    assert file.is_damaged or not bad, bad
    places = [place for n in range(len(found)) if (place := rows.line_of(n)) is not None]
    assert places == sorted(places)
    texts = [everything(row) for row in found]
    # Damage to the header may leave a column without a name, or join a row to it.
    is_noted = any("not read" in note or "header" in note for note in rows.notes)
    for address in file.whole:
        assert is_noted or any(address in text for text in texts), address
    if not file.is_damaged and "delimiter" not in file.options:
        addresses = [row["Email"] for row in found if isinstance(row, Mapping)]
        assert tuple(addresses) == file.whole


def everything(row: Mapping[str, Any] | BadRow) -> str:
    """Return all that is kept of a row."""
    if isinstance(row, BadRow):
        kept = [*row.addresses, *row.surplus, row.cells]
        return json.dumps(kept, ensure_ascii=False, default=str)
    return json.dumps(row, ensure_ascii=False, default=str)
