"""When a contact is pushed, and where to, as ``[[triggers]]`` of ``icontact.toml`` say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal

import attrs

from icontact.errors import ConfigError, MappingError
from icontact.mapping import ContactMapper
from icontact.mapping.targets import nearest

__all__ = [
    "MOST",
    "TriggerKind",
    "TriggerSettings",
    "among",
    "check_list",
    "did_you_mean",
    "mapper_of",
    "triggers_from",
]

TriggerKind = Literal[
    "identified",
    "saved",
    "form_submitted",
    "segment_added",
    "segment_removed",
    "manual",
    "points",
]

_KINDS = (
    *("identified", "saved", "form_submitted", "segment_added", "segment_removed"),
    *("manual", "points"),
)
_SEGMENTS = ("segment_added", "segment_removed")


#: No id is larger: it has 64 bits.
MOST = 2**63 - 1


def check_list(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse what is neither a list's name nor its id."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value in ("", 0):
        raise ConfigError(f"{field.name} must be a list's name or its id")
    if isinstance(value, int) and not 1 <= value <= MOST:
        raise ConfigError(f"{field.name}: an id is a whole number from 1 to {MOST}")


def _thing(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int) or value in ("", 0):
        raise ConfigError(f"{field.name} must be a {field.name}'s id or its alias")


def among(*allowed: str) -> Any:
    """Return a validator that refuses what is none of these."""

    def check(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
        if value not in allowed:
            hint = did_you_mean(value, allowed)
            raise ConfigError(f"{field.name} must be one of {', '.join(allowed)}{hint}")

    return check


def did_you_mean(given: object, allowed: Sequence[str]) -> str:
    """Return ``; did you mean 'x'?`` for a word that was mistyped, else nothing."""
    close = get_close_matches(str(given)[:100].lower(), allowed, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _points(_: Any, __: Any, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError("minimum must be a number of points")


def _switch(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, bool):
        raise ConfigError(f"{field.name} must be true or false")


def _text(_: Any, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, str):
        raise ConfigError(f"{field.name} must be a text")


@attrs.frozen(kw_only=True)
class TriggerSettings:
    """One thing that makes a contact be pushed, with a list and a mapping of its own if wanted.

    Attributes:
        on: What has to happen: ``identified``, ``saved``, ``form_submitted``, ``segment_added``,
            ``segment_removed`` or ``manual`` to the contact, or ``points`` that pass a minimum.
        minimum: With ``points``: so many.
        for_existing: With ``points``: whether it counts for contacts that have them already.
        then: ``"push"``; or, when somebody was removed from a segment, ``"unsubscribe"``.
        form: With ``form_submitted``: only this form, by id or alias.
        segment: With ``segment_added`` and ``segment_removed``: only this segment.
        list: Another list than the settings', by name or id.
        mapper: Another mapping than the settings', as a whole.
        push_contacts: ``False`` switches this trigger off, as the settings' does all of them.
        name: What to call it.

    Raises:
        ConfigError: If a value cannot be used, or contradicts another; it names the setting.
    """

    on: TriggerKind = attrs.field(validator=among(*_KINDS))
    minimum: float | None = attrs.field(default=None, validator=attrs.validators.optional(_points))
    for_existing: bool = attrs.field(default=False, validator=_switch)
    then: Literal["push", "unsubscribe"] = attrs.field(
        default="push", validator=among("push", "unsubscribe")
    )
    form: int | str | None = attrs.field(default=None, validator=attrs.validators.optional(_thing))
    segment: int | str | None = attrs.field(
        default=None, validator=attrs.validators.optional(_thing)
    )
    list: str | int | None = attrs.field(
        default=None, validator=attrs.validators.optional(check_list)
    )
    mapper: ContactMapper | None = None
    push_contacts: bool = attrs.field(default=True, validator=_switch)
    name: str = attrs.field(default="", validator=_text)

    def __attrs_post_init__(self) -> None:
        """Refuse what could never happen, or would be left unsaid."""
        points = self.on == "points"
        if points and self.minimum is None:
            raise ConfigError('on = "points" needs minimum')
        if not points and (self.minimum is not None or self.for_existing):
            raise ConfigError('minimum and for_existing belong to on = "points"')
        if self.form is not None and self.on != "form_submitted":
            raise ConfigError('form belongs to on = "form_submitted"')
        if self.segment is not None and self.on not in _SEGMENTS:
            raise ConfigError('segment belongs to on = "segment_added" and "segment_removed"')
        if self.then == "unsubscribe" and self.on != "segment_removed":
            raise ConfigError('then = "unsubscribe" belongs to on = "segment_removed"')


def triggers_from(tables: Any) -> tuple[TriggerSettings, ...]:
    """Return the triggers that ``[[triggers]]`` tables describe.

    Raises:
        ConfigError, MappingError: If one cannot be used; it is named by its place, from 1.
    """
    if not isinstance(tables, list) or not all(isinstance(one, Mapping) for one in tables):
        raise ConfigError("triggers are written as tables: [[triggers]]")
    return tuple(_trigger(place, dict(table)) for place, table in enumerate(tables, start=1))


def _trigger(place: int, table: dict[str, Any]) -> TriggerSettings:
    try:
        return _from_table(table)
    except ConfigError as problem:
        error: ConfigError | MappingError = ConfigError(f"trigger {place}: {problem}")
    except MappingError as problem:
        error = MappingError(f"trigger {place}: {problem}", field=problem.field)
    raise error


def _from_table(table: dict[str, Any]) -> TriggerSettings:
    names = [field.name for field in attrs.fields(TriggerSettings) if field.name != "mapper"]
    for name in table:
        if name not in (*names, "mapping", "preset"):
            raise ConfigError(
                f"there is no setting {name!r}: {nearest(name, [*names, 'mapping', 'preset'])}"
            )
    if "on" not in table:
        raise ConfigError(f"on is missing: one of {', '.join(_KINDS)}")
    return TriggerSettings(mapper=mapper_of(table), **table)


def mapper_of(table: dict[str, Any]) -> ContactMapper | None:
    """Take ``mapping`` or ``preset`` out of a table, and return the mapper that it describes.

    Raises:
        ConfigError: If both are there.
        MappingError: If the mapping is wrong.
    """
    mapping, preset = table.pop("mapping", None), table.pop("preset", None)
    if mapping is not None and preset is not None:
        raise ConfigError("give a mapping or a preset, not both")
    if mapping is not None:
        return ContactMapper.from_config(mapping)
    return None if preset is None else ContactMapper.preset(preset)
