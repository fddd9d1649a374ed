"""The settings of a push: from keywords, a TOML file, or the environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal, Self, TypedDict, cast, get_type_hints

import attrs

from icontact.errors import ConfigError, MappingError
from icontact.mapping import ContactMapper, toml
from icontact.mapping.contact_fields import WIRE_NAMES, closest
from icontact.mapping.normalize import normalize_key
from icontact.mapping.presets import preset
from icontact.models import ContactStatus, SubscriptionStatus
from icontact.push.batch_size import AUTO
from icontact.push.workers import check_workers
from icontact.wire import setting_names, structure_settings

__all__ = [
    "LARGEST_ID",
    "Existing",
    "PolicyOptions",
    "PushPolicy",
    "PushSettings",
    "check_list",
    "check_switch",
    "expand_preset",
    "mapper_from",
    "mapping_from_pairs",
    "one_of",
    "switched_off_in",
]

Existing = Literal["keep", "merge", "replace"]
OptOut = Literal["skip", "unsubscribe"]
UpdateBy = Literal["prove", "bulk", "member"]

#: The largest id that iContact can store.
LARGEST_ID = 2**63 - 1

#: The variable that stops every push that a command makes, or that is made from settings.
_SWITCH = "ICONTACT_PUSH_CONTACTS"

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
        _check_number(_, field, value)


def check_switch(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse a value that is neither true nor false."""
    if not isinstance(value, bool):
        raise ConfigError(f"{field.name} must be true or false")


