"""One field of a mapper: the keys that it reads, and the steps from a value to the text to send."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import attrs

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.contact_fields import (
    CUSTOM,
    bounded,
    custom_label,
    custom_name,
    field_for,
    shown,
)
from icontact.mapping.numbers import DECIMALS
from icontact.mapping.options import MapperOptions
from icontact.mapping.result import FieldExplanation, Outcome
from icontact.mapping.source import Key, Source, source_from
from icontact.mapping.states import MOST_CHARACTERS
from icontact.mapping.transforms import (
    TRANSFORMS,
    UNTAGGED,
    TransformStep,
    function_of,
    identity_of,
    name_of,
)
from icontact.mapping.values import TransformResult, is_blank, unboxed, usual_text

#: Fields whose values look like numbers and are not.
_NUMBERLIKE = frozenset({"postal_code", "phone", "fax"})

_MAY_LACK_ZEROS = ("came as a number: zeros at its front may be lost",)

#: What a table writes for a number that it holds as a decimal one.
_DECIMAL = re.compile(r"\s*([0-9]+)[.,]0\s*")

_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]{1,3}")


@attrs.frozen(kw_only=True)
class FieldMapping:
    """A field to fill.

    Attributes:
        name: iContact's field, or the private name of a custom field.
        custom: Whether it is one of the folder's.
        source: Where its value comes from.
        label: The name under which messages show it.
        steps: The transforms that its value goes through.
        functions: The function of each step.
        type_decimals: Decimals of the custom field's type, where it is a number's.
        decimals: How many a number gets: the source may ask for less.
        keys: The keys of the row, in the order in which they are asked.
        usual_text: Returns the text to send for a usual value of the first key, and ``None`` for a
            value that has to go through the steps.
        leaves_blank: Whether a blank value under that key leaves the field alone.
        is_optional: Whether a value that does not fit costs the field, and not the row.
    """

    name: str
    custom: bool
    source: Source
    label: str
    steps: tuple[TransformStep, ...]
    functions: tuple[Callable[..., TransformResult], ...]
    type_decimals: int | None
    decimals: int | None
    keys: tuple[Key, ...]
    usual_text: Callable[[Any], str | None] | None
    leaves_blank: bool
    is_optional: bool

    @property
    def meaning(self) -> dict[str, Any]:
        """Everything that decides the field's value, in a form that JSON takes."""
        default = self.source.default
        return {
            "field": self.label,
            "keys": list(self.keys),
            "steps": list(map(identity_of, self.steps)),
            "decimals": self.type_decimals,
            "default": None if default is None else [type(default).__name__, str(default)],
            "empty": self.source.empty,
            "options": self.source.options,
        }

    def convert(self, row: Mapping[Any, Any], country: object) -> FieldExplanation:
        """Return how the field comes by its value. A refusal is a part of it, and not raised."""
        keys, used, raw = self.keys, None, self.source.default
        for key in keys:
            if not is_blank(value := row.get(key)):
                used, raw = key, value
                break
        result, problem, opted_out = TransformResult(None), None, False
        outcome: Outcome = "refused"
        notes: tuple[str, ...] = ()
        try:
            result = self.transform(raw, country)
            if result.value is None and used is not None and not result.left_out:
                # Nothing remained of the row's value, such as "&nbsp;".
                result = self.transform(self.source.default, country)
            notes = result.notes
        except MappingError as error:
            problem = f"{error.problem} ({'default' if used is None else f'column {shown(used)}'})"
            opted_out = isinstance(error, DoNotContact)
            if self.is_optional and not opted_out:
                outcome, notes, problem = "left out", (f"left out: {problem}",), None
        else:
            if result.value is not None:
                outcome = "set"
            elif self.label == "email":
                state = "blank" if any(key in row for key in keys) else "missing"
                problem = f"the row has no e-mail address (column {bounded(keys)} is {state})"
                notes = ()
            elif result.left_out or self.source.empty == "leave":
                outcome = "left out"
            else:
                outcome = "cleared"
        return FieldExplanation(
            target=self.label,
            sources=keys,
            used=used,
            present=used is not None or any(key in row for key in keys),
            raw=raw,
            transforms=() if raw is None else tuple(map(name_of, self.steps)),
            outcome=outcome,
            result=result.value,
            notes=notes,
            problem=problem,
            opted_out=opted_out,
        )

    def transform(self, raw: object, country: object = None) -> TransformResult:
        """Return what the steps make of a value."""
        if raw is None:
            return TransformResult(None)
        value: Any = unboxed(raw)
        notes: tuple[str, ...] = ()
        if self.label in _NUMBERLIKE:
            # What a spreadsheet may have taken from a postal code or a phone number.
            text = value if isinstance(value, str) else ""
            if _SCIENTIFIC.fullmatch(text.strip()):
                notes = ("came in scientific notation: most of its digits are lost",)
            elif self.source.transform is None and (whole := _DECIMAL.fullmatch(text)):
                value, notes = whole[1], _MAY_LACK_ZEROS
            if isinstance(value, int | float):
                notes = _MAY_LACK_ZEROS
        result = TransformResult(cast("Any", value), notes)
        for step, function in zip(self.steps, self.functions, strict=True):
            given = {"country": country} if step == "state" else {}
            result = function(result.value, **given)
            notes += result.notes
            if result.value is None:
                break
        return result._replace(notes=notes)


