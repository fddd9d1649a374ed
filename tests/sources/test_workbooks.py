"""Excel workbooks and other spreadsheets as rows."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from icontact.errors import ConfigError
from icontact.sources import BadRow, RowFile, excel_process, read_rows
from icontact.sources.excel_process import write_rows

JO = {"Email": "jo@example.com", "Name": "Jo"}
PEOPLE = (("Email", "Name"), ("jo@example.com", "Jo"))


def xlsx(*rows: Sequence[Any], **more: Sequence[Sequence[Any]]) -> bytes:
    """Make a workbook: a sheet `People`, and more of them by name."""
    book = openpyxl.Workbook()
    for name, content in {"People": rows, **more}.items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(list(row))
    del book["Sheet"]
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def opened(content: bytes, name: str = "people.xlsx", **options: Any) -> RowFile:
    return read_rows(io.BytesIO(content), name=name, **options)


def written(content: bytes, sheet: str = "") -> list[Any]:
    """Return what the process that reads a workbook would write, read in this one."""
    out = io.StringIO()
    write_rows(io.BytesIO(content), out, sheet)
    return [json.loads(line) for line in out.getvalue().split("\n")]


def refusal(content: bytes, name: str = "people.xlsx", **options: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        opened(content, name, **options)
    return str(caught.value)


def test_a_workbook_is_read() -> None:
    with opened(xlsx(*PEOPLE)) as rows:
        assert rows.columns == ("Email", "Name")
        assert (rows.complete, rows.delimiter, rows.encoding) == (True, None, "utf-8")
        assert list(rows) == [JO]
        assert rows.notes == ()
        assert rows.line_of(0) == 2


def test_an_old_workbook_is_read() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("People")
    for place, row in enumerate(PEOPLE):
        for column, cell in enumerate(row):
            sheet.write(place, column, cell)
    content = io.BytesIO()
    book.save(content)
    assert list(opened(content.getvalue(), "people.xls")) == [JO]
    assert written(content.getvalue())[1:] == list(map(list, PEOPLE))


def test_an_open_document_is_read() -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="People")
    for row in PEOPLE:
        line = TableRow()
        for cell in row:
            found = TableCell(valuetype="string")
            found.addElement(P(text=cell))
            line.addElement(found)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    content = io.BytesIO()
    document.write(content)
    assert list(opened(content.getvalue(), "people.ods")) == [JO]


@pytest.mark.parametrize("name", ["people.csv", "people.xls", "people", "people.xlsx.gz"])
def test_a_workbook_is_recognised_by_its_content(name: str) -> None:
    content = xlsx(*PEOPLE)
    assert list(opened(gzip.compress(content) if name.endswith("gz") else content, name)) == [JO]


def test_cells_become_text_and_numbers_stay_numbers() -> None:
    cells: dict[str, Any] = {
        "Email": "jo@example.com",
        "Zip": 2139,
        "Whole": 5.0,
        "Part": 1.25,
        "Huge": 1e300,
        "Day": date(2026, 3, 4),
        "Moment": datetime(2026, 3, 4, 9, 5, 7),
        "Time": time(9, 5),
        "Long": timedelta(hours=26, seconds=5),
        "Yes": True,
        "No": False,
        "Text": "02139",
        "Blank": None,
    }
    content = xlsx(tuple(cells), tuple(cells.values()))
    (row,) = opened(content)
    assert isinstance(row, dict)
    assert written(content)[1:] == [list(cells), list(row.values())]
    # As a text it would read 5.0.
    assert type(row["Whole"]) is int
    assert row == {
        "Email": "jo@example.com",
        "Zip": 2139,
        "Whole": 5,
        "Part": 1.25,
        "Huge": 1e300,
        "Day": "2026-03-04",
        "Moment": "2026-03-04 09:05:07",
        "Time": "09:05:00",
        "Long": "26:00:05",
        "Yes": "TRUE",
        "No": "FALSE",
        "Text": "02139",
        "Blank": "",
    }


def test_cells_with_an_error_are_blank_and_noted() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Email", "Opt Out"])
    sheet.append(["jo@example.com", "#N/A"])
    sheet["B2"].data_type = "e"
    rows = opened(saved(book))
    assert list(rows) == [{"Email": "jo@example.com", "Opt Out": ""}]
    assert rows.notes == ("cells with an error such as #N/A or #REF! were read as blank",)


def test_an_error_is_found_where_a_part_of_the_file_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["#N/A"])
    sheet["A1"].data_type = "e"
    monkeypatch.setattr(excel_process, "_PART", 3)
    assert written(saved(book))[0]["errors"] is True


def test_a_formula_about_consent_that_was_never_calculated_stops_the_reading() -> None:
    content = xlsx(("Email", "Opt Out"), ("jo@example.com", "=TRUE()"), ("bo@example.com", "no"))

    said = refusal(content)

    assert "formulas that were never calculated, in 'Opt Out'" in said
    assert "open and save it in Excel or LibreOffice" in said


def rewritten(content: bytes, old: str, new: str) -> bytes:
    """Return a workbook whose sheets are written in another way, as other programs do."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            if name.startswith("xl/worksheets/"):
                text = re.sub(old, new, text.decode()).encode()
            after.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"<c r=", '<c s="0" r='),
        (r'<c r="(\w+)"', r"<c r='\1'"),
        (r"<(/?)(\w)", r"<\1x:\2"),
        (r"<v ?/>|<v></v>", ""),
        (r"<f>", '<f t="shared" si="0">'),
    ],
    ids=["order", "quotes", "prefix", "no value", "shared"],
)
def test_a_formula_that_was_never_calculated_is_found_however_it_is_written(
    old: str, new: str
) -> None:
    content = xlsx(("Email", "Opt Out"), ("jo@example.com", "=TRUE()"))
    other = rewritten(content, old, new)
    if new.startswith("<\\1x:"):
        other = rewritten(other, " xmlns=", " xmlns:x=")
    assert "formulas that were never calculated, in 'Opt Out'" in refusal(other)


