"""The application: from a request to an answer, whichever door it came through."""

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

from icontact.sandbox import arrivals, gate, messages, moments, phpjson
from icontact.sandbox.arrivals import ReceivedRequest, RequestLog
from icontact.sandbox.behaviour import Behaviour
from icontact.sandbox.courier import Courier, Delivery
from icontact.sandbox.exchange import MAX_BODY_BYTES, Answer, Incoming, Refusal
from icontact.sandbox.faults import Fault, FaultKind, Faults, html_page
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import ROUTES, upkeep, webhooks
from icontact.sandbox.rules.call import Call, Route
from icontact.sandbox.store import Store

logger: logging.Logger = logging.getLogger("icontact.sandbox")

_FOLDER_WITHOUT_SLASH = re.compile(r"^(/a/[^/]+/c)(?=[0-9])")
_LOST_BEFORE = {FaultKind.REFUSE, FaultKind.DROP_BEFORE}
_IDS = frozenset(
    "accountId automationId campaignId clientFolderId confirmationMessageId contactId formId listId"
    " messageId replyToCampaignId segmentId sendId uploadId userId webhookId"
    " welcomeMessageId".split()
)


@attrs.frozen
class Outcome:
    """What a door does with a request: send the answer, but for what the fault says.

    Attributes:
        answer: The answer; ``None`` if the request was lost before it was applied.
        fault: The fault that hit it, if one did.
        latency: How many seconds late every answer is.
    """

    answer: Answer | None
    fault: Fault | None = None
    latency: float = 0.0

    @property
    def dropped(self) -> bool:
        """Whether the request was applied, but its answer is to be lost."""
        return self.fault is not None and self.fault.kind is FaultKind.DROP_AFTER

    @property
    def delay(self) -> float:
        """How many seconds late the answer is."""
        late = self.latency + (0.0 if self.answer is None else self.answer.delay)
        return late + (0.0 if self.fault is None else self.fault.seconds)


