"""Tells which row of a bulk call became which stored item, also where rows have the same key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

__all__ = ["matched"]


def matched(
    sent: Sequence[Hashable],
    stored: Iterable[Hashable],
    bodies: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    *,
    merges: bool,
) -> tuple[list[int | None], dict[int, str]]:
    """Match rows with what iContact answered: by key, and rows of one key by their other fields.

    Args:
        sent: The key of each row.
        stored: The key of each item of the answer.
        bodies: What was sent of each row.
        answers: The items as they were answered.
        merges: Whether rows of one key are one item in the end, and none of them was refused.

    Returns:
        For each row the place of its item, and for the rows of which that cannot be told the
        reason.
    """
    rows, items = defaultdict(list), defaultdict(list)
    for place, key in enumerate(sent):
        rows[key].append(place)
    for place, key in enumerate(stored):
        items[key].append(place)
    found: list[int | None] = [None] * len(sent)
    uncertain: dict[int, str] = {}
    for key, places in rows.items():
        own = items.get(key, [])
        if not own:
            continue
        if len(places) == 1:
            found[places[0]] = own[-1]
            continue
        if merges:
            for turn, place in enumerate(places):
                found[place] = own[min(turn, len(own) - 1)]
            continue
        pairs = _pairs(places, own, bodies, answers)
        if pairs is None:
            reason = f"uncertain: iContact stored {len(own)} of {len(places)} rows like this one"
            uncertain |= dict.fromkeys(places, f"{reason}; read them back")
        else:
            for place, one in pairs.items():
                found[place] = one
    return found, uncertain


def _pairs(
    places: Sequence[int],
    own: Sequence[int],
    bodies: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
) -> dict[int, int] | None:
    """Return the items of rows of one key, or None if it cannot be told whose is whose."""
    if all(bodies[place] == bodies[places[0]] for place in places):
        return dict(zip(places, own, strict=False))
    pairs: dict[int, int] = {}
    for one in own:
        fitting = [place for place in places if _agrees(bodies[place], answers[one])]
        if not fitting or any(bodies[place] != bodies[fitting[0]] for place in fitting):
            return None
        free = [place for place in fitting if place not in pairs]
        if not free:
            return None
        pairs[free[0]] = one
    return pairs


def _agrees(body: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    return all(
        _text(answer[name]) == _text(value) for name, value in body.items() if name in answer
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)
