"""One field of a mapper: the keys that it reads, and the steps from a value to the text to send."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import attrs

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.callables import identity_of, name_of
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
from icontact.mapping.options import MapperOptions
from icontact.mapping.result import FieldExplanation, FieldValue, Outcome
from icontact.mapping.source import Key, Source, source_from
from icontact.mapping.transforms import (
    LONGEST,
    TRANSFORMS,
    UNTAGGED,
    TransformContext,
    TransformFunction,
    final_transform,
    function_of,
    steps_for,
)
from icontact.mapping.values import TransformResult, is_blank, unboxed

TransformStep: TypeAlias = str | Callable[[Any], Any]

#: Fields whose values look like numbers and are not.
_NUMBERLIKE = frozenset({"postal_code", "phone", "fax"})

#: Texts that cleaning leaves as they are; the second has no number in scientific notation.
_CLEAN = re.compile(r"(?!00)[0-9A-Za-z][0-9A-Za-z .,:'_@/()+-]*(?<! )")
_CLEAN_NUMBER = re.compile(r"(?!00)[0-9+(][0-9 ()./-]*(?<! )")

_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}")


@attrs.frozen(kw_only=True)
class FieldMapping:
    """A field to fill.

    Attributes:
        name: iContact's field, or the private name of a custom field.
        custom: Whether it is one of the folder's.
        source: Where its value comes from.
        context: The facts that its transforms may use.
        field_type: The custom field's type, once the folder was asked.
        label: The name under which messages show it.
        steps: The transforms that its value goes through.
        first_key: The key that is asked first.
        clean: Texts that the steps leave as they are; ``None`` if all have to go through them.

    Raises:
        MappingError: The source cannot serve this field.
    """

    name: str
    custom: bool
    source: Source
    context: TransformContext
    field_type: str | None = None
    label: str = attrs.field(init=False)
    steps: tuple[TransformStep, ...] = attrs.field(init=False)
    first_key: Key = attrs.field(init=False, repr=False, eq=False)
    clean: re.Pattern[str] | None = attrs.field(
        init=False,
        repr=False,
        eq=False,
        default=attrs.Factory(lambda self: self._clean(), takes_self=True),
    )
    _keys: tuple[Key, ...] = attrs.field(init=False, repr=False, eq=False)
    _functions: tuple[TransformFunction, ...] = attrs.field(init=False, repr=False, eq=False)
    _blank: FieldValue = attrs.field(init=False, repr=False, eq=False)

    @label.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _label(self) -> str:
        return custom_label(self.name) if self.custom else self.name

    @steps.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _steps(self) -> tuple[TransformStep, ...]:
        final = final_transform("" if self.custom else self.name, self.field_type)
        first = self.source.transform
        steps = steps_for(first, final)
        # Functions and "verbatim" get the value as the row has it; an address in brackets is not
        # a tag.
        kept = callable(first) or first in (UNTAGGED, "verbatim") or self.label == "email"
        return (UNTAGGED, *steps) if self.context.mapping.tags == "strip" and not kept else steps

    @_keys.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _source_keys(self) -> tuple[Key, ...]:
        return self.source.keys

    @_functions.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _compiled(self) -> tuple[TransformFunction, ...]:
        functions = tuple(map(function_of, self.steps))
        return (_noted_number, *functions) if self.label in _NUMBERLIKE else functions

    @_blank.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _blank_value(self) -> FieldValue:
        return FieldValue("left out" if self.source.empty == "leave" else "cleared")

    @first_key.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _first_key(self) -> Key:
        return self.source.keys[0]

    def _clean(self) -> re.Pattern[str] | None:
        if self.steps != ("text",):
            return None
        return _CLEAN_NUMBER if self.label in _NUMBERLIKE else _CLEAN

    def __attrs_post_init__(self) -> None:
        """Refuse a source that cannot serve this field."""
        source = self.source
        if self.label == "email" and source.default is not None:
            raise self.error("default is not for the address, which is never invented")
        if self.label in ("email", "status") and source.empty == "clear":
            raise self.error("empty='clear' is not for this field, which cannot be cleared")
        undecided = self.custom and self.field_type is None and source.transform is None
        used = {
            option
            for step in (TRANSFORMS if undecided else self.steps)
            if isinstance(step, str)
            for option in TRANSFORMS[step].options
        }
        if useless := [name for name in source.options if name not in used]:
            kind = f" ({self.field_type})" if self.field_type else ""
            raise self.error(f"{bounded(useless)} has no meaning for this field{kind}")
        # A callable is the user's own, and runs on rows only.
        if source.default is not None and not callable(source.transform):
            try:
                self._through(source.default, None)
            except MappingError as error:
                raise self.error(f"its default: {error.problem}") from None

    @property
    def is_omitted_if_invalid(self) -> bool:
        """Whether a value that does not fit costs the field, and not the row."""
        options = self.context.mapping
        must_fit = self.label in ("email", "status") or (
            self.label == "state" and options.long_state == "reject"
        )
        return not must_fit and options.invalid_for(self.label, self.name) == "leave_out"

    @property
    def meaning(self) -> dict[str, Any]:
        """Everything that decides the field's value, in a form that JSON takes."""
        default = self.source.default
        return {
            "field": self.label,
            "keys": list(self.source.keys),
            "steps": list(map(identity_of, self.steps)),
            "decimals": self.context.decimals,
            "default": None if default is None else [type(default).__name__, str(default)],
            "empty": self.source.empty,
            "options": self.source.options,
        }

    def error(self, problem: str) -> MappingError:
        """Return the error that says something is wrong with this field."""
        return MappingError(f"{self.label}: {problem}", field=self.label)

    def convert(self, row: Mapping[Any, Any], country: object) -> FieldValue:
        """Return what the field gets from a row; a refusal is part of it, and nothing is raised."""
        used, raw = None, self.source.default
        for key in self._keys:
            if not is_blank(value := row.get(key)):
                used, raw = key, value
                break
        if raw is None:
            return self._blank if self.label != "email" else self._without_address(row, used, raw)
        try:
            result = self._through(raw, country)
            if result.value is None and used is not None and not result.left_out:
                # Nothing remained of the row's value, such as "&nbsp;".
                result = self._through(self.source.default, country)
        except MappingError as error:
            return self._refused(error, used, raw)
        if result.value is not None:
            return FieldValue("set", result.value, result.notes, None, False, used, raw)
        if self.label == "email":
            return self._without_address(row, used, raw)
        outcome: Outcome = "left out" if result.left_out else self._blank.outcome
        return FieldValue(outcome, None, result.notes, None, False, used, raw)

    def explain(self, row: Mapping[Any, Any], country: object) -> FieldExplanation:
        """Return how the field comes by its value."""
        found = self.convert(row, country)
        return FieldExplanation(
            target=self.label,
            sources=self.source.keys,
            used=found.used,
            present=any(key in row for key in self.source.keys),
            raw=found.raw,
            transforms=() if found.raw is None else tuple(map(name_of, self.steps)),
            outcome=found.outcome,
            result=found.value,
            notes=found.notes,
            problem=found.problem,
        )

    def _without_address(self, row: Mapping[Any, Any], used: Key | None, raw: Any) -> FieldValue:
        state = "blank" if any(key in row for key in self._keys) else "missing"
        problem = f"the row has no e-mail address (column {bounded(self._keys)} is {state})"
        return FieldValue("refused", problem=problem, used=used, raw=raw)

    def _refused(self, error: MappingError, used: Key | None, raw: Any) -> FieldValue:
        origin = "default" if used is None else f"column {shown(used)}"
        problem = f"{error.problem} ({origin})"
        if self.is_omitted_if_invalid:
            return FieldValue("left out", None, (f"left out: {problem}",), None, False, used, raw)
        opted_out = isinstance(error, DoNotContact)
        return FieldValue("refused", None, (), problem, opted_out, used, raw)

    def _through(self, raw: object, country: object) -> TransformResult:
        """Return what the steps make of a value, or raise the error of the one that refuses it."""
        if raw is None:
            return TransformResult(None)
        context = self.context if country is None else self.context._replace(country=country)
        result = self._functions[0](unboxed(raw), context)
        for function in self._functions[1:]:
            if result.value is None:
                break
            notes = result.notes
            result = function(result.value, context)
            if notes:
                result = result._replace(notes=notes + result.notes)
        return result


