"""How far a push has come, told to whoever asked."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import attrs

from icontact.push.meter import Meter

logger: logging.Logger = logging.getLogger("icontact")

__all__ = ["Progress", "ProgressLike", "Teller", "bar_of", "telling"]


@attrs.frozen(kw_only=True)
class Progress:
    """How far a push has come.

    Attributes:
        done: Rows that have their outcome.
        total: Rows in all.
        counts: How many of them ended in each status.
        elapsed: Seconds since the push began, or was taken up again.
        waited: Seconds of these in which a request was held back by a limit, or before it was
            repeated; of several workers added up.
        requests: How many requests went out meanwhile.
        before: Rows that had their outcome when it began.
    """

    done: int
    total: int
    counts: Mapping[str, int]
    elapsed: float = attrs.field(default=0.0, eq=False)
    waited: float = attrs.field(default=0.0, eq=False)
    requests: int = attrs.field(default=0, eq=False)
    before: int = attrs.field(default=0, eq=False)

    @property
    def rate(self) -> float:
        """Rows a second; 0 while that cannot be told."""
        return (self.done - self.before) / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest takes at this rate; ``None`` while that cannot be told."""
        return (self.total - self.done) / self.rate if self.rate else None


#: ``True`` for a bar (needs tqdm), or a function that is called as rows get their outcomes.
ProgressLike: TypeAlias = bool | Callable[[Progress], None]


class Teller:
    """Adds up what was done, and tells it after every batch.

    Args:
        tell: Who is told; ``None`` for nobody. It is not called again once it has raised.
        total: How many rows there are.
        done: How many of them ended in each status already.
        meter: What counts requests and seconds.
    """

    def __init__(
        self,
        tell: Callable[[Progress], None] | None,
        total: int,
        done: Mapping[str, int],
        meter: Meter,
    ) -> None:
        self._call = tell
        #: What the function raised, in words.
        self.problem: str | None = None
        self._total = total
        self._counts = Counter(done)
        self._before = self._counts.total()
        self._meter = meter
        if self._before:
            self.tell(())

    def tell(self, statuses: Iterable[str]) -> None:
        """Note that rows ended, and tell how far it is."""
        self._counts.update(str(status) for status in statuses)
        if self._call is None:
            return
        progress = Progress(
            done=self._counts.total(),
            total=self._total,
            counts=dict(self._counts),
            elapsed=self._meter.elapsed,
            waited=self._meter.waited,
            requests=self._meter.requests,
            before=self._before,
        )
        try:
            self._call(progress)
        except Exception as problem:  # noqa: BLE001  # it must not cost the report of the push
            kind = type(problem).__name__
            self.problem = f"the progress function raised {kind} and was not called again"
            logger.error("%s", self.problem)
            self._call = None


@contextmanager
def telling(progress: ProgressLike) -> Iterator[Callable[[Progress], None] | None]:
    """Yield whom to tell: a bar, a function, or nobody.

    Raises:
        ImportError: If a bar is wanted and tqdm is not installed.
    """
    if progress is not True:
        yield progress if callable(progress) else None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            'progress=True needs tqdm: pip install "icontact[cli]", or pass a function'
        ) from None
    bar: Any = tqdm(unit=" rows")
    try:
        yield bar_of(bar)
    finally:
        bar.close()


def bar_of(bar: Any) -> Callable[[Progress], None]:
    """Return what moves a bar of tqdm's, in a terminal or in a notebook.

    It shows the rate and the remaining time by itself; beside them how many rows ended in which
    status, and how long requests were held back.
    """

    def move(progress: Progress) -> None:
        bar.total = progress.total
        bar.initial = progress.before
        said = {status: number for status, number in progress.counts.items() if number}
        if progress.waited >= 1:
            bar.set_postfix(said, waited=f"{progress.waited:.0f}s", refresh=False)
        else:
            bar.set_postfix(said, refresh=False)
        bar.update(progress.done - bar.n)

    return move
