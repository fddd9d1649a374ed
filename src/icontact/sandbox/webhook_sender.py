"""Delivering call-backs of web hooks, to this machine only (API 17.2)."""

from __future__ import annotations

import http.client
import ipaddress
import threading
from collections import deque
from collections.abc import Iterable
from urllib.parse import urlsplit

import attrs

_PATIENCE = 5.0
_NOT_HERE = "The sandbox delivers to this machine only"
_HEADERS = {"Content-Type": "application/json", "Connection": "close"}


@attrs.frozen(kw_only=True)
class Delivery:
    """One call-back of a web hook, delivered or not.

    Attributes:
        webhook_id: The web hook.
        event_id: What happened.
        url: Where it was to go.
        body: What was to be told, as JSON.
        status: What the receiver answered; ``None`` if it did not.
        problem: Why it did not.
    """

    webhook_id: int
    event_id: str
    url: str
    body: bytes = attrs.field(repr=False)
    status: int | None = None
    problem: str = ""


class WebhookSender:
    """Delivers call-backs in order, from a thread of its own, to loopback addresses only.

    What a web hook of another host would hear is noted, and never sent. Nothing is repeated.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Delivery] = deque()
        self._deliveries: list[Delivery] = []
        self._busy = False

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """What was delivered so far, or given up, in order."""
        with self._changed:
            return tuple(self._deliveries)

    def wait(self, seconds: float = 10.0) -> tuple[Delivery, ...]:
        """Wait until everything is delivered, and return it.

        Args:
            seconds: For how long at most.

        Raises:
            TimeoutError: A receiver is slower than that.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: not self._busy, seconds):
                raise TimeoutError(f"Call-backs are still under way after {seconds} s")
            return tuple(self._deliveries)

    def clear(self) -> None:
        """Forget what was delivered so far."""
        with self._changed:
            self._deliveries.clear()

    def post(self, callbacks: Iterable[Delivery]) -> None:
        """Take call-backs for delivery, and return at once."""
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
    if not _is_loopback(delivery.url):
        return attrs.evolve(delivery, problem=_NOT_HERE)
    try:
        return attrs.evolve(delivery, status=_post(delivery))
    except (OSError, http.client.HTTPException) as error:
        return attrs.evolve(delivery, problem=f"{type(error).__name__}: {error}")


def _post(delivery: Delivery) -> int:
    # Not by requests, whose calls the in-process door answers; and redirects are not followed.
    url = urlsplit(delivery.url)
    secure = url.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=_PATIENCE)
    try:
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        connection.request("POST", target, delivery.body, _HEADERS)
        return connection.getresponse().status
    finally:
        connection.close()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
