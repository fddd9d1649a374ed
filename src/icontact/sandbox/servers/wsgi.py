"""The sandbox as a WSGI application, mounted at ``/icp`` as on the real host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from icontact.sandbox.servers.http_parser import gathered, parse_length
from icontact.sandbox.servers.router import Router, finalize, status_line

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_CHUNK = 64 * 1024


class WsgiApplication:
    """A WSGI application in front of the sandbox.

    A fault that breaks the connection raises ``ConnectionResetError``, so that the WSGI server
    breaks it.
    """

    def __init__(self, router: Router, sleep: Callable[[float], object]) -> None:
        self._router = router
        self._sleep = sleep

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        method = environ["REQUEST_METHOD"]
        headers = headers_from(environ)
        handled = self._router.receive(
            method,
            environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"),
            environ.get("QUERY_STRING", ""),
            headers,
            body_from(environ, self._router.max_body_bytes),
        )
        answer = handled.answer
        if answer is None:
            raise ConnectionResetError("A fault of the sandbox breaks the connection")
        if handled.delay:
            self._sleep(handled.delay)
        final, body = finalize(method, headers, answer)
        start_response(status_line(answer.status), list(final.items()))
        return [body]


def headers_from(environ: WSGIEnvironment) -> dict[str, str]:
    """Read the headers of a request, in any spelling of their names."""
    headers = {}
    for name, value in environ.items():
        key = name.upper()
        if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            headers[key.removeprefix("HTTP_").replace("_", "-").lower()] = value
    return headers


def body_from(environ: WSGIEnvironment, most: int) -> tuple[bytes, bool]:
    """Read the body; return it, and whether it was too long, and so is not kept."""

    def parts() -> Iterator[bytes]:
        length = environ.get("CONTENT_LENGTH", "")
        ends = bool(environ.get("wsgi.input_terminated"))
        remaining = parse_length(length) if length.isascii() and length.isdecimal() else 0
        while ends or remaining > 0:
            chunk = environ["wsgi.input"].read(_CHUNK if ends else min(_CHUNK, remaining))
            if not chunk:
                return
            remaining -= len(chunk)
            yield chunk

    return gathered(parts(), most)
