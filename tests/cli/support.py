"""Running commands in the process, and reading bytes as files."""

from __future__ import annotations

import inspect
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
from click.testing import CliRunner

from icontact.cli.app import commands
from icontact.sources import BadRow, RowFile, read_rows

HEADER = "email,first_name,city"

LINE = re.compile(
    r"iContact sandbox at (?P<url>https?://127\.0\.0\.1:\d+/icp)  app id sandbox-app  "
    r"username sandbox@example\.com  password sandbox-password(  certificate .*)?\n"
)


@attrs.frozen
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on stdout."""
        return json.loads(self.out)


class Typed(io.BytesIO):
    """The keys that a person types before Ctrl-D.

    Some versions of click take the end of a test's input for an empty line instead.
    """

    def read1(self, size: int | None = -1, /) -> bytes:
        found = super().read1(-1 if size is None else size)
        if not found and size != 0:
            raise EOFError
        return found


def icontact(*words: object, stdin: bytes | Typed | None = None) -> Ran:
    """Run a command, as a person types it."""
    # Older versions of click need an option to keep the two streams apart.
    apart: Any = {"mix_stderr": False}
    known = "mix_stderr" in inspect.signature(CliRunner).parameters
    runner = CliRunner(**apart) if known else CliRunner()
    result = runner.invoke(commands, [str(word) for word in words], input=stdin)
    assert "Traceback" not in result.stderr
    return Ran(result.exit_code, result.stdout, result.stderr)


@contextmanager
def served(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``icontact sandbox`` in another process, and yield it with its URL."""
    command = [sys.executable, "-m", "icontact", "sandbox", "--port", "0", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = LINE.fullmatch(process.stdout.readline())
            assert found is not None
            yield process, found["url"]
        finally:
            process.kill()


def written(folder: Path, *lines: str, name: str = "people.csv", encoding: str = "utf-8") -> Path:
    """Write a file of lines."""
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def opened(content: bytes, **options: Any) -> RowFile:
    """Open bytes as a file of contacts."""
    return read_rows(io.BytesIO(content), name="people.csv", **options)


def rows_of(content: bytes, **options: Any) -> list[Any]:
    """Read bytes as rows; bad ones as their reasons."""
    options = {"name": "people.csv", **options}
    with read_rows(io.BytesIO(content), **options) as rows:
        return [row.reason if isinstance(row, BadRow) else row for row in rows]
