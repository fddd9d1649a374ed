"""What a push decides about one contact: pure functions of what is known about it.

The rules, in their order (API 6.3 and 8.2):

1. A new address is created, and subscribed unless the row itself gives it another status than
   ``normal``. For somebody who is in iContact already such a row changes nothing.
2. Somebody whom iContact marks as anything but ``normal`` is left alone.
3. Somebody who unsubscribed from the list is left alone.
4. An existing contact gets the fields that differ, never a status; and is subscribed if it is not.

Only a status that the settings name exactly is excepted from the second and third rule.
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
from icontact.push.settings import PushPolicy

__all__ = [
    "NEW_CONTACT",
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

#: Why an address that nobody has is created.
NEW_CONTACT = "new contact"


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


@attrs.frozen(kw_only=True)
class Decision:
    """What to do with one contact, and why.

    Attributes:
        action: What is written to the contact.
        subscribe: Whether it is put on the list.
        fields: What is written; the fields that differ for an update.
        changes: The names of these fields, for people.
        before: What they hold now.
        contact_id: The existing contact.
        subscription: Its state on the list as it was found.
        reason: Why, in words.
        duplicate_of: The row with the same address that counts instead.
    """

    action: Action
    reason: str
    subscribe: bool = False
    fields: ContactFields = attrs.field(factory=ContactFields, repr=False)
    changes: tuple[str, ...] = ()
    before: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    contact_id: int | None = None
    subscription: str | None = None
    duplicate_of: int | None = None


def decide(
    wanted: ContactFields,
    known: ContactState,
    policy: PushPolicy,
    types: Mapping[str, FieldType | str],
) -> Decision:
    """Decide about one contact.

    Args:
        wanted: What the row says; custom fields included.
        known: What iContact says.
        policy: What the settings say.
        types: The type of each custom field.
    """
    if not known.contacts:
        return Decision(
            action=Action.CREATE,
            subscribe=restricting_status(wanted, policy) is None,
            fields=fields_to_write(Action.CREATE, wanted),
            reason=NEW_CONTACT,
        )
    if (status := restricting_status(wanted, policy)) is not None:
        # It binds the push, though it is not written to iContact.
        return _skip(known, f"the row itself says {status}")
    contact, *others = known.contacts
    if others:
        ids = ", ".join(str(contact.contact_id) for contact in known.contacts)
        return Decision(
            action=Action.REJECT,
            reason=f"several contacts in iContact have this address (ids {ids}); merge them there",
        )
    if reason := suppression_reason(contact, known.subscription, policy):
        return _skip(known, reason)
    return _existing(wanted, contact, known.subscription, policy, types)


def decide_opt_out(reason: str, known: ContactState, policy: PushPolicy) -> Decision:
    """Decide about a contact whose row says that the person must not be mailed.

    Args:
        reason: The row's own word.
        known: What iContact says; at least one contact.
        policy: What the settings say.
    """
    contact, *others = known.contacts
    if others:
        # Which of them is on the list is not known.
        ids = ", ".join(str(one.contact_id) for one in known.contacts)
        return Decision(
            action=Action.REJECT if policy.opt_out == "unsubscribe" else Action.SKIP,
            reason=f"{reason}; several contacts in iContact have this address (ids {ids}): "
            "see there that none of them is on the list",
        )
    on_the_list = known.subscription in (SubscriptionStatus.NORMAL, SubscriptionStatus.PENDING)
    if not on_the_list:
        action = Action.SKIP
    elif policy.opt_out == "unsubscribe":
        action, reason = Action.UNSUBSCRIBE, f"{reason}; was on the list"
    else:
        action, reason = Action.SKIP, f"{reason}; is still on the list"
    return Decision(
        action=action,
        reason=reason,
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
    """Tell whether a contact has the status that a row gives."""
    return "status" in wanted and str(contact.status) == str(wanted["status"])


def _skip(known: ContactState, reason: str) -> Decision:
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
) -> str | None:
    """Say why nothing may be written, or return None."""
    status = contact.status
    if status != ContactStatus.NORMAL and status not in policy.allow_statuses:
        return _REASONS.get(status, f"iContact gives this contact the status {str(status)!r}")
    unsubscribed = SubscriptionStatus.UNSUBSCRIBED
    if subscription == unsubscribed and unsubscribed not in policy.allow_statuses:
        return "this person unsubscribed from the list"
    return None


_REASONS: Mapping[str, str] = {
    ContactStatus.DONOTCONTACT: "iContact marks this contact as do-not-contact",
    ContactStatus.BOUNCED: "mail to this contact bounced",
    ContactStatus.PENDING: "this contact has not confirmed yet",
    ContactStatus.INVITABLE: "this contact must be invited first",
    ContactStatus.DELETED: "this contact was deleted in iContact",
}


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
        fields=fields_to_write(action, wanted, changes),
        changes=changes,
        before={name: _as_text(_held(contact, name)) for name in changes},
        contact_id=contact.contact_id,
        subscription=subscription,
        reason=_reason(changes, subscribe, subscription),
    )


def _held(contact: Contact, name: str) -> Any:
    """Return what a contact holds in a field, which may be a custom one."""
    is_standard = name in ContactFields.__annotations__ and name not in contact.custom_fields
    return getattr(contact, name) if is_standard else contact.custom_fields.get(name)


def _reason(changes: Sequence[str], subscribe: bool, subscription: str | None) -> str:
    if changes:
        return "changed: " + ", ".join(changes)
    if subscribe:
        return "was not on the list"
    if subscription == SubscriptionStatus.PENDING:
        return "as it should be; on the list, not confirmed yet"
    return "as it should be"


def _differences(
    wanted: ContactFields, contact: Contact, types: Mapping[str, FieldType | str]
) -> tuple[str, ...]:
    """Return the names of the fields whose value in iContact is another."""
    standard = [
        name
        for name, value in wanted.items()
        # The address is what the contact was found by; its case is no reason to write.
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
    """Tell whether a value would be written for nothing. iContact keeps all values as text."""
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
