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
from icontact.sandbox.rules.context import RequestContext, number
from icontact.sandbox.rules.history import HistoryEntry

_Fields = tuple[int, int, str, str]
_PLAIN = frozenset({"listId", "contactId", "status"})
STATUSES = ("normal", "pending", "unsubscribed")
_BLOCKED = frozenset({"donotcontact", "deleted"})
_IN = "IN (SELECT value FROM json_each(?))"
_COLUMNS = ("folderId", "listId", "contactId", "status", "addDate", "confirmationMessageId")


class SubscriptionStore:
    """Adds new subscriptions one by one, and stores them together.

    The caller calls :meth:`flush` in the end, in the same transaction.

    Args:
        context: The request.
        items: The items of the request.
    """

    def __init__(self, context: RequestContext, items: Iterable[Any]) -> None:
        self._context = context
        self._epoch = context.epoch
        self._added = timestamps.iso_with_offset(self._epoch)
        self._details: dict[tuple[int, str], dict[str, str]] = {}
        self._new: list[tuple[Any, ...]] = []
        self._done: list[HistoryEntry] = []
        payloads = [item for item in items if isinstance(item, dict)]
        lists = json.dumps(_numbers(payloads, "listId"))
        contacts = json.dumps(_numbers(payloads, "contactId"))
        rows = context.store.rows
        self._lists = {
            row[0]
            for row in rows(
                f"SELECT listId FROM lists WHERE listId {_IN} AND folderId = ? AND deleted = 0",
                (lists, context.folder_id),
            )
        }
        # The signs keep SQLite from walking through the folder, or through all of the list.
        self._contacts: dict[int, str] = {
            row[0]: row[1]
            for row in rows(
                f"SELECT contactId, status FROM contacts WHERE contactId {_IN} AND +folderId = ?",
                (contacts, context.folder_id),
            )
        }
        self._known: dict[tuple[int, int], str] = {
            (row[0], row[1]): row[2]
            for row in rows(
                "SELECT listId, contactId, status FROM subscriptions"
                f" WHERE contactId {_IN} AND +listId {_IN} AND +folderId = ?",
                (contacts, lists, context.folder_id),
            )
        }

    def create(self, item: dict[str, Any]) -> dict[str, Any] | None:
        """Subscribe one contact, and return the subscription; ``None`` if it is subscribed.

        Raises:
            Refusal: 400; then nothing was changed.
        """
        list_id, contact_id, status, message_id = _plain(item) or self._checked(item)
        if list_id not in self._lists:
            raise Refusal(400, self._context.quirks.unknown_list_text)
        ids = list_id, contact_id
        if self._ends(ids, status):
            return self._unsubscribe(ids)
        self._check_contact(contact_id)
        if ids not in self._known:
            self._new.append((self._context.folder_id, *ids, status, self._epoch, message_id))
        elif refuses_return(self._context, self._known[ids], status):
            raise Refusal(400, self._context.quirks.resubscribe_text)
        elif not leads_back(self._known[ids], status):
            _refuse_second(self._context)
            return None
        else:
            self._change(ids, status, message_id)
        return self._noted(ids, status, self._added)

    def _ends(self, ids: tuple[int, int], status: str) -> bool:
        """Say whether an item ends an existing subscription (API 8.2, uncertain)."""
        is_there = self._known.get(ids, status) != status
        return is_there and status == "unsubscribed" and self._context.quirks.unsubscribe_by_post

    def _unsubscribe(self, ids: tuple[int, int]) -> dict[str, Any]:
        # The subscription may be among those that were just created.
        self.flush()
        where = "listId = ? AND contactId = ?"
        self._context.store.execute(
            f"UPDATE subscriptions SET status = 'unsubscribed' WHERE {where}", ids
        )
        added = self._context.store.value(f"SELECT addDate FROM subscriptions WHERE {where}", ids)
        return self._noted(ids, "unsubscribed", timestamps.iso_with_offset(added))

    def _noted(self, ids: tuple[int, int], status: str, added: str) -> dict[str, Any]:
        """Record a change in the history, and return the subscription for the answer."""
        list_id, contact_id = ids
        self._known[ids] = status
        if (list_id, status) not in self._details:
            self._details[list_id, status] = {"listId": str(list_id), "newStatus": status}
        details = self._details[list_id, status]
        self._done.append(HistoryEntry(contact_id, "EditSubscription", details))
        return {
            "addDate": added,
            "contactId": str(contact_id),
            "listId": str(list_id),
            "status": status,
            "subscriptionId": f"{list_id}_{contact_id}",
        }

    def _change(self, ids: tuple[int, int], status: str, message_id: str) -> None:
        # The subscription may be among those that were just created.
        self.flush()
        self._context.store.execute(
            "UPDATE subscriptions SET status = ?, confirmationMessageId = ?, addDate = ?"
            " WHERE listId = ? AND contactId = ?",
            (status, message_id, self._epoch, *ids),
        )

    def flush(self) -> None:
        """Store everything that was created."""
        self._context.store.insert_many("subscriptions", _COLUMNS, self._new)
        history.record_many(self._context, self._done)
        self._new, self._done = [], []

    def _checked(self, item: dict[str, Any]) -> _Fields:
        reader = FieldReader(item)
        reader.forbid("subscriptionId")
        list_id = number(reader.text("listId", required=True))
        contact_id = number(reader.text("contactId", required=True))
        status = checked_status(reader, reader.text("status", required=True))
        message_id = confirmation_message(self._context, reader)
        reader.finish()
        # No list and no contact has the id 0.
        return list_id or 0, contact_id or 0, status, message_id

    def _check_contact(self, contact_id: int) -> None:
        status = self._contacts.get(contact_id)
        if status is None:
            raise Refusal(400, self._context.quirks.unknown_contact_text)
        if status in _BLOCKED:
            raise Refusal(400, self._context.quirks.blocked_contact_text)


