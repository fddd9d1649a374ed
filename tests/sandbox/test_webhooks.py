"""Web hooks, which are really delivered, on this machine only (API 17.2)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from icontact.sandbox import Delivery
from icontact.sandbox.webhook_sender import WebhookSender
from tests.sandbox.wire import Wire


class Receiver:
    """A server on loopback that keeps what it receives."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str | None, Any]] = []
        self.gate = threading.Event()
        self.gate.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.gate.wait(10)
                kind = self.headers["Content-Type"]
                receiver.received.append((self.path, kind, json.loads(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        self.gate.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def hook(wire: Wire, event: str, url: str) -> str:
    answer = wire.post("/webhooks", [{"eventId": event, "url": url}])
    webhook_id: str = answer["webhooks"][0]["webhookId"]
    return webhook_id


def test_a_web_hook_is_created_read_and_deleted(wire: Wire) -> None:
    (row,) = wire.post(
        "/webhooks", [{"eventId": "contact_created", "url": "https://example.com/hook"}]
    )["webhooks"]
    assert row == {
        "webhookId": "1",
        "eventId": "contact_created",
        "url": "https://example.com/hook",
    }
    assert wire.get("/webhooks/1") == {"webhook": row}
    assert wire.get("/webhooks") == {"webhooks": [row], "limit": 20, "offset": 0, "total": 1}
    assert wire.sandbox.state.webhooks() == [row]
    assert wire.delete("/webhooks/1") == []
    assert wire.refused("GET", "/webhooks/1") == (404, ["Not Found"])


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"eventId": "contact_deleted"}, "eventId can be one of contact_created"),
        ({"eventId": ""}, "You did not provide an eventId field"),
        ({"url": ""}, "You did not provide an url field"),
        ({"url": "ftp://example.com"}, "The url value you provided was not valid"),
        ({"url": "http://"}, "The url value you provided was not valid"),
        ({"url": "http://[x"}, "The url value you provided was not valid"),
        ({"url": "http://x:99999"}, "The url value you provided was not valid"),
        ({"webhookId": 1}, "not allowed here"),
    ],
)
def test_what_cannot_be_created_becomes_a_warning(
    wire: Wire, fields: dict[str, Any], text: str
) -> None:
    item = {"eventId": "contact_created", "url": "http://127.0.0.1/", **fields}
    answer = wire.post("/webhooks", [item])
    assert answer["webhooks"] is None
    assert text in answer["warnings"][0]


def test_contacts_are_told_of_as_documented(wire: Wire, receiver: Receiver) -> None:
    hook(wire, "contact_created", f"{receiver.url}/created?secret=1")
    hook(wire, "contact_updated", receiver.url)
    contact_id = wire.contact(firstName="Jo")
    wire.post(f"/contacts/{contact_id}", {"firstName": "Joe"})
    first, second = wire.sandbox.webhooks.wait()
    assert (first.webhook_id, first.event_id, first.status) == (1, "contact_created", 204)
    assert second.event_id == "contact_updated"
    (path, kind, body), (root, _, update) = receiver.received
    assert (path, kind, root) == ("/created?secret=1", "application/json", "/")
    assert list(body[0]) == ["contact"]
    assert (body[0]["contact"]["contactId"], body[0]["contact"]["firstName"]) == (contact_id, "Jo")
    assert update[0]["contact"]["firstName"] == "Joe"


def test_subscriptions_are_told_of_with_their_list(wire: Wire, receiver: Receiver) -> None:
    hook(wire, "contact_subscribed", receiver.url)
    hook(wire, "contact_unsubscribed", receiver.url)
    wire.sandbox.seed(lists=[{"name": "Second"}])
    contact_id = wire.contact()
    wire.subscribe(contact_id)
    wire.put(f"/subscriptions/205303_{contact_id}", {"listId": 205304})
    wire.post(f"/subscriptions/205304_{contact_id}", {"status": "unsubscribed"})
    events = [delivery.event_id for delivery in wire.sandbox.webhooks.wait()]
    assert events == ["contact_subscribed", "contact_subscribed", "contact_unsubscribed"]
    bodies = [body for _, _, body in receiver.received]
    assert [list(body[0]) for body in bodies] == [["contact", "list"]] * 3
    assert [body[0]["list"]["listId"] for body in bodies] == ["205303", "205304", "205304"]
    assert bodies[0][0]["contact"]["contactId"] == contact_id


def test_there_is_no_event_for_a_status(wire: Wire, receiver: Receiver) -> None:
    contact_id = wire.contact()
    for event in ("contact_updated", "contact_subscribed", "contact_unsubscribed"):
        hook(wire, event, receiver.url)
    wire.post("/subscriptions", [
        {"contactId": contact_id, "listId": 205303, "status": "pending"}
    ])  # fmt: skip
    wire.post(f"/contacts/{contact_id}", {"status": "donotcontact"})
    wire.delete(f"/contacts/{contact_id}")
    assert wire.sandbox.webhooks.wait() == ()


