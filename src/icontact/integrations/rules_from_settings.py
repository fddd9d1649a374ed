"""Rules and pushes from a file of settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from icontact.client import Client
from icontact.errors import ConfigError, MappingError
from icontact.integrations.rules import CONTACT_EVENTS, ContactTrigger, PointTrigger, Rule
from icontact.mapping import ContactMapper
from icontact.push import ListPush, PushSettings
from icontact.push.settings import expand_preset
from icontact.wire import structure_settings

__all__ = ["push_of", "rules_of"]


def rules_of(settings: PushSettings) -> tuple[Rule, ...]:
    """Return the rules that the settings' triggers describe.

    Settings without triggers push every contact that becomes known or changes, like a campaign of
    Mautic's over all contacts: their rules are ``saved`` and ``manual``.

    Args:
        settings: The content of ``icontact.toml``.

    Raises:
        ConfigError: If a trigger cannot be used, has no mapping, or is the same as another.
        MappingError: If a trigger's mapping is wrong.

    >>> rules_of(PushSettings(list="News", mapper=ContactMapper({"email": "email"})))[0].label
    'saved'
    """
    tables = settings.triggers or ({"on": "saved"}, {"on": "manual"})
    rules: list[Rule] = []
    numbers: dict[tuple[object, ...], int] = {}
    for number, table in enumerate(tables, start=1):
        rule = _rule(number, table)
        mapper = rule.mapper or settings.mapper
        unsubscribes = isinstance(rule, ContactTrigger) and rule.then == "unsubscribe"
        if mapper is None and not unsubscribes:
            which = f"trigger {number} ({table['on']})" if settings.triggers else "the settings"
            raise ConfigError(f'no mapping for {which}: write [mapping] or preset = "mautic"')
        # A point trigger is remembered by name and list, whatever it pushes.
        way = (mapper and mapper.fingerprint, settings.push_contacts and rule.push_contacts)
        key = () if isinstance(rule, PointTrigger) else way
        list_ = settings.list if rule.list is None else rule.list
        first = numbers.setdefault((rule.label, list_, *key), number)
        if first != number:
            raise ConfigError(
                f"triggers {first} and {number} are the same: {rule.label}; name them"
            )
        rules.append(rule)
    return tuple(rules)


def _rule(number: int, table: Mapping[str, Any]) -> Rule:
    try:
        return _structure_rule(table)
    except ConfigError as error:
        raise ConfigError(f"trigger {number}: {error}") from None
    except MappingError as error:
        raise MappingError(f"trigger {number}: {error}", field=error.field) from None


def _structure_rule(table: Mapping[str, Any]) -> Rule:
    table = expand_preset(table)
    on = table.get("on")
    if on == "points":
        del table["on"]
        if "minimum" not in table:
            raise ConfigError('on = "points" needs minimum')
        return structure_settings(PointTrigger, table)
    if on is None:
        raise ConfigError(f"on is missing: one of {', '.join(CONTACT_EVENTS)}, points")
    if table.keys() & {"minimum", "for_existing"}:
        raise ConfigError('minimum and for_existing belong to on = "points"')
    return structure_settings(ContactTrigger, table)


def push_of(
    settings: PushSettings, rules: Iterable[Rule], client: Client
) -> Callable[[], ListPush]:
    """Return a function that makes the settings' push. Only that function sends requests.

    If the settings have no mapping, the push gets the first one of the rules.

    Args:
        settings: The content of ``icontact.toml``.
        rules: The settings' rules.
        client: The client that the push uses.
    """
    mappers = [rule.mapper for rule in rules if rule.mapper is not None]
    # To unsubscribe a contact takes an address, and no mapping.
    mapper = settings.mapper or next(iter(mappers), ContactMapper({"email": "email"}))
    complete = attrs.evolve(settings, mapper=mapper)
    return lambda: ListPush.from_settings(complete, client=client)
