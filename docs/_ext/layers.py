"""The directive ``layers``: the picture of the packages, drawn from the import contract."""

from __future__ import annotations

import ast
import tomllib
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).parents[2]
CONTRACT = ROOT / "pyproject.toml"
WIDTH, HEIGHT, GAP = 720, 30, 6


def layers() -> list[list[str]]:
    """Return the modules of each layer, from the top down, as the import contract states them."""
    contracts = tomllib.loads(CONTRACT.read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if one["id"] == "layers")
    return [[name.strip(" ()") for name in layer.split("|")] for layer in contract["layers"]]


def purpose(module: str) -> str:
    """Return the first sentence of a module's docstring."""
    package = ROOT / "src" / "icontact" / module / "__init__.py"
    path = package if package.exists() else package.parent.with_suffix(".py")
    if not path.exists():
        return ""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def picture() -> str:
    """Return the layers as an SVG, one row each, in the colours of the page."""
    rows = layers()
    height = len(rows) * (HEIGHT + GAP)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {height}" width="100%" role="img" '
        'aria-label="The layers of the package" font-family="inherit" font-size="14">'
    ]
    for row, modules in enumerate(rows):
        width = (WIDTH - GAP * (len(modules) - 1)) / len(modules)
        for place, module in enumerate(modules):
            x, y = place * (width + GAP), row * (HEIGHT + GAP)
            parts.append(
                f'<g><title>{escape(purpose(module))}</title><rect x="{x:.0f}" y="{y}" rx="5" '
                f'width="{width:.0f}" height="{HEIGHT}" fill="none" stroke="currentColor" '
                f'opacity="0.5"/><text x="{x + width / 2:.0f}" y="{y + HEIGHT / 2 + 5:.0f}" '
                f'text-anchor="middle" fill="currentColor">{escape(module)}</text></g>'
            )
    return "".join((*parts, "</svg>"))


class Layers(SphinxDirective):
    """Draw the layers, and say in a table what each module holds."""

    def run(self) -> list[nodes.Node]:
        """Return the picture and the table."""
        self.env.note_dependency(str(CONTRACT))
        text = [".. list-table::", "   :widths: 20 80", ""]
        for module in (module for layer in layers() for module in layer):
            if said := purpose(module):
                text += [f"   * - ``{module}``", f"     - {said}"]
        return [
            nodes.raw("", picture(), format="html"),
            *self.parse_text_to_nodes("\n".join(text)),
        ]


def setup(app: Any) -> dict[str, bool]:
    """Make the directive known to Sphinx."""
    app.add_directive("layers", Layers)
    return {"parallel_read_safe": True}