def test_events_of_one_request_come_together_or_one_by_one(
    quirky: Callable[..., Wire], receiver: Receiver
) -> None:
    for batches, sizes in ((True, [3]), (False, [1, 1, 1])):
        receiver.received.clear()
        wire = quirky(webhook_batches=batches)
        hook(wire, "contact_created", receiver.url)
        wire.post("/contacts", [{"email": f"{name}@example.com"} for name in "abc"])
        wire.sandbox.webhooks.wait()
        assert [len(body) for _, _, body in receiver.received] == sizes


def test_a_folder_hears_of_itself_only(wire: Wire, receiver: Receiver) -> None:
    other = wire.sandbox.add_client_folder()
    wire.sandbox.seed(
        webhooks=[{"eventId": "contact_created", "url": receiver.url}], folder_id=other
    )
    wire.contact()
    assert wire.sandbox.webhooks.wait() == ()


def test_a_request_that_is_refused_tells_nothing(wire: Wire, receiver: Receiver) -> None:
    hook(wire, "contact_created", receiver.url)
    wire.post("/contacts", [{}])
    wire.refused("POST", "/contacts/1", {})
    assert wire.sandbox.webhooks.wait() == ()


def test_recipients_who_leave_are_told_of(lively: Callable[..., Wire], receiver: Receiver) -> None:
    wire = lively(unsubscribe_rate=1.0)
    wire.people(2)
    hook(wire, "contact_unsubscribed", receiver.url)
    wire.dispatch(wire.message(), scheduledTime="2012-06-09T18:00:00-04:00")
    assert wire.sandbox.webhooks.wait() == ()
    wire.sandbox.advance(days=1)
    (delivery,) = wire.sandbox.webhooks.wait()
    assert len(json.loads(delivery.body)) == 2


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "http://192.0.2.1/", "http://127.0.0.1.example.com/"]
)
def test_nothing_ever_goes_to_another_host(
    wire: Wire, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr("http.client.HTTPConnection.connect", never)
    monkeypatch.setattr("http.client.HTTPSConnection.connect", never)
    hook(wire, "contact_created", url)
    wire.contact()
    (delivery,) = wire.sandbox.webhooks.wait()
    assert (delivery.status, delivery.problem) == (
        None,
        "The sandbox delivers to this machine only",
    )
    assert wire.sandbox.webhooks.deliveries == (delivery,)
    assert "jo@" not in repr(delivery)


def test_a_receiver_that_is_not_there_is_noted(wire: Wire, receiver: Receiver) -> None:
    receiver.close()
    port = receiver.server.server_port
    hook(wire, "contact_created", f"http://localhost:{port}/")
    hook(wire, "contact_created", f"https://127.0.0.1:{port}/")
    wire.contact()
    problems = [delivery.problem for delivery in wire.sandbox.webhooks.wait()]
    assert len(problems) == 2
    assert all("Error" in problem for problem in problems)


@pytest.mark.parametrize("url", ["http://127.0.0.1/h\xf6k", "http://127.0.0.1:99999/", "http://[x"])
def test_a_url_that_cannot_be_called_is_noted_and_others_are_called(
    wire: Wire, receiver: Receiver, url: str
) -> None:
    wire.sandbox.seed(
        webhooks=[{"eventId": "contact_created", "url": each} for each in (url, receiver.url)]
    )
    wire.contact()
    broken, called = wire.sandbox.webhooks.wait()
    assert broken.status is None
    assert "Error" in broken.problem
    assert called.status == 204


def test_waiting_has_an_end(wire: Wire, receiver: Receiver) -> None:
    hook(wire, "contact_created", receiver.url)
    receiver.gate.clear()
    wire.contact()
    with pytest.raises(TimeoutError, match="still being sent"):
        wire.sandbox.webhooks.wait(0.01)
    wire.contact("b@example.com")
    receiver.gate.set()
    assert len(wire.sandbox.webhooks.wait()) == 2


def test_nothing_to_deliver_starts_nothing() -> None:
    sender = WebhookSender()
    sender.post([])
    assert sender.wait() == ()
    sender.post([Delivery(webhook_id=1, event_id="x", url="http://x.example/", body=b"")])
    assert len(sender.wait()) == 1


def test_ids_may_be_numbers(quirky: Callable[..., Wire], receiver: Receiver) -> None:
    wire = quirky(numeric_ids=True)
    hook(wire, "contact_created", receiver.url)
    assert wire.get("/webhooks")["webhooks"][0]["webhookId"] == 1
    wire.contact()
    wire.sandbox.webhooks.wait()
    ((_, _, body),) = receiver.received
    assert body[0]["contact"]["contactId"] == 66674163
