"""The sandbox as its users see it: in process, as a WSGI application, or served over HTTP."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from icontact.sandbox import _client
from icontact.sandbox.control import Control
from icontact.sandbox.embedded import EmbeddedIContact
from icontact.sandbox.exchange import MAX_BODY_BYTES
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.recipients import Recipients
from icontact.sandbox.seeding import APP_ID, PASSWORD, USERNAME
from icontact.sandbox.servers.certificate import TemporaryCertificate
from icontact.sandbox.servers.http import PATIENCE, HttpServer
from icontact.sandbox.servers.in_process import InProcessServer, mock_registry
from icontact.sandbox.servers.router import Router
from icontact.sandbox.servers.wsgi import WsgiApplication

if TYPE_CHECKING:
    from icontact.auth import Credentials
    from icontact.client import Client

VENDOR_HOSTS = ("app.icontact.com", "app.sandbox.icontact.com")
"""iContact's host, and the host of its former sandbox: what clients have built in."""


class Sandbox(EmbeddedIContact):
    """An embedded iContact: one account, one client folder, one list, and all its rules.

    As a context manager it answers every request to ``base_url`` in process: code that uses the
    real URL talks to the sandbox, requests to loopback pass, and all others are refused.
    :meth:`serve` starts a real server instead, or beside it. Threads may share a sandbox.

    .. code-block:: python

        with Sandbox() as sandbox:
            sandbox.seed(contacts=[{"email": "jo@example.com"}])
            folder = sandbox.client().folder()
            assert folder.contacts.find(email="jo@example.com")

    Args:
        db: A file that keeps the state across restarts; by default it is kept in memory.
        quirks: The switches for what is not known of iContact.
        base_url: The URL that is answered in process.
        clock: The time, for dates and for the throttle; by default the real time.
        recipients: How the recipients of a send react: by default some do, always the same.
        max_body_bytes: The longest body, by default 16 MiB; a longer one is answered with 413.

    Raises:
        ValueError: The file is not a sandbox.
    """

    def __init__(
        self,
        *,
        db: str | os.PathLike[str] | None = None,
        quirks: Quirks | None = None,
        base_url: str = "https://app.icontact.com/icp",
        clock: Callable[[], datetime] | None = None,
        recipients: Recipients | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        super().__init__(db, quirks, clock, recipients, max_body_bytes)
        self.base_url: str = base_url.rstrip("/")
        self._in_process = InProcessServer(self._app, self.base_url)

    @property
    def credentials(self) -> Credentials:
        """The credentials of the account that every sandbox has."""
        return _client.credentials(APP_ID, USERNAME, PASSWORD)

    def client(self, **options: Any) -> Client:
        """Return a client of the sandbox in process.

        Args:
            **options: Further arguments of :class:`icontact.Client`. By default the client waits
                neither for a limit nor before it repeats a request.
        """
        return _client.client(self.credentials, self.base_url, **options)

    def wsgi(self, *, sleep: Callable[[float], object] = time.sleep) -> WsgiApplication:
        """Return the sandbox as a WSGI application, mounted at ``/icp``.

        Args:
            sleep: How to wait, for slow answers.
        """
        return WsgiApplication(Router(self._app), sleep)

    def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: bool | ssl.SSLContext = False,
        control: bool = False,
        sleep: Callable[[float], object] = time.sleep,
        patience: float = PATIENCE,
    ) -> Server:
        """Serve the sandbox over HTTP from a thread of its own, until the server is closed.

        Args:
            host: The address to listen on; an address beyond loopback gives a warning.
            port: The port; 0 takes a free one.
            tls: Speak HTTPS, with a temporary certificate (needs the extra ``tls``), or with your
                own context.
            control: Answer requests to ``/_control``, which give a sandbox its faults, read its
                state, fill it and so on: for tests in other languages. Only for this machine.
            sleep: How to wait, for slow answers.
            patience: How many seconds a client may be silent before its connection is closed.

        Raises:
            OSError: The port is taken, or the address is not of this machine.
        """
        router = Router(self._app, Control(self) if control else None)
        with ExitStack() as opened:
            temporary, context = None, tls if isinstance(tls, ssl.SSLContext) else None
            if tls is True:
                # Also for iContact's hosts: a client may have its URL built in.
                base_host = urlsplit(self.base_url).hostname or host
                temporary = TemporaryCertificate(host, base_host, *VENDOR_HOSTS)
                opened.callback(temporary.remove)
                context = temporary.context
            http = HttpServer(router, host, port, tls=context, sleep=sleep, patience=patience)
            opened.callback(http.close)
            return Server(self, http, temporary, opened.pop_all())

    def __enter__(self) -> Self:
        mock_registry.open(self._in_process)
        return self

    def __exit__(self, *error: object) -> None:
        mock_registry.close(self._in_process)

    def __repr__(self) -> str:
        return f"<Sandbox for {self.base_url}, state in {self._store.path}>"


class Server:
    """A sandbox that is served over HTTP: what :meth:`Sandbox.serve` returns.

    Attributes:
        sandbox: The sandbox.
        url: Its base URL, for a client.
        control_url: The URL that controls it; ``None`` without ``control=True``.
        certificate: With ``tls=True``, a file to verify the server by: for ``REQUESTS_CA_BUNDLE``,
            ``NODE_EXTRA_CA_CERTS`` or ``curl --cacert``.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        http: HttpServer,
        temporary: TemporaryCertificate | None,
        opened: ExitStack,
    ) -> None:
        self.sandbox = sandbox
        self.certificate: str | None = temporary.path if temporary else None
        self.url: str = http.url
        self.control_url: str | None = http.control_url
        self._http, self._temporary, self._opened = http, temporary, opened

    @property
    def credentials(self) -> Credentials:
        """The credentials that the server accepts."""
        return self.sandbox.credentials

    def client(self, **options: Any) -> Client:
        """Return a client of this server; the options are those of :meth:`Sandbox.client`."""
        return _client.client(self.credentials, self.url, **options)

    def wait(self) -> None:
        """Wait until the server is closed; Ctrl-C ends the wait."""
        self._http.wait()

    def close(self) -> None:
        """Stop the server; what was applied stays in the sandbox."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Server of a sandbox at {self.url}>"
