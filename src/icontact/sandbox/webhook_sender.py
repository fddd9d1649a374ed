"""Sending the call-backs of web hooks, to this machine only (API 17.2)."""

from __future__ import annotations

import http.client
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import closing
from urllib.parse import urlsplit

import attrs

from icontact.sandbox.exchange import is_loopback

_PATIENCE = 5.0
_HEADERS = {"Content-Type": "application/json", "Connection": "close"}


@attrs.frozen(kw_only=True)
class Delivery:
    """One call-back of a web hook.

    Attributes:
        webhook_id: The web hook.
        event_id: The event.
        url: The URL of the web hook.
        body: The JSON to send.
        status: The status that the receiver answered; ``None`` without an answer.
        problem: Why the receiver did not answer.
    """

    webhook_id: int
    event_id: str
    url: str
    body: bytes = attrs.field(repr=False)
    status: int | None = None
    problem: str = ""


class WebhookSender:
    """Sends call-backs in order, from a thread of its own, to loopback addresses only.

    A call-back to another host is noted, and never sent. Nothing is sent twice.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Delivery] = deque()
        self._deliveries: list[Delivery] = []
        self._busy = False

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What was sent so far, or failed, in order."""
        with self._changed:
            return tuple(self._deliveries)

    def wait(self, seconds: float = 10.0) -> tuple[Delivery, ...]:
        """Wait until everything is sent, and return it.

        Args:
            seconds: The longest wait.

        Raises:
            TimeoutError: A receiver is slower than that.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: not self._busy, seconds):
                raise TimeoutError(f"Call-backs are still being sent after {seconds} s")
            return tuple(self._deliveries)

    def clear(self) -> None:
        """Forget what was sent so far."""
        with self._changed:
            self._deliveries.clear()

    def post(self, callbacks: Iterable[Delivery]) -> None:
        """Queue call-backs, and return at once."""
        with self._changed:
            self._waiting.extend(callbacks)
            if self._waiting and not self._busy:
                self._busy = True
                threading.Thread(
                    target=self._work, name="icontact-sandbox-web-hooks", daemon=True
                ).start()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._busy = False
                    self._changed.notify_all()
                    return
                delivery = self._waiting.popleft()
            done = _delivered(delivery)
            with self._changed:
                self._deliveries.append(done)


def _delivered(delivery: Delivery) -> Delivery:
    try:
        url = urlsplit(delivery.url)
        host = url.hostname or ""
        if not is_loopback(host):
            return attrs.evolve(delivery, problem="The sandbox delivers to this machine only")
        # Not by requests, which is answered in process; and redirects are not followed.
        secure = url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        with closing(kind(host, url.port, timeout=_PATIENCE)) as connection:
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request("POST", target, delivery.body, _HEADERS)
            return attrs.evolve(delivery, status=connection.getresponse().status)
    # A URL that cannot be called is a ValueError.
    except (OSError, ValueError, http.client.HTTPException) as error:
        return attrs.evolve(delivery, problem=f"{type(error).__name__}: {error}")
