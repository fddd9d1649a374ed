"""Numbered jobs side by side in threads, with their results in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from icontact.cancellation import cancellable, check_cancelled

__all__ = ["prefetch"]

R = TypeVar("R")


def prefetch(
    job: Callable[[int], R], *, count: int, workers: int, ahead: int | None = None
) -> Generator[R, None, None]:
    """Run numbered jobs in threads, and yield their results in order.

    At most ``ahead`` jobs, by default twice the workers, are begun and not yet taken, so memory is
    bounded. After the first failure no job begins any more. The threads end with the iteration,
    however it ends: threads that wait are cancelled, a request that is under way is waited for.

    Raises:
        BaseException: What the first job to fail raised, after the results before it.
    """
    cancelled = threading.Event()
    problems: list[BaseException] = []

    def run(number: int) -> R:
        with cancellable(cancelled):
            try:
                check_cancelled()
                return job(number)
            except BaseException as problem:
                problems.append(problem)
                cancelled.set()
                raise

    pool = ThreadPoolExecutor(workers, thread_name_prefix="icontact-reader")
    numbers = iter(range(count))
    futures: deque[Future[R]] = deque()
    try:
        for number in islice(numbers, 2 * workers if ahead is None else ahead):
            futures.append(pool.submit(run, number))
        while futures:
            try:
                result = futures.popleft().result()
            except BaseException as problem:  # noqa: BLE001 - raised again
                # This job may have been cancelled because another one failed before.
                raise next(iter(problems), problem) from None
            for number in islice(numbers, 1):
                futures.append(pool.submit(run, number))
            yield result
    finally:
        cancelled.set()
        # The garbage collector may close the iteration in one of the threads.
        inside = threading.current_thread().name.startswith("icontact-reader")
        pool.shutdown(wait=not inside, cancel_futures=True)
