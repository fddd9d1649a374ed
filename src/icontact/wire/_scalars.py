"""The rule of every scalar on iContact's wire (API 2.4, 2.5, 2.8).

A rule takes the value and, since the converter hands it over, the type; it raises ``ValueError``
with a text that names the kind of the value and never shows it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from icontact.models import OpenEnum

T = TypeVar("T")

EASTERN_TIME = ZoneInfo("America/New_York")

#: Any number of this many digits fits into 64 bits.
_SHORT = 18
_INTEGER = re.compile(r"-?[0-9]{1,19}", re.ASCII).fullmatch

#: What databases take for a whole number; iContact's ids have eight digits.
_RANGE = range(-(2**63), 2**63)


def optional(rule: Callable[[Any], T]) -> Callable[[Any, object], T | None]:
    def read(value: Any, _: object = None) -> T | None:
        return None if value is None or value == "" else rule(value)

    return read


def integer(value: Any, _: object = None) -> int:
    # The quick test first: nearly every id is a short row of digits.
    if isinstance(value, str) and len(value) <= _SHORT and value.isdecimal() and value.isascii():
        return int(value)
    is_whole = type(value) is int or (isinstance(value, str) and _INTEGER(value))
    if not is_whole:
        raise ValueError(f"expected an integer, got {kind(value)}")
    if int(value) not in _RANGE:
        raise ValueError("expected an integer of 64 bits, got a larger one")
    return int(value)


def whole(value: Any, _: object = None) -> int:
    """Read a number that is never below 0, as an id is."""
    number = integer(value)
    if number < 0:
        raise ValueError("expected an integer from 0 on, got a negative one")
    return number


_REAL = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]{1,3})?").fullmatch


def real(value: Any, _: object = None) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number or (isinstance(value, str) and _REAL(value)):
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if math.isfinite(found):
            return found
    raise ValueError(f"expected a number, got {kind(value)}")


_BOOLEANS: Mapping[Any, bool] = {"0": False, "1": True, "true": True, "false": False}


def boolean(value: Any, _: object = None) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str | int) and (found := _BOOLEANS.get(str(value))) is not None:
        return found
    raise ValueError(f"expected 0 or 1, got {kind(value)}")


def text(value: Any, _: object = None) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    raise ValueError(f"expected text, got {kind(value)}")


def moment(value: Any, _: object = None) -> datetime:
    """Read every form of API 2.8; a time without an offset is US Eastern."""
    if not isinstance(value, str):
        raise ValueError(f"expected a date, got {kind(value)}")
    return _moment(value)


# What is stored together has one time: of a whole answer it is read once.
@lru_cache(maxsize=256)
def _moment(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        # The parser's own message would quote the value.
        found = None
    if found is None:
        raise ValueError("expected a date, got other text")
    return found if found.tzinfo else found.replace(tzinfo=EASTERN_TIME)


_NO_MOMENT = (None, "", "0000-00-00 00:00:00")


def optional_moment(value: Any, _: object = None) -> datetime | None:
    if value in _NO_MOMENT:
        return None
    return _moment(value) if type(value) is str else moment(value)


def mapping(value: Any, _: object = None) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    if value in (None, [], ""):
        return {}  # PHP writes an empty object as an empty array
    raise ValueError(f"expected an object, got {kind(value)}")


def ids(value: Any, _: object = None) -> tuple[int, ...]:
    if value in (None, ""):
        return ()
    if isinstance(value, dict):
        raise ValueError(f"expected ids, got {kind(value)}")
    items = value.split(",") if isinstance(value, str) else value
    # How a sign-up form names its lists is not documented (API 17.1): ids, or lists of their own.
    return tuple(
        integer(item.get("listId") if isinstance(item, dict) else item)
        for item in (items if isinstance(items, list) else [items])
    )


def words(value: Any, _: object = None) -> tuple[str, ...]:
    if value in (None, ""):
        return ()
    if isinstance(value, dict):
        raise ValueError(f"expected an array, got {kind(value)}")
    return tuple(text(item) for item in (value if isinstance(value, list) else [value]))


def open_enum(members: type[OpenEnum]) -> Callable[[Any, object], str]:
    known: Mapping[str, str] = {item.value: item for item in members}

    def read(value: Any, _: object = None) -> str:
        found = value if type(value) is str else text(value)
        return known.get(found, found)

    return read


def kind(value: Any) -> str:
    """Name what came without showing it: it may be personal."""
    if value is None:
        return "null"
    if value == "":
        return "an empty text"
    names = {bool: "a boolean", str: "other text", dict: "an object", list: "an array"}
    return names.get(type(value), "a number")
