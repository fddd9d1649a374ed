"""The page about the tests names tests that are there, and every promise of the README."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "what-is-tested.rst").read_text("utf-8")


def test_each_file_that_the_page_names_is_there() -> None:
    named = re.findall(r"``(tests/[\w/]+\.py)``", PAGE)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_each_promise_of_the_readme_has_its_row() -> None:
    readme = (ROOT / "README.rst").read_text("utf-8")
    promises = re.findall(r"^\*\*(.+?)\.?\*\*", readme, re.MULTILINE)
    assert len(promises) > 4
    words = {"An iContact to test with": "The sandbox is a fair judge"}
    words["Events of Mautic or another CRM push contacts"] = "Events push contacts"
    assert [one for one in promises if f"**{words.get(one, one)}" not in PAGE] == []
