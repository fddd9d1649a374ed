"""The client, and the accounts and client folders that it opens.

Resources, models and the converter behind them are imported when they are first used: a program
that imports the library for one thing should not wait for all of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, overload

from icontact import auth
from icontact.auth import Credentials, Private
from icontact.errors import ConfigError
from icontact.transport import (
    DEFAULT_BASE_URL,
    Answer,
    Call,
    Event,
    Limiter,
    RetryPolicy,
    Sender,
    Timeout,
    Transport,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from typing import BinaryIO, Unpack

    from icontact import resources
    from icontact.export import ContactExport, ExportProgress, ExportReport, Format
    from icontact.models import Account, AccountFields, ClientFolder, ContactStatus, ServerTime
    from icontact.suppression import Suppressions

__all__ = ["AccountScope", "Client", "Folder"]

#: Every environment variable that :meth:`Client.from_env` reads besides the credentials.
ENVIRONMENT: Mapping[str, str] = {
    "base_url": "ICONTACT_BASE_URL",
    "account_id": "ICONTACT_ACCOUNT_ID",
    "client_folder_id": "ICONTACT_CLIENT_FOLDER_ID",
}

_ID = re.compile(r"0*[1-9][0-9]{0,18}")


class Client:
    """iContact's REST API 2.2, for one set of credentials. May be shared by threads.

    Args:
        credentials: App ID, username and application password; or else give the three by name.
        app_id: The application's id.
        username: The account's login name.
        password: The application password.
        base_url: Where iContact is. ``https``; plain ``http`` only for loopback.
        timeout: Seconds to connect, and seconds to wait for the answer's next byte; the whole of
            an answer may take ten times as long.
        retry: What is repeated, how often, and after how long.
        limiter: Holds requests back; by default one that adapts to what iContact allows.
        user_agent: Your application's name and version, put before the library's own.
        on_event: Called with every request, retry, wait and warning.
        account_id: The account that :meth:`folder` takes; else the only one there is.
        client_folder_id: The client folder that :meth:`folder` takes; else the only one there is.

    Raises:
        ConfigError: If an argument cannot be used.

    Documentation: "API Getting Started Guide".
    """

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        app_id: str | None = None,
        username: str | None = None,
        password: str | None = None,
        base_url: str = DEFAULT_BASE_URL,
        timeout: Timeout = (5, 30),
        retry: RetryPolicy | None = None,
        limiter: Limiter | None = None,
        user_agent: str | None = None,
        on_event: Callable[[Event], None] | None = None,
        account_id: int | None = None,
        client_folder_id: int | None = None,
    ) -> None:
        # Their repr hides them, should the frame be printed.
        given = {
            name: Private(value) if isinstance(value, str) else value
            for name, value in (("app_id", app_id), ("username", username), ("password", password))
        }
        app_id, username, password = given.values()
        self._account_id = _optional_id("account_id", account_id)
        self._client_folder_id = _optional_id("client_folder_id", client_folder_id)
        self._transport = Transport(
            _credentials(credentials, given),
            base_url=base_url,
            timeout=timeout,
            retry=retry,
            limiter=limiter,
            user_agent=user_agent,
            on_event=on_event,
        )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **options: Any) -> Client:
        """Make a client from the environment.

        Reads ``ICONTACT_APP_ID``, ``ICONTACT_USERNAME`` and ``ICONTACT_PASSWORD``, and if they are
        set ``ICONTACT_BASE_URL``, ``ICONTACT_ACCOUNT_ID`` and ``ICONTACT_CLIENT_FOLDER_ID``.

        Args:
            environ: Where to look instead of ``os.environ``.
            **options: As for :class:`Client`; they win over the environment.

        Raises:
            ConfigError: Names the variables that are missing or unusable.
        """
        environ = auth.pick(environ, (*auth.ENVIRONMENT.values(), *ENVIRONMENT.values()))
        found: dict[str, Any] = {
            name: environ[variable]
            for name, variable in ENVIRONMENT.items()
            if variable in environ and name not in options
        }
        ids = found.keys() & {"account_id", "client_folder_id"}
        if wrong := sorted(ENVIRONMENT[name] for name in ids if not _ID.fullmatch(found[name])):
            raise ConfigError(f"not a positive whole number: {', '.join(wrong)}")
        found |= {name: int(found[name]) for name in ids}
        return cls(Credentials.from_env(environ), **found, **options)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Say where the resources are that a caller looks for here."""
            where = f": use client.folder().{name}" if name in Folder.__annotations__ else ""
            raise AttributeError(f"Client has no attribute {name!r}{where}")

    def __repr__(self) -> str:
        # A traceback with locals may show a client that could not be made; so with all reprs here.
        transport = vars(self).get("_transport")
        return f"Client(base_url={transport.base_url!r})" if transport else "Client(<unfinished>)"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._transport.close()

    def send(self, call: Call) -> Answer:
        """Send a call of your own making, for what has no method.

        Raises:
            TransportError: If no usable answer came.
            APIError: If iContact refused.
        """
        return self._transport.send(call)

    def time(self) -> ServerTime:
        """Read iContact's clock. Needs no credentials, and sends none.

        Documentation: "Time".
        """
        from icontact import wire
        from icontact.models import ServerTime

        answer = self._transport.send(Call("GET", "time", authenticated=False))
        return wire.decode(ServerTime, answer.payload, "time", answer.call)

    @property
    def accounts(self) -> resources.Accounts:
        """The accounts that the credentials open."""
        from icontact import resources

        return resources.Accounts(self._transport)

    def account(self, account_id: int, /) -> AccountScope:
        """Return one account's resources. Makes no request.

        Raises:
            ConfigError: If the id is not a positive whole number.
        """
        return AccountScope(self._transport, _checked_id("account_id", account_id))

    def folder(
        self, *, account_id: int | None = None, client_folder_id: int | None = None
    ) -> Folder:
        """Return a client folder: the one that is named, or the only one there is.

        Makes no request if both ids are known from here, from the constructor or the environment.

        Raises:
            ConfigError: If there are several, which it lists, or an id is not a positive whole
                number.
        """
        account = _optional_id("account_id", account_id) or self._account_id
        folder = _optional_id("client_folder_id", client_folder_id)
        if account_id in (None, self._account_id):
            # The folder that was named beforehand belongs to that account alone.
            folder = folder or self._client_folder_id
        if not account:
            enabled = (one for one in self.accounts.list() if one.enabled is not False)
            names = {one.account_id: one.company_name for one in enabled}
            account = _only(names, "account", "account_id")
        if not folder:
            folders = self.account(account).client_folders.list()
            names = {one.client_folder_id: one.name for one in folders}
            folder = _only(names, "client folder", "client_folder_id")
        return Folder(self._transport, account, folder)


