"""Values as PHP's ``serialize`` writes them: arrays, texts, numbers, truth values, and null."""

from __future__ import annotations

import re
from typing import Any

#: Settings of a plugin are not deeper, and not larger.
_DEEPEST = 50
_LONGEST = 1_000_000

_SCALAR = re.compile(rb"(?:N|b:[01]|i:-?[0-9]{1,19}|d:-?[0-9.]{1,40}(?:[eE][+-]?[0-9]{1,3})?);")
_TEXT = re.compile(rb's:([0-9]{1,7}):"')
_ARRAY = re.compile(rb"a:([0-9]{1,6}):\{")


def unserialized(data: bytes) -> Any:
    """Return the value; an array whose keys are 0, 1, … is a list, every other one a dictionary.

    Objects are refused: nothing is made of what they name.

    >>> unserialized(b'a:1:{s:5:"email";s:4:"mail";}')
    {'email': 'mail'}
    """
    if len(data) > _LONGEST:
        raise ValueError("longer than a plugin's settings can be")
    value, end = _value(data, 0, 0)
    if data[end:].strip():
        raise ValueError("something follows the value")
    return value


def _value(data: bytes, start: int, depth: int) -> tuple[Any, int]:
    """Return the value at a place, and where it ends."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if (found := _SCALAR.match(data, start)) is not None:
        kind, _, value = found[0][:-1].decode("ascii").partition(":")
        if kind == "N":
            return None, found.end()
        if kind == "b":
            return value == "1", found.end()
        return (int(value) if kind == "i" else float(value)), found.end()
    if (found := _TEXT.match(data, start)) is not None:
        end = found.end() + int(found[1])
        if data[end : end + 2] != b'";':
            raise ValueError(f"a text does not end where it says, at byte {start}")
        return data[found.end() : end].decode("utf-8"), end + 2
    if (found := _ARRAY.match(data, start)) is None:
        raise ValueError(f"not a value that settings can hold, at byte {start}")
    place, array = found.end(), dict[str | int, Any]()
    for _ in range(int(found[1])):
        key, place = _value(data, place, depth + 1)
        if isinstance(key, bool) or not isinstance(key, str | int):
            raise ValueError(f"an array has a key that is not a text or a number, at byte {place}")
        array[key], place = _value(data, place, depth + 1)
    if data[place : place + 1] != b"}":
        raise ValueError(f"an array does not end where it says, at byte {place}")
    is_list = list(array) == list(range(len(array)))
    return (list(array.values()) if is_list else array), place + 1