def test_a_formula_in_a_cell_without_its_place_is_noted() -> None:
    content = xlsx(("Email", "Points"), ("jo@example.com", "=SUM(1, 2)"))
    with opened(rewritten(content, r' r="\w+"', "")) as rows:
        (note,) = rows.notes
    assert "never calculated, in columns without a name, were read as blank" in note


def test_other_formulas_that_were_never_calculated_are_blank_and_noted() -> None:
    rows = [*(("",) * 27 for _ in range(1)), ("Email", *[""] * 25, "Points")]
    content = xlsx(*rows, ("jo@example.com", *[""] * 25, "=SUM(1, 2)"))
    opened_rows = opened(content)

    assert [dict(row)["Points"] for row in opened_rows if not isinstance(row, BadRow)] == [""]
    assert any(
        "never calculated, in 'Points', were read as blank" in one for one in opened_rows.notes
    )


def test_a_formula_whose_value_is_there_is_read() -> None:
    content = xlsx(("Email", "Opt Out"), ("jo@example.com", "=TRUE()"), ("bo@example.com", "=A1"))
    old = {
        b"<f>TRUE()</f><v />": b"<f>TRUE()</f><v>1</v>",
        b'<c r="B3"><f>A1</f><v />': b'<c r="B3" t="str"><f>A1</f><v></v>',
    }
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            for one, other in old.items():
                part = part.replace(one, other)
            after.writestr(name, part)

    rows = opened(changed.getvalue())

    assert [dict(row)["Opt Out"] for row in rows if not isinstance(row, BadRow)] == [1, ""]
    assert rows.notes == ()


MERGED = ("the value of a cell that is merged over several rows was read in each of them",)
LEAVERS = (
    ("Email", "Unsubscribed", "Phone"),
    ("a@example.com", "yes", 1),
    ("b@example.com", None, 2),
    ("c@example.com", None, 3),
    (None, None, 4),
    ("d@example.com", None, 5),
)


def test_a_cell_that_is_merged_over_several_rows_counts_in_each() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("Members of 2026", None, None), *LEAVERS):
        sheet.append(row)
    for cells in ("A1:C1", "B3:B5", "A5:A6", "C7:C9", "F2:F9"):
        sheet.merge_cells(cells)
    rows = opened(saved(book))
    assert [tuple(row.values()) for row in rows if isinstance(row, dict)] == [
        ("a@example.com", "yes", 1),
        ("b@example.com", "yes", 2),
        ("c@example.com", "yes", 3),
        ("c@example.com", "", 4),
        ("d@example.com", "", 5),
    ]
    assert MERGED[0] in rows.notes


