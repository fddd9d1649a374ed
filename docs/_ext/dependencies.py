"""The directive ``dependency-table``: the packages of each extra, their versions and licences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[[^]]*\])?(?P<range>[^;]*)")


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield extra, name, versions and licence of each requirement of pyproject.toml."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    groups = {"(core)": project["dependencies"], **project["optional-dependencies"]}
    for extra, requirements in groups.items():
        for requirement in requirements:
            match = REQUIREMENT.match(requirement)
            if match is None:
                raise ExtensionError(f"{requirement!r} is not a requirement")
            yield extra, match["name"], f"``{match['range'].strip()}``", licence(match["name"])


def licence(name: str) -> str:
    """Return what the metadata of an installed distribution says of its licence."""
    try:
        data = metadata(name)
    except PackageNotFoundError:
        return "(not installed here)"
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in data.get_all("Classifier", [])
        if text.startswith("License ::")
    ]
    short = (data.get("License") or "").strip().split("\n")[0]
    return data.get("License-Expression") or ", ".join(classifiers) or short or "(not stated)"


class DependencyTable(SphinxDirective):
    """Write the table as a ``list-table``."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.env.note_dependency(str(PROJECT))
        text = [".. list-table::", "   :header-rows: 1", ""]
        for row in (("Extra", "Package", "Versions", "Licence"), *rows()):
            cells = (
                f"``{cell}``" if cell.startswith((">", "<", "!", "=")) else cell for cell in row
            )
            text += [f"   {' ' if place else '*'} - {cell}" for place, cell in enumerate(cells)]
        return self.parse_text_to_nodes("\n".join(text))


def setup(app: Any) -> dict[str, bool]:
    """Make the directive known to Sphinx."""
    app.add_directive("dependency-table", DependencyTable)
    return {"parallel_read_safe": True}
