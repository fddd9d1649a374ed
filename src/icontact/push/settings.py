"""The settings of a push: from keywords, a TOML file, or the environment."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, get_type_hints

import attrs

from icontact.errors import ConfigError, MappingError
from icontact.mapping import ContactMapper, toml
from icontact.mapping.contact_fields import WIRE_NAMES, field_for
from icontact.mapping.mautic import preset
from icontact.mapping.normalize import normalize_key
from icontact.push.policy import (
    LARGEST_ID,
    PolicyOptions,
    PushPolicy,
    check_list,
    check_number,
    check_switch,
)
from icontact.wire import setting_names, structure_settings

#: The variable that stops every push that a command makes, or that is made from settings.
_SWITCH = "ICONTACT_PUSH_CONTACTS"


def mapper_from(given: ContactMapper | Mapping[str, Any] | None) -> ContactMapper | None:
    """Return a mapper; a mapping is read like the table ``[mapping]``."""
    if given is None or isinstance(given, ContactMapper):
        return given
    return ContactMapper.from_config(given)


def _tables(given: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    tables = () if isinstance(given, str) else tuple(given)
    if isinstance(given, str | Mapping) or not all(isinstance(one, Mapping) for one in tables):
        raise ConfigError("triggers are written as tables: [[triggers]]")
    return tables


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
    account_id: int | None = attrs.field(default=None, validator=check_number)
    client_folder_id: int | None = attrs.field(default=None, validator=check_number)
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
    expanded = dict(table)
    if "preset" in expanded:
        if "mapping" in expanded:
            raise ConfigError("give a mapping or a preset, not both")
        expanded["mapping"] = preset(expanded.pop("preset"))
    return expanded


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
            raise ConfigError(f"a mapping is written FIELD=COLUMN, not {pair!r}")
        table = mapping if field in _STANDARD else custom
        field = field_for(field) if table is mapping else field.removeprefix("custom_fields.")
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
    """Return the complaint about a credential in settings, without its value."""
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
