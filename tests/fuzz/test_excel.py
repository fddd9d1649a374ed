"""A damaged workbook is read, or refused in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache

import xlwt
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from icontact.errors import ConfigError
from icontact.sources import BadRow, read_rows
from tests.fuzz.damage import Damage, damages
from tests.fuzz.targets import fuzzed, tally
from tests.sources.test_workbooks import xlsx

TABLE = [
    ("Email", "Name", "Opt Out"),
    *((f"person{number}@example.com", "Zoé", "no") for number in range(5)),
]


@cache
def workbook(kind: str) -> bytes:
    """Return a workbook with some people."""
    content = io.BytesIO()
    if kind == "xlsx":
        return xlsx(*TABLE)
    if kind == "ods":
        document, table = OpenDocumentSpreadsheet(), Table(name="People")
        for cells in TABLE:
            row = TableRow()
            for cell in cells:
                written = TableCell(valuetype="string")
                written.addElement(P(text=cell))
                row.addElement(written)
            table.addElement(row)
        document.spreadsheet.addElement(table)
        document.save(content)
    else:
        book = xlwt.Workbook()
        sheet = book.add_sheet("People")
        for place, cells in enumerate(TABLE):
            for column, cell in enumerate(cells):
                sheet.write(place, column, cell)
        book.save(content)
    return content.getvalue()


def with_a_damaged_part(content: bytes, which: float, damage: Damage) -> bytes:
    """Damage one file of the archive that a workbook is, so that its checksum is right again."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        chosen = names[int(which * len(names))]
        for name in names:
            part = old.read(name)
            new.writestr(name, damage.apply(part) if name == chosen else part)
    return packed.getvalue()


@fuzzed(
    examples=5,
    kind=st.sampled_from(["xlsx", "xlsx", "ods", "xls"]),
    # Most of a workbook's archive is what its parts hold; its last bytes say where they are.
    damage=st.lists(damages("flip", "write", "insert", "delete", "cut"), max_size=3),
    at_the_end=st.booleans(),
    which=st.none() | st.floats(0, 1, exclude_max=True),
)
def test_a_damaged_workbook_is_read_or_refused(
    kind: str, damage: list[Damage], at_the_end: bool, which: float | None
) -> None:
    right = content = workbook(kind)
    for one in damage:
        if which is not None and kind != "xls" and one is damage[0]:
            content = with_a_damaged_part(content, which, one)
        elif at_the_end:
            content = content[:-300] + one.apply(content[-300:])
        else:
            content = one.apply(content)
    try:
        rows = read_rows(io.BytesIO(content), name=f"people.{kind}")
        found = list(rows)
    except ConfigError as error:
        tally["refused"] += 1
        assert content != right
        assert len(str(error).splitlines()) == 1
        return
    tally["read"] += 1
    if which is None and kind != "xls":
        # The checksums of an archive are right, or it is refused; without its first bytes it is
        # not an archive, but a text of some kind.
        addresses = [row.get("Email") for row in found if isinstance(row, Mapping)]
        assert addresses == [cells[0] for cells in TABLE[1:]] or content[:4] != right[:4]
    assert all(isinstance(row, Mapping | BadRow) for row in found)
