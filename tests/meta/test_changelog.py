"""News fragments, which towncrier would pass over in silence if they were misnamed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOWNCRIER = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["towncrier"]
KINDS = {kind["directory"] for kind in TOWNCRIER["type"]}


def test_the_sections_are_the_four_that_readers_look_for() -> None:
    assert set(KINDS) == {"added", "changed", "fixed", "security"}


def test_every_fragment_has_a_name_that_towncrier_renders_and_a_text() -> None:
    for path in (ROOT / TOWNCRIER["directory"]).iterdir():
        if path.name in TOWNCRIER["ignore"]:
            continue
        named = re.fullmatch(r"(\+[a-z0-9-]+|\d+)\.(?P<kind>[a-z]+)(\.\d+)?\.rst", path.name)
        assert named is not None, path.name
        assert named["kind"] in KINDS, path.name
        assert path.read_text("utf-8").strip().endswith("."), path.name
