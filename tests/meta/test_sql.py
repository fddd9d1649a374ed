"""SQL names its parameters in a way that every version of Python takes without a warning."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
NUMBERED = re.compile(r"\?\d")
SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|VALUES|WHERE)\b")


def statements(source: str) -> Iterator[str]:
    """The texts of a module that hold SQL; those that stand beside each other are one."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and SQL.search(node.value)
        ):
            yield node.value


def test_numbered_placeholders_are_found() -> None:
    (found,) = statements('x("SELECT 1 FROM t"\n  " WHERE a = ?1 OR b = ?1")')
    assert NUMBERED.search(found)


@pytest.mark.parametrize("path", sorted(SRC.rglob("*.py")), ids=lambda path: path.stem)
def test_no_sql_numbers_its_placeholders(path: Path) -> None:
    # Python 3.12.1 warns of them where the parameters are a sequence.
    assert not [sql for sql in statements(path.read_text("utf-8")) if NUMBERED.search(sql)]
