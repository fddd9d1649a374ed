"""The transforms by name, the options each one takes, and the one that a field ends with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.addresses import clean_email
from icontact.mapping.callables import call
from icontact.mapping.consent_reading import read
from icontact.mapping.dates import clean_date
from icontact.mapping.html_text import without_tags
from icontact.mapping.numbers import DECIMALS, clean_checkbox, clean_number
from icontact.mapping.options import MapperOptions
from icontact.mapping.personal_names import name_part
from icontact.mapping.states import MOST_CHARACTERS, clean_state
from icontact.mapping.values import TransformResult, clean_text, is_blank, joined, unboxed, verbatim


class TransformContext(NamedTuple):
    """The facts that a transform may use beside the value.

    Attributes:
        mapping: The options of the whole mapping.
        options: The options that the field's source gives.
        decimals: Decimals of the custom field's type, where it is a number's.
        longest: The most characters that the field can hold, where that is known.
        country: The row's country, where the mapper knows its source.
    """

    mapping: MapperOptions
    options: Mapping[str, Any] = {}
    decimals: int | None = None
    longest: int | None = None
    country: object = None

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of some options that the source gives."""
        return {name: self.options[name] for name in names if name in self.options}


TransformFunction: TypeAlias = Callable[[Any, TransformContext], TransformResult]


class Transform(NamedTuple):
    """A transform: its function, and the options it reads."""

    run: TransformFunction
    options: tuple[str, ...] = ()


#: iContact's own statuses (API 6.3). ``unsubscribed`` is one of a subscription, not of a contact.
STATUSES = ("normal", "donotcontact", "bounced", "pending", "invitable", "deleted")


def clean_status(value: object) -> TransformResult:
    """Return a contact's status: iContact's own, or the meaning of another system's word.

    Raises:
        DoNotContact: The word says that the person must not be mailed.
        MappingError: The word is not known.
    """
    result = clean_text(value)
    if result.value is None:
        return result
    if (own := result.value.lower()) in STATUSES:
        return TransformResult(own, result.notes)
    answer = read(result.value, "yes")
    if answer == "no_mail":
        raise DoNotContact("opted out: the status says that this person must not be mailed")
    if answer == "unknown":
        raise MappingError(
            f"not a known status: write one of {', '.join(STATUSES)}, or a word of another system "
            "such as subscribed or unsubscribed"
        )
    return TransformResult("normal" if answer == "mail" else None, result.notes)


def decimals_of(context: TransformContext) -> int | None:
    """Return how many decimals a number gets: the source may ask for less than the type has."""
    limits = (context.options.get("decimals"), context.decimals)
    return min((limit for limit in limits if limit is not None), default=None)


def _text(value: object, _: TransformContext) -> TransformResult:
    return clean_text(value)


def _email(value: object, context: TransformContext) -> TransformResult:
    return clean_email(value, context.mapping.several_addresses)


def _checkbox(value: object, _: TransformContext) -> TransformResult:
    return clean_checkbox(value)


def _state(value: object, context: TransformContext) -> TransformResult:
    return clean_state(value, country=context.country, long_state=context.mapping.long_state)


def _number(value: object, context: TransformContext) -> TransformResult:
    options = context.given("thousands", "decimal")
    return clean_number(value, decimals=decimals_of(context), **options)


def _date(value: object, context: TransformContext) -> TransformResult:
    options = context.given("input_format", "dayfirst")
    return clean_date(value, date_format=context.mapping.date_format, **options)


def _joined(value: object, context: TransformContext) -> TransformResult:
    return joined(value, **context.given("split", "separator"))


def _full_name(value: object, context: TransformContext) -> TransformResult:
    return name_part(value, context.options["part"])


def _untagged(value: Any, _: TransformContext) -> TransformResult:
    return without_tags(value) if isinstance(value, str) else TransformResult(value)


def _verbatim(value: object, context: TransformContext) -> TransformResult:
    return verbatim(value, longest=context.longest)


def _status(value: object, _: TransformContext) -> TransformResult:
    return clean_status(value)


#: Runs on texts only, and leaves everything else to what comes after it.
UNTAGGED = "untagged"

TRANSFORMS: Mapping[str, Transform] = {
    "text": Transform(_text),
    "email": Transform(_email),
    "checkbox": Transform(_checkbox),
    "state": Transform(_state),
    "number": Transform(_number, ("decimals", "thousands", "decimal")),
    "date": Transform(_date, ("input_format", "dayfirst")),
    "joined": Transform(_joined, ("split", "separator")),
    "full_name": Transform(_full_name, ("part",)),
    UNTAGGED: Transform(_untagged),
    "verbatim": Transform(_verbatim),
    "status": Transform(_status),
}


def function_of(step: str | Callable[[Any], Any]) -> TransformFunction:
    """Return a step as a function of a value and its context."""
    return TRANSFORMS[step].run if isinstance(step, str) else partial(_run_callable, step)


def _run_callable(
    function: Callable[[Any], Any], value: object, _: TransformContext
) -> TransformResult:
    made = unboxed(call(function, value))
    return TransformResult(None if is_blank(made) else made)


#: What a field can hold at most (API 3).
LONGEST: Mapping[str, int] = {"state": MOST_CHARACTERS}


def steps_for(first: Any, final: str) -> tuple[str | Callable[[Any], Any], ...]:
    """Return the steps of a field: a source's own transform, if it has one, and the field's.

    Verbatim text is not cleaned afterwards; numbers, dates and addresses are.
    """
    if first is None or first == final:
        return (final,)
    if first == "verbatim" and final in ("text", "state", "status"):
        return (first,)
    return (first, final)


def final_transform(target: str, field_type: str | None = None) -> str:
    """Return the transform that a field's value ends with, whatever came before it.

    Args:
        target: The field.
        field_type: The type of a custom field; an unknown one is text.
    """
    if field_type is None:
        return target if target in ("email", "state", "status") else "text"
    if field_type in DECIMALS:
        return "number"
    return field_type if field_type in ("checkbox", "date") else "text"
