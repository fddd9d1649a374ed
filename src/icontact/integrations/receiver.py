"""Receivers of web hooks: small WSGI applications for any WSGI server, without a framework.

:func:`receiver` takes what Mautic posts, keeps it, answers, and pushes in the background.
:func:`icontact_receiver` takes what iContact posts, and calls a function. Neither writes an address
or a body into a log.
"""

from __future__ import annotations

import hmac
import json
import logging
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from icontact import webhooks
from icontact.auth import Private
from icontact.errors import ConfigError, DecodeError
from icontact.integrations.errors import SignatureError
from icontact.integrations.mautic.hooks import MAX_BYTES, unusable
from icontact.integrations.triggers import PushIntegration
from icontact.integrations.worker import Worker
from icontact.models import EventId

__all__ = ["IContactReceiver", "Receiver", "icontact_receiver", "receiver"]

logger: logging.Logger = logging.getLogger("icontact")

Environ: TypeAlias = dict[str, Any]
StartResponse: TypeAlias = Callable[..., Any]

#: A token that nobody guesses has more letters than that; ``secrets.token_urlsafe()`` gives 43.
_SHORTEST_TOKEN = 20

_JSON = "application/json"
_PHRASES = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not ContactHistory",
    405: "Method Not Allowed",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@attrs.frozen
class _Answer(Exception):
    """An answer, which may be raised to end a request early."""

    status: int
    content: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    headers: tuple[tuple[str, str], ...] = ()


def _send(answer: _Answer, start_response: StartResponse) -> Iterable[bytes]:
    content = answer.content or {"error": _PHRASES[answer.status]}
    body = json.dumps(content).encode()
    headers = [("Content-Type", _JSON), ("Content-Length", str(len(body))), *answer.headers]
    start_response(f"{answer.status} {_PHRASES[answer.status]}", headers)
    return [body]


def _read(environ: Environ, max_bytes: int) -> bytes:
    """Return the body, of which no more is read than may be taken."""
    told = environ.get("CONTENT_LENGTH") or ""
    stream = environ["wsgi.input"]
    if not told:
        if not environ.get("wsgi.input_terminated"):
            raise _Answer(411)
        body = _taken(stream, max_bytes + 1)
        if len(body) > max_bytes:
            raise _Answer(413)
        return body
    if not (told.isascii() and told.isdecimal() and len(told) < 19):
        raise _Answer(400)
    if int(told) > max_bytes:
        raise _Answer(413)
    body = _taken(stream, int(told))
    if len(body) != int(told):
        raise _Answer(400)
    return body


def _taken(stream: Any, most: int) -> bytes:
    """Return what comes, up to so many bytes; a stream may give less at once than it has."""
    pieces: list[bytes] = []
    while most > 0 and (piece := stream.read(most)):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)


class _Application(ABC):
    """What both receivers have in common: a method, and no failure without an answer."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI has it."""
        try:
            answer = self._answer(environ)
        except _Answer as early:
            answer = early
        except Exception as problem:  # noqa: BLE001  (the server would log its text and its locals)
            logger.error("a web hook met something unforeseen: %s", type(problem).__name__)
            answer = _Answer(500)
        if answer.status >= 400:
            # Neither path nor query, which may hold a secret or an address.
            logger.warning("a web hook was refused: %d %s", answer.status, _PHRASES[answer.status])
        body = _send(answer, start_response)
        return [] if environ.get("REQUEST_METHOD") == "HEAD" else body

    @abstractmethod
    def _answer(self, environ: Environ) -> _Answer: ...


class Receiver(_Application):
    """A WSGI application for Mautic's web hooks; :func:`receiver` makes one."""

    def __init__(
        self,
        integration: PushIntegration,
        *,
        secret: str | None,
        path: str,
        health_path: str,
        max_bytes: int,
        worker: Worker | None,
    ) -> None:
        self.integration = integration
        self.worker = worker
        self._secret = None if secret is None else Private(secret)
        self._path, self._health_path, self._max_bytes = path, health_path, max_bytes
        # What came before a restart waits already, and the next request may be far away.
        self.start()

    def start(self) -> None:
        """Start pushing what waits, if that was stopped by a fork that Python did not see.

        A receiver starts by itself when it is made, and again in every process that is forked
        from that one; so does any request, that of the state among them.
        """
        if self.worker is not None:
            self.worker.start()

    def close(self, timeout: float | None = None) -> None:
        """Stop pushing, after the contact that is being pushed.

        Args:
            timeout: Wait for it at most so many seconds.
        """
        if self.worker is not None:
            self.worker.close(timeout)

    def _answer(self, environ: Environ) -> _Answer:
        path, method = environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "")
        if path == self._health_path:
            return self._health() if method in ("GET", "HEAD") else _not_allowed("GET, HEAD")
        if path != self._path:
            return _Answer(404)
        if method != "POST":
            return _not_allowed("POST")
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if kind != _JSON:
            return _Answer(415)
        signature = environ.get("HTTP_WEBHOOK_SIGNATURE")
        if self._secret is not None and not signature:
            return _Answer(401)
        return self._keep(_read(environ, self._max_bytes), signature, _site(environ))

    def _keep(self, body: bytes, signature: str | None, site_url: str | None) -> _Answer:
        try:
            new = self.integration.receive(
                body, signature=signature, secret=self._secret, site_url=site_url
            )
        except SignatureError:
            return _Answer(403)
        except DecodeError as error:
            return _Answer(400, {"error": str(error)})
        except sqlite3.Error as error:
            logger.error("a web hook could not be kept: %s", type(error).__name__)
            return _Answer(503)
        if self.worker is not None:
            self.worker.wake()
        return _Answer(200, {"new": new})

    def _health(self) -> _Answer:
        self.start()
        try:
            inbox = self.integration.inbox
            content = {"events": inbox.counts(), "oldest_waiting_seconds": inbox.oldest_waiting()}
        except sqlite3.Error as error:
            logger.error("the inbox cannot be read: %s", type(error).__name__)
            return _Answer(503)
        return _Answer(200, content)