def test_cells_that_are_merged_in_the_header_or_beside_each_other_stay_as_they_are() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("Email", "Opt Out", "Name"), (None, None, None), ("jo@example.com", "yes", None)):
        sheet.append(row)
    for cells in ("A1:A2", "B1:B2", "B3:C3"):
        sheet.merge_cells(cells)
    rows = opened(saved(book))
    assert list(rows) == [{"Email": "jo@example.com", "Opt Out": "yes", "Name": ""}]
    assert rows.notes == ()


def test_merged_cells_of_an_old_workbook_count_in_each_row() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("People")
    for place, row in enumerate(LEAVERS):
        sheet.write(place, 0, row[0] or "")
    sheet.write(0, 1, "Unsubscribed")
    sheet.write_merge(1, 3, 1, 1, "yes")
    content = io.BytesIO()
    book.save(content)
    rows = opened(content.getvalue(), "people.xls")
    said = [row["Unsubscribed"] for row in rows if isinstance(row, dict)]
    assert (said, rows.notes) == (["yes", "yes", "yes", ""], MERGED)


def test_merged_cells_of_an_open_document_are_noted() -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="People")
    for row in PEOPLE:
        line = TableRow()
        for cell in row:
            found = TableCell(valuetype="string", numberrowsspanned=1 + (cell == "Jo"))
            found.addElement(P(text=cell))
            line.addElement(found)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    content = io.BytesIO()
    document.write(content)
    with opened(content.getvalue(), "people.ods") as rows:
        assert rows.notes == (
            "cells that are merged over several rows were read in the first of them alone: save "
            "the file as .xlsx, where they are read in each",
        )


def test_the_header_need_not_be_in_the_first_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["C2"] = "People of the list"
    for row, cells in zip((4, 6), PEOPLE, strict=True):
        for column, cell in zip("CD", cells, strict=True):
            sheet[f"{column}{row}"] = cell
    rows = opened(saved(book))
    assert list(rows) == [JO]
    assert rows.line_of(0) == 6
    assert rows.notes == ("line 4 is the header; the lines above it were not read",)


def test_the_line_of_the_header_can_be_given() -> None:
    content = xlsx(("Report", "of Jo"), ("Name", "Kontakt"), ("Jo", "jo@example.com"))
    rows = opened(content, header_line=2)
    assert list(rows) == [{"Name": "Jo", "Kontakt": "jo@example.com"}]
    assert "is empty" in refusal(content, header_line=4)


def test_a_line_that_looks_like_the_header_is_named() -> None:
    with opened(xlsx(("Report", "of Jo"), ("Name", "Email"), ("Jo", "jo@example.com"))) as rows:
        assert rows.columns == ("Report", "of Jo")
        assert "Line 2 looks like the header" in rows.header_hint


def test_of_columns_of_one_name_the_first_is_read() -> None:
    rows = opened(xlsx(("Email", "Tag", "Tag"), ("jo@example.com", "x", "y")))
    assert rows.duplicate_columns == {"Tag": (2, 3)}
    assert list(rows) == [{"Email": "jo@example.com", "Tag": "x"}]


def test_the_first_sheet_with_content_is_read_and_the_others_are_named() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(Cover=(), Data=PEOPLE, More=(("x",),))))
    book.create_sheet("Secret", 0).append(["hidden"])
    book["Secret"].sheet_state = "hidden"
    rows = opened(saved(book))
    assert list(rows) == [JO]
    assert rows.notes == (
        "read from the sheet 'Data'; not read: 'More' (choose with sheet=…, --sheet)",
    )


@pytest.mark.parametrize("sheet", ["Data", 2, "2"])
def test_a_sheet_is_chosen_by_its_name_or_number(sheet: str | int) -> None:
    content = xlsx(("x",), Data=PEOPLE)
    rows = opened(content, sheet=sheet)
    assert list(rows) == [JO]
    assert written(content, str(sheet))[1:] == list(map(list, PEOPLE))
    assert rows.notes == ()


@pytest.mark.parametrize("sheet", ["Absent", 3, 0])
def test_a_sheet_that_is_not_there_is_refused(sheet: str | int) -> None:
    content = xlsx(("x",), Data=PEOPLE)
    said = refusal(content, sheet=sheet)
    assert written(content, str(sheet))[0]["sheet"] is None
    assert said == f"people.xlsx has no sheet {sheet!r}; it has 'People', 'Data'"


