"""The examples of CONTRIBUTING.rst name files and names that exist, and are as long as it says."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "icontact"
TEXT = (ROOT / "CONTRIBUTING.rst").read_text("utf-8")
EXAMPLES = TEXT.partition("How to add\n")[2].partition("Rules\n-----")[0]


def found(name: str) -> Path | None:
    places = (PACKAGE, ROOT, PACKAGE / "sandbox", ROOT / "tests" / "mapping")
    return next((place / name for place in places if (place / name).exists()), None)


def test_each_file_that_an_example_names_exists() -> None:
    names = re.findall(r"``([\w/]+\.(?:py|rst))``", EXAMPLES)
    assert len(names) > 15
    assert [name for name in names if found(name) is None] == []


def test_each_file_is_about_as_long_as_an_example_says() -> None:
    figures = re.findall(r"``([\w/]+\.py)``\s+\(about (\d+)", EXAMPLES)
    assert len(figures) == 6
    for name, lines in figures:
        path = found(name)
        assert path is not None
        length = len(path.read_text("utf-8").splitlines())
        assert abs(length - int(lines)) <= max(3, length // 20), (name, lines, length)


def test_each_function_and_class_that_an_example_names_exists() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    names = {
        part for name in re.findall(r"``([A-Za-z_.]+)``", EXAMPLES) for part in name.split(".")
    }
    names -= {"docs", "models", "rst", "test_mautic", "tests", "py"}
    assert {"without_tags", "answer_instead", "FaultKind"} <= names
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", sources)] == []
