"""What the unit tests share."""

from __future__ import annotations

import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import icontact
from icontact.sandbox import Sandbox
from icontact.transport import Answer, Call, Transport

BASE = "https://icontact.example/icp"
CREDENTIALS = icontact.Credentials(
    app_id="app-4711", username="owner@example.com", password="s3cret:pass"
)
FOLDER = "a/1/c/2"


class Clock:
    """Seconds that pass only when the code sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


class NoLimit:
    """A limiter that holds nothing back, and notes what it hears."""

    def __init__(self, waits: float = 0.0) -> None:
        self.waits = waits
        self.heard: list[bool] = []

    def acquire(self, cost: int = 1) -> float:
        return self.waits

    def report(self, *, throttled: bool) -> None:
        self.heard.append(throttled)


def transport_to(
    clock: Clock,
    base_url: str = BASE,
    credentials: icontact.Credentials | None = CREDENTIALS,
    **options: Any,
) -> Transport:
    """Return a transport that waits by the clock of the test, without jitter."""
    settings: dict[str, Any] = {
        "limiter": NoLimit(),
        "clock": clock,
        "sleep": clock.sleep,
        "draw": lambda: 0.0,
        **options,
    }
    return Transport(credentials, base_url=base_url, **settings)


def patient_client(sandbox: Sandbox, clock: Clock, **options: Any) -> icontact.Client:
    """Return a client of a sandbox that never really sleeps."""
    client = sandbox.client(**options)
    client._transport = transport_to(clock, sandbox.base_url, sandbox.credentials)
    return client


class Script:
    """Stands in for the transport: answers calls with payloads, and notes the calls."""

    def __init__(self, *payloads: Any, warnings: tuple[str, ...] = ()) -> None:
        self.payloads = list(payloads)
        self.warnings = warnings
        self.calls: list[Call] = []

    def send(self, call: Call, /) -> Answer:
        self.calls.append(call)
        payload = self.payloads.pop(0)
        if isinstance(payload, Exception):
            raise payload
        return Answer(status=200, payload=payload, warnings=self.warnings, call=call.summary())


Talk = Callable[[socket.socket], None]


@contextmanager
def listening(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve a loopback port: every connection is handed to ``talk``. Yields the port."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(10)
    closing = threading.Event()

    def serve() -> None:
        while not closing.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            if closing.is_set():
                connection.close()
                return
            try:
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
                talk(connection)
            except OSError:
                pass  # the client hung up, which is its right
            finally:
                connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = server.getsockname()[1]
    try:
        yield port
    finally:
        closing.set()
        # Wakes the thread that waits for the next connection.
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join(10)
        server.close()


def read_request(connection: socket.socket) -> bytes:
    """Read one request: its head, and as much body as it announces.

    Raises:
        EOFError: If the connection was closed before.
    """

    def more() -> bytes:
        if not (received := connection.recv(65536)):
            raise EOFError
        return received

    connection.settimeout(10)
    data = b""
    while b"\r\n\r\n" not in data:
        data += more()
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += more()
    return head + b"\r\n\r\n" + body


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return an answer as it travels."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def shown(error: BaseException) -> str:
    """Return all that a log has of an error beside lines of code, and what its attributes show."""
    parts = [repr(vars(error))]
    link: BaseException | None = error
    while link is not None:
        parts += [*traceback.format_exception_only(link), repr(link)]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(parts)
