"""The parts that the WSGI applications share: bounded bodies, JSON replies, state and metrics."""

from __future__ import annotations

import json
import logging
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias

import attrs

from icontact.integrations.inbox import Inbox
from icontact.integrations.metrics import Metrics
from icontact.integrations.worker import Worker

logger: logging.Logger = logging.getLogger("icontact")

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]


@attrs.frozen
class Reply(Exception):
    """A reply, which may be raised to end a request early.

    Attributes:
        status: The HTTP status.
        content: What is sent as JSON; by default the error in words.
        headers: Further headers.
        text: What is sent in place of JSON, with its type.
    """

    status: int
    content: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    headers: tuple[tuple[str, str], ...] = ()
    text: tuple[str, bytes] | None = None


def method_not_allowed(allowed: str) -> Reply:
    """Return the reply to another method."""
    return Reply(405, headers=(("Allow", allowed),))


def read_body(environ: Environ, max_bytes: int) -> bytes:
    """Return the body; never more than ``max_bytes`` of it is read.

    Raises:
        Reply: If the body is too long, or its length is missing or wrong.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not (length.isascii() and length.isdecimal() and len(length) < 19):
            raise Reply(400)
        if int(length) > max_bytes:
            raise Reply(413)
        most = int(length)
    elif environ.get("wsgi.input_terminated"):
        most = max_bytes + 1
    else:
        raise Reply(411)
    body = bytearray()
    # A stream may give less at once than it has.
    while len(body) < most and (piece := environ["wsgi.input"].read(most - len(body))):
        body += piece
    if len(body) > max_bytes:
        raise Reply(413)
    if length and len(body) < most:
        raise Reply(400)
    return bytes(body)


class Application(ABC):
    """A WSGI application that keeps events in an inbox, and shows its state.

    Attributes:
        worker: The thread that deals with the events, if this process has one.
    """

    worker: Worker | None = None
    _inbox: Inbox | None = None
    _metrics: Metrics | None = None
    _closed: bool = False
    _path: str
    _max_bytes: int
    _health_path: str

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI defines it."""
        try:
            reply = self._state(environ) or self._answer(environ)
        except Reply as early:
            reply = early
        except Exception as problem:  # noqa: BLE001  (the server would log its text and its locals)
            logger.error("a web hook failed unexpectedly: %s", type(problem).__name__)
            reply = Reply(500)
        phrase = HTTPStatus(reply.status).phrase
        if reply.status >= 400:
            # Neither path nor query, which may hold a secret or an address.
            logger.warning("a web hook was refused: %d %s", reply.status, phrase)
        content = reply.content or {"error": phrase}
        kind, body = reply.text or ("application/json", json.dumps(content).encode())
        headers = [("Content-Type", kind), ("Content-Length", str(len(body))), *reply.headers]
        start_response(f"{reply.status} {phrase}", headers)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else [body]

    @abstractmethod
    def _answer(self, environ: Environ) -> Reply: ...

    def start(self) -> None:
        """Start the worker, if it was stopped by a fork that Python did not see.

        It starts when the application is made, in every process that is forked from that one, and
        with any request.
        """
        if self.worker is not None:
            self.worker.start()

    def close(self, timeout: float | None = None) -> None:
        """Stop after the contact that is being dealt with; ``/ready`` answers 503 from now on.

        Web hooks that still arrive are kept in the inbox, for the next process.

        Args:
            timeout: The number of seconds to wait for that contact.
        """
        self._closed = True
        if self.worker is not None:
            self.worker.close(timeout)

    def _state(self, environ: Environ) -> Reply | None:
        """Answer the paths that show the state, if there is an inbox."""
        path, inbox, metrics = environ.get("PATH_INFO", ""), self._inbox, self._metrics
        paths = (self._health_path, "/live", "/ready", *(["/metrics"] if metrics else []))
        if inbox is None or path not in paths:
            return None
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return method_not_allowed("GET, HEAD")
        if path == "/live":
            return Reply(200, {"live": True})
        if path == "/ready" and self._closed:
            return Reply(503, {"ready": False, "reason": "stopping"})
        try:
            if path == "/metrics" and metrics is not None:
                return Reply(200, text=metrics.exposition(inbox))
            if path == "/ready":
                # Web hooks can be kept; iContact may well be away meanwhile.
                inbox.check_writable()
                content: dict[str, Any] = {"ready": True}
            else:
                waited = inbox.oldest_waiting()
                content = {"events": inbox.counts(), "oldest_waiting_seconds": waited}
        except sqlite3.Error as error:
            logger.error("the inbox cannot be used: %s", type(error).__name__)
            return Reply(503)
        self.start()
        return Reply(200, content)
