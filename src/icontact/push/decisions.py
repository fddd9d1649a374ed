"""Decides about single contacts: pure functions of a row, a contact and the settings.

The rules, in their order (API 6.3 and 8.2):

1. A new address is created, and subscribed unless the row gives it another status than ``normal``.
   Such a row changes nothing of a contact that is in iContact already.
2. A contact that iContact marks as anything but ``normal`` is skipped.
3. A contact that unsubscribed from the list is skipped.
4. An existing contact gets the fields that differ, never a status; and is subscribed if it is not.

The second and third rule do not apply to a status that the settings name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

import attrs

from icontact.models import Contact, ContactFields, ContactStatus, FieldType, SubscriptionStatus
from icontact.push.field_changes import changed_fields
from icontact.push.policy import PushPolicy
from icontact.push.reasons import OutcomeStatus, Reason, ReasonCode

#: A contact that was created longer ago than this was there before the push; clocks may differ.
RECENT = timedelta(minutes=5)


class Action(StrEnum):
    """What would be written to a contact."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    NOTHING = "nothing"
    SKIP = "skip"
    REJECT = "reject"
    UNSUBSCRIBE = "unsubscribe"


@attrs.frozen
class ContactState:
    """What iContact says about one address.

    Attributes:
        contacts: Those with this address; more than one only if they differ in case.
        subscription: The state on the list, or ``None``.
    """

    contacts: tuple[Contact, ...] = ()
    subscription: str | None = None


@attrs.frozen(kw_only=True)
class OpenRow:
    """A row to be decided about, with what is known of its address.

    Attributes:
        row: Its place in the input.
        fields: What the mapper made.
        state: What iContact says about the address.
        tried: What an earlier request with this row was to bring about, and why.
        opted_out: Why the person must not be mailed, if the row says so.
    """

    row: int
    fields: ContactFields = attrs.field(repr=False)
    state: ContactState
    tried: tuple[OutcomeStatus, Reason] | None = None
    opted_out: Reason | None = None


_STATUSES: Mapping[Action, OutcomeStatus] = {
    Action.CREATE: OutcomeStatus.CREATED,
    Action.UPDATE: OutcomeStatus.UPDATED,
    Action.REPLACE: OutcomeStatus.UPDATED,
    Action.NOTHING: OutcomeStatus.UNCHANGED,
    Action.SKIP: OutcomeStatus.SKIPPED,
    Action.REJECT: OutcomeStatus.REJECTED,
    Action.UNSUBSCRIBE: OutcomeStatus.UPDATED,
}

#: Actions that send no request of their own.
_SILENT = (Action.NOTHING, Action.SKIP, Action.REJECT)


def _status_if_all_goes_well(decision: Any) -> OutcomeStatus:
    if decision.action is Action.NOTHING and decision.subscribe:
        return OutcomeStatus.UPDATED
    return _STATUSES[decision.action]


@attrs.frozen(kw_only=True)
class Decision:
    """What to do with one contact, and why.

    Attributes:
        action: What is written to the contact.
        subscribe: Whether it is put on the list.
        before: The fields that change, and what they hold now.
        contact_id: The existing contact.
        subscription: Its state on the list as it was found.
        reason: Why.
        status: How the row ends if all goes well.
    """

    action: Action
    reason: Reason
    subscribe: bool = False
    before: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    contact_id: int | None = None
    subscription: str | None = None
    status: OutcomeStatus = attrs.field(
        default=attrs.Factory(_status_if_all_goes_well, takes_self=True)
    )

    @property
    def writes(self) -> bool:
        """Whether a request is to be sent."""
        return self.subscribe or self.action not in _SILENT


def decide(
    wanted: ContactFields,
    known: ContactState,
    policy: PushPolicy,
    types: Mapping[str, FieldType | str],
) -> Decision:
    """Decide about the contact of a row that wants some fields; ``types`` are of custom fields."""
    status = restricting_status(wanted, policy)
    if not known.contacts:
        reason = Reason.of(ReasonCode.NEW_CONTACT)
        return Decision(action=Action.CREATE, subscribe=status is None, reason=reason)
    if status is not None:
        # It binds the push, though it is not written to iContact.
        return _skip(known, Reason.of(ReasonCode.ROW_STATUS, status))
    contact, *others = known.contacts
    if others:
        return Decision(action=Action.REJECT, reason=_several(known))
    if (suppressed := suppression_reason(contact, known.subscription, policy)) is not None:
        return _skip(known, suppressed)
    changes = changed_fields(wanted, contact, types, policy)
    action = Action.NOTHING
    if changes:
        action = Action.UPDATE if policy.existing == "merge" else Action.REPLACE
    subscribe = known.subscription in (None, SubscriptionStatus.UNSUBSCRIBED)
    if changes:
        reason = Reason.of(ReasonCode.CHANGED, *changes)
    else:
        reason = Reason.of(ReasonCode.NOT_ON_LIST if subscribe else ReasonCode.UP_TO_DATE)
        if known.subscription == SubscriptionStatus.PENDING:
            reason = reason.then(ReasonCode.NOT_CONFIRMED)
    return Decision(
        action=action,
        subscribe=subscribe,
        before=changes,
        contact_id=contact.contact_id,
        subscription=known.subscription,
        reason=reason,
    )