def _credentials(credentials: Credentials | None, given: Mapping[str, Any]) -> Credentials:
    named = [name for name, value in given.items() if value is not None]
    if credentials is not None and named:
        raise ConfigError(f"give either credentials or {', '.join(named)}, not both")
    if isinstance(credentials, Credentials):
        return credentials
    if credentials is not None:
        raise ConfigError(
            "credentials must be icontact.Credentials(app_id=…, username=…, password=…)"
        )
    if missing := [name for name in given if name not in named]:
        raise ConfigError(
            f"no credentials: {', '.join(missing)} not given. Client.from_env() reads them from "
            "the environment"
        )
    return Credentials(**given)


class AccountScope:
    """The resources of one account."""

    def __init__(self, transport: Sender, account_id: int) -> None:
        from icontact import resources

        self.account_id = account_id
        self._accounts = resources.Accounts(transport)
        #: The account's users, and their permissions.
        self.users: resources.Users = resources.Users(transport, account_id)
        #: The account's client folders.
        self.client_folders: resources.ClientFolders = resources.ClientFolders(
            transport, account_id
        )

    def __repr__(self) -> str:
        return f"AccountScope(account_id={vars(self).get('account_id')})"

    def get(self) -> Account:
        """Read the account.

        Raises:
            NotFound: If the credentials open no such account.
        """
        return self._accounts.get(self.account_id)

    def update(self, **fields: Unpack[AccountFields]) -> Account:
        """Change the given fields of the account and keep the others. Safe to repeat.

        iContact has no public page on this; it rests on another client's code (API 15.1).

        Args:
            **fields: ``email``, ``first_name`` and ``last_name`` are required.

        Raises:
            BadRequest: If iContact refuses a value.
        """
        return self._accounts.update(self.account_id, **fields)


