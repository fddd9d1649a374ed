"""Faults on order: what networks, gateways and overloaded servers do to a request."""

from __future__ import annotations

import enum
import random
import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import inf
from typing import Any, Literal, TypedDict, Unpack

import attrs

from icontact.sandbox import phpjson
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse

_HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
_PHP_NOTICE = b"Warning: Invalid argument supplied for foreach() in index.php on line 1"


_WRITES = frozenset({"POST", "PUT", "DELETE"})
_SINGULARS = {
    "contacts": "contact",
    "lists": "list",
    "subscriptions": "subscription",
    "customfields": "customfield",
    "segments": "segment",
    "criteria": "criterion",
    "campaigns": "campaign",
    "messages": "message",
    "sends": "send",
    "uploads": "upload",
    "webhooks": "webhook",
    "users": "user",
    "permissions": "permission",
}
# Recorded: of these an empty array stays one; the others become null (API 2.4).
_EMPTY_ARRAYS = frozenset({"subscriptions", "sends"})


class FaultKind(enum.StrEnum):
    """What happens to a request."""

    STATUS = "next"
    SWALLOW = "swallow"
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
    answer: OutgoingResponse | None = None
    seconds: float = 0.0
    garble: str = ""
    warnings: tuple[str, ...] = ()

    def hits(self, incoming: IncomingRequest) -> bool:
        """Say whether the fault is meant for this request."""
        if self.method is not None and self.method != incoming.method:
            return False
        if self.kind is FaultKind.SWALLOW and incoming.method not in _WRITES:
            return False
        return self.path is None or self.path.search(incoming.path) is not None

    def instead(self, incoming: IncomingRequest) -> OutgoingResponse | None:
        """Return what is answered instead of applying a request; ``None`` if it is applied."""
        if self.kind is FaultKind.SWALLOW:
            payload = _nothing(incoming)
            if self.warnings and isinstance(payload, dict):
                payload["warnings"] = list(self.warnings)
            return OutgoingResponse(status=200, body=phpjson.encode(payload))
        return self.answer

    def spoil(self, answer: OutgoingResponse) -> OutgoingResponse:
        """Return the answer as this fault lets it arrive."""
        if self.kind is not FaultKind.GARBLE:
            return answer
        if self.garble == "cut":
            return attrs.evolve(answer, body=answer.body[: len(answer.body) // 2])
        if self.garble == "not_json":
            return attrs.evolve(answer, body=_PHP_NOTICE + answer.body)
        return attrs.evolve(html_page(answer.status, "iContact"), delay=answer.delay)


def html_page(status: int, title: str) -> OutgoingResponse:
    """Return a page of HTML, as a gateway sends it."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return OutgoingResponse(status=status, headers=headers, body=_HTML.format(title=title).encode())


class Only(TypedDict, total=False):
    """Which requests an order is meant for, beside how many: what every order takes."""

    method: str | None
    """Only this verb."""
    path: str | None
    """Only where this regular expression is found in what follows the base URL."""
    probability: float
    """The share of the fitting requests that are hit; by default all."""
    seed: int
    """Decides which, together with the order in which requests come."""


class Faults:
    """The faults on order; the oldest that fits a request hits it, one for each request.

    Every order takes ``times``, for how many requests it is meant (``None``: until :meth:`clear`),
    and the keywords of :class:`Only`. Threads may share it.

    .. code-block:: python

        from icontact.sandbox import Sandbox

        faults = Sandbox().faults
        faults.next(status=500, times=2, method="POST", path=r"/contacts$")
        faults.drop_after(times=None, probability=0.03, seed=7)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[_Order] = []
        self._placed = 0
        self._windows: list[_RateWindow] = []
        self._latency = 0.0

    def next(
        self,
        status: int = 503,
        body: str | bytes | Mapping[str, Any] | None = None,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
        **only: Unpack[Only],
    ) -> None:
        """Answer with a status instead of applying the request.

        Args:
            status: The HTTP status.
            body: The body: text or bytes as they are, a mapping as JSON; by default ``errors``
                with the usual phrase of the status.
            times: For how many requests.
            headers: Further headers, such as ``Retry-After``.
            **only: For which requests: see :class:`Only`.
        """
        payload = {"errors": [_phrase(status)]} if body is None else body
        if isinstance(payload, str):
            payload = payload.encode()
        content = payload if isinstance(payload, bytes) else phpjson.encode(payload)
        answer = OutgoingResponse(status=status, body=content, headers=dict(headers or {}))
        self._order(FaultKind.STATUS, times, only, answer=answer)

    def swallow(
        self, warnings: Sequence[str] = (), times: int | None = 1, **only: Unpack[Only]
    ) -> None:
        """Answer a write with 200 and nothing in it, and do not apply it.

        ``{"contacts": null}``, ``{"subscriptions": []}``, ``{"contact": {}}`` and the like. Reads
        are not hit.

        Args:
            warnings: Sentences to go with it.
            times: For how many requests.
            **only: For which requests: see :class:`Only`.
        """
        self._order(FaultKind.SWALLOW, times, only, warnings=tuple(warnings))

    def refuse(self, times: int | None = 1, **only: Unpack[Only]) -> None:
        """Refuse the connection: the request provably never arrives, and is not logged.

        Through the HTTP server, which has to read the request first, the connection breaks instead.

        Args:
            times: For how many requests.
            **only: For which requests: see :class:`Only`.
        """
        self._order(FaultKind.REFUSE, times, only)

    def drop_before(self, times: int | None = 1, **only: Unpack[Only]) -> None:
        """Break the connection before the request is applied.

        Args:
            times: For how many requests.
            **only: For which requests: see :class:`Only`.
        """
        self._order(FaultKind.DROP_BEFORE, times, only)

    def drop_after(self, times: int | None = 1, **only: Unpack[Only]) -> None:
        """Apply the request, and break the connection before the answer.

        Args:
            times: For how many requests.
            **only: For which requests: see :class:`Only`.
        """
        self._order(FaultKind.DROP_AFTER, times, only)

    def slow(self, seconds: float, times: int | None = 1, **only: Unpack[Only]) -> None:
        """Apply the request, and answer late.

        In process nobody waits: a request whose read timeout is shorter fails at once with
        ``requests.exceptions.ReadTimeout``, any other is answered at once.

        Args:
            seconds: How late; meanwhile others are answered.
            times: For how many requests.
            **only: For which requests: see :class:`Only`.
        """
        self._order(FaultKind.SLOW, times, only, seconds=seconds)

    def garble(
        self,
        kind: Literal["html", "cut", "not_json"] = "html",
        times: int | None = 1,
        **only: Unpack[Only],
    ) -> None:
        """Apply the request, and spoil the answer.

        Args:
            kind: A page of HTML, half of the answer, or PHP's chatter before it.
            times: For how many requests.
            **only: For which requests: see :class:`Only`.

        Raises:
            ValueError: There is no such kind.
        """
        if kind not in {"html", "cut", "not_json"}:
            raise ValueError(f"There is no garbling {kind!r}; choose html, cut or not_json")
        self._order(FaultKind.GARBLE, times, only, garble=kind)

    def latency(self, seconds: float) -> None:
        """Answer everything so much later from now on, whatever else happens to a request.

        Nothing is held meanwhile: others are answered. In process nobody waits, as with
        :meth:`slow`.

        Args:
            seconds: How late; 0 for at once again.

        Raises:
            ValueError: Nobody answers before they are asked.
        """
        if seconds < 0:
            raise ValueError(f"A latency of {seconds} s is none; give 0 or more")
        with self._lock:
            self._latency = seconds

    def throttle(
        self,
        per_minute: int | None = None,
        per_hour: int | None = None,
        per_day: int | None = None,
    ) -> None:
        """Answer 503 beyond a rate, by the clock of the sandbox (API 3).

        Replaces the rates that were set before; without arguments there are none. Requests that
        are refused do not count.

        Args:
            per_minute: How many in any 60 seconds.
            per_hour: How many in any 60 minutes.
            per_day: How many in any 24 hours.
        """
        rates = ((60, per_minute), (3600, per_hour), (86400, per_day))
        with self._lock:
            self._windows = [
                _RateWindow(seconds, most) for seconds, most in rates if most is not None
            ]

    def clear(self) -> None:
        """Forget all orders, the throttle and the latency; seeds begin anew."""
        with self._lock:
            self._orders.clear()
            self._windows.clear()
            self._placed, self._latency = 0, 0.0

    def take(self, incoming: IncomingRequest) -> Fault | None:
        """Return the fault that hits a request, and count it as done."""
        with self._lock:
            for order in self._orders:
                if order.fault.hits(incoming) and order.decides():
                    order.left -= 1
                    self._orders = [each for each in self._orders if each.left > 0]
                    return order.fault
        return None

    def lateness(self) -> float:
        """Return how many seconds late every answer is now."""
        with self._lock:
            return self._latency

    def throttled(self, now: float) -> bool:
        """Say whether one more request is beyond a rate; count it if it is not."""
        with self._lock:
            if any(window.full(now) for window in self._windows):
                return True
            for window in self._windows:
                window.admitted.append(now)
            return False

    def _order(self, kind: FaultKind, times: int | None, only: Only, **details: Any) -> None:
        if unknown := set(only) - Only.__annotations__.keys():
            raise TypeError(f"An order has no {', '.join(sorted(unknown))}")
        method, path = only.get("method"), only.get("path")
        probability, seed = only.get("probability", 1.0), only.get("seed", 0)
        if not 0 <= probability <= 1:
            raise ValueError(f"The probability is {probability}, but has to be between 0 and 1")
        fault = Fault(
            kind=kind,
            method=method.upper() if method else None,
            path=re.compile(path) if path else None,
            **details,
        )
        with self._lock:
            # Orders with the same seed are not to hit the same requests.
            self._placed += 1
            dice = random.Random(f"{seed} {self._placed}")  # noqa: S311  (is to be repeatable)
            self._orders.append(_Order(fault, inf if times is None else times, probability, dice))


@attrs.define
class _Order:
    """A fault, for how many requests it is still meant, and for which share of them."""

    fault: Fault
    left: float
    probability: float
    dice: random.Random

    def decides(self) -> bool:
        """Say whether a request that fits is hit; every such request is one throw."""
        return self.left > 0 and (self.probability == 1 or self.dice.random() < self.probability)


@attrs.define
class _RateWindow:
    """The requests of the last so many seconds, at most so many."""

    seconds: float
    most: int
    admitted: deque[float] = attrs.field(factory=deque)

    def full(self, now: float) -> bool:
        while self.admitted and self.admitted[0] <= now - self.seconds:
            self.admitted.popleft()
        return len(self.admitted) >= self.most


def _nothing(incoming: IncomingRequest) -> dict[str, Any] | list[Any]:
    """Return the answer to a write of which nothing was stored (API 2.4)."""
    if incoming.method == "DELETE":
        return []
    *_, before, last = ("", "", *filter(None, incoming.path.split("/")))
    if last in _SINGULARS:
        return {last: [] if last in _EMPTY_ARRAYS else None}
    return {_SINGULARS[before]: {}} if before in _SINGULARS else {}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
