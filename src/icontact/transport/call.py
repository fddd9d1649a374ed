"""One request and one answer, as values."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from icontact.auth import redact
from icontact.errors import CallError, CallSummary
from icontact.redaction import hide_addresses
from icontact.transport.retry import Safety

__all__ = ["Answer", "Call", "CountingSender", "Event", "Sender"]

#: What is assumed of a verb when the caller does not say: a POST may create something.
_SAFETY = {
    "GET": Safety.READ,
    "POST": Safety.ONCE,
    "PUT": Safety.REPEATABLE,
    "DELETE": Safety.REPEATABLE,
}

#: Characters that a path must not have; some libraries drop them silently.
_NEVER_IN_PATHS = re.compile(r"[ #\\]")

#: Characters that a server may take for the end of a segment once it is decoded.
_NEVER_IN_SEGMENTS = re.compile(r"[/\\]")

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)*", re.ASCII)


def _shown_path(path: str) -> str:
    return "/".join(map(hide_addresses, path.split("/")))


def _pairs(params: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    # No message shows what may be personal.
    if isinstance(params, str | Mapping):
        raise TypeError("a call's params are pairs: give the items() of a mapping")
    return tuple(params)


@attrs.frozen
class Call:
    """One request, before it is sent. Its ``repr`` shows neither query values nor the body.

    Args:
        method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path: Below the base URL, such as ``a/1/c/2/contacts``. It may contain a query.
        params: Query parameters, as pairs.
        body: Is sent as JSON, or unchanged if it is bytes; ``None`` sends no body.
        safety: Whether it may be repeated. By default a GET is ``READ``, a PUT or DELETE
            ``REPEATABLE``, and a POST ``ONCE``.
        authenticated: Whether credentials are sent.
        content_type: The type of the body. iContact documents that it refuses all but JSON and XML
            (API 2.1).
        may_be_too_large: Whether the request asks for, or brings, more than the server may take.
            It is not repeated after a 5xx other than 503, a time-out or a body that cannot be
            read: send a smaller one then.

    Raises:
        ValueError: If the verb is unknown, or the path has a host, an empty segment (API 2.2),
            ``..``, an encoded slash, white space, ``#`` or unprintable letters. If a parameter
            cannot be sent.
        TypeError: If the parameters are not pairs of texts.
    """

    method: str
    path: str = attrs.field(repr=_shown_path)
    params: tuple[tuple[str, str], ...] = attrs.field(
        default=(),
        converter=_pairs,
        kw_only=True,
        repr=lambda params: str([name for name, _ in params]),
    )
    body: Any = attrs.field(default=None, kw_only=True, repr=False)
    safety: Safety = attrs.field(
        default=attrs.Factory(lambda call: _SAFETY.get(call.method, Safety.ONCE), takes_self=True),
        kw_only=True,
    )
    authenticated: bool = attrs.field(default=True, kw_only=True)
    content_type: str = attrs.field(default="application/json", kw_only=True, repr=False)
    may_be_too_large: bool = attrs.field(default=False, kw_only=True, repr=False)

    def __attrs_post_init__(self) -> None:
        where, _, query = self.path.removeprefix("/").partition("?")
        where = where.removesuffix("/")
        if not _MEDIA_TYPE.fullmatch(self.content_type):
            raise ValueError("a call's content_type must look like text/csv")
        if self.method not in _SAFETY:
            raise ValueError(f"a call's method is one of {', '.join(_SAFETY)}")
        if _NEVER_IN_PATHS.search(where + query) or not (where + query).isprintable():
            raise ValueError(
                "a call's path may not contain white space, '#' or unprintable letters; encode them"
            )
        if urlsplit(where).scheme:
            raise ValueError("a call's path is relative to the base URL; leave the host out")
        for segment in map(unquote, where.split("/")):
            # Some servers cut a name at a semicolon.
            if segment.partition(";")[0] in ("", ".", "..") or _NEVER_IN_SEGMENTS.search(segment):
                raise ValueError(
                    "a call's path may not contain empty segments, '.', '..' or an encoded slash"
                )
        params = (*parse_qsl(query, keep_blank_values=True), *self.params)
        for name, value in params:
            if not isinstance(value, str | int):
                # requests leaves None out, and sends a list as several parameters.
                shown = redact(repr(str(name)))
                raise TypeError(f"a call's params: {shown} must be text or a whole number")
            try:
                f"{name}{value}".encode()
            except UnicodeEncodeError:
                shown = redact(repr(str(name)))
                problem = f"the parameter {shown} has characters that cannot be sent"
                raise ValueError(problem) from None
        # Frozen from here on: the query in a path is one of the parameters.
        object.__setattr__(self, "path", where)
        object.__setattr__(self, "params", params)

    def summary(self) -> CallSummary:
        """Return what may be shown of this call."""
        names = tuple([name for name, _ in self.params])
        return CallSummary(self.method, _shown_path(self.path), names)


@attrs.frozen(kw_only=True)
class Answer:
    """The answer of iContact, if it is not an error.

    Attributes:
        status: The HTTP status.
        payload: The JSON, as ``json`` reads it. Not in the ``repr``.
        warnings: iContact's sentences beside it, redacted. They are data, not failures: the warning
            about an overdue bill comes with every answer (API 2.7).
        call: The request.
        attempts: How often it was sent.
        elapsed: Seconds from the first attempt on, waits included.
        body_bytes: How long the body was, unpacked.
    """

    status: int
    payload: Any = attrs.field(repr=False)
    warnings: tuple[str, ...] = ()
    call: CallSummary
    attempts: int = 1
    elapsed: float = 0.0
    body_bytes: int = 0


@attrs.frozen(kw_only=True)
class Event:
    """A step of sending a request, passed to ``on_event``.

    Attributes:
        kind: ``"request"`` (an answer or a broken connection), ``"retry"`` (the request is sent
            again after ``seconds``), ``"wait"`` (the limiter held it back for ``seconds``), or
            ``"warning"``.
        call: Method, path and names of the query parameters.
        attempt: The number of the attempt, from 1.
        status: The HTTP status, if an answer came.
        seconds: How long the request took, or how long the wait is.
        texts: The warnings of iContact, redacted.
    """

    kind: str
    call: CallSummary
    attempt: int = 1
    status: int | None = None
    seconds: float = 0.0
    texts: tuple[str, ...] = ()


class Sender(Protocol):
    """An object that sends calls: the transport, or a counter in front of it."""

    def send(self, call: Call, /) -> Answer:
        """Send a call and return its answer."""
        ...


class CountingSender:
    """A sender that counts requests and passes them on. Threads may share it."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._counting = threading.Lock()
        #: How many requests went out, repeats included.
        self.requests: int = 0

    def send(self, call: Call, /) -> Answer:
        """Send a call, and count every attempt."""
        try:
            answer = self._sender.send(call)
        except CallError as error:
            self.add(error.attempts)
            raise
        self.add(answer.attempts)
        return answer

    def add(self, requests: int) -> None:
        """Count some requests."""
        with self._counting:
            self.requests += requests
