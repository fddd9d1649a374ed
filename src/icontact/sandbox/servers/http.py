"""The sandbox over HTTP/1.1: keep-alive, TLS, and a thread for each connection."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
import socketserver
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

from icontact.sandbox import phpjson
from icontact.sandbox.app import error_location
from icontact.sandbox.control import CONTROL
from icontact.sandbox.exchange import OutgoingResponse, is_loopback
from icontact.sandbox.servers.http_parser import Head, RequestReader, Unreadable
from icontact.sandbox.servers.router import MOUNT, Router, finalize, status_line

logger: logging.Logger = logging.getLogger("icontact.sandbox")

PATIENCE = 60.0
"""How many seconds a client may be silent by default."""

_POLL_SECONDS = 0.05
_JOIN_SECONDS = 5.0
_DRAIN_SECONDS = 1.0
_DRAIN_READS = 64
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_CLOSING = Head(method="", target="", minor=1, headers={"connection": "close"})


class HttpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves the sandbox on a port, from threads of its own.

    Raises:
        OSError: The port is taken, or the address is not of this machine.
    """

    daemon_threads: bool = True
    allow_reuse_address: bool = os.name == "posix"
    request_queue_size: int = 128

    def __init__(
        self,
        router: Router,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None = None,
        sleep: Callable[[float], object] = time.sleep,
        patience: float = PATIENCE,
    ) -> None:
        if not is_loopback(host):
            what = "read, fill and control it" if router.control else "read and fill it"
            warnings.warn(
                f"The sandbox listens on {host}, so that others can reach it, and {what}: its"
                " credentials are public. Leave the host out to stay on this machine.",
                stacklevel=3,
            )
        self._router, self._tls, self._sleep, self._patience = router, tls, sleep, patience
        self._connections: dict[threading.Thread, socket.socket] = {}
        self.address_family: int = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), socketserver.BaseRequestHandler)
        except OSError as error:
            advice = error.strerror or str(error)
            if error.errno == errno.EADDRINUSE:
                advice = "the port is taken; choose another one, or 0 for any that is free"
            text = f"The sandbox cannot listen on {host}:{port}: {advice}"
            raise OSError(error.errno, text) from None
        self.port: int = self.server_address[1]
        shown = f"[{host}]" if ":" in host else host
        origin = f"{'http' if tls is None else 'https'}://{shown}:{self.port}"
        self.url: str = origin + MOUNT
        self.control_url: str | None = origin + CONTROL if router.control else None
        self._thread = threading.Thread(
            target=self.serve_forever,
            args=(_POLL_SECONDS,),
            name=f"icontact-sandbox-{self.port}",
            daemon=True,
        )
        self._thread.start()

    def wait(self) -> None:
        """Wait until the server is closed; Ctrl-C ends the wait."""
        while self._thread.is_alive():
            self._thread.join(_POLL_SECONDS * 10)

    def close(self) -> None:
        """Stop serving, break the connections that are still open, and wait for the threads."""
        if not self._thread.is_alive():
            return
        self.shutdown()
        self._thread.join(_JOIN_SECONDS)
        self.server_close()
        # The copy is made in one step, whatever the threads do meanwhile.
        still_open = dict(self._connections)
        for connection in still_open.values():
            # It may have ended by itself.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in still_open:
            thread.join(_JOIN_SECONDS)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection, in the thread that was made for it."""
        connection: socket.socket = request
        thread = threading.current_thread()
        self._connections[thread] = connection
        try:
            connection.settimeout(self._patience)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            if self._tls is not None:
                # In this thread, since a client may take its time for the handshake.
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._connections[thread] = connection
            self._serve_requests(connection)
        except OSError:
            # The client went away, or speaks no TLS.
            pass
        except Exception as error:  # noqa: BLE001  (it must not stop the server)
            logger.error("A connection ended by a fault: %s", error_location(error))
        finally:
            del self._connections[thread]
            connection.close()

    def _serve_requests(self, connection: socket.socket) -> None:
        reader = RequestReader(connection, self._patience)
        try:
            while (head := reader.read_head()) is not None:
                if not self._serve_request(connection, reader, head):
                    return
        except Unreadable as problem:
            error = {"errors": [status_line(problem.status).partition(" ")[2]]}
            answer = OutgoingResponse(
                status=problem.status,
                headers={"Content-Type": "application/json"},
                body=phpjson.encode(error),
            )
            self._send(connection, _CLOSING, answer)
            # A client that is still sending reads the answer before the connection is closed.
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(_DRAIN_SECONDS)
            for _ in range(_DRAIN_READS):
                if not connection.recv(64 * 1024):
                    return

    def _serve_request(self, connection: socket.socket, reader: RequestReader, head: Head) -> bool:
        """Answer one request, and say whether there may be another."""
        if head.awaits_continue:
            connection.sendall(_CONTINUE)
        body = reader.read_body(head, self._router.max_body_bytes)
        target = head.target
        if not target.startswith("/"):
            # It may name the host, too.
            target = "/" + target.partition("://")[2].partition("/")[2]
        path, _, query = target.partition("?")
        path = unquote(path.partition("#")[0], errors="replace")
        handled = self._router.receive(head.method, path, query, head.headers, body)
        answer = handled.answer
        if answer is None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            return False
        if handled.delay:
            self._sleep(handled.delay)
        self._send(connection, head, answer)
        return head.keeps_alive

    def _send(self, connection: socket.socket, head: Head, answer: OutgoingResponse) -> None:
        headers, body = finalize(head.method, head.headers, answer)
        lines = [f"HTTP/1.1 {status_line(answer.status)}", f"Date: {formatdate(usegmt=True)}"]
        lines.append("Server: icontact-sandbox")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not head.keeps_alive:
            lines.append("Connection: close")
        elif head.minor == 0:
            lines.append("Connection: keep-alive")
        connection.settimeout(self._patience)
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