def _several(known: ContactState) -> Reason:
    ids = ", ".join(str(contact.contact_id) for contact in known.contacts)
    return Reason.of(ReasonCode.SEVERAL_CONTACTS, ids)


def _skip(known: ContactState, reason: Reason) -> Decision:
    return Decision(
        action=Action.SKIP,
        reason=reason,
        contact_id=known.contacts[0].contact_id,
        subscription=known.subscription,
    )


def decide_row(row: OpenRow, policy: PushPolicy, types: Mapping[str, FieldType | str]) -> Decision:
    """Decide about an open row, which may say that its person opted out, or was tried before."""
    if row.opted_out is not None:
        decision = _decide_opt_out(row.opted_out, row.state, policy)
    else:
        decision = decide(row.fields, row.state, policy, types)
    if row.tried is None:
        return decision
    # A row that gives another status than normal skips the contact that it created itself.
    given = restricting_status(row.fields, policy)
    is_done = (
        decision.action is Action.NOTHING
        or (row.opted_out is not None and decision.subscription == "unsubscribed")
        or given in [str(contact.status) for contact in row.state.contacts[:1]]
    )
    if not is_done:
        return decision
    # An earlier request of this push has written the contact.
    status, reason = row.tried
    if not decision.subscribe:
        reason = reason.then(ReasonCode.WRITTEN_BEFORE)
    return attrs.evolve(decision, status=status, reason=reason)


def _decide_opt_out(reason: Reason, known: ContactState, policy: PushPolicy) -> Decision:
    """Decide about a contact whose row says, for a reason of its own, that the person opted out."""
    if not known.contacts:
        return Decision(action=Action.SKIP, reason=reason)
    contact, *others = known.contacts
    if others:
        # It is not known which of them is on the list.
        action = Action.REJECT if policy.opt_out == "unsubscribe" else Action.SKIP
        return Decision(action=action, reason=reason + _several(known))
    if known.subscription not in (SubscriptionStatus.NORMAL, SubscriptionStatus.PENDING):
        return _skip(known, reason)
    if policy.opt_out == "skip":
        return _skip(known, reason.then(ReasonCode.STILL_ON_LIST))
    return Decision(
        action=Action.UNSUBSCRIBE,
        reason=reason.then(ReasonCode.WAS_ON_LIST),
        contact_id=contact.contact_id,
        subscription=known.subscription,
    )


def restricting_status(wanted: ContactFields, policy: PushPolicy) -> str | None:
    """Return the status that a row gives, if it forbids the subscription."""
    status = wanted.get("status")
    if not status or status == ContactStatus.NORMAL or status in policy.allow_statuses:
        return None
    return str(status)


def suppression_reason(
    contact: Contact, subscription: str | None, policy: PushPolicy
) -> Reason | None:
    """Return why nothing may be written to a contact; ``None`` if it may."""
    status = contact.status
    if status != ContactStatus.NORMAL and status not in policy.allow_statuses:
        return Reason.of(ReasonCode.SUPPRESSED, str(status))
    unsubscribed = SubscriptionStatus.UNSUBSCRIBED
    if subscription == unsubscribed and unsubscribed not in policy.allow_statuses:
        return Reason.of(ReasonCode.UNSUBSCRIBED)
    return None


def fields_to_write(
    action: Action, wanted: ContactFields, changes: Sequence[str] = ()
) -> ContactFields:
    """Return what is written of a row: what differs for an update, else all of it.

    A status is never written to an existing contact. A new contact is ``normal`` by default, so
    ``normal`` is not sent: it would overwrite a status if the contact exists by now.
    """
    if action not in (Action.CREATE, Action.UPDATE, Action.REPLACE):
        return ContactFields()
    if action is Action.CREATE and "status" not in wanted:
        return wanted
    fields: dict[str, Any] = dict(wanted)
    if action is not Action.CREATE or fields.get("status", ContactStatus.NORMAL) == "normal":
        fields.pop("status", None)
    if action is Action.UPDATE:
        custom = fields.pop("custom_fields", {})
        fields = {name: value for name, value in fields.items() if name in changes}
        if chosen := {name: value for name, value in custom.items() if name in changes}:
            fields["custom_fields"] = chosen
    return cast("ContactFields", fields)
