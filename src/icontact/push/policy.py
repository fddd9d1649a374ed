"""The policy of a push: what it may do to contacts, and how it sends."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Literal, Self, TypedDict, cast

import attrs

from icontact.errors import ConfigError
from icontact.mapping.contact_fields import closest
from icontact.models import ContactStatus, SubscriptionStatus
from icontact.push.batch_size import AUTO
from icontact.push.workers import check_workers
from icontact.wire import nearest

Existing = Literal["keep", "merge", "replace"]
OptOut = Literal["skip", "unsubscribe"]
UpdateBy = Literal["prove", "bulk", "member"]

#: The largest id that iContact can store.
LARGEST_ID = 2**63 - 1

#: Statuses that a push skips unless the settings name them.
_ALLOWABLE = (
    ContactStatus.BOUNCED,
    ContactStatus.DONOTCONTACT,
    ContactStatus.PENDING,
    ContactStatus.INVITABLE,
    SubscriptionStatus.UNSUBSCRIBED,
)


class PolicyOptions(TypedDict, total=False):
    """The keywords of :class:`PushPolicy`, for completion in editors."""

    push_contacts: bool
    stopped_by: Collection[str]
    subscription_status: Literal["normal", "pending"]
    confirmation_message_id: int | None
    existing: Existing
    allow_statuses: Collection[str]
    duplicates: Literal["first", "last"]
    opt_out: OptOut
    update_by: UpdateBy
    batch_size: int | Literal["auto"]
    page_size: int | Literal["auto"]
    workers: int | Literal["auto"]


def one_of(*allowed: str) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """Return a validator that accepts only these values."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if value not in allowed:
            near = closest(value, allowed)
            hint = f"; did you mean {near!r}?" if near else ""
            raise ConfigError(f"{field.name} must be one of {', '.join(allowed)}{hint}")

    return check


