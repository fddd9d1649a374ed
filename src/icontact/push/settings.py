"""What a push may do, and where its answers come from: keywords, TOML, or the environment."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Self, TypedDict, cast

import attrs

from icontact.errors import ConfigError, MappingError
from icontact.mapping import ContactMapper, toml
from icontact.mapping.targets import WIRE_NAMES
from icontact.models import ContactStatus, SubscriptionStatus
from icontact.push.tables import misplaced_credential
from icontact.push.trigger_settings import (
    MOST,
    TriggerSettings,
    among,
    check_list,
    did_you_mean,
    mapper_of,
    triggers_from,
)
from icontact.wire import nearest

__all__ = [
    "Existing",
    "PolicyOptions",
    "PushPolicy",
    "PushSettings",
    "mapping_from_pairs",
    "stop_in",
]

Existing = Literal["keep", "merge", "replace"]
OptOut = Literal["skip", "unsubscribe"]
UpdateBy = Literal["prove", "bulk", "member"]

#: The variable that stops every push that a command makes, or that is made of settings.
_SWITCH = "ICONTACT_PUSH_CONTACTS"

#: Statuses that a push leaves alone unless they are named.
_ALLOWABLE = (
    ContactStatus.BOUNCED,
    ContactStatus.DONOTCONTACT,
    ContactStatus.PENDING,
    ContactStatus.INVITABLE,
    SubscriptionStatus.UNSUBSCRIBED,
)


class PolicyOptions(TypedDict, total=False):
    """The keywords of :class:`PushPolicy`, for completion where they are passed on."""

    push_contacts: bool
    stopped_by: Collection[str]
    subscription_status: Literal["normal", "pending"]
    confirmation_message_id: int | None
    existing: Existing
    allow_statuses: Collection[str]
    duplicates: Literal["first", "last"]
    opt_out: OptOut
    update_by: UpdateBy
    batch_size: int
    page_size: int


def _names(value: Any) -> frozenset[str]:
    return frozenset((value,) if isinstance(value, str) else value)


def _triggers(given: Iterable[TriggerSettings]) -> tuple[TriggerSettings, ...]:
    return tuple(given)


def _texts(given: Collection[str]) -> tuple[str, ...]:
    return tuple(given)


def _positive(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise ConfigError(f"{field.name} must be a whole number from 1 to {MOST}")


def _switch(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, bool):
        raise ConfigError(f"{field.name} must be true or false")


@attrs.frozen(kw_only=True)
class PushPolicy:
    """What a push may do to contacts.

    Attributes:
        push_contacts: Mautic's "Push contacts to this integration": ``False`` stops every push,
            and each outcome says so.
        stopped_by: Who says so, for the outcomes: ``push_contacts = false in icontact.toml``,
            ``ICONTACT_PUSH_CONTACTS=false in the environment``. If anything stands here,
            ``push_contacts`` is ``False``.
        subscription_status: ``"normal"``, or ``"pending"`` for confirmed opt-in.
        confirmation_message_id: With ``"pending"``: the message of type ``confirmation`` that
            iContact mails.
        existing: What happens to a contact that is in iContact already: ``"merge"`` writes the
            fields that differ, ``"keep"`` none, ``"replace"`` wipes what the row does not give.
        allow_statuses: Statuses that are pushed all the same, by their exact names, out of
            ``bounced``, ``donotcontact``, ``pending``, ``invitable`` and ``unsubscribed``. None by
            default. A contact's status itself is never written.
        duplicates: Which of several rows with one address is pushed: the ``"last"`` or the
            ``"first"``.
        opt_out: What happens to a contact that is on the list although the input says that the
            person must not be mailed: ``"skip"`` leaves the subscription as it is and counts it in
            the report, ``"unsubscribe"`` unsubscribes it, for good.
        update_by: How existing contacts are changed: ``"member"`` by one POST each, ``"bulk"`` by
            collection POSTs with their ids, ``"prove"`` by these if a proof on one contact shows
            that they keep the fields that they leave out (API 6.5), else by one POST each.
        batch_size: Rows a request that writes; iContact publishes no maximum (API 2.7). It
            shrinks by itself when a size is refused.
        page_size: Rows a request that reads; if iContact caps it, pages are what it makes of it.

    Raises:
        ConfigError: If a value cannot be used; it names the field.
    """

    push_contacts: bool = attrs.field(default=True, validator=_switch)
    stopped_by: tuple[str, ...] = attrs.field(default=(), converter=_texts, eq=False)
    subscription_status: Literal["normal", "pending"] = attrs.field(
        default="normal", validator=among("normal", "pending")
    )
    confirmation_message_id: int | None = attrs.field(default=None, validator=_positive)
    existing: Existing = attrs.field(default="merge", validator=among("keep", "merge", "replace"))
    allow_statuses: frozenset[str] = attrs.field(default=frozenset(), converter=_names)
    duplicates: Literal["first", "last"] = attrs.field(
        default="last", validator=among("first", "last")
    )
    opt_out: OptOut = attrs.field(default="skip", validator=among("skip", "unsubscribe"))
    update_by: UpdateBy = attrs.field(default="prove", validator=among("prove", "bulk", "member"))
    batch_size: int = attrs.field(default=500, validator=_positive)
    page_size: int = attrs.field(default=1000, validator=_positive)

    def __attrs_post_init__(self) -> None:
        if self.stopped_by:
            # A frozen class sets its own attributes so.
            object.__setattr__(self, "push_contacts", False)
        if unknown := self.allow_statuses - set(_ALLOWABLE):
            raise ConfigError(
                f"allow_statuses may hold {', '.join(_ALLOWABLE)}, "
                f"not {', '.join(sorted(map(str, unknown)))}"
                f"{did_you_mean(min(map(str, unknown)), _ALLOWABLE)}"
            )
        pending = self.subscription_status == "pending"
        if pending and self.confirmation_message_id is None:
            raise ConfigError(
                'subscription_status = "pending" needs confirmation_message_id: without the '
                "confirmation message nobody could confirm"
            )
        if not pending and self.confirmation_message_id is not None:
            raise ConfigError(
                'confirmation_message_id is only used with subscription_status = "pending"'
            )

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
        who = " and ".join(self.stopped_by or ("push_contacts = false",))
        return f"the push is switched off ({who})"

    def stopped_too(self, by: str) -> Self:
        """Return the same, switched off if anything says so.

        Args:
            by: Who; empty if it does not.
        """
        if not by or by in self.stopped_by:
            return self
        before = self.stopped_by or (() if self.push_contacts else ("push_contacts = false",))
        return attrs.evolve(self, stopped_by=(*before, by))


@attrs.frozen(kw_only=True)
class PushSettings(PushPolicy):
    """All the answers that a push needs, credentials excepted: those stay in the environment.

    Attributes:
        list: The list's name (exact) or id.
        mapper: Which column or key fills which field; ``None`` lets a command guess from a header.
        account_id: The account, where the credentials open several.
        client_folder_id: The client folder, where there are several.
        triggers: What makes a contact be pushed, for integrations; see :class:`TriggerSettings`.
        follow_unsubscribes: For integrations: whether somebody who unsubscribes over there is
            unsubscribed here, for good, from every list that the triggers push to.
    """

    list: str | int = attrs.field(validator=check_list)
    mapper: ContactMapper | None = None
    account_id: int | None = attrs.field(default=None, validator=_positive)
    client_folder_id: int | None = attrs.field(default=None, validator=_positive)
    triggers: tuple[TriggerSettings, ...] = attrs.field(default=(), converter=_triggers)
    follow_unsubscribes: bool = attrs.field(default=False, validator=_switch)

    @property
    def policy(self) -> PolicyOptions:
        """The part that says what a push may do, as keywords of :class:`ListPush`."""
        return self.options

    def for_trigger(self, trigger: TriggerSettings) -> PushSettings:
        """Return the settings that hold for one trigger: its own list and mapping, if it has any.

        It is switched off by its own switch, and by the one for all.

        Args:
            trigger: One of :attr:`triggers`.
        """
        return attrs.evolve(
            self,
            list=self.list if trigger.list is None else trigger.list,
            mapper=self.mapper if trigger.mapper is None else trigger.mapper,
            push_contacts=self.push_contacts and trigger.push_contacts,
            triggers=(),
        )

    @classmethod
    def from_toml(cls, path: str | PathLike[str]) -> PushSettings:
        """Read ``icontact.toml``.

        The keys are this class's, and the mapping stands in ``[mapping]``, or its name in
        ``preset`` (``preset = "mautic"``). Credentials never stand in it. Of the environment one
        thing counts beside the file: ``ICONTACT_PUSH_CONTACTS=false`` stops what the file makes.

        Raises:
            ConfigError: If the file cannot be read, is no TOML, or holds an unknown key, an
                unusable value or a credential.
            MappingError: If the mapping is wrong.
        """
        place, table = Path(path).name, toml.document(path)
        if complaint := misplaced_credential(table):
            del table  # error trackers print the locals of every frame on the way
            raise ConfigError(f"{place}: {complaint}")
        made = cls._from_table(table, place)
        if not made.push_contacts:
            made = made.stopped_too(f"push_contacts = false in {place}")
        return made.stopped_too(stop_in(os.environ))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> PushSettings:
        """Read the settings from variables: ``ICONTACT_`` and the name in capitals.

        So ``ICONTACT_LIST``, ``ICONTACT_EXISTING``, ``ICONTACT_PUSH_CONTACTS`` (``true``,
        ``false``), ``ICONTACT_ALLOW_STATUSES`` (with commas), …; the mapping is
        ``ICONTACT_MAPPING``: pairs like ``email=mail,first_name=given,score=points``, where a name
        that is no field of iContact's is a custom field; or ``ICONTACT_PRESET``.

        Args:
            environ: Where to look instead of ``os.environ``.

        Raises:
            ConfigError: If ``ICONTACT_LIST`` is missing or a value cannot be used.
            MappingError: If the mapping is wrong.
        """
        source = os.environ if environ is None else environ
        table: dict[str, Any] = {}
        for name in _keys():
            if text := source.get(f"ICONTACT_{name.upper()}"):
                table[name] = _from_text(name, text)
        if table.get("push_contacts") is False:
            del table["push_contacts"]  # read below, with the word on where it is said
        return cls._from_table(table, "the environment").stopped_too(stop_in(source))

    @classmethod
    def _from_table(cls, table: Mapping[str, Any], place: str) -> PushSettings:
        try:
            return cls(**_values(table))
        except ConfigError as problem:
            error: ConfigError | MappingError = ConfigError(f"{place}: {problem}")
        except MappingError as problem:
            error = MappingError(f"{place}: {problem}", field=problem.field)
        raise error


def stop_in(environ: Mapping[str, str]) -> str:
    """Return how an environment says that nothing is to be pushed; empty if it does not.

    Raises:
        ConfigError: If ``ICONTACT_PUSH_CONTACTS`` is neither ``true`` nor ``false``.
    """
    text = environ.get(_SWITCH, "")
    switch = _from_text("push_contacts", text) if text else True
    if not isinstance(switch, bool):
        raise ConfigError(f"the environment: {_SWITCH} must be true or false")
    return "" if switch else f"{_SWITCH}={text.strip()} in the environment"


def _values(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table of settings as arguments, with the mapper that it describes."""
    for name in table:
        if name not in _keys():
            raise ConfigError(f"there is no setting {name!r}{nearest(name, frozenset(_keys()))}")
    if "list" not in table:
        raise ConfigError("the setting 'list' is missing: a list's name or id")
    values = dict(table)
    if "triggers" in values:
        values["triggers"] = triggers_from(values["triggers"])
    mapper = mapper_of(values)
    return {**values, "mapper": mapper}


