"""The state of a receiver: metrics, readiness, a graceful stop."""

from __future__ import annotations

import builtins
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from icontact.errors import CallSummary, ConfigError
from icontact.integrations import mautic
from icontact.integrations.inbox import Inbox
from icontact.integrations.metrics import Metrics
from icontact.integrations.receiver import Receiver, receiver
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from icontact.transport import Event
from tests.integrations.conftest import MakeIntegration
from tests.integrations.support import SECRET, encoded, event, hook, request, saved
from tests.unit.support import Clock

pytest.importorskip("prometheus_client", reason="metrics need the extra `metrics`")


def get(application: Any, path: str, **more: Any) -> Any:
    return request(application, path, method=more.pop("method", "GET"), **more)


def samples(application: Any) -> dict[str, float]:
    """The values of the metrics, by name and labels, as Prometheus would read them."""
    from prometheus_client.parser import text_string_to_metric_families

    reply = get(application, "/metrics")
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {
        sample.name
        + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(reply.body.decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def application(make: MakeIntegration, metrics: Metrics) -> Receiver:
    integration = make(secret=SECRET, on_outcome=metrics.outcome)
    return receiver(integration, secret=SECRET, push=False, metrics=metrics)


def test_metrics_show_events_by_kind_and_outcome(
    application: Receiver, sandbox: Sandbox, clock: Clock
) -> None:
    integration = application.integration
    body = encoded(hook("lead_post_save_update", saved(1), saved(2)))
    request(application, body=body, HTTP_WEBHOOK_SIGNATURE=mautic.sign(body, SECRET))
    clock.now += 5
    before = samples(application)
    assert before["icontact_events kind=saved state=waiting"] == 2
    assert before["icontact_queue_events"] == 2
    assert before["icontact_oldest_waiting_seconds"] == 5
    integration.work()
    integration.handle(event(number=3, row={"email": "not an address"}))
    after = samples(application)
    assert after["icontact_events kind=saved state=done"] == 2
    assert after["icontact_outcomes_total kind=saved outcome=created"] == 2
    assert after["icontact_outcomes_total kind=saved outcome=rejected"] == 1
    assert after["icontact_dead_letter_events"] == 1
    assert after["icontact_queue_events"] == after["icontact_oldest_waiting_seconds"] == 0


def test_an_event_that_fires_no_rule_counts_as_nothing(
    make: MakeIntegration, metrics: Metrics
) -> None:
    integration = make(on_outcome=metrics.outcome)
    integration.handle(event("segment_added", segment_id=3))
    application = receiver(integration, secret=None, push=False, metrics=metrics)
    assert samples(application)["icontact_outcomes_total kind=segment_added outcome=nothing"] == 1


def test_metrics_show_requests_and_waits(
    application: Receiver, metrics: Metrics, sandbox: Sandbox
) -> None:
    client = sandbox.client(on_event=metrics.request)
    client.time()
    sandbox.faults.next(status=503)
    client._transport._sleep = lambda seconds: None
    client.time()
    call = CallSummary(method="GET", path="time", query_names=())
    metrics.request(Event(kind="wait", call=call, seconds=2.5))
    metrics.request(Event(kind="warning", call=call))
    found = samples(application)
    assert found["icontact_requests_total method=GET status=200"] == 2
    assert found["icontact_requests_total method=GET status=503"] == 1
    assert found["icontact_waits_total kind=retry"] == 1
    assert found["icontact_wait_seconds_total kind=wait"] == 2.5


def test_metrics_hold_no_address(application: Receiver) -> None:
    application.integration.handle(event(row={"email": "canary@example.com"}))
    assert b"canary" not in get(application, "/metrics").body


def test_without_metrics_there_is_no_page(make: MakeIntegration) -> None:
    assert get(receiver(make(), secret=None, push=False), "/metrics").status == 404


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def missing(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "prometheus_client":
            raise ImportError(name)
        return original(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ConfigError, match=r"pip install 'icontact\[metrics\]'"):
        Metrics()


def test_metrics_may_join_those_of_the_application(make: MakeIntegration) -> None:
    from prometheus_client import CollectorRegistry, Counter

    registry = CollectorRegistry()
    Counter("shop_orders", "Orders.", registry=registry).inc()
    application = receiver(make(), secret=None, push=False, metrics=Metrics(registry))
    assert samples(application)["shop_orders_total"] == 1


def test_a_receiver_is_live_and_ready_until_it_stops(application: Receiver) -> None:
    assert get(application, "/live").json == {"live": True}
    assert get(application, "/ready").json == {"ready": True}
    assert get(application, "/ready", method="POST").status == 405
    application.close()
    assert get(application, "/live").status == 200
    stopped = get(application, "/ready")
    assert (stopped.status, stopped.json["reason"]) == (503, "stopping")
    body = encoded(hook("lead_post_save_update", saved(1)))
    late = request(application, body=body, HTTP_WEBHOOK_SIGNATURE=mautic.sign(body, SECRET))
    assert late.status == 200
    assert application.integration.inbox.counts()["waiting"] == 1


def test_a_receiver_is_ready_while_icontact_is_away(
    application: Receiver, sandbox: Sandbox
) -> None:
    sandbox.faults.next(status=503, times=None)
    application.integration.handle(event())
    assert get(application, "/ready").status == 200


@pytest.mark.parametrize("path", ["/ready", "/metrics", "/healthz"])
def test_a_store_that_cannot_be_used_is_not_ready(
    application: Receiver, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(self: Inbox, *arguments: Any) -> Any:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Inbox, "check_writable", broken)
    monkeypatch.setattr(Inbox, "counts", broken)
    assert get(application, path).status == 503
    assert get(application, "/live").status == 200


def test_a_graceful_stop_finishes_the_contact_that_is_being_pushed(
    make: MakeIntegration, monkeypatch: pytest.MonkeyPatch, store: Path
) -> None:
    began, go_on = threading.Event(), threading.Event()
    original = ListPush.one

    def one(self: ListPush, row: Any) -> Any:
        began.set()
        assert go_on.wait(20)
        return original(self, row)

    monkeypatch.setattr(ListPush, "one", one)
    integration = make()
    integration.accept([event(number=1), event(number=2)])
    application = receiver(integration, secret=None)
    assert began.wait(20)
    stopping = threading.Thread(target=application.close)
    stopping.start()
    go_on.set()
    stopping.join(20)
    assert not stopping.is_alive()
    assert integration.inbox.counts()["done"] == 1
    assert integration.inbox.counts()["waiting"] == 1
