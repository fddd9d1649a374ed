"""Functions that users give as transforms: how they are called, named and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from types import CodeType
from typing import Any

from icontact.errors import MappingError


def call(function: Callable[[Any], Any], value: object) -> Any:
    """Return what a function makes of a value.

    Raises:
        MappingError: It raised; the message has neither its text nor the value.
    """
    try:
        return function(value)
    except MappingError:
        raise
    except Exception as error:  # noqa: BLE001  # any error of it refuses the value
        kind = type(error).__name__
    # Outside the block: the function's own error may hold the value.
    raise MappingError(f"the transform {name_of(function)} raised {kind}")


def name_of(step: str | Callable[[Any], Any]) -> str:
    """Return the name under which messages and explanations show a step."""
    return step if isinstance(step, str) else _qualified(step)


def identity_of(step: str | Callable[[Any], Any]) -> str | list[str]:
    """Return what distinguishes a step: a name, or a function's name and code."""
    if isinstance(step, str):
        return step
    code = getattr(step, "__code__", None)
    body = "" if code is None else hashlib.sha256(_code_text(code).encode()).hexdigest()
    return [str(getattr(step, "__module__", "")), _qualified(step), body]


def _qualified(function: Callable[[Any], Any]) -> str:
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def _code_text(constant: Any) -> str:
    if isinstance(constant, CodeType):
        inner = ", ".join(map(_code_text, constant.co_consts))
        return f"{constant.co_code!r} {constant.co_names} {constant.co_varnames} ({inner})"
    if isinstance(constant, frozenset):
        # Its order differs from process to process.
        return repr(sorted(map(_code_text, constant)))
    return repr(constant)
