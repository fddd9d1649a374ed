"""Counts what one push sends, however many others share the client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from icontact.client import Folder
from icontact.errors import CallError
from icontact.push.budget import Budget
from icontact.transport import Answer, Call, Sender

__all__ = ["Meter"]


class Meter:
    """A sender that counts on the way to another one, and stops where its limit is used up.

    Attributes:
        requests: How many requests went out, repeats included.
        budget: What the limit leaves.
    """

    def __init__(self, sender: Sender, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._sender = sender
        self._clock = clock
        self._started = clock()
        self._waited_before = self._total_wait()
        self._lock = threading.Lock()
        self.requests = 0
        self.budget = Budget(sender)

    def folder(self, folder: Folder) -> Folder:
        """Return the same folder, counted."""
        return Folder(self, folder.account_id, folder.client_folder_id)

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._started

    @property
    def waited(self) -> float:
        """Seconds that requests were held back by a limit meanwhile, or waited to be repeated."""
        return self._total_wait() - self._waited_before

    def _total_wait(self) -> float:
        return float(getattr(self._sender, "waited", 0.0))

    def send(self, call: Call, /) -> Answer:
        """Send a call, and count every attempt.

        Raises:
            LimitReached: If it would be held back for longer than is worth waiting.
        """
        if (spent := self.budget.spent()) is not None:
            raise spent
        attempts = 0
        try:
            answer = self._sender.send(call)
            attempts = answer.attempts
            return answer
        except CallError as error:
            attempts = error.attempts
            raise
        finally:
            with self._lock:
                self.requests += attempts
