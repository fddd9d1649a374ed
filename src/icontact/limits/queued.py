"""The waiting line that all limiters share."""

from __future__ import annotations

import itertools
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable

from icontact._forks import after_fork
from icontact.cancellation import cancellable_sleep


class QueuedLimiter(ABC):
    """Let requests out in the order of their arrival, from any number of threads.

    A request goes as soon as there is room for it and for all that came before it. No lock is held
    while a thread sleeps.
    """

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._clock = clock
        self._sleep = sleep
        self.renew_locks()
        after_fork(self)

    def renew_locks(self) -> None:
        """Begin with an empty line in a forked process, where those who wait do not exist."""
        self._lock = threading.Lock()
        # A dict for its order: ticket -> cost.
        self._waiting: dict[object, int] = {}

    def acquire(self, cost: int = 1) -> float:
        """Wait until a request may go out, and return the seconds waited; 0.0 without a wait.

        Raises:
            ValueError: `cost` is not positive, or more than a window can ever hold.
        """
        self._check_cost(cost)
        with self._lock:
            delay = self._try(cost, ahead=sum(self._waiting.values()))
            if not delay:
                return 0.0
            began = self._clock()
            ticket = object()
            self._waiting[ticket] = cost
        try:
            while True:
                cancellable_sleep(self._sleep, delay)
                with self._lock:
                    before = itertools.takewhile(lambda other: other is not ticket, self._waiting)
                    delay = self._try(cost, ahead=sum(self._waiting[other] for other in before))
                    if not delay:
                        return self._clock() - began
        finally:
            with self._lock:
                del self._waiting[ticket]

    def _check_cost(self, cost: int) -> None:
        if isinstance(cost, bool) or not isinstance(cost, int) or cost < 1:
            raise ValueError(f"cost: {cost!r} is not a whole number of 1 or more")

    @abstractmethod
    def _try(self, cost: int, *, ahead: int) -> float:
        """Count the request and return 0.0, or return the seconds until it is worth asking again.

        Called with the lock held. `ahead` is the cost of the requests that came before.
        """
