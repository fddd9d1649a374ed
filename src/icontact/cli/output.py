"""What commands print: sentences, notes, tables, JSON documents, and masked addresses."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, Any

import click

_ADDRESS = re.compile(r"([^\s@])[^\s@]*@([^\s@]+)")

_STYLES: Mapping[str, str] = {
    "created": "green",
    "updated": "cyan",
    "skipped": "yellow",
    "rejected": "red",
    "failed": "red",
}

#: A column that wraps keeps at least this width; below it each cell gets a line of its own.
_NARROWEST = 24


def clean(text: object) -> str:
    """Return a text as one line that cannot control a terminal."""
    return "".join(c if c.isprintable() else " " for c in str(text))


def masked(email: str | None) -> str:
    """Return an address as the screen shows it: ``j•••@example.com``."""
    if not email:
        return ""
    parts = _ADDRESS.fullmatch(email)
    # A text that is not an address may hold a person's whole name.
    return "•••" if parts is None else clean(f"{parts[1]}•••@{parts[2]}")


def is_terminal(stream: IO[str] | None) -> bool:
    """Return whether a stream is a terminal; a closed standard stream is ``None``."""
    return stream is not None and stream.isatty()


def styled(text: str, color: str | None) -> str:
    """Return a text in a color, unless ``NO_COLOR`` is set."""
    return text if os.environ.get("NO_COLOR") else click.style(text, fg=color)


def wrapped(text: str, stream: IO[str] | None, *, start: str = "", indent: str = "") -> str:
    """Return a text in lines as wide as the terminal; words stay whole. A pipe gets one line."""
    if not is_terminal(stream):
        return start + text
    return textwrap.fill(
        text,
        max(shutil.get_terminal_size().columns, 20),
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


class StandardOutputError(OSError):
    """Standard output cannot be written."""


@contextmanager
def standard_output() -> Iterator[None]:
    """Tell the errors of standard output from those of files."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        raise StandardOutputError(error.errno, error.strerror) from None


@contextmanager
def work_done(text: str) -> Iterator[None]:
    """Print on stderr what was done, if standard output cannot be written. A pipe may be closed."""
    try:
        yield
    except StandardOutputError as error:
        if error.errno != errno.EPIPE:
            print_note(text, always=True)
        raise


def echo(text: str = "", *, nl: bool = True) -> None:
    """Print a line of the result."""
    with standard_output():
        click.echo(text, nl=nl)


def print_text(text: str, *, start: str = "", indent: str = "") -> None:
    """Print a sentence of the result."""
    echo(wrapped(clean(text), sys.stdout, start=start, indent=indent).rstrip())


def print_note(text: str, *, always: bool = False) -> None:
    """Print a note on stderr, where no program takes it for data; if wanted, also with --quiet."""
    ctx = click.get_current_context(silent=True)
    if always or ctx is None or not ctx.params.get("quiet"):
        click.echo(wrapped(f"note: {clean(text)}", sys.stderr, indent="  "), err=True)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON document, in ASCII, so that no encoding can spoil it.

    Iterators in it become lists that are never in memory as a whole.
    """
    for part in json.JSONEncoder(indent=2, default=_StreamedList).iterencode(value):
        echo(part, nl=False)
    echo()


def print_result(document: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """Print the result of work that is done, as a document for programs or as a sentence."""
    with work_done(text):
        if as_json:
            print_json(document)
        else:
            print_text(text)


class _StreamedList(list[Any]):
    """A list for the json module, which only iterates over it."""

    def __init__(self, items: Iterator[Any]) -> None:
        super().__init__()
        self._items = iter(items)
        self._first = list(islice(self._items, 1))

    def __bool__(self) -> bool:
        return bool(self._first)

    def __iter__(self) -> Iterator[Any]:
        return chain(self._first, self._items)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table without its empty columns; on a terminal it is as wide as that."""
    texts = [["" if cell is None else clean(cell) for cell in row] for row in rows]
    kept = [place for place in range(len(columns)) if not texts or any(row[place] for row in texts)]
    names = [columns[place] for place in kept]
    cells = [[row[place] for place in kept] for row in texts]
    if is_terminal(sys.stdout):
        _print_fitted(names, cells)
        return
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    for row in (names, *cells):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        echo("  ".join(padded).rstrip())


def print_records(records: Sequence[Mapping[str, object]]) -> None:
    """Print records with the same keys as a table."""

    def cell(value: object) -> object:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    if records:
        rows = [[cell(value) for value in record.values()] for record in records]
        print_table(tuple(records[0]), rows)


def _print_fitted(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table that wraps its widest column; or, where that is too narrow, records."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    widths = [max(map(cell_len, column)) for column in zip(names, *rows, strict=True)]
    widest = widths.index(max(widths))
    others = sum(widths) - widths[widest] + 2 * (len(widths) - 1)
    words = (cell_len(word) for row in rows for word in row[widest].split())
    needed = max(min(_NARROWEST, widths[widest]), *words, 0)
    if others + needed > console.width:
        for row in rows:
            pairs = [(name, cell) for name, cell in zip(names, row, strict=True) if cell]
            for place, (name, cell) in enumerate(pairs):
                print_text(f"{name}: {cell}", start="  " if place else "", indent="    ")
        return
    # Nothing but spaces between the columns, so that lines can be copied.
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for place, name in enumerate(names):
        table.add_column(name, no_wrap=place != widest, min_width=min(widths[place], needed))
    for row in rows:
        # As Text, since names may hold what rich would take for its markup.
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        echo(line.rstrip())
