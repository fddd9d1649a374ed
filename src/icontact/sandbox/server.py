"""A sandbox that is served: what :meth:`icontact.sandbox.Sandbox.serve` returns."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from icontact.sandbox import _client
from icontact.sandbox.control import CONTROL
from icontact.sandbox.servers.certificate import temporary
from icontact.sandbox.servers.http import HttpServer
from icontact.sandbox.servers.router import Router

if TYPE_CHECKING:
    from icontact.auth import Credentials
    from icontact.client import Client
    from icontact.sandbox.sandbox import Sandbox


VENDOR_HOSTS = ("app.icontact.com", "app.sandbox.icontact.com")
"""iContact's host, and that of the sandbox it had: what clients have built in."""


class Server:
    """A sandbox that is served over HTTP.

    Attributes:
        sandbox: The sandbox behind it.
        url: Its base URL, as a client takes it.
        control_url: Where it can be controlled by requests; ``None`` unless that was asked for.
        certificate: With ``tls=True``, a file that a client can verify the server by, such as with
            ``REQUESTS_CA_BUNDLE``, ``NODE_EXTRA_CA_CERTS`` or ``curl --cacert``.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        site: Router,
        *,
        host: str,
        port: int,
        tls: bool | ssl.SSLContext,
        sleep: Callable[[float], object],
        patience: float,
    ) -> None:
        self.sandbox = sandbox
        self.certificate: str | None = None
        # For the host that is stood in for, too: a client may insist on it and be led here.
        stood_in_for = urlsplit(sandbox.base_url).hostname or host
        self._temporary = temporary(host, stood_in_for, *VENDOR_HOSTS) if tls is True else None
        if self._temporary is not None:
            self.certificate = self._temporary.certificate
            tls = self._temporary.context
        context = tls if isinstance(tls, ssl.SSLContext) else None
        try:
            self._server = HttpServer(site, host, port, tls=context, sleep=sleep, patience=patience)
        except OSError:
            self._remove_certificate()
            raise
        self.url: str = self._server.url
        self.control_url: str | None = self._server.origin + CONTROL if site.has_control else None

    @property
    def credentials(self) -> Credentials:
        """The credentials that the server accepts."""
        return self.sandbox.credentials

    def client(self, **options: Any) -> Client:
        """Return a client of this server.

        Args:
            **options: Further arguments of :class:`icontact.Client`. Unless they say else, the
                client waits neither for a limit nor before it sends something again.
        """
        return _client.client(self.credentials, self.url, **options)

    def wait(self) -> None:
        """Wait until the server is closed, open to Ctrl-C."""
        self._server.wait()

    def close(self) -> None:
        """Stop serving; what was applied stays in the sandbox."""
        self._server.close()
        self._remove_certificate()

    def _remove_certificate(self) -> None:
        if self._temporary is not None:
            self._temporary.remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Server of a sandbox at {self.url}>"
