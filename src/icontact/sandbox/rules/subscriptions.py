"""Subscriptions: which contact is on which list (API 8.2)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import messages, moments
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, history
from icontact.sandbox.rules.call import Call, Route, Scope, number
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.subscription_book import (
    SubscriptionBook,
    checked_status,
    confirmation_message,
    refuses_return,
)
from icontact.sandbox.rules.terms import Clause, Kind, column
from icontact.sandbox.store import Row

_MOVING_SINCE = "2.2"

_LISTING = Listing(
    table="subscriptions",
    key="rowNumber",
    terms={
        "listId": column("listId", Kind.NUMBER),
        "contactId": column("contactId", Kind.NUMBER),
        "status": column("status", Kind.CODE),
        "addDate": column("addDate", Kind.EPOCH),
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/subscriptions``; those who left are still there, as ``unsubscribed``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return page.envelope(call, "subscriptions", _wire)


def create_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/subscriptions``; an empty array stays one here (API 8.2)."""
    items = bodies.items(call, "subscriptions", "subscription")
    book = SubscriptionBook(call, items)
    made = bodies.save_each(call, items, "subscription", lambda _, item: book.create(item))
    book.flush()
    return {"subscriptions": made}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/subscriptions/{listId}_{contactId}``."""
    return {"subscription": _wire(_load(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/subscriptions/{listId}_{contactId}``: a new status."""
    row, item = _load(call), bodies.member(call, "subscription")
    if item is not None:
        _change_status(call, row, item)
    return {"subscription": _wire(_load(call))}


def move(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/subscriptions/{listId}_{contactId}``: the contact changes lists."""
    if call.version != _MOVING_SINCE:
        raise Refusal(501, messages.NOT_IMPLEMENTED)
    item = bodies.member(call, "subscription")
    if item is not None:
        _refuse_second_move(call, item)
    row = _load(call)
    if item is None:
        return {"subscription": _wire(row)}
    list_id = _target_list(call, row, item)
    others = [name for name in item if name not in {"listId", "subscriptionId", "contactId"}]
    if others:
        call.warn(messages.unchanged(others))
    call.store.update("subscriptions", {"listId": list_id}, "rowNumber", row["rowNumber"])
    _record(call, list_id, row["contactId"], row["status"])
    return {"subscription": _wire(_required(_by_ids(call, list_id, row["contactId"])))}


def create(call: Call, item: dict[str, Any]) -> dict[str, Any] | None:
    """Subscribe one contact as a collection POST does; ``None`` if it is subscribed."""
    book = SubscriptionBook(call, [item])
    made = book.create(item)
    book.flush()
    return made


def _change_status(call: Call, row: Row, item: dict[str, Any]) -> None:
    reader = Reader(item)
    status = (
        checked_status(reader, reader.text("status")) if reader.given("status") else row["status"]
    )
    message_id = confirmation_message(call, reader)
    reader.finish()
    moves = (row["status"], status)
    if refuses_return(call, *moves):
        raise Refusal(400, call.quirks.resubscribe_text)
    if moves == ("pending", "normal") and not call.quirks.pending_to_normal:
        reason = "A pending subscription has to be confirmed by the contact"
        raise Refusal(400, messages.not_valid("status", reason))
    changes = {"status": status}
    if message_id:
        changes["confirmationMessageId"] = message_id
    call.store.update("subscriptions", changes, "rowNumber", row["rowNumber"])
    if status != row["status"]:
        _record(call, row["listId"], row["contactId"], status)


def _target_list(call: Call, row: Row, item: dict[str, Any]) -> int:
    reader = Reader(item)
    list_text = reader.text("listId", required=True)
    reader.finish()
    list_id = _known_list(call, list_text)
    if list_id == row["listId"]:
        raise Refusal(400, messages.NO_CHANGES)
    there = _by_ids(call, list_id, row["contactId"])
    if there is not None:
        left = there["status"] == "unsubscribed"
        raise Refusal(400, call.quirks.resubscribe_text if left else messages.NO_CHANGES)
    return list_id


def _refuse_second_move(call: Call, item: dict[str, Any]) -> None:
    """Refuse to move what is on the other list already, and on the first no more (API 8.2).

    It is not known whether it ever was on the first list; it is only checked that this list exists.
    """
    left, contact_id = _ids_in_path(call)
    target = _by_ids(call, number(item.get("listId")), contact_id)
    was_a_list = call.store.value(
        "SELECT 1 FROM lists WHERE listId = ? AND folderId = ?", (left, call.folder_id)
    )
    if target is not None and was_a_list and _by_ids(call, left, contact_id) is None:
        raise Refusal(400, messages.NO_CHANGES)


def _known_list(call: Call, text: str) -> int:
    list_id = number(text)
    if not call.store.value(
        "SELECT 1 FROM lists WHERE listId = ? AND folderId = ? AND deleted = 0",
        (list_id, call.folder_id),
    ):
        raise Refusal(400, call.quirks.unknown_list_text)
    return list_id or 0


def _record(call: Call, list_id: int, contact_id: int, status: str) -> None:
    details = {"listId": str(list_id), "newStatus": status}
    history.record(call, contact_id, "EditSubscription", details)


def _load(call: Call) -> Row:
    return _required(_by_ids(call, *_ids_in_path(call)))


def _ids_in_path(call: Call) -> tuple[int | None, int | None]:
    list_text, _, contact_text = call.path_ids["subscription_id"].partition("_")
    return number(list_text), number(contact_text)


def _by_ids(call: Call, list_id: int | None, contact_id: int | None) -> Row | None:
    return call.store.row(
        "SELECT * FROM subscriptions WHERE listId = ? AND contactId = ? AND folderId = ?",
        (list_id, contact_id, call.folder_id),
    )


def _required(row: Row | None) -> Row:
    if row is None:
        raise Refusal(404, messages.NOT_FOUND)
    return row


def _wire(row: Row) -> dict[str, Any]:
    """Return a subscription; its keys and their order are recorded (API 8.2)."""
    return {
        "addDate": moments.iso_with_offset(row["addDate"]),
        "contactId": str(row["contactId"]),
        "listId": str(row["listId"]),
        "status": row["status"],
        "subscriptionId": f"{row['listId']}_{row['contactId']}",
    }


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/subscriptions"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(
        f"{_COLLECTION}/<subscription_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": move},
    ),
)
