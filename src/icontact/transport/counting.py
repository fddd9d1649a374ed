"""Counts the requests of one job, also where others share the client."""

from __future__ import annotations

import threading

from icontact.errors import CallError
from icontact.transport.call import Answer, Call, Sender

__all__ = ["CountingSender"]


class CountingSender:
    """A sender that counts requests and passes them on. Threads may share it.

    Args:
        sender: Sends the calls.

    Attributes:
        requests: How many requests went out, repeats included.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._counting = threading.Lock()
        self.requests: int = 0

    def send(self, call: Call, /) -> Answer:
        """Send a call, and count every attempt."""
        try:
            answer = self._sender.send(call)
        except CallError as error:
            self.add(error.attempts)
            raise
        self.add(answer.attempts)
        return answer

    def add(self, requests: int) -> None:
        """Count some requests."""
        with self._counting:
            self.requests += requests
