"""Run the examples of README.rst, docs and docstrings; ``pytest -p tests.examples.plugin``.

Each document has an iContact of its own, the sandbox on a loopback port, an empty folder to work
in, and the ``ICONTACT_`` variables set for both. Its code blocks are run from top to bottom:

- ``python`` blocks and ``>>>`` lines run in one namespace per document. What readers need not see
  goes into ``.. invisible-code-block: python``. Docstrings find the names of their module, and
  ``icontact``, ``client`` and ``folder``, ready; a document has to say everything itself, as its
  reader does.
- ``console`` and ``bash`` blocks: lines ``$ icontact …`` and ``$ curl …`` are run as they stand,
  the latter by a shell, so that they may use the variables ``ICONTACT_BASE_URL`` and
  ``ICONTACT_CONTROL_URL`` and go on in a pipe; other commands are skipped. Output that follows
  must be what was printed (``...`` means anything, white space does not count). The exit code
  must be 0, or N with ``:class: exits-N``.
- ``javascript`` and ``php`` blocks run in the same folder, and have to end without an error.
  Where curl, Node or PHP is not installed, what needs it is skipped with a message.
- a ``python`` block with a file name as ``:caption:`` is a script: it is written to the folder, and
  run by a line ``$ python NAME`` in a ``console`` block.
- ``toml`` and ``json`` blocks must parse. A block of these, or of ``csv``, ``jsonl`` or ``text``,
  with a file name as ``:caption:`` is written to the folder, for the blocks below it.
"""

from __future__ import annotations

import doctest
import importlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import SkipTest

from sybil import Document, Example, Region, Sybil
from sybil.document import PythonDocStringDocument
from sybil.example import NotEvaluated
from sybil.parsers.rest import (
    CodeBlockParser,
    DocTestParser,
    PythonCodeBlockParser,
    SkipParser,
)
from sybil.typing import Parser

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "files"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
LOOPBACK = ("127.0.0.1", "::1", "localhost")
PATIENCE = 120  # seconds for one command, on a busy machine


@contextmanager
def loopback_only() -> Iterator[None]:
    """Refuse to look up any other host: an example must not talk to the real iContact."""
    lookup = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in LOOPBACK:
            raise OSError(f"an example asked for {host}, and examples stay on this machine")
        return lookup(host, *args, **kwargs)

    socket.getaddrinfo = guarded
    try:
        yield
    finally:
        socket.getaddrinfo = lookup


@contextmanager
def environment() -> Iterator[None]:
    """A sandbox, its credentials in the environment, and a folder with files to work on."""
    from icontact.sandbox import Sandbox

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        shutil.copytree(FILES, folder, dirs_exist_ok=True)
        server = stack.enter_context(Sandbox().serve(port=0, control=True))
        stack.enter_context(loopback_only())
        outside = dict(os.environ)
        stack.callback(os.chdir, Path.cwd())
        stack.callback(os.environ.update, outside)
        stack.callback(os.environ.clear)
        os.chdir(folder)
        for name in [name for name in os.environ if name.startswith("ICONTACT_")]:
            del os.environ[name]
        os.environ |= {
            "ICONTACT_APP_ID": server.credentials.app_id,
            "ICONTACT_USERNAME": server.credentials.username,
            "ICONTACT_PASSWORD": server.credentials.password,
            "ICONTACT_BASE_URL": server.url,
            "ICONTACT_CONTROL_URL": str(server.control_url),
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
        }
        yield


def open_document(namespace: dict[str, Any]) -> None:
    """Make a document's surroundings."""
    stack = ExitStack()
    stack.enter_context(environment())
    namespace["__surroundings__"] = stack


def open_docstrings(namespace: dict[str, Any]) -> None:
    """Make a module's surroundings, with what its docstrings take for granted."""
    import icontact

    open_document(namespace)
    client = namespace["__surroundings__"].enter_context(icontact.Client.from_env())
    namespace |= {"icontact": icontact, "client": client, "folder": client.folder()}


def close_document(namespace: dict[str, Any]) -> None:
    """Put everything back."""
    namespace["__surroundings__"].close()


class Docstrings(PythonDocStringDocument):
    """Docstrings of a module, whose examples find the module's names, as with any doctest."""

    def import_document(self, example: Example) -> None:
        """Import the module by its name, so that it is the one that everybody else imports."""
        place = Path(self.path).relative_to(ROOT / "src").with_suffix("")
        module = importlib.import_module(".".join(place.parts).removesuffix(".__init__"))
        for name, value in vars(module).items():
            self.namespace.setdefault(name, value)
        self.pop_evaluator(self.import_document)
        raise NotEvaluated


