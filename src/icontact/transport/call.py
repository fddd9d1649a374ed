"""One request and one answer, as values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from icontact.auth import redact
from icontact.errors import CallSummary
from icontact.transport.retry import Safety

__all__ = ["Answer", "Call", "Event", "Sender"]

_METHODS = ("GET", "POST", "PUT", "DELETE")

#: What is assumed of a verb when the caller does not say: a POST may create something.
_SAFETY = {
    "GET": Safety.READ,
    "POST": Safety.ONCE,
    "PUT": Safety.REPEATABLE,
    "DELETE": Safety.REPEATABLE,
}


#: What URLs do not hold as it is; some of it is dropped without a word on the way.
_NEVER_IN_PATHS = re.compile(r"[\x00-\x20\x7f#\\]")


def _clean_path(path: str) -> str:
    return path.strip("/")


def _shown_path(path: str) -> str:
    return "/".join(redact(segment) for segment in path.split("/"))


def _pairs(params: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(params)


def _names(params: tuple[tuple[str, str], ...]) -> str:
    return str([name for name, _ in params])


@attrs.frozen
class Call:
    """One request, before it is sent. Its ``repr`` shows neither query values nor the body.

    Args:
        method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path: Below the base URL, such as ``a/1/c/2/contacts``. A query may stand in it.
        params: Query parameters, as pairs.
        body: What is sent as JSON, or as it is if it is bytes; nothing if ``None``.
        safety: Whether it may be repeated. By default a GET is ``READ``, a PUT or DELETE
            ``REPEATABLE``, and a POST ``ONCE``.
        authenticated: Whether credentials are sent.
        content_type: What the body says of itself. iContact documents that it refuses all but
            JSON and XML (API 2.1).

    Raises:
        ValueError: For an unknown verb, or a path that iContact does not accept: with a host, with
            an empty segment (API 2.2), with ``..``, with white space or ``#``.
    """

    method: str = attrs.field(validator=attrs.validators.in_(_METHODS))
    path: str = attrs.field(converter=_clean_path, repr=_shown_path)
    params: tuple[tuple[str, str], ...] = attrs.field(
        default=(), kw_only=True, converter=_pairs, repr=_names
    )
    body: Any = attrs.field(default=None, kw_only=True, repr=False)
    safety: Safety = attrs.field(
        # Defaults come before validators, so the verb may still be an unknown one.
        default=attrs.Factory(lambda call: _SAFETY.get(call.method, Safety.ONCE), takes_self=True),
        kw_only=True,
    )
    authenticated: bool = attrs.field(default=True, kw_only=True)
    content_type: str = attrs.field(
        default="application/json",
        kw_only=True,
        repr=False,
        validator=attrs.validators.matches_re(r"[\w.+-]+/[\w.+-]+(; ?[\w-]+=[\w.-]+)*"),
    )

    def __attrs_post_init__(self) -> None:
        if _NEVER_IN_PATHS.search(self.path):
            raise ValueError("a call's path may not hold white space or '#'; percent-encode it")
        parts = urlsplit(self.path)
        if parts.scheme:
            raise ValueError("a call's path stands below the base URL; give no host")
        if any(unquote(segment) in ("", ".", "..") for segment in parts.path.split("/")):
            raise ValueError("a call's path may not hold empty segments, '.' or '..'")
        if parts.query:
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            object.__setattr__(self, "path", parts.path)
            object.__setattr__(self, "params", query + self.params)

    def summary(self) -> CallSummary:
        """Return what may be shown of this call."""
        names = tuple(name for name, _ in self.params)
        return CallSummary(self.method, _shown_path(self.path), names)


@attrs.frozen(kw_only=True)
class Answer:
    """What iContact answered, when it is no error.

    Attributes:
        status: The HTTP status.
        payload: The JSON, as ``json`` reads it. Not in the ``repr``.
        warnings: iContact's sentences beside it, redacted. Data, not failures: an overdue bill
            comes with every answer (API 2.7).
        call: What was asked.
        attempts: How often it was sent.
        elapsed: Seconds from the first attempt on, waits included.
    """

    status: int
    payload: Any = attrs.field(repr=False)
    warnings: tuple[str, ...] = ()
    call: CallSummary
    attempts: int = 1
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class Event:
    """Something that happened on the way, handed to ``on_event``.

    Attributes:
        kind: ``"request"`` (an answer or a broken connection), ``"retry"`` (it will be sent again
            after ``seconds``), ``"wait"`` (the limiter held it back for ``seconds``),
            ``"warning"``.
        call: Method, path and names of the query parameters.
        attempt: Which attempt it was, from 1.
        status: The HTTP status, if there was an answer.
        seconds: How long it took, or how long will be waited.
        texts: What iContact said, redacted.
    """

    kind: str
    call: CallSummary
    attempt: int = 1
    status: int | None = None
    seconds: float = 0.0
    texts: tuple[str, ...] = ()


class Sender(Protocol):
    """Whatever sends calls: the transport, or something that counts on the way to it."""

    def send(self, call: Call, /) -> Answer:
        """Send a call and return its answer."""
        ...
