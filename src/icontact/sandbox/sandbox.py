"""The sandbox as its users see it."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from icontact.sandbox import _client, seeding
from icontact.sandbox.app import App
from icontact.sandbox.control import Control
from icontact.sandbox.exchange import MAX_BODY_BYTES
from icontact.sandbox.faults import Faults
from icontact.sandbox.furnishing import APP_ID, PASSWORD, USERNAME, Furnishing
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.recipients import Recipients
from icontact.sandbox.request_log import RequestLog
from icontact.sandbox.seeding import Seeder
from icontact.sandbox.server import Server
from icontact.sandbox.servers.http import PATIENCE
from icontact.sandbox.servers.in_process import InProcessServer
from icontact.sandbox.servers.router import Router
from icontact.sandbox.servers.wsgi import WsgiApplication
from icontact.sandbox.snapshot import Snapshot
from icontact.sandbox.state import State
from icontact.sandbox.store import Store
from icontact.sandbox.webhook_sender import WebhookSender

if TYPE_CHECKING:
    from icontact.auth import Credentials
    from icontact.client import Client


def _now() -> datetime:
    return datetime.now(UTC)


class Sandbox(Furnishing):
    """An embedded iContact: one account, one client folder, one list, and all its rules.

    As a context manager it answers everything under ``base_url`` in process: code that uses the
    real URL is served by the sandbox, requests to loopback pass, and all others are refused.
    :meth:`serve` opens a real server instead, or beside it. Threads may share a sandbox.

    .. code-block:: python

        with Sandbox() as sandbox:
            sandbox.seed(contacts=[{"email": "jo@example.com"}])
            folder = sandbox.client().folder()
            assert folder.contacts.find(email="jo@example.com")

    Args:
        db: A file to keep the state in, across restarts; by default it is kept in memory.
        quirks: How the sandbox behaves where nobody knows how iContact does.
        base_url: What the in-process door answers for.
        clock: What time it is, for dates and for the throttle; by default the real time.
        behaviour: How the recipients of a send react, by default some of them, always the same.
        max_body_bytes: The longest body that is taken, by default 16 MiB; a longer one answers 413.

    Raises:
        ValueError: The file holds something else than a sandbox.
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
        self.base_url: str = base_url.rstrip("/")
        self._first_quirks = quirks or Quirks()
        self.recipients: Recipients = recipients or Recipients()
        self._clock = clock or _now
        self._ahead = timedelta(0)
        self._store = Store(db)
        self._app = App(
            self._store, self._first_quirks, lambda: self.now, self.recipients, max_body_bytes
        )
        self._door = InProcessServer(self._app, self.base_url)
        self._state = State(self._store)
        self._furnish()

    def _furnish(self) -> None:
        """Make the account, the client folder and the list, unless a file brought them."""
        with self._store.transaction():
            if not self._store.value("SELECT COUNT(*) FROM accounts"):
                seeding.add_login(self._store, APP_ID, USERNAME, PASSWORD)
                account_id = seeding.add_account(
                    self._store, USERNAME, {"email": USERNAME, "companyName": "Sandbox"}
                )
                folder = {"name": "Sandbox", "emailRecipient": USERNAME}
                folder_id = seeding.add_folder(self._store, account_id, folder)
                Seeder(self._store, folder_id, self.now).lists([{"name": "Newsletter"}])
        self._look_up_ids()

    def _look_up_ids(self) -> None:
        with self._store.transaction(write=False):
            self.account_id: int = self._store.value("SELECT MIN(accountId) FROM accounts")
            self.client_folder_id: int = self._store.value(
                "SELECT MIN(clientFolderId) FROM clientfolders WHERE accountId = ?",
                (self.account_id,),
            )
            self.list_id: int = self._store.value(
                "SELECT MIN(listId) FROM lists WHERE folderId = ?", (self.client_folder_id,)
            )

    def advance(
        self,
        by: timedelta = timedelta(0),
        /,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
    ) -> datetime:
        """Move the time of the sandbox forward, and let happen what is due by then.

        Scheduled sends are released, recipients react, uploads are completed.

        Args:
            by: How far.
            days: And so many days.
            hours: And so many hours.
            minutes: And so many minutes.
            seconds: And so many seconds.

        Returns:
            What time it is now.

        Raises:
            ValueError: That would be back in time.
        """
        step = by + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta(0):
            raise ValueError(f"The sandbox cannot go back in time, by {-step}")
        self._ahead += step
        self._app.keep_up()
        return self.now

    def snapshot(self) -> Snapshot:
        """Keep the whole state as it is now: all that is stored, and how far time was advanced.

        Not the requests that arrived, nor the faults on order. Threads may go on meanwhile; what
        one request does is in it as a whole, or not at all.

        Returns:
            What :meth:`restore` takes, as often as you like.
        """
        return Snapshot(copied=self._store.copy(), ahead=self._ahead)

    def restore(self, snapshot: Snapshot) -> None:
        """Put everything back to how it was; the requests so far stay in :attr:`requests`.

        Args:
            snapshot: Of this sandbox, or of another one.
        """
        self._store.replace(snapshot._copied)
        self._ahead = snapshot._ahead
        self._look_up_ids()

    @property
    def state(self) -> State:
        """What the sandbox holds by now: what is due has happened, such as an upload's end."""
        self._app.keep_up()
        return self._state

    @property
    def quirks(self) -> Quirks:
        """How the sandbox behaves where nobody knows; another set may be put here at any time."""
        return self._app.quirks

    @quirks.setter
    def quirks(self, quirks: Quirks) -> None:
        """Behave otherwise from now on."""
        self._app.quirks = quirks

    def reset(self) -> None:
        """Make everything as new: what is stored, the time, the quirks, and no faults on order.

        What was in the file, if there is one, is gone; so are the requests and the call-backs of
        web hooks that were noted.
        """
        pristine = Sandbox(clock=self._clock)
        self.restore(pristine.snapshot())
        pristine.close()
        self.quirks = self._first_quirks
        self.faults.clear()
        self.requests.clear()
        self.webhooks.clear()

    @property
    def credentials(self) -> Credentials:
        """The credentials of the account that every sandbox has."""
        return _client.credentials(APP_ID, USERNAME, PASSWORD)

    @property
    def faults(self) -> Faults:
        """Where to order faults."""
        return self._app.faults

    @property
    def requests(self) -> RequestLog:
        """What arrived, in order, through whichever door."""
        return self._app.requests

    @property
    def webhooks(self) -> WebhookSender:
        """What was delivered to web hooks, and waiting for it."""
        return self._app.webhook_sender

    def client(self, **options: Any) -> Client:
        """Return a client of the in-process door.

        Args:
            **options: Further arguments of :class:`icontact.Client`. Unless they say else, the
                client waits neither for a limit nor before it sends something again.
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
        """Serve the sandbox over HTTP, from a thread of its own.

        Args:
            host: The address to listen on; anything but loopback is warned about.
            port: The port; 0 takes a free one.
            tls: Speak HTTPS, with a certificate made for the occasion (needs the extra ``tls``), or
                with your own context.
            control: Let requests to ``/_control`` order faults, read the state, fill it and so on:
                what other languages need for their tests. Only for callers on this machine.
            sleep: How to wait, for slow answers.
            patience: For how many seconds a client may keep silent before its connection is closed.

        Returns:
            The server, which answers already; close it, or use it as a context manager.

        Raises:
            OSError: The port is taken, or the address is not of this machine.
        """
        site = Router(self._app, Control(self) if control else None)
        return Server(self, site, host=host, port=port, tls=tls, sleep=sleep, patience=patience)

    def close(self) -> None:
        """Close the database. What is in memory only is gone then."""
        self._store.close()

    def __enter__(self) -> Self:
        self._door.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._door.close()

    def __repr__(self) -> str:
        return f"<Sandbox for {self.base_url}, state in {self._store.path}>"
