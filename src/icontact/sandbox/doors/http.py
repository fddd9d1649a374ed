"""The sandbox as a real server: HTTP/1.1 with keep-alive, a thread for each connection."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import ssl
import struct
import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import WSGIRequestHandler, make_server

from icontact.sandbox.doors.wsgi import MOUNT

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_POLL_SECONDS = 0.05
_JOIN_SECONDS = 5.0
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class HttpServer:
    """A WSGI application on a port, served from a thread of its own.

    Args:
        wsgi: The application.
        host: The address to listen on; anything but loopback is warned about.
        port: The port; 0 takes a free one.
        tls: The server's side of TLS; ``None`` speaks plain HTTP.

    Raises:
        OSError: The port is taken, or the address is not of this machine.
    """

    def __init__(
        self, wsgi: WSGIApplication, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        _warn_beyond_loopback(host)
        self._connections = _Connections()
        handler = type("Handler", (_Handler,), {"connections": self._connections})
        with _listen(host, port) as listener:
            self._server = make_server(
                host, port, wsgi, True, request_handler=handler, ssl_context=tls,
                fd=listener.fileno(),
            )  # fmt: skip
        self.port: int = self._server.port
        shown = f"[{host}]" if ":" in host else host
        self.url: str = f"{'http' if tls is None else 'https'}://{shown}:{self.port}{MOUNT}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(_POLL_SECONDS,),
            name=f"icontact-sandbox-{self.port}",
            daemon=True,
        )
        self._thread.start()

    def wait(self) -> None:
        """Wait until the server is closed, open to Ctrl-C."""
        while self._thread.is_alive():
            self._thread.join(_POLL_SECONDS * 10)

    def close(self) -> None:
        """Stop serving, break the connections that are still open, and wait for the threads."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(_JOIN_SECONDS)
            self._connections.close(_JOIN_SECONDS)


class _Connections:
    """The connections that are open, and the threads that serve them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}

    def add(self, connection: socket.socket) -> None:
        with self._lock:
            self._open[threading.current_thread()] = connection

    def remove(self) -> None:
        with self._lock:
            del self._open[threading.current_thread()]

    def close(self, seconds: float) -> None:
        with self._lock:
            still_open = dict(self._open)
        for connection in still_open.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in still_open:
            thread.join(seconds)


class _Handler(WSGIRequestHandler):
    """Werkzeug's handler, but quiet, and keeping connections alive."""

    connections: _Connections
    protocol_version = "HTTP/1.1"
    # The end of a long answer would otherwise wait until its beginning is acknowledged.
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.connections.add(self.connection)

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.connections.remove()

    def run_wsgi(self) -> None:
        """Answer one request.

        Werkzeug's own way closes the connection after each, since an application may leave
        a part of the body unread. This one does not.
        """
        head: list[bytes] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], Any]:
            lines = [f"{self.protocol_version} {status}"]
            lines += [f"{name}: {value}" for name, value in headers]
            head.append("\r\n".join([*lines, "", ""]).encode("latin-1"))
            return head.append

        try:
            chunks = list(self.server.app(self.make_environ(), start_response))
        except OSError:
            self._reset()
        else:
            self.wfile.write(b"".join([*head, *chunks]))

    def _reset(self) -> None:
        """Break the connection: no farewell, but a reset."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.connection.close()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: request lines hold query values, which are personal data."""


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        problem = error
    if problem.errno == errno.EADDRINUSE:
        advice = "the port is taken; choose another one, or 0 for any that is free"
    else:
        advice = problem.strerror or str(problem)
    raise OSError(problem.errno, f"The sandbox cannot listen on {host}:{port}: {advice}")


def _warn_beyond_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        warnings.warn(
            f"The sandbox listens on {host}, so that others can reach it; its credentials are"
            " no secret. Leave the host away to stay on this machine.",
            stacklevel=5,
        )