class App:
    """The embedded iContact, without a door.

    Args:
        store: The state.
        quirks: How it behaves where nobody knows.
        clock: What time it is.
        behaviour: What recipients do.
        max_body_bytes: The longest body that is taken.

    Attributes:
        faults: The faults on order.
        requests: What arrived.
        courier: What delivers to web hooks.
        quirks: How it behaves where nobody knows; may be set to others at any time.
        max_body_bytes: The longest body that a door has to take.
    """

    def __init__(
        self,
        store: Store,
        quirks: Quirks,
        clock: Callable[[], datetime],
        behaviour: Behaviour | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self.quirks: Quirks = quirks
        self.max_body_bytes: int = max_body_bytes
        self.faults: Faults = Faults()
        self.requests: RequestLog = RequestLog()
        self.courier: Courier = Courier()
        self._behaviour = behaviour or Behaviour()
        self._store = store
        self._clock = clock
        self._routes = _routing_table()

    def receive(self, incoming: Incoming) -> Outcome:
        """Take a request: meet its fault, apply it, write down that it came."""
        started = time.perf_counter()
        fault = self.faults.take(incoming)
        outcome = Outcome(self._under(fault, incoming), fault, self.faults.lateness())
        if fault is None or fault.kind is not FaultKind.REFUSE:
            self._log(incoming, outcome, time.perf_counter() - started)
        return outcome

    def keep_up(self) -> None:
        """Let everything happen that is due by now: scheduled sends, reactions, uploads."""
        now = moments.aware(self._clock())
        if upkeep.is_due(self._store, int(now.timestamp())):
            with self._store.transaction():
                call = self._call(Incoming(method="", path=""), now, {})
                upkeep.run(call)
                told = self._told(call)
            self.courier.post(told)

    def _under(self, fault: Fault | None, incoming: Incoming) -> Answer | None:
        if fault is None:
            return self._unless_throttled(incoming)
        if fault.kind in _LOST_BEFORE:
            return None
        instead = fault.instead(incoming)
        if instead is not None:
            return self._finished(instead)
        return fault.spoil(self._unless_throttled(incoming))

    def _unless_throttled(self, incoming: Incoming) -> Answer:
        now = moments.aware(self._clock())
        if self.faults.throttled(now.timestamp()):
            return self._json(503, {"errors": [messages.TOO_MANY_REQUESTS]})
        try:
            payload, delay = self._apply(incoming, now)
            return attrs.evolve(self._json(200, payload), delay=delay)
        except Refusal as refusal:
            return self._json(refusal.status, refusal.payload())
        except Exception as error:  # noqa: BLE001  (a broken rule must not stop the server)
            logger.error("A rule failed: %s", whereabouts(error))
            return self._json(500, {"errors": [messages.INTERNAL_ERROR]})

    def _apply(self, incoming: Incoming, now: datetime) -> tuple[Any, float]:
        """Run the rule for a request, in one transaction: all of it is kept, or nothing.

        Returns:
            What is answered, and how many seconds late.
        """
        self.keep_up()
        route, path_ids = self._match(incoming.path)
        gate.check_version(incoming.headers)
        with self._store.transaction(write=incoming.method != "GET" or route.get_writes):
            call = self._call(incoming, now, path_ids)
            try:
                payload = gate.admit(call, route)(call)
            except Refusal as refusal:
                refusal.warnings = self._account_warnings(call)
                raise
            call.warn(*self._account_warnings(call))
            told = self._told(call)
        self.courier.post(told)
        # The answer to a DELETE is an array, which has no room for warnings.
        if call.warnings and isinstance(payload, dict):
            payload = {**payload, "warnings": call.warnings}
        return payload, call.delay

    def _call(self, incoming: Incoming, now: datetime, path_ids: Mapping[str, str]) -> Call:
        return Call(
            incoming=incoming,
            store=self._store,
            quirks=self.quirks,
            behaviour=self._behaviour,
            now=now,
            path_ids=path_ids,
        )

    def _told(self, call: Call) -> list[Delivery]:
        return [
            Delivery(
                webhook_id=call_back.webhook_id,
                event_id=call_back.event_id,
                url=call_back.url,
                body=self._encoded(call_back.payload),
            )
            for call_back in webhooks.call_backs(call)
        ]

    def _match(self, path: str) -> tuple[Route, dict[str, str]]:
        if self.quirks.folder_without_slash:
            path = _FOLDER_WITHOUT_SLASH.sub(r"\1/", path)
        # Two slashes at the beginning are a door's mark of what is outside of its mount.
        if not path.startswith("//"):
            with suppress(NotFound):
                route, path_ids = self._routes.match(path, method="GET")
                return route, dict(path_ids)
        raise Refusal(501, messages.NOT_IMPLEMENTED)

    def _account_warnings(self, call: Call) -> tuple[str, ...]:
        """Return what is said with every answer, errors too, to a caller whose account is known."""
        overdue = call.username and self.quirks.past_due_warning
        return (messages.PAST_DUE,) if overdue else ()

    def _json(self, status: int, payload: Any) -> Answer:
        return self._finished(Answer(status=status, body=self._encoded(payload)))

    def _encoded(self, payload: Any) -> bytes:
        if self.quirks.numeric_ids:
            payload = phpjson.with_numbers(payload, _IDS)
        return phpjson.encode(payload)

    def _finished(self, answer: Answer) -> Answer:
        """Dress an answer: its media type, and HTML for a 503 where the quirks say so."""
        if answer.status == 503 and self.quirks.html_503:
            page = html_page(503, "Service Unavailable")
            return attrs.evolve(page, headers={**answer.headers, **page.headers})
        return attrs.evolve(
            answer, headers={"Content-Type": self.quirks.content_type, **answer.headers}
        )

    def _log(self, incoming: Incoming, outcome: Outcome, seconds: float) -> None:
        received = ReceivedRequest(
            method=incoming.method,
            path=incoming.path,
            query_names=tuple(incoming.query),
            status=outcome.answer.status if outcome.answer else None,
            at=moments.aware(self._clock()),
            milliseconds=seconds * 1000,
            fault=outcome.fault.kind.value if outcome.fault else None,
        )
        self.requests.append(received)
        if arrivals.logger.isEnabledFor(logging.INFO):
            arrivals.logger.info("%s", arrivals.line(received, self._template(incoming.path)))

    def _template(self, path: str) -> str:
        """Return a path as it may be logged: as in the routing table, and ids that are numbers."""
        try:
            route, path_ids = self._match(path)
        except Refusal:
            return arrivals.UNKNOWN_PATH
        shown = route.path
        for name, value in path_ids.items():
            if arrivals.PLAIN_ID.fullmatch(value):
                shown = shown.replace(f"<{name}>", value)
        return shown


@cache
def _routing_table() -> MapAdapter:
    """Return the table of all routes, which every sandbox of the process shares.

    To compile it takes ten times as long as all else that a new sandbox needs.
    """
    rules = [Rule(route.path, endpoint=route) for route in ROUTES]
    table = Map(rules, strict_slashes=False, merge_slashes=False, redirect_defaults=False)
    # Now, and not with the first request, which may come in several threads at once.
    table.update()
    return table.bind("sandbox")


def whereabouts(error: Exception) -> str:
    """Name an error and its place, without its text, which may hold personal data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {place.name}, line {place.lineno} of {place.filename}"