def options(example: Example) -> dict[str, str]:
    """The options of a directive."""
    found: dict[str, str] = example.region.lexemes.get("options", {})
    return found


def written(example: Example) -> None:
    """Write a block to the file that its caption names."""
    caption = options(example).get("caption", "")
    if re.fullmatch(r"[\w.-]+\.\w+", caption):
        Path(caption).write_text(str(example.parsed), "utf-8")


class Scripts(PythonCodeBlockParser):
    """Python blocks: scripts are written to their file, the others are run."""

    def __call__(self, document: Document) -> Iterator[Region]:
        for region in super().__call__(document):
            if str(region.lexemes.get("options", {}).get("caption", "")).endswith(".py"):
                region.evaluator = written
            yield region


def run_toml(example: Example) -> None:
    """Parse a TOML block."""
    tomllib.loads(str(example.parsed))
    written(example)


def run_json(example: Example) -> None:
    """Parse a JSON block."""
    json.loads(str(example.parsed))
    written(example)


def commands(block: str) -> list[tuple[str, str]]:
    """Take a console block apart: each command, and the output shown below it."""
    found: list[tuple[str, str]] = []
    for line in block.replace("\\\n", "").splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif found and line.strip():
            command, output = found[-1]
            found[-1] = (command, f"{output}{line}\n")
    return found


def run_console(example: Example) -> None:
    """Run the commands of a console block that are ours."""
    expected = re.search(r"\bexits-(\d+)", options(example).get("class", ""))
    code = int(expected[1]) if expected else 0
    for command, output in commands(str(example.parsed)):
        words = shlex.split(command, comments=True)
        if words[:2] == ["icontact", "sandbox"]:
            shown = first_line([*icontact(), *words[1:]])
        elif words[:1] == ["icontact"]:
            shown = printed([*icontact(), *words[1:]], code)
        elif words[:1] == ["python"] and words[1:2] and words[1].endswith(".py"):
            shown = printed([sys.executable, *words[1:]], code)
        elif words[:1] == ["curl"]:
            needs("curl")
            shown = printed(["sh", "-c", command], code)
        else:
            continue
        if output:
            same = doctest.OutputChecker().check_output(output, shown, FLAGS)
            assert same, f"$ {command}\nprinted:\n{shown}\nbut the text shows:\n{output}"


def run_javascript(example: Example) -> None:
    """Run a block of JavaScript."""
    needs("node")
    printed(["node", "--input-type=module", "--eval", str(example.parsed)], 0)


def run_php(example: Example) -> None:
    """Run a block of PHP."""
    needs("php")
    printed(["php", "-r", str(example.parsed).removeprefix("<?php")], 0)


def needs(program: str) -> None:
    """Skip an example whose program is not there."""
    if shutil.which(program) is None:
        raise SkipTest(f"{program} is not installed")


def icontact() -> list[str]:
    """Return the command of the library, as it is installed beside this Python."""
    return [str(Path(sys.executable).with_name("icontact"))]


def printed(program: list[str], code: int) -> str:
    """Run a program that has to end with an exit code, and return what it printed."""
    done = subprocess.run(
        program,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        encoding="utf-8",
        check=False,
    )
    shown = f"$ {shlex.join(program)}\n{done.stdout}exit code {done.returncode}"
    assert done.returncode == code, shown
    return done.stdout


def first_line(program: list[str]) -> str:
    """Start a server, on any free port, and end it as soon as it says that it answers."""
    if "--port" not in program:
        program = [*program, "--port", "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        shown = server.stdout.readline()
        server.terminate()
    assert "http" in shown, f"{shlex.join(program)} printed {shown!r}"
    return shown


PARSERS: list[Parser] = [
    DocTestParser(optionflags=FLAGS),
    Scripts(),
    SkipParser(),
    CodeBlockParser("toml", run_toml),
    CodeBlockParser("json", run_json),
    CodeBlockParser("csv", written),
    CodeBlockParser("jsonl", written),
    CodeBlockParser("text", written),
    CodeBlockParser("console", run_console),
    CodeBlockParser("bash", run_console),
    CodeBlockParser("javascript", run_javascript),
    CodeBlockParser("php", run_php),
]

pytest_collect_file = (
    Sybil(
        PARSERS,
        path=str(ROOT),
        pattern="*.rst",
        setup=open_document,
        teardown=close_document,
        name="text",
    )
    + Sybil(
        PARSERS,
        path=str(ROOT / "src"),
        pattern="*.py",
        setup=open_docstrings,
        teardown=close_document,
        document_types={".py": Docstrings},
        name="docstrings",
    )
).pytest()
