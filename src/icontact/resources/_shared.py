"""Small things that several resources need."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeVar

__all__ = ["in_turn", "refuse_fixed", "remark", "row_body"]

T = TypeVar("T")

logger: logging.Logger = logging.getLogger("icontact")


def in_turn(key: Callable[[T], Hashable]) -> Callable[[T], Hashable]:
    """Return a key that tells twins apart: the second row with the same key is another row."""
    seen: Counter[Hashable] = Counter()

    def numbered(value: T) -> Hashable:
        natural = key(value)
        seen[natural] += 1
        return natural, seen[natural]

    return numbered


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
    return {wire_key: int(row[key]), **body(rest)} if key in row else body(rest)
