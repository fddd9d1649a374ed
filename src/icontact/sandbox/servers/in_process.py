"""Answering calls of ``requests`` inside the process, without a network."""

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
from icontact.sandbox.servers.router import below, finalize, merged, parse_query, status_line

_RESET = (104, "Connection reset by peer")


class InProcessServer:
    """Answers every request to a base URL from inside the process, with the library responses.

    Requests to loopback pass, so that the sandbox's HTTP server can be reached; all others are
    refused. The server may be opened several times, and closes when the last opening is undone. Of
    several sandboxes with the same URL the newest answers. The user's own mocks with responses stay
    in force, also those that were there first.

    Args:
        app: The sandbox's application.
        base_url: The URL to answer.
    """

    def __init__(self, app: App, base_url: str) -> None:
        self._app = app
        self._mount = urlsplit(base_url).path
        self._urls = re.compile(re.escape(base_url) + r"(?:[/?#]|$)")

    def open(self) -> None:
        """Start to answer, once more."""
        mock_registry.add(self)

    def close(self) -> None:
        """Undo one opening; without an open server, requests go to the network again."""
        mock_registry.remove(self)

    def serves(self, request: requests.PreparedRequest) -> bool:
        """Say whether a request is under the base URL."""
        scheme, separator, rest = str(request.url).partition("://")
        return self._urls.match(scheme + separator + merged(rest)) is not None

    def answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request, or raise what its fault causes in requests."""
        incoming = _incoming_from(request, self._mount, self._app.max_body_bytes)
        handled = self._app.receive(incoming)
        if handled.answer is None or handled.dropped:
            raise _broken(handled.fault, request)
        # The library notes the arguments of the sending in the request.
        timeout: Any = getattr(request, "req_kwargs", {}).get("timeout")
        read_timeout = timeout[1] if isinstance(timeout, tuple) else timeout
        if read_timeout is not None and handled.delay > read_timeout:
            text = f"Read timed out. (read timeout={float(read_timeout)})"
            error = ReadTimeoutError(_pool(request), request.path_url, text)
            raise requests.exceptions.ReadTimeout(error, request=request)
        return _http_response(handled.answer, request)


def _incoming_from(request: requests.PreparedRequest, mount: str, most: int) -> IncomingRequest:
    url = urlsplit(str(request.url))
    body: Any = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = b"".join(body)
    too_long = len(body) > most
    headers = {
        name.lower(): value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in request.headers.items()
    }
    return IncomingRequest(
        method=str(request.method).upper(),
        path=below(merged(unquote(url.path, errors="replace")), mount),
        query=parse_query(url.query),
        headers=headers,
        body=b"" if too_long else body,
        too_long=too_long,
    )


def _http_response(answer: OutgoingResponse, request: requests.PreparedRequest) -> HTTPResponse:
    # Not compressed, also if the client accepts it: requests would only undo it.
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


def _pool(request: requests.PreparedRequest) -> HTTPConnectionPool:
    url = urlsplit(str(request.url))
    return HTTPConnectionPool(url.hostname or "", url.port)