def _check_number(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
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


def mapper_from(given: ContactMapper | Mapping[str, Any] | None) -> ContactMapper | None:
    """Return a mapper; a mapping is read like the table ``[mapping]``."""
    if given is None or isinstance(given, ContactMapper):
        return given
    return ContactMapper.from_config(given)


def _names(value: Any) -> frozenset[str]:
    return frozenset((value,) if isinstance(value, str) else value)


def _texts(given: Collection[str]) -> tuple[str, ...]:
    return tuple(given)


def _tables(given: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    tables = () if isinstance(given, str) else tuple(given)
    if isinstance(given, str | Mapping) or not all(isinstance(one, Mapping) for one in tables):
        raise ConfigError("triggers are written as tables: [[triggers]]")
    return tables


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
    confirmation_message_id: int | None = attrs.field(default=None, validator=_check_number)
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


@attrs.frozen(kw_only=True)
class PushSettings(PushPolicy):
    """All settings of a push. Credentials are not among them: they stay in the environment.

    Attributes:
        list: The list's name (exact) or id.
        mapper: Which column or key fills which field, as a mapper or as a mapping; ``None`` lets a
            command guess it from a header.
        account_id: The account, where the credentials open several.
        client_folder_id: The client folder, where there are several.
        triggers: For integrations: the ``[[triggers]]`` tables, which
            :func:`icontact.integrations.triggers.rules_of` turns into rules.
        follow_unsubscribes: For integrations: whether a person who unsubscribes there is
            unsubscribed here, for good, from every list that the triggers push to.
    """

    list: str | int = attrs.field(validator=check_list)
    mapper: ContactMapper | None = attrs.field(
        default=None, converter=mapper_from, metadata={"key": "mapping"}
    )
    account_id: int | None = attrs.field(default=None, validator=_check_number)
    client_folder_id: int | None = attrs.field(default=None, validator=_check_number)
    triggers: tuple[Mapping[str, Any], ...] = attrs.field(default=(), converter=_tables)
    follow_unsubscribes: bool = attrs.field(default=False, validator=check_switch)

    @property
    def policy(self) -> PolicyOptions:
        """What the push may do, as keywords of :class:`ListPush`."""
        return self.options

    @classmethod
    def from_toml(cls, path: str | PathLike[str]) -> PushSettings:
        """Read ``icontact.toml``.

        The keys are the attributes of this class; the mapping is the table ``[mapping]``, or
        ``preset`` names one (``preset = "mautic"``). The file must not hold credentials. The
        environment can stop what the file makes, with ``ICONTACT_PUSH_CONTACTS=false``.

        Raises:
            ConfigError: If the file cannot be read, is not valid TOML, or holds an unknown key, an
                unusable value or a credential.
            MappingError: If the mapping is wrong.
        """
        file, table = Path(path).name, toml.document(path)
        if complaint := _misplaced_credential(table):
            raise ConfigError(f"{file}: {complaint}")
        made = cls._from_table(table, file)
        if not made.push_contacts:
            made = made.stopped_too(f"push_contacts = false in {file}")
        return made.stopped_too(switched_off_in(os.environ))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> PushSettings:
        """Read the settings from variables: ``ICONTACT_`` and the name in capitals.

        Examples are ``ICONTACT_LIST``, ``ICONTACT_EXISTING``, ``ICONTACT_PUSH_CONTACTS``
        (``true``, ``false``) and ``ICONTACT_ALLOW_STATUSES`` (separated by commas). The mapping is
        ``ICONTACT_MAPPING``: pairs like ``email=mail,first_name=given,score=points``, where a name
        that is not one of iContact's fields is a custom field; or ``ICONTACT_PRESET``.

        Args:
            environ: The variables; ``os.environ`` by default.

        Raises:
            ConfigError: If ``ICONTACT_LIST`` is missing or a value cannot be used.
            MappingError: If the mapping is wrong.
        """
        variables = os.environ if environ is None else environ
        table: dict[str, Any] = {}
        for name in (*setting_names(cls), "preset"):
            text = variables.get(f"ICONTACT_{name.upper()}")
            if text and name != "push_contacts":
                table[name] = _from_text(name, text)
        return cls._from_table(table, "the environment").stopped_too(switched_off_in(variables))

    @classmethod
    def _from_table(cls, table: Mapping[str, Any], origin: str) -> PushSettings:
        try:
            return structure_settings(cls, expand_preset(table))
        except ConfigError as error:
            raise ConfigError(f"{origin}: {error}") from None
        except MappingError as error:
            raise MappingError(f"{origin}: {error}", field=error.field) from None


def expand_preset(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table with the mapping that its ``preset`` names.

    Raises:
        ConfigError: If it has a mapping, too.
        MappingError: If the preset does not exist.
    """
    if "preset" not in table:
        return dict(table)
    if "mapping" in table:
        raise ConfigError("give a mapping or a preset, not both")
    rest = {name: value for name, value in table.items() if name != "preset"}
    return {**rest, "mapping": preset(table["preset"])}


def switched_off_in(environ: Mapping[str, str]) -> str:
    """Return how the environment switches pushes off; empty if it does not.

    Raises:
        ConfigError: If ``ICONTACT_PUSH_CONTACTS`` is neither ``true`` nor ``false``.
    """
    text = environ.get(_SWITCH, "").strip()
    switch = _SWITCHES.get(text.lower(), True if not text else None)
    if switch is None:
        raise ConfigError(f"the environment: {_SWITCH} must be true or false")
    return "" if switch else f"{_SWITCH}={text} in the environment"


_SWITCHES = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _from_text(name: str, text: str) -> Any:
    """Return the text of a variable as the type of its setting."""
    if name == "mapping":
        return mapping_from_pairs([pair for pair in text.split(",") if pair.strip()])
    wanted = str(get_type_hints(PushSettings).get(name, str))
    if "bool" in wanted:
        return _SWITCHES.get(text.strip().lower(), text)
    if "frozenset" in wanted:
        return [part.strip() for part in text.split(",") if part.strip()]
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID))
    return int(text) if is_number and "int" in wanted else text


def mapping_from_pairs(pairs: Collection[str]) -> Mapping[str, Any]:
    """Return the mapping that ``field=column`` pairs describe.

    A field that is not one of iContact's is a custom field, which a push checks against the
    folder; it may also be written ``custom_fields.score``.

    Raises:
        ConfigError: For a pair without ``=``, or for a field that is given twice.
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
    return {**mapping, "custom_fields": custom} if custom else mapping


_STANDARD = frozenset([*WIRE_NAMES, *WIRE_NAMES.values()])

_CREDENTIALS: Mapping[str, tuple[str, ...]] = {
    "ICONTACT_APP_ID": ("appid", "applicationid", "apikey"),
    "ICONTACT_USERNAME": ("username", "user", "login", "appusername", "apiusername"),
    "ICONTACT_PASSWORD": (
        *("password", "passwd", "pwd", "apppassword", "apipassword", "appapipassword"),
        *("applicationpassword", "apppw", "appsecret", "apisecret", "token"),
    ),
    # The receiver's operator chooses the name of its variable.
    "": ("secret", "webhooksecret", "secrets"),
}

_VARIABLES = {name: variable for variable, names in _CREDENTIALS.items() for name in names}


def _misplaced_credential(table: Mapping[str, Any], within: str = "") -> str | None:
    """Return the complaint about a credential in settings, without its value.

    Args:
        table: The settings.
        within: The name of the table, for the complaint.
    """
    for name, value in table.items():
        path = f"{within}.{name}" if within else name
        variable = _VARIABLES.get(normalize_key(name).removeprefix("icontact"))
        if variable is not None and not isinstance(value, Mapping):
            where = f"set the variable {variable}" if variable else "set a variable of your own"
            return (
                f"{path!r} is a credential, and a file of settings must not hold one: remove it "
                f"here, and {where} in the environment. If others can read the file, replace the "
                "credential by a new one"
            )
        if name == "mapping":  # its keys are iContact's fields, its values names of columns
            continue
        for inner in value if isinstance(value, list) else (value,):
            if isinstance(inner, Mapping) and (found := _misplaced_credential(inner, path)):
                return found
    return None