def check_list(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse a value that is neither a list's name nor its id."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value in ("", 0):
        raise ConfigError(f"{field.name} must be a list's name or its id")
    if isinstance(value, int):
        check_number(_, field, value)


def check_switch(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse a value that is neither true nor false."""
    if not isinstance(value, bool):
        raise ConfigError(f"{field.name} must be true or false")


def check_number(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse a value that is not an id or a number of things; ``None`` is accepted."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_ID:
        raise ConfigError(f"{field.name} must be a whole number from 1 to {LARGEST_ID}")


def _check_size(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    number = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_ID
    if value != "auto" and not number:
        raise ConfigError(f'{field.name} must be a whole number from 1 to {LARGEST_ID}, or "auto"')


def _check_workers(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    check_workers(value)


def _names(value: Any) -> frozenset[str]:
    return frozenset((value,) if isinstance(value, str) else value)


def _texts(given: Collection[str]) -> tuple[str, ...]:
    return tuple(given)


@attrs.frozen(kw_only=True)
class PushPolicy:
    """What a push may do to contacts.

    Attributes:
        push_contacts: Mautic's "Push contacts to this integration": ``False`` stops every push,
            and each outcome says so.
        stopped_by: What switched the push off, for the outcomes: ``push_contacts = false in
            icontact.toml``, ``ICONTACT_PUSH_CONTACTS=false in the environment``. If it is not
            empty, ``push_contacts`` is ``False``.
        subscription_status: ``"normal"``, or ``"pending"`` for confirmed opt-in.
        confirmation_message_id: With ``"pending"``: the message of type ``confirmation`` that
            iContact mails.
        existing: What happens to a contact that is in iContact already: ``"merge"`` writes the
            fields that differ, ``"keep"`` none, ``"replace"`` clears what the row does not give.
        allow_statuses: Statuses that are pushed although they are suppressed by default, by their
            exact names: ``bounced``, ``donotcontact``, ``pending``, ``invitable`` and
            ``unsubscribed``. A contact's status itself is never written.
        duplicates: Which of several rows with one address is pushed: the ``"last"`` or the
            ``"first"``.
        opt_out: What happens to a contact that is on the list although the input says that the
            person opted out: ``"skip"`` leaves the subscription as it is and counts it in the
            report, ``"unsubscribe"`` unsubscribes it, for good.
        update_by: How existing contacts are changed: ``"member"`` by one POST each, ``"bulk"`` by
            collection POSTs with their ids, ``"prove"`` by these if a proof on one contact shows
            that they keep the fields that they leave out, else by one POST each.
        batch_size: How many rows a request writes. ``"auto"`` begins with 500 and finds out how
            many iContact takes, up to 5,000; a number is only reduced if iContact refuses it.
        page_size: How many rows a request reads. ``"auto"`` begins with 1,000 and finds out how
            many iContact sends, up to 10,000; iContact may send fewer than a number says.
        workers: How many requests are under way at a time. ``"auto"`` begins with one, and goes up
            to eight while iContact answers slowly and no limit holds requests back.

    Raises:
        ConfigError: If a value cannot be used; it names the field.
    """

    push_contacts: bool = attrs.field(default=True, validator=check_switch)
    stopped_by: tuple[str, ...] = attrs.field(
        default=(), converter=_texts, eq=False, metadata={"key": None}
    )
    subscription_status: Literal["normal", "pending"] = attrs.field(
        default="normal", validator=one_of("normal", "pending")
    )
    confirmation_message_id: int | None = attrs.field(default=None, validator=check_number)
    existing: Existing = attrs.field(default="merge", validator=one_of("keep", "merge", "replace"))
    allow_statuses: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    duplicates: Literal["first", "last"] = attrs.field(
        default="last", validator=one_of("first", "last")
    )
    opt_out: OptOut = attrs.field(default="skip", validator=one_of("skip", "unsubscribe"))
    update_by: UpdateBy = attrs.field(default="prove", validator=one_of("prove", "bulk", "member"))
    batch_size: int | Literal["auto"] = attrs.field(default=AUTO, validator=_check_size)
    page_size: int | Literal["auto"] = attrs.field(default=AUTO, validator=_check_size)
    workers: int | Literal["auto"] = attrs.field(default=AUTO, validator=_check_workers)

    def __attrs_post_init__(self) -> None:
        if self.stopped_by:
            # A frozen class sets its own attributes like this.
            object.__setattr__(self, "push_contacts", False)
        if unknown := sorted(map(str, self.allow_statuses - set(_ALLOWABLE))):
            near = closest(unknown[0], _ALLOWABLE)
            hint = f"; did you mean {str(near)!r}?" if near else ""
            raise ConfigError(
                f"allow_statuses may hold {', '.join(_ALLOWABLE)}, not {', '.join(unknown)}{hint}"
            )
        pending = self.subscription_status == "pending"
        if pending and self.confirmation_message_id is None:
            raise ConfigError(
                'subscription_status = "pending" needs confirmation_message_id: the message that '
                "asks people to confirm"
            )
        if not pending and self.confirmation_message_id is not None:
            raise ConfigError(
                'confirmation_message_id is only used with subscription_status = "pending"'
            )

    @classmethod
    def from_options(cls, options: PolicyOptions) -> Self:
        """Return the policy of a caller's keywords.

        Raises:
            ConfigError: If a value cannot be used.
            TypeError: If a keyword is unknown; it names the nearest one.
        """
        known = PolicyOptions.__annotations__
        if unknown := set(options).difference(known):
            name = min(unknown)
            raise TypeError(f"there is no setting {name!r}{nearest(name, known)}")
        return cls(**options)

    @property
    def options(self) -> PolicyOptions:
        """The same as keywords of :class:`ListPush`."""
        return cast(
            "PolicyOptions", {name: getattr(self, name) for name in PolicyOptions.__annotations__}
        )

    @property
    def switch(self) -> str:
        """Why nothing is pushed, in words; empty if the push is not switched off."""
        if self.push_contacts:
            return ""
        return f"the push is switched off ({' and '.join(self.stopped_by or (_OFF,))})"

    def stopped_too(self, by: str) -> Self:
        """Return the same policy, switched off by one thing more.

        Args:
            by: What switches it off; empty if nothing does.
        """
        if not by or by in self.stopped_by:
            return self
        before = self.stopped_by or (() if self.push_contacts else (_OFF,))
        return attrs.evolve(self, stopped_by=(*before, by))


_OFF = "push_contacts = false"
