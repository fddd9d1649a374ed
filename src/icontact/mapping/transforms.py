"""The transforms by name, the options each one takes, and the one that a field ends with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from icontact.mapping.addresses import clean_email
from icontact.mapping.contact_status import clean_status
from icontact.mapping.dates import clean_date
from icontact.mapping.html_text import without_tags
from icontact.mapping.numbers import DECIMALS, clean_checkbox, clean_number
from icontact.mapping.personal_names import name_part
from icontact.mapping.states import MOST_CHARACTERS, clean_state
from icontact.mapping.values import TransformResult, clean_text, joined, verbatim


class TransformContext(NamedTuple):
    """All that a transform may know beside the value.

    Attributes:
        options: The options that the source gives.
        date_format: The mapper's form for dates.
        long_state: The mapper's policy for states that do not fit.
        decimals: Decimals of the custom field's type, where it is a number's.
        country: The row's country, where the mapper knows its source.
        longest: As many characters as the field can hold, where that is known.
        strip_tags: Whether HTML's tags are removed before anything else.
        several_addresses: The mapper's policy for several e-mail addresses in one value.
        invalid: What a value that does not fit does, by field; under ``""`` for all others.
    """

    options: Mapping[str, Any]
    date_format: str
    long_state: str
    decimals: int | None = None
    country: object = None
    longest: int | None = None
    strip_tags: bool = False
    several_addresses: str = "first"
    invalid: Mapping[str, str] = {"": "leave_out"}


class Transform(NamedTuple):
    """A transform: its function, and the options it reads."""

    run: Callable[[Any, TransformContext], TransformResult]
    options: frozenset[str] = frozenset()


def _text(value: object, _: TransformContext) -> TransformResult:
    return clean_text(value)


def _email(value: object, context: TransformContext) -> TransformResult:
    return clean_email(value, several=context.several_addresses)


def _checkbox(value: object, _: TransformContext) -> TransformResult:
    return clean_checkbox(value)


def _state(value: object, context: TransformContext) -> TransformResult:
    return clean_state(value, country=context.country, long_state=context.long_state)


def decimals_of(context: TransformContext) -> int | None:
    """Return how many decimals a number gets: the source may ask for less than the type has."""
    limits = (context.options.get("decimals"), context.decimals)
    return min((limit for limit in limits if limit is not None), default=None)


def _number(value: object, context: TransformContext) -> TransformResult:
    options = context.options
    return clean_number(
        value,
        decimals=decimals_of(context),
        thousands=options.get("thousands"),
        decimal=options.get("decimal"),
    )


def _date(value: object, context: TransformContext) -> TransformResult:
    return clean_date(
        value,
        input_format=context.options.get("input_format"),
        dayfirst=context.options.get("dayfirst"),
        date_format=context.date_format,
    )


def _joined(value: object, context: TransformContext) -> TransformResult:
    options = context.options
    return joined(value, split=options.get("split", "|"), separator=options.get("separator", ", "))


def _status(value: object, _: TransformContext) -> TransformResult:
    return clean_status(value)


def _verbatim(value: object, context: TransformContext) -> TransformResult:
    return verbatim(value, longest=context.longest)


def _full_name(value: object, context: TransformContext) -> TransformResult:
    return name_part(value, context.options["part"])


def _untagged(value: str, _: TransformContext) -> TransformResult:
    return without_tags(value)


#: Runs on texts only, and leaves everything else to what comes after it.
UNTAGGED = "untagged"

TRANSFORMS: Mapping[str, Transform] = {
    "text": Transform(_text),
    "email": Transform(_email),
    "checkbox": Transform(_checkbox),
    "state": Transform(_state),
    "number": Transform(_number, frozenset({"decimals", "thousands", "decimal"})),
    "date": Transform(_date, frozenset({"input_format", "dayfirst"})),
    "joined": Transform(_joined, frozenset({"split", "separator"})),
    "full_name": Transform(_full_name, frozenset({"part"})),
    UNTAGGED: Transform(_untagged),
    "verbatim": Transform(_verbatim),
    "status": Transform(_status),
}


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
