"""Who sends: the thread that asks, or several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from icontact.errors import ConfigError
from icontact.paging import MOST_WORKERS

__all__ = ["ALONE", "Crew", "crew_of"]

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


class Crew:
    """Workers that call functions. With one there is no thread: the call is made at once.

    Attributes:
        size: How many there are.
    """

    def __init__(self, size: int, executor: ThreadPoolExecutor | None) -> None:
        self.size = size
        self._executor = executor

    def start(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called; what it raises comes with the result."""
        if self._executor is not None:
            return self._executor.submit(work, *args, **kwargs)
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # the result raises it, as a worker's does
            done.set_exception(error)
        return done

    def map(self, work: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
        """Yield results in the order of the items, with no more under way than there are workers.

        After an error no further item is taken.
        """
        under_way: deque[Future[T]] = deque()
        try:
            for item in items:
                under_way.append(self.start(work, item))
                if len(under_way) >= self.size:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            wait(under_way)


#: Whoever is a worker asks by itself: waiting for another one may be for ever.
ALONE = Crew(1, None)


@contextmanager
def crew_of(size: int) -> Iterator[Crew]:
    """Yield so many workers; when they are let go, nothing is under way any more.

    Raises:
        ConfigError: If it is no number of workers.
    """
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MOST_WORKERS:
        raise ConfigError(f"workers must be a whole number from 1 to {MOST_WORKERS}")
    if size == 1:
        yield Crew(1, None)
        return
    with ThreadPoolExecutor(size, thread_name_prefix="icontact-push") as executor:
        yield Crew(size, executor)
