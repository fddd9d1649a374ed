"""The way in without a network: calls of ``requests`` are answered inside the process."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from icontact.sandbox.app import App
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse
from icontact.sandbox.faults import Fault, FaultKind
from icontact.sandbox.servers.mock_registry import mock_registry
from icontact.sandbox.servers.router import below, finalize, merged, query_from, status_line

_RESET = (104, "Connection reset by peer")


class InProcessServer:
    """Answers everything under a base URL from inside the process, by the library responses.

    Requests to loopback pass, so that the sandbox's own server can be reached; all others are
    refused. The door may be opened several times, and closes when the last opening is undone.
    Several sandboxes may have their doors open; of those with the same URL the newest answers.
    Mocks that somebody else makes with responses stay in force, whichever was there first.

    Args:
        app: The sandbox's application.
        base_url: What it stands for.
    """

    def __init__(self, app: App, base_url: str) -> None:
        self._app = app
        self._mount = urlsplit(base_url).path
        self._urls = re.compile(re.escape(base_url) + r"(?:[/?#]|$)")

    def open(self) -> None:
        """Open the door, once more."""
        mock_registry.add(self)

    def close(self) -> None:
        """Undo one opening; without an open door requests go where they are sent again."""
        mock_registry.remove(self)

    def leads(self, request: requests.PreparedRequest) -> bool:
        """Say whether a request goes through this door."""
        scheme, separator, rest = str(request.url).partition("://")
        return self._urls.match(scheme + separator + merged(rest)) is not None

    def answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request, or fail as its fault says."""
        incoming = _incoming_from(request, self._mount, self._app.max_body_bytes)
        outcome = self._app.receive(incoming)
        answer = outcome.answer
        if answer is None or outcome.dropped:
            raise _broken(outcome.fault, request)
        patience = _read_timeout(request)
        if patience is not None and outcome.delay > patience:
            raise _timed_out(patience, request)
        return _http_response(answer, request)


def _incoming_from(request: requests.PreparedRequest, mount: str, most: int) -> IncomingRequest:
    url = urlsplit(str(request.url))
    body: Any = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = b"".join(body)
    too_long = len(body) > most
    return IncomingRequest(
        method=str(request.method).upper(),
        path=below(merged(unquote(url.path, errors="replace")), mount),
        query=query_from(url.query),
        headers={name.lower(): _as_text(value) for name, value in request.headers.items()},
        body=b"" if too_long else body,
        too_long=too_long,
    )


def _as_text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _http_response(answer: OutgoingResponse, request: requests.PreparedRequest) -> HTTPResponse:
    # Not compressed, whatever was asked for: nobody would see it.
    headers, body = finalize(str(request.method), {}, answer)
    return HTTPResponse(
        status=answer.status,
        reason=status_line(answer.status).partition(" ")[2],
        body=BytesIO(body),
        headers=headers,
        preload_content=False,
        request_method=request.method,
    )


def _broken(
    fault: Fault | None, request: requests.PreparedRequest
) -> requests.exceptions.ConnectionError:
    """Return what requests raises for a refused connection, or for one that breaks."""
    error: Exception = ProtocolError("Connection aborted.", ConnectionResetError(*_RESET))
    if fault is not None and fault.kind is FaultKind.REFUSE:
        pool = _pool(request)
        connection = HTTPConnection(pool.host, pool.port)
        reason = NewConnectionError(connection, "[Errno 111] Connection refused")
        error = MaxRetryError(pool, request.path_url, reason)
    return requests.exceptions.ConnectionError(error, request=request)


def _timed_out(
    patience: float, request: requests.PreparedRequest
) -> requests.exceptions.ReadTimeout:
    """Return what requests raises for an answer that takes too long."""
    text = f"Read timed out. (read timeout={patience})"
    error = ReadTimeoutError(_pool(request), request.path_url, text)
    return requests.exceptions.ReadTimeout(error, request=request)


def _pool(request: requests.PreparedRequest) -> HTTPConnectionPool:
    url = urlsplit(str(request.url))
    return HTTPConnectionPool(url.hostname or "", url.port)


def _read_timeout(request: requests.PreparedRequest) -> float | None:
    """Return how long the caller waits for an answer; ``None`` is for ever."""
    # The library notes the arguments of the sending at the request.
    timeout: Any = getattr(request, "req_kwargs", {}).get("timeout")
    if isinstance(timeout, tuple):
        timeout = timeout[1]
    return None if timeout is None else float(timeout)
