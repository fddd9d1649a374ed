"""Receivers of web hooks: small WSGI applications for any WSGI server, without a framework."""

from __future__ import annotations

import hmac
import logging
import sqlite3
from collections.abc import Callable

from icontact import webhooks
from icontact.auth import Private
from icontact.errors import ConfigError, DecodeError
from icontact.integrations._wsgi import (
    Application,
    Environ,
    Reply,
    method_not_allowed,
    read_body,
)
from icontact.integrations.errors import SignatureError
from icontact.integrations.mautic.bodies import MAX_BYTES, checked_secret
from icontact.integrations.metrics import Metrics
from icontact.integrations.suppression_events import SuppressionIntegration
from icontact.integrations.triggers import PushIntegration
from icontact.integrations.worker import Worker
from icontact.models import EventId

__all__ = [
    "IContactReceiver",
    "Receiver",
    "icontact_receiver",
    "receiver",
    "suppression_receiver",
]

logger: logging.Logger = logging.getLogger("icontact")

#: A token that cannot be guessed has more letters; ``secrets.token_urlsafe()`` gives 43.
_SHORTEST_TOKEN = 20


class Receiver(Application):
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
        metrics: Metrics | None = None,
    ) -> None:
        self.integration: PushIntegration = integration
        self.worker = worker
        self._secret = checked_secret(secret)
        self._path, self._health_path, self._max_bytes = path, health_path, max_bytes
        self._inbox, self._metrics = integration.inbox, metrics
        # Events that came before a restart wait already, and the next request may be far away.
        self.start()

    def _answer(self, environ: Environ) -> Reply:
        if environ.get("PATH_INFO", "") != self._path:
            return Reply(404)
        if environ.get("REQUEST_METHOD") != "POST":
            return method_not_allowed("POST")
        kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return Reply(415)
        signature = environ.get("HTTP_WEBHOOK_SIGNATURE")
        if self._secret is not None and not signature:
            return Reply(401)
        body = read_body(environ, self._max_bytes)
        site = environ.get("HTTP_X_ORIGIN_BASE_URL", "")
        usable = site.startswith(("https://", "http://")) and site.isprintable() and len(site) < 500
        try:
            new = self.integration.receive(
                body,
                signature=signature,
                secret=self._secret,
                site_url=site if usable else None,
                max_bytes=self._max_bytes,
            )
        except SignatureError:
            return Reply(403)
        except DecodeError as error:
            return Reply(400, {"error": str(error)})
        except sqlite3.Error as error:
            logger.error("a web hook could not be kept: %s", type(error).__name__)
            return Reply(503)
        if self.worker is not None:
            self.worker.wake()
        return Reply(200, {"new": new})


def receiver(
    integration: PushIntegration,
    *,
    secret: str | None,
    path: str = "/mautic",
    health_path: str = "/healthz",
    max_bytes: int = MAX_BYTES,
    push: bool = True,
    metrics: Metrics | None = None,
) -> Receiver:
    """Return a WSGI application that takes Mautic's web hooks.

    It checks path, method, type, size and signature, keeps the events, and answers 200 with the
    number of new ones: within milliseconds, since it pushes afterwards, in one thread. The thread
    starts at once, and again in every process that is forked. A web hook that cannot be kept is
    answered with an error; Mautic does not send it again.

    Args:
        integration: Keeps the events, and pushes them.
        secret: The web hook's secret, as Mautic shows it. ``None`` takes unsigned web hooks, which
            is for Mautic 2 behind another lock.
        path: Where web hooks arrive.
        health_path: Where the number of events by state is shown.
        max_bytes: A longer body is refused unread.
        push: Whether to push in this process. With ``False`` another one has to call
            :meth:`~icontact.integrations.triggers.PushIntegration.work` on the same store.
        metrics: Shown at ``/metrics``.

    Raises:
        ConfigError: If the secret is empty, or not text in UTF-8.
    """
    secret = None if secret is None else Private(secret)
    return Receiver(
        integration,
        secret=secret,
        path=path,
        health_path=health_path,
        max_bytes=max_bytes,
        worker=Worker(integration) if push else None,
        metrics=metrics,
    )


