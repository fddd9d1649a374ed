"""Counts rows by the reasons for which they ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from icontact.push.journal import Outcomes, PlannedRow, PlannedRows
from icontact.push.reasons import OutcomeStatus, PushOutcome, Reason, ReasonCode

__all__ = ["ReasonCount", "reasons_of"]

#: The number of rows that are named for each reason.
FIRST = 5


# A dataclass, since pandas and polars make columns of a list of these.
@dataclass(frozen=True, slots=True)
class ReasonCount:
    """A reason, and the rows that ended for it.

    Attributes:
        status: How they ended; ``None`` for a note, which rows of any status may have.
        reason: The reason, or the note.
        rows: How many rows there are.
        first: The first of them, five at most, from 0.
        added_to_list: Whether the contacts were in iContact already and are put on the list.
        codes: The reason for programs; empty for a note.
    """

    status: OutcomeStatus | None
    reason: str
    rows: int
    first: tuple[int, ...]
    added_to_list: bool = False
    codes: tuple[str, ...] = ()


def reasons_of(rows: Sequence[PushOutcome] | Sequence[PlannedRow]) -> tuple[ReasonCount, ...]:
    """Return the reasons for which rows end, the most frequent first; notes come last.

    Rows that differ only in which other row has their address share one reason.

    Args:
        rows: Outcomes of a push, or planned rows. What a journal holds is counted there.
    """
    if isinstance(rows, Outcomes | PlannedRows):
        found = [
            ReasonCount(
                None if status is None else OutcomeStatus(status),
                str(reason),
                number,
                first,
                added,
                reason.codes if isinstance(reason, Reason) else (),
            )
            for status, reason, added, number, first in rows.grouped(FIRST)
        ]
    else:
        found = _counted(rows)
    return tuple(sorted(found, key=lambda one: (one.status is None, -one.rows, one.first)))


def _counted(rows: Iterable[PushOutcome | PlannedRow]) -> list[ReasonCount]:
    places: dict[tuple[OutcomeStatus | None, str, bool, tuple[str, ...]], list[int]] = {}
    for one in rows:
        reason = one.reason.removesuffix("; ".join(("", *one.notes))) if one.notes else one.reason
        if one.codes == (ReasonCode.DUPLICATE,):
            reason = str(Reason.of(ReasonCode.DUPLICATE))
        key = (one.status, reason, one.added_to_list, one.codes)
        places.setdefault(key, []).append(one.row)
        for note in one.notes:
            places.setdefault((None, note, False, ()), []).append(one.row)
    return [
        ReasonCount(status, reason, len(found), tuple(found[:FIRST]), added, codes)
        for (status, reason, added, codes), found in places.items()
    ]
