"""Writes the rows of a workbook as lines of JSON, in a process of its own.

The library that reads workbooks ends its whole process for some damaged files, and for sheets with
a cell far below and to the right of all others. In a process of its own that is an error of the
file alone.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO, TextIO

#: As many bytes a workbook may take when it is unpacked.
LARGEST = 2**30

_PART = 2**20
_ERROR_CELL = b't="e"'


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
        about["errors"] = _has_errors(stream)
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
            rows = ([*before, *map(_plain, row)] for row in found.iter_rows())
    except (CalamineError, ValueError):
        about["problem"] = "damaged"
    except OverflowError:
        about["problem"] = "large"
    json.dump(about, out)
    for row in rows:
        out.write("\n")
        json.dump(row, out)


def _has_errors(stream: BinaryIO) -> bool:
    """Tell whether an .xlsx holds cells with an error, which are read as blank.

    Raises:
        OverflowError: If it is too large.
    """
    is_zip, found = zipfile.is_zipfile(stream), False
    stream.seek(0)
    if not is_zip:
        return False
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > LARGEST:
            raise OverflowError
        for member in members:
            if member.filename.startswith("xl/worksheets/") and not found:
                last = b""
                with archive.open(member) as part:
                    while not found and (content := part.read(_PART)):
                        found = _ERROR_CELL in last + content
                        last = content[-len(_ERROR_CELL) :]
    stream.seek(0)
    return found


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
