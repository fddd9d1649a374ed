"""What is said of Mautic's plugin is proved by tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "from-mautic-plugin.rst").read_text("utf-8")
NODE = re.compile(r"``(tests/[\w/]+\.py)::(\w+)``")
NODES = sorted(set(NODE.findall(PAGE)))


def rows() -> list[list[str]]:
    """The rows of the page's comparisons, headers left out, each as its cells."""
    found: list[list[str]] = []
    for table in PAGE.split("\n.. list-table::")[1:]:
        body = re.split(r"^\S", table, maxsplit=1, flags=re.MULTILINE)[0]
        cells = [re.split(r"^     - ", row, flags=re.MULTILINE) for row in body.split("   * - ")]
        found += cells[2:]
    return found


@pytest.mark.parametrize(("file", "name"), NODES)
def test_every_test_that_the_page_names_exists(file: str, name: str) -> None:
    path = ROOT / file
    assert path.exists()
    functions = [node for node in ast.parse(path.read_text("utf-8")).body if hasattr(node, "name")]
    assert name in [function.name for function in functions]


def test_every_row_says_what_happens_here_and_names_its_proof() -> None:
    assert len(rows()) > 45
    for row in rows():
        assert len(row) == 3, row[0]
        assert NODE.search(row[2]), row[0]


def test_every_page_of_the_first_steps_is_there() -> None:
    index = (ROOT / "docs" / "index.rst").read_text("utf-8").split()
    for page in ("getting-started", "from-mautic-plugin", "use-in-applications"):
        assert page in index
        assert len((ROOT / "docs" / f"{page}.rst").read_text("utf-8")) > 1000
