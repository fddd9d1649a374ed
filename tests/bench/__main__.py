"""Run all benchmarks, or those that are named, and print their figures."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from tests.bench.figures import Figure


def line(figure: Figure) -> str:
    """One line of the table."""
    verdict = "MISSED" if figure.missed else ""
    return (
        f"{figure.what:<58} {figure.value:>9.3f} {figure.unit:<4} {figure.promise:<16} {verdict:<7}"
        f"{figure.detail}"
    ).rstrip()


def main() -> int:
    """Run, print, and return 1 if a target was missed; a quick run judges nothing."""
    known = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="few rounds, no verdict")
    options = parser.parse_args()
    if unknown := set(options.names) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    missed = False
    for name in options.names or known:
        module = importlib.import_module(f"tests.bench.{name}")
        figures: list[Figure] = module.run(quick=options.quick)
        for figure in figures:
            print(line(figure), flush=True)
            missed |= figure.missed
    return 1 if missed and not options.quick else 0


if __name__ == "__main__":
    sys.exit(main())
