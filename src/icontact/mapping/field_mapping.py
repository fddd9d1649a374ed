"""One field of a mapper, made ready: what to read, and the steps from raw value to text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any, cast

import attrs

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.contact_fields import (
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
from icontact.mapping.numbers import DECIMALS
from icontact.mapping.result import FieldExplanation, Outcome
from icontact.mapping.source import Key, Source, source_from
from icontact.mapping.transforms import (
    LONGEST,
    TRANSFORMS,
    UNTAGGED,
    TransformContext,
    final_transform,
    steps_for,
)
from icontact.mapping.values import TransformResult, is_blank, unboxed

#: Fields whose values look like numbers, and are none.
_NUMBERLIKE = frozenset({"postal_code", "phone", "fax"})

_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}")


# One is made for every field of every row, and to be frozen would cost it several times as much.
@attrs.define
class FieldValue:
    """What a field gets from a row.

    Attributes:
        outcome: Whether it is set, cleared, left out or refused.
        value: The text to send.
        notes: What was lost or changed.
        problem: Why the row is refused, without the value.
        opted_out: Whether that is because the person must not be mailed.
        used: The key whose value was taken; ``None`` if all were blank.
        raw: The value as the row has it, or the default.
    """

    outcome: Outcome
    value: str | None = attrs.field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    problem: str | None = None
    opted_out: bool = False
    used: Key | None = None
    raw: Any = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class FieldMapping:
    """A field to fill.

    Attributes:
        name: iContact's field, or the private name of a custom field.
        custom: Whether it is one of the folder's.
        field_type: The custom field's type, once the folder was asked.
        source: Where its value comes from.
        context: What its transforms may know.
    """

    name: str
    custom: bool
    source: Source
    context: TransformContext
    field_type: str | None = None
    label: str = attrs.field(init=False)
    steps: tuple[str | Callable[[Any], Any], ...] = attrs.field(init=False)
    _blank: FieldValue = attrs.field(init=False, repr=False, eq=False)
    _leaves_out: bool = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Work the steps out, and refuse a source that cannot serve this field."""
        object.__setattr__(self, "label", custom_label(self.name) if self.custom else self.name)
        object.__setattr__(self, "steps", self._steps())
        blank: Outcome = "left out" if self.source.empty == "leave" else "cleared"
        object.__setattr__(self, "_blank", FieldValue(blank))
        object.__setattr__(self, "_leaves_out", self._may_be_left_out())
        self._check_emptying()
        self._check_options()
        self._check_default()

    def _steps(self) -> tuple[str | Callable[[Any], Any], ...]:
        final = final_transform("" if self.custom else self.name, self.field_type)
        first = self.source.transform
        steps = steps_for(first, final)
        # Functions, and who asks for it verbatim, get the value as the row has it; an address in
        # brackets is no tag.
        kept = callable(first) or first in (UNTAGGED, "verbatim") or self.label == "email"
        return (UNTAGGED, *steps) if self.context.strip_tags and not kept else steps

    def _may_be_left_out(self) -> bool:
        """Return whether a value that does not fit costs the field, and not the row."""
        if self.label in ("email", "status"):
            return False
        if self.label == "state" and self.context.long_state == "reject":
            return False
        choices = self.context.invalid
        return choices.get(self.label, choices.get(self.name, choices[""])) == "leave_out"

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

    def convert(self, row: Mapping[Any, Any], country: object) -> FieldValue:
        """Return what the field gets from a row; a refusal is part of it, and nothing is raised."""
        used, raw = None, self.source.default
        for key in self.source.keys:
            if key in row and not is_blank(value := row[key]):
                used, raw = key, value
                break
        if raw is None and self.label != "email":
            return self._blank
        try:
            result = self._converted(raw, used, country)
        except MappingError as error:
            origin = "its default" if used is None else f"source {shown(used)}"
            problem = f"{error.problem} ({origin})"
            if self._leaves_out:
                return FieldValue("left out", notes=(f"left out: {problem}",), used=used, raw=raw)
            return FieldValue(
                "refused",
                problem=problem,
                opted_out=isinstance(error, DoNotContact),
                used=used,
                raw=raw,
            )
        if result.value is not None:
            return FieldValue("set", result.value, result.notes, used=used, raw=raw)
        if self.label == "email":
            return FieldValue("refused", problem=self._no_address(row), used=used, raw=raw)
        left = result.left_out or self.source.empty == "leave"
        outcome: Outcome = "left out" if left else "cleared"
        return FieldValue(outcome, notes=result.notes, used=used, raw=raw)

    def explain(self, row: Mapping[Any, Any], country: object) -> FieldExplanation:
        """Return how the field comes by its value."""
        found = self.convert(row, country)
        return FieldExplanation(
            target=self.label,
            sources=self.source.keys,
            used=found.used,
            present=any(key in row for key in self.source.keys),
            raw=found.raw,
            transforms=() if found.raw is None else tuple(map(step_name, self.steps)),
            outcome=found.outcome,
            result=found.value,
            notes=found.notes,
            problem=found.problem,
        )

    def _no_address(self, row: Mapping[Any, Any]) -> str:
        keys = self.source.keys
        state = "blank" if any(key in row for key in keys) else "missing"
        return f"the row has no e-mail address (source {bounded(keys)} is {state})"

    def _converted(self, raw: object, used: Key | None, country: object) -> TransformResult:
        converted = self._through(raw, country)
        if converted.value is not None or converted.left_out or used is None:
            return converted
        # Nothing remained of the row's value: "&nbsp;", or the suffix of a name without one.
        return self._through(self.source.default, country)

    def _through(self, raw: object, country: object) -> TransformResult:
        value: Any = unboxed(raw)
        notes = []
        context = self.context if country is None else self.context._replace(country=country)
        if self.label in _NUMBERLIKE and not is_blank(value):
            if isinstance(value, (int, float)):
                notes.append("came as a number: zeros at its front may be lost")
            elif isinstance(value, str) and _SCIENTIFIC.fullmatch(value.strip()):
                notes.append("came in scientific notation: most of its digits are lost")
        for step in self.steps:
            if is_blank(value):
                return TransformResult(None, tuple(notes))
            if step == UNTAGGED and not isinstance(value, str):
                continue
            if callable(step):
                value = unboxed(_called(step, value))
                continue
            converted = TRANSFORMS[step].run(value, context)
            notes.extend(converted.notes)
            if converted.left_out:
                return TransformResult(None, tuple(notes), left_out=True)
            value = converted.value
        return TransformResult(cast("str | None", value), tuple(notes))

    @property
    def meaning(self) -> dict[str, Any]:
        """All that decides what the field gets, in a form that JSON takes."""
        source, default = self.source, self.source.default
        return {
            "field": self.label,
            "keys": list(source.keys),
            "steps": [step if isinstance(step, str) else _identity(step) for step in self.steps],
            "decimals": self.context.decimals,
            "default": None if default is None else [type(default).__name__, str(default)],
            "empty": source.empty,
            "options": source.options,
        }


