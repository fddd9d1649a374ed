"""Rules, and where they push to, as a file of settings says it."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from icontact.client import Client
from icontact.errors import ConfigError
from icontact.integrations.rules import ContactTrigger, PointTrigger, Rule
from icontact.mapping import ContactMapper
from icontact.push import ListPush, PushSettings, TriggerSettings

__all__ = ["push_of", "rules_of"]


def rules_of(settings: PushSettings) -> tuple[Rule, ...]:
    """Return the rules that the settings' triggers describe.

    Settings without triggers push everybody who becomes known or changes, like a campaign of
    Mautic's over all contacts: they stand for ``saved`` and ``manual``.

    Args:
        settings: What stands in ``icontact.toml``.

    Raises:
        ConfigError: If a trigger has no mapping, or is the same as another.

    >>> rules_of(PushSettings(list="News", mapper=ContactMapper({"email": "email"})))[0].label
    'saved'
    """
    triggers = settings.triggers or (TriggerSettings(on="saved"), TriggerSettings(on="manual"))
    rules: list[Rule] = []
    places: dict[tuple[object, ...], int] = {}
    for place, trigger in enumerate(triggers, start=1):
        own = settings.for_trigger(trigger)
        if own.mapper is None and trigger.then == "push":
            which = f"trigger {place} ({trigger.on})" if settings.triggers else "the settings"
            raise ConfigError(f'no mapping for {which}: write [mapping] or preset = "mautic"')
        rules.append(_rule(trigger))
        mapping = None if own.mapper is None else own.mapper.fingerprint
        # Points are remembered by name and list, whatever is pushed then.
        way = () if trigger.on == "points" else (mapping, own.push_contacts)
        first = places.setdefault((rules[-1].label, own.list, *way), place)
        if first != place:
            label = rules[-1].label
            raise ConfigError(f"triggers {first} and {place} are the same: {label}; name them")
    return tuple(rules)


def _rule(trigger: TriggerSettings) -> Rule:
    where = attrs.asdict(
        trigger,
        recurse=False,
        filter=lambda field, _: field.name in ("list", "mapper", "push_contacts", "name"),
    )
    if trigger.minimum is not None:
        return PointTrigger(minimum=trigger.minimum, for_existing=trigger.for_existing, **where)
    return ContactTrigger(
        trigger.on, then=trigger.then, form=trigger.form, segment=trigger.segment, **where
    )


def push_of(settings: PushSettings, client: Client) -> Callable[[], ListPush]:
    """Return a function that makes the settings' push; it asks iContact, this does not.

    Where only the triggers have a mapping, it is the first one of theirs.

    Args:
        settings: What stands in ``icontact.toml``.
        client: Who asks.
    """
    found = [trigger.mapper for trigger in settings.triggers if trigger.mapper is not None]
    # To unsubscribe somebody takes an address, and no mapping.
    mapper = settings.mapper or next(iter(found), ContactMapper({"email": "email"}))
    complete = attrs.evolve(settings, mapper=mapper)
    return lambda: ListPush.from_settings(complete, client=client)