def _plain(item: dict[str, Any]) -> _Fields | None:
    """Return the fields of an item that has only the required fields, all valid."""
    status = item.get("status")
    if not _PLAIN.issuperset(item) or status not in STATUSES:
        return None
    list_id, contact_id = number(item.get("listId")), number(item.get("contactId"))
    return None if list_id is None or contact_id is None else (list_id, contact_id, status, "")


def checked_status(reader: FieldReader, status: str) -> str:
    """Complain about a status that a subscription cannot have."""
    if status not in STATUSES:
        choices = "status can be either normal, pending or unsubscribed"
        reader.complain(error_texts.not_valid("status", choices))
    return status


def confirmation_message(context: RequestContext, reader: FieldReader) -> str:
    """Read the id of the message that asks for a confirmation, if one is given."""
    text = reader.text("confirmationMessageId")
    if not text:
        return ""
    message_type = context.store.value(
        "SELECT messageType FROM messages WHERE messageId = ? AND folderId = ?",
        (number(text), context.folder_id),
    )
    unknown = message_type is None and context.quirks.unknown_confirmation_messages == "refused"
    if number(text) is None or unknown:
        reader.complain(error_texts.not_valid("confirmationMessageId"))
    elif message_type not in {None, "confirmation"}:
        reason = "The message has to be of the type confirmation"
        reader.complain(error_texts.not_valid("confirmationMessageId", reason))
    return text


def leads_back(current: str, status: str) -> bool:
    """Say whether a change of status subscribes a contact again that left the list."""
    return current == "unsubscribed" != status


def refuses_return(context: RequestContext, current: str, status: str) -> bool:
    """Say whether a change is refused since the contact left the list (API 8.2, uncertain)."""
    return leads_back(current, status) and context.quirks.resubscribe == "refused"


def _refuse_second(context: RequestContext) -> None:
    """Refuse a second subscription with a sentence, if the quirks say so."""
    if context.quirks.duplicate_subscription_warning:
        raise Refusal(400, "The contact you provided is already subscribed to the list")


def _numbers(payloads: list[dict[str, Any]], name: str) -> list[int]:
    found = (number(payload.get(name)) for payload in payloads)
    return list({each for each in found if each is not None})
