"""Filling the sandbox directly, past the rules and the wire."""

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
from icontact.sandbox.store.schema import ACCOUNT_TEXTS, CONTACT_TEXTS, FOLDER_TEXTS

_CHUNK = 5_000
_CONTACT_COLUMNS = ("email", *CONTACT_TEXTS, "status", "createDate", "bounceCount")
_CONTACT_KEYS = frozenset({"contactId", *_CONTACT_COLUMNS})
_SUBSCRIPTION_COLUMNS = ("folderId", "listId", "contactId", "status", "addDate")
_LIST_KEYS = frozenset({"listId", "name", "publicname", "description", "welcomeMessageId"})


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
    """Puts things into one client folder. Whoever calls holds a transaction.

    Args:
        store: Where to put them.
        folder_id: The client folder.
        now: The time of their creation, unless they say otherwise.
    """

    def __init__(self, store: Store, folder_id: int, now: datetime) -> None:
        self._store = store
        self._folder_id = folder_id
        self._now = now

    def custom_fields(self, items: Iterable[Mapping[str, Any]]) -> list[str]:
        """Define custom fields; those that exist already are left as they are."""
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

    def lists(self, items: Iterable[Mapping[str, Any]]) -> list[int]:
        """Create lists."""
        ids = []
        for item in items:
            refuse_unknown("list", item, _LIST_KEYS.union(FLAG_DEFAULTS))
            ids.append(self._store.insert("lists", {"folderId": self._folder_id, **item}))
        return ids

    def contacts(self, items: Iterable[Mapping[str, Any]]) -> list[int]:
        """Create contacts of any status, a few thousand at a time."""
        custom_names = self._custom_names()
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
            blocks.add(self._store, self._folder_id, present)
        return ids

    def subscriptions(self, items: Iterable[Mapping[str, Any]], default_list: int) -> list[str]:
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

    def _contact_id(self, item: Mapping[str, Any]) -> int:
        if "contactId" in item:
            return int(item["contactId"])
        found: int | None = self._store.value(
            "SELECT MAX(contactId) FROM contacts WHERE folderId = ? AND email = ?",
            (self._folder_id, item["email"]),
        )
        if found is None:
            raise ValueError("A subscription names an e-mail of which there is no contact")
        return found

    def _custom_names(self) -> frozenset[str]:
        sql = "SELECT privateName FROM customfields WHERE folderId = ?"
        return frozenset(row["privateName"] for row in self._store.rows(sql, (self._folder_id,)))


def add_login(
    store: Store, app_id: str, username: str, password: str, user_id: int | None = None
) -> None:
    """Let somebody in: the owner of an account, or one of its users."""
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


def made_up_contacts(count: int) -> Iterator[dict[str, str]]:
    """Return contacts for filling a page: ``contact1@example.com`` and so on."""
    for number in range(1, count + 1):
        yield {
            "email": f"contact{number}@example.com",
            "firstName": f"First{number}",
            "lastName": f"Last{number}",
        }


def _chunks(items: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def refuse_unknown(thing: str, item: Mapping[str, Any], known: Iterable[str]) -> None:
    """Raise ValueError for keys that a thing does not have."""
    if unknown := set(item).difference(known):
        raise ValueError(f"The {thing} to be added has no {', '.join(sorted(unknown))}")
