"""Change a package in a copy of the project, mutant by mutant, and run the tests that cover it.

The operators are those of cosmic-ray. Its own runner starts one command for every mutant; here only
the tests run that cover the changed line, the quickest first.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import coverage

from tests.mutation.mutants import Mutant, sample
from tests.mutation.packages import TESTS
from tests.mutation.recorder import CHOICE, DURATIONS

ROOT = Path(__file__).parents[2]
#: The seconds that the chosen tests take without a mutant. The quickest are chosen first.
BUDGET = 40.0
#: A run that takes longer than this hangs, and a mutant that makes tests hang is noticed.
TIMEOUT = 400.0


class Laboratory:
    """A copy of the project, in which a package is changed and its tests are run."""

    def __init__(self, package: str, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.package = self.project / "src" / "icontact" / package
        self.tests = TESTS[package]
        self.results = folder / "results.jsonl"
        self._durations = folder / "durations.json"
        self._coverage = folder / "coverage"

    def prepare(self) -> None:
        """Copy the project and run the tests once, noting which test covers which line."""
        if self._durations.exists():
            print(f"{self.folder} has a copy and results, which are used; delete it to begin anew.")
            return
        skipped = shutil.ignore_patterns(".*", "build", "dist", "_build", "__pycache__")
        shutil.copytree(ROOT, self.project, ignore=skipped, dirs_exist_ok=True)
        self._pytest(
            "-q",
            f"--cov={self.package}",
            "--cov-context=test",
            "--cov-report=",
            "--cov-fail-under=0",
            *self.tests,
            timeout=3600,
            env={DURATIONS: str(self._durations)},
            write_bytecode=True,
        )
        if not self._durations.exists():
            sys.exit(f"The tests cannot be run, see {self.folder / 'log.txt'}.")

    def judge(self, mutant: Mutant) -> dict[str, object]:
        """Apply a mutant, run the tests that cover its line, and take it back."""
        path = self.package / mutant.module
        original = path.read_text("utf-8")
        chosen, left_out = self._tests_of(path, mutant.line)
        result: dict[str, object] = {"tests": len(chosen), "left_out": left_out}
        if not chosen:
            return result | {"outcome": "not covered"}
        choice = self.folder / "choice.json"
        choice.write_text(json.dumps(chosen), "utf-8")
        files = sorted({name.partition("::")[0] for name in chosen})
        path.write_text(mutant.source(original), "utf-8")
        try:
            code = self._pytest("-x", "-q", *files, timeout=TIMEOUT, env={CHOICE: str(choice)})
        finally:
            path.write_text(original, "utf-8")
        # With the exit code 5 no test ran, since the mutant changed the ids of the chosen ones.
        outcomes = {0: "survived", 5: "not tested", None: "killed by the time limit"}
        outcome = outcomes.get(code, "killed")
        return result | {"outcome": outcome}

    def _tests_of(self, path: Path, line: int) -> tuple[list[str], int]:
        """Return the ids of the tests that cover a line, and how many took too long to be run.

        A line that runs when the module is imported has every test that covers the module.
        """
        data = coverage.CoverageData(basename=str(self._coverage))
        data.read()
        contexts = data.contexts_by_lineno(str(path))
        covering = {name for name in contexts.get(line, []) if name}
        if not covering:
            covering = {name for names in contexts.values() for name in names if name}
        durations = json.loads(self._durations.read_text("utf-8"))
        names = {name.rpartition("|")[0] for name in covering} & set(durations)
        chosen: list[str] = []
        budget = BUDGET
        for name in sorted(names, key=durations.__getitem__):
            budget -= durations[name]
            if budget < 0 and chosen:
                break
            chosen.append(name)
        return chosen, len(names) - len(chosen)

    def _pytest(
        self, *arguments: str, timeout: float, env: dict[str, str], write_bytecode: bool = False
    ) -> int | None:
        """Run pytest in a group of processes that ends with it; return None after the time-out."""
        plugins = ("-p", "tests.mutation.recorder", "-p", "no:cacheprovider", "-n", "0")
        environment = os.environ | env
        environment |= {
            "COVERAGE_FILE": str(self._coverage),
            "PYTHONPATH": str(self.project / "src"),
            # Otherwise a mutant of the same size, written in the same second, would not be seen.
            "PYTHONDONTWRITEBYTECODE": "" if write_bytecode else "1",
        }
        log = self.folder / "log.txt"
        with log.open("ab") as output, tempfile.TemporaryDirectory() as temporary:
            process = subprocess.Popen(
                (sys.executable, "-m", "pytest", *plugins, *arguments),
                cwd=self.project,
                env=environment | {"TMPDIR": temporary},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            try:
                return process.wait(timeout)
            except subprocess.TimeoutExpired:
                return None
            finally:
                # Also what a failing test left behind.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def main() -> None:
    """Draw the mutants, judge those that were not judged before, and print the survivors."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("package", choices=TESTS)
    parser.add_argument("--mutants", type=int, default=80, help="how many to draw (default 80)")
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "mutation")
    options = parser.parse_args()
    folder = (options.folder / options.package).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    laboratory = Laboratory(options.package, folder)
    laboratory.prepare()
    done: dict[str, str] = {}
    if laboratory.results.exists():
        for line in laboratory.results.read_text("utf-8").splitlines():
            result = json.loads(line)
            done[result["mutant"]] = result["outcome"]
    mutants = sample(laboratory.package, options.mutants, options.seed)
    for mutant in mutants:
        if mutant.name not in done:
            result = {"mutant": mutant.name} | laboratory.judge(mutant)
            done[mutant.name] = str(result["outcome"])
            with laboratory.results.open("a", encoding="utf-8") as results:
                print(json.dumps(result), file=results, flush=True)
    outcomes = {mutant.name: done[mutant.name] for mutant in mutants}
    for name, outcome in outcomes.items():
        if not outcome.startswith("killed"):
            print(f"{outcome}: {name}")
    print(f"{options.package}, seed {options.seed}:", dict(Counter(outcomes.values())))


if __name__ == "__main__":
    main()
