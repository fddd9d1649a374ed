"""When something that happened pushes a contact: Mautic's contact actions and point triggers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs

from icontact.errors import ConfigError
from icontact.integrations.events import ContactEvent, EventType
from icontact.mapping import ContactMapper
from icontact.push import ListPush

__all__ = ["ContactTrigger", "PointTrigger", "Rule", "fires"]

_ACTIONS = (
    EventType.IDENTIFIED,
    EventType.SAVED,
    EventType.FORM_SUBMITTED,
    EventType.SEGMENT_ADDED,
    EventType.SEGMENT_REMOVED,
    EventType.MANUAL,
)


def _action(given: str) -> EventType:
    if given not in _ACTIONS:
        raise ConfigError(f"a contact trigger is on one of {', '.join(_ACTIONS)}")
    return EventType(given)


def _minimum(_: Any, __: Any, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError("minimum must be a number of points")


@attrs.frozen(kw_only=True)
class _Where:
    """Where a rule pushes to, if not to where all of them do."""

    push: ListPush | None = None
    list: str | int | None = None
    mapper: ContactMapper | None = None
    push_contacts: bool = True
    name: str = ""

    def _check(self) -> None:
        if self.push is not None and (self.list is not None or self.mapper is not None):
            raise ConfigError("give a rule a push of its own, or a list and a mapper, not both")


@attrs.frozen
class ContactTrigger(_Where):
    """Fires when something happens to a contact.

    Args:
        on: ``"identified"``: a visitor became known, or a contact is new; ``"saved"``: identified,
            or anything changed; ``"form_submitted"``; ``"segment_added"``; ``"segment_removed"``;
            or ``"manual"``: somebody says so.
        then: ``"push"``; or ``"unsubscribe"`` from the list, for good, when somebody was removed
            from a segment.
        form: Only for this form: its id, or its alias.
        segment: Only for this segment: its id, or its alias.
        push: Push with this, instead of with the integration's own.
        list: Push into this list, by name or id, otherwise as the integration does.
        mapper: Push with this mapping.
        push_contacts: ``False`` switches this rule off: it fires, does nothing, and says so.
        name: What the rule is called; made of the above unless told.

    Raises:
        ConfigError: If these cannot be, or contradict each other.
    """

    on: EventType = attrs.field(converter=_action, kw_only=False)
    then: Literal["push", "unsubscribe"] = attrs.field(default="push", kw_only=True)
    form: int | str | None = attrs.field(default=None, kw_only=True)
    segment: int | str | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot fire, or cannot be done."""
        self._check()
        if self.then not in ("push", "unsubscribe"):
            raise ConfigError('then must be "push" or "unsubscribe"')
        if self.form is not None and self.on is not EventType.FORM_SUBMITTED:
            raise ConfigError("form belongs to form_submitted")
        segments = (EventType.SEGMENT_ADDED, EventType.SEGMENT_REMOVED)
        if self.segment is not None and self.on not in segments:
            raise ConfigError("segment belongs to segment_added and segment_removed")
        if self.then == "unsubscribe" and self.on is not EventType.SEGMENT_REMOVED:
            raise ConfigError("then='unsubscribe' belongs to segment_removed")

    @property
    def label(self) -> str:
        """Its name, or one made of what it says."""
        condition = self.form if self.form is not None else self.segment
        return self.name or str(self.on) + ("" if condition is None else f" {condition}")


@attrs.frozen
class PointTrigger(_Where):
    """Fires once for each contact, when its points pass a minimum: old < minimum <= new.

    A new contact that has that many points fires as well, and so does a change to that many where
    nothing tells how many there were before.

    Args:
        minimum: So many points.
        for_existing: Whether contacts that have them already fire, too, as soon as anything is
            told about them.
        push: Push with this, instead of with the integration's own.
        list: Push into this list, by name or id, otherwise as the integration does.
        mapper: Push with this mapping.
        push_contacts: ``False`` switches this rule off: it fires, does nothing, and says so.
        name: What the rule is called; made of the minimum unless told. Together with the list this
            is what "once" is remembered by.

    Raises:
        ConfigError: If these cannot be, or contradict each other.
    """

    minimum: float = attrs.field(validator=_minimum, kw_only=True)
    for_existing: bool = attrs.field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse two answers to one question."""
        self._check()

    @property
    def label(self) -> str:
        """Its name, or one made of what it says."""
        return self.name or f"points from {self.minimum:g}"


Rule: TypeAlias = ContactTrigger | PointTrigger


def fires(
    rule: Rule,
    event: ContactEvent,
    *,
    points: float | None = None,
    segments: Mapping[str, float] | None = None,
) -> bool:
    """Tell whether an event makes a rule fire, leaving aside whether it did so before.

    Args:
        rule: The rule.
        event: What happened.
        points: The points that were known before.
        segments: When each segment was last joined or left, as known before.
    """
    if isinstance(rule, PointTrigger):
        return _passes(rule, event, points)
    if rule.on is not event.type:
        return rule.on is EventType.SAVED and event.type is EventType.IDENTIFIED
    if not _means(rule.form, event.form_id, event.form_alias):
        return False
    if not _means(rule.segment, event.segment_id, event.segment_alias):
        return False
    # Somebody who was removed and added again is in the segment, whatever arrives first.
    return event.at >= (segments or {}).get(segment_key(event), event.at)


def _means(wanted: int | str | None, number: int | None, alias: str | None) -> bool:
    # A file of settings may well say form = "4".
    return wanted is None or wanted in (number, alias) or wanted == str(number)


def segment_key(event: ContactEvent) -> str:
    """Return what a segment is remembered by."""
    return str(event.segment_id if event.segment_id is not None else event.segment_alias)


def _passes(trigger: PointTrigger, event: ContactEvent, before: float | None) -> bool:
    new = event.new_points
    if new is None or new < trigger.minimum or event.type is EventType.DELETED:
        return False
    if trigger.for_existing or event.type is EventType.IDENTIFIED:
        return True
    old = event.old_points if event.old_points is not None else before
    return event.type is EventType.POINTS_CHANGED and (old is None or old < trigger.minimum)
