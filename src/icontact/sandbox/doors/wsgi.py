"""The sandbox as a WSGI application, mounted at ``/icp`` as on the real host."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from icontact.sandbox.app import App
from icontact.sandbox.exchange import MAX_BODY_BYTES, Answer, Incoming

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIEnvironment

MOUNT = "/icp"

_CHUNK = 64 * 1024
_WITHOUT_BODY = {204, 304}
_RECORDED_REASONS = {401: "Authorization Required", 501: "Method Not Implemented"}


class WsgiDoor:
    """A WSGI application in front of the sandbox.

    A fault that breaks the connection is a ``ConnectionResetError`` here: it is for the server
    to break it.

    Args:
        app: The sandbox's application.
        sleep: How to wait, for slow answers.
    """

    def __init__(self, app: App, sleep: Callable[[float], object]) -> None:
        self._app = app
        self._sleep = sleep

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        outcome = self._app.receive(incoming_from(environ))
        answer = outcome.answer
        if answer is None or outcome.dropped:
            raise ConnectionResetError("The sandbox breaks the connection, as ordered")
        if outcome.delay:
            self._sleep(outcome.delay)
        start_response(status_line(answer), list(headers_of(answer).items()))
        return [body_for(environ["REQUEST_METHOD"], answer)]


def incoming_from(environ: WSGIEnvironment) -> Incoming:
    """Read a request from a WSGI environment."""
    path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return Incoming(
        method=environ["REQUEST_METHOD"],
        path=below(path, MOUNT),
        query=query_from(environ.get("QUERY_STRING", "")),
        headers=headers,
        body=_body(environ),
    )


def below(path: str, mount: str) -> str:
    """Return what follows the mount in a path; what is outside of it leads nowhere."""
    inside = path.startswith(f"{mount}/")
    return path.removeprefix(mount) if inside else f"/{path}"


def query_from(text: str) -> dict[str, str]:
    """Read a query; of several values for a name the last counts, as in PHP."""
    return dict(parse_qsl(text, keep_blank_values=True, errors="replace"))


def headers_of(answer: Answer) -> dict[str, str]:
    """Return the headers of an answer, with its length."""
    return {**answer.headers, "Content-Length": str(len(answer.body))}


def body_for(method: str, answer: Answer) -> bytes:
    """Return the bytes that go with an answer; none to a HEAD, nor with 204 and 304."""
    return b"" if method == "HEAD" or answer.status in _WITHOUT_BODY else answer.body


def status_line(answer: Answer) -> str:
    """Return status and reason phrase; two of these are recorded (API 4)."""
    reason = _RECORDED_REASONS.get(answer.status)
    if reason is None:
        known = {status.value: status.phrase for status in HTTPStatus}
        reason = known.get(answer.status, "Unknown")
    return f"{answer.status} {reason}"


_DIGITS = 18


def _body(environ: WSGIEnvironment) -> bytes:
    """Read the body, up to one byte too many, and let the rest of it pass by."""
    stream: InputStream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH", "")
    if environ.get("wsgi.input_terminated"):
        remaining = None
    else:
        # A longer one is beyond every limit, and beyond what Python makes a number of.
        remaining = int(length[:_DIGITS]) if length.isascii() and length.isdecimal() else 0
    body = bytearray()
    while remaining is None or remaining > 0:
        chunk = stream.read(_CHUNK if remaining is None else min(_CHUNK, remaining))
        if not chunk:
            break
        body += chunk[: MAX_BODY_BYTES + 1 - len(body)]
        remaining = None if remaining is None else remaining - len(chunk)
    return bytes(body)
