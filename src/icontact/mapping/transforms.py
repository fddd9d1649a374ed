"""The transforms by name, and the functions that users give as transforms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.addresses import clean_email, usual_email
from icontact.mapping.consent_reading import read
from icontact.mapping.dates import clean_date
from icontact.mapping.numbers import clean_checkbox, clean_number, usual_whole_number
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


class Transform(NamedTuple):
    """A transform.

    Attributes:
        run: Its function.
        options: The options of a field's source that it takes.
        facts: What else it takes: options of the mapping, and what is known of the field.
        usual_text: For usual values: what ``run`` would make of them, at a tenth of the time.
    """

    run: Callable[..., TransformResult]
    options: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
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
    "text": Transform(clean_text, usual_text=usual_text),
    "email": Transform(clean_email, facts=("several",), usual_text=usual_email),
    "checkbox": Transform(clean_checkbox),
    # The country is another one in each row.
    "state": Transform(clean_state, facts=("long_state",), usual_text=usual_state),
    "number": Transform(
        clean_number, ("decimals", "thousands", "decimal"), usual_text=usual_whole_number
    ),
    "date": Transform(clean_date, ("input_format", "dayfirst"), ("date_format",)),
    "joined": Transform(joined, ("split", "separator")),
    "full_name": Transform(name_part, ("part",)),
    UNTAGGED: Transform(without_tags),
    "verbatim": Transform(verbatim, facts=("longest",)),
    "status": Transform(clean_status),
}


def function_of(step: TransformStep, facts: Mapping[str, Any]) -> Callable[..., TransformResult]:
    """Return the function of a step, which takes a value, with what is known of its field."""
    if not isinstance(step, str):
        return partial(_run_own, step)
    transform = TRANSFORMS[step]
    names = (*transform.options, *transform.facts)
    return partial(transform.run, **{name: facts[name] for name in names if name in facts})


def _run_own(step: Callable[[Any], Any], value: object) -> TransformResult:
    """Return what a user's function makes of a value. No message has its text, or the value."""
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
