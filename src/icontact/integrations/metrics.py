"""Metrics of a receiver in Prometheus' text format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from icontact.errors import ConfigError
from icontact.integrations.events import ContactEvent
from icontact.integrations.inbox import Inbox
from icontact.push import PushOutcome
from icontact.transport import Event

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

__all__ = ["Metrics"]


class Metrics:
    """Counts what a receiver does. Needs the extra ``metrics``.

    .. code-block:: python

        metrics = Metrics()
        client = icontact.Client.from_env(on_event=metrics.request)

    Give ``metrics.outcome`` to :class:`~icontact.integrations.triggers.PushIntegration` as
    ``on_outcome``, and the metrics to :func:`~icontact.integrations.receiver.receiver`.

    The size of the queue and the age of its oldest event are read from the store, so that every
    process shows the same; what is counted is counted in each process.

    Args:
        registry: Where the counters are registered; by default one of their own. A registry of the
            application adds its metrics to the reply.

    Raises:
        ConfigError: If prometheus-client is not installed.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        try:
            from prometheus_client import CollectorRegistry, Counter
        except ImportError:
            raise ConfigError(
                "metrics need prometheus-client: pip install 'icontact[metrics]'"
            ) from None
        self.registry: CollectorRegistry = CollectorRegistry() if registry is None else registry

        def counter(name: str, help_text: str, *labels: str) -> Any:
            return Counter(name, help_text, labels, registry=self.registry)

        self._outcomes = counter(
            "icontact_outcomes",
            "Contacts that were dealt with, by the kind of their last event and the outcome.",
            *("kind", "outcome"),
        )
        self._requests = counter(
            "icontact_requests",
            "Requests to iContact, by method and HTTP status.",
            *("method", "status"),
        )
        self._waits = counter(
            "icontact_waits",
            "Pauses before a request: kept to the limit (wait), or sent again (retry).",
            "kind",
        )
        self._wait_seconds = counter("icontact_wait_seconds", "Seconds of these pauses.", "kind")

    def request(self, event: Event) -> None:
        """Count a request or a pause; made for ``Client(on_event=…)``."""
        if event.kind == "request":
            status = "none" if event.status is None else str(event.status)
            self._requests.labels(method=event.call.method, status=status).inc()
        elif event.kind in ("retry", "wait"):
            self._waits.labels(kind=event.kind).inc()
            self._wait_seconds.labels(kind=event.kind).inc(event.seconds)

    def outcome(self, event: ContactEvent, outcome: PushOutcome | None) -> None:
        """Count a contact that was dealt with; made for ``PushIntegration(on_outcome=…)``."""
        status = "nothing" if outcome is None else outcome.status.value
        self._outcomes.labels(kind=event.type.value, outcome=status).inc()

    def exposition(self, inbox: Inbox) -> tuple[str, bytes]:
        """Return the content type and the text of all metrics, those of the store among them.

        Raises:
            sqlite3.Error: If the store cannot be read.
        """
        from prometheus_client import CollectorRegistry, Gauge, generate_latest
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

        stored: Any = CollectorRegistry()
        events = Gauge(
            "icontact_events", "Events in the store.", ["kind", "state"], registry=stored
        )
        for kind, state, number in inbox.counts_by_type():
            events.labels(kind=kind, state=state).set(number)
        counts = inbox.counts()
        for name, help_text, value in (
            ("icontact_queue_events", "Events that wait.", counts["waiting"]),
            ("icontact_dead_letter_events", "Events that need a person.", counts["dead_letter"]),
            (
                "icontact_oldest_waiting_seconds",
                "Age of the oldest event that waits; 0 if none waits.",
                inbox.oldest_waiting() or 0.0,
            ),
        ):
            Gauge(name, help_text, registry=stored).set(value)
        return CONTENT_TYPE_PLAIN_0_0_4, generate_latest(stored) + generate_latest(self.registry)
