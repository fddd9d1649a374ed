"""Rows into a file: CSV or JSON Lines, gzipped or not, whole or not at all."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, Literal, TextIO, TypeAlias, cast, get_args

from icontact._files import written_as_a_whole
from icontact.errors import ConfigError

#: What an export is written as.
Format: TypeAlias = Literal["csv", "jsonl"]

_BY_SUFFIX: Mapping[str, Format] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_GZIPPED = ".gz"


def checked_format(target: object, form: str | None) -> Format:
    """Return the format to write: the one that was given, or else by the name's ending.

    Raises:
        ConfigError: If it is not a format, or the name does not show it.
    """
    if form is None and isinstance(target, str | PathLike):
        name = os.fspath(target).lower().removesuffix(_GZIPPED)
        form = _BY_SUFFIX.get(Path(name).suffix)
    if form not in get_args(Format):
        given = "is not clear from the name's ending" if form is None else f"is not {form!r}"
        raise ConfigError(f"the format of an export {given}: csv or jsonl")
    return cast("Format", form)


@contextmanager
def opened(target: str | PathLike[str] | BinaryIO, *, overwrite: bool) -> Iterator[BinaryIO]:
    """Open what is to be written. A file appears under its name only when it is whole.

    It is readable by its owner alone, and gzipped if its name ends in ``.gz``. A pipe, a device or
    an open stream is written to as the rows come.

    Raises:
        ConfigError: If it cannot be written, or is there already.
    """
    if not isinstance(target, str | PathLike):
        if isinstance(target, io.TextIOBase):
            raise ConfigError("the target is open as text: open it as bytes, with mode 'wb'")
        yield target
        return
    with ExitStack() as stack:
        try:
            path = Path(os.path.realpath(target))
            if path.is_file() and not overwrite:
                raise ConfigError(
                    f"{target} is there already; overwrite=True (--force) replaces it"
                )
            text = stack.enter_context(written_as_a_whole(path))
        except OSError as problem:
            raise ConfigError(f"cannot write {target}: {problem.strerror}") from None
        stream = cast("TextIO", text).buffer
        if str(target).lower().endswith(_GZIPPED):
            # Neither a name nor a time: equal exports are equal files.
            with gzip.GzipFile("", "wb", 6, stream, mtime=0) as zipped:
                yield cast("BinaryIO", zipped)
        else:
            yield stream
        stream.flush()
        with suppress(OSError):  # a pipe
            os.fsync(stream.fileno())


def write(
    stream: BinaryIO,
    form: Format,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    *,
    excel: bool = False,
) -> None:
    """Write rows, in UTF-8; for Excel with the mark by which it knows that. It stays open."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig" if excel else "utf-8", newline="")
    try:
        if form == "csv":
            writer = csv.writer(text)
            writer.writerow(columns)
            writer.writerows(map(_cell, row.values()) for row in rows)
        else:
            text.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        text.flush()
    finally:
        # The disk may be full, or the reader gone, as is being said already then.
        with suppress(OSError):
            text.detach()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
