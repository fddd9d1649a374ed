"""Faults to test with: what networks, gateways and overloaded servers do to a request."""

from __future__ import annotations

import enum
import random
import re
import threading
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from http import HTTPMethod, HTTPStatus
from math import inf
from typing import Any, Literal, TypedDict, Unpack

import attrs

from icontact.sandbox import phpjson
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse, html_page

_PHP_NOTICE = b"Warning: Invalid argument supplied for foreach() in index.php on line 1"
_WRITES = frozenset({"POST", "PUT", "DELETE"})
_SINGULARS = {
    f"{singular}s": singular
    for singular in "contact list subscription customfield segment campaign message send upload"
    " webhook user permission".split()
} | {"criteria": "criterion"}
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


@attrs.define(kw_only=True)
class Fault:
    """What happens to the requests that fit a method and a path.

    ``left`` is how many requests it may still hit, ``probability`` the share of them.
    """

    kind: FaultKind
    method: str | None = None
    path: re.Pattern[str] | None = None
    answer: OutgoingResponse | None = None
    seconds: float = 0.0
    garble: str = ""
    warnings: tuple[str, ...] = ()
    left: float = 1
    probability: float = 1
    dice: random.Random = attrs.field(factory=random.Random)

    def hits(self, incoming: IncomingRequest) -> bool:
        """Say whether a request fits."""
        if self.method is not None and self.method != incoming.method:
            return False
        if self.kind is FaultKind.SWALLOW and incoming.method not in _WRITES:
            return False
        return self.path is None or self.path.search(incoming.path) is not None

    def answer_instead(self, incoming: IncomingRequest) -> OutgoingResponse | None:
        """Return the answer to a request that is not applied; ``None`` if it is applied."""
        if self.kind is not FaultKind.SWALLOW:
            return self.answer
        payload: dict[str, Any] | list[Any] = []
        if incoming.method != "DELETE":
            *_, before, last = ("", "", *filter(None, incoming.path.split("/")))
            payload = {_SINGULARS[before]: {}} if before in _SINGULARS else {}
            if last in _SINGULARS:
                payload = {last: [] if last in _EMPTY_ARRAYS else None}
            if self.warnings:
                payload["warnings"] = list(self.warnings)
        return OutgoingResponse(status=200, body=phpjson.encode(payload))

    def damage(self, answer: OutgoingResponse) -> OutgoingResponse:
        """Return the answer as this fault lets it arrive."""
        if self.kind is not FaultKind.GARBLE:
            return answer
        if self.garble == "cut":
            return attrs.evolve(answer, body=answer.body[: len(answer.body) // 2])
        if self.garble == "not_json":
            return attrs.evolve(answer, body=_PHP_NOTICE + answer.body)
        return attrs.evolve(html_page(answer.status, "iContact"), delay=answer.delay)


class FaultFilter(TypedDict, total=False):
    """The requests that a fault hits: keywords of every method that adds a fault."""

    method: str | None
    """Only this verb."""
    path: str | None
    """Only if this regular expression is found in the path below the base URL."""
    probability: float
    """The share of the fitting requests that are hit; by default all."""
    seed: int
    """Decides which of them, together with the order of the requests."""


class Faults:
    """The faults to come: each request meets the oldest that fits. Threads may share them.

    Every method that adds a fault takes the keywords of :class:`FaultFilter`, and ``times``: the
    number of requests to hit, or ``None`` for all until :meth:`clear`.

    .. code-block:: python

        from icontact.sandbox import Sandbox

        faults = Sandbox().faults
        faults.next(status=500, times=2, method="POST", path=r"/contacts$")
        faults.drop_after(times=None, probability=0.03, seed=7)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []
        self._added = 0
        self._rates: list[tuple[int, int]] = []
        self._admitted: list[float] = []
        self._latency = 0.0

    def next(
        self,
        status: int = 503,
        body: str | bytes | Mapping[str, Any] | None = None,
        times: int | None = 1,
        headers: Mapping[str, str] | None = None,
        **only: Unpack[FaultFilter],
    ) -> None:
        """Answer with a status instead of applying the request.

        Args:
            status: The HTTP status.
            body: The body: text or bytes as they are, a mapping as JSON; by default ``errors``
                with the usual phrase of the status.
            times: The number of requests to hit.
            headers: Further headers, such as ``Retry-After``.
            **only: The requests to hit.
        """
        if body is None:
            known = status in set(HTTPStatus)
            body = {"errors": [HTTPStatus(status).phrase if known else "Error"]}
        content = body.encode() if isinstance(body, str) else body
        content = content if isinstance(content, bytes) else phpjson.encode(content)
        answer = OutgoingResponse(status=status, body=content, headers=dict(headers or {}))
        self._add(FaultKind.STATUS, times, only, answer=answer)

    def swallow(
        self, warnings: Sequence[str] = (), times: int | None = 1, **only: Unpack[FaultFilter]
    ) -> None:
        """Answer a write with 200 and nothing in it, and do not apply it. Reads are not hit.

        The answer is ``{"contacts": null}``, ``{"subscriptions": []}``, ``{"contact": {}}`` and the
        like, with ``warnings`` if some are given.
        """
        self._add(FaultKind.SWALLOW, times, only, warnings=tuple(warnings))

    def refuse(self, times: int | None = 1, **only: Unpack[FaultFilter]) -> None:
        """Refuse the connection: the request provably never arrives, and is not logged.

        The HTTP server has to read a request first, and breaks the connection instead.
        """
        self._add(FaultKind.REFUSE, times, only)

    def drop_before(self, times: int | None = 1, **only: Unpack[FaultFilter]) -> None:
        """Break the connection before the request is applied."""
        self._add(FaultKind.DROP_BEFORE, times, only)

    def drop_after(self, times: int | None = 1, **only: Unpack[FaultFilter]) -> None:
        """Apply the request, and break the connection before the answer."""
        self._add(FaultKind.DROP_AFTER, times, only)

    def slow(self, seconds: float, times: int | None = 1, **only: Unpack[FaultFilter]) -> None:
        """Apply the request, and answer late; meanwhile other requests are answered.

        In process nothing waits: a request with a shorter read timeout fails at once with
        ``requests.exceptions.ReadTimeout``, any other is answered at once.
        """
        self._add(FaultKind.SLOW, times, only, seconds=seconds)

    def garble(
        self,
        kind: Literal["html", "cut", "not_json"] = "html",
        times: int | None = 1,
        **only: Unpack[FaultFilter],
    ) -> None:
        """Apply the request, and damage the answer.

        Args:
            kind: A page of HTML, half of the answer, or a PHP warning before the answer.
            times: The number of requests to hit.
            **only: The requests to hit.

        Raises:
            ValueError: The kind is not known.
        """
        if kind not in {"html", "cut", "not_json"}:
            raise ValueError(f"kind has to be html, cut or not_json, not {kind!r}")
        self._add(FaultKind.GARBLE, times, only, garble=kind)

    def latency(self, seconds: float) -> None:
        """Answer everything this late from now on, also what meets a fault; 0 ends it.

        Meanwhile other requests are answered. In process nothing waits, as with :meth:`slow`.

        Raises:
            ValueError: The number is negative.
        """
        if seconds < 0:
            raise ValueError(f"latency has to be 0 seconds or more, not {seconds}")
        self._latency = seconds

    def throttle(
        self,
        per_minute: int | None = None,
        per_hour: int | None = None,
        per_day: int | None = None,
    ) -> None:
        """Answer 503 beyond these rates, by the clock of the sandbox (API 3).

        They replace earlier rates; without arguments there are none. Requests that are answered
        with 503 do not count.
        """
        rates = ((60, per_minute), (3600, per_hour), (86400, per_day))
        with self._lock:
            self._rates = [(seconds, most) for seconds, most in rates if most is not None]
            self._admitted.clear()

    def clear(self) -> None:
        """Remove all faults, the throttle and the latency; seeds begin anew."""
        with self._lock:
            self._planned.clear()
            self._rates.clear()
            self._admitted.clear()
            self._added, self._latency = 0, 0.0

    def take(self, incoming: IncomingRequest) -> Fault | None:
        """Return the fault that hits a request, and count the hit."""
        with self._lock:
            for fault in self._planned:
                if not fault.hits(incoming):
                    continue
                # Every request that fits is one throw.
                if fault.probability == 1 or fault.dice.random() < fault.probability:
                    fault.left -= 1
                    self._planned = [each for each in self._planned if each.left > 0]
                    return fault
        return None

    def lateness(self) -> float:
        """Return the seconds that :meth:`latency` set."""
        return self._latency

    def throttled(self, now: float) -> bool:
        """Say whether one more request is beyond a rate; count it if it is not."""
        with self._lock:
            admitted = self._admitted
            for seconds, most in self._rates:
                if len(admitted) - bisect_right(admitted, now - seconds) >= most:
                    return True
            if self._rates:
                del admitted[: bisect_right(admitted, now - self._rates[-1][0])]
                insort(admitted, now)
            return False

    def _add(self, kind: FaultKind, times: int | None, only: FaultFilter, **details: Any) -> None:
        if unknown := set(only) - FaultFilter.__annotations__.keys():
            raise TypeError(f"A fault takes no {', '.join(sorted(unknown))}")
        method, path = (only.get("method") or "").upper() or None, only.get("path")
        if method and method not in set(HTTPMethod):
            raise ValueError(f"HTTP has no method {method}")
        probability, seed = only.get("probability", 1.0), only.get("seed", 0)
        if not 0 <= probability <= 1:
            raise ValueError(f"probability has to be between 0 and 1, not {probability}")
        pattern = re.compile(path) if path else None
        with self._lock:
            # Two faults with the same seed hit different requests.
            self._added += 1
            fault = Fault(
                kind=kind,
                left=inf if times is None else times,
                probability=probability,
                dice=random.Random(f"{seed} {self._added}"),  # noqa: S311  (is to be repeatable)
                method=method,
                path=pattern,
                **details,
            )
            if fault.left > 0:
                self._planned.append(fault)
