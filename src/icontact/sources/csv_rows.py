"""Rows of cells: CSV in all the forms that spreadsheets and exports give it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TextIO

import attrs

from icontact._wording import listed, number_of
from icontact.errors import ConfigError
from icontact.sources.compressed import DAMAGED
from icontact.sources.csv_lines import CsvLines
from icontact.sources.encodings import MARK, Encoding
from icontact.sources.header import (
    LOOK_AHEAD,
    Header,
    doubted_header,
    header_hint,
    header_place,
    is_too_narrow,
    names_email,
    refusing_line,
)
from icontact.sources.rows import (
    BadRow,
    EncodingMismatch,
    FileReader,
    NumberedRow,
    addresses_in,
    is_address,
    mismatch_error,
)

_CANDIDATES = (",", ";", "\t", "|")
_SPELLED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}

#: The number of lines that a note names.
_NAMED = 10

_UNCLOSED = "a quotation mark is opened and not closed"
_AMID = (
    "a quotation mark stands amid a quoted cell: it must be doubled there, and a delimiter must "
    "follow the closing one"
)


class CsvReader(FileReader):
    """Reads rows of cells below a header.

    Raises:
        ConfigError: If there is no header, or one that cannot be used.
    """

    def __init__(
        self,
        text: TextIO,
        name: str,
        encoding: Encoding,
        delimiter: str | None = None,
        header_line: int | None = None,
    ) -> None:
        self._lines = CsvLines(text)
        self._file = name
        self._encoding = encoding
        first = self._lines.peek().lstrip("\ufeff").rstrip("\r\n")
        if first[:4].lower() == "sep=" and len(first) == 5:
            delimiter = delimiter or first[4]  # Excel's own way to say it
            self._lines.skip(1)
        self._notes: list[str] = []
        if header_line is None:
            self.delimiter = self._find_header(delimiter)
        else:
            self._lines.skip(header_line - 1 - self._lines.number)
            if not self._lines.peek():
                raise ConfigError(f"{name} has no header on line {header_line}: it is shorter")
            self.delimiter: str | None = delimiter or _recognised(self._lines.peek())
        self._cells = csv.reader(self._lines, delimiter=self.delimiter or ",", strict=True)
        self._header = self._first_header = Header.of(self._header_cells())
        self.columns: tuple[str, ...] = self._header.columns
        self.duplicate_columns: Mapping[str, tuple[int, ...]] = self._header.duplicates
        #: The lines of the first short rows, and how many there are.
        self._short: list[int] = []
        self._shorts = 0
        self._blank = 0
        #: The line of a broken row of several lines, until a whole row follows.
        self._broken_at: int | None = None

    @property
    def notes(self) -> Sequence[str]:
        """What was decided, passed over or made up so far."""
        notes = [*self._notes, *self._first_header.notes]
        if self._short:
            lines = "line" if self._shorts == 1 else "lines"
            notes.append(
                f"in {number_of(self._shorts, 'row')} the last cells are missing and count as "
                f"blank: {lines} {listed(self._short, _NAMED, self._shorts)}"
            )
        if self._blank:
            notes.append(f"passed over: {number_of(self._blank, 'row')} of blank cells")
        return notes

    def __iter__(self) -> Iterator[NumberedRow]:
        # A file may have a million rows: what is looked up here is looked up once.
        names = self._header.names
        lines, taken, width = self._lines, self._lines.taken, len(names)
        next_cells, all_named = self._cells.__next__, all(names)
        fault_in = self._encoding.fault
        while True:
            taken.clear()
            line = lines.number + 1
            try:
                cells = next_cells()
            except StopIteration:
                break
            except csv.Error as error:
                reason = _UNCLOSED if "end of data" in str(error) else _AMID
                if "field limit" in str(error):
                    limit = csv.field_size_limit()
                    reason = f"a cell is longer than {limit} characters, or {_UNCLOSED}"
                yield line, self._given_up(line, reason)
                continue
            if not cells:
                continue
            text = taken[0] if len(taken) == 1 else "".join(taken)
            if not (text.isascii() and "\0" not in text) and (fault := fault_in(text)):
                yield line, self._with_cells(fault, cells)
            elif not (cells[0].strip() or any(map(str.strip, cells))):
                self._blank += 1
            elif len(taken) > 1 and self._holds_another_row(cells):
                yield line, self._given_up(line, _UNCLOSED)
            elif "@" not in text and (header := self._first_header.again(cells, line)):
                self._header = header
                names, width = header.names, len(header.names)
                all_named = all(names) and header.fault is None
            elif len(cells) == width and all_named:
                self._broken_at = None
                yield line, dict(zip(names, cells, strict=True))
            else:
                yield line, self._filled(line, cells)
        if lines.damaged:
            yield lines.number + 1, self._with_cells(BadRow(DAMAGED), self._parts(lines.half))

    def _filled(self, line: int, cells: list[str]) -> dict[str, str] | BadRow:
        if self._header.fault is not None:
            return self._with_cells(self._header.fault, cells)
        expected = len(self._header.names)
        if len(cells) > expected and any(map(str.strip, cells[expected:])):
            fault = BadRow(
                f"the row has {len(cells)} cells and the header {expected}: is a delimiter in a "
                "cell, which then must be quoted?"
            )
            return self._with_cells(fault, cells)
        if len(cells) < expected:
            if self._broken_at is not None:
                fault = BadRow(f"the row may be a part of the broken row of line {self._broken_at}")
                return self._with_cells(fault, cells)
            self._shorts += 1
            if self._shorts <= _NAMED:
                self._short.append(line)
        self._broken_at = None
        return self._header.row(cells)

    def _given_up(self, line: int, reason: str) -> BadRow:
        """Give up one line only, whatever a quotation mark has swallowed after it."""
        text = self._lines.taken[0]
        if self._lines.give_back():
            self._broken_at = line
        return self._with_cells(BadRow(reason), self._parts(text))

    def _holds_another_row(self, cells: Sequence[str]) -> bool:
        """Tell whether a quotation mark that was not closed has swallowed the rows below.

        Then one of the lines below has as many cells as the header, and an address in the same
        place as this row.
        """
        width = len(self._header.names)
        places = [place for place, cell in enumerate(cells[:width]) if is_address(cell)]
        rows = [self._parts(line) for line in self._lines.taken[1:]]
        return any(
            len(parts) >= width > 1 and any(is_address(parts[place]) for place in places)
            for parts in rows
        )

    def _parts(self, line: str) -> list[str]:
        """Return the cells of a broken line, as if quotation marks meant nothing."""
        return [cell.strip(' "\r\n') for cell in line.split(self.delimiter)]

    def _with_cells(self, fault: BadRow, cells: Sequence[str]) -> BadRow:
        """Return a bad row with what can be read of it."""
        readable = [cell.replace("\0", "").replace(MARK, "\ufffd") for cell in cells]
        addresses = addresses_in(" ".join(readable))
        return attrs.evolve(
            fault,
            cells=self._header.row(readable),
            addresses=addresses,
            surplus=tuple(readable[len(self._header.names) :]),
        )

    def _find_header(self, delimiter: str | None) -> str:
        """Pass over what is above the header; return the delimiter."""
        ahead = self._lines.ahead(LOOK_AHEAD)
        usual = delimiter or _recognised(self._lines.peek())
        for mark in [delimiter] if delimiter else sorted(_CANDIDATES, key=usual.__ne__):
            found = _parsed(ahead, mark)
            rows = [cells for _, cells in found]
            if rows and len(rows[0]) > 1 and names_email(rows[0]):
                return mark
            if place := header_place(rows):
                start = self._lines.number + 1
                above = ((start + at, row) for at, row in found[:place])
                self.refusing_title: str | None = refusing_line(above)
                self._lines.skip(found[place][0])
                line = self._lines.number + 1
                self._notes.append(f"line {line} is the header; the lines above it were not read")
                return mark
        found = _parsed(ahead, usual)
        rows = [cells for _, cells in found]
        if (doubted := doubted_header(rows)) is not None:
            self.doubted_line: int | None = self._lines.number + found[doubted][0] + 1
        if is_too_narrow(rows):
            line = self._lines.number + found[0][0] + 1
            hint = header_hint(self.doubted_line) or (
                ". Give the line of the header: header_line=… (--header-line)"
            )
            raise ConfigError(
                f"{self._file}: line {line} is not the header, since most lines below it have "
                f"more cells{hint}"
            )
        return usual

    def _header_cells(self) -> list[str]:
        try:
            cells = next((cells for cells in self._cells if any(map(str.strip, cells))), None)
        except csv.Error:
            raise ConfigError(
                f"{self._file}: the header cannot be read: {_UNCLOSED}, or is out of place"
            ) from None
        if cells is None and self._lines.damaged:
            raise ConfigError(f"{self._file}: {DAMAGED}")
        if cells is None:
            raise ConfigError(f"{self._file} is empty: its first line must name the columns")
        if fault := self._encoding.fault("".join(self._lines.taken)):
            if isinstance(fault, EncodingMismatch):
                raise mismatch_error(self._file, self._lines.number, fault)
            raise ConfigError(
                f"{self._file}: the header cannot be used: {fault.reason}. Is it a text file? "
                "If it is, give its encoding"
            )
        mark = _recognised(cells[0])
        inner = cells[0].split(mark) if len(cells) == 1 else []
        if len(inner) > 1 and names_email([cell.strip('" ') for cell in inner]):
            if '"' not in self._lines.taken[0]:
                raise ConfigError(
                    f"{self._file}: the header has no {self.delimiter!r} between its names, but "
                    f"{mark!r}: give no delimiter"
                )
            raise ConfigError(
                f"{self._file}: every line is one cell in quotation marks: export it again, or "
                "remove the quotation marks around the lines"
            )
        return cells


def checked_delimiter(given: str) -> str:
    r"""Return a delimiter, which may be spelled out: ``tab`` or ``\t``, ``comma``, ``pipe``."""
    delimiter = _SPELLED.get(given.lower(), given)
    if len(delimiter) != 1 or delimiter in '"\r\n\0' or delimiter.isalnum():
        raise ConfigError(f"the delimiter must be one mark such as ; or tab, not {given!r}")
    return delimiter


def _recognised(header: str) -> str:
    """Return the candidate that makes a column of addresses, and else most columns."""
    unquoted = re.sub(r'"[^"]*"', "", header)

    def rank(mark: str) -> tuple[bool, int]:
        count = unquoted.count(mark)
        cells = [cell.strip(' "\ufeff\r\n') for cell in header.split(mark)]
        return count > 0 and names_email(cells), count

    return max(_CANDIDATES, key=rank)


def _parsed(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the rows of the first lines that can be read, each with the lines before it."""
    found = list[tuple[int, list[str]]]()
    reader = csv.reader([line.lstrip("\ufeff") for line in lines], delimiter=delimiter, strict=True)
    before = 0
    with suppress(csv.Error):
        for cells in reader:
            if any(map(str.strip, cells)):
                found.append((before, cells))
            before = reader.line_num
    return found
