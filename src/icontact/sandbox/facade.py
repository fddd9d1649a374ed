"""The sandbox as its users see it."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from icontact.sandbox import _client, moments, seeding
from icontact.sandbox.app import App
from icontact.sandbox.arrivals import RequestLog
from icontact.sandbox.doors.in_process import InProcessDoor
from icontact.sandbox.doors.wsgi import WsgiDoor
from icontact.sandbox.faults import Faults
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.seeding import Seeded, Seeder
from icontact.sandbox.server import Server
from icontact.sandbox.state import State
from icontact.sandbox.store import Store

if TYPE_CHECKING:
    from icontact.auth import Credentials
    from icontact.client import Client

APP_ID = "sandbox-app"
USERNAME = "sandbox@example.com"
PASSWORD = "sandbox-password"  # noqa: S105  (public on purpose)


def _now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
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
    ) -> None:
        self.base_url: str = base_url.rstrip("/")
        self.quirks: Quirks = quirks or Quirks()
        self._clock = clock or _now
        self._store = Store(db)
        self._app = App(self._store, self.quirks, self._clock)
        self._door = InProcessDoor(self._app, self.base_url)
        self.state: State = State(self._store)
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
                Seeder(self._store, folder_id, self._now).lists([{"name": "Newsletter"}])
            self.account_id: int = self._store.value("SELECT MIN(accountId) FROM accounts")
            self.client_folder_id: int = self._store.value(
                "SELECT MIN(clientFolderId) FROM clientfolders WHERE accountId = ?",
                (self.account_id,),
            )
            self.list_id: int = self._store.value(
                "SELECT MIN(listId) FROM lists WHERE folderId = ?", (self.client_folder_id,)
            )

    @property
    def _now(self) -> datetime:
        return moments.aware(self._clock())

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

    def client(self, **options: Any) -> Client:
        """Return a client of the in-process door.

        Args:
            **options: Further arguments of :class:`icontact.Client`. Unless they say else, the
                client waits neither for a limit nor before it sends something again.
        """
        return _client.client(self.credentials, self.base_url, **options)

    def wsgi(self, *, sleep: Callable[[float], object] = time.sleep) -> WsgiDoor:
        """Return the sandbox as a WSGI application, mounted at ``/icp``.

        Args:
            sleep: How to wait, for slow answers.
        """
        return WsgiDoor(self._app, sleep)

    def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: bool | ssl.SSLContext = False,
        sleep: Callable[[float], object] = time.sleep,
    ) -> Server:
        """Serve the sandbox over HTTP, from a thread of its own.

        Args:
            host: The address to listen on; anything but loopback is warned about.
            port: The port; 0 takes a free one.
            tls: Speak HTTPS, with a certificate made for the occasion (needs the extra ``tls``), or
                with your own context.
            sleep: How to wait, for slow answers.

        Returns:
            The server, which answers already; close it, or use it as a context manager.

        Raises:
            OSError: The port is taken, or the address is not of this machine.
        """
        return Server(self, host, port, tls, sleep)

    def seed(
        self,
        *,
        contacts: Iterable[Mapping[str, Any]] = (),
        lists: Iterable[Mapping[str, Any]] = (),
        custom_fields: Iterable[Mapping[str, Any]] = (),
        subscriptions: Iterable[Mapping[str, Any]] = (),
        folder_id: int | None = None,
    ) -> Seeded:
        """Put things into the sandbox, past its rules: any status goes. All of it, or nothing.

        Args:
            contacts: With the names of the wire; custom fields beside the others.
            lists: ``name`` and what else a list has.
            custom_fields: ``privateName`` and ``fieldType``, which is ``text`` by default.
            subscriptions: ``contactId`` or ``email``; ``listId``, by default the sandbox's list;
                ``status``, by default ``normal``.
            folder_id: Where to; by default the sandbox's client folder.

        Returns:
            The ids of everything, in the order given.

        Raises:
            ValueError: A key that the thing does not have, or an e-mail without a contact.
        """
        with self._store.transaction():
            seeder = Seeder(self._store, folder_id or self.client_folder_id, self._now)
            return Seeded(
                custom_field_ids=seeder.custom_fields(custom_fields),
                list_ids=seeder.lists(lists),
                contact_ids=seeder.contacts(contacts),
                subscription_ids=seeder.subscriptions(subscriptions, self.list_id),
            )

    def seed_contacts(
        self, count: int, *, list_id: int | None = None, folder_id: int | None = None
    ) -> list[int]:
        """Put in made-up contacts, ``contact1@example.com`` and so on; 100,000 take seconds.

        Args:
            count: How many.
            list_id: A list to put them on, as ``normal``.
            folder_id: Where to; by default the sandbox's client folder.
        """
        ids = self.seed(contacts=seeding.made_up_contacts(count), folder_id=folder_id).contact_ids
        if list_id is not None:
            rows = ({"contactId": contact_id, "listId": list_id} for contact_id in ids)
            self.seed(subscriptions=rows, folder_id=folder_id)
        return ids

    def add_account(
        self,
        *,
        app_id: str = APP_ID,
        username: str = USERNAME,
        password: str = PASSWORD,
        client_folders: int = 1,
        **fields: Any,
    ) -> int:
        """Add an account, for the usual credentials or for others.

        Args:
            app_id: The application that may use it.
            username: The user who may; one who is new is let in from now on.
            password: The application's password.
            client_folders: How many client folders it has.
            **fields: What else an account has, such as ``companyName``.

        Returns:
            Its id.
        """
        with self._store.transaction():
            known = self._store.value(
                "SELECT 1 FROM logins WHERE username = ? AND appId = ?", (username, app_id)
            )
            if not known:
                seeding.add_login(self._store, app_id, username, password)
            account_id = seeding.add_account(self._store, username, {"email": username, **fields})
            for number in range(1, client_folders + 1):
                seeding.add_folder(self._store, account_id, {"name": f"Folder {number}"})
        return account_id

    def add_client_folder(self, account_id: int | None = None, **fields: Any) -> int:
        """Add a client folder, which makes an account with several an agency's.

        Args:
            account_id: Where to; by default the sandbox's account.
            **fields: What a client folder has, such as ``name``.

        Returns:
            Its id.
        """
        with self._store.transaction():
            return seeding.add_folder(self._store, account_id or self.account_id, fields)

    def disable_account(self, account_id: int | None = None) -> None:
        """Disable an account: it says so itself, and everything under it answers 403.

        Args:
            account_id: Which; by default the sandbox's own.
        """
        disabled = {"enabled": 0}
        self._store.update("accounts", disabled, "accountId", account_id or self.account_id)

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
