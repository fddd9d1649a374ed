"""Answering calls of ``requests`` inside the process, without a network."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import responses
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from icontact.sandbox.app import App, HandledRequest
from icontact.sandbox.servers.router import Router, finalize, merged, status_line

_RESET = (104, "Connection reset by peer")
_LOOPBACK = re.compile(r"https?://(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:[/?#]|$)", re.I)


class InProcessServer:
    """Answers every request to a base URL from inside the process, with the library responses.

    Requests to loopback pass, so that the sandbox's HTTP server can be reached; all others are
    refused. :data:`mock_registry` opens a server, also several times; it closes when the last
    opening is undone.
    """

    def __init__(self, app: App, base_url: str) -> None:
        self._router = Router(app, mount=urlsplit(base_url).path)
        self.base_url = base_url
        self._urls = re.compile(re.escape(base_url) + r"(?:[/?#]|$)")

    def serves(self, request: requests.PreparedRequest) -> bool:
        """Say whether a request is under the base URL."""
        scheme, separator, rest = str(request.url).partition("://")
        return self._urls.match(scheme + separator + merged(rest)) is not None

    def answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request, or raise what its fault causes in requests."""
        handled = self._handled(request)
        answer = handled.answer
        if answer is None:
            raise _broken(handled, request)
        # The library notes the arguments of the sending in the request.
        timeout: Any = getattr(request, "req_kwargs", {}).get("timeout")
        read_timeout = timeout[1] if isinstance(timeout, tuple) else timeout
        if read_timeout is not None and handled.delay > read_timeout:
            text = f"Read timed out. (read timeout={float(read_timeout)})"
            error = ReadTimeoutError(_pool(request), request.path_url, text)
            raise requests.exceptions.ReadTimeout(error, request=request)
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

    def _handled(self, request: requests.PreparedRequest) -> HandledRequest:
        url = urlsplit(str(request.url))
        body: Any = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            body = b"".join(body)
        headers = {
            name.lower(): value.decode("latin-1") if isinstance(value, bytes) else value
            for name, value in request.headers.items()
        }
        path = unquote(url.path, errors="replace")
        kept = (b"", True) if len(body) > self._router.max_body_bytes else (body, False)
        return self._router.receive(str(request.method).upper(), path, url.query, headers, kept)


def _broken(
    handled: HandledRequest, request: requests.PreparedRequest
) -> requests.exceptions.ConnectionError:
    """Return what requests raises for a refused connection, or for one that breaks."""
    error: Exception = ProtocolError("Connection aborted.", ConnectionResetError(*_RESET))
    if handled.refused:
        pool = _pool(request)
        connection = HTTPConnection(pool.host, pool.port)
        reason = NewConnectionError(connection, "[Errno 111] Connection refused")
        error = MaxRetryError(pool, request.path_url, reason)
    return requests.exceptions.ConnectionError(error, request=request)


def _pool(request: requests.PreparedRequest) -> HTTPConnectionPool:
    url = urlsplit(str(request.url))
    return HTTPConnectionPool(url.hostname or "", url.port)


class MockRegistry(responses.RequestsMock):
    """The mock of the library responses that leads requests to the open servers.

    Of several servers for the same URL the newest answers. While a server is open, the user's mocks
    of the same library stay in force. A mock that was started later is asked first, as the inner
    one of two. Then a request to a sandbox's URL is
    answered by the sandbox, and a request to loopback passes. All others are refused, or handled as
    the user's mock handles them.
    """

    def __init__(self) -> None:
        super().__init__(assert_all_requests_are_fired=False)
        self._changing = threading.Lock()
        self._servers: list[InProcessServer] = []
        self._underneath: Callable[..., requests.Response] = responses._real_send

    def open(self, server: InProcessServer) -> None:
        """Open a server; the first one starts the mock."""
        with self._changing:
            self._servers.append(server)
            if len(self._servers) == 1:
                self.add_passthru(_LOOPBACK)
                self._underneath = HTTPAdapter.send
                self.start()
                self._hook(_find_in_mock_or_here)

    def close(self, server: InProcessServer) -> None:
        """Close a server; the last one stops the mock."""
        with self._changing:
            self._servers.remove(server)
            if not self._servers:
                self._hook(_find_in_mock)
                self.stop(allow_assert=False)
                self.reset()

    def _find_match(self, request: requests.PreparedRequest) -> Any:
        """Find the newest server for a request; the library asks for a match, and for reasons."""
        with self._changing:
            for server in reversed(self._servers):
                if server.serves(request):
                    return _ServedRequest(server, request), []
            urls = ", ".join(server.base_url for server in self._servers)
        return None, [f"URL is not under the base URL of a sandbox ({urls})"]

    def registered(self) -> list[responses.BaseResponse]:
        """Return the one mock that the library names, with the reason, if it refuses a request."""
        return [responses.BaseResponse("*", re.compile(""))]

    @staticmethod
    def _hook(find_match: Callable[..., Any]) -> None:
        # A mock that was started after ours is asked first, and does not know ours. The library has
        # no public way to change that.
        responses.RequestsMock._find_match = find_match  # type: ignore[method-assign]  # see above

    def _on_request(self, adapter: Any, request: Any, **kwargs: Any) -> Any:
        if not self._servers:
            # A mock that ended after ours has put ours back.
            return responses._real_send(adapter, request, **kwargs)
        # Only to a mock of this library: anything else leads out to the network.
        mocked = self._underneath.__module__ == responses.__name__
        if mocked and self._find_match(request)[0] is None:
            return self._underneath(adapter, request, **kwargs)
        try:
            return super()._on_request(adapter, request, **kwargs)
        finally:
            # The library keeps every request, with the credentials in its headers.
            self.calls.reset()


class _ServedRequest(responses.BaseResponse):
    """A request and the server that answers it, as the library takes it for a mocked response."""

    def __init__(self, server: InProcessServer, request: requests.PreparedRequest) -> None:
        super().__init__(str(request.method), str(request.url))
        self._server = server

    def get_response(self, request: requests.PreparedRequest) -> HTTPResponse:
        return self._server.answer(request)


mock_registry: MockRegistry = MockRegistry()
"""The registry of this process."""

_find_in_mock = responses.RequestsMock._find_match


def _find_in_mock_or_here(mock: responses.RequestsMock, request: requests.PreparedRequest) -> Any:
    found, reasons = _find_in_mock(mock, request)
    if found is None:
        found, _ = mock_registry._find_match(request)
    if found is None and _LOOPBACK.match(str(request.url)):
        found = responses.PassthroughResponse(str(request.method), str(request.url))
    return found, reasons
