"""Checking the JSON arguments of the control URL against Python types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

_WORDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a text",
    type(None): "null",
    dict: "an object",
}


def check(
    given: Mapping[str, Any],
    known: Mapping[str, Any],
    required: Sequence[str] = (),
    open_ended: bool = False,
) -> None:
    """Refuse arguments that are missing, unknown or of the wrong type.

    Args:
        given: The arguments.
        known: Their names and types.
        required: The names that must be given.
        open_ended: Whether unknown names are accepted.

    Raises:
        ValueError: An argument is wrong; the message names it, and does not show its value.
    """
    for name, value in given.items():
        if name in known:
            if not _fits(value, known[name]):
                raise ValueError(f"{name!r} has to be {words(known[name])}")
        elif not open_ended:
            raise ValueError(f"There is no {name!r} here; there is {', '.join(known) or 'nothing'}")
    if missing := [name for name in required if name not in given]:
        raise ValueError(f"{' and '.join(map(repr, missing))} has to be given")


def words(kind: Any) -> str:
    """Describe in words the JSON that a type accepts."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return " or ".join(words(each) for each in inner)
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin in {list, frozenset}:
        return f"an array, each of it {words(inner[0])}"
    return _WORDS[origin or kind]


def _fits(value: object, kind: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return any(_fits(value, each) for each in inner)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in inner)
    if origin in {list, frozenset}:
        return isinstance(value, list) and all(_fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(each, inner[1]) for each in value.values())
    if kind is Any:
        return True
    # In Python a boolean is an integer, too.
    accepted = (int, float) if kind is float else kind
    return isinstance(value, accepted) and (kind is bool or not isinstance(value, bool))
