"""Small things that several resources need."""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["refuse_fixed", "remark", "row_body", "whole_id"]

logger: logging.Logger = logging.getLogger("icontact")


def whole_id(name: str, value: Any, remedy: str = "") -> int:
    """Return an id as a number.

    Args:
        name: Which id, for the error.
        value: What was given; digits as text are taken, too.
        remedy: What to do instead.

    Raises:
        TypeError: If it is neither a number nor text.
        ValueError: If it is a text without a number, or a number below 0. Does not show it.
    """
    way_out = f"; {remedy}" if remedy else ""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    if isinstance(value, str):
        what = "an empty text" if not value else "a text without a number"
        raise ValueError(f"{name} must be a whole number, not {what}{way_out}")
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}{way_out}")
    number = operator.index(value)
    if number < 0:
        raise ValueError(f"{name} must be a whole number from 0 on{way_out}")
    return number


def remark(what: str, warnings: tuple[str, ...]) -> None:
    """Say what iContact remarked on a call whose result has no place for it."""
    for warning in warnings:
        logger.warning("%s: iContact remarks: %s", what, warning)


def refuse_fixed(fields: Mapping[str, Any], *names: str) -> None:
    """Refuse what can be said on creation only.

    Raises:
        TypeError: Names the field.
    """
    for name in names:
        if name in fields:
            raise TypeError(f"{name} is given on creation only and cannot be changed")


def row_body(
    row: Mapping[str, Any],
    key: str,
    wire_key: str,
    body: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    """Return the body of a row that is an update if it holds the primary key."""
    rest = {name: value for name, value in row.items() if name != key}
    return {wire_key: whole_id(key, row[key]), **body(rest)} if key in row else body(rest)
