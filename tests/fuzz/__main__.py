"""Fuzz one target for some time: with atheris if it is installed, otherwise with hypothesis."""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import importlib.util
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import hypothesis

from tests.fuzz.targets import Target, tally

HERE = Path(__file__).parent
#: Bytes of an input that atheris makes; hypothesis draws the arguments of a check from them.
LONGEST = 8192
#: How many inputs are printed that fail at the same place.
SHOWN = 20


class Run:
    """A run that counts what it tries, notes each finding once, and ends when the time is up."""

    def __init__(self, target: Target, seconds: float, scratch: tempfile.TemporaryDirectory[str]):
        self._target = target
        self._scratch = scratch
        self._begun = time.monotonic()
        self._end = self._begun + seconds
        self._executions = 0
        self._findings: Counter[str] = Counter()

    def test(self) -> Any:
        """Return the check as a test of hypothesis that never fails."""

        @functools.wraps(self._target.check)
        def noting(**arguments: Any) -> None:
            self._stop_in_time()
            self._executions += 1
            try:
                self._target.check(**arguments)
            except (hypothesis.errors.StopTest, hypothesis.errors.UnsatisfiedAssumption):
                raise
            except Exception as error:  # noqa: BLE001 - every kind is a finding
                self._note(error, arguments)

        return self._target.test(noting)

    def one_input(self, content: bytes) -> None:
        """Try what hypothesis draws from some bytes."""
        self._stop_in_time()
        self._drawn(content)

    @functools.cached_property
    def _drawn(self) -> Any:
        return self.test().hypothesis.fuzz_one_input

    def _note(self, error: Exception, arguments: dict[str, Any]) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        self._findings[name] += 1
        if self._findings[name] <= SHOWN:
            print(f"FINDING: {name}", *arguments.items(), sep="\n")
        if self._findings[name] == 1:
            traceback.print_exception(error, file=sys.stdout)
        sys.stdout.flush()

    def _stop_in_time(self) -> None:
        if time.monotonic() >= self._end:
            self.report()

    def report(self) -> NoReturn:
        """Print the figures, and end the process, which atheris would not let go on."""
        took = time.monotonic() - self._begun
        print(f"{self._executions:,} executions in {took:.0f} s, {len(self._findings)} findings")
        for name, count in (self._findings + tally).most_common():
            print(f"{count:>9,} x {name}")
        sys.stdout.flush()
        self._scratch.cleanup()
        os._exit(1 if self._findings else 0)


def main() -> None:
    """Run a target until the time is up."""
    names = sorted(path.stem.removeprefix("test_") for path in HERE.glob("test_*.py"))
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=names)
    parser.add_argument("--seconds", type=float, default=600.0)
    options = parser.parse_args()
    scratch = tempfile.TemporaryDirectory()
    tempfile.tempdir = scratch.name
    name = f"tests.fuzz.test_{options.target}"
    if importlib.util.find_spec("atheris") is None:
        run = Run(target_in(importlib.import_module(name)), options.seconds, scratch)
        endless = hypothesis.settings(
            max_examples=10**9,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        endless(run.test())()
        run.report()  # if everything that can be drawn was tried
    import atheris

    with atheris.instrument_imports(include=["icontact"]):
        module = importlib.import_module(name)
    run = Run(target_in(module), options.seconds, scratch)
    corpus = Path(scratch.name) / "corpus"
    corpus.mkdir()
    for number in range(64):
        (corpus / str(number)).write_bytes(random.Random(number).randbytes(LONGEST))
    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-max_len={LONGEST}",
            "-len_control=0",
            "-verbosity=0",
            f"-artifact_prefix={scratch.name}/",
        ],
        run.one_input,
    )
    with contextlib.suppress(KeyboardInterrupt):
        atheris.Fuzz()
    run.report()


def target_in(module: Any) -> Target:
    """Return the target of a module."""
    (target,) = (one.target for one in vars(module).values() if hasattr(one, "target"))
    found: Target = target
    return found


if __name__ == "__main__":
    main()
