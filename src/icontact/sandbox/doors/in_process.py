"""The way in without a network: calls of ``requests`` are answered inside the process."""

from __future__ import annotations

import re
import threading
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
import responses
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.connection import HTTPConnection
from urllib3.exceptions import (
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)

from icontact.sandbox.app import App
from icontact.sandbox.doors.wsgi import below, body_for, headers_of, query_from, status_line
from icontact.sandbox.exchange import Answer, Incoming
from icontact.sandbox.faults import Fault, FaultKind

_LOOPBACK = re.compile(r"https?://(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?(?:[/?#]|$)", re.I)
_RESET = (104, "Connection reset by peer")


class InProcessDoor:
    """Answers everything under a base URL from inside the process, by the library responses.

    Requests to loopback pass, so that the sandbox's own server can be reached; all others are
    refused. The door may be opened several times, and closes when the last opening is undone.
    Several sandboxes may have their doors open; of those with the same URL the newest answers.

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
        _switchboard.add(self)

    def close(self) -> None:
        """Undo one opening; without an open door requests go where they are sent again."""
        _switchboard.remove(self)

    def leads(self, request: requests.PreparedRequest) -> bool:
        """Say whether a request goes through this door."""
        return self._urls.match(str(request.url)) is not None

    def answer(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request, or fail as its fault says."""
        outcome = self._app.receive(_incoming_from(request, self._mount))
        answer = outcome.answer
        if answer is None or outcome.dropped:
            raise _broken(outcome.fault, request)
        patience = _read_timeout(request)
        if patience is not None and outcome.delay > patience:
            raise _timed_out(patience, request)
        return _http_response(answer, request)


class _Switchboard(responses.BaseResponse):
    """The one response that serves every verb and path, by whichever door is open."""

    def __init__(self) -> None:
        super().__init__("*", re.compile(""))
        self._lock = threading.Lock()
        self._doors: list[InProcessDoor] = []
        self._mock = responses.RequestsMock(assert_all_requests_are_fired=False)

    def add(self, door: InProcessDoor) -> None:
        with self._lock:
            self._doors.append(door)
            if len(self._doors) == 1:
                self._mock.add_passthru(_LOOPBACK)
                self._mock.add(self)
                self._mock.start()

    def remove(self, door: InProcessDoor) -> None:
        with self._lock:
            self._doors.remove(door)
            if not self._doors:
                self._mock.stop(allow_assert=False)
                self._mock.reset()

    def matches(self, request: requests.PreparedRequest) -> tuple[bool, str]:
        """Say whether a door leads where a request goes, whatever its verb."""
        if self._door_for(request) is None:
            return False, "URL is not under the base URL of a sandbox"
        return True, ""

    def get_response(self, request: requests.PreparedRequest) -> HTTPResponse:
        """Answer a request by the newest door that leads to it."""
        # The library keeps every request for ever, with the credentials in its headers.
        self._mock.calls.reset()
        self.calls.reset()
        door = self._door_for(request)
        if door is None:
            raise requests.exceptions.ConnectionError("The sandbox was just left", request=request)
        return door.answer(request)

    def _door_for(self, request: requests.PreparedRequest) -> InProcessDoor | None:
        with self._lock:
            return next((door for door in reversed(self._doors) if door.leads(request)), None)


_switchboard = _Switchboard()


def _incoming_from(request: requests.PreparedRequest, mount: str) -> Incoming:
    url = urlsplit(str(request.url))
    body: Any = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = b"".join(body)
    return Incoming(
        method=str(request.method).upper(),
        path=below(unquote(url.path, errors="replace"), mount),
        query=query_from(url.query),
        headers={name.lower(): _as_text(value) for name, value in request.headers.items()},
        body=body,
    )


def _as_text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _http_response(answer: Answer, request: requests.PreparedRequest) -> HTTPResponse:
    return HTTPResponse(
        status=answer.status,
        reason=status_line(answer).partition(" ")[2],
        body=BytesIO(body_for(str(request.method), answer)),
        headers=headers_of(answer),
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
