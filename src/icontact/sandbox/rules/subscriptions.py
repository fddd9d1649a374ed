"""Subscriptions: which contact is on which list (API 8.2)."""

# ruff: noqa: S608  (the text that is put in is a constant)

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.rules import bodies, history
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope, number, required
from icontact.sandbox.rules.endpoint import FOLDER
from icontact.sandbox.rules.history import HistoryEntry
from icontact.sandbox.rules.listing import Clause, Listing, plain_terms, search
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="subscriptions",
    key="rowNumber",
    terms=plain_terms(numbers=("listId", "contactId"), codes=("status",), moments=("addDate",)),
)
_ALWAYS_GIVEN = frozenset({"listId", "contactId", "status"})
_STATUSES = ("normal", "pending", "unsubscribed")
_BLOCKED = frozenset({"donotcontact", "deleted"})
_IN = "IN (SELECT value FROM json_each(?))"
_WHERE = "WHERE listId = ? AND contactId = ?"
_COLUMNS = ("folderId", "listId", "contactId", "status", "addDate", "confirmationMessageId")


class SubscriptionStore:
    """Adds new subscriptions of one request, one by one, and stores them together.

    The caller calls :meth:`flush` in the end, in the same transaction.
    """

    def __init__(self, context: RequestContext, items: Iterable[Any]) -> None:
        self._context = context
        self._epoch = context.epoch
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
        current, added = self._known.get(ids), self._epoch
        contact_status = self._contacts.get(contact_id)
        if (
            status == "unsubscribed"
            and current not in {None, status}
            and quirks.unsubscribe_by_post
        ):
            # The subscription may be among those that were just created.
            self.flush()
            store.execute(f"UPDATE subscriptions SET status = 'unsubscribed' {_WHERE}", ids)
            added = store.value(f"SELECT addDate FROM subscriptions {_WHERE}", ids)
        elif contact_status is None:
            raise Refusal(400, quirks.unknown_contact_text)
        elif contact_status in _BLOCKED:
            raise Refusal(400, quirks.blocked_contact_text)
        elif current is None:
            self._new.append((self._context.folder_id, *ids, status, added, message_id))
        elif current == "unsubscribed" != status:
            _check_return(self._context, current, status)
            self.flush()
            store.execute(
                "UPDATE subscriptions SET status = ?, confirmationMessageId = ?, addDate = ?"
                f" {_WHERE}",
                (status, message_id, added, *ids),
            )
        elif quirks.duplicate_subscription_warning:
            raise Refusal(400, "The contact you provided is already subscribed to the list")
        else:
            return None
        self._known[ids] = status
        if (list_id, status) not in self._details:
            self._details[list_id, status] = {"listId": str(list_id), "newStatus": status}
        details = self._details[list_id, status]
        self._done.append(HistoryEntry(contact_id, "EditSubscription", details))
        return _subscription(list_id, contact_id, status, added)

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
        status = _read_status(reader, reader.text("status", required=True))
        message_id = _read_confirmation_message(self._context, reader)
        reader.finish()
        # No list and no contact has the id 0.
        return list_id or 0, contact_id or 0, status, message_id


def list_all(context: RequestContext) -> Item:
    """Answer ``GET …/subscriptions``; those who left are still there, as ``unsubscribed``."""
    base = Clause("folderId = ?", (context.folder_id,))
    return search(context, _LISTING, base, "subscriptions", _wire)


def create_many(context: RequestContext) -> Item:
    """Answer ``POST …/subscriptions``; an empty array stays one here (API 8.2)."""
    items = bodies.items(context, "subscriptions", "subscription")
    subscriptions = SubscriptionStore(context, items)
    made = bodies.save_each(context, items, "subscription", subscriptions.create)
    subscriptions.flush()
    return {"subscriptions": made}


def read(context: RequestContext) -> Item:
    """Answer ``GET …/subscriptions/{listId}_{contactId}``."""
    return {"subscription": _wire(_load(context))}


def merge(context: RequestContext) -> Item:
    """Answer ``POST …/subscriptions/{listId}_{contactId}``: a new status."""
    row, item = _load(context), bodies.member(context, "subscription")
    if item is None:
        return {"subscription": _wire(row)}
    reader, status = FieldReader(context, item), row["status"]
    if reader.given("status"):
        status = _read_status(reader, reader.text("status"))
    message_id = _read_confirmation_message(context, reader)
    reader.finish()
    _check_return(context, row["status"], status)
    confirms = (row["status"], status) == ("pending", "normal")
    if confirms and not context.quirks.pending_to_normal:
        raise invalid("status", "A pending subscription has to be confirmed by the contact")
    changes = {"status": status}
    if message_id:
        changes["confirmationMessageId"] = message_id
    context.store.update("subscriptions", row["rowNumber"], **changes)
    if status != row["status"]:
        history.record_subscription(context, row["listId"], row["contactId"], status)
    return read(context)


