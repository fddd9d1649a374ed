"""What a benchmark hands back."""

from __future__ import annotations

import time
from collections.abc import Callable

import attrs


@attrs.frozen
class Figure:
    """One measured value, and what it may be: at most ``target``, at least ``least``."""

    what: str
    value: float
    unit: str = "x"
    target: float | None = None
    detail: str = ""
    least: float | None = None

    @property
    def promise(self) -> str:
        """What was promised of the value, in words."""
        most = [] if self.target is None else [f"at most {self.target:g} {self.unit}"]
        least = [] if self.least is None else [f"at least {self.least:g} {self.unit}"]
        return ", ".join(least + most)

    @property
    def missed(self) -> bool:
        """Whether the value is above or below what it may be."""
        above = self.target is not None and self.value > self.target
        return above or (self.least is not None and self.value < self.least)


def best_times(*candidates: Callable[[], object], rounds: int) -> tuple[float, ...]:
    """Time some candidates in turns, and return the best seconds of each.

    Taking turns spreads what else the machine does over all of them; the best of many rounds is
    the one that was disturbed least.
    """
    best = [float("inf")] * len(candidates)
    for _ in range(rounds):
        for place, candidate in enumerate(candidates):
            started = time.perf_counter()
            candidate()
            best[place] = min(best[place], time.perf_counter() - started)
    return tuple(best)
