"""The short way from a plain value to its text, beside the general one in `slots`.

Nearly every value of a file or a database is a clean text or a whole number, which goes out as it
is. The general way works out for each one what `ContactMapper.explain` shows, and that costs ten
times as much as all the rest. What is here answers for the values that it is sure of, by a test
that is quick and stricter than the rule behind it, and says `UNSURE` of everything else: then the
general way decides. So no rule lives here, and one that changes there has to be looked at here;
``tests/mapping/test_quick.py`` holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import partial
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from icontact.mapping.addresses import MOST_CHARACTERS as LONGEST_ADDRESS
from icontact.mapping.dates import ISO
from icontact.mapping.states import MOST_CHARACTERS as LONGEST_STATE
from icontact.mapping.transforms import UNTAGGED, Setting, decimals_of

if TYPE_CHECKING:
    from icontact.mapping.slots import Slot
    from icontact.mapping.source import Key


class Instead(Enum):
    """What stands for a text that is none. Members of an enum stay themselves when pickled."""

    UNSURE = "ask the general way"
    LEFT_OUT = "the row says nothing about this field"


UNSURE: Final = Instead.UNSURE
LEFT_OUT: Final = Instead.LEFT_OUT

#: As JSON has it, in ASCII: what `json.dumps` does with a text, without what it does before.
quoted: Callable[[str], str] = encode_basestring_ascii

#: ``None`` clears the field.
Taken: TypeAlias = str | Instead | None
Lane: TypeAlias = Callable[[dict[Any, Any]], Taken]

#: From a value to its text; ``None`` if the value is blank for certain.
_Reader: TypeAlias = Callable[[Any], str | Literal[Instead.UNSURE] | None]


def members_of(
    lanes: Sequence[tuple[str, Lane]], row: dict[Any, Any]
) -> list[str] | Literal[Instead.UNSURE]:
    """Fill fields by their short ways, each written as JSON; one to be cleared gets a blank text.

    Args:
        lanes: What stands before the value of each field, and its way.
        row: A `dict` itself, of no subclass.
    """
    written: list[str] = []
    for key, lane in lanes:
        value = lane(row)
        if type(value) is str:
            written.append(key + quoted(value))
        elif value is UNSURE:
            return UNSURE
        elif value is None:
            written.append(f'{key}""')
    return written


def lane_of(slot: Slot) -> Lane:
    """Return the short way for a slot. It takes a row that is a `dict` itself, of no subclass.

    It can be pickled, as mappers are when work is spread over processes.
    """
    blank: Taken = None if slot.source.empty == "clear" else LEFT_OUT
    # A default is transformed like a value, and a row without an address is refused.
    if slot.source.default is not None or slot.label == "email":
        blank = UNSURE
    keys, read = slot.source.keys, _reader_of(slot)
    return (
        partial(_only, keys[0], read, blank)
        if len(keys) == 1
        else partial(_first, keys, read, blank)
    )


def _only(key: Key, read: _Reader, blank: Taken, row: dict[Any, Any]) -> Taken:
    value = row.get(key)
    if value is None:
        return blank
    text = read(value)
    return blank if text is None else text


def _first(keys: tuple[Key, ...], read: _Reader, blank: Taken, row: dict[Any, Any]) -> Taken:
    for key in keys:
        value = row.get(key)
        if value is not None:
            text = read(value)
            if text is not None:
                return text
    return blank


def _reader_of(slot: Slot) -> _Reader:
    if slot.steps[0] == UNTAGGED:
        return partial(_without_marks, _reader_for(slot, slot.steps[1:]))
    return _reader_for(slot, slot.steps)


def _reader_for(slot: Slot, steps: Sequence[Any]) -> _Reader:
    if len(steps) > 1:
        return _only_blank
    (step,) = steps
    if step == "text" and slot.label == "postal_code":
        return _words  # a number is noted: zeros at its front may be lost
    if step == "number":
        return _number_reader(slot.setting)
    if step == "date" and _is_iso(slot.setting):
        return _date
    return _READERS.get(step, _only_blank)


def _without_marks(read: _Reader, value: Any) -> str | Literal[Instead.UNSURE] | None:
    """Read a value in which there is no tag for certain."""
    return UNSURE if type(value) is str and ("<" in value or "&" in value) else read(value)


def _only_blank(value: Any) -> Literal[Instead.UNSURE] | None:
    return None if type(value) is str and not value else UNSURE


def _words(value: Any) -> str | Literal[Instead.UNSURE] | None:
    # What is printable holds no white space but U+0020, and nothing invisible. An ampersand may
    # begin an HTML entity.
    if type(value) is str and value.isprintable() and "&" not in value:
        return value.strip(" ") or None
    return UNSURE


#: Whole numbers up to here are far from the most digits that a number may have.
_LARGE = 10**15


def _text(value: Any) -> str | Literal[Instead.UNSURE] | None:
    # By exact type: True is an int as well, and a subclass may print itself as it likes.
    if type(value) is str:
        # Most values come here, so not by a call of _words().
        return (value.strip(" ") or None) if value.isprintable() and "&" not in value else UNSURE
    if type(value) is int:
        return str(value) if -_LARGE < value < _LARGE else UNSURE
    return UNSURE


def _state(value: Any) -> str | Literal[Instead.UNSURE] | None:
    text = _text(value)
    # What does not fit has a code, or a policy.
    return UNSURE if isinstance(text, str) and len(text) > LONGEST_STATE else text


_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# No dot at either end of the local part nor two in a row; the lookahead bounds its length.
_ADDRESS = re.compile(
    rf"(?=[^@]{{1,64}}@)[\w!#$%&'*+/=?^`{{|}}~-]+(?:\.[\w!#$%&'*+/=?^`{{|}}~-]+)*"
    rf"@((?:{_LABEL}\.)+{_LABEL})",
    re.ASCII,
)


def _email(value: Any) -> str | Literal[Instead.UNSURE]:
    if type(value) is not str:
        return UNSURE
    text = value.strip(" ")
    # The length first: it bounds what the pattern may cost.
    address = _ADDRESS.fullmatch(text) if len(text) <= LONGEST_ADDRESS else None
    if address is None:
        return UNSURE
    domain = address[1]
    return text if domain.islower() else text[: -len(domain)] + domain.lower()


_DIGITS = re.compile(r"0|[1-9][0-9]{0,14}")


def _number_reader(setting: Setting) -> _Reader:
    decimals = decimals_of(setting)
    return partial(_number, "." + "0" * decimals if decimals else "")


def _number(ending: str, value: Any) -> str | Literal[Instead.UNSURE] | None:
    if type(value) is int:
        return f"{value}{ending}" if -_LARGE < value < _LARGE else UNSURE
    # Digits alone are the same whatever separates thousands and decimals.
    if type(value) is str and _DIGITS.fullmatch(value):
        return value + ending
    return _only_blank(value)


#: As the general way has it; ``True`` and ``1`` are one key.
_CHECKS: Mapping[Any, str | None] = {
    "": None,
    **dict.fromkeys((True, "1", "true", "yes", "on"), "1"),
    **dict.fromkeys((False, "0", "false", "no", "off"), "0"),
}
_OF_CHECKS = frozenset({bool, int, str})


def _checkbox(value: Any) -> str | Literal[Instead.UNSURE] | None:
    return _CHECKS.get(value, UNSURE) if type(value) in _OF_CHECKS else UNSURE


# Days that every month has.
_DAY = re.compile(r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])")


def _is_iso(setting: Setting) -> bool:
    return setting.date_format == ISO and "input_format" not in setting.options


def _date(value: Any) -> str | Literal[Instead.UNSURE] | None:
    if type(value) is str and _DAY.fullmatch(value):
        return value
    # By exact type here too: pandas' NaT is a datetime, and no day.
    if (type(value) is date or type(value) is datetime) and value.year >= 1000:
        return value.isoformat()[:10]
    return _only_blank(value)


_READERS: Mapping[Any, _Reader] = {
    "text": _text,
    "email": _email,
    "state": _state,
    "checkbox": _checkbox,
}
