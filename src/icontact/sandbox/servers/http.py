"""The sandbox as a real server: HTTP/1.1 with keep-alive, a thread for each connection."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
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
from icontact.sandbox.exchange import OutgoingResponse
from icontact.sandbox.servers.http_parser import Head, RequestReader, Unreadable
from icontact.sandbox.servers.router import MOUNT, Router, finalize, status_line

logger: logging.Logger = logging.getLogger("icontact.sandbox")

PATIENCE = 60.0
"""For how many seconds a client may keep silent, unless a server is told otherwise."""

_POLL_SECONDS = 0.05
_JOIN_SECONDS = 5.0
_FAREWELL_SECONDS = 1.0
_FAREWELL_READS = 64
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class HttpServer:
    """A site on a port, served from threads of its own.

    Args:
        site: What is served.
        host: The address to listen on; anything but loopback is warned about.
        port: The port; 0 takes a free one.
        tls: The server's side of TLS; ``None`` speaks plain HTTP.
        sleep: How to wait, for slow answers.
        patience: For how many seconds a client may keep silent, or take for a head or a body.

    Raises:
        OSError: The port is taken, or the address is not of this machine.
    """

    def __init__(
        self,
        site: Router,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None = None,
        sleep: Callable[[float], object] = time.sleep,
        patience: float = PATIENCE,
    ) -> None:
        _warn_beyond_loopback(host, site.control is not None)
        self._connections = _Connections()
        self._site, self._tls, self._sleep, self._patience = site, tls, sleep, patience
        self._server = _listen(host, port, self._converse)
        self.port: int = self._server.server_address[1]
        shown = f"[{host}]" if ":" in host else host
        self.origin: str = f"{'http' if tls is None else 'https'}://{shown}:{self.port}"
        self.url: str = self.origin + MOUNT
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
            self._server.server_close()
            self._connections.close(_JOIN_SECONDS)

    def _converse(self, line: socket.socket) -> None:
        """Serve one connection, in the thread that was made for it."""
        self._connections.add(line)
        try:
            line.settimeout(self._patience)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
            if self._tls is not None:
                # Here and not where connections are accepted: a client may take its time for this.
                line = self._tls.wrap_socket(line, server_side=True)
                self._connections.add(line)
            conversation = _Conversation(line, self._site, self._sleep, self._patience)
            conversation.run()
        except OSError:
            # The client went away, or speaks no TLS: nobody is left who could be told.
            pass
        except Exception as error:  # noqa: BLE001  (it must not stop the server)
            logger.error("A connection ended by a fault: %s", error_location(error))
        finally:
            self._connections.remove()
            line.close()


class _Conversation:
    """The requests of one connection, and their answers."""

    def __init__(
        self,
        line: socket.socket,
        site: Router,
        sleep: Callable[[float], object],
        patience: float,
    ) -> None:
        self._line = line
        self._site = site
        self._sleep = sleep
        self._patience = patience
        self._reader = RequestReader(line, patience)

    def run(self) -> None:
        """Answer until one side has had enough."""
        try:
            while (head := self._reader.head()) is not None:
                if not self._serve(head):
                    return
        except Unreadable as problem:
            error = {"errors": [status_line(problem.status).partition(" ")[2]]}
            headers = {"Content-Type": "application/json"}
            answer = OutgoingResponse(
                status=problem.status, headers=headers, body=phpjson.encode(error)
            )
            self._send(Head(method="", target="", minor=1, headers={"connection": "close"}), answer)
            self._take_leave()

    def _serve(self, head: Head) -> bool:
        """Answer one request, and say whether there may be another."""
        if head.awaits_continue:
            self._line.sendall(_CONTINUE)
        body = self._reader.body(head, self._site.max_body_bytes)
        path, query = _parts(head.target)
        outcome = self._site.receive(head.method, path, query, head.headers, body)
        answer = outcome.answer
        if answer is None or outcome.dropped:
            self._reset()
            return False
        if outcome.delay:
            self._sleep(outcome.delay)
        self._send(head, answer)
        return head.keeps_alive

    def _send(self, head: Head, answer: OutgoingResponse) -> None:
        headers, body = finalize(head.method, head.headers, answer)
        lines = [f"HTTP/1.1 {status_line(answer.status)}", *_dates.now()]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if not head.keeps_alive:
            lines.append("Connection: close")
        elif head.minor == 0:
            lines.append("Connection: keep-alive")
        self._line.settimeout(self._patience)
        self._line.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def _reset(self) -> None:
        """Break the connection: no farewell, but a reset."""
        with contextlib.suppress(OSError):
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._line.close()

    def _take_leave(self) -> None:
        """Let a client that is still talking read the answer, before the connection is closed."""
        self._line.shutdown(socket.SHUT_WR)
        self._line.settimeout(_FAREWELL_SECONDS)
        for _ in range(_FAREWELL_READS):
            if not self._line.recv(64 * 1024):
                return


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


class _Dates:
    """The headers that every answer has, made once a second."""

    def __init__(self) -> None:
        self._made = (0, ("", ""))

    def now(self) -> tuple[str, str]:
        second = int(time.time())
        made_at, lines = self._made
        if second != made_at:
            date = formatdate(second, usegmt=True)
            lines = (f"Date: {date}", "Server: icontact-sandbox")
            self._made = (second, lines)
        return lines


_dates = _Dates()


class _Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Accepts connections, and gives each a thread."""

    daemon_threads = True
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], serve: Callable[[socket.socket], object]) -> None:
        self._serve = serve
        super().__init__(address, socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in its thread."""
        self._serve(request)


class _Listener6(_Listener):
    address_family = socket.AF_INET6


def _listen(host: str, port: int, serve: Callable[[socket.socket], object]) -> _Listener:
    kind = _Listener6 if ":" in host else _Listener
    try:
        return kind((host, port), serve)
    except OSError as error:
        problem = error
    if problem.errno == errno.EADDRINUSE:
        advice = "the port is taken; choose another one, or 0 for any that is free"
    else:
        advice = problem.strerror or str(problem)
    raise OSError(problem.errno, f"The sandbox cannot listen on {host}:{port}: {advice}")


def _parts(target: str) -> tuple[str, str]:
    """Return the path, decoded, and the query of a target, which may name the host, too."""
    if not target.startswith("/"):
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    return unquote(path.partition("#")[0], errors="replace"), query


def _warn_beyond_loopback(host: str, controlled: bool) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        what = "read, fill and control it" if controlled else "read and fill it"
        warnings.warn(
            f"The sandbox listens on {host}, so that others can reach it, and {what}: its"
            " credentials are no secret. Leave the host away to stay on this machine.",
            stacklevel=5,
        )
