"""One field of a mapper, made ready: what to read, and the steps from raw value to text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any, cast

import attrs

from icontact.errors import MappingError
from icontact.mapping.numbers import DECIMALS
from icontact.mapping.quick import Lane, lane_of
from icontact.mapping.result import FieldExplanation, Outcome
from icontact.mapping.source import Key, Source, source_from
from icontact.mapping.targets import (
    CUSTOM,
    FIELDS,
    bounded,
    closest,
    custom_label,
    custom_name,
    field_for,
    shown,
    type_name,
)
from icontact.mapping.transforms import (
    LONGEST,
    TRANSFORMS,
    UNTAGGED,
    Setting,
    final_transform,
    steps_for,
)
from icontact.mapping.values import Converted, is_blank, unboxed


@attrs.frozen(kw_only=True)
class Slot:
    """A field to fill.

    Attributes:
        name: iContact's field, or the private name of a custom field.
        custom: Whether it is one of the folder's.
        field_type: The custom field's type, once the folder was asked.
        source: Where its value comes from.
        setting: What its transforms may know.
        quick: The short way, for rows that are a `dict` itself: the same as `fill`, or `UNSURE`.
    """

    name: str
    custom: bool
    source: Source
    setting: Setting
    field_type: str | None = None
    label: str = attrs.field(init=False)
    steps: tuple[str | Callable[[Any], Any], ...] = attrs.field(init=False)
    quick: Lane = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Work the steps out, and refuse a source that cannot serve this field."""
        object.__setattr__(self, "label", custom_label(self.name) if self.custom else self.name)
        object.__setattr__(self, "steps", self._steps())
        self._check_emptying()
        self._check_options()
        self._check_default()
        object.__setattr__(self, "quick", lane_of(self))

    def _steps(self) -> tuple[str | Callable[[Any], Any], ...]:
        final = final_transform("" if self.custom else self.name, self.field_type)
        first = self.source.transform
        steps = steps_for(first, final)
        # Functions, and who asks for it verbatim, get the value as the row has it; an address in
        # brackets is no tag.
        kept = callable(first) or first in (UNTAGGED, "verbatim") or self.label == "email"
        return (UNTAGGED, *steps) if self.setting.strip_tags and not kept else steps

    def _check_emptying(self) -> None:
        if self.label == "email" and self.source.default is not None:
            raise self.error("an address is never made up, so default is not for it")
        if self.label in ("email", "status") and self.source.empty == "clear":
            raise self.error("it cannot be cleared, so empty='clear' is not for it")

    def _check_options(self) -> None:
        undecided = self.custom and self.field_type is None and self.source.transform is None
        used = {
            option
            for step in (TRANSFORMS if undecided else self.steps)
            if isinstance(step, str)
            for option in TRANSFORMS[step].options
        }
        if useless := [name for name in self.source.options if name not in used]:
            kind = f" ({self.field_type})" if self.field_type else ""
            raise self.error(f"{bounded(useless)} has no meaning for this field{kind}")

    def _check_default(self) -> None:
        # A callable is the user's own, and runs on rows only.
        if self.source.default is None or callable(self.source.transform):
            return
        try:
            self._through(self.source.default, None)
        except MappingError as error:
            problem = error.problem
        else:
            return
        raise self.error(f"its default {problem}")

    def error(self, problem: str) -> MappingError:
        """Return the error that says something is wrong with this field."""
        return MappingError(f"{self.label}: {problem}", field=self.label)

    def fill(self, row: Mapping[Any, Any], country: object) -> FieldExplanation:
        """Return what the field gets from a row; a refusal is part of it, and nothing is raised."""
        keys = self.source.keys
        used = next((key for key in keys if key in row and not is_blank(row[key])), None)
        raw = self.source.default if used is None else row[used]
        problem = None
        try:
            converted = self._converted(raw, used, country)
        except MappingError as error:
            converted = Converted(None)
            origin = "its default" if used is None else f"source {shown(used)}"
            problem = f"{error.problem} ({origin})"
        present = any(key in row for key in keys)
        if self.label == "email" and converted.value is None and problem is None:
            state = "blank" if present else "missing"
            problem = f"the row has no e-mail address (source {bounded(keys)} is {state})"
        return FieldExplanation(
            target=self.label,
            sources=keys,
            used=used,
            present=present,
            raw=raw,
            transforms=() if raw is None else tuple(map(step_name, self.steps)),
            outcome="refused" if problem else self._outcome(converted),
            result=converted.value,
            notes=converted.notes,
            problem=problem,
        )

    def _outcome(self, converted: Converted) -> Outcome:
        if converted.value is not None:
            return "set"
        if converted.left_out or self.source.empty == "leave":
            return "left out"
        return "cleared"

    def _converted(self, raw: object, used: Key | None, country: object) -> Converted:
        converted = self._through(raw, country)
        if converted.value is not None or converted.left_out or used is None:
            return converted
        # Nothing remained of the row's value: "&nbsp;", or the suffix of a name without one.
        return self._through(self.source.default, country)

    def _through(self, raw: object, country: object) -> Converted:
        value: Any = unboxed(raw)
        notes = []
        setting = self.setting if country is None else self.setting._replace(country=country)
        if self.label == "postal_code" and isinstance(value, (int, float)) and not is_blank(value):
            notes.append("came as a number: zeros at its front may be lost")
        for step in self.steps:
            if is_blank(value):
                return Converted(None, tuple(notes))
            if step == UNTAGGED and not isinstance(value, str):
                continue
            if callable(step):
                value = unboxed(_called(step, value))
                continue
            converted = TRANSFORMS[step].run(value, setting)
            notes.extend(converted.notes)
            if converted.left_out:
                return Converted(None, tuple(notes), left_out=True)
            value = converted.value
        return Converted(cast("str | None", value), tuple(notes))

    @property
    def meaning(self) -> dict[str, Any]:
        """All that decides what the field gets, in a form that JSON takes."""
        source, default = self.source, self.source.default
        return {
            "field": self.label,
            "keys": list(source.keys),
            "steps": [step if isinstance(step, str) else _identity(step) for step in self.steps],
            "decimals": self.setting.decimals,
            "default": None if default is None else [type(default).__name__, str(default)],
            "empty": source.empty,
            "options": source.options,
        }


