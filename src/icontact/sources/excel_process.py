"""Writes the rows of a workbook as lines of JSON, in a process of its own.

The library that reads workbooks ends its whole process for some damaged files, and for sheets with
a cell far below and to the right of all others. In a process of its own that is an error of the
file alone. The process runs this file and imports nothing else of the library, so it starts fast.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, TextIO

#: As many bytes a workbook may take when it is unpacked.
LARGEST = 2**30

_PART = 2**20
_ERROR_CELL = b't="e"'

#: A cell with a formula and no value: what wrote the file did not calculate it. Excel itself writes
#: an empty value for a formula whose result is an empty text.
_UNCALCULATED = re.compile(
    rb"""<(?:\w+:)?c(?=[\s>])(?![^<>]*\st\s*=\s*["']str["'])([^<>]*)>"""
    rb"\s*<(?:\w+:)?f(?=[\s/>])[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v(?:\s*/>|>\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)
#: Where a cell is, among its attributes.
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]+)""")

#: A cell of an .ods that is merged over several rows.
_SPAN = re.compile(rb'number-rows-spanned="(?!1")')

#: A formula has at most 8,192 characters.
_LONGEST_CELL = 2**15


def write_rows(stream: BinaryIO, out: TextIO, sheet: str = "") -> None:
    """Write what a workbook holds: first an object about it, then a list of cells for each row."""
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        SheetVisibleEnum,
    )

    about: dict[str, Any] = {}
    rows: Iterable[list[Any]] = ()
    try:
        about["errors"], about["uncalculated"], about["spans"] = _cells_without_value(stream)
        book = CalamineWorkbook.from_filelike(stream)
        names = book.sheet_names
        visible = [one for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
        filled = [one.name for one in visible if book.get_sheet_by_name(one.name).height]
        chosen: str | None
        place = int(sheet) if sheet.isdecimal() else 0
        if not sheet:
            chosen = next(iter([*filled, *names]))
        elif sheet in names:
            chosen = sheet
        else:
            chosen = names[place - 1] if 0 < place <= len(names) else None
        about |= {"sheets": names, "filled": filled, "sheet": chosen}
        if chosen is not None:
            found = book.get_sheet_by_name(chosen)
            before = [""] * (found.start or (0, 0))[1]
            # Column, first and last row, of cells that are merged over several rows.
            ranges = found.merged_cell_ranges or ()  # None for formats that are not read so far
            about["merged"] = [
                (left, first, last) for (first, left), (last, _) in ranges if last > first
            ]
            rows = ([*before, *map(_plain, row)] for row in found.iter_rows())
    except (CalamineError, ValueError):
        about["problem"] = "damaged"
    except OverflowError:
        about["problem"] = "large"
    json.dump(about, out)
    for row in rows:
        out.write("\n")
        json.dump(row, out)


def _cells_without_value(stream: BinaryIO) -> tuple[bool, list[int], bool]:
    """Find the cells of an .xlsx or .ods that are read as blank, although they are not.

    Returns:
        Whether there are cells with an error; the columns with formulas that were never
        calculated; and whether an .ods has cells that are merged over several rows.

    Raises:
        OverflowError: If it is too large.
    """
    has_errors, has_spans, columns = False, False, set[int]()
    is_zip = zipfile.is_zipfile(stream)
    stream.seek(0)
    if not is_zip:
        return has_errors, [], has_spans
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > LARGEST:
            raise OverflowError
        for member in members:
            if member.filename == "content.xml" or member.filename.startswith("xl/worksheets/"):
                last = b""
                with archive.open(member) as part:
                    while content := part.read(_PART):
                        content = last + content
                        has_errors = has_errors or _ERROR_CELL in content
                        has_spans = has_spans or _SPAN.search(content) is not None
                        if b"<f" in content or b":f" in content:
                            columns.update(map(_column_number, _UNCALCULATED.findall(content)))
                        last = content[-_LONGEST_CELL:]
    stream.seek(0)
    return has_errors, sorted(columns), has_spans


def _column_number(attributes: bytes) -> int:
    """Return the number of a cell's column, from 1; 0 if the cell does not say where it is."""
    place, number = _PLACE.search(attributes), 0
    for letter in place[1].upper() if place else b"":
        number = 26 * number + letter - ord("A") + 1
    return number


def _plain(value: Any) -> str | int | float:
    """Return a cell as text; a number as a number, which may have lost zeros at its front."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        # Excel itself keeps and shows 15 digits.
        return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.15g}")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    text: str = value
    return text


if __name__ == "__main__":
    write_rows(sys.stdin.buffer, sys.stdout, *sys.argv[1:])
