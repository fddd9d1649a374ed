"""Mautic's REST API for contacts, written from its documentation: in the process, or served."""

from __future__ import annotations

import base64
import csv
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
import responses

from icontact.integrations.mautic import Mautic
from tests.integrations.support import SITE, moment, person

USERNAME, PASSWORD = "api", "mautic-s3cret"


class FakeMautic:
    """Contacts with their do-not-contact entries, and the requests that were answered."""

    def __init__(self) -> None:
        self.contacts: dict[int, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        #: How often do-not-contact was set, by the contact's id.
        self.marked: dict[int, int] = {}
        #: Called before a request is answered; may raise ``ConnectionError``.
        self.before: Callable[[str, str], object] = lambda method, path: None
        #: Called with an event's name and entry, as a web hook would be.
        self.hook: Callable[[str, dict[str, Any]], object] = lambda kind, entry: None
        self.ignores_where = False
        self._lock = threading.Lock()

    def add(self, email: str, **values: Any) -> int:
        number = len(self.contacts) + 1
        self.contacts[number] = person(number, email=email, **values)
        return number

    def email(self, number: int) -> str:
        return str(self.contacts[number]["fields"]["core"]["email"]["value"])

    def entries(self, number: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.contacts[number]["doNotContact"]
        return found

    @property
    def blocked(self) -> set[str]:
        return {self.email(number) for number in self.contacts if self.entries(number)}

    def client(self, url: str = SITE, **options: Any) -> Mautic:
        return Mautic(url, username=USERNAME, password=PASSWORD, **options)

    def install(self, answers: responses.RequestsMock) -> FakeMautic:
        """Answer in the process what is asked of ``SITE``."""

        def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            authorization = str(request.headers.get("Authorization"))
            body = request.body if isinstance(request.body, bytes) else b""
            status, content = self.answer(
                str(request.method), str(request.url), authorization, body
            )
            return status, {}, json.dumps(content)

        for method in (responses.GET, responses.POST):
            answers.add_callback(method, re.compile(re.escape(SITE)), answer)
        return self

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Answer on a port of this machine, and give the address."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _reply(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                authorization = str(self.headers.get("Authorization"))
                status, content = fake.answer(self.command, self.path, authorization, body)
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = _reply  # noqa: N815  (the server calls these names)

            def log_message(self, *arguments: Any) -> None:
                """Print nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *arguments: Any) -> None:
                """Print nothing about a client that was killed."""

        server = Server(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, method: str, url: str, authorization: str, body: bytes) -> tuple[int, Any]:
        parts = urlsplit(url)
        self.before(method, parts.path)
        wanted = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        if authorization != f"Basic {wanted}":
            return 401, {"errors": [{"message": "authentication required", "code": 401}]}
        with self._lock:
            self.requests.append((method, parts.path))
            if parts.path == "/api/contacts" and method == "GET":
                return 200, self._list(parse_qs(parts.query))
            match = re.fullmatch(r"/api/contacts/(\d+)(/dnc/email/add)?", parts.path)
            number = int(match[1]) if match else 0
            if match is None or number not in self.contacts or bool(match[2]) != (method == "POST"):
                return 404, {"errors": [{"message": "Item was not found.", "code": 404}]}
            if match[2]:
                self._block(number, json.loads(body or b"{}"))
            return 200, {"contact": self._shown(number)}

    def _shown(self, number: int) -> dict[str, Any]:
        contact = json.loads(json.dumps(self.contacts[number]))
        core = contact["fields"]["core"]
        contact["fields"]["all"] = {"id": number, **{name: core[name]["value"] for name in core}}
        return dict(contact)

    def _list(self, query: dict[str, list[str]]) -> dict[str, Any]:
        found = sorted(self.contacts)
        if "where[0][val]" in query and not self.ignores_where:
            assert query["where[0][col]"] == ["email"]
            assert query["where[0][expr]"] == ["in"]
            (values,) = csv.reader([query["where[0][val]"][0]])
            wanted = {value.lower() for value in values}
            found = [number for number in found if self.email(number).lower() in wanted]
        start, limit = int(query.get("start", ["0"])[0]), int(query.get("limit", ["30"])[0])
        page = {str(number): self._shown(number) for number in found[start : start + limit]}
        return {"total": str(len(found)), "contacts": page or []}

    def _block(self, number: int, given: dict[str, Any]) -> None:
        entries = self.entries(number)
        self.marked[number] = self.marked.get(number, 0) + 1
        before = "unsubscribed" if entries else "contactable"
        comments = given.get("comments", "")
        entry = {"id": number, "reason": given.get("reason", 3), "comments": comments}
        entries[:] = [{**entry, "channel": "email", "channelId": None}]
        names = {1: "unsubscribed", 2: "bounced", 3: "manual"}
        self.hook(
            "lead_channel_subscription_changed",
            {
                "contact": self.contacts[number],
                "channel": "email",
                "old_status": before,
                "new_status": names[entry["reason"]],
                "timestamp": moment(3600),
            },
        )
