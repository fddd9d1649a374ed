"""Code that readers see stands in blocks which the examples session runs."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAPERS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        ROOT / "README.rst",
        *(ROOT / "docs").rglob("*.rst"),
        *(ROOT / "src").rglob("*.py"),
    ]
)
# A paragraph that ends with "::" and is not a directive, then everything that is indented below it.
LITERAL = re.compile(
    r"^(?P<indent>[ ]*)(?!\s*\.\. )[^\n]*::[ ]*\n"
    r"[ ]*\n"
    r"(?P<block>(?:(?P=indent)[ ]+\S[^\n]*\n|[ ]*\n)+)",
    re.MULTILINE,
)


def texts(path: Path) -> Iterator[str]:
    """What a reader sees of a file: all of it, or its docstrings."""
    source = path.read_text("utf-8")
    if path.suffix != ".py":
        yield source
        return
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and (text := ast.get_docstring(node)):
            yield text + "\n"


def unrun_code(text: str) -> list[str]:
    """Literal blocks which are Python that does something."""
    found = []
    for match in LITERAL.finditer(text):
        block = textwrap.dedent(match["block"])
        try:
            nodes = list(ast.walk(ast.parse(block)))
        except SyntaxError:
            continue
        if any(isinstance(node, ast.Call | ast.Import | ast.ImportFrom) for node in nodes):
            found.append(block)
    return found


@pytest.mark.parametrize("paper", PAPERS)
def test_no_python_hides_in_a_literal_block(paper: str) -> None:
    hidden = [block for text in texts(ROOT / paper) for block in unrun_code(text)]
    assert hidden == [], "write '.. code-block:: python', so that it is run"


def test_python_in_a_literal_block_is_found() -> None:
    assert unrun_code("So::\n\n    import icontact\n\nend\n") == ["import icontact\n\n"]


@pytest.mark.parametrize(
    "text",
    [
        "So::\n\n    IContactError\n    ├── ConfigError\n\nend\n",
        ".. code-block:: python\n\n    import icontact\n\nend\n",
        "So::\n\n    $ icontact lists\n",
    ],
)
def test_other_blocks_pass(text: str) -> None:
    assert unrun_code(text) == []


#: What a reader of a page has to do as well, if it is to work for him.
STEPS = re.compile(r"\.create\(|\.create_many\(|\.subscribe\(|MAUTIC_WEBHOOK_SECRET")
HIDDEN = re.compile(r"^( *)\.\. invisible-code-block: python\n\n((?:\1   .*\n|\n)+)", re.MULTILINE)


@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper.endswith(".rst")])
def test_no_step_that_a_reader_needs_is_hidden(paper: str) -> None:
    blocks = [match[2] for match in HIDDEN.finditer((ROOT / paper).read_text("utf-8"))]

    hidden = [block for block in blocks if STEPS.search(block)]

    assert hidden == [], "show the step, in a block that the reader sees"