def _usual_digits(value: object) -> str | None:
    """Return a text of the usual kind that is not a number with decimals."""
    text = usual_text(value)
    return None if text is None or text.endswith((".0", ",0")) else text


def make_field(
    name: str,
    given: object,
    *,
    custom: bool,
    options: MapperOptions,
    field_type: str | None = None,
) -> FieldMapping:
    """Return the field for one entry of a mapping."""
    label = custom_label(name) if custom else name
    try:
        source = source_from(given)
        steps = _steps(label, source, field_type, strip_tags=options.tags == "strip")
        _check_options(label, source, steps, field_type)
        type_decimals = DECIMALS.get(field_type or "")
        limits = [one for one in (source.decimals, type_decimals) if one is not None]
        decimals = min(limits, default=None)
        facts = source.options | {
            "decimals": decimals,
            "several": options.several_addresses,
            "long_state": options.long_state,
            "date_format": options.date_format,
            "longest": MOST_CHARACTERS if label == "state" else None,
        }
        must_fit = label in ("email", "status") or (
            label == "state" and options.long_state == "reject"
        )
        invalid = next(options.invalid[one] for one in (label, name, "") if one in options.invalid)
        usual_text = None
        if len(steps) == 1 and isinstance(final := steps[0], str):
            is_decimal = final == "number" and decimals != 0
            usual_text = None if is_decimal else TRANSFORMS[final].usual_text
            if label in _NUMBERLIKE and final == "text":
                usual_text = _usual_digits
        field = FieldMapping(
            name=name,
            custom=custom,
            source=source,
            label=label,
            steps=steps,
            functions=tuple(function_of(step, facts) for step in steps),
            type_decimals=type_decimals,
            decimals=decimals,
            keys=source.keys,
            usual_text=usual_text,
            leaves_blank=not (
                label == "email"
                or source.empty == "clear"
                or source.default is not None
                or len(source.keys) > 1
            ),
            is_optional=not must_fit and invalid == "leave_out",
        )
        # A callable is the user's own, and runs on rows only.
        if source.default is not None and not callable(source.transform):
            try:
                field.transform(source.default)
            except MappingError as error:
                raise MappingError(f"its default: {error.problem}") from None
    except MappingError as error:
        raise MappingError(f"{label}: {error.problem}", field=label) from None
    return field


def _steps(
    label: str, source: Source, field_type: str | None, *, strip_tags: bool
) -> tuple[TransformStep, ...]:
    """Return the source's own transform, if it has one, and the one that the field ends with.

    Verbatim text is not cleaned afterwards; numbers, dates and addresses are.
    """
    first, final = source.transform, "text"
    if field_type in DECIMALS:
        final = "number"
    elif field_type in ("checkbox", "date"):
        final = field_type
    elif label in ("email", "state", "status"):
        final = label
    is_last = first == "verbatim" and final in ("text", "state", "status")
    steps: tuple[TransformStep, ...] = (final,)
    if first is not None and first != final:
        steps = (first,) if is_last else (first, final)
    # Functions and "verbatim" get the value as the row has it; an address in brackets is not a tag.
    keeps_tags = callable(first) or first in (UNTAGGED, "verbatim") or label == "email"
    return (UNTAGGED, *steps) if strip_tags and not keeps_tags else steps


def _check_options(
    label: str, source: Source, steps: tuple[TransformStep, ...], field_type: str | None
) -> None:
    """Refuse a source with an option that cannot be for this field."""
    if label == "email" and source.default is not None:
        raise MappingError("default is not for the address, which is never invented")
    if label in ("email", "status") and source.empty == "clear":
        raise MappingError("empty='clear' is not for this field, which cannot be cleared")
    # The type of a custom field decides, and is not known before the folder was asked.
    is_undecided = "." in label and field_type is None and source.transform is None
    used = {
        option
        for step in (TRANSFORMS if is_undecided else steps)
        if isinstance(step, str)
        for option in TRANSFORMS[step].options
    }
    if useless := [name for name in source.options if name not in used]:
        kind = f" ({field_type})" if field_type else ""
        raise MappingError(f"{bounded(useless)} has no meaning for this field{kind}")


def make_fields(mapping: Mapping[str, Any], options: MapperOptions) -> Iterator[FieldMapping]:
    """Yield the fields of a mapping, the address first: a row without one is refused for that."""
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
        raise MappingError(f"{CUSTOM} is a table of private names, not {type(custom).__name__}")
    yield fields.pop("email")
    yield from fields.values()
    for target, given in custom.items():
        yield make_field(custom_name(target), given, custom=True, options=options)