class IContactReceiver(Application):
    """A WSGI application for iContact's web hooks.

    :func:`icontact_receiver` and :func:`suppression_receiver` make one.
    """

    def __init__(
        self,
        callback: Callable[[webhooks.WebhookEvent], object],
        *,
        token: str,
        path: str,
        max_bytes: int,
        integration: SuppressionIntegration | None = None,
        worker: Worker | None = None,
        health_path: str = "/healthz",
        metrics: Metrics | None = None,
    ) -> None:
        token = Private(token)
        fit = len(token) >= _SHORTEST_TOKEN and token.isascii() and token.isprintable()
        if not fit or "/" in token:
            raise ConfigError(
                "the token must be long and random: secrets.token_urlsafe() makes one"
            )
        self._callback, self._token = callback, token
        self._path, self._max_bytes = path.rstrip("/"), max_bytes
        self.integration: SuppressionIntegration | None = integration
        self.worker: Worker | None = worker
        self._inbox = None if integration is None else integration.inbox
        self._metrics, self._health_path = metrics, health_path
        self.start()

    def _answer(self, environ: Environ) -> Reply:
        base, _, rest = environ.get("PATH_INFO", "").partition(f"{self._path}/")
        given, _, event_id = rest.partition("/")
        # Compared in any case, so that the time says nothing.
        known = hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())
        if base or not known or (event_id and event_id not in list(EventId)):
            return Reply(404)
        if environ.get("REQUEST_METHOD") != "POST":
            return method_not_allowed("POST")
        body = read_body(environ, self._max_bytes)
        try:
            events = webhooks.parse(body, event_id=event_id or None)
        except DecodeError as error:
            return Reply(400, {"error": str(error)})
        for event in events:
            try:
                self._callback(event)
            except Exception as problem:  # noqa: BLE001  (the function is the caller's)
                # Its text may hold an address.
                logger.error("the function for a web hook failed: %s", type(problem).__name__)
                return Reply(500)
        if self.worker is not None:
            self.worker.wake()
        return Reply(200, {"events": len(events)})


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
    contact again: :func:`icontact.webhooks.parse` says why.

    Args:
        callback: Called with each event, before the answer; if it raises, the answer is 500, and
            iContact may or may not post the event again. Should be quick.
        token: A long random text, such as ``secrets.token_urlsafe()`` gives.
        path: The part of the path before the token.
        max_bytes: A longer body is refused unread.

    Raises:
        ConfigError: If the token could be guessed, or cannot be part of a path.
    """
    token = Private(token)
    return IContactReceiver(callback, token=token, path=path, max_bytes=max_bytes)


def suppression_receiver(
    integration: SuppressionIntegration,
    *,
    token: str,
    path: str = "/icontact",
    health_path: str = "/healthz",
    max_bytes: int = MAX_BYTES,
    work: bool = True,
    metrics: Metrics | None = None,
) -> IContactReceiver:
    """Return a WSGI application that marks suppressed people in another system at once.

    Create iContact's web hooks with URLs such as ``https://…/icontact/TOKEN/contact_unsubscribed``
    and ``…/contact_updated``. Each event is kept in the inbox before the answer; afterwards the
    contact is read again, and marked if iContact may not mail it.

    Args:
        integration: Keeps the events, and deals with them.
        token: A long random text, such as ``secrets.token_urlsafe()`` gives.
        path: The part of the path before the token.
        health_path: Where the number of events by state is shown.
        max_bytes: A longer body is refused unread.
        work: Whether to deal with events in this process. With ``False`` another one has to call
            :meth:`~icontact.integrations.suppression_events.SuppressionIntegration.work`.
        metrics: Shown at ``/metrics``.

    Raises:
        ConfigError: If the token could be guessed, or cannot be part of a path.
    """
    token = Private(token)
    return IContactReceiver(
        lambda event: integration.accept([event]),
        token=token,
        path=path,
        max_bytes=max_bytes,
        integration=integration,
        worker=Worker(integration) if work else None,
        health_path=health_path,
        metrics=metrics,
    )
