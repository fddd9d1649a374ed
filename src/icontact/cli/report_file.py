"""Writes the file of ``--report``, one line for every row, and checks files before a push."""

from __future__ import annotations

import csv
import errno
import os
import tempfile
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

from icontact._files import written_as_a_whole
from icontact.cli.exit_codes import CommandError
from icontact.cli.push_output import PushSummary

#: What the file says from before the push until it is complete.
UNFINISHED = "no outcomes yet: the push that writes this file is still running or was stopped"

_COLUMNS = ("row", "line", "status", "email", "subscription", "contact_id", "reason")

_STREAMS = {0: "standard input", 1: "standard output", 2: "standard error"}


class ReportFile:
    """A file that is replaced as a whole; an older report is cleared at once.

    Only its owner can read it. A pipe or a device is written to at the end.

    Args:
        path: Where it is.
        inputs: Files that are read, or written for another purpose.

    Raises:
        CommandError: If it cannot be written, or is one of the inputs or redirected streams.
    """

    def __init__(self, path: str, *inputs: str | None) -> None:
        self._path, place = path, Path(path)
        self._stream: IO[str] | None = None
        try:
            if place.exists() and not place.is_file():
                self._stream = place.open("w", encoding="utf-8", errors="replace", newline="")
            else:
                refuse_same_file("--report", path, *inputs)
                self._replace([[UNFINISHED]])
        except OSError as problem:
            raise CommandError(f"cannot write the report {path}: {problem.strerror}") from None

    def write(self, summary: PushSummary) -> str | None:
        """Write every row with its full address, and return the problem, if there is one.

        It raises nothing, since the outcomes stay valid.
        """
        rows = ([getattr(row, name) for name in _COLUMNS] for row in summary.rows())
        try:
            if self._stream is None:
                self._replace(chain([_COLUMNS], rows))
            else:
                with self._stream:
                    csv.writer(self._stream).writerows(chain([_COLUMNS], rows))
        except OSError as problem:
            return unwritten("the report", self._path, problem)
        return None

    def close(self) -> None:
        """Close a pipe or a device."""
        if self._stream is not None:
            self._stream.close()

    def _replace(self, rows: Iterable[Sequence[object]]) -> None:
        # A link stays a link, and even a text with half a surrogate pair is written.
        with written_as_a_whole(os.path.realpath(self._path), errors="replace") as file:
            csv.writer(file).writerows(rows)


def unwritten(content: str, path: str, error: OSError) -> str:
    """Return what a user reads of a file that could not be written after a push."""
    return (
        f"every row has its outcome, but {content} could not be written to {path}: {error.strerror}"
    )


def refuse_unwritable(option: str, path: str) -> None:
    """Refuse a file that cannot be written, before a push begins; what is there stays."""
    place = Path(path)
    try:
        if place.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if place.is_file() or not place.exists():
            # The file is written beside its place, and then moved there.
            tempfile.TemporaryFile(dir=place.parent).close()
    except OSError as error:
        raise CommandError(f"cannot write {path}, which {option} names: {error.strerror}") from None


def refuse_same_file(option: str, path: str, *inputs: str | None) -> None:
    """Refuse to write to a file that has another purpose, too, or where a stream is redirected to.

    Neither the file of the option nor the others need exist.
    """
    places: list[tuple[str | int, str]] = [(given, given) for given in inputs if given is not None]
    if os.path.isfile(path):  # noqa: PTH113  # what is wrong with a path is said by who opens it
        places += _STREAMS.items()
    for place, name in places:
        try:
            same = os.path.samefile(place, path)  # noqa: PTH121  # a stream is a number
        except OSError:
            # A stream is closed; or a file is not there yet, which is known by its path alone.
            same = isinstance(place, str) and os.path.realpath(place) == os.path.realpath(path)
        if same:
            raise CommandError(f"{option} would write over {name}: name another file")
