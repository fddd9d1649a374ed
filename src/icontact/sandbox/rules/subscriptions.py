"""Subscriptions: which contact is on which list (API 8.2)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, history
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext, Route, Scope, number
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.rules.subscription_store import (
    SubscriptionStore,
    checked_status,
    confirmation_message,
    refuses_return,
)
from icontact.sandbox.store import Row

_MOVING_SINCE = "2.2"

_LISTING = Listing(
    table="subscriptions",
    key="rowNumber",
    terms={
        "listId": column("listId", TermKind.NUMBER),
        "contactId": column("contactId", TermKind.NUMBER),
        "status": column("status", TermKind.CODE),
        "addDate": column("addDate", TermKind.EPOCH),
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/subscriptions``; those who left are still there, as ``unsubscribed``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    return page.envelope(context, "subscriptions", _wire)


def create_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/subscriptions``; an empty array stays one here (API 8.2)."""
    items = bodies.items(context, "subscriptions", "subscription")
    subscriptions = SubscriptionStore(context, items)
    made = bodies.save_each(
        context, items, "subscription", lambda _, item: subscriptions.create(item)
    )
    subscriptions.flush()
    return {"subscriptions": made}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/subscriptions/{listId}_{contactId}``."""
    return {"subscription": _wire(_load(context))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/subscriptions/{listId}_{contactId}``: a new status."""
    row, item = _load(context), bodies.member(context, "subscription")
    if item is not None:
        _change_status(context, row, item)
    return {"subscription": _wire(_load(context))}


def move(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/subscriptions/{listId}_{contactId}``: the contact changes lists."""
    if context.version != _MOVING_SINCE:
        raise Refusal(501, error_texts.NOT_IMPLEMENTED)
    item = bodies.member(context, "subscription")
    if item is not None:
        _refuse_second_move(context, item)
    row = _load(context)
    if item is None:
        return {"subscription": _wire(row)}
    list_id = _target_list(context, row, item)
    others = [name for name in item if name not in {"listId", "subscriptionId", "contactId"}]
    if others:
        context.warn(error_texts.unchanged(others))
    context.store.update("subscriptions", {"listId": list_id}, "rowNumber", row["rowNumber"])
    _record(context, list_id, row["contactId"], row["status"])
    return {"subscription": _wire(_required(_by_ids(context, list_id, row["contactId"])))}


def create(context: RequestContext, item: dict[str, Any]) -> dict[str, Any] | None:
    """Subscribe one contact as a collection POST does; ``None`` if it is subscribed."""
    subscriptions = SubscriptionStore(context, [item])
    made = subscriptions.create(item)
    subscriptions.flush()
    return made


def _change_status(context: RequestContext, row: Row, item: dict[str, Any]) -> None:
    reader = FieldReader(item)
    status = (
        checked_status(reader, reader.text("status")) if reader.given("status") else row["status"]
    )
    message_id = confirmation_message(context, reader)
    reader.finish()
    moves = (row["status"], status)
    if refuses_return(context, *moves):
        raise Refusal(400, context.quirks.resubscribe_text)
    if moves == ("pending", "normal") and not context.quirks.pending_to_normal:
        reason = "A pending subscription has to be confirmed by the contact"
        raise Refusal(400, error_texts.not_valid("status", reason))
    changes = {"status": status}
    if message_id:
        changes["confirmationMessageId"] = message_id
    context.store.update("subscriptions", changes, "rowNumber", row["rowNumber"])
    if status != row["status"]:
        _record(context, row["listId"], row["contactId"], status)


def _target_list(context: RequestContext, row: Row, item: dict[str, Any]) -> int:
    reader = FieldReader(item)
    list_text = reader.text("listId", required=True)
    reader.finish()
    list_id = _known_list(context, list_text)
    if list_id == row["listId"]:
        raise Refusal(400, error_texts.NO_CHANGES)
    there = _by_ids(context, list_id, row["contactId"])
    if there is not None:
        left = there["status"] == "unsubscribed"
        raise Refusal(400, context.quirks.resubscribe_text if left else error_texts.NO_CHANGES)
    return list_id


def _refuse_second_move(context: RequestContext, item: dict[str, Any]) -> None:
    """Refuse to move what is on the other list already, and on the first no more (API 8.2).

    It is not known whether it ever was on the first list; it is only checked that this list exists.
    """
    left, contact_id = _ids_in_path(context)
    target = _by_ids(context, number(item.get("listId")), contact_id)
    was_a_list = context.store.value(
        "SELECT 1 FROM lists WHERE listId = ? AND folderId = ?", (left, context.folder_id)
    )
    if target is not None and was_a_list and _by_ids(context, left, contact_id) is None:
        raise Refusal(400, error_texts.NO_CHANGES)


def _known_list(context: RequestContext, text: str) -> int:
    list_id = number(text)
    if not context.store.value(
        "SELECT 1 FROM lists WHERE listId = ? AND folderId = ? AND deleted = 0",
        (list_id, context.folder_id),
    ):
        raise Refusal(400, context.quirks.unknown_list_text)
    return list_id or 0


def _record(context: RequestContext, list_id: int, contact_id: int, status: str) -> None:
    details = {"listId": str(list_id), "newStatus": status}
    history.record(context, contact_id, "EditSubscription", details)


def _load(context: RequestContext) -> Row:
    return _required(_by_ids(context, *_ids_in_path(context)))


def _ids_in_path(context: RequestContext) -> tuple[int | None, int | None]:
    list_text, _, contact_text = context.path_ids["subscription_id"].partition("_")
    return number(list_text), number(contact_text)


def _by_ids(context: RequestContext, list_id: int | None, contact_id: int | None) -> Row | None:
    return context.store.row(
        "SELECT * FROM subscriptions WHERE listId = ? AND contactId = ? AND folderId = ?",
        (list_id, contact_id, context.folder_id),
    )


def _required(row: Row | None) -> Row:
    if row is None:
        raise Refusal(404, error_texts.NOT_FOUND)
    return row


def _wire(row: Row) -> dict[str, Any]:
    """Return a subscription; its keys and their order are recorded (API 8.2)."""
    return {
        "addDate": timestamps.iso_with_offset(row["addDate"]),
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