def receiver(
    integration: PushIntegration,
    *,
    secret: str | None,
    path: str = "/mautic",
    health_path: str = "/healthz",
    max_bytes: int = MAX_BYTES,
    push: bool = True,
) -> Receiver:
    """Return a WSGI application that takes Mautic's web hooks.

    It checks path, method, type, size and signature, keeps the events, and answers 200 with how
    many were new: within milliseconds, since it pushes afterwards, in one thread. It starts
    at once, and again in every process that is forked. What it cannot keep it answers with an
    error; Mautic does not send that again.
    ``health_path`` answers GET with how many events stand where, and for how long the oldest one
    has waited.

    Args:
        integration: What keeps the events, and pushes them.
        secret: The web hook's secret, as Mautic shows it. ``None`` takes what anybody sends, which
            is for Mautic 2 behind another lock.
        path: Where web hooks arrive.
        health_path: Where the state is told.
        max_bytes: What is longer is refused unread.
        push: Whether to push in this process. With ``False`` another one has to call
            :meth:`~icontact.integrations.triggers.PushIntegration.work` on the same store.

    Raises:
        ConfigError: If the secret is empty, or no text.
    """
    secret = None if secret is None else Private(secret)
    if problem := unusable(secret):
        raise ConfigError(problem)
    return Receiver(
        integration,
        secret=secret,
        path=path,
        health_path=health_path,
        max_bytes=max_bytes,
        worker=Worker(integration) if push else None,
    )


class IContactReceiver(_Application):
    """A WSGI application for iContact's web hooks; :func:`icontact_receiver` makes one."""

    def __init__(
        self,
        callback: Callable[[webhooks.WebhookEvent], object],
        *,
        token: str,
        path: str,
        max_bytes: int,
    ) -> None:
        self._callback, self._token = callback, Private(token)
        self._path, self._max_bytes = path.rstrip("/"), max_bytes

    def _answer(self, environ: Environ) -> _Answer:
        base, _, rest = environ.get("PATH_INFO", "").partition(f"{self._path}/")
        given, _, event_id = rest.partition("/")
        # Compared in any case, so that the time says nothing.
        known = hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())
        if base or not known or (event_id and event_id not in list(EventId)):
            return _Answer(404)
        if environ.get("REQUEST_METHOD") != "POST":
            return _not_allowed("POST")
        body = _read(environ, self._max_bytes)
        try:
            events = webhooks.parse(body, event_id=event_id or None)
        except DecodeError as error:
            return _Answer(400, {"error": str(error)})
        for event in events:
            try:
                self._callback(event)
            except Exception as problem:  # noqa: BLE001  (it is another's function)
                # Its text may hold what is private.
                logger.error("the function for a web hook failed: %s", type(problem).__name__)
                return _Answer(500)
        return _Answer(200, {"events": len(events)})


def icontact_receiver(
    callback: Callable[[webhooks.WebhookEvent], object],
    *,
    token: str,
    path: str = "/icontact",
    max_bytes: int = MAX_BYTES,
) -> IContactReceiver:
    """Return a WSGI application that calls a function with what iContact posts.

    iContact signs nothing, so that the URL itself has to be a secret: it is
    ``https://…/icontact/TOKEN/contact_unsubscribed``, with the event's name, since the body does
    not say it; without a name the event is ``None``. Take what arrives for a hint, and read the
    contact again: :mod:`icontact.webhooks` says why.

    Args:
        callback: Called with each event, before the answer; if it raises, the answer is 500, and
            nobody knows whether iContact posts it again. Should be quick.
        token: A long random text, such as ``secrets.token_urlsafe()`` gives.
        path: What stands before the token.
        max_bytes: What is longer is refused unread.

    Raises:
        ConfigError: If the token could be guessed, or cannot stand in a path.
    """
    token = Private(token)
    fit = len(token) >= _SHORTEST_TOKEN and token.isascii() and token.isprintable()
    if not fit or "/" in token:
        raise ConfigError("the token must be long and random: secrets.token_urlsafe() makes one")
    return IContactReceiver(callback, token=token, path=path, max_bytes=max_bytes)


def _not_allowed(allowed: str) -> _Answer:
    return _Answer(405, headers=(("Allow", allowed),))


def _site(environ: Environ) -> str | None:
    """Return Mautic's address, if the request tells a usable one."""
    told = environ.get("HTTP_X_ORIGIN_BASE_URL", "")
    usable = told.startswith(("https://", "http://")) and told.isprintable() and len(told) < 500
    return told if usable else None
