"""Rules say which events push a contact: Mautic's contact actions and point triggers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from icontact.errors import ConfigError, MappingError
from icontact.integrations.events import ContactEvent, EventType
from icontact.mapping import ContactMapper
from icontact.mapping.values import plain_number, to_decimal
from icontact.push import ListPush, PushSettings
from icontact.push.policy import check_list, check_switch, one_of
from icontact.push.settings import expand_preset, mapper_from
from icontact.wire import structure_settings

__all__ = ["CONTACT_EVENTS", "ContactTrigger", "PointTrigger", "Rule", "fires", "rules_of"]

#: The events that a contact trigger can wait for.
CONTACT_EVENTS = (
    EventType.IDENTIFIED,
    EventType.SAVED,
    EventType.FORM_SUBMITTED,
    EventType.SEGMENT_ADDED,
    EventType.SEGMENT_REMOVED,
    EventType.MANUAL,
)


#: More than any contact has.
_MOST_POINTS = 10**15


def _event_type(given: str) -> EventType:
    if given not in CONTACT_EVENTS:
        raise ConfigError(f"on must be one of {', '.join(CONTACT_EVENTS)}, points")
    return EventType(given)


@attrs.frozen(kw_only=True)
class _Destination:
    """Where a rule pushes to, if not to the integration's own list."""

    push: ListPush | None = attrs.field(default=None, metadata={"key": None})
    list: str | int | None = attrs.field(
        default=None, validator=attrs.validators.optional(check_list)
    )
    mapper: ContactMapper | None = attrs.field(
        default=None, converter=mapper_from, metadata={"key": "mapping"}
    )
    push_contacts: bool = attrs.field(default=True, validator=check_switch)
    name: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be used, and two destinations."""
        if not isinstance(self.name, str):
            raise ConfigError("name must be a text")
        if self.push is not None and (self.list is not None or self.mapper is not None):
            raise ConfigError("give a rule a push of its own, or a list and a mapper, not both")


@attrs.frozen
class ContactTrigger(_Destination):
    """Fires when something happens to a contact.

    Args:
        on: ``"identified"``: a visitor became known, or a contact is new; ``"saved"``: identified,
            or anything changed; ``"form_submitted"``; ``"segment_added"``; ``"segment_removed"``;
            or ``"manual"``: on request.
        then: ``"push"``; or, with ``"segment_removed"``, ``"unsubscribe"`` from the list, for good.
        form: With ``"form_submitted"``: only this form, by id or alias.
        segment: With ``"segment_added"`` and ``"segment_removed"``: only this segment, by id or
            alias.
        push: Push with this, instead of with the integration's own.
        list: Push into this list, by name or id, otherwise as the integration does.
        mapper: Push with this mapping.
        push_contacts: ``False`` switches this rule off: it fires, does nothing, and says so.
        name: The rule's name; made of the conditions by default.

    Raises:
        ConfigError: If a value cannot be used, or contradicts another; it names the setting.
    """

    on: EventType = attrs.field(converter=_event_type, kw_only=False)
    then: Literal["push", "unsubscribe"] = attrs.field(
        default="push", kw_only=True, validator=one_of("push", "unsubscribe")
    )
    form: int | str | None = attrs.field(default=None, kw_only=True)
    segment: int | str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse conditions that could never be met."""
        super().__attrs_post_init__()
        for name, given in (("form", self.form), ("segment", self.segment)):
            is_id = isinstance(given, str | int) and not isinstance(given, bool) and given
            if given is not None and not is_id:
                raise ConfigError(f"{name} must be a {name}'s id or its alias")
        if self.form is not None and self.on is not EventType.FORM_SUBMITTED:
            raise ConfigError('form belongs to on = "form_submitted"')
        segments = (EventType.SEGMENT_ADDED, EventType.SEGMENT_REMOVED)
        if self.segment is not None and self.on not in segments:
            raise ConfigError('segment belongs to on = "segment_added" and "segment_removed"')
        if self.then == "unsubscribe" and self.on is not EventType.SEGMENT_REMOVED:
            raise ConfigError('then = "unsubscribe" belongs to on = "segment_removed"')

    @property
    def label(self) -> str:
        """The rule's name, or one made of its conditions."""
        condition = self.form if self.form is not None else self.segment
        return self.name or str(self.on) + ("" if condition is None else f" {condition}")


@attrs.frozen
class PointTrigger(_Destination):
    """Fires once for each contact, when its points pass a minimum: old < minimum <= new.

    A new contact that has that many points fires as well, and so does a change to that many where
    the points before are not known.

    Args:
        minimum: The number of points.
        for_existing: Whether contacts that have them already fire, too, with their next event.
        push: Push with this, instead of with the integration's own.
        list: Push into this list, by name or id, otherwise as the integration does.
        mapper: Push with this mapping.
        push_contacts: ``False`` switches this rule off: it fires, does nothing, and says so.
        name: The rule's name; made of the minimum by default. Name and list together identify the
            rule in the record of contacts for which it has fired.

    Raises:
        ConfigError: If a value cannot be used, or contradicts another; it names the setting.
    """

    minimum: float = attrs.field(kw_only=True)
    for_existing: bool = attrs.field(default=False, kw_only=True, validator=check_switch)

    def __attrs_post_init__(self) -> None:
        """Refuse a minimum that is not a number."""
        super().__attrs_post_init__()
        is_number = isinstance(self.minimum, int | float) and not isinstance(self.minimum, bool)
        if not is_number or not abs(self.minimum) < _MOST_POINTS:
            raise ConfigError("minimum must be a number of points")

    @property
    def label(self) -> str:
        """The rule's name, or one made of its minimum."""
        return self.name or f"points from {plain_number(to_decimal(self.minimum))}"


Rule: TypeAlias = ContactTrigger | PointTrigger


def fires(
    rule: Rule,
    event: ContactEvent,
    *,
    points: float | None = None,
    segments: Mapping[str, float] | None = None,
) -> bool:
    """Return whether an event makes a rule fire, whether or not it did so before.

    Args:
        rule: The rule.
        event: What happened.
        points: The points that were known before.
        segments: When each segment was last joined or left, as known before.
    """
    if isinstance(rule, PointTrigger):
        new = event.new_points
        if new is None or new < rule.minimum or event.type is EventType.DELETED:
            return False
        if rule.for_existing or event.type is EventType.IDENTIFIED:
            return True
        old = event.old_points if event.old_points is not None else points
        return event.type is EventType.POINTS_CHANGED and (old is None or old < rule.minimum)
    if rule.on is not event.type:
        return rule.on is EventType.SAVED and event.type is EventType.IDENTIFIED
    if not _means(rule.form, event.form_id, event.form_alias):
        return False
    if not _means(rule.segment, event.segment_id, event.segment_alias):
        return False
    # A person who was removed and added again is in the segment, in whatever order that arrives.
    return event.at >= (segments or {}).get(segment_key(event), event.at)


def _means(wanted: int | str | None, number: int | None, alias: str | None) -> bool:
    # A file of settings may well say form = "4".
    return wanted is None or wanted in (number, alias) or wanted == str(number)


def segment_key(event: ContactEvent) -> str:
    """Return what a segment is remembered by."""
    return str(event.segment_id if event.segment_id is not None else event.segment_alias)


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
        try:
            rule = _rule_of(table)
        except ConfigError as error:
            raise ConfigError(f"trigger {number}: {error}") from None
        except MappingError as error:
            raise MappingError(f"trigger {number}: {error}", field=error.field) from None
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


def _rule_of(table: Mapping[str, Any]) -> Rule:
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
