"""Files that appear as a whole or not at all, readable by their owner alone."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import IO

_PREFIX = ".icontact-"


@contextmanager
def written_as_a_whole(
    path: str | PathLike[str], *, encoding: str = "utf-8", errors: str = "strict"
) -> Iterator[IO[str]]:
    """Open a file for text, and put it in its place once it is complete.

    A file that is there is replaced, with the rights of a new one; a symbolic link is replaced, and
    not followed. A pipe or a device is written to as the text comes.

    Raises:
        OSError: If it cannot be written.
    """
    target = Path(path)
    try:
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            with target.open("w", encoding=encoding, errors=errors, newline="") as stream:
                yield stream
            return
        handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding=encoding, errors=errors, newline="") as file:
                yield file
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as problem:
        # A disk that is full shows without a name, and another problem with that of the fresh file.
        if not problem.filename or Path(problem.filename).name.startswith(_PREFIX):
            problem.filename = str(target)
        raise
