"""Filling the sandbox directly: campaigns, messages, segments, sends, forms, web hooks, users."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from icontact.sandbox import timestamps
from icontact.sandbox.seeding import refuse_unknown
from icontact.sandbox.store import Store
from icontact.sandbox.store.mailing_schema import (
    CAMPAIGN_CODES,
    CAMPAIGN_TEXTS,
    MESSAGE_TEXTS,
    PERMISSIONS,
    SEND_LISTS,
)

_CAMPAIGN = {
    "name": "Sandbox",
    "fromName": "Sandbox",
    "fromEmail": "sandbox@example.com",
    "clickTrackMode": 1,
    "useAccountAddress": 1,
}
_CAMPAIGN_KEYS = frozenset({"campaignId", *CAMPAIGN_TEXTS, *CAMPAIGN_CODES})
_MESSAGE_KEYS = frozenset({"messageId", "campaignId", "replyToCampaignId", "createDate"})
_SEGMENT_KEYS = frozenset({"segmentId", "listId", "name", "description"})
_CRITERION_KEYS = frozenset({"segmentId", "fieldName", "operator", "values"})
_SEND_TIMES = ("scheduledTime", "releasedTime")
_SEND_KEYS = frozenset({"sendId", "messageId", "status", "recipientCount", *SEND_LISTS})
_FORM_TIMES = ("created", "updated")
_FORM_KEYS = frozenset({"formId", "name", "confirmationMessageId", "automaticHTML", "lists"})
_WEBHOOK_KEYS = frozenset({"webhookId", "eventId", "url"})
_USER_KEYS = frozenset({"password", "firstName", "lastName", "email"})

Items = Iterable[Mapping[str, Any]]


class MailingSeeder:
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

    def campaigns(self, items: Items) -> list[int]:
        """Create campaigns; clicks are tracked unless one says otherwise."""
        return [self._add("campaigns", {**_CAMPAIGN, **item}, _CAMPAIGN_KEYS) for item in items]

    def messages(self, items: Items) -> list[int]:
        """Create messages; without ``campaignId`` they are as old ones can be (API 12.1)."""
        known = _MESSAGE_KEYS.union(MESSAGE_TEXTS)
        defaults = {"messageType": "normal", "createDate": self._now}
        return [
            self._add("messages", self._timed({**defaults, **item}, ("createDate",)), known)
            for item in items
        ]

    def segments(self, items: Items, default_list: int) -> list[int]:
        """Create segments."""
        default = {"listId": default_list}
        return [self._add("segments", {**default, **item}, _SEGMENT_KEYS) for item in items]

    def criteria(self, items: Items) -> list[int]:
        """Create criteria, which nobody looks at; one that makes no sense matches nobody."""
        ids = []
        for item in items:
            refuse_unknown("criterion", item, _CRITERION_KEYS)
            criterion_id = self._store.value(
                "SELECT nextCriterion FROM segments WHERE segmentId = ? AND folderId = ?",
                (item["segmentId"], self._folder_id),
            )
            if criterion_id is None:
                raise ValueError("A criterion names a segment that is not there")
            following = {"nextCriterion": criterion_id + 1}
            self._store.update("segments", following, "segmentId", item["segmentId"])
            values = json.dumps([str(value) for value in item["values"]])
            columns = {**item, "criterionId": criterion_id, "values": values}
            self._store.insert("criteria", columns)
            ids.append(criterion_id)
        return ids

    def sends(self, items: Items) -> list[int]:
        """Create sends as they are; only those that are ``pending`` will ever be released."""
        known = _SEND_KEYS.union(_SEND_TIMES)
        default = {"status": "released"}
        return [
            self._add("sends", self._timed({**default, **item}, _SEND_TIMES), known)
            for item in items
        ]

    def signup_forms(self, items: Items) -> list[int]:
        """Create sign-up forms."""
        known = _FORM_KEYS.union(_FORM_TIMES)
        ids = []
        for item in items:
            timed = self._timed({"created": self._now, "updated": self._now, **item}, _FORM_TIMES)
            timed["lists"] = json.dumps([str(list_id) for list_id in item.get("lists", ())])
            ids.append(self._add("forms", timed, known))
        return ids

    def webhooks(self, items: Items) -> list[int]:
        """Create web hooks."""
        return [self._add("webhooks", item, _WEBHOOK_KEYS) for item in items]

    def _add(self, table: str, item: Mapping[str, Any], known: Iterable[str]) -> int:
        refuse_unknown(table.rstrip("s"), item, known)
        return self._store.insert(table, {"folderId": self._folder_id, **item})

    def _timed(self, item: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
        """Return an item with its times in seconds; texts are ISO 8601."""
        for name in names:
            given = item.get(name)
            if given is not None:
                moment = datetime.fromisoformat(given) if isinstance(given, str) else given
                item[name] = int(timestamps.aware(moment).timestamp())
        return item


def add_user(store: Store, account_id: int, user_name: str, fields: Mapping[str, Any]) -> int:
    """Add a user of an account, who may log in and see it."""
    refuse_unknown("user", fields, _USER_KEYS)
    user_id = store.insert("users", {"accountId": account_id, "userName": user_name, **fields})
    store.insert("grants", {"username": user_name, "accountId": account_id})
    return user_id


def grant(store: Store, user_id: int, folder_id: int, permissions: Mapping[str, bool]) -> None:
    """Let a user do things in a client folder."""
    flags = {name: int(permissions[name]) for name in PERMISSIONS}
    store.insert("permissions", {"userId": user_id, "clientFolderId": folder_id, **flags})
