"""Tables of the pages: each row is whole, so that no cell continues in a row of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULE = re.compile(r"\s*=+( +=+)+\s*")


def rows(page: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of simple tables that begin a row, with the number of the line."""
    columns: list[int] = []
    lines = page.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if RULE.fullmatch(line):
            ends = not "".join(lines[number : number + 1]).strip()
            columns = [] if ends else [found.start() for found in re.finditer("=+", line)]
        elif columns and line[columns[0] : columns[1]].strip():
            places = zip(columns, [*columns[1:], None], strict=True)
            yield number, [line[start:end].strip() for start, end in places]


def test_no_row_of_a_table_is_torn_apart() -> None:
    pages = [*ROOT.glob("*.rst"), *ROOT.glob("docs/**/*.rst")]
    found = [(page, number, cells) for page in pages for number, cells in rows(page)]
    assert len(found) > 100
    torn = [
        f"{page.name}:{number}"
        for page, number, cells in found
        if not all(cells) or cells[0].endswith(",")
    ]
    assert torn == []
