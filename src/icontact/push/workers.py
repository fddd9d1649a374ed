"""Workers that call functions in one thread or several, and Ctrl-C while they do."""

from __future__ import annotations

import logging
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Literal, ParamSpec, TypeVar

from icontact.cancellation import cancellable
from icontact.errors import ConfigError
from icontact.paging import MOST_WORKERS
from icontact.push.batch_size import AUTO
from icontact.push.request_counter import RequestCounter

logger: logging.Logger = logging.getLogger("icontact")

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

#: The most workers of "auto".
_MOST_AUTO = 8

#: Seconds of an answer from which on a further worker helps.
_SLOW_ANSWER = 0.1

#: The most rows that "auto" has under way: a thousand of them take over two megabytes.
_MOST_ROWS = 10_000


class WorkerPool:
    """Calls functions in threads, or at once while there is one worker.

    Attributes:
        size: How many calls may be under way at a time.
    """

    def __init__(self, size: int | Literal["auto"], executor: ThreadPoolExecutor | None) -> None:
        self.size: int = 1 if size == AUTO else size
        self._adapts = size == AUTO
        self._executor = executor
        self._cancelled = threading.Event()
        self._counter: RequestCounter | None = None
        self._before = (0, 0.0, 0.0)

    def watch(self, counter: RequestCounter) -> None:
        """Let "auto" follow what a counter sees."""
        self._counter = counter

    def adapt(self) -> None:
        """Choose the size by what has happened since it was chosen last.

        It doubles while answers come slowly. It is halved when requests had to wait for a limit,
        or were throttled and had to be repeated.
        """
        if self._counter is None or not self._adapts:
            return
        now = (self._counter.requests, self._counter.busy, self._counter.waited)
        requests, busy, waited = (a - b for a, b in zip(now, self._before, strict=True))
        self._before = now
        if waited > 0:
            self.size = max(self.size // 2, 1)
        elif requests and busy / requests > _SLOW_ANSWER:
            self.size = min(2 * self.size, _MOST_AUTO)

    def most_batches(self, rows: int) -> int:
        """Return how many batches of some rows may be under way at a time."""
        return min(self.size, max(_MOST_ROWS // rows, 1)) if self._adapts else self.size

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called; the future holds what it returns or raises."""
        if self._executor is not None and self.size > 1:
            return self._executor.submit(self._call, work, *args, **kwargs)
        done: Future[T] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # the future raises it
            done.set_exception(error)
        return done

    def _call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        with cancellable(self._cancelled):
            return work(*args, **kwargs)

    def cancel(self) -> None:
        """Send nothing further, and do not wait for the answers to what was sent."""
        self._cancelled.set()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def map(self, work: Callable[[S], T], items: Iterable[S]) -> Iterator[T]:
        """Yield results in the order of the items, with at most ``size`` calls under way.

        After an error no further item is taken.
        """
        under_way: deque[Future[T]] = deque()
        try:
            for item in items:
                under_way.append(self.submit(work, item))
                while len(under_way) >= self.size:
                    yield under_way.popleft().result()
                    self.adapt()
            while under_way:
                yield under_way.popleft().result()
        except KeyboardInterrupt:
            self.cancel()
            raise
        finally:
            if not self._cancelled.is_set():
                wait(under_way)


#: For functions that a worker calls: one that waits for another worker could wait for ever.
ALONE = WorkerPool(1, None)


def check_workers(size: Any) -> None:
    """Check a number of workers.

    Raises:
        ConfigError: If it cannot be used.
    """
    if size == AUTO:
        return
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MOST_WORKERS:
        raise ConfigError(f'workers must be a whole number from 1 to {MOST_WORKERS}, or "{AUTO}"')


@contextmanager
def worker_pool(size: int | Literal["auto"]) -> Iterator[WorkerPool]:
    """Yield workers; at the end of the block no call is under way.

    If Ctrl-C ends the block, calls that are under way are not waited for; they send nothing
    further.

    Raises:
        ConfigError: If ``size`` cannot be used.
    """
    check_workers(size)
    if size == 1:
        yield WorkerPool(1, None)
        return
    threads = _MOST_AUTO if size == AUTO else size
    executor = ThreadPoolExecutor(threads, thread_name_prefix="icontact-push")
    pool = WorkerPool(size, executor)
    try:
        yield pool
    except KeyboardInterrupt:
        pool.cancel()
        raise
    except BaseException:
        executor.shutdown()
        raise
    executor.shutdown()


@contextmanager
def deferred_interrupts() -> Iterator[Sequence[int]]:
    """Defer Ctrl-C to the end of the block, which looks now and then whether one is in the list.

    Only in the main thread, and only where Ctrl-C would raise ``KeyboardInterrupt``: a program
    with its own signal handler keeps it. ``SIGTERM`` likewise. A second one interrupts at once.
    """
    interrupts: list[int] = []

    def note(number: int, _: object) -> None:
        if interrupts:
            raise KeyboardInterrupt
        interrupts.append(number)
        logger.warning("stopping once what is under way is finished; Ctrl-C again stops at once")

    deferred = [
        number
        for number in (signal.SIGINT, signal.SIGTERM)
        if threading.current_thread() is threading.main_thread()
        and signal.getsignal(number) is signal.default_int_handler
    ]
    for number in deferred:
        signal.signal(number, note)
    try:
        yield interrupts
    finally:
        for number in deferred:
            signal.signal(number, signal.default_int_handler)
    if interrupts:
        raise KeyboardInterrupt
