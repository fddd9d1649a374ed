"""How the rows of a batch end: what became of the contact and of the subscription, in one."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from icontact.models import Contact, Subscription, SubscriptionStatus
from icontact.push.batch_sender import ItemFailed, ItemRejected
from icontact.push.decisions import Action
from icontact.push.journal import RowResult, RowToWrite
from icontact.push.outcome import OutcomeStatus

__all__ = [
    "UNSUBSCRIBED",
    "ItemProblem",
    "ItemSuppressed",
    "id_of",
    "result_of",
    "result_of_unsubscribing",
]

UNSUBSCRIBED = "this person unsubscribed from the list"

_NOTHING = Action.NOTHING.name


@attrs.frozen
class ItemSuppressed:
    """The contact may not be mailed, which showed only after it was written."""

    reason: str
    contact_id: int
    subscription: str | None = None


#: What may come between a row and its end.
ItemProblem: TypeAlias = ItemRejected | ItemFailed | ItemSuppressed


def id_of(contact: Contact | int | ItemProblem) -> int | None:
    """Return the id of a contact that is as the row wants it, or ``None``."""
    if isinstance(contact, Contact):
        return contact.contact_id
    return contact if isinstance(contact, int) else None


def result_of(
    row: RowToWrite, contact: Contact | int | ItemProblem, subscribed: str | ItemProblem | None
) -> RowResult:
    """Say what became of a row that was to be written.

    Args:
        row: The row.
        contact: The contact, or its id; or what came in between.
        subscribed: The contact's state on the list, if it was to be subscribed; or what came in
            between.
    """
    contact_id = id_of(contact)
    if contact_id is not None and isinstance(subscribed, str) and subscribed in _JOINED:
        # Nearly every row ends like this.
        reason = f"{row.reason}; {_JOINED[subscribed]}"
        return RowResult(row.row, row.status, reason, subscribed, contact_id)
    if contact_id is None:
        contact_id = contact.contact_id if isinstance(contact, ItemSuppressed) else row.contact_id
    state = subscribed if isinstance(subscribed, str) else row.subscription
    if isinstance(subscribed, ItemSuppressed):
        state = subscribed.subscription
    status, reason = _ending(row, contact, subscribed)
    tried = row.tried or _may_be_done(row, contact, subscribed)
    return RowResult(row.row, status, reason, state, contact_id, int(tried))


def result_of_unsubscribing(
    row: RowToWrite, answer: Subscription | ItemRejected | ItemFailed
) -> RowResult:
    """Say what became of a row whose contact was to be unsubscribed.

    Args:
        row: The row.
        answer: The subscription as it is now, or what came in between.
    """
    if isinstance(answer, Subscription):
        state = str(answer.status)
        if state == SubscriptionStatus.UNSUBSCRIBED:
            reason = f"{row.reason}; is unsubscribed now"
            return RowResult(row.row, row.status, reason, state, row.contact_id)
        answer = ItemFailed(f"its answer says that the subscription is {state}")
    status, reason = _unwritten("request to unsubscribe", answer)
    tried = row.tried or not isinstance(answer, ItemFailed) or answer.maybe_applied
    return RowResult(row.row, status, reason, row.subscription, row.contact_id, int(tried))


_JOINED = {
    SubscriptionStatus.NORMAL.value: "is on the list now",
    SubscriptionStatus.PENDING.value: "waits for confirmation",
}


def _may_be_done(
    row: RowToWrite, contact: Contact | int | ItemProblem, subscribed: str | ItemProblem | None
) -> bool:
    """Tell whether what the row was to bring about may have been brought about by now."""
    result = subscribed if row.action == _NOTHING else contact
    return not isinstance(result, ItemFailed) or result.maybe_applied


def _ending(
    row: RowToWrite, contact: Contact | int | ItemProblem, subscribed: str | ItemProblem | None
) -> tuple[str, str]:
    kept = "" if row.action == _NOTHING else "the contact is stored, but "
    for result in (contact, subscribed):
        if not isinstance(result, ItemSuppressed):
            continue
        if result.subscription is None:
            written = ", and fields were written" if kept else ""
            reason = f"{result.reason}; that came to light only now{written}"
            return OutcomeStatus.SKIPPED.value, reason
        return OutcomeStatus.SKIPPED.value, f"{kept}{result.reason}"
    if isinstance(contact, ItemRejected | ItemFailed):
        return _unwritten("contact", contact)
    if isinstance(subscribed, ItemRejected | ItemFailed):
        status, reason = _unwritten("subscription", subscribed)
        return status, kept + reason
    if subscribed is None:
        return row.status, row.reason
    if subscribed == SubscriptionStatus.UNSUBSCRIBED:
        return OutcomeStatus.SKIPPED.value, f"{kept}{UNSUBSCRIBED}"
    # A state that nobody documents.
    return row.status, f"{row.reason}; is on the list now"


def _unwritten(what: str, result: ItemRejected | ItemFailed) -> tuple[str, str]:
    if isinstance(result, ItemRejected) and result.reason:
        return OutcomeStatus.REJECTED.value, f"iContact refused the {what}: {result.reason}"
    if isinstance(result, ItemRejected):
        # Without a reason the data need not be at fault.
        reason = f"iContact did not store the {what} and gave no reason"
    else:
        reason = f"iContact did not take the {what}: {result.reason}"
    return OutcomeStatus.FAILED.value, f"{reason}; push it again"
