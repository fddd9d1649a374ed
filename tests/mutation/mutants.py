"""Find the places of a package that can be changed, and draw a random sample of mutants."""

from __future__ import annotations

import ast
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import attrs
import cosmic_ray.plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code


@attrs.frozen(kw_only=True)
class Mutant:
    """One change: the operator of cosmic-ray, and to which of the places it knows it is applied."""

    module: str
    operator: str
    occurrence: int
    line: int

    @property
    def name(self) -> str:
        """Return the name of the mutant in lists of results."""
        return f"{self.module}:{self.line} {self.operator}#{self.occurrence}"

    def source(self, original: str) -> str:
        """Return the changed text of the module."""
        operator = cosmic_ray.plugins.get_operator(self.operator)()
        changed: str | None = mutate_code(original, operator, self.occurrence)
        if changed is None:
            msg = f"{self.name}: there is no such place"
            raise LookupError(msg)
        return changed


def sample(package: Path, count: int, seed: int) -> list[Mutant]:
    """Draw places at random, and for each place one of the changes that are possible there."""
    places: dict[tuple[object, ...], list[Mutant]] = defaultdict(list)
    for module in sorted(package.rglob("*.py")):
        for place, mutant in _mutants(module, str(module.relative_to(package))):
            places[place].append(mutant)
    draw = random.Random(seed)
    chosen = draw.sample(sorted(places, key=str), min(count, len(places)))
    return [draw.choice(places[place]) for place in chosen]


def _mutants(module: Path, name: str) -> Iterator[tuple[tuple[object, ...], Mutant]]:
    text = module.read_text("utf-8")
    nodes = list(ast_nodes(get_ast(text)))
    types = list(_annotations(ast.parse(text)))
    for operator in cosmic_ray.plugins.operator_names():
        kind = cosmic_ray.plugins.get_operator(operator)
        if kind.arguments():
            continue  # needs to know names of variables
        known = (place for node in nodes for place in kind().mutation_positions(node))
        for occurrence, (start, end) in enumerate(known):
            # Annotations are never evaluated: a change there changes nothing.
            if not any(first <= start and end <= last for first, last in types):
                place = (name, start, operator.partition("_")[0])
                yield (
                    place,
                    Mutant(module=name, operator=operator, occurrence=occurrence, line=start[0]),
                )


def _annotations(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            part = getattr(node, field, None)
            if isinstance(part, ast.expr):
                end = (part.end_lineno or 0, part.end_col_offset or 0)
                yield (part.lineno, part.col_offset), end
