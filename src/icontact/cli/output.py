"""What people see: tables, remarks, and no more of an address than its owner would recognise."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, Any

import click

from icontact.push import Progress
from icontact.push.progress import bar_of

__all__ = [
    "clean",
    "is_terminal",
    "masked",
    "print_json",
    "print_note",
    "print_table",
    "progress_bar",
]

_ADDRESS = re.compile(r"([^\s@])[^\s@]*@([^\s@]+)")

_STYLES: Mapping[str, str] = {
    "created": "green",
    "updated": "cyan",
    "unchanged": "dim",
    "skipped": "yellow",
    "rejected": "red",
    "failed": "bold red",
}


def clean(text: object) -> str:
    """Return a text as one line that cannot steer a terminal."""
    return "".join(c if c.isprintable() else " " for c in str(text))


def masked(email: str | None) -> str:
    """Return an address as it may stand on a screen: ``j•••@example.com``."""
    if not email:
        return ""
    parts = _ADDRESS.fullmatch(email)
    # What is no address may be anything, a whole name with an address beside it.
    return "•••" if parts is None else clean(f"{parts[1]}•••@{parts[2]}")


def is_terminal(stream: IO[str] | None) -> bool:
    """Tell whether somebody is looking; a stream that was closed from the start is ``None``."""
    return stream is not None and stream.isatty()


def print_note(text: str) -> None:
    """Say something beside the result: on stderr, where no program takes it for data."""
    click.echo(f"note: {clean(text)}", err=True)


def print_json(value: Mapping[str, Any]) -> None:
    """Print one JSON document, in ASCII, so that no encoding can spoil it.

    Args:
        value: What to print; iterators in it are lists that are never in memory as a whole.
    """
    for part in json.JSONEncoder(indent=2, default=_Streamed).iterencode(value):
        click.echo(part, nl=False)
    click.echo()


class _Streamed(list[Any]):
    """A list for the json module, which only iterates over it, of what an iterator yields."""

    def __init__(self, items: Iterator[Any]) -> None:
        super().__init__()
        self._items = iter(items)
        self._first = list(islice(self._items, 1))

    def __bool__(self) -> bool:
        return bool(self._first)

    def __iter__(self) -> Iterator[Any]:
        return chain(self._first, self._items)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: with rich on a terminal, as plain lines in a pipe."""
    texts = [["" if cell is None else clean(cell) for cell in row] for row in rows]
    if is_terminal(sys.stdout):
        _rich_table(columns, texts)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *texts, strict=True)]
    for row in (columns, *texts):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        # As Text, since names may hold what rich would take for its markup.
        drawn.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    Console(file=sys.stdout).print(drawn)


@contextmanager
def progress_bar(
    wanted: bool, told: Callable[[Progress], None]
) -> Iterator[Callable[[Progress], None]]:
    """Give a push something to tell its progress to.

    Args:
        wanted: Whether a terminal is to show it as a bar.
        told: What is told of it in any case.
    """
    if not (wanted and is_terminal(sys.stderr)):
        yield told
        return
    from tqdm import tqdm

    with tqdm(unit=" rows", file=sys.stderr, leave=False) as bar:
        move = bar_of(bar)

        def advance(progress: Progress) -> None:
            told(progress)
            move(progress)

        yield advance
