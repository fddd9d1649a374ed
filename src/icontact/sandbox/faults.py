"""Faults on order: what networks, gateways and overloaded servers do to a request."""

from __future__ import annotations

import enum
import re
import threading
from collections import deque
from collections.abc import Mapping
from http import HTTPStatus
from math import inf
from typing import Any, Literal

import attrs

from icontact.sandbox import phpjson
from icontact.sandbox.exchange import Answer, Incoming

_HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
_PHP_NOTICE = b"Warning: Invalid argument supplied for foreach() in index.php on line 1"


class FaultKind(enum.StrEnum):
    """What happens to a request."""

    STATUS = "next"
    REFUSE = "refuse"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    SLOW = "slow"
    GARBLE = "garble"


@attrs.frozen(kw_only=True)
class Fault:
    """A fault on order, for the requests that its filter lets through."""

    kind: FaultKind
    method: str | None = None
    path: re.Pattern[str] | None = None
    answer: Answer | None = None
    seconds: float = 0.0
    garble: str = ""

    def hits(self, incoming: Incoming) -> bool:
        """Say whether the fault is meant for this request."""
        if self.method is not None and self.method != incoming.method:
            return False
        return self.path is None or self.path.search(incoming.path) is not None

    def spoil(self, answer: Answer) -> Answer:
        """Return the answer as this fault lets it arrive."""
        if self.kind is not FaultKind.GARBLE:
            return answer
        if self.garble == "cut":
            return attrs.evolve(answer, body=answer.body[: len(answer.body) // 2])
        if self.garble == "not_json":
            return attrs.evolve(answer, body=_PHP_NOTICE + answer.body)
        return html_page(answer.status, "iContact")


def html_page(status: int, title: str) -> Answer:
    """Return a page of HTML, as a gateway sends it."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return Answer(status=status, headers=headers, body=_HTML.format(title=title).encode())


class Faults:
    """The faults on order; the oldest that fits a request hits it, one for each request.

    Every order takes ``times`` (``None``: until :meth:`clear`), and as a filter ``method`` and
    ``path``, a regular expression that is searched in what follows the base URL.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[_Order] = []
        self._windows: list[_Window] = []

    def next(
        self,
        status: int = 503,
        body: str | bytes | Mapping[str, Any] | None = None,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
        *,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Answer with a status instead of applying the request.

        Args:
            status: The HTTP status.
            body: The body: text or bytes as they are, a mapping as JSON; by default ``errors``
                with the usual phrase of the status.
            times: For how many requests.
            headers: Further headers, such as ``Retry-After``.
            method: Only for this verb.
            path: Only where this is found in the path.
        """
        payload = {"errors": [_phrase(status)]} if body is None else body
        if isinstance(payload, str):
            payload = payload.encode()
        content = payload if isinstance(payload, bytes) else phpjson.encode(payload)
        answer = Answer(status=status, body=content, headers=dict(headers or {}))
        self._order(FaultKind.STATUS, times, method, path, answer=answer)

    def refuse(
        self, times: int | None = 1, *, method: str | None = None, path: str | None = None
    ) -> None:
        """Refuse the connection: the request provably never arrives, and is not logged.

        Through the HTTP server, which has to read the request first, the connection breaks instead.
        """
        self._order(FaultKind.REFUSE, times, method, path)

    def drop_before(
        self, times: int | None = 1, *, method: str | None = None, path: str | None = None
    ) -> None:
        """Break the connection before the request is applied."""
        self._order(FaultKind.DROP_BEFORE, times, method, path)

    def drop_after(
        self, times: int | None = 1, *, method: str | None = None, path: str | None = None
    ) -> None:
        """Apply the request, and break the connection before the answer."""
        self._order(FaultKind.DROP_AFTER, times, method, path)

    def slow(
        self,
        seconds: float,
        times: int | None = 1,
        *,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Apply the request, and answer late.

        In process nobody waits: a request whose read timeout is shorter fails at once with
        ``requests.exceptions.ReadTimeout``, any other is answered at once.
        """
        self._order(FaultKind.SLOW, times, method, path, seconds=seconds)

    def garble(
        self,
        kind: Literal["html", "cut", "not_json"] = "html",
        times: int | None = 1,
        *,
        method: str | None = None,
        path: str | None = None,
    ) -> None:
        """Apply the request, and spoil the answer: a page of HTML, half of it, or PHP's chatter."""
        if kind not in {"html", "cut", "not_json"}:
            raise ValueError(f"There is no garbling {kind!r}; choose html, cut or not_json")
        self._order(FaultKind.GARBLE, times, method, path, garble=kind)

    def throttle(
        self,
        per_minute: int | None = None,
        per_hour: int | None = None,
        per_day: int | None = None,
    ) -> None:
        """Answer 503 beyond a rate, by the clock of the sandbox (API 3).

        Replaces the rates that were set before; without arguments there are none. Requests that
        are refused do not count.
        """
        rates = ((60, per_minute), (3600, per_hour), (86400, per_day))
        with self._lock:
            self._windows = [_Window(seconds, most) for seconds, most in rates if most is not None]

    def clear(self) -> None:
        """Forget all orders, and the throttle."""
        with self._lock:
            self._orders.clear()
            self._windows.clear()

    def take(self, incoming: Incoming) -> Fault | None:
        """Return the fault that hits a request, and count it as done."""
        with self._lock:
            for order in self._orders:
                if order.fault.hits(incoming):
                    order.left -= 1
                    self._orders = [each for each in self._orders if each.left > 0]
                    return order.fault
        return None

    def throttled(self, now: float) -> bool:
        """Say whether one more request is beyond a rate; count it if it is not."""
        with self._lock:
            if any(window.full(now) for window in self._windows):
                return True
            for window in self._windows:
                window.admitted.append(now)
            return False

    def _order(
        self,
        kind: FaultKind,
        times: int | None,
        method: str | None,
        path: str | None,
        **details: Any,
    ) -> None:
        fault = Fault(
            kind=kind,
            method=method.upper() if method else None,
            path=re.compile(path) if path else None,
            **details,
        )
        with self._lock:
            self._orders.append(_Order(fault, inf if times is None else times))


@attrs.define
class _Order:
    """A fault, and for how many requests it is still meant."""

    fault: Fault
    left: float


@attrs.define
class _Window:
    """The requests of the last so many seconds, at most so many."""

    seconds: float
    most: int
    admitted: deque[float] = attrs.field(factory=deque)

    def full(self, now: float) -> bool:
        while self.admitted and self.admitted[0] <= now - self.seconds:
            self.admitted.popleft()
        return len(self.admitted) >= self.most


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
