"""Calling Python with JSON: what a function takes, said in words to those who know no Python."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, Union, Unpack, get_args, get_origin, get_type_hints

_PLAIN: Mapping[Any, tuple[tuple[type, ...], str]] = {
    bool: ((bool,), "true or false"),
    int: ((int,), "an integer"),
    float: ((int, float), "a number"),
    str: ((str,), "a text"),
    type(None): ((type(None),), "null"),
}
_ANY = (Any, object)
# Types of which nothing in JSON is an instance.
_NEVER = (bytes,)


def call(function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Call a function with the members of a JSON object as its keyword arguments.

    Args:
        function: What to call.
        given: Its arguments.

    Returns:
        What it returns.

    Raises:
        ValueError: An argument is missing, unknown, or of the wrong type; it is named.
    """
    known, required, more = _parameters(function)
    for name, value in given.items():
        if name not in known:
            if more:
                continue
            raise ValueError(f"There is no {name!r} here; there is {', '.join(known) or 'nothing'}")
        check(name, value, known[name])
    if missing := [name for name in required if name not in given]:
        raise ValueError(f"{' and '.join(map(repr, missing))} has to be given")
    return function(**given)


def names(function: Callable[..., Any]) -> dict[str, str]:
    """Return the arguments of a function, and in words what they take."""
    known, required, _ = _parameters(function)
    return {
        name: words(hint) + ("" if name in required else "; optional")
        for name, hint in known.items()
    }


def check(name: str, value: object, hint: Any) -> None:
    """Refuse a JSON value that a type hint does not admit.

    Raises:
        ValueError: It is not admitted; the message has the name, and not the value.
    """
    if not _fits(value, hint):
        raise ValueError(f"{name!r} has to be {words(hint)}")


def words(hint: Any) -> str:
    """Say in words what JSON a type hint admits."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint][1]
    if origin in {Union, types.UnionType}:
        return " or ".join(words(each) for each in inner if each not in _NEVER)
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if _is_a(origin or hint, Mapping):
        return "an object"
    if _is_a(origin or hint, Iterable):
        return f"an array, each of it {words(inner[0])}"
    return "anything"


def hints(owner: Any) -> dict[str, Any]:
    """Return the type hints of a function or a class."""
    # What a function returns may be named for type checkers alone.
    return get_type_hints(owner, localns={"Credentials": Any, "Client": Any})


def _parameters(function: Callable[..., Any]) -> tuple[dict[str, Any], list[str], bool]:
    """Return the hints of what can be named, what must be, and whether more can be."""
    hinted = hints(function)
    known: dict[str, Any] = {}
    required, more = [], False
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD and get_origin(hinted[name]) is Unpack:
            # What several functions take alike has been given a name.
            known |= hints(get_args(hinted[name])[0])
        elif parameter.kind is parameter.VAR_KEYWORD:
            more = True
        elif parameter.kind is not parameter.POSITIONAL_ONLY:
            known[name] = hinted[name]
            if parameter.default is parameter.empty:
                required.append(name)
    return known, required, more


def _fits(value: object, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        # In Python a boolean is an integer, too.
        return isinstance(value, _PLAIN[hint][0]) and (hint is bool or not isinstance(value, bool))
    if hint in _NEVER:
        return False
    if origin in {Union, types.UnionType}:
        return any(_fits(value, each) for each in inner)
    if origin is Literal:
        return any(value is each or (value == each and type(value) is type(each)) for each in inner)
    if _is_a(origin or hint, Mapping):
        return isinstance(value, dict) and all(_fits(each, inner[1]) for each in value.values())
    if _is_a(origin or hint, Iterable):
        return isinstance(value, list) and all(_fits(each, inner[0]) for each in value)
    return hint in _ANY


def _is_a(hint: Any, kind: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, kind)
