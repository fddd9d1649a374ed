"""A check is switched off in one place, for one reason, which is written beside it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for top in ("src", "tests")
    for path in (ROOT / top).rglob("*.py")
)
# What is switched off, then the reason behind another "#" or in brackets after the code.
SUPPRESSION = re.compile(r"#\s*(type:\s*ignore|noqa|pyright:|pragma:)")
REASONED = re.compile(
    r"#\s*(type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*"
    r"|pyright:\s*ignore\[[\w, ]+\]|pragma:\s*no (cover|branch))"
    r"\s*(#|-|:)*\s*(?P<reason>.*)"
)


def comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def without_reason(source: str) -> list[tuple[int, str]]:
    found = []
    for line, comment in comments(source):
        if not SUPPRESSION.search(comment):
            continue
        reasoned = REASONED.search(comment)
        if reasoned is None or len(reasoned["reason"].split()) < 2:
            found.append((line, comment))
    return found


@pytest.mark.parametrize("path", SOURCES)
def test_no_check_is_switched_off_without_a_reason(path: str) -> None:
    assert without_reason((ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore",
        "# type: ignore[arg-type]",
        "# noqa",
        "# noqa: S608",
        "# pragma: no cover",
        "# pyright: basic",
    ],
)
def test_a_bare_suppression_is_found(comment: str) -> None:
    assert without_reason(f"x = 1  {comment}\n") == [(1, comment)]


@pytest.mark.parametrize(
    "comment",
    [
        "# type: ignore[arg-type]  # the stub is behind the library",
        "# noqa: S608 - table names are constants",
        "# noqa: S608, E501  # table names are constants",
        "# pragma: no cover - only on Windows",
        "# an ordinary remark",
    ],
)
def test_a_suppression_with_a_reason_passes(comment: str) -> None:
    assert without_reason(f"x = 1  {comment}\n") == []


def test_no_example_is_skipped_without_a_reason() -> None:
    papers = [ROOT / "README.rst", *(ROOT / "docs").rglob("*.rst"), *(ROOT / "src").rglob("*.py")]
    for path in papers:
        for skipped in re.findall(r"^\s*\.\. skip: (?!end)(.*)$", path.read_text("utf-8"), re.M):
            assert re.fullmatch(r'(next|start)\s+(if\(.+\)|".+")', skipped.strip()), (
                f"{path.relative_to(ROOT)}: write '.. skip: next \"reason\"'"
            )
