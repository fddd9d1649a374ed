"""The sandbox as a WSGI application, mounted at ``/icp`` as on the real host."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from icontact.sandbox.servers.http_parser import parse_length
from icontact.sandbox.servers.router import Router, finalize, status_line

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIEnvironment

_CHUNK = 64 * 1024


class WsgiApplication:
    """A WSGI application in front of the sandbox.

    A fault that breaks the connection is a ``ConnectionResetError`` here: it is for the server
    to break it.

    Args:
        site: What is served.
        sleep: How to wait, for slow answers.
    """

    def __init__(self, site: Router, sleep: Callable[[float], object]) -> None:
        self._site = site
        self._sleep = sleep

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        method = environ["REQUEST_METHOD"]
        headers = headers_from(environ)
        outcome = self._site.receive(
            method,
            environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
            environ.get("QUERY_STRING", ""),
            headers,
            body_from(environ, self._site.max_body_bytes),
        )
        answer = outcome.answer
        if answer is None or outcome.dropped:
            raise ConnectionResetError("The sandbox breaks the connection, as ordered")
        if outcome.delay:
            self._sleep(outcome.delay)
        dress, body = finalize(method, headers, answer)
        start_response(status_line(answer.status), list(dress.items()))
        return [body]


def headers_from(environ: WSGIEnvironment) -> dict[str, str]:
    """Read the headers of a request, however a server or a test spells their names."""
    headers = {}
    for name, value in environ.items():
        key = name.upper()
        if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            headers[key.removeprefix("HTTP_").replace("_", "-").lower()] = value
    return headers


def body_from(environ: WSGIEnvironment, most: int) -> tuple[bytes, bool]:
    """Read the body, and let what is too much of it pass by.

    Returns:
        The body, and whether it was too long; then nothing of it is kept.
    """
    stream: InputStream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH", "")
    if environ.get("wsgi.input_terminated"):
        remaining = None
    else:
        remaining = parse_length(length) if length.isascii() and length.isdecimal() else 0
    body, too_long = bytearray(), False
    while remaining is None or remaining > 0:
        chunk = stream.read(_CHUNK if remaining is None else min(_CHUNK, remaining))
        if not chunk:
            break
        too_long = too_long or len(body) + len(chunk) > most
        if not too_long:
            body += chunk
        remaining = None if remaining is None else remaining - len(chunk)
    return (b"", True) if too_long else (bytes(body), False)
