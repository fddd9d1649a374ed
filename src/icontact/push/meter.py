"""Counts what one push sends, however many others share the client."""

from __future__ import annotations

import time
from collections.abc import Callable

from icontact.client import Folder
from icontact.push.budget import Budget
from icontact.transport import Answer, Call, Sender
from icontact.transport.counting import CountingSender

__all__ = ["Meter"]


class Meter(CountingSender):
    """A sender that counts on the way to another one, and stops where its limit is used up.

    Attributes:
        budget: What the limit leaves.
    """

    def __init__(self, sender: Sender, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(sender)
        self._clock = clock
        self._started = clock()
        self._waited_before = self._total_wait()
        self.budget: Budget = Budget(sender)

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
        return super().send(call)