def _noted_number(value: Any, _: TransformContext) -> TransformResult:
    """Note what a spreadsheet may have taken from a postal code or a phone number."""
    made: Any = value
    notes: tuple[str, ...] = ()
    if isinstance(value, int | float):
        notes = ("came as a number: zeros at its front may be lost",)
    elif isinstance(value, str) and _SCIENTIFIC.fullmatch(value.strip()):
        notes = ("came in scientific notation: most of its digits are lost",)
    return TransformResult(made, notes)


def make_field(
    name: str,
    given: object,
    *,
    custom: bool,
    options: MapperOptions,
    field_type: str | None = None,
) -> FieldMapping:
    """Return the field for one entry of a mapping.

    Raises:
        MappingError: The source is not well formed, or cannot serve this field.
    """
    try:
        source = source_from(given)
    except MappingError as error:
        label = custom_label(name) if custom else name
        raise MappingError(f"{label}: {error.problem}", field=label) from None
    context = TransformContext(
        options,
        source.options,
        decimals=DECIMALS.get(field_type or ""),
        longest=None if custom else LONGEST.get(name),
    )
    return FieldMapping(
        name=name, custom=custom, source=source, context=context, field_type=field_type
    )


def make_fields(mapping: Mapping[str, Any], options: MapperOptions) -> Iterator[FieldMapping]:
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
        fields[name] = make_field(name, mapping[target], custom=False, options=options)
    if "email" not in fields:
        raise MappingError(
            "the mapping has no e-mail, which iContact requires: add email with the row's key of "
            "the address",
            field="email",
        )
    custom = mapping.get(CUSTOM, {})
    if not isinstance(custom, Mapping):
        raise MappingError(f"{CUSTOM} is a table of private names, not {type_name(custom)}")
    yield fields.pop("email")
    yield from fields.values()
    for target, given in custom.items():
        yield make_field(custom_name(target), given, custom=True, options=options)


def unknown_field(field: FieldMapping, types: Mapping[str, str]) -> MappingError:
    """Return the error for a custom field that the folder does not have."""
    if close := closest(field.name, types):
        hint = f"did you mean {close!r}?"
    elif own := closest(field.name, FIELDS):
        hint = f"did you mean iContact's own field {own!r}?"
    else:
        hint = "create it, or map another."
    there = f"It has {bounded(types)}." if types else "It has no custom fields."
    return field.error(f"the folder has no custom field of this name: {hint} {there}")
