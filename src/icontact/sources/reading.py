"""Opens a file of contacts, and reads it row by row."""

from __future__ import annotations

import io
import shutil
import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from icontact.errors import ConfigError
from icontact.mapping.contact_fields import REASON_COLUMN
from icontact.sources.compressed import damaged, unzipped
from icontact.sources.csv_rows import CsvReader, checked_delimiter
from icontact.sources.encodings import (
    Encoding,
    named_encoding,
    open_text,
    recognised_encoding,
)
from icontact.sources.excel_rows import ExcelReader, is_workbook, workbook_rows
from icontact.sources.header import header_hint, names_refusing_file
from icontact.sources.json_rows import JsonReader, is_one_object, json_lines, json_list
from icontact.sources.reject_cells import with_values
from icontact.sources.rows import (
    FIRST_ROWS,
    BadRow,
    EncodingMismatch,
    FileReader,
    NumberedRow,
    SourceRow,
    mismatch_error,
)

_CSV = frozenset({".csv", ".tsv", ".tab", ".txt"})
_JSON_LINES = frozenset({".jsonl", ".ndjson"})

_DAMAGED = "the compressed file is cut off or damaged: it may hold more rows than could be read"

#: Beyond this, what comes through a pipe is kept in a file until it is read.
_IN_MEMORY = 16 * 2**20


class LineIndex:
    """Remembers where rows begin. Rows that follow each other line by line cost nothing."""

    def __init__(self) -> None:
        self.count: int = 0
        self._next: int | None = -1
        # The first row of each run of lines, and its line; 0 for none.
        self._rows, self._lines = array("Q"), array("Q")

    def add(self, line: int | None) -> None:
        """Remember the line of the next row; ``None`` if lines are not counted."""
        if line != self._next:
            self._rows.append(self.count)
            self._lines.append(line or 0)
        self.count += 1
        self._next = None if line is None else line + 1

    def line_of(self, row: int) -> int | None:
        """Return the line of a row, from 1; ``None`` if it has none, or was not read yet."""
        if row >= self.count:
            return None
        run = bisect_right(self._rows, row) - 1
        return self._lines[run] + row - self._rows[run] if self._lines[run] else None