def test_a_sheet_is_for_workbooks_only() -> None:
    assert "people.csv is not a workbook" in refusal(b"Email\n", "people.csv", sheet="Data")


def test_an_empty_workbook_is_refused() -> None:
    assert "people.xlsx is empty: the sheet 'People' has no row" in refusal(xlsx())


def test_a_damaged_workbook_is_refused() -> None:
    content = xlsx(*PEOPLE)
    assert "damaged" in refusal(content[:-30])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row></worksheet>"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert "is an Excel workbook that is damaged" in refusal(packed.getvalue())
    assert written(packed.getvalue())[0]["problem"] == "damaged"


@pytest.mark.parametrize("place", [-22, -12, -10, -9, -6, -2])
def test_a_workbook_with_damage_in_its_last_bytes_is_read_or_refused(place: int) -> None:
    content = bytearray(xlsx(*PEOPLE))
    content[place] ^= 0x40
    try:
        rows = list(opened(bytes(content)))
    except ConfigError as error:
        assert "damaged" in str(error)
    else:
        assert rows == [JO]


def test_an_open_document_with_a_damaged_list_of_files_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", "<x/>")
        archive.writestr("META-INF/manifest.xml", "<manifest>" * 99)
    content = packed.getvalue()
    place = content.index(b"META-INF/manifest.xml") + len("META-INF/manifest.xml")
    cut = content[:place] + b"\xff" * 4 + content[place + 4 :]
    assert "is an Excel workbook or another archive that is damaged" in refusal(cut, "people.ods")


def test_a_workbook_that_ends_the_process_that_reads_it_is_refused() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(*PEOPLE)))
    book["People"]["XFD1048576"] = "x"
    assert "has cells too far from the others" in refusal(saved(book))


def test_a_workbook_with_a_password_is_refused() -> None:
    content = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert "with a password: save it without one" in refusal(content)


def test_an_open_document_with_a_password_is_refused() -> None:
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
        "</manifest:file-entry></manifest:manifest>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", "x")
    assert "with a password" in refusal(packed.getvalue(), "people.ods")


def test_a_workbook_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel_process, "LARGEST", 100)
    assert written(xlsx(*PEOPLE)) == [{"problem": "large"}]


def test_an_archive_that_is_no_workbook_is_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("people.csv", "Email\njo@example.com\n")
    assert "is an archive (zip) and not a workbook: unpack it" in refusal(packed.getvalue())


@pytest.mark.parametrize("head", ["<html><table>", "\ufeff <!DOCTYPE html>", '<?xml version="1"?>'])
def test_a_web_page_under_the_name_of_a_workbook_is_named(head: str) -> None:
    assert "is a web page or XML" in refusal(head.encode(), "people.xls")


def test_without_the_extra_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert 'pip install "icontact[excel]"' in refusal(xlsx(*PEOPLE))


def test_a_row_that_names_the_columns_again_is_the_header_of_the_rows_below() -> None:
    rows = opened(
        xlsx(
            ("Email", "Name"),
            ("ada@example.com", "Ada"),
            ("Name", "Email"),
            ("Bo", "bo@example.com"),
            ("Email", "Opt out"),
            ("cy@example.com", "yes"),
        )
    )
    ada, bo, cy = rows
    assert ada == {"Email": "ada@example.com", "Name": "Ada"}
    assert bo == {"Name": "Bo", "Email": "bo@example.com"}
    assert isinstance(cy, BadRow)
    assert cy.reason.startswith("the row is below line 5, which names other columns")
    assert dict(cy.cells) == {"Email": "cy@example.com", "Opt out": "yes"}
    assert rows.notes[-1].startswith("lines 3, 5 name the columns again")


def test_the_process_that_reads_a_workbook_gets_no_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[dict[str, str]] = []
    run = subprocess.run

    def noted(*args: Any, **options: Any) -> Any:
        given.append(options["env"])
        return run(*args, **options)

    monkeypatch.setattr(subprocess, "run", noted)
    for name in ("ICONTACT_PASSWORD", "MAUTIC_TOKEN"):
        monkeypatch.setenv(name, "secret")

    assert list(opened(xlsx(*PEOPLE))) == [JO]
    assert "secret" not in given[0].values()
