"""How far a push has come, told to whoever asked."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import attrs

from icontact.push.report import PushOutcome

logger: logging.Logger = logging.getLogger("icontact")

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
    tell = progress if callable(progress) else None
    for done, outcome in enumerate(outcomes, start=1):
        counts[outcome.status.value] += 1
        if tell is not None and not _tell(tell, Progress(done=done, total=total, counts=counts)):
            tell = None
        yield outcome


def _tell(tell: Callable[[Progress], None], progress: Progress) -> bool:
    """Call the function; tell whether it may be called again."""
    try:
        tell(attrs.evolve(progress, counts=dict(progress.counts)))
    except Exception as problem:  # noqa: BLE001  # it must not cost the report of what was written
        logger.error("the progress function raised %s; it is not called again", type(problem))
        return False
    return True


def _bar(outcomes: Iterable[PushOutcome], total: int) -> Iterator[PushOutcome]:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            'progress=True needs tqdm: pip install "icontact[cli]", or pass a function'
        ) from None
    bar: Any = tqdm(outcomes, total=total, unit=" rows")
    yield from bar
