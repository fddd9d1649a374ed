"""The transforms by name, and the functions that users give as transforms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.addresses import clean_email, usual_email
from icontact.mapping.consent_reading import read
from icontact.mapping.dates import clean_date
from icontact.mapping.numbers import clean_checkbox, clean_number, usual_whole_number
from icontact.mapping.options import MapperOptions
from icontact.mapping.personal_names import name_part
from icontact.mapping.states import clean_state, usual_state
from icontact.mapping.values import (
    TransformResult,
    clean_text,
    is_blank,
    joined,
    unboxed,
    usual_text,
    verbatim,
    without_tags,
)

#: A transform's name, or a function of the user's own.
TransformStep: TypeAlias = str | Callable[[Any], Any]

#: iContact's own statuses (API 6.3). ``unsubscribed`` is one of a subscription, not of a contact.
STATUSES = ("normal", "donotcontact", "bounced", "pending", "invitable", "deleted")


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

    @property
    def fewest_decimals(self) -> int | None:
        """How many decimals a number gets: the source may ask for less than the type has."""
        limits = (self.options.get("decimals"), self.decimals)
        return min((limit for limit in limits if limit is not None), default=None)

    def given(self, *names: str) -> dict[str, Any]:
        """Return those of some options that the source gives."""
        return {name: self.options[name] for name in names if name in self.options}


class Transform(NamedTuple):
    """A transform.

    Attributes:
        run: Its function.
        options: The options that it reads.
        usual_text: For usual values: what ``run`` would make of them, at a tenth of the time.
    """

    run: Callable[[Any, TransformContext], TransformResult]
    options: tuple[str, ...] = ()
    usual_text: Callable[[Any], str | None] | None = None


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


#: Runs on texts only, and leaves everything else to what comes after it.
UNTAGGED = "untagged"

TRANSFORMS: Mapping[str, Transform] = {
    "text": Transform(lambda value, _: clean_text(value), usual_text=usual_text),
    "email": Transform(
        lambda value, context: clean_email(value, context.mapping.several_addresses),
        usual_text=usual_email,
    ),
    "checkbox": Transform(lambda value, _: clean_checkbox(value)),
    "state": Transform(
        lambda value, context: clean_state(
            value, country=context.country, long_state=context.mapping.long_state
        ),
        usual_text=usual_state,
    ),
    "number": Transform(
        lambda value, context: clean_number(
            value,
            decimals=context.fewest_decimals,
            **context.given("thousands", "decimal"),
        ),
        ("decimals", "thousands", "decimal"),
        usual_whole_number,
    ),
    "date": Transform(
        lambda value, context: clean_date(
            value,
            date_format=context.mapping.date_format,
            **context.given("input_format", "dayfirst"),
        ),
        ("input_format", "dayfirst"),
    ),
    "joined": Transform(
        lambda value, context: joined(value, **context.given("split", "separator")),
        ("split", "separator"),
    ),
    "full_name": Transform(
        lambda value, context: name_part(value, context.options["part"]), ("part",)
    ),
    UNTAGGED: Transform(
        lambda value, _: without_tags(value) if isinstance(value, str) else TransformResult(value)
    ),
    "verbatim": Transform(lambda value, context: verbatim(value, longest=context.longest)),
    "status": Transform(lambda value, _: clean_status(value)),
}


def run_step(step: TransformStep, value: object, context: TransformContext) -> TransformResult:
    """Return what a transform makes of a value.

    Raises:
        MappingError: The value does not fit. If a user's function raised, the message has neither
            its text nor the value.
    """
    if isinstance(step, str):
        return TRANSFORMS[step].run(value, context)
    try:
        made = step(value)
    except MappingError:
        raise
    except Exception as error:  # noqa: BLE001  # any error of it refuses the value
        kind = type(error).__name__
    else:
        made = unboxed(made)
        return TransformResult(None if is_blank(made) else made)
    # Outside the block: the function's own error may hold the value.
    raise MappingError(f"the transform {name_of(step)} raised {kind}")


def name_of(step: TransformStep) -> str:
    """Return the name under which messages and explanations show a step."""
    if isinstance(step, str):
        return step
    return str(getattr(step, "__qualname__", type(step).__qualname__))


def identity_of(step: TransformStep) -> str | list[str]:
    """Return what distinguishes a step: a name, or a function's name and code."""
    if isinstance(step, str):
        return step
    code = getattr(step, "__code__", None)
    body = "" if code is None else hashlib.sha256(_code_text(code).encode()).hexdigest()
    return [str(getattr(step, "__module__", "")), name_of(step), body]


def _code_text(constant: Any) -> str:
    if isinstance(constant, CodeType):
        inner = ", ".join(map(_code_text, constant.co_consts))
        return f"{constant.co_code!r} {constant.co_names} {constant.co_varnames} ({inner})"
    if isinstance(constant, frozenset):
        # Its order differs from process to process.
        return repr(sorted(map(_code_text, constant)))
    return repr(constant)
