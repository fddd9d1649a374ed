"""The requests that arrived at the sandbox, in order, without personal data."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import overload

import attrs

logger: logging.Logger = logging.getLogger("icontact.sandbox.requests")
"""Logs a line at the level INFO for each request, without addresses and secrets."""

UNKNOWN_PATH = "(no such path)"
PLAIN_ID = re.compile(r"\d{1,12}(_\d{1,12})?")
_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_VERBS = frozenset("GET POST PUT DELETE HEAD OPTIONS PATCH".split())


@attrs.frozen(kw_only=True)
class ReceivedRequest:
    """One request that arrived: neither query values nor bodies, which are personal data.

    Attributes:
        method: The verb.
        path: The part below the base URL, with its leading slash.
        query_names: The names in the query, in order.
        status: What the server answered; ``None`` if the request was dropped before it was applied.
        at: When it was answered, by the clock of the sandbox.
        milliseconds: How long the server took, without any delay of a fault.
        fault: The kind of the fault that hit the request, if one did.
    """

    method: str
    path: str
    query_names: tuple[str, ...] = ()
    status: int | None
    at: datetime
    milliseconds: float
    fault: str | None = None


class RequestLog(Sequence[ReceivedRequest]):
    """The requests that arrived, oldest first, until cleared. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[ReceivedRequest] = []
        self._most: int | None = None

    def append(self, request: ReceivedRequest) -> None:
        """Add a request."""
        with self._lock:
            self._requests.append(request)
            if self._most is not None:
                del self._requests[: -self._most]

    def keep(self, most: int) -> None:
        """Keep only the latest requests from now on, up to a number: for servers that run long."""
        with self._lock:
            self._most = most

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._requests.clear()

    @overload
    def __getitem__(self, index: int) -> ReceivedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReceivedRequest]: ...
    def __getitem__(self, index: int | slice) -> ReceivedRequest | list[ReceivedRequest]:
        with self._lock:
            return self._requests[index]

    def __len__(self) -> int:
        with self._lock:
            return len(self._requests)

    def __repr__(self) -> str:
        return f"<RequestLog of {len(self)} requests>"


def write(request: ReceivedRequest, template: str) -> None:
    """Log a line for a request, without what may hold an address or a secret."""
    method = request.method if request.method in _VERBS else "(no such verb)"
    names = [name if _PLAIN_NAME.fullmatch(name) else "(odd)" for name in request.query_names]
    logger.info(
        "%s %s%s  %s  %.1f ms%s",
        method,
        template,
        f"?{','.join(names)}" if names else "",
        request.status or "no answer",
        request.milliseconds,
        f"  {request.fault}" if request.fault else "",
    )