class Folder:
    """One client folder: what holds contacts, lists and subscriptions.

    Args:
        transport: Sends the calls.
        account_id: The account.
        client_folder_id: The client folder.
    """

    #: The folder's contacts.
    contacts: resources.Contacts
    #: The folder's lists.
    lists: resources.Lists
    #: Which contact is on which list.
    subscriptions: resources.Subscriptions
    #: The folder's custom fields.
    custom_fields: resources.CustomFields
    #: The folder's segments, and their criteria.
    segments: resources.Segments
    #: The senders of the folder's mail.
    campaigns: resources.Campaigns
    #: The folder's messages, and their results.
    messages: resources.Messages
    #: The folder's sends: real mail to real people.
    sends: resources.Sends
    #: Files of contacts.
    uploads: resources.Uploads
    #: The folder's sign-up forms.
    signup_forms: resources.SignupForms
    #: The URLs that iContact posts changes of contacts to.
    webhooks: resources.Webhooks
    #: Messages that welcome new subscribers of a list.
    automations: resources.Automations

    def __init__(self, transport: Sender, account_id: int, client_folder_id: int) -> None:
        self.transport = transport
        self.account_id = account_id
        self.client_folder_id = client_folder_id
        self._path = f"a/{account_id}/c/{client_folder_id}"

    if not TYPE_CHECKING:  # so that a type checker refuses a name that is misspelled

        def __getattr__(self, name: str) -> Any:
            """Make a resource when it is first used: each imports models that few programs need."""
            if name not in Folder.__annotations__:
                from icontact.wire import nearest

                known = frozenset(Folder.__annotations__)
                raise AttributeError(f"Folder has no attribute {name!r}{nearest(name, known)}")
            from icontact import resources

            kind = Folder.__annotations__[name].removeprefix("resources.")
            made = getattr(resources, kind)(self.transport, self._path)
            setattr(self, name, made)
            return made

    def __dir__(self) -> list[str]:
        """Name the resources, too."""
        return sorted({*super().__dir__(), *Folder.__annotations__})

    def __repr__(self) -> str:
        account, folder = map(vars(self).get, ("account_id", "client_folder_id"))
        return f"Folder(account_id={account}, client_folder_id={folder})"

    def get(self) -> ClientFolder:
        """Read the client folder itself.

        Raises:
            NotFound: If the folder does not exist.
        """
        from icontact import resources

        return resources.ClientFolders(self.transport, self.account_id).get(self.client_folder_id)

    def suppressed(
        self, *, list_id: int | None = None, since: date | str | None = None
    ) -> Suppressions:
        """Return the contacts that may not be mailed, and why, to keep a CRM in step.

        Iterate it, as often as you like; nothing is asked before. Yields a
        :class:`~icontact.suppression.Suppressed` for each contact that must not be mailed, bounced
        or has yet to confirm, and for each list that a contact unsubscribed from. Deleted contacts
        are not listed by iContact. Reads only.

        With ``since`` the history of each of these people is read, one request or more for each:
        iContact keeps no date of an unsubscription elsewhere. What it has no record of is taken
        for older, so read everything now and then.

        Args:
            list_id: Only those that it keeps from the mail of this list.
            since: Only what happened since then: a time with its zone, a date (from its beginning
                in the local zone), or either as ISO text.

        Raises:
            ValueError: If ``since`` has no time zone, or is not a date.
            TypeError: If it is something else.

        Documentation: "Contacts", "Subscriptions", "Contact History".
        """
        from icontact.suppression import Suppressions

        return Suppressions(self.transport, self._path, list_id=list_id, since=since)

    @overload
    def export(
        self,
        target: None = None,
        *,
        list: str | int | None = None,
        status: ContactStatus | str | None = None,
        fields: Iterable[str] | None = None,
        details: bool = False,
        progress: Callable[[ExportProgress], None] | None = None,
    ) -> ContactExport: ...

    @overload
    def export(
        self,
        target: str | os.PathLike[str] | BinaryIO,
        *,
        list: str | int | None = None,
        status: ContactStatus | str | None = None,
        fields: Iterable[str] | None = None,
        details: bool = False,
        format: Format | None = None,
        excel: bool = False,
        overwrite: bool = False,
        progress: Callable[[ExportProgress], None] | None = None,
    ) -> ExportReport: ...

    def export(
        self,
        target: str | os.PathLike[str] | BinaryIO | None = None,
        *,
        list: str | int | None = None,
        status: ContactStatus | str | None = None,
        fields: Iterable[str] | None = None,
        details: bool = False,
        format: Format | None = None,
        excel: bool = False,
        overwrite: bool = False,
        progress: Callable[[ExportProgress], None] | None = None,
    ) -> ContactExport | ExportReport:
        """Write the contacts with their subscriptions to a file, or return them as rows.

        Takes constant memory, and two listings of requests: all subscriptions, then all contacts.
        What was exported can be pushed back and changes nothing. A file is private to its owner,
        and appears only when it is whole.

        Args:
            target: A path: ``.csv``, ``.jsonl`` or ``.ndjson``, compressed if ``.gz`` follows; or
                a stream that is open for bytes. Without it the rows are returned, to be iterated.
            list: Only those who are or were on this list, named exactly or by its id, with their
                ``subscription`` to it; else all contacts, with all ``subscriptions``.
            status: Only contacts of this status, or those on no list with ``"unlisted"``. Together
                with a list, both must hold. Deleted contacts are never listed.
            fields: The columns, in their order; all custom fields are ``custom_fields``, one is
                ``custom_fields.NAME``. By default everything that listings show.
            details: Also what listings leave out, such as ``business`` (API 6.2). That takes one
                request more for each contact; likewise if ``fields`` names such a column.
            format: ``"csv"`` or ``"jsonl"``, if the name's ending does not say.
            excel: Whether a CSV file begins with the byte order mark by which Excel reads UTF-8.
            overwrite: Whether a file that is there already may be replaced.
            progress: Called after every page.

        Raises:
            ConfigError: If an argument cannot be used, the file is there already or cannot be
                written, or the list or custom field does not exist.
            APIError, TransportError: If iContact could not be asked. No file appears then.

        Documentation: "Contacts", "Subscriptions".
        """
        from icontact.export import ContactExport

        export = ContactExport(
            self.transport,
            self._path,
            list=list,
            status=status,
            fields=fields,
            details=details,
            progress=progress,
        )
        if target is None:
            return export
        return export.write(target, format=format, excel=excel, overwrite=overwrite)


def _only(names: Mapping[int, str], what: str, argument: str) -> int:
    """Return the id of the only account or client folder there is."""
    if len(names) == 1:
        return next(iter(names))
    if not names:
        raise ConfigError(
            f"these credentials open no enabled {what}; look into iContact's settings"
        )
    choices = ", ".join(f"{number} ({name or 'no name'})" for number, name in names.items())
    raise ConfigError(
        f"there are {len(names)} {what}s: {choices}. "
        f"Choose one with {argument}=… or the environment variable {ENVIRONMENT[argument]}"
    )


def _optional_id(name: str, value: Any) -> int | None:
    return None if value is None else _checked_id(name, value)


def _checked_id(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{name} must be a positive whole number")
    return int(value)
