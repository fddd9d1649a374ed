"""Storing the new subscriptions of one request: read, check and write them together.

Changes of status and moves come one at a time, and are not stored here.
"""

# ruff: noqa: S608  (the text that is put in is a constant)

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import history
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, number
from icontact.sandbox.rules.history import HistoryEntry

_ALWAYS_GIVEN = frozenset({"listId", "contactId", "status"})
_STATUSES = ("normal", "pending", "unsubscribed")
_BLOCKED = frozenset({"donotcontact", "deleted"})
_IN = "IN (SELECT value FROM json_each(?))"
_WHERE = "WHERE listId = ? AND contactId = ?"
_COLUMNS = ("folderId", "listId", "contactId", "status", "addDate", "confirmationMessageId")


class SubscriptionStore:
    """Adds new subscriptions one by one, and stores them together.

    The caller calls :meth:`flush` in the end, in the same transaction.
    """

    def __init__(self, context: RequestContext, items: Iterable[Any]) -> None:
        self._context = context
        self._epoch = context.epoch
        self._added = timestamps.iso_with_offset(self._epoch)
        self._details: dict[tuple[int, str], dict[str, str]] = {}
        self._new: list[tuple[Any, ...]] = []
        self._done: list[HistoryEntry] = []
        payloads = [item for item in items if isinstance(item, dict)]
        lists, contacts = (
            json.dumps(list({number(payload.get(name)) for payload in payloads} - {None}))
            for name in ("listId", "contactId")
        )
        rows, folder_id = context.store.rows, context.folder_id
        known_lists = rows(
            f"SELECT listId FROM lists WHERE listId {_IN} AND folderId = ? AND deleted = 0",
            (lists, folder_id),
        )
        # The signs keep SQLite from walking through the folder, or through all of the list.
        known_contacts = rows(
            f"SELECT contactId, status FROM contacts WHERE contactId {_IN} AND +folderId = ?",
            (contacts, folder_id),
        )
        known_subscriptions = rows(
            "SELECT listId, contactId, status FROM subscriptions"
            f" WHERE contactId {_IN} AND +listId {_IN} AND +folderId = ?",
            (contacts, lists, folder_id),
        )
        self._lists: set[int] = {row[0] for row in known_lists}
        self._contacts: dict[int, str] = {row[0]: row[1] for row in known_contacts}
        self._known: dict[tuple[int, int], str] = {
            (row[0], row[1]): row[2] for row in known_subscriptions
        }

    def create(self, item: Item) -> Item | None:
        """Subscribe one contact, and return the subscription; ``None`` if it is subscribed.

        Raises:
            Refusal: 400; then nothing was changed.
        """
        quirks, store = self._context.quirks, self._context.store
        list_id, contact_id, status, message_id = self._fields(item)
        if list_id not in self._lists:
            raise Refusal(400, quirks.unknown_list_text)
        ids = list_id, contact_id
        current = self._known.get(ids)
        leaves = status == "unsubscribed" and current not in {None, status}
        if leaves and quirks.unsubscribe_by_post:
            # The subscription may be among those that were just created.
            self.flush()
            store.execute(f"UPDATE subscriptions SET status = 'unsubscribed' {_WHERE}", ids)
            added = store.value(f"SELECT addDate FROM subscriptions {_WHERE}", ids)
            return self._noted(ids, status, timestamps.iso_with_offset(added))
        contact_status = self._contacts.get(contact_id)
        if contact_status is None:
            raise Refusal(400, quirks.unknown_contact_text)
        if contact_status in _BLOCKED:
            raise Refusal(400, quirks.blocked_contact_text)
        if current is None:
            self._new.append((self._context.folder_id, *ids, status, self._epoch, message_id))
        elif refuses_return(self._context, current, status):
            raise Refusal(400, quirks.resubscribe_text)
        elif leads_back(current, status):
            self.flush()
            store.execute(
                "UPDATE subscriptions SET status = ?, confirmationMessageId = ?, addDate = ?"
                f" {_WHERE}",
                (status, message_id, self._epoch, *ids),
            )
        elif quirks.duplicate_subscription_warning:
            raise Refusal(400, "The contact you provided is already subscribed to the list")
        else:
            return None
        return self._noted(ids, status, self._added)

    def _noted(self, ids: tuple[int, int], status: str, added: str) -> Item:
        """Record a change in the history, and return the subscription for the answer."""
        list_id, contact_id = ids
        self._known[ids] = status
        if (list_id, status) not in self._details:
            self._details[list_id, status] = {"listId": str(list_id), "newStatus": status}
        details = self._details[list_id, status]
        self._done.append(HistoryEntry(contact_id, "EditSubscription", details))
        return subscription_wire(list_id, contact_id, status, added)

    def flush(self) -> None:
        """Store everything that was created."""
        self._context.store.insert_many("subscriptions", _COLUMNS, self._new)
        history.record_many(self._context, self._done)
        self._new, self._done = [], []

    def _fields(self, item: Item) -> tuple[int, int, str, str]:
        """Return list, contact, status and confirmation message of an item."""
        list_id, contact_id = number(item.get("listId")), number(item.get("contactId"))
        status = item.get("status")
        if list_id and contact_id and status in _STATUSES and _ALWAYS_GIVEN.issuperset(item):
            return list_id, contact_id, status, ""
        reader = FieldReader(self._context, item)
        reader.forbid("subscriptionId")
        list_id = number(reader.text("listId", required=True))
        contact_id = number(reader.text("contactId", required=True))
        status = checked_status(reader, reader.text("status", required=True))
        message_id = confirmation_message(self._context, reader)
        reader.finish()
        # No list and no contact has the id 0.
        return list_id or 0, contact_id or 0, status, message_id


def subscription_wire(list_id: int, contact_id: int, status: str, added: str) -> Item:
    """Return a subscription; its keys and their order are recorded (API 8.2)."""
    return {
        "addDate": added,
        "contactId": str(contact_id),
        "listId": str(list_id),
        "status": status,
        "subscriptionId": f"{list_id}_{contact_id}",
    }


def checked_status(reader: FieldReader, status: str) -> str:
    """Complain about a status that a subscription cannot have."""
    if status not in _STATUSES:
        choices = "status can be either normal, pending or unsubscribed"
        reader.complain(error_texts.not_valid("status", choices))
    return status


def confirmation_message(context: RequestContext, reader: FieldReader) -> str:
    """Read the id of the message that asks for a confirmation, if one is given."""
    text = reader.text("confirmationMessageId")
    if not text:
        return ""
    message = context.find("messages", "messageId", text)
    unknown = message is None and context.quirks.unknown_confirmation_messages == "refused"
    if number(text) is None or unknown:
        reader.complain(error_texts.not_valid("confirmationMessageId"))
    elif message is not None and message["messageType"] != "confirmation":
        reason = "The message has to be of the type confirmation"
        reader.complain(error_texts.not_valid("confirmationMessageId", reason))
    return text


def leads_back(current: str, status: str) -> bool:
    """Say whether a change of status subscribes a contact again that left the list."""
    return current == "unsubscribed" != status


def refuses_return(context: RequestContext, current: str, status: str) -> bool:
    """Say whether a change is refused since the contact left the list (API 8.2, uncertain)."""
    return leads_back(current, status) and context.quirks.resubscribe == "refused"
