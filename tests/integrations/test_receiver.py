"""Receivers of web hooks, as any WSGI server calls them."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.validate import validator

import pytest

from icontact import webhooks
from icontact.errors import ConfigError
from icontact.integrations import mautic
from icontact.integrations.receiver import Receiver, icontact_receiver, receiver
from icontact.integrations.triggers import PushIntegration
from icontact.sandbox import Sandbox
from tests.integrations.conftest import MakeIntegration
from tests.integrations.support import (
    SECRET,
    SITE,
    Response,
    encoded,
    hook,
    request,
    saved,
    shown_by,
    submitted,
)

BODY = encoded({**hook("lead_post_save_new", saved(1)), **hook("form_on_submit", submitted(2))})
TOKEN = "a-token-that-is-not-guessed"
LARGE = BODY + b" " * mautic.MAX_BYTES


@pytest.fixture
def integration(request: pytest.FixtureRequest, make: MakeIntegration) -> PushIntegration:
    return make(push=lambda: request.getfixturevalue("push"))


@pytest.fixture
def application(integration: PushIntegration) -> Iterator[Receiver]:
    made = receiver(integration, secret=SECRET, push=False)
    yield made
    made.close()


def post(application: Receiver, body: bytes = BODY, **environ: Any) -> Response:
    environ.setdefault("HTTP_WEBHOOK_SIGNATURE", mautic.sign(body, SECRET))
    return request(application, body=body, **environ)


def test_a_web_hook_is_kept(application: Receiver, integration: PushIntegration) -> None:
    answer = post(application, HTTP_X_ORIGIN_BASE_URL=SITE)
    assert (answer.status, answer.json) == (200, {"new": 2})
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    claim = integration.inbox.claim(lease=60)
    assert claim is not None
    link = claim.newest.contact["mauticContactTimelineLink"]
    assert link == f"{SITE}/s/contacts/view/1"


def test_a_replayed_one_is_known(application: Receiver, integration: PushIntegration) -> None:
    assert post(application).json == {"new": 2}
    assert integration.work() == 2
    assert post(application).json == {"new": 0}
    assert integration.work() == 0


def test_it_speaks_wsgi_to_the_letter(application: Receiver) -> None:
    checked: Any = validator(application)
    started: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/mautic",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json; charset=utf-8",
        "CONTENT_LENGTH": str(len(BODY)),
        "HTTP_WEBHOOK_SIGNATURE": mautic.sign(BODY, SECRET),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(BODY),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    chunks = checked(environ, lambda *given: started.append(given))
    assert json.loads(b"".join(chunks)) == {"new": 2}
    chunks.close()
    assert started[0][0] == "200 OK"


class Endless:
    """A body of any length; tells how much of it was read."""

    def __init__(self) -> None:
        self.read_ = 0

    def read(self, size: int) -> bytes:
        self.read_ += size
        return b"x" * size


REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "another path": (404, {"path": "/mautic/"}),
    "another method": (405, {"method": "GET"}),
    "another type": (415, {"CONTENT_TYPE": "application/x-www-form-urlencoded"}),
    "no signature": (401, {"HTTP_WEBHOOK_SIGNATURE": ""}),
    "forged": (403, {"HTTP_WEBHOOK_SIGNATURE": mautic.sign(BODY, "other")}),
    "changed on the way": (403, {"wsgi.input": io.BytesIO(BODY.replace(b"Jo", b"Ja"))}),
    "truncated": (400, {"wsgi.input": io.BytesIO(BODY[:-5])}),
    "no length": (411, {"CONTENT_LENGTH": ""}),
    "an odd length": (400, {"CONTENT_LENGTH": "-1"}),
    "an endless length": (400, {"CONTENT_LENGTH": "9" * 30}),
    "50 MiB announced": (413, {"CONTENT_LENGTH": str(50 * 2**20), "wsgi.input": None}),
    "50 MiB in pieces": (
        413,
        {"CONTENT_LENGTH": "", "wsgi.input_terminated": True, "wsgi.input": Endless()},
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_request_is_refused_and_logged_without_contents(
    case: str,
    application: Receiver,
    integration: PushIntegration,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    status, environ = REFUSED[case]
    environ = {"QUERY_STRING": "canary=person1@example.com", **environ}
    answer = post(application, **environ)
    assert answer.status == status
    assert f"a web hook was refused: {status}" in caplog.text
    for private in ("canary", "person", "@", SECRET, "Jo", "/mautic"):
        assert private not in caplog.text
        assert private not in answer.body.decode()
    assert sum(integration.inbox.counts().values()) == 0


def test_of_a_body_that_is_too_long_no_more_is_read_than_shows_it(
    integration: PushIntegration,
) -> None:
    endless = Endless()
    environ: dict[str, Any] = {"wsgi.input": endless, "wsgi.input_terminated": True}
    environ["CONTENT_LENGTH"] = ""
    application = receiver(integration, secret=None, max_bytes=1000, push=False)
    assert request(application, **environ).status == 413
    assert endless.read_ == 1001


def test_a_receiver_with_a_larger_bound_takes_larger_bodies(integration: PushIntegration) -> None:
    application = receiver(integration, secret=SECRET, max_bytes=len(LARGE), push=False)
    assert post(application, LARGE).json == {"new": 2}


def test_a_body_in_pieces_is_taken_if_the_server_says_where_it_ends(application: Receiver) -> None:
    environ: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    assert post(application, **environ).status == 200


def test_a_stream_may_give_its_body_bit_by_bit(
    application: Receiver, integration: PushIntegration
) -> None:
    class Drops(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(7, size or 7))

    environ: dict[str, Any] = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    drops: dict[str, Any] = {"wsgi.input": Drops(BODY)}
    assert post(application, **environ, **drops).status == 200
    drops = {"wsgi.input": Drops(BODY)}
    assert post(application, **drops).json == {"new": 0}


def test_something_unforeseen_is_answered_and_logged_without_contents(
    application: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    class Torn(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError("canary@x.example")

    torn: dict[str, Any] = {"wsgi.input": Torn()}
    assert post(application, **torn).status == 500
    assert "unexpectedly: ConnectionResetError" in caplog.text
    assert "canary" not in caplog.text


def test_a_time_with_half_a_letter_in_it_loses_no_event(
    application: Receiver, integration: PushIntegration
) -> None:
    odd = {**saved(1), "timestamp": "2026-01-05\ud80010:00:00+00:00"}
    body = encoded(hook("lead_post_save_update", odd, saved(2)))
    assert post(application, body).json == {"new": 2}


def test_an_answer_to_head_has_no_body(application: Receiver) -> None:
    answer = request(application, "/healthz", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_a_signed_body_that_cannot_be_read_is_refused(application: Receiver) -> None:
    answer = post(application, body=b'{"canary": NaN}')
    assert (answer.status, answer.json) == (400, {"error": "expected JSON"})


def test_a_refused_method_says_which_are_taken(application: Receiver) -> None:
    assert post(application, method="PUT").headers["Allow"] == "POST"
    assert post(application, path="/healthz").headers["Allow"] == "GET, HEAD"


def test_an_invalid_address_of_mautic_loses_no_event(
    application: Receiver,
) -> None:
    assert post(application, HTTP_X_ORIGIN_BASE_URL="javascript:x").json == {"new": 2}


def test_without_a_secret_everything_is_taken(integration: PushIntegration) -> None:
    application = receiver(integration, secret=None, path="/hooks/unguessable", push=False)
    assert request(application, "/hooks/unguessable", BODY).json == {"new": 2}
    application.start()
    application.close()


def test_a_secret_that_is_not_text_is_a_mistake(
    integration: PushIntegration, make: MakeIntegration
) -> None:
    # What Python makes of an environment variable with bytes that are not UTF-8.
    for use in (
        lambda secret: receiver(integration, secret=secret),
        lambda secret: make(secret=secret),
        lambda secret: mautic.events(b"{}", signature="-", secret=secret),
    ):
        with pytest.raises(ConfigError, match="not text in UTF-8") as caught:
            use("canary\udcff")
        assert "canary" not in shown_by(caught.value)


def test_an_empty_secret_is_a_mistake(integration: PushIntegration) -> None:
    with pytest.raises(ConfigError, match="secret is empty"):
        receiver(integration, secret="")


def test_its_health_tells_counts_and_no_address(
    application: Receiver, integration: PushIntegration, clock: Any
) -> None:
    post(application)
    clock.now += 7
    answer = request(application, "/healthz", method="GET")
    assert answer.status == 200
    assert answer.json == {
        "events": {"waiting": 2, "done": 0, "dead_letter": 0, "dropped": 0},
        "oldest_waiting_seconds": 7.0,
    }


def broken(*_: Any, **__: Any) -> Any:
    raise sqlite3.OperationalError("canary@x.example")


def test_a_full_store_is_answered_with_an_error(
    application: Receiver,
    integration: PushIntegration,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(integration.inbox, "add", broken)
    monkeypatch.setattr(integration.inbox, "counts", broken)
    assert post(application).status == 503
    assert request(application, "/healthz", method="HEAD").status == 503
    assert "could not be kept: OperationalError" in caplog.text
    assert "canary" not in caplog.text


def test_it_answers_first_and_pushes_then(
    make: MakeIntegration, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    integration = make()
    answered, pushed = threading.Event(), threading.Event()
    work = integration.work

    def later(*, limit: int | None = None) -> int:
        answered.wait(20)
        done = work(limit=limit)
        if integration.pause() is None:
            pushed.set()
        return done

    monkeypatch.setattr(integration, "work", later)
    application = receiver(integration, secret=SECRET)
    application.start()
    assert post(application).json == {"new": 2}
    assert [one for one in sandbox.requests if one.method == "POST"] == []
    answered.set()
    assert pushed.wait(20)
    application.close()
    assert integration.inbox.counts()["done"] == 2


# iContact's own web hooks

CONTACT = b'[{"contact": {"contactId": "42", "email": "jo@example.com"}}]'
LEFT = b'[{"contact": {"contactId": "42"}, "list": {"listId": "7"}}]'


@pytest.fixture
def received() -> list[webhooks.WebhookEvent]:
    return []


@pytest.fixture
def icontacts(received: list[webhooks.WebhookEvent]) -> Callable[..., Response]:
    application = icontact_receiver(received.append, token=TOKEN)
    return lambda *given, **more: request(application, *given, **more)


def test_icontacts_events_reach_the_function(
    icontacts: Callable[..., Response], received: list[webhooks.WebhookEvent]
) -> None:
    assert icontacts(f"/icontact/{TOKEN}/contact_unsubscribed", LEFT).json == {"events": 1}
    assert icontacts(f"/icontact/{TOKEN}", CONTACT, CONTENT_TYPE="text/html").status == 200
    left, changed = received
    assert isinstance(left, webhooks.SubscriptionEvent)
    assert (left.event_id, left.contact_list.list_id) == ("contact_unsubscribed", 7)
    assert (changed.event_id, changed.contact.contact_id) == (None, 42)


@pytest.mark.parametrize(
    "path",
    [
        "/icontact/",
        "/icontact",
        "/",
        f"/icontact/{TOKEN}x",
        f"/icontact/{TOKEN[:-1]}",
        f"/icontact/{TOKEN}/contact_painted",
        f"/x/icontact/{TOKEN}",
        "/icontact/é\udcff",
    ],
)
def test_without_the_token_nothing_is_there(
    icontacts: Callable[..., Response], path: str, received: list[webhooks.WebhookEvent]
) -> None:
    assert icontacts(path, CONTACT).status == 404
    assert received == []


def test_what_icontact_does_not_send_is_refused(
    icontacts: Callable[..., Response], caplog: pytest.LogCaptureFixture
) -> None:
    path = f"/icontact/{TOKEN}/contact_created"
    assert icontacts(path, CONTACT, method="GET").status == 405
    assert icontacts(path, b"{}").json == {"error": "expected an array of events"}
    assert icontacts(path, LEFT).status == 400
    assert icontacts(path, b"", CONTENT_LENGTH=str(50 * 2**20)).status == 413
    assert TOKEN not in caplog.text


def test_a_failing_function_is_reported_to_icontact_alone(caplog: pytest.LogCaptureFixture) -> None:
    def fails(event: webhooks.WebhookEvent) -> None:
        raise ValueError(f"canary {event.contact.email}")

    application = icontact_receiver(fails, token=TOKEN, path="/hooks/")
    assert request(application, f"/hooks/{TOKEN}", CONTACT).status == 500
    assert "the function for a web hook failed: ValueError" in caplog.text
    assert "canary" not in caplog.text


@pytest.mark.parametrize("token", ["", "short", "x" * 18 + "/x", "é" * 30, "a b\n" * 10])
def test_a_token_that_can_be_guessed_is_refused(token: str) -> None:
    with pytest.raises(ConfigError, match="long and random"):
        icontact_receiver(print, token=token)
