"""The hooks that run before a commit call tools of the lint session."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_each_hook_before_a_commit_calls_a_tool_of_the_lint_session() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    entries = re.findall(r"entry: (?:env \S+ )?(.+?), language: system", hooks)
    lint = (ROOT / "noxfile.py").read_text("utf-8")
    assert len(entries) == len(re.findall(r"\bid: ", hooks)) > 3
    for entry in entries:
        tool = entry.split()[-1] if entry.startswith("python ") else entry.split()[0]
        assert f'"{tool}"' in lint, tool
