"""Storing things in the sandbox directly, without its rules."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

import attrs

from icontact.sandbox import timestamps
from icontact.sandbox.rules.lists import FLAG_DEFAULTS
from icontact.sandbox.store import Store, blocks
from icontact.sandbox.store.schema import (
    ACCOUNT_TEXTS,
    CAMPAIGN_CODES,
    CAMPAIGN_TEXTS,
    CONTACT_TEXTS,
    FOLDER_TEXTS,
    MESSAGE_TEXTS,
    PERMISSIONS,
    SEND_LISTS,
)

Items = Iterable[Mapping[str, Any]]

_CHUNK = 5_000
_CONTACT_COLUMNS = ("email", *CONTACT_TEXTS, "status", "createDate", "bounceCount")
_CONTACT_KEYS = frozenset({"contactId", *_CONTACT_COLUMNS})
_SUBSCRIPTION_COLUMNS = ("folderId", "listId", "contactId", "status", "addDate")
_LIST_KEYS = ("listId", "name", "publicname", "description", "welcomeMessageId", *FLAG_DEFAULTS)
_CAMPAIGN = {
    "name": "Sandbox",
    "fromName": "Sandbox",
    "fromEmail": "sandbox@example.com",
    "clickTrackMode": 1,
    "useAccountAddress": 1,
}
_CAMPAIGN_KEYS = ("campaignId", *CAMPAIGN_TEXTS, *CAMPAIGN_CODES)
_MESSAGE_KEYS = ("messageId", "campaignId", "replyToCampaignId", "createDate", *MESSAGE_TEXTS)
_SEGMENT_KEYS = ("segmentId", "listId", "name", "description")
_CRITERION_KEYS = ("segmentId", "fieldName", "operator", "values")
_SEND_KEYS = (
    "sendId", "messageId", "status", "recipientCount", "scheduledTime", "releasedTime", *SEND_LISTS,
)  # fmt: skip
_FORM_KEYS = (
    "formId", "name", "confirmationMessageId", "automaticHTML", "lists", "created", "updated",
)  # fmt: skip
_WEBHOOK_KEYS = ("webhookId", "eventId", "url")
_USER_KEYS = ("password", "firstName", "lastName", "email")
_TIMES = ("createDate", "scheduledTime", "releasedTime", "created", "updated")


@attrs.frozen(kw_only=True)
class Seeded:
    """The ids of what was put into the sandbox, in the order in which it was given."""

    contact_ids: list[int] = attrs.field(factory=list)
    list_ids: list[int] = attrs.field(factory=list)
    custom_field_ids: list[str] = attrs.field(factory=list)
    subscription_ids: list[str] = attrs.field(factory=list)
    campaign_ids: list[int] = attrs.field(factory=list)
    message_ids: list[int] = attrs.field(factory=list)
    segment_ids: list[int] = attrs.field(factory=list)
    criterion_ids: list[int] = attrs.field(factory=list)
    send_ids: list[int] = attrs.field(factory=list)
    signup_form_ids: list[int] = attrs.field(factory=list)
    webhook_ids: list[int] = attrs.field(factory=list)


class Seeder:
    """Stores things in one client folder. The caller holds a transaction.

    Args:
        store: Where to store them.
        folder_id: The client folder.
        now: The time of their creation, unless they have one.
    """

    def __init__(self, store: Store, folder_id: int, now: datetime) -> None:
        self._store = store
        self._folder_id = folder_id
        self._now = now

    def custom_fields(self, items: Items) -> list[str]:
        """Define custom fields; those that exist already stay as they are."""
        names = []
        for item in items:
            names.append(str(item["privateName"]))
            self._store.execute(
                "INSERT OR IGNORE INTO customfields"
                " (folderId, privateName, publicName, displayToUser, fieldType)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    self._folder_id,
                    names[-1],
                    item.get("publicName", ""),
                    int(item.get("displayToUser", 0)),
                    item.get("fieldType", "text"),
                ),
            )
        return names

    def lists(self, items: Items) -> list[int]:
        """Create lists."""
        return [self._add("lists", item, _LIST_KEYS) for item in items]

    def contacts(self, items: Items) -> list[int]:
        """Create contacts of any status, a few thousand at a time."""
        sql = "SELECT privateName FROM customfields WHERE folderId = ?"
        custom_names = frozenset(row[0] for row in self._store.rows(sql, (self._folder_id,)))
        known = _CONTACT_KEYS | custom_names
        created = timestamps.eastern_stamp(self._now)
        next_id = blocks.next_contact(self._store)
        ids: list[int] = []

        def row(item: Mapping[str, Any]) -> tuple[Any, ...]:
            nonlocal next_id
            refuse_unknown("contact", item, known)
            contact_id = int(item.get("contactId", next_id))
            next_id = max(next_id, contact_id + 1)
            ids.append(contact_id)
            custom = {name: str(item[name]) for name in custom_names.intersection(item)}
            given = {"status": "normal", "createDate": created, "bounceCount": 0, **item}
            columns = (given.get(name, "") for name in _CONTACT_COLUMNS)
            return (contact_id, self._folder_id, json.dumps(custom), *columns)

        columns = ("contactId", "folderId", "custom", *_CONTACT_COLUMNS)
        status = columns.index("status")
        for chunk in _chunks(items):
            rows = [row(item) for item in chunk]
            self._store.insert_many("contacts", columns, rows)
            present = (row[0] for row in rows if row[status] != "deleted")
            blocks.count(self._store, self._folder_id, present)
        return ids

    def subscriptions(self, items: Items, default_list: int) -> list[str]:
        """Subscribe contacts, named by ``contactId`` or ``email``, with any status."""
        epoch = int(self._now.timestamp())
        ids: list[str] = []

        def row(item: Mapping[str, Any]) -> tuple[Any, ...]:
            list_id = int(item.get("listId", default_list))
            contact_id = self._contact_id(item)
            ids.append(f"{list_id}_{contact_id}")
            return self._folder_id, list_id, contact_id, item.get("status", "normal"), epoch

        for chunk in _chunks(items):
            rows = [row(item) for item in chunk]
            self._store.insert_many("subscriptions", _SUBSCRIPTION_COLUMNS, rows)
        return ids

    def campaigns(self, items: Items) -> list[int]:
        """Create campaigns; clicks are tracked by default."""
        return [self._add("campaigns", {**_CAMPAIGN, **item}, _CAMPAIGN_KEYS) for item in items]

    def messages(self, items: Items) -> list[int]:
        """Create messages; old messages have no ``campaignId`` (API 12.1)."""
        defaults = {"messageType": "normal", "createDate": self._now}
        return [self._add("messages", {**defaults, **item}, _MESSAGE_KEYS) for item in items]

    def segments(self, items: Items, default_list: int) -> list[int]:
        """Create segments."""
        default = {"listId": default_list}
        return [self._add("segments", {**default, **item}, _SEGMENT_KEYS) for item in items]

    def criteria(self, items: Items) -> list[int]:
        """Create criteria without a check; a criterion without sense matches no contact."""
        ids = []
        for item in items:
            refuse_unknown("criterion", item, _CRITERION_KEYS)
            criterion_id = self._store.value(
                "SELECT nextCriterion FROM segments WHERE segmentId = ? AND folderId = ?",
                (item["segmentId"], self._folder_id),
            )
            if criterion_id is None:
                raise ValueError("A criterion names a segment that does not exist")
            following = {"nextCriterion": criterion_id + 1}
            self._store.update("segments", following, "segmentId", item["segmentId"])
            values = json.dumps([str(value) for value in item["values"]])
            columns = {**item, "criterionId": criterion_id, "values": values}
            self._store.insert("criteria", columns)
            ids.append(criterion_id)
        return ids

    def sends(self, items: Items) -> list[int]:
        """Create sends as they are; only those that are ``pending`` will be released."""
        return [self._add("sends", {"status": "released", **item}, _SEND_KEYS) for item in items]

    def signup_forms(self, items: Items) -> list[int]:
        """Create sign-up forms."""
        ids = []
        for item in items:
            lists = json.dumps([str(list_id) for list_id in item.get("lists", ())])
            form = {"created": self._now, "updated": self._now, **item, "lists": lists}
            ids.append(self._add("forms", form, _FORM_KEYS))
        return ids

    def webhooks(self, items: Items) -> list[int]:
        """Create web hooks."""
        return [self._add("webhooks", item, _WEBHOOK_KEYS) for item in items]

    def _add(self, table: str, item: Mapping[str, Any], known: Iterable[str]) -> int:
        """Store one thing, its times in seconds; times come as datetimes or as ISO texts."""
        refuse_unknown(table.rstrip("s"), item, known)
        columns = {"folderId": self._folder_id, **item}
        for name in _TIMES:
            given = columns.get(name)
            if given is not None:
                time = datetime.fromisoformat(given) if isinstance(given, str) else given
                columns[name] = int(timestamps.aware(time).timestamp())
        return self._store.insert(table, columns)

    def _contact_id(self, item: Mapping[str, Any]) -> int:
        if "contactId" in item:
            return int(item["contactId"])
        found: int | None = self._store.value(
            "SELECT MAX(contactId) FROM contacts WHERE folderId = ? AND email = ?",
            (self._folder_id, item["email"]),
        )
        if found is None:
            raise ValueError("A subscription names an e-mail address that no contact has")
        return found


def add_login(
    store: Store, app_id: str, username: str, password: str, user_id: int | None = None
) -> None:
    """Add a login: of the owner of an account, or of one of its users."""
    store.execute(
        "INSERT INTO logins (appId, username, password, userId) VALUES (?, ?, ?, ?)",
        (app_id, username, password, user_id),
    )


def add_account(store: Store, username: str, fields: Mapping[str, Any]) -> int:
    """Add an account that a user may see."""
    refuse_unknown("account", fields, {*ACCOUNT_TEXTS, "multiClientFolder", "enabled"})
    account_id = store.insert("accounts", {"country": "United States", **fields})
    store.insert("grants", {"username": username, "accountId": account_id})
    return account_id


def add_folder(store: Store, account_id: int, fields: Mapping[str, Any]) -> int:
    """Add a client folder; an account with several becomes an agency's (API 15.2)."""
    refuse_unknown("client folder", fields, {*FOLDER_TEXTS, "enabled", "useLogoInFooter"})
    folder_id = store.insert("clientfolders", {"accountId": account_id, **fields})
    store.execute(
        "UPDATE accounts SET multiClientFolder = 1 WHERE accountId = ?"
        " AND (SELECT COUNT(*) FROM clientfolders WHERE accountId = ?) > 1",
        (account_id, account_id),
    )
    return folder_id


def add_user(store: Store, account_id: int, user_name: str, fields: Mapping[str, Any]) -> int:
    """Add a user of an account, who may log in and see it."""
    refuse_unknown("user", fields, _USER_KEYS)
    user_id = store.insert("users", {"accountId": account_id, "userName": user_name, **fields})
    store.insert("grants", {"username": user_name, "accountId": account_id})
    return user_id


def grant(store: Store, user_id: int, folder_id: int, permissions: Mapping[str, bool]) -> None:
    """Grant a user permissions in a client folder."""
    flags = {name: int(permissions[name]) for name in PERMISSIONS}
    store.insert("permissions", {"userId": user_id, "clientFolderId": folder_id, **flags})


def made_up_contacts(count: int) -> Iterator[dict[str, str]]:
    """Return contacts to fill pages with: ``contact1@example.com`` and so on."""
    for number in range(1, count + 1):
        yield {
            "email": f"contact{number}@example.com",
            "firstName": f"First{number}",
            "lastName": f"Last{number}",
        }


def refuse_unknown(thing: str, item: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise ValueError for keys that a thing does not have."""
    if unknown := set(item).difference(known):
        raise ValueError(f"The {thing} to be added has no {', '.join(sorted(unknown))}")


def _chunks(items: Items) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