def make_slot(
    name: str, given: object, *, custom: bool, setting: Setting, field_type: str | None = None
) -> Slot:
    """Return the slot for one entry of a mapping.

    Raises:
        MappingError: The source is not well formed, or cannot serve this field.
    """
    try:
        source = source_from(given)
    except MappingError as error:
        problem = error.problem
    else:
        return Slot(
            name=name,
            custom=custom,
            source=source,
            setting=setting._replace(
                options=source.options,
                decimals=DECIMALS.get(field_type or ""),
                longest=None if custom else LONGEST.get(name),
            ),
            field_type=field_type,
        )
    label = custom_label(name) if custom else name
    raise MappingError(f"{label}: {problem}", field=label)


def make_slots(mapping: Mapping[str, Any], setting: Setting) -> Iterator[Slot]:
    """Yield the slots of a mapping, the address first: a row without one is refused for that.

    Raises:
        MappingError: An unknown field, a source that cannot serve, or no e-mail.
    """
    fields = {}
    for target in mapping:
        if target == CUSTOM:
            continue
        name = field_for(target)
        if name in fields:
            raise MappingError(f"{name} is mapped twice", field=name)
        fields[name] = make_slot(name, mapping[target], custom=False, setting=setting)
    if "email" not in fields:
        raise MappingError(
            "the mapping has no e-mail: iContact requires it; add email with the row's key of the "
            "address",
            field="email",
        )
    custom = mapping.get(CUSTOM, {})
    if not isinstance(custom, Mapping):
        raise MappingError(f"{CUSTOM} is a table of private names, not {type_name(custom)}")
    yield fields.pop("email")
    yield from fields.values()
    for target, given in custom.items():
        yield make_slot(custom_name(target), given, custom=True, setting=setting)


def unknown_field(slot: Slot, types: Mapping[str, str]) -> MappingError:
    """Return the error for a custom field that the folder does not have."""
    if close := closest(slot.name, types):
        hint = f"did you mean {close!r}?"
    elif field := closest(slot.name, FIELDS):
        hint = f"did you mean iContact's own field {field!r}?"
    else:
        hint = "create it, or map another."
    there = f"It has {bounded(types)}." if types else "It has no custom field at all."
    return slot.error(f"the folder has no custom field of this name: {hint} {there}")


def step_name(step: str | Callable[[Any], Any]) -> str:
    """Return the name under which explanations show a step."""
    return step if isinstance(step, str) else _name(step)


def _name(function: Callable[[Any], Any]) -> str:
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def _called(function: Callable[[Any], Any], value: object) -> Any:
    try:
        return function(value)
    except MappingError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the row is refused for it
        kind = type(error).__name__
    # Outside the block: the function's own error may hold the value.
    raise MappingError(f"the transform {_name(function)} raised {kind}")


def _identity(function: Callable[[Any], Any]) -> list[str]:
    """Return what tells a callable from another: its name, and its code where it has some."""
    code = getattr(function, "__code__", None)
    body = "" if code is None else hashlib.sha256(_code_text(code).encode()).hexdigest()
    return [str(getattr(function, "__module__", "")), _name(function), body]


def _code_text(constant: Any) -> str:
    if isinstance(constant, CodeType):
        inner = ", ".join(map(_code_text, constant.co_consts))
        return f"{constant.co_code!r} {constant.co_names} {constant.co_varnames} ({inner})"
    if isinstance(constant, frozenset):
        # Its order differs from process to process.
        return repr(sorted(map(_code_text, constant)))
    return repr(constant)