def _keys() -> Collection[str]:
    inner = ("mapper", "stopped_by")
    names = [field.name for field in attrs.fields(PushSettings) if field.name not in inner]
    return [*names, "mapping", "preset"]


def _from_text(name: str, text: str) -> Any:
    """Read a variable as the type that its setting has."""
    if name in ("push_contacts", "follow_unsubscribes"):
        switches = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        return switches.get(text.strip().lower(), text)
    if name in (
        "account_id",
        "client_folder_id",
        "confirmation_message_id",
        "batch_size",
        "page_size",
        "list",
    ):
        digits = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST))
        return int(text) if digits else text
    if name == "allow_statuses":
        return [part.strip() for part in text.split(",") if part.strip()]
    return _pairs(text) if name == "mapping" else text


def _pairs(text: str) -> Mapping[str, Any]:
    return mapping_from_pairs([pair for pair in text.split(",") if pair.strip()])


def mapping_from_pairs(pairs: Collection[str]) -> Mapping[str, Any]:
    """Return the mapping that ``field=column`` pairs describe.

    A field that is none of iContact's is a custom field, to be checked against the folder; it
    may also be written ``custom_fields.score``.

    Raises:
        ConfigError: For a pair that has no ``=``, or for a field that is given twice.
    """
    mapping: dict[str, Any] = {}
    custom: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not (field and equals and column):
            raise ConfigError(f"a mapping is written field=column, not {pair!r}")
        table = mapping if field in _STANDARD else custom
        field = field.removeprefix("custom_fields.")
        if field in table:
            raise ConfigError(f"the field {field} is mapped twice")
        table[field] = column
    if custom:
        mapping["custom_fields"] = custom
    return mapping


_STANDARD = frozenset([*WIRE_NAMES, *WIRE_NAMES.values()])
