"""Subscriptions: which contact is on which list (API 8.2)."""

from __future__ import annotations

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, history
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope, number, required
from icontact.sandbox.rules.endpoint import FOLDER
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, plain_terms
from icontact.sandbox.rules.subscription_store import (
    SubscriptionStore,
    checked_status,
    confirmation_message,
    refuses_return,
    subscription_wire,
)
from icontact.sandbox.store import Row

_LISTING = Listing(
    table="subscriptions",
    key="rowNumber",
    terms=plain_terms(numbers=("listId", "contactId"), codes=("status",), moments=("addDate",)),
)


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


def create(context: RequestContext, item: Item) -> None:
    """Subscribe one contact as a collection POST does, unless it is subscribed."""
    subscriptions = SubscriptionStore(context, [item])
    subscriptions.create(item)
    subscriptions.flush()


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
        status = checked_status(reader, reader.text("status"))
    message_id = confirmation_message(context, reader)
    reader.finish()
    if refuses_return(context, row["status"], status):
        raise Refusal(400, context.quirks.resubscribe_text)
    confirms = (row["status"], status) == ("pending", "normal")
    if confirms and not context.quirks.pending_to_normal:
        reason = "A pending subscription has to be confirmed by the contact"
        raise Refusal(400, error_texts.not_valid("status", reason))
    changes = {"status": status}
    if message_id:
        changes["confirmationMessageId"] = message_id
    context.store.update("subscriptions", changes, "rowNumber", row["rowNumber"])
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
    changes = {"listId": list_id, "status": status}
    context.store.update("subscriptions", changes, "rowNumber", row["rowNumber"])
    history.record_subscription(context, list_id, contact_id, status)
    return {"subscription": _wire(required(_find(context, f"{list_id}_{contact_id}")))}


def _refuse_second_move(context: RequestContext, item: Item) -> None:
    """Refuse to move a subscription that was moved to the other list already (API 8.2).

    It is not known whether it ever was on the first list; it is only checked that this list exists.
    """
    left = context.path_ids["subscription_id"]
    list_id, _, contact_id = left.partition("_")
    target = _find(context, f"{item.get('listId')}_{contact_id}")
    was_a_list = context.find("lists", "listId", list_id)
    if target is not None and was_a_list and _find(context, left) is None:
        raise Refusal(400, error_texts.NO_CHANGES)


def _target_list(context: RequestContext, row: Row, item: Item) -> int:
    reader = FieldReader(context, item)
    target = context.find("lists", "listId", reader.text("listId", required=True))
    reader.finish()
    if target is None or target["deleted"]:
        raise Refusal(400, context.quirks.unknown_list_text)
    list_id: int = target["listId"]
    there = _find(context, f"{list_id}_{row['contactId']}")
    if there is not None:
        left = there["status"] == "unsubscribed" and list_id != row["listId"]
        raise Refusal(400, context.quirks.resubscribe_text if left else error_texts.NO_CHANGES)
    return list_id


def _load(context: RequestContext) -> Row:
    return required(_find(context, context.path_ids["subscription_id"]))


def _find(context: RequestContext, subscription_id: str) -> Row | None:
    list_id, _, contact_id = subscription_id.partition("_")
    return context.store.row(
        "SELECT * FROM subscriptions WHERE listId = ? AND contactId = ? AND folderId = ?",
        (number(list_id), number(contact_id), context.folder_id),
    )


def _wire(row: Row) -> Item:
    added = timestamps.iso_with_offset(row["addDate"])
    return subscription_wire(row["listId"], row["contactId"], row["status"], added)


_MEMBER = {"GET": read, "POST": merge, "PUT": move}

ROUTES = (
    Route(f"{FOLDER}/subscriptions", Scope.FOLDER, {"GET": list_all, "POST": create_many}),
    Route(f"{FOLDER}/subscriptions/<subscription_id>", Scope.FOLDER, _MEMBER),
)
