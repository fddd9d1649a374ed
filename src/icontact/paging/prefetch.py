"""Numbered jobs side by side in threads, with their results in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Generic, TypeVar

from icontact.cancellation import cancellable, check_cancelled

__all__ = ["Prefetcher"]

R = TypeVar("R")


class Prefetcher(Generic[R]):
    """Runs numbered jobs in threads, and returns their results in order.

    A bounded number of jobs is begun and not yet taken, so memory is bounded. After the first
    failure no job begins any more. The threads end with the iteration, however it ends: threads
    that wait are cancelled, a request that is under way is waited for.

    Args:
        job: Called with each number, from several threads.
        count: How many jobs there are.
        workers: How many threads.
        ahead: How many jobs are begun and not yet taken at most; by default twice the workers.
    """

    def __init__(
        self, job: Callable[[int], R], *, count: int, workers: int, ahead: int | None = None
    ) -> None:
        self._job, self._count, self._workers = job, count, workers
        self._ahead = 2 * workers if ahead is None else ahead
        self._cancelled = threading.Event()
        self._failing = threading.Lock()
        self._problem: BaseException | None = None

    def results(self) -> Iterator[R]:
        """Yield the results in order; once.

        Raises:
            BaseException: What the first job to fail raised, after the results before it.
        """
        pool = ThreadPoolExecutor(self._workers, thread_name_prefix="icontact-reader")
        numbers = iter(range(self._count))
        futures: deque[Future[R]] = deque()
        try:
            for number in islice(numbers, self._ahead):
                futures.append(pool.submit(self._run, number))
            while futures:
                result = self._result(futures.popleft())
                for number in islice(numbers, 1):
                    futures.append(pool.submit(self._run, number))
                yield result
        finally:
            self._cancelled.set()
            # The garbage collector may close the iteration in one of the threads.
            inside = threading.current_thread().name.startswith("icontact-reader")
            pool.shutdown(wait=not inside, cancel_futures=True)

    def _run(self, number: int) -> R:
        with cancellable(self._cancelled):
            try:
                check_cancelled()
                return self._job(number)
            except BaseException as problem:
                with self._failing:
                    # Those that come later may have failed because they were cancelled.
                    self._problem = self._problem or problem
                self._cancelled.set()
                raise

    def _result(self, future: Future[R]) -> R:
        try:
            return future.result()
        except BaseException as problem:  # noqa: BLE001 - raised again
            # This job may have been cancelled because another one failed.
            raise self._problem or problem from None
