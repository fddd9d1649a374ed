"""Events that wait are pushed after a restart, under real servers, without any request."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from icontact.integrations.inbox import Inbox
from icontact.integrations.mautic import sign
from icontact.integrations.triggers import PushIntegration
from icontact.push import PushSettings
from icontact.sandbox import Sandbox, Server
from tests.integrations.support import SECRET, encoded, hook, saved, script

pytestmark = pytest.mark.skipif(os.name != "posix", reason="gunicorn and kill -9 are of Unix")

PATIENCE = 60.0

PAGE = "operate-a-receiver.rst"

SETTINGS = 'list = "Newsletter"\npreset = "mautic"\n[[triggers]]\non = "saved"\n'

HOOKS = f"""
from icontact.integrations.receiver import receiver
from icontact.integrations.inbox import Inbox
from icontact.integrations.mautic import sign
from icontact.integrations.triggers import PushIntegration
from icontact.push import PushSettings

settings = PushSettings.from_toml("icontact.toml")
integration = PushIntegration.from_settings(settings, store="triggers.sqlite")
application = receiver(integration, secret="{SECRET}")
"""

FLASK = """
from flask import Blueprint, Flask, request

import hooks

blueprint = Blueprint("icontact", __name__)


@blueprint.route("/mautic", methods=["POST"])
def mautic():
    from werkzeug.wrappers import Response

    return Response.from_app(hooks.application, request.environ)


application = Flask(__name__)
application.register_blueprint(blueprint)
"""

DJANGO = """
import django
from django.conf import settings

settings.configure(ROOT_URLCONF="shop", SECRET_KEY="x", ALLOWED_HOSTS=["*"])
django.setup()

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

import hooks


def mautic(request):
    statuses = []
    environ = {**request.environ, "PATH_INFO": "/mautic"}
    body = b"".join(hooks.application(environ, lambda status, headers: statuses.append(status)))
    return HttpResponse(body, status=int(statuses[0][:3]), content_type="application/json")


urlpatterns = [path("mautic", mautic)]
application = get_wsgi_application()
"""

GUNICORN = ("-m", "gunicorn", "--workers", "2", "--threads", "2", "--log-level", "error")
COMMANDS = {
    "gunicorn": (*GUNICORN, "--bind", "127.0.0.1:{port}", "hooks:application"),
    "preload": (*GUNICORN, "--preload", "--bind", "127.0.0.1:{port}", "hooks:application"),
    "waitress": ("-m", "waitress", "--listen", "127.0.0.1:{port}", "hooks:application"),
    "flask blueprint": (*GUNICORN, "--bind", "127.0.0.1:{port}", "blueprint:application"),
    "django view": (*GUNICORN, "--bind", "127.0.0.1:{port}", "shop:application"),
}  # fmt: skip


@pytest.fixture
def icontact_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Sandbox, Server]]:
    with Sandbox() as sandbox, sandbox.serve(port=0) as server:
        monkeypatch.setenv("ICONTACT_BASE_URL", server.url)
        monkeypatch.setenv("ICONTACT_APP_ID", "sandbox-app")
        monkeypatch.setenv("ICONTACT_USERNAME", "sandbox@example.com")
        monkeypatch.setenv("ICONTACT_PASSWORD", "sandbox-password")
        yield sandbox, server


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(sandbox: Sandbox, number: int) -> None:
    """Wait until this number of contacts is there."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while len(sandbox.state.contacts()) < number:
        assert time.monotonic() < deadline, "what waited was not pushed"
        pause.wait(0.02)


def keep(folder: Path, number: int) -> None:
    """Keep an event as a receiver does that is killed before it has pushed."""
    settings = PushSettings.from_toml(folder / "icontact.toml")
    integration = PushIntegration.from_settings(settings, store=folder / "triggers.sqlite")
    body = encoded(hook("lead_post_save_update", saved(number)))
    assert integration.receive(body, signature=None, secret=None) == 1
    integration.close()


@pytest.mark.parametrize("server", COMMANDS)
def test_what_waits_is_pushed_after_a_restart_without_any_request(
    icontact_server: tuple[Sandbox, Server], tmp_path: Path, server: str
) -> None:
    sandbox, _ = icontact_server
    for name, text in {
        "icontact.toml": SETTINGS, "hooks.py": HOOKS, "blueprint.py": FLASK, "shop.py": DJANGO,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)

    # One restart of each server is enough; flask and django run under gunicorn.
    numbers = (1, 2) if server in ("gunicorn", "waitress") else (1,)
    for number in numbers:
        keep(tmp_path, number)
        words = [word.format(port=free_port()) for word in COMMANDS[server]]
        process = subprocess.Popen(
            [sys.executable, *words], cwd=tmp_path, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_for(sandbox, number)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)

    emails = sorted(one["email"] for one in sandbox.state.contacts())
    assert emails == [f"person{number}@example.com" for number in numbers]


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()


def test_the_service_of_the_page_is_watched_and_stopped_without_losing_an_event(
    icontact_server: tuple[Sandbox, Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, _ = icontact_server
    monkeypatch.setenv("MAUTIC_WEBHOOK_SECRET", SECRET)
    for name in ("hooks.py", "gunicorn_hooks.py"):
        (tmp_path / name).write_text(script(PAGE, name), "utf-8")
    (tmp_path / "icontact.toml").write_text(SETTINGS, "utf-8")
    keep(tmp_path, 1)
    port = free_port()
    words = ["--workers", "1", "--threads", "4", "--bind", f"127.0.0.1:{port}"]
    words += ["--log-level", "error", "--config", "gunicorn_hooks.py", "hooks:application"]
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", *words], cwd=tmp_path)
    try:
        wait_for(sandbox, 1)
        assert get(port, "/live")[0] == 200
        assert get(port, "/ready") == (200, '{"ready": true}')
        metrics = get(port, "/metrics")[1]
        assert "icontact_dead_letter_events 0.0" in metrics
        assert 'icontact_requests_total{method="POST",status="200"}' in metrics
        body = encoded(hook("lead_post_save_update", saved(2)))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Content-Type": "application/json", "Webhook-Signature": sign(body, SECRET)}
        connection.request("POST", "/mautic", body, headers)
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        process.terminate()
        code = process.wait(PATIENCE)
    assert code == 0
    inbox = Inbox(tmp_path / "triggers.sqlite")
    counts = inbox.counts()
    # Pushed before the process ended, or kept for the next one.
    assert counts["done"] + counts["waiting"] == 2
    assert counts["done"] == len(sandbox.state.contacts())
    inbox.close()
