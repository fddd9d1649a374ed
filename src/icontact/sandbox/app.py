"""The application: from a request to an answer, through any server."""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

import attrs
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, MapAdapter, Rule

from icontact.sandbox import auth, error_texts, phpjson, request_log, timestamps
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse, Refusal, html_page
from icontact.sandbox.faults import Fault, FaultKind, Faults
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.recipients import Recipients
from icontact.sandbox.request_log import ReceivedRequest, RequestLog
from icontact.sandbox.rules import ROUTES, scheduler, webhooks
from icontact.sandbox.rules.context import RequestContext, Route
from icontact.sandbox.store import Store
from icontact.sandbox.webhook_sender import WebhookSender

logger: logging.Logger = logging.getLogger("icontact.sandbox")

_FOLDER_WITHOUT_SLASH = re.compile(r"^(/a/[^/]+/c)(?=[0-9])")


@attrs.frozen
class HandledRequest:
    """What a server does with a request: send an answer, or break the connection.

    Attributes:
        answer: The answer; ``None`` if the connection breaks.
        delay: How many seconds late the answer is.
        refused: Whether the connection was refused, so that the request never arrived.
    """

    answer: OutgoingResponse | None
    delay: float = 0.0
    refused: bool = False


class App:
    """The embedded iContact behind all servers."""

    def __init__(
        self,
        store: Store,
        quirks: Quirks,
        clock: Callable[[], datetime],
        recipients: Recipients,
        max_body_bytes: int,
    ) -> None:
        self.quirks: Quirks = quirks
        self.max_body_bytes: int = max_body_bytes
        self.faults: Faults = Faults()
        self.requests: RequestLog = RequestLog()
        self.webhook_sender: WebhookSender = WebhookSender()
        self._recipients = recipients
        self._store = store
        self._clock = clock
        self._routes = _routing_table()

    def receive(self, incoming: IncomingRequest) -> HandledRequest:
        """Find the fault of a request, apply the request, and log it."""
        started = time.perf_counter()
        fault = self.faults.take(incoming)
        answer = self._answer(fault, incoming)
        kind = None if fault is None else fault.kind
        if kind is FaultKind.REFUSE:
            return HandledRequest(None, refused=True)
        received = ReceivedRequest(
            method=incoming.method,
            path=incoming.path,
            query_names=tuple(incoming.query),
            status=answer.status if answer else None,
            at=timestamps.aware(self._clock()),
            milliseconds=(time.perf_counter() - started) * 1000,
            fault=kind and kind.value,
        )
        self.requests.append(received)
        if request_log.logger.isEnabledFor(logging.INFO):
            request_log.write(received, self._path_template(incoming.path))
        if answer is None or kind is FaultKind.DROP_AFTER:
            return HandledRequest(None)
        late = self.faults.lateness() + (fault.seconds if fault else 0.0)
        return HandledRequest(answer, late + answer.delay)

    def run_due(self) -> None:
        """Do everything that is due by now: scheduled sends, reactions, uploads."""
        now = timestamps.aware(self._clock())
        if scheduler.is_due(self._store, int(now.timestamp())):
            with self._store.transaction():
                context = self._context(IncomingRequest(method="", path=""), now, {})
                scheduler.run(context)
                deliveries = webhooks.deliveries(context)
            self.webhook_sender.post(deliveries)

    def _answer(self, fault: Fault | None, incoming: IncomingRequest) -> OutgoingResponse | None:
        if fault is None:
            return self._unless_throttled(incoming)
        if fault.kind in {FaultKind.REFUSE, FaultKind.DROP_BEFORE}:
            return None
        answer = fault.answer_instead(incoming)
        if answer is not None:
            return self._with_media_type(answer)
        return fault.damage(self._unless_throttled(incoming))

    def _unless_throttled(self, incoming: IncomingRequest) -> OutgoingResponse:
        now = timestamps.aware(self._clock())
        if self.faults.throttled(now.timestamp()):
            return self._json(503, {"errors": [error_texts.TOO_MANY_REQUESTS]})
        try:
            payload, delay = self._apply(incoming, now)
            return self._json(200, payload, delay)
        except Refusal as refusal:
            return self._json(refusal.status, refusal.payload())
        except Exception as error:  # noqa: BLE001  (a broken rule must not stop the server)
            logger.error("A rule failed: %s", error_location(error))
            return self._json(500, {"errors": [error_texts.INTERNAL_ERROR]})

    def _json(self, status: int, payload: Any, delay: float = 0.0) -> OutgoingResponse:
        body = phpjson.encode(payload, numeric_ids=self.quirks.numeric_ids)
        return self._with_media_type(OutgoingResponse(status=status, body=body, delay=delay))

    def _apply(self, incoming: IncomingRequest, now: datetime) -> tuple[Any, float]:
        """Run the rule for a request, in one transaction: all of it is kept, or nothing.

        Returns:
            The payload of the answer, and how many seconds late it is.
        """
        self.run_due()
        route, path_ids = self._match(incoming.path)
        auth.check_version(incoming.headers)
        with self._store.transaction(write=incoming.method != "GET" or route.get_writes):
            context = self._context(incoming, now, path_ids)
            try:
                payload = auth.admit(context, route)(context)
            except Refusal as refusal:
                refusal.warnings = self._account_warnings(context)
                raise
            context.warn(*self._account_warnings(context))
            deliveries = webhooks.deliveries(context)
        self.webhook_sender.post(deliveries)
        # The answer to a DELETE is an array, which has no room for warnings.
        if context.warnings and isinstance(payload, dict):
            payload = {**payload, "warnings": context.warnings}
        return payload, context.delay

    def _context(
        self, incoming: IncomingRequest, now: datetime, path_ids: Mapping[str, str]
    ) -> RequestContext:
        return RequestContext(
            incoming=incoming,
            store=self._store,
            quirks=self.quirks,
            recipients=self._recipients,
            now=now,
            path_ids=path_ids,
        )

    def _account_warnings(self, context: RequestContext) -> tuple[str, ...]:
        """Return the warnings of every answer, also of errors, once the account is known."""
        overdue = context.username and self.quirks.past_due_warning
        return (error_texts.PAST_DUE,) if overdue else ()

    def _with_media_type(self, answer: OutgoingResponse) -> OutgoingResponse:
        if answer.status == 503 and self.quirks.html_503:
            page = html_page(503, "Service Unavailable")
            return attrs.evolve(page, headers={**answer.headers, **page.headers})
        return attrs.evolve(
            answer, headers={"Content-Type": self.quirks.content_type, **answer.headers}
        )

    def _match(self, path: str) -> tuple[Route, dict[str, str]]:
        if self.quirks.folder_without_slash:
            path = _FOLDER_WITHOUT_SLASH.sub(r"\1/", path)
        # Two slashes at the beginning mark a path outside of a server's mount.
        if not path.startswith("//"):
            with suppress(NotFound):
                route, path_ids = self._routes.match(path, method="GET")
                return route, dict(path_ids)
        raise Refusal(501, error_texts.NOT_IMPLEMENTED)

    def _path_template(self, path: str) -> str:
        """Return a path as it may be logged: as in the routing table, with ids that are numbers."""
        try:
            route, path_ids = self._match(path)
        except Refusal:
            return request_log.UNKNOWN_PATH
        template = route.path
        for name, value in path_ids.items():
            if request_log.PLAIN_ID.fullmatch(value):
                template = template.replace(f"<{name}>", value)
        return template


@cache
def _routing_table() -> MapAdapter:
    """Return the routing table, which all sandboxes of the process share.

    To compile it takes ten times as long as the rest of a new sandbox.
    """
    rules = [Rule(route.path, endpoint=route) for route in ROUTES]
    table = Map(rules, strict_slashes=False, merge_slashes=False, redirect_defaults=False)
    # Now, and not with the first request, which may come in several threads at once.
    table.update()
    return table.bind("sandbox")


def error_location(error: Exception) -> str:
    """Name an error and its place, without its text, which may hold personal data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name}, line {place.lineno} of {place.filename}"
