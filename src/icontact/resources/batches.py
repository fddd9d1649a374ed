"""The result of a bulk call, and which row of it became which stored item."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from html import escape
from typing import Any, Generic, TypeVar

import attrs

from icontact.frames import Frame, HasFrame, flatten
from icontact.notebook import fold, heading, preview, table

#: A result of some rows is one of wider rows, too.
R_co = TypeVar("R_co", covariant=True)


@attrs.frozen(kw_only=True)
class Rejected:
    """A row of a bulk call that iContact did not store.

    Attributes:
        index: The row's place in the input, from 0.
        reason: iContact's sentence, where it is clear that it belongs to this row.
    """

    index: int
    reason: str | None


@attrs.frozen(kw_only=True)
class BatchResult(HasFrame, Generic[R_co]):
    """The result of a bulk call. Rows are matched by e-mail or id, never by position.

    Attributes:
        results: For each row of the input what was stored of it, or ``None``.
        rejected: The rows that iContact left out.
        warnings: All its sentences. They carry no index; some are mere notices.
        unknown_fields: Custom fields of the rows that the folder does not have, and that were not
            stored; ``warnings`` says in which rows they are.
    """

    results: tuple[R_co | None, ...] = attrs.field(
        default=(), repr=lambda rows: f"<{len(rows)} rows>"
    )
    rejected: tuple[Rejected, ...] = ()
    warnings: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[R_co, ...]:
        """What was stored, in the order of the input."""
        return tuple(item for item in self.results if item is not None)

    def _as_frame(self) -> Frame:
        """Return one row for each row of the input: what was stored, or why nothing was."""
        reasons = {one.index: one.reason for one in self.rejected}
        frame = Frame({"index": "int", "stored": "bool", "reason": "text"})
        for index, item in enumerate(self.results):
            row = {"index": index, "stored": item is not None, "reason": reasons.get(index)}
            frame.add(row if item is None else row | flatten(item))
        return frame

    def _repr_html_(self) -> str:
        """Show in a notebook how many rows were stored, and which were not."""
        reasons = {one.reason for one in self.rejected}
        lines = ((one.index, one.reason or "no reason given") for one in self.rejected)
        others = (warning for warning in self.warnings if warning not in reasons)
        return "".join(
            (
                heading(f"{len(self.items):,} of {len(self.results):,} rows stored."),
                table(("row, from 0", "not stored, since"), lines) if self.rejected else "",
                *(f"<p>{escape(warning)}</p>" for warning in others),
                fold("Stored rows", preview(self.items)) if self.items else "",
            )
        )


def match_batch(
    bodies: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    found: Sequence[tuple[Hashable, Hashable]],
    *,
    wire_id: str,
    sent_key: Callable[[Mapping[str, Any]], Hashable],
    merges: bool,
    is_whole: bool,
) -> tuple[list[int | None], dict[int, str]]:
    """Match the rows of a bulk call with the items of its answer: by id, or else by key.

    Args:
        bodies: The body that was sent for each row.
        answers: The items as they were answered.
        found: The id and the key of each item.
        wire_id: The name of the id in a body that is an update.
        sent_key: Identifies a body without an id.
        merges: Whether rows of one key are one item in the end.
        is_whole: Whether no row was refused.

    Returns:
        For each row the place of its item; for rows that cannot be matched the reason.
    """
    ids = {body[wire_id] for body in bodies if wire_id in body}
    given = defaultdict[Hashable, set[Hashable]](set)
    for body in bodies if merges else ():
        if wire_id in body:
            given[body[wire_id]].add(sent_key(body))
    # A row with the address of a contact may be about one that another row has by its id.
    named = {key: number for number, key in found if number in given}
    misnamed = {
        number for key, number in named.items() if key != "" and not {key, ""} & given[number]
    }
    keys = (body[wire_id] if wire_id in body else sent_key(body) for body in bodies)
    sent = [named.get(key, key) for key in keys]
    stored = [number if number in ids else key for number, key in found]
    places, uncertain = _match(sent, stored, bodies, answers, merges=merges and is_whole)
    identities = [number for number, _ in found]
    unclear = _contradicted(sent, stored, identities, ids, merges=merges) | misnamed
    for index, key in enumerate(sent):
        if key in unclear:
            places[index] = None
            uncertain[index] = "uncertain: iContact's answer contradicts itself; read it back"
    return places, uncertain


def _match(
    sent: Sequence[Hashable],
    stored: Sequence[Hashable],
    bodies: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
    *,
    merges: bool,
) -> tuple[list[int | None], dict[int, str]]:
    """Match the keys of rows with those of items, rows of one key by their other fields."""
    rows, items = defaultdict[Hashable, list[int]](list), defaultdict[Hashable, list[int]](list)
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
        elif merges:
            for number, place in enumerate(places):
                found[place] = own[min(number, len(own) - 1)]
        elif (pairs := _pairs(places, own, bodies, answers)) is None:
            reason = f"uncertain: iContact stored {len(own)} of {len(places)} rows like this one"
            uncertain |= dict.fromkeys(places, f"{reason}; read them back")
        else:
            for place, one in pairs.items():
                found[place] = one
    return found, uncertain


def _contradicted(
    sent: Sequence[Hashable],
    stored: Sequence[Hashable],
    identities: Sequence[Hashable],
    ids: Collection[Hashable],
    *,
    merges: bool,
) -> set[Hashable]:
    """Return the keys for which an answer has two items, or an item that it has for others, too.

    The item of a key that is one of the ``ids`` may be there under its other key as well.
    """
    if len(set(stored)) == len(stored) == len(set(identities)):
        return set()
    items = defaultdict[Hashable, set[Hashable]](set)
    keys = defaultdict[Hashable, set[Hashable]](set)
    for key, identity in zip(stored, identities, strict=True):
        items[key].add(identity)
        if key not in ids:
            keys[identity].add(key)
    rows = Counter(sent)
    twice = {key for key, own in items.items() if len(own) > 1 and (merges or rows[key] == 1)}
    return twice.union(*(several for several in keys.values() if len(several) > 1))


def _pairs(
    places: Sequence[int],
    own: Sequence[int],
    bodies: Sequence[Mapping[str, Any]],
    answers: Sequence[Mapping[str, Any]],
) -> dict[int, int] | None:
    """Return the item of each row of one key, or None if that is not clear."""
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
        str("" if answer[name] is None else answer[name]) == str("" if value is None else value)
        for name, value in body.items()
        if name in answer
    )
