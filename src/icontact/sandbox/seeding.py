"""The methods of a sandbox that put things into it without its rules."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from icontact.sandbox import _client, timestamps
from icontact.sandbox.seeders import Seeded, Seeder, refuse_unknown
from icontact.sandbox.store import Store
from icontact.sandbox.store.schema import ACCOUNT_TEXTS, FOLDER_TEXTS

if TYPE_CHECKING:
    from icontact.auth import Credentials

APP_ID = "sandbox-app"
USERNAME = "sandbox@example.com"
PASSWORD = "sandbox-password"  # noqa: S105  (public on purpose)
USER_PASSWORD = "user-password"  # noqa: S105  (public on purpose)


class Seeding:
    """What can be put into a sandbox without a request.

    Attributes:
        account_id: The account that every sandbox has.
        client_folder_id: Its client folder.
        list_id: The list in it.
    """

    def __init__(
        self, db: str | os.PathLike[str] | None, clock: Callable[[], datetime] | None
    ) -> None:
        self._store = Store(db)
        self._clock = clock or (lambda: datetime.now(UTC))
        self._ahead = timedelta(0)
        with self._store.transaction():
            if not self._store.value("SELECT COUNT(*) FROM accounts"):
                account_id = self.add_account(client_folders=0, companyName="Sandbox")
                folder_id = self.add_client_folder(
                    account_id, name="Sandbox", emailRecipient=USERNAME
                )
                Seeder(self._store, folder_id, self.now).add("lists", [{"name": "Newsletter"}])
        self._look_up_ids()

    def _look_up_ids(self) -> None:
        with self._store.transaction(write=False):
            value = self._store.value
            self.account_id: int = value("SELECT MIN(accountId) FROM accounts")
            self.client_folder_id: int = value(
                "SELECT MIN(clientFolderId) FROM clientfolders WHERE accountId = ?",
                (self.account_id,),
            )
            self.list_id: int = value(
                "SELECT MIN(listId) FROM lists WHERE folderId = ?", (self.client_folder_id,)
            )

    @property
    def now(self) -> datetime:
        """The time in the sandbox: of its clock, and what it was advanced by."""
        return timestamps.aware(self._clock()) + self._ahead

    def seed(
        self,
        *,
        contacts: Iterable[Mapping[str, Any]] = (),
        lists: Iterable[Mapping[str, Any]] = (),
        custom_fields: Iterable[Mapping[str, Any]] = (),
        subscriptions: Iterable[Mapping[str, Any]] = (),
        campaigns: Iterable[Mapping[str, Any]] = (),
        messages: Iterable[Mapping[str, Any]] = (),
        segments: Iterable[Mapping[str, Any]] = (),
        criteria: Iterable[Mapping[str, Any]] = (),
        sends: Iterable[Mapping[str, Any]] = (),
        signup_forms: Iterable[Mapping[str, Any]] = (),
        webhooks: Iterable[Mapping[str, Any]] = (),
        folder_id: int | None = None,
    ) -> Seeded:
        """Put things into the sandbox without its rules: everything, or nothing.

        Args:
            contacts: With the names of the API; any status; custom fields beside the others.
            lists: ``name`` and what else a list has.
            custom_fields: ``privateName`` and ``fieldType``, which is ``text`` by default.
            subscriptions: ``contactId`` or ``email``; ``listId``, by default the sandbox's list;
                ``status``, by default ``normal``.
            campaigns: Senders, with the names of the API; clicks are tracked by default.
            messages: Old messages have no ``campaignId``; times are datetimes or ISO texts.
            segments: ``name``; ``listId``, by default the sandbox's list.
            criteria: ``segmentId``, ``fieldName``, ``operator``, ``values``.
            sends: ``messageId`` and lists; ``status``, by default ``released``, without
                recipients. A ``pending`` send is released at its ``scheduledTime``.
            signup_forms: ``name``, ``lists`` and what else a form has.
            webhooks: ``eventId`` and ``url``.
            folder_id: The client folder, by default the sandbox's.

        Returns:
            The ids of everything, in the order given.

        Raises:
            ValueError: A key that the thing does not have, or an e-mail address that no contact
                has.
        """
        with self._store.transaction():
            now = self.now
            seeder = Seeder(self._store, folder_id or self.client_folder_id, now)
            return Seeded(
                custom_field_ids=seeder.custom_fields(custom_fields),
                list_ids=seeder.add("lists", lists),
                contact_ids=seeder.contacts(contacts),
                subscription_ids=seeder.subscriptions(subscriptions, self.list_id),
                campaign_ids=seeder.add("campaigns", campaigns),
                message_ids=seeder.add("messages", messages, messageType="normal", createDate=now),
                segment_ids=seeder.add("segments", segments, listId=self.list_id),
                criterion_ids=seeder.criteria(criteria),
                send_ids=seeder.add("sends", sends, status="released"),
                signup_form_ids=seeder.add("forms", signup_forms, created=now, updated=now),
                webhook_ids=seeder.add("webhooks", webhooks),
            )

    def seed_contacts(
        self, count: int, *, list_id: int | None = None, folder_id: int | None = None
    ) -> list[int]:
        """Add made-up contacts, ``contact1@example.com`` and so on; 100,000 take seconds.

        Args:
            count: The number of contacts.
            list_id: A list to put them on, as ``normal``.
            folder_id: The client folder, by default the sandbox's.
        """
        made_up = (
            {"email": f"contact{n}@example.com", "firstName": f"First{n}", "lastName": f"Last{n}"}
            for n in range(1, count + 1)
        )
        ids = self.seed(contacts=made_up, folder_id=folder_id).contact_ids
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
        """Add an account, for the usual credentials or for others, and return its id.

        Args:
            app_id: The application that may use it.
            username: The user who may use it; a new user may log in from now on.
            password: The application's password.
            client_folders: The number of its client folders.
            **fields: Other fields of an account, such as ``companyName``.
        """
        refuse_unknown("account", fields, {*ACCOUNT_TEXTS, "multiClientFolder", "enabled"})
        store = self._store
        with store.transaction():
            known = "SELECT 1 FROM logins WHERE username = ? AND appId = ?"
            if not store.value(known, (username, app_id)):
                store.insert("logins", appId=app_id, username=username, password=password)
            account = {"country": "United States", "email": username, **fields}
            account_id = store.insert("accounts", **account)
            store.insert("grants", username=username, accountId=account_id)
            for number in range(1, client_folders + 1):
                self.add_client_folder(account_id, name=f"Folder {number}")
        return account_id

    def add_client_folder(self, account_id: int | None = None, **fields: Any) -> int:
        """Add a client folder and return its id; an account with several is an agency's.

        Args:
            account_id: The account, by default the sandbox's.
            **fields: Fields of a client folder, such as ``name``.
        """
        refuse_unknown("client folder", fields, {*FOLDER_TEXTS, "enabled", "useLogoInFooter"})
        account_id = account_id or self.account_id
        with self._store.transaction():
            folder_id = self._store.insert("clientfolders", accountId=account_id, **fields)
            self._store.execute(
                "UPDATE accounts SET multiClientFolder = 1 WHERE accountId = ?"
                " AND (SELECT COUNT(*) FROM clientfolders WHERE accountId = ?) > 1",
                (account_id, account_id),
            )
        return folder_id

    def add_user(
        self,
        username: str = "user@example.com",
        *,
        creative: bool = False,
        subscriber: bool = False,
        analytic: bool = False,
        app_id: str = APP_ID,
        password: str = USER_PASSWORD,
        account_id: int | None = None,
        folder_id: int | None = None,
        **fields: Any,
    ) -> Credentials:
        """Add a user of an account, and return the credentials to log in with.

        Users that are created by a request have no application password, and cannot log in.

        Args:
            username: The name, ``userName`` in the API.
            creative: May make and send messages.
            subscriber: May work with contacts and lists.
            analytic: May read statistics of messages.
            app_id: The application that the user may use.
            password: The password of the application, for this user.
            account_id: The account, by default the sandbox's.
            folder_id: The client folder of the permissions, by default the sandbox's.
            **fields: Other fields of a user: ``firstName``, ``lastName``, ``email``.
        """
        refuse_unknown("user", fields, ("password", "firstName", "lastName", "email"))
        store, account_id = self._store, account_id or self.account_id
        with store.transaction():
            user_id = store.insert("users", accountId=account_id, userName=username, **fields)
            store.insert("grants", username=username, accountId=account_id)
            login = {"appId": app_id, "username": username, "password": password}
            store.insert("logins", userId=user_id, **login)
            store.insert(
                "permissions",
                userId=user_id,
                clientFolderId=folder_id or self.client_folder_id,
                creative=creative,
                subscriber=subscriber,
                analytic=analytic,
            )
        return _client.credentials(app_id, username, password)

    def disable_account(self, account_id: int | None = None) -> None:
        """Disable an account, by default the sandbox's: everything under it answers 403."""
        self._store.update("accounts", account_id or self.account_id, enabled=0)
