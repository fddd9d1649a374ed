"""What became of the rows of a plan or a report: counts and reasons, as sentences and as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from typing import Any

from icontact._wording import number_of
from icontact.notebook import fold, heading, mask, mask_address, table
from icontact.push.journal import JournalRows
from icontact.push.reasons import QUIET, OutcomeStatus, PushOutcome, Reason, ReasonCode

#: The reasons that are shown at once, and the rows that unfold.
_REASONS, _ROWS, _SAMPLES = 8, 100, 3

#: The number of rows that are named for each reason.
_FIRST = 5

_WOULD: Mapping[str, str] = {
    "created": "create {:,}",
    "added to the list": "add {:,} to the list",
    "updated": "change {:,}",
    "unchanged": "leave {:,} unchanged",
    "skipped": "skip {:,}",
    "rejected": "reject {:,}",
    "failed": "fail on {:,}",
}


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


def reasons_of(rows: Sequence[PushOutcome]) -> tuple[ReasonCount, ...]:
    """Return the reasons for which rows end, the most frequent first; notes come last.

    Rows that differ only in which other row has their address share one reason. What a journal
    holds is counted there.
    """
    if isinstance(rows, JournalRows):
        counted = [
            ReasonCount(
                None if status is None else OutcomeStatus(status),
                str(reason),
                number,
                first,
                added,
                reason.codes if isinstance(reason, Reason) else (),
            )
            for status, reason, added, number, first in rows.grouped(_FIRST)
        ]
    else:
        places: dict[tuple[OutcomeStatus | None, str, bool, tuple[str, ...]], list[int]] = {}
        for one in rows:
            notes = "; ".join(("", *one.notes)) if one.notes else ""
            reason = one.reason.removesuffix(notes)
            if one.codes == (ReasonCode.DUPLICATE,):
                reason = str(Reason.of(ReasonCode.DUPLICATE))
            key = (one.status, reason, one.added_to_list, one.codes)
            places.setdefault(key, []).append(one.row)
            for note in one.notes:
                places.setdefault((None, note, False, ()), []).append(one.row)
        counted = [
            ReasonCount(status, reason, len(found), tuple(found[:_FIRST]), added, codes)
            for (status, reason, added, codes), found in places.items()
        ]
    return tuple(sorted(counted, key=lambda one: (one.status is None, -one.rows, one.first)))


def counts_of(rows: Sequence[PushOutcome]) -> dict[str, int]:
    """Return how many rows end in each status; all six are there, in their order."""
    counted = Counter[str]()
    counted.update(rows.counts if isinstance(rows, JournalRows) else (one.status for one in rows))
    return {status.value: counted[status] for status in OutcomeStatus}


def count_added(rows: Sequence[PushOutcome]) -> int:
    """Return how many contacts were in iContact already and are put on the list."""
    if isinstance(rows, JournalRows):
        return rows.added
    return sum(one.added_to_list for one in rows)


def kinds_of_rows(counts: Mapping[str, int], added: int) -> dict[str, int]:
    """Return the counts by status, with contacts that were only new on the list by themselves."""
    found: dict[str, int] = {}
    for status, number in counts.items():
        if added and status == OutcomeStatus.UPDATED.value:
            found |= {"added to the list": added, status: number - added}
        else:
            found[status] = number
    return found


def would_do(kinds: Mapping[str, int]) -> str:
    """Return in a sentence what a push would do, without the full stop."""
    parts = [_WOULD[name].format(number) for name, number in kinds.items() if number]
    return f"Would {', '.join(parts) or 'do nothing: the input has no rows'}"


def was_done(kinds: Mapping[str, int]) -> str:
    """Return in a sentence what a push did, without the full stop."""
    parts = [f"{number:,} {name}" for name, number in kinds.items() if number]
    return f"{number_of(sum(kinds.values()), 'row')}: {', '.join(parts) or 'the input is empty'}"


def at_a_glance(
    title: str,
    rows: Sequence[PushOutcome],
    *,
    stored: Sequence[Mapping[str, Any]] = (),
    notes: Iterable[str],
    costs: str,
) -> str:
    """Return rows on one screen of HTML: the reasons and, folded away, single rows.

    ``stored`` are the fields of the first rows, as iContact would store them.
    """
    # What needs attention comes first; the sort keeps the order by number otherwise.
    reasons = sorted(reasons_of(rows), key=lambda one: one.status in QUIET)
    parts = [heading(title), *(f"<p>{escape(note)}</p>" for note in notes)]
    if reasons:
        parts.append(_reasons(reasons[:_REASONS]))
    if further := reasons[_REASONS:]:
        parts.append(fold(number_of(len(further), "more reason"), _reasons(further)))
    if stored:
        names = list(dict.fromkeys(name for row in stored for name in row))
        cells = (
            [mask_address(row[name]) if name == "email" else mask(row.get(name)) for name in names]
            for row in stored
        )
        caption = "The first rows as they would be stored (values are masked)"
        parts.append(table(names, cells, caption))
    if isinstance(rows, JournalRows):
        to_see, total = rows.attention(_ROWS)
    else:
        found = [one for one in rows if one.status not in QUIET or one.notes]
        to_see, total = found[:_ROWS], len(found)
    if to_see:
        first = f", the first {len(to_see)}" if total > len(to_see) else ""
        lines = ((one.row, mask_address(one.email), one.status, one.reason) for one in to_see)
        content = table(("row", "email", "status", "reason"), lines)
        parts.append(fold(f"{number_of(total, 'row')} to look at{first}", content))
    parts.append(fold("Requests and time", f"<p>{escape(costs)}</p>"))
    return "".join(parts)


def _reasons(reasons: Sequence[ReasonCount]) -> str:
    lines = []
    for one in reasons:
        kind = "note" if one.status is None else one.status.value
        if one.added_to_list:
            kind = "added to the list"
        first = ", ".join(map(str, one.first)) + (" …" if one.rows > len(one.first) else "")
        lines.append((f"{one.rows:,}", kind, one.reason, first))
    return table(("rows", "status", "reason", "first rows, from 0"), lines)


def samples(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the first rows that would be written, as iContact would store them."""
    found = []
    for row in islice((row for row in rows if row.fields), _SAMPLES):
        fields = dict(row.fields)
        custom = fields.pop("custom_fields", {})
        found.append({"email": row.email, **fields, **custom})
    return found
