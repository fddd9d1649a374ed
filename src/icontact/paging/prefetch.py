"""Jobs side by side in threads, their results in order, and never far ahead of who takes them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import attrs

from icontact.cancellation import cancellable

R = TypeVar("R")


@attrs.frozen
class _Well(Generic[R]):
    result: R = attrs.field(repr=False)


@attrs.frozen
class _Failed:
    problem: BaseException


class Prefetcher(Generic[R]):
    """Runs numbered jobs in some threads, and hands out what they return, in order.

    At most twice as many jobs as threads are begun and not yet taken, so memory is bounded. After
    the first failure no job begins any more. The threads end with the iteration, however it ends:
    those that wait are called off, a request that is under way is waited for.

    Args:
        job: Called with each number, from several threads.
        count: How many jobs there are.
        workers: How many threads.
    """

    def __init__(self, job: Callable[[int], R], *, count: int, workers: int) -> None:
        self._job, self._count = job, count
        self._room = 2 * workers
        self._changed = threading.Condition()
        self._called_off = threading.Event()
        self._begun = self._taken = 0
        self._done: dict[int, _Well[R] | _Failed] = {}
        self._problem: BaseException | None = None
        # Daemons, so that a second Ctrl-C need not wait for a server that hangs.
        self._threads = [
            threading.Thread(target=self._work, name=f"icontact-reader-{number}", daemon=True)
            for number in range(min(workers, count))
        ]

    def results(self) -> Iterator[R]:
        """Yield the results in order; once.

        Raises:
            BaseException: What the first job to fail raised, once those begun before it that did
                well were handed out.
        """
        started = []
        try:
            for thread in self._threads:
                thread.start()
                started.append(thread)
            for number in range(self._count):
                yield self._take(number)
        finally:
            self._call_off()
            for thread in started:
                # Whoever collects garbage may be one of them.
                if thread is not threading.current_thread():
                    thread.join()

    def _take(self, number: int) -> R:
        with self._changed:
            self._changed.wait_for(lambda: number in self._done)
            outcome = self._done.pop(number)
            self._taken += 1
            self._changed.notify_all()
        if isinstance(outcome, _Failed):
            raise self._problem  # type: ignore[misc]  # set before any failure was put
        return outcome.result

    def _call_off(self) -> None:
        with self._changed:
            self._called_off.set()
            self._changed.notify_all()

    def _work(self) -> None:
        with cancellable(self._called_off):
            while (number := self._next()) is not None:
                self._put(number, self._outcome(number))

    def _next(self) -> int | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_over() or self._has_room())
            if self._is_over():
                return None
            self._begun += 1
            return self._begun - 1

    def _is_over(self) -> bool:
        return self._called_off.is_set() or self._begun == self._count

    def _has_room(self) -> bool:
        return self._begun < self._taken + self._room

    def _outcome(self, number: int) -> _Well[R] | _Failed:
        try:
            return _Well(self._job(number))
        except BaseException as problem:  # noqa: BLE001 - raised again by whoever takes it
            return _Failed(problem)

    def _put(self, number: int, outcome: _Well[R] | _Failed) -> None:
        with self._changed:
            self._done[number] = outcome
            if isinstance(outcome, _Failed) and self._problem is None:
                # Those that come later may have failed because they were called off.
                self._problem = outcome.problem
                self._called_off.set()
            self._changed.notify_all()
