"""Rows of Excel workbooks and of other spreadsheets: .xlsx, .xlsm, .xlsb, .xls, .ods."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from itertools import chain, islice
from typing import Any, BinaryIO

import attrs

from icontact.errors import ConfigError
from icontact.mapping.consent_headers import kind_of
from icontact.mapping.consent_reading import names_refusal
from icontact.mapping.contact_fields import bounded
from icontact.sources import excel_process
from icontact.sources.header import (
    LOOK_AHEAD,
    Header,
    doubted_header,
    header_place,
    refusing_line,
)
from icontact.sources.rows import FileReader, NumberedRow, addresses_in

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

#: Where an .ods says that it is encrypted.
_MANIFEST = "META-INF/manifest.xml"

#: What the reader of archives raises depends on the byte that is damaged.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)

_MERGED = "the value of a cell that is merged over several rows was read in each of them"

_PROTECTED = "with a password: save it without one"

_PROBLEMS = {
    "large": "that is too large: unpacked it has more than "
    f"{excel_process.LARGEST // 2**20} MiB; save the sheet as CSV (UTF-8)",
    "damaged": "that is damaged, or has a password: save it again without one, or as CSV (UTF-8)",
    "crash": "that is damaged, or has cells too far from the others: save the sheet as a new "
    "workbook, or as CSV (UTF-8)",
}


def is_workbook(stream: BinaryIO) -> bool:
    """Tell by its first bytes whether a file is a workbook, or another archive."""
    head = stream.read(4)
    stream.seek(0)
    return head in (_ZIP, _OLE)


def workbook_rows(
    stream: BinaryIO, name: str, sheet: str | int | None
) -> tuple[Mapping[str, Any], io.TextIOWrapper]:
    """Return what there is to say about a workbook, and its rows as lines of JSON.

    Raises:
        ConfigError: If the extra ``excel`` is missing, or the workbook cannot be read.
    """
    kind = _kind(stream, name)
    if find_spec("python_calamine") is None:
        raise ConfigError(
            f'{name} is {kind}: install what reads it, pip install "icontact[excel]", or save it '
            "as CSV (UTF-8)"
        )
    with tempfile.TemporaryFile() as content:
        shutil.copyfileobj(stream, content)
        content.seek(0)
        rows = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        wanted = [] if sheet is None else [str(sheet)]
        # A damaged workbook may crash the process, and a dump of its memory shows its variables.
        secret = ("ICONTACT_", "MAUTIC_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(secret)}
        ended = subprocess.run(  # noqa: S603  # Python itself
            [sys.executable, "-P", excel_process.__file__, *wanted],
            stdin=content,
            stdout=rows,
            stderr=subprocess.DEVNULL,
            env={**env, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            check=False,
        )
    rows.seek(0)
    lines = io.TextIOWrapper(rows, encoding="utf-8", newline="\n")
    about = {"problem": "crash"} if ended.returncode else json.loads(lines.readline())
    if "problem" in about:
        lines.close()
        raise ConfigError(f"{name} is {kind} {_PROBLEMS[about['problem']]}")
    if about["sheet"] is None:
        lines.close()
        raise ConfigError(f"{name} has no sheet {sheet!r}; it has {bounded(about['sheets'])}")
    return about, lines


def _kind(stream: BinaryIO, name: str) -> str:
    """Say what a file is, by its content."""
    found: tuple[list[str], bytes] | None = None
    with suppress(*_DAMAGE), zipfile.ZipFile(stream) as archive:
        names = archive.namelist()
        found = names, archive.read(_MANIFEST) if _MANIFEST in names else b""
    stream.seek(0)
    if found is not None:
        names, manifest = found
        if not any(one.startswith("xl/") or one == "content.xml" for one in names):
            raise ConfigError(
                f"{name} is an archive (zip) and not a workbook: unpack it and push the file in "
                "it, or save the contacts as CSV (UTF-8)"
            )
        kind = "a spreadsheet" if "content.xml" in names else "an Excel workbook"
        if b"encryption-data" in manifest:
            raise ConfigError(f"{name} is {kind} {_PROTECTED}")
        return kind
    if stream.read(4) == _ZIP:
        raise ConfigError(
            f"{name} is an Excel workbook or another archive that is damaged: save or fetch it "
            "again"
        )
    protected = _ENCRYPTED in stream.read()
    stream.seek(0)
    if protected:
        raise ConfigError(f"{name} is an Excel workbook {_PROTECTED}")
    return "an old Excel workbook"


class ExcelReader(FileReader):
    """Reads the rows of one sheet below its header.

    Raises:
        ConfigError: If there is no header.
    """

    def __init__(
        self,
        about: Mapping[str, Any],
        lines: io.TextIOWrapper,
        name: str,
        *,
        chosen: bool,
        header_line: int | None = None,
    ) -> None:
        self._notes: list[str] = []
        others = [one for one in about["filled"] if one != about["sheet"]]
        if others and not chosen:
            self._notes.append(
                f"read from the sheet {about['sheet']!r}; not read: {bounded(others)} (choose with "
                "sheet=…, --sheet)"
            )
        refusing = next(filter(names_refusal, () if chosen else about["filled"]), None)
        if refusing is not None:
            self.refusing_title = (
                f"the sheet {refusing!r} seems to hold people who must not be mailed. Check that "
                "the sheet to push has none of them, and choose it: sheet=… (--sheet)"
            )
        if about["errors"]:
            self._notes.append("cells with an error such as #N/A or #REF! were read as blank")
        rows = (
            (number, cells)
            for number, cells in enumerate(map(json.loads, lines), start=1)
            if number >= (header_line or 1) and any(str(cell).strip() for cell in cells)
        )
        ahead = list(islice(rows, LOOK_AHEAD))
        if not ahead:
            raise ConfigError(
                f"{name} is empty: the sheet {about['sheet']!r} has no row that names the columns"
            )
        texts = [list(map(str, cells)) for _, cells in ahead]
        place = header_place(texts) if header_line is None else 0
        if place:
            line = ahead[place][0]
            above = zip((number for number, _ in ahead), texts[:place], strict=False)
            self.refusing_title = self.refusing_title or refusing_line(above)
            self._notes.append(f"line {line} is the header; the lines above it were not read")
        doubted = doubted_header(texts) if place == 0 and header_line is None else None
        self.doubted_line: int | None = None if doubted is None else ahead[doubted][0]
        if about["uncalculated"]:
            self._notes.append(_note_formulas(texts[place], about["uncalculated"], name))
        self._header = self._first_header = Header.of(texts[place])
        self.columns: tuple[str, ...] = self._header.columns
        self.duplicate_columns: Mapping[str, tuple[int, ...]] = self._header.duplicates
        if about["spans"]:
            self._notes.append(
                "cells that are merged over several rows were read in the first of them alone: "
                "save the file as .xlsx, where they are read in each"
            )
        self._rows = self._in_full(chain(ahead[place + 1 :], rows), about["merged"])

    @property
    def notes(self) -> Sequence[str]:
        """What was decided about the workbook, and what is not read of it."""
        return [*self._notes, *self._first_header.notes]

    def _in_full(
        self, rows: Iterable[tuple[int, list[Any]]], merged: Sequence[tuple[int, int, int]]
    ) -> Iterator[tuple[int, list[Any]]]:
        """Yield rows in which a cell that is merged over several rows has its value in each."""
        beginning: dict[int, list[tuple[int, int]]] = {}
        for column, first, last in merged:
            beginning.setdefault(first + 1, []).append((column, last + 1))
        # By column: the value of a merged cell, and its last line.
        reaching: dict[int, tuple[Any, int]] = {}
        for line, cells in rows:
            reaching = {column: one for column, one in reaching.items() if one[1] >= line}
            for column, (value, _) in reaching.items():
                cells[column] = value
                if _MERGED not in self._notes:
                    self._notes.append(_MERGED)
            for column, last in beginning.pop(line, ()):
                if column < len(cells) and cells[column] != "":
                    reaching[column] = cells[column], last
            yield line, cells

    def __iter__(self) -> Iterator[NumberedRow]:
        """Yield every row that is not blank."""
        for line, cells in self._rows:
            if header := self._first_header.again(cells, line):
                self._header = header
            elif self._header.fault is not None:
                addresses = addresses_in(" ".join(map(str, cells)))
                row = self._header.row(cells)
                yield line, attrs.evolve(self._header.fault, cells=row, addresses=addresses)
            else:
                yield line, self._header.row(cells)


def _note_formulas(header: Sequence[str], columns: Sequence[int], name: str) -> str:
    """Return the note on columns with formulas that were never calculated, read as blank.

    Raises:
        ConfigError: One of them says who may be mailed.
    """
    named = [header[column - 1] for column in columns if 0 < column <= len(header)]
    where = bounded(named) if named else "columns without a name"
    problem = f"formulas that were never calculated, in {where}"
    if any(kind_of(column) is not None for column in named):
        raise ConfigError(
            f"{name} has {problem}, and they say who may be mailed: open and save it in Excel or "
            "LibreOffice, which calculates them"
        )
    return f"{problem}, were read as blank: open and save the file in Excel to have their values"