class RowFile(Iterator[SourceRow]):
    """The rows of a file, read one by one and once.

    It closes itself after the last row; who may stop before that closes it, or uses it as a context
    manager.

    Attributes:
        name: What the file is called in messages.
        columns: The columns' names in their order; for JSON those of the first hundred rows.
        complete: Whether rows can have no other columns: true for CSV.
        encoding: The encoding that was recognised or given.
        delimiter: What stands between the cells; ``None`` for JSON.
        duplicate_columns: The names that several columns have, with the places of these columns;
            only the first one is read.
        refusing_title: What says that people of the file must not be mailed, such as a sheet
            "Unsubscribed", and what to do; ``None`` if the sheet or the line was chosen.
        refusing_name: The name of the file, if it is one of people who must not be mailed, such as
            ``unsubscribed.csv``.
    """

    def __init__(
        self,
        name: str,
        text: io.TextIOWrapper,
        encoding: Encoding,
        reader: FileReader,
        refusing_name: str | None = None,
    ) -> None:
        self.name = name
        self.columns: tuple[str, ...] = reader.columns
        self.complete: bool = reader.complete
        self.encoding: str = encoding.name
        self.delimiter: str | None = reader.delimiter
        self.duplicate_columns: Mapping[str, tuple[int, ...]] = reader.duplicate_columns
        self.refusing_title: str | None = reader.refusing_title
        self.refusing_name: str | None = refusing_name
        self._text, self._reader = text, reader
        self._note = encoding.note
        self._rows: Iterator[NumberedRow] = iter(reader)
        if self.complete and REASON_COLUMN in self.columns:
            self._rows = with_values(self._rows)
        self._damaged = False
        self._lines = LineIndex()

    def __repr__(self) -> str:
        return f"<RowFile {self.name}: {len(self.columns)} columns, {self.encoding}>"

    @property
    def notes(self) -> tuple[str, ...]:
        """What was decided about the file, passed over or made up; complete after the last row."""
        first = (self._note,) if self._note else ()
        last = (_DAMAGED,) if self._damaged else ()
        return (*first, *self._reader.notes, *last)

    def first_rows(self) -> Sequence[Mapping[str, Any]]:
        """Return the first rows, a hundred at most, without taking them: they are read again.

        Raises:
            ConfigError: If a line does not fit the encoding that was given; it names the line.
        """
        head = list(islice(self._rows, FIRST_ROWS))
        self._rows = chain(head, self._rows)
        for line, row in head:
            if isinstance(row, EncodingMismatch):
                raise mismatch_error(self.name, line, row)
        return [row for _, row in head if not isinstance(row, BadRow)]

    @property
    def header_hint(self) -> str:
        """What to add to an error about the columns: which other line may be the header."""
        return header_hint(self._reader.doubted_line)

    def line_of(self, row: int) -> int | None:
        """Return the line on which a row begins, from 1; ``None`` if there are no lines to count.

        Args:
            row: Its place among the rows that were read, from 0.
        """
        return self._lines.line_of(row)

    def __next__(self) -> SourceRow:
        """Return the next row.

        Raises:
            ConfigError: If a line does not fit the encoding that was given; it names the line.
        """
        try:
            line, row = next(self._rows)
        except StopIteration:
            self._damaged = not self._text.closed and damaged(self._text)
            self.close()
            raise
        if isinstance(row, EncodingMismatch):
            raise mismatch_error(self.name, line, row)
        self._lines.add(line)
        return row

    @property
    def is_closed(self) -> bool:
        """Whether the file is closed, as it is after its last row."""
        return self._text.closed

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_rows(
    source: str | PathLike[str] | BinaryIO,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_line: int | None = None,
    sheet: str | int | None = None,
    name: str | None = None,
) -> RowFile:
    """Open a file of contacts.

    The format follows from the name's ending (``.csv .tsv .txt``, ``.jsonl .ndjson``; ``.json``
    may hold a list, an object a line, or one object) or else from the first character. What is
    compressed with gzip is unpacked while it is read, whatever its name; ``.gz`` may follow the
    ending. If it breaks off, the rows before are read, and a last :class:`BadRow` says so.
    Workbooks (``.xlsx .xlsm .xlsb .xls .ods``) are recognised by their content.

    Args:
        source: A path, or an open binary file, such as ``sys.stdin.buffer``.
        encoding: By default the byte order mark counts, or else what the most of the lines fit:
            UTF-8 or Windows-1252. Lines that do not fit become bad rows.
        delimiter: By default the one of comma, semicolon, tab and ``|`` that makes most columns.
        header_line: The line of the header, from 1. By default the first one that is not blank,
            or the one below a title or remarks if it is a header for certain, which ``notes`` say.
        sheet: The sheet of a workbook, by its name or its number from 1. By default the first one
            that is not empty or hidden; ``notes`` name the others.
        name: What to call the file in messages.

    Raises:
        ConfigError: If the file cannot be read, is empty, is not text, or has no header; if it is a
            workbook and the extra ``excel`` is not installed.
    """
    if header_line is not None and header_line < 1:
        raise ConfigError(f"lines are counted from 1: there is no header_line={header_line}")
    named = None if encoding is None else named_encoding(encoding)
    mark = None if delimiter is None else checked_delimiter(delimiter)
    called = name or (str(source) if isinstance(source, str | PathLike) else "the input")
    own = source if isinstance(source, str | PathLike) else getattr(source, "name", None)
    refusing = next(filter(names_refusing_file, map(str, (own, name))), None)
    stream = _opened(source, called)
    try:
        stream = unzipped(stream)
        if is_workbook(stream):
            with stream:
                about, lines = workbook_rows(stream, called, sheet)
            stream = cast("BinaryIO", lines.buffer)
            chosen = sheet is not None
            reader = ExcelReader(about, lines, called, chosen=chosen, header_line=header_line)
            return RowFile(called, lines, Encoding(name="utf-8"), reader, refusing)
        if sheet is not None:
            raise ConfigError(f"{called} is not a workbook, and has no sheet {sheet!r}")
        found = named or recognised_encoding(stream, called)
        text = open_text(stream, found)
        other = _reader(text, called, found, mark, header_line)
        return RowFile(called, text, found, other, refusing)
    except BaseException as problem:
        stream.close()
        if not isinstance(problem, UnicodeError):
            raise
    raise ConfigError(
        f"{called} cannot be read as {encoding}; leave out the encoding, and it is recognized"
    )


def _reader(
    text: io.TextIOWrapper,
    name: str,
    encoding: Encoding,
    delimiter: str | None,
    header_line: int | None,
) -> FileReader:
    """Return what reads a file's format, by the ending of its name or its first character."""
    notes: list[str] = []
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    first = ""
    if suffix not in _CSV | _JSON_LINES:
        characters = iter(lambda: text.read(1), "")
        first = next((one for one in characters if one.strip("\ufeff \r\n\t")), "")
        text.seek(0)
    if suffix in _JSON_LINES or (first == "{" and not is_one_object(text)):
        return JsonReader(json_lines(text, encoding, notes), name, notes)
    if first in ("[", "{"):
        return JsonReader(json_list(text, name, encoding, notes), name, notes)
    return CsvReader(text, name, encoding, delimiter, header_line)


def _opened(source: str | PathLike[str] | BinaryIO, name: str) -> BinaryIO:
    """Return a file that can be read twice: once for its encoding, once for its rows."""
    stream: Any = source
    if source == "":
        raise ConfigError("the name of the file is empty")
    try:
        if isinstance(source, str | PathLike):
            stream = Path(source).open("rb")  # noqa: SIM115  # the caller of read_rows closes it
        if stream.seekable():
            return cast("BinaryIO", stream)
        kept = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # the caller likewise
        with stream:
            shutil.copyfileobj(stream, kept)
        kept.seek(0)
        return cast("BinaryIO", kept)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
    raise ConfigError(f"cannot read {name}: {reason}")
