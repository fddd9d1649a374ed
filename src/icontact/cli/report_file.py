"""The file of ``--report``: what became of every row, or a word that nobody knows it yet."""

from __future__ import annotations

import csv
import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

from icontact.cli.exit_codes import CommandError
from icontact.cli.push_output import PushSummary

__all__ = ["UNFINISHED", "ReportFile", "refuse_same_file"]

#: What the file says from before the push until it is complete.
UNFINISHED = "no outcomes yet: the push that writes this file is still running or was stopped"

_COLUMNS = ("row", "line", "status", "email", "subscription", "contact_id", "reason")

#: Nothing that a row may hold, such as half of a surrogate pair, is to keep it from being written.
_TEXT: Any = {"encoding": "utf-8", "errors": "replace", "newline": ""}

_STREAMS = {0: "standard input", 1: "standard output", 2: "standard error"}


class ReportFile:
    """A file that is replaced as a whole, and until then no older report passes for this one.

    It is readable by its owner alone. A pipe or a device is written to in the end.

    Args:
        path: Where it is.
        inputs: Files that are read, or that somebody else writes.

    Raises:
        CommandError: If it cannot be written, or is one of the inputs or redirected streams.
    """

    def __init__(self, path: str, *inputs: str | None) -> None:
        self._path = path
        self._target = Path(os.path.realpath(path))
        self._stream: IO[str] | None = None
        try:
            found = _status(path)
            if found is None or stat.S_ISREG(found.st_mode):
                refuse_same_file("--report", path, *inputs)
                self._replace([[UNFINISHED]])
            else:
                self._stream = Path(path).open("w", **_TEXT)  # noqa: SIM115  # see close()
        except OSError as problem:
            reason = problem.strerror
        else:
            return
        raise CommandError(f"cannot write the report {path}: {reason}")

    def write(self, result: PushSummary) -> str | None:
        """Write every row with its full address as CSV.

        Returns:
            What went wrong, if anything did; it raises nothing, since the outcomes hold anyway.
        """
        rows = ([getattr(entry, name) for name in _COLUMNS] for entry in result.entries)
        try:
            if self._stream is None:
                self._replace(chain([_COLUMNS], rows))
            else:
                with self._stream:
                    csv.writer(self._stream).writerows(chain([_COLUMNS], rows))
        except OSError as problem:
            return (
                "every row has its outcome, but the report could not be written to "
                f"{self._path}: {problem.strerror}"
            )
        return None

    def close(self) -> None:
        """Close a pipe or a device."""
        if self._stream is not None:
            self._stream.close()

    def _replace(self, rows: Iterable[Sequence[object]]) -> None:
        handle, name = tempfile.mkstemp(prefix=".icontact-", dir=self._target.parent)
        try:
            with os.fdopen(handle, "w", **_TEXT) as file:
                csv.writer(file).writerows(rows)
            Path(name).replace(self._target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _status(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return None


def refuse_same_file(option: str, path: str, *inputs: str | None) -> None:
    """Refuse a file to write to that is another one at the same time.

    Args:
        option: What names the file.
        path: The file; it need not be there, and neither need the others.
        inputs: Files that are read, or that somebody else writes.

    Raises:
        CommandError: If it is one of them, or where a stream is redirected to.
    """
    places: list[tuple[str | int, str]] = [(given, given) for given in inputs if given is not None]
    try:
        found = Path(path).stat()
    except OSError:
        found = None  # whoever opens it says what is wrong
    if found is not None and stat.S_ISREG(found.st_mode):
        places.extend(_STREAMS.items())
    for place, name in places:
        # A file that is not there yet is known by its path alone.
        same = isinstance(place, str) and os.path.realpath(place) == os.path.realpath(path)
        if same or (found is not None and _is_at(place, found)):
            raise CommandError(f"{option} would write over {name}")


def _is_at(place: str | int, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(place), found)  # noqa: PTH116  # streams are numbers
    except OSError:
        return False  # a stream that is closed
