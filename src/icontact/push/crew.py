"""Who sends: the thread that asks, or several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from queue import SimpleQueue
from threading import Event, Thread
from typing import ParamSpec, TypeVar

from icontact.cancellation import cancellable
from icontact.errors import ConfigError
from icontact.paging import MOST_WORKERS
from icontact.transport.turns import Turns, take_turns

__all__ = ["ALONE", "Crew", "crew_of"]

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


class _Helper:
    """One thread that makes the calls it is given, in turn. Nobody has to wait for it to end."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._called_off = Event()
        self._thread = Thread(target=self._work, name="icontact-push-helper", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        take_turns(self._turns)
        with cancellable(self._called_off):
            while (call := self._calls.get()) is not None:
                call()
                del call  # a row must not stay because this thread waits

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called in the context of whoever asks."""
        done: Future[T] = Future()
        context = copy_context()
        self._calls.put(lambda: context.run(_settle, done, work, *args, **kwargs))
        return done

    def call_off(self) -> None:
        """Leave the thread where it is; it sends nothing further."""
        self._called_off.set()

    def dismiss(self) -> None:
        """Let the thread end when its calls are made."""
        self._calls.put(None)

    def join(self) -> None:
        """Wait for that."""
        self._thread.join()


def _settle(done: Future[T], work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> None:
    """Call a function; what it raises comes with the result."""
    try:
        done.set_result(work(*args, **kwargs))
    except BaseException as error:  # noqa: BLE001  # the result raises it, as an executor's does
        done.set_exception(error)


class Crew:
    """Workers that call functions. With one there is no thread: the call is made at once.

    Attributes:
        size: How many there are, and how many requests are under way at a time.
    """

    def __init__(self, size: int, executor: ThreadPoolExecutor | None) -> None:
        self.size = size
        self._executor = executor
        self._helpers: deque[_Helper] = deque()

    def start(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called; what it raises comes with the result."""
        if self._executor is not None:
            return self._executor.submit(work, *args, **kwargs)
        done: Future[T] = Future()
        _settle(done, work, *args, **kwargs)
        return done

    def beside(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have a function called while the caller does something else, with one worker, too.

        Twice as many as there are workers are called at a time: while the requests of half of
        them are under way, the others read what they have.
        """
        if self._executor is not None:
            return self._executor.submit(work, *args, **kwargs)
        if not self._helpers:
            turns = Turns(1)
            self._helpers += (_Helper(turns), _Helper(turns))
        self._helpers.rotate()
        return self._helpers[0].submit(work, *args, **kwargs)

    def dismiss(self, *, at_once: bool = False) -> None:
        """Let go of the threads that worked beside the caller, if there were some.

        Args:
            at_once: Do not wait for what is under way; nothing further is sent.
        """
        for helper in self._helpers:
            if at_once:
                helper.call_off()
            helper.dismiss()
        while self._helpers:
            helper = self._helpers.popleft()
            if not at_once:
                helper.join()

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

    But who is interrupted while the only worker sends does not wait for its answer.

    Raises:
        ConfigError: If it is no number of workers.
    """
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MOST_WORKERS:
        raise ConfigError(f"workers must be a whole number from 1 to {MOST_WORKERS}")
    if size == 1:
        crew = Crew(1, None)
        try:
            yield crew
        except KeyboardInterrupt:
            crew.dismiss(at_once=True)
            raise
        finally:
            crew.dismiss()
        return
    with ThreadPoolExecutor(
        # Half of them have a request under way, the others read what they have.
        2 * size,
        thread_name_prefix="icontact-push",
        initializer=take_turns,
        initargs=(Turns(size),),
    ) as executor:
        yield Crew(size, executor)
