"""Workers that call functions: the thread that asks, or several threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from icontact.errors import ConfigError
from icontact.paging import MOST_WORKERS

__all__ = ["ALONE", "WorkerPool", "worker_pool"]

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


class WorkerPool:
    """Calls functions in threads, or at once if there is one worker.

    Attributes:
        size: How many calls are under way at a time.
    """

    def __init__(self, size: int, executor: ThreadPoolExecutor | None) -> None:
        self.size = size
        self._executor = executor

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called; the future holds what it returns or raises."""
        if self._executor is not None:
            return self._executor.submit(work, *args, **kwargs)
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # the future raises it
            done.set_exception(error)
        return done

    def map(self, work: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
        """Yield results in the order of the items, with at most ``size`` calls under way.

        After an error no further item is taken.
        """
        under_way: deque[Future[T]] = deque()
        try:
            for item in items:
                under_way.append(self.submit(work, item))
                if len(under_way) >= self.size:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            wait(under_way)


#: For functions that a worker calls: one that waits for another worker could wait for ever.
ALONE = WorkerPool(1, None)


@contextmanager
def worker_pool(size: int) -> Iterator[WorkerPool]:
    """Yield workers; at the end of the block no call is under way.

    Raises:
        ConfigError: If ``size`` cannot be used.
    """
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MOST_WORKERS:
        raise ConfigError(f"workers must be a whole number from 1 to {MOST_WORKERS}")
    if size == 1:
        yield ALONE
        return
    with ThreadPoolExecutor(size, thread_name_prefix="icontact-push") as executor:
        yield WorkerPool(size, executor)
