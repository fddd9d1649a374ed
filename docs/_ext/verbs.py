"""The directive ``verb-table``: every URI and verb, made from the tables of client and sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import verb_matrix
from docutils import nodes
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from icontact.sandbox import rules
from icontact.sandbox.rules import evidence

GRADES = {"R": "recorded", "D": "documented", "C": "client code", "U": "uncertain", "-": ""}
HEADER = ("URI", "verb", "client", "sandbox", "evidence", "API")
FOLDER = "/a/{accountId}/c/{clientFolderId}/"
# What the client leaves out although the sandbox has it.
LEFT_OUT = {("POST", "/a"): "403: for partners"}
# What is refused unless a switch of the sandbox is on.
SWITCHES = {
    (verb, evidence.template(route.path)): switch
    for route in rules.ROUTES
    for verb, switch in route.switches.items()
}


def rows() -> Iterator[tuple[str, ...]]:
    """The rows of the table; verbs of a URI that are known not to exist share one."""
    lines = {line.path: line for line in verb_matrix.LINES}
    if lines.keys() != {entry.template for entry in rules.MATRIX}:
        raise ExtensionError("client and sandbox do not know the same URIs")
    for template, line in lines.items():
        of_it = [entry for entry in rules.MATRIX if entry.template == template]
        section = f":ref:`{of_it[0].section} <api-{of_it[0].section}>`"
        shown = f"``{template.replace(FOLDER, 'F/')}``"
        for entry in of_it:
            if entry.evidence != "-":
                client, sandbox = methods(line, entry.method), answer(entry)
                yield shown, entry.method, client, sandbox, GRADES[entry.evidence], section
                shown = ""
            odd = entry.supported != (entry.method in line.methods)
            if odd and (entry.method, template) not in LEFT_OUT:
                raise ExtensionError(f"{entry.method} {template}: one does it, one does not")
        if refused := ", ".join(entry.method for entry in of_it if entry.evidence == "-"):
            yield shown, refused, "", "405", "", section


def methods(line: verb_matrix.Line, verb: str) -> str:
    """The client's methods for a verb, each with a link."""
    module = "icontact.client" if line.owner == "Client" else "icontact.resources"
    return ", ".join(
        f":meth:`{line.owner}.{name} <{module}.{line.owner}.{name}>`"
        for name in line.methods.get(verb, ())
    )


def answer(entry: rules.Entry) -> str:
    """What the sandbox does with a verb."""
    place = (entry.method, entry.template)
    if place in SWITCHES:
        return f"405; with ``{SWITCHES[place]}`` it answers"
    return LEFT_OUT.get(place) or ("answers" if entry.supported else "405")


class VerbTable(SphinxDirective):
    """Write the table as a ``list-table``, and have it read."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        for module in (verb_matrix, evidence):
            self.env.note_dependency(str(module.__file__))
        text = [".. list-table::", "   :header-rows: 1", "   :widths: 30 9 30 12 13 6", ""]
        for row in (HEADER, *rows()):
            text += [f"   {' ' if place else '*'} - {cell}" for place, cell in enumerate(row)]
        return self.parse_text_to_nodes("\n".join(text))


def setup(app: Any) -> dict[str, bool]:
    """Make the directive known to Sphinx."""
    app.add_directive("verb-table", VerbTable)
    return {"parallel_read_safe": True}
