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
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Protocol, cast

import attrs

from icontact.models import Contact, ContactFields, ContactStatus, FieldType, SubscriptionStatus
from icontact.push.outcome import OutcomeStatus
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.settings import PushPolicy

__all__ = [
    "Action",
    "ContactState",
    "Decision",
    "decide",
    "decide_opt_out",
    "fields_to_write",
    "filled_fields",
    "has_given_status",
    "restricting_status",
    "suppression_reason",
    "unlisted_fields",
]


class Action(Enum):
    """What would be written to a contact."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    NOTHING = "nothing"
    SKIP = "skip"
    REJECT = "reject"
    UNSUBSCRIBE = "unsubscribe"


class HasStatus(Protocol):
    """A contact, as far as it decides whether it may be written to."""

    @property
    def status(self) -> ContactStatus | str:
        """May be mailed or not."""
        ...


@attrs.frozen
class ContactState:
    """What iContact says about one address.

    Attributes:
        contacts: Those with this address; more than one only if they differ in case.
        subscription: The state on the list, or ``None``.
    """

    contacts: tuple[Contact, ...] = ()
    subscription: str | None = None


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


def _status_of(decision: Decision) -> OutcomeStatus:
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
    status: OutcomeStatus = attrs.field(default=attrs.Factory(_status_of, takes_self=True))

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
    """Decide about one contact.

    Args:
        wanted: The fields of the row, custom fields included.
        known: What iContact says.
        policy: The settings.
        types: The type of each custom field.
    """
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
    return _existing(wanted, contact, known.subscription, policy, types)


def _several(known: ContactState) -> Reason:
    ids = ", ".join(str(contact.contact_id) for contact in known.contacts)
    return Reason.of(ReasonCode.SEVERAL_CONTACTS, ids)


def decide_opt_out(reason: Reason, known: ContactState, policy: PushPolicy) -> Decision:
    """Decide about a contact whose row says that the person opted out.

    Args:
        reason: The row's own reason.
        known: What iContact says.
        policy: The settings.
    """
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


def has_given_status(wanted: ContactFields, contact: Contact) -> bool:
    """Check that a contact has the status that a row gives."""
    return "status" in wanted and str(contact.status) == str(wanted["status"])


def _skip(known: ContactState, reason: Reason) -> Decision:
    return Decision(
        action=Action.SKIP,
        reason=reason,
        contact_id=known.contacts[0].contact_id,
        subscription=known.subscription,
    )


def unlisted_fields(wanted: ContactFields, contact: Contact, policy: PushPolicy) -> tuple[str, ...]:
    """Return the fields that cannot be compared, since the listing did not show them (API 6.2)."""
    if policy.existing == "keep":
        return ()
    custom = wanted.get("custom_fields", {})
    missing = [name for name in custom if name not in contact.custom_fields]
    if contact.business is None and ("business" in wanted or policy.existing == "replace"):
        missing.append("business")
    return tuple(missing)


def suppression_reason(
    contact: HasStatus, subscription: str | None, policy: PushPolicy
) -> Reason | None:
    """Return why nothing may be written to a contact; ``None`` if it may."""
    status = contact.status
    if status != ContactStatus.NORMAL and status not in policy.allow_statuses:
        return Reason.of(ReasonCode.SUPPRESSED, str(status))
    unsubscribed = SubscriptionStatus.UNSUBSCRIBED
    if subscription == unsubscribed and unsubscribed not in policy.allow_statuses:
        return Reason.of(ReasonCode.UNSUBSCRIBED)
    return None


def _existing(
    wanted: ContactFields,
    contact: Contact,
    subscription: str | None,
    policy: PushPolicy,
    types: Mapping[str, FieldType | str],
) -> Decision:
    changes = () if policy.existing == "keep" else _differences(wanted, contact, types)
    if policy.existing == "replace":
        changes += _wiped(wanted, contact)
    action = Action.NOTHING
    if changes:
        action = Action.UPDATE if policy.existing == "merge" else Action.REPLACE
    subscribe = subscription in (None, SubscriptionStatus.UNSUBSCRIBED)
    return Decision(
        action=action,
        subscribe=subscribe,
        before={name: _as_text(_held(contact, name)) for name in changes},
        contact_id=contact.contact_id,
        subscription=subscription,
        reason=_reason(changes, subscribe, subscription),
    )


def _held(contact: Contact, name: str) -> Any:
    """Return what a contact holds in a field, which may be a custom one."""
    is_standard = name in ContactFields.__annotations__ and name not in contact.custom_fields
    return getattr(contact, name) if is_standard else contact.custom_fields.get(name)


def _reason(changes: Sequence[str], subscribe: bool, subscription: str | None) -> Reason:
    if changes:
        return Reason.of(ReasonCode.CHANGED, *changes)
    if subscribe:
        return Reason.of(ReasonCode.NOT_ON_LIST)
    reason = Reason.of(ReasonCode.AS_IT_SHOULD_BE)
    if subscription == SubscriptionStatus.PENDING:
        return reason.then(ReasonCode.NOT_CONFIRMED)
    return reason


def _differences(
    wanted: ContactFields, contact: Contact, types: Mapping[str, FieldType | str]
) -> tuple[str, ...]:
    """Return the names of the fields whose value in iContact is another."""
    standard = [
        name
        for name, value in wanted.items()
        # The contact was found by its address; a difference in case is not written.
        if name not in ("email", "status", "custom_fields")
        and not _same(getattr(contact, name), value, None)
    ]
    custom = [
        name
        for name, value in wanted.get("custom_fields", {}).items()
        if not _same(contact.custom_fields.get(name), value, types.get(name))
    ]
    return (*standard, *custom)


def _wiped(wanted: ContactFields, contact: Contact) -> tuple[str, ...]:
    """Return the fields that hold something now and that a replacement would clear."""
    standard = [
        name
        for name in ContactFields.__annotations__
        if name not in ("email", "status", "custom_fields", *wanted) and getattr(contact, name)
    ]
    given = wanted.get("custom_fields", {})
    custom = [name for name, value in contact.custom_fields.items() if value and name not in given]
    return (*standard, *custom)


def filled_fields(contact: Contact) -> dict[str, Any]:
    """Return the fields of a contact that hold something, without address and status."""
    filled: dict[str, Any] = {
        name: value
        for name in ContactFields.__annotations__
        if name not in ("email", "status", "custom_fields") and (value := getattr(contact, name))
    }
    if custom := {name: value for name, value in contact.custom_fields.items() if value}:
        filled["custom_fields"] = custom
    return filled


def fields_to_write(
    action: Action, wanted: ContactFields, changes: Sequence[str] = ()
) -> ContactFields:
    """Return what is written of a row: what differs for an update, else all of it.

    A status is never written to an existing contact; and a new one is ``normal`` anyway, so that
    nothing is said which would overwrite a status, should the contact have appeared meanwhile.
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


def _same(current: Any, desired: Any, kind: FieldType | str | None) -> bool:
    """Check that a value need not be written. iContact stores all values as text."""
    now, then = _as_text(current), _as_text(desired)
    if now == then:
        return True
    if kind == FieldType.CHECKBOX:
        return {now, then} == {"", "0"}
    if not now or not then:
        return False
    if kind == FieldType.DATE:
        return (day := _day(now)) is not None and day == _day(then)
    if kind in _NUMBERS:
        with suppress(InvalidOperation):
            return Decimal(now) == Decimal(then)
    return False


_NUMBERS = (
    FieldType.NUMBER,
    FieldType.DECIMAL_ONE,
    FieldType.DECIMAL_TWO,
    FieldType.DECIMAL_THREE,
    FieldType.DECIMAL_FOUR,
)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def _day(text: str) -> date | None:
    """Read a custom date in the forms it may come back in (API 2.8, uncertain)."""
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
    return None
