"""How far a push has come, told to whoever asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import attrs

from icontact.push.report import PushOutcome

__all__ = ["Progress", "ProgressLike", "told"]


@attrs.frozen(kw_only=True)
class Progress:
    """How far a push has come.

    Attributes:
        done: Rows that have their outcome.
        total: Rows in all.
        counts: How many of them ended in each status.
    """

    done: int
    total: int
    counts: dict[str, int]


#: ``True`` for a bar (needs tqdm), or a function that is called after every row.
ProgressLike: TypeAlias = bool | Callable[[Progress], None]


def told(
    outcomes: Iterable[PushOutcome], total: int, progress: ProgressLike
) -> Iterator[PushOutcome]:
    """Pass outcomes on, and tell after each how far it is."""
    if progress is True:
        yield from _bar(outcomes, total)
        return
    counts: Counter[str] = Counter()
    for done, outcome in enumerate(outcomes, start=1):
        counts[outcome.status.value] += 1
        if callable(progress):
            progress(Progress(done=done, total=total, counts=dict(counts)))
        yield outcome


def _bar(outcomes: Iterable[PushOutcome], total: int) -> Iterator[PushOutcome]:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            'progress=True needs tqdm: pip install "icontact[cli]", or pass a function'
        ) from None
    bar: Any = tqdm(outcomes, total=total, unit=" rows")
    yield from bar
