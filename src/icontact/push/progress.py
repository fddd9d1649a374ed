"""How far a push has come, reported to a function or shown as a bar."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import attrs

from icontact.push.request_counter import RequestCounter

logger: logging.Logger = logging.getLogger("icontact")


@attrs.frozen(kw_only=True)
class Progress:
    """How far a push has come.

    Attributes:
        done: Rows that have their outcome.
        total: Rows in all.
        counts: How many of them have each status.
        elapsed: Seconds since the push began or was resumed.
        waited: Seconds of these in which requests waited for a limit or to be repeated; the sum
            over all workers.
        requests: How many requests were sent in this time.
        before: How many rows had their outcome when it began.
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
        """Rows per second; 0 while it is not known."""
        return (self.done - self.before) / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def remaining(self) -> float | None:
        """Seconds that the rest takes at this rate; ``None`` while it is not known."""
        return (self.total - self.done) / self.rate if self.rate else None


#: ``True`` for a bar (needs tqdm), or a function that is called as rows get their outcomes.
ProgressLike: TypeAlias = bool | Callable[[Progress], None]


class ProgressReporter:
    """Counts outcomes, and reports the progress after every batch.

    A function that has raised is not called again.
    """

    def __init__(
        self,
        report_to: Callable[[Progress], None] | None,
        total: int,
        done: Mapping[str, int],
        counter: RequestCounter,
    ) -> None:
        self._report_to = report_to
        #: What the function raised, in words.
        self.problem: str | None = None
        self._total = total
        self._counts = Counter(done)
        self._before = self._counts.total()
        self._counter = counter
        if self._before:
            self.report(())

    def report(self, statuses: Iterable[str]) -> None:
        """Count the outcomes of some rows, and report how far the push has come."""
        self._counts.update(str(status) for status in statuses)
        if self._report_to is None:
            return
        progress = Progress(
            done=self._counts.total(),
            total=self._total,
            counts=dict(self._counts),
            elapsed=self._counter.elapsed,
            waited=self._counter.waited,
            requests=self._counter.requests,
            before=self._before,
        )
        try:
            self._report_to(progress)
        except Exception as problem:  # noqa: BLE001  # it must not cost the report of the push
            kind = type(problem).__name__
            self.problem = f"the progress function raised {kind} and was not called again"
            logger.error("%s", self.problem)
            self._report_to = None


@contextmanager
def progress_function(progress: ProgressLike) -> Iterator[Callable[[Progress], None] | None]:
    """Yield the function that progress is reported to, or ``None``.

    Raises:
        ImportError: If a bar is wanted and tqdm is not installed.
    """
    if progress is not True:
        yield progress if callable(progress) else None
        return
    try:
        with warnings.catch_warnings():
            # In a notebook without ipywidgets tqdm warns, and draws the bar as text.
            warnings.simplefilter("ignore")
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
    """Return a function that moves a bar of tqdm's, in a terminal or in a notebook.

    The bar shows the rate and the remaining time, how many rows have each status, and how long
    requests have waited.
    """

    def move(progress: Progress) -> None:
        bar.total = progress.total
        bar.initial = progress.before
        shown = {status: number for status, number in progress.counts.items() if number}
        if progress.waited >= 1:
            bar.set_postfix(shown, waited=f"{progress.waited:.0f}s", refresh=False)
        else:
            bar.set_postfix(shown, refresh=False)
        bar.update(progress.done - bar.n)

    return move
