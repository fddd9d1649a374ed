"""Filling a sandbox: the part of its face that puts things in, past all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from icontact.sandbox import _client, seeding, seeding_mailings, timestamps
from icontact.sandbox.seeding import Seeded, Seeder
from icontact.sandbox.seeding_mailings import MailingSeeder
from icontact.sandbox.store import Store

if TYPE_CHECKING:
    from icontact.auth import Credentials

APP_ID = "sandbox-app"
USERNAME = "sandbox@example.com"
PASSWORD = "sandbox-password"  # noqa: S105  (public on purpose)
USER_PASSWORD = "user-password"  # noqa: S105  (public on purpose)


class Furnishing:
    """What can be put into a sandbox.

    Attributes:
        account_id: The account that every sandbox has.
        client_folder_id: Its client folder.
        list_id: The list in it.
    """

    account_id: int
    client_folder_id: int
    list_id: int
    _store: Store
    _clock: Callable[[], datetime]
    _ahead: timedelta

    @property
    def now(self) -> datetime:
        """What time it is in the sandbox: that of the clock, and what it was advanced by."""
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
        """Put things into the sandbox, past its rules: any status goes. All of it, or nothing.

        Args:
            contacts: With the names of the wire; custom fields beside the others.
            lists: ``name`` and what else a list has.
            custom_fields: ``privateName`` and ``fieldType``, which is ``text`` by default.
            subscriptions: ``contactId`` or ``email``; ``listId``, by default the sandbox's list;
                ``status``, by default ``normal``.
            campaigns: Senders, with the names of the wire; clicks are tracked by default.
            messages: Without ``campaignId`` as old ones can be; times as datetimes or ISO texts.
            segments: ``name``; ``listId``, by default the sandbox's list.
            criteria: ``segmentId``, ``fieldName``, ``operator``, ``values``.
            sends: ``messageId`` and lists; ``status``, by default ``released``, and of these
                nobody received anything. What is ``pending`` is released at its ``scheduledTime``.
            signup_forms: ``name``, ``lists`` and what else a form has.
            webhooks: ``eventId`` and ``url``.
            folder_id: Where to; by default the sandbox's client folder.

        Returns:
            The ids of everything, in the order given.

        Raises:
            ValueError: A key that the thing does not have, or an e-mail without a contact.
        """
        with self._store.transaction():
            where = folder_id or self.client_folder_id
            seeder = Seeder(self._store, where, self.now)
            mailings = MailingSeeder(self._store, where, self.now)
            return Seeded(
                custom_field_ids=seeder.custom_fields(custom_fields),
                list_ids=seeder.lists(lists),
                contact_ids=seeder.contacts(contacts),
                subscription_ids=seeder.subscriptions(subscriptions, self.list_id),
                campaign_ids=mailings.campaigns(campaigns),
                message_ids=mailings.messages(messages),
                segment_ids=mailings.segments(segments, self.list_id),
                criterion_ids=mailings.criteria(criteria),
                send_ids=mailings.sends(sends),
                signup_form_ids=mailings.signup_forms(signup_forms),
                webhook_ids=mailings.webhooks(webhooks),
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
        """Add a user of an account, who may log in, and do in one client folder what is granted.

        Users that are created by a call have no application password, and so no way in.

        Args:
            username: The name, as the wire has it in ``userName``.
            creative: May make and send messages.
            subscriber: May work with contacts and lists.
            analytic: May look at what came of messages.
            app_id: The application that the user may use.
            password: The password of the application, for this user.
            account_id: Whose user; by default the sandbox's account's.
            folder_id: Where the permissions hold; by default in the sandbox's client folder.
            **fields: What else a user has: ``firstName``, ``lastName``, ``email``.

        Returns:
            The credentials to log in with.
        """
        granted = {"creative": creative, "subscriber": subscriber, "analytic": analytic}
        with self._store.transaction():
            user_id = seeding_mailings.add_user(
                self._store, account_id or self.account_id, username, fields
            )
            seeding.add_login(self._store, app_id, username, password, user_id)
            where = folder_id or self.client_folder_id
            seeding_mailings.grant(self._store, user_id, where, granted)
        return _client.credentials(app_id, username, password)

    def disable_account(self, account_id: int | None = None) -> None:
        """Disable an account: it says so itself, and everything under it answers 403.

        Args:
            account_id: Which; by default the sandbox's own.
        """
        disabled = {"enabled": 0}
        self._store.update("accounts", disabled, "accountId", account_id or self.account_id)
