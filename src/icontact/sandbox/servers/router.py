"""What all servers share: from a path to the API or the control URL, and to the final answer."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qsl

from icontact.sandbox.app import App, HandledRequest
from icontact.sandbox.control import CONTROL, Control
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse

MOUNT = "/icp"

_WITHOUT_BODY = frozenset({204, 304})
_RECORDED_REASONS = {401: "Authorization Required", 501: "Method Not Implemented"}
_REASONS = {status.value: status.phrase for status in HTTPStatus} | _RECORDED_REASONS
# Fast rather than small: the answers go no farther than this machine.
_GZIP_LEVEL = 1
_SLASHES = re.compile("/{2,}")
_NO_GZIP = re.compile(r"\s*(x-)?gzip\s*;\s*q\s*=\s*0(\.0*)?\s*", re.I)


class Router:
    """Leads requests to the API below its mount, or to the control URL."""

    def __init__(self, app: App, control: Control | None = None, mount: str = MOUNT) -> None:
        self._app = app
        self._mount = mount
        self.control: Control | None = control

    @property
    def max_body_bytes(self) -> int:
        """The longest body that a server accepts."""
        return self._app.max_body_bytes

    def receive(
        self,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: tuple[bytes, bool],
    ) -> HandledRequest:
        """Handle a request: its path percent-decoded, the names of its headers lower-cased.

        Beside the body stands whether it was too long, and so is not kept.
        """
        path = merged(path)
        controlled = self.control is not None and (
            path == CONTROL or path.startswith(f"{CONTROL}/")
        )
        if not controlled:
            # Two slashes mark a path outside of the mount.
            inside = path.startswith(f"{self._mount}/")
            path = path.removeprefix(self._mount) if inside else f"/{path}"
        incoming = IncomingRequest(
            method=method,
            path=path,
            # Of several values for a name the last counts, as in PHP.
            query=dict(parse_qsl(query, keep_blank_values=True, errors="replace")),
            headers=headers,
            body=body[0],
            too_long=body[1],
        )
        if controlled and self.control is not None:
            return HandledRequest(self.control.answer(incoming))
        return self._app.receive(incoming)


def merged(path: str) -> str:
    """Return a path in which several slashes count as one, as they do before routing (API 2.2)."""
    return _SLASHES.sub("/", path)


def finalize(
    method: str, headers: Mapping[str, str], answer: OutgoingResponse
) -> tuple[dict[str, str], bytes]:
    """Return the headers and the bytes of an answer, compressed on request (API 2.9).

    The answer to a HEAD has no body.
    """
    body, added = answer.body, {"Vary": "Accept-Encoding"}
    if body and "Content-Encoding" not in answer.headers:
        accepted = headers.get("accept-encoding", "")
        if "gzip" in accepted.lower() and not any(map(_NO_GZIP.fullmatch, accepted.split(","))):
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            added["Content-Encoding"] = "gzip"
    if answer.status in _WITHOUT_BODY:
        return {**answer.headers, **added}, b""
    added["Content-Length"] = str(len(body))
    return {**answer.headers, **added}, b"" if method == "HEAD" else body


def status_line(status: int) -> str:
    """Return status and reason phrase; two of these are recorded (API 4)."""
    return f"{status} {_REASONS.get(status, 'Unknown')}"