def move(context: RequestContext) -> Item:
    """Answer ``PUT …/subscriptions/{listId}_{contactId}``: the contact changes lists."""
    if context.version != "2.2":
        raise Refusal(501, error_texts.NOT_IMPLEMENTED)
    item = bodies.member(context, "subscription")
    if item is None:
        return read(context)
    _refuse_second_move(context, item)
    row = _load(context)
    contact_id, list_id = row["contactId"], _target_list(context, row, item)
    others = [name for name in item if name not in {"listId", "subscriptionId", "contactId"}]
    if others:
        context.warn(error_texts.unchanged(others))
    status = "normal" if context.quirks.moved_status == "normal" else row["status"]
    context.store.update("subscriptions", row["rowNumber"], listId=list_id, status=status)
    history.record_subscription(context, list_id, contact_id, status)
    return {"subscription": _wire(required(_find(context, f"{list_id}_{contact_id}")))}


def _refuse_second_move(context: RequestContext, item: Item) -> None:
    """Refuse to move a subscription that was moved to the other list already (API 8.2).

    It is not known whether it ever was on the first list; it is only checked that this list exists.
    """
    left = context.path_ids["subscription_id"]
    list_id, _, contact_id = left.partition("_")
    target = _find(context, f"{item.get('listId')}_{contact_id}")
    was_a_list = context.find("lists", list_id)
    if target is not None and was_a_list and _find(context, left) is None:
        raise Refusal(400, error_texts.NO_CHANGES)


def _target_list(context: RequestContext, row: Row, item: Item) -> int:
    reader = FieldReader(context, item)
    target = context.find("lists", reader.text("listId", required=True))
    reader.finish()
    if target is None or target["deleted"]:
        raise Refusal(400, context.quirks.unknown_list_text)
    list_id: int = target["listId"]
    there = _find(context, f"{list_id}_{row['contactId']}")
    if there is not None:
        left = there["status"] == "unsubscribed" and list_id != row["listId"]
        raise Refusal(400, context.quirks.resubscribe_text if left else error_texts.NO_CHANGES)
    return list_id


def _check_return(context: RequestContext, current: str, status: str) -> None:
    """Refuse to subscribe a contact again that left the list (API 8.2, uncertain)."""
    if current == "unsubscribed" != status and context.quirks.resubscribe == "refused":
        raise Refusal(400, context.quirks.resubscribe_text)


def _read_status(reader: FieldReader, status: str) -> str:
    """Complain about a status that a subscription cannot have."""
    if status not in _STATUSES:
        reader.complain_of("status", "status can be either normal, pending or unsubscribed")
    return status


def _read_confirmation_message(context: RequestContext, reader: FieldReader) -> str:
    """Read the id of the message that asks for a confirmation, if one is given."""
    text = reader.text("confirmationMessageId")
    if not text:
        return ""
    message = context.find("messages", text)
    unknown = message is None and context.quirks.unknown_confirmation_messages == "refused"
    if number(text) is None or unknown:
        reader.complain_of("confirmationMessageId")
    elif message is not None and message["messageType"] != "confirmation":
        reason = "The message has to be of the type confirmation"
        reader.complain_of("confirmationMessageId", reason)
    return text


def _load(context: RequestContext) -> Row:
    return required(_find(context, context.path_ids["subscription_id"]))


def _find(context: RequestContext, subscription_id: str) -> Row | None:
    list_id, _, contact_id = subscription_id.partition("_")
    return context.store.row(
        "SELECT * FROM subscriptions WHERE listId = ? AND contactId = ? AND folderId = ?",
        (number(list_id), number(contact_id), context.folder_id),
    )


def _wire(row: Row) -> Item:
    return _subscription(row["listId"], row["contactId"], row["status"], row["addDate"])


def _subscription(list_id: int, contact_id: int, status: str, added: int) -> Item:
    """Return a subscription; its keys and their order are recorded (API 8.2)."""
    return {
        "addDate": timestamps.iso_with_offset(added),
        "contactId": str(contact_id),
        "listId": str(list_id),
        "status": status,
        "subscriptionId": f"{list_id}_{contact_id}",
    }


_MEMBER = {"GET": read, "POST": merge, "PUT": move}

ROUTES = (
    Route(f"{FOLDER}/subscriptions", Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(f"{FOLDER}/subscriptions/<subscription_id>", Scope.FOLDER, _MEMBER),
)