def make_field(
    name: str,
    given: object,
    *,
    custom: bool,
    context: TransformContext,
    field_type: str | None = None,
) -> FieldMapping:
    """Return the field for one entry of a mapping.

    Raises:
        MappingError: The source is not well formed, or cannot serve this field.
    """
    try:
        source = source_from(given)
    except MappingError as error:
        problem = error.problem
    else:
        return FieldMapping(
            name=name,
            custom=custom,
            source=source,
            context=context._replace(
                options=source.options,
                decimals=DECIMALS.get(field_type or ""),
                longest=None if custom else LONGEST.get(name),
            ),
            field_type=field_type,
        )
    label = custom_label(name) if custom else name
    raise MappingError(f"{label}: {problem}", field=label)


def make_fields(mapping: Mapping[str, Any], context: TransformContext) -> Iterator[FieldMapping]:
    """Yield the fields of a mapping, the address first: a row without one is refused for that.

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
        fields[name] = make_field(name, mapping[target], custom=False, context=context)
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
        yield make_field(custom_name(target), given, custom=True, context=context)


def unknown_field(field: FieldMapping, types: Mapping[str, str]) -> MappingError:
    """Return the error for a custom field that the folder does not have."""
    if close := closest(field.name, types):
        hint = f"did you mean {close!r}?"
    elif own := closest(field.name, FIELDS):
        hint = f"did you mean iContact's own field {own!r}?"
    else:
        hint = "create it, or map another."
    there = f"It has {bounded(types)}." if types else "It has no custom field at all."
    return field.error(f"the folder has no custom field of this name: {hint} {there}")


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
