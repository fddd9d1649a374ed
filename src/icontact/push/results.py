"""Makes one result for each row of a batch, from those of its contact and its subscription."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

import attrs

from icontact.models import Contact, Subscription, SubscriptionStatus
from icontact.push.batch_sender import ItemFailed, ItemRejected
from icontact.push.decisions import Action
from icontact.push.journal import RowResult, RowToWrite
from icontact.push.reasons import OutcomeStatus, Reason, ReasonCode
from icontact.resources.contacts import cut_off

_EVER = datetime.min.replace(tzinfo=UTC)

_JOINED = {
    SubscriptionStatus.NORMAL.value: ReasonCode.SUBSCRIBED,
    SubscriptionStatus.PENDING.value: ReasonCode.CONFIRMATION_AWAITED,
}


@attrs.frozen
class ItemSuppressed:
    """The contact may not be mailed, which showed only after it was planned, or ``written``."""

    reason: Reason
    contact_id: int
    subscription: str | None = None
    written: bool = True


#: What can keep a row from its end.
ItemProblem: TypeAlias = ItemRejected | ItemFailed | ItemSuppressed


def id_of(contact: Contact | int | ItemProblem) -> int | None:
    """Return the id of a contact that is as the row wants it, or ``None``."""
    if isinstance(contact, Contact):
        return contact.contact_id
    return contact if isinstance(contact, int) else None


def was_created_before(contact: Contact, moment: datetime) -> bool:
    """Tell whether a contact was there before a moment; an hour that comes twice is the later."""
    created = contact.create_date
    return created is not None and created.replace(fold=1) < moment


def result_of(
    row: RowToWrite,
    contact: Contact | int | ItemProblem,
    subscribed: str | ItemProblem | None,
    recently: datetime = _EVER,
) -> RowResult:
    """Return how a row ended whose contact was to be written, and subscribed.

    A new contact that was created before ``recently`` was not new.
    """
    reason = Reason.decode(row.reason)
    if isinstance(contact, Contact) and row.action != Action.NOTHING:
        if row.action == Action.CREATE and was_created_before(contact, recently):
            reason = reason.then(ReasonCode.THERE_BEFORE)
        if cut := cut_off(row.written, contact):
            reason = reason.then(ReasonCode.CUT_OFF, *cut)
    contact_id = id_of(contact)
    if contact_id is not None and isinstance(subscribed, str) and subscribed in _JOINED:
        # Nearly every row ends like this.
        reason = reason.then(_JOINED[subscribed])
        return RowResult(row.row, row.status, reason, subscribed, contact_id)
    if contact_id is None:
        contact_id = contact.contact_id if isinstance(contact, ItemSuppressed) else row.contact_id
    state = subscribed if isinstance(subscribed, str) else row.subscription
    if isinstance(subscribed, ItemSuppressed):
        state = subscribed.subscription
    status, reason = _ending(row, reason, contact, subscribed)
    # The request that was to do what the row wants.
    request = subscribed if row.action == Action.NOTHING else contact
    may_be_done = not isinstance(request, ItemFailed) or request.maybe_applied
    return RowResult(row.row, status, reason, state, contact_id, int(row.tried or may_be_done))


def result_of_unsubscribing(
    row: RowToWrite, answer: Subscription | ItemRejected | ItemFailed
) -> RowResult:
    """Return how a row ended whose contact was to be unsubscribed."""
    if isinstance(answer, Subscription):
        state = str(answer.status)
        if state == SubscriptionStatus.UNSUBSCRIBED:
            reason = Reason.decode(row.reason).then(ReasonCode.UNSUBSCRIBED_NOW)
            return RowResult(row.row, row.status, reason, state, row.contact_id)
        answer = ItemFailed(f"its answer says that the subscription is {state}")
    status, reason = _unwritten("request to unsubscribe", answer)
    tried = row.tried or not isinstance(answer, ItemFailed) or answer.maybe_applied
    return RowResult(row.row, status, reason, row.subscription, row.contact_id, int(tried))


def _ending(
    row: RowToWrite,
    reason: Reason,
    contact: Contact | int | ItemProblem,
    subscribed: str | ItemProblem | None,
) -> tuple[str, Reason]:
    writes = row.action != Action.NOTHING
    stored = Reason.of(ReasonCode.CONTACT_STORED) if writes else Reason(())
    for problem in (contact, subscribed):
        if not isinstance(problem, ItemSuppressed):
            continue
        if problem.subscription is not None:
            return OutcomeStatus.SKIPPED.value, stored + problem.reason
        written = writes and problem.written
        late = ReasonCode.NOTED_AFTER_WRITING if written else ReasonCode.NOTED_LATE
        return OutcomeStatus.SKIPPED.value, problem.reason.then(late)
    if isinstance(contact, ItemRejected | ItemFailed):
        return _unwritten("contact", contact)
    if isinstance(subscribed, ItemRejected | ItemFailed):
        status, problem_reason = _unwritten("subscription", subscribed)
        return status, stored + problem_reason
    if subscribed is None:
        return row.status, reason
    if subscribed == SubscriptionStatus.UNSUBSCRIBED:
        return OutcomeStatus.SKIPPED.value, stored.then(ReasonCode.UNSUBSCRIBED)
    # A state that is not documented.
    return row.status, reason.then(ReasonCode.SUBSCRIBED)


def _unwritten(what: str, problem: ItemRejected | ItemFailed) -> tuple[str, Reason]:
    if isinstance(problem, ItemFailed):
        reason = Reason.of(ReasonCode.NOT_TAKEN, what, problem.reason)
        return OutcomeStatus.FAILED.value, reason
    if problem.reason:
        return OutcomeStatus.REJECTED.value, Reason.of(ReasonCode.REFUSED, what, problem.reason)
    # Without a reason the data need not be wrong.
    return OutcomeStatus.FAILED.value, Reason.of(ReasonCode.GAVE_NO_REASON, what)
