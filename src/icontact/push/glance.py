"""A plan and a report at a glance, as HTML for a notebook: one screen, without full addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import islice
from typing import Any

from icontact._wording import number_of
from icontact.notebook import fold, heading, mask, mask_address, table
from icontact.push.journal import Outcomes, PlannedRow, PlannedRows
from icontact.push.reason_counts import ReasonCount
from icontact.push.reasons import QUIET, OutcomeStatus, PushOutcome

__all__ = ["at_a_glance", "count_added", "kinds_of_rows", "samples", "was_done", "would_do"]

Rows = Sequence[PushOutcome] | Sequence[PlannedRow]

#: The reasons that are shown at once, and the rows that unfold.
_REASONS, _ROWS, _SAMPLES = 8, 100, 3

_WOULD: Mapping[str, str] = {
    "created": "create {:,}",
    "added to the list": "add {:,} to the list",
    "updated": "change {:,}",
    "unchanged": "leave {:,} unchanged",
    "skipped": "skip {:,}",
    "rejected": "reject {:,}",
    "failed": "fail on {:,}",
}


def count_added(rows: Rows) -> int:
    """Return how many contacts were in iContact already and are put on the list."""
    if isinstance(rows, Outcomes | PlannedRows):
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
    rows: Rows,
    kinds: Mapping[str, int],
    reasons: Sequence[ReasonCount],
    *,
    planned: bool,
    notes: Iterable[str] = (),
    costs: str = "",
) -> str:
    """Return a sentence with the counts, the reasons and, folded away, single rows.

    Args:
        rows: Outcomes, or planned rows.
        kinds: How many rows there are of each kind.
        reasons: The reasons.
        planned: Whether nothing has been written yet.
        notes: What is to be said about all rows together.
        costs: The requests and seconds that it took.
    """
    # What needs attention comes first; the sort keeps the order by number otherwise.
    sorted_reasons = sorted(reasons, key=lambda one: one.status in QUIET)
    parts = [
        heading(f"{would_do(kinds)}. Nothing was written." if planned else f"{was_done(kinds)}."),
        *(f"<p>{escape(note)}</p>" for note in notes),
        _reasons(sorted_reasons[:_REASONS]),
    ]
    if further := sorted_reasons[_REASONS:]:
        parts.append(fold(number_of(len(further), "more reason"), _reasons(further)))
    if planned:
        parts.append(_samples(rows))
    shown, total = _attention(rows)
    if shown:
        first = f", the first {len(shown)}" if total > len(shown) else ""
        lines = ((one.row, mask_address(one.email), one.status, one.reason) for one in shown)
        parts.append(
            fold(
                f"{number_of(total, 'row')} to look at{first}",
                table(("row", "email", "status", "reason"), lines),
            )
        )
    if costs:
        parts.append(fold("Requests and time", f"<p>{escape(costs)}</p>"))
    return "".join(parts)


def _reasons(reasons: Sequence[ReasonCount]) -> str:
    lines = (
        (
            f"{one.rows:,}",
            _kind(one),
            one.reason,
            ", ".join(map(str, one.first)) + (" …" if one.rows > len(one.first) else ""),
        )
        for one in reasons
    )
    return table(("rows", "status", "reason", "first rows, from 0"), lines)


def _kind(reason: ReasonCount) -> str:
    if reason.status is None:
        return "note"
    return "added to the list" if reason.added_to_list else reason.status.value


def samples(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the first rows that would be written, as iContact would store them."""
    found = []
    for row in islice((row for row in rows if row.fields), _SAMPLES):
        fields = dict(row.fields)
        custom = fields.pop("custom_fields", {})
        found.append({"email": row.email, **fields, **custom})
    return found


def _samples(rows: Iterable[Any]) -> str:
    found = samples(rows)
    names = list(dict.fromkeys(name for row in found for name in row))
    if not names:
        return ""
    lines = (
        [mask_address(row[name]) if name == "email" else mask(row.get(name)) for name in names]
        for row in found
    )
    return table(names, lines, "The first rows as they would be stored (values are masked)")


def _attention(rows: Rows) -> tuple[Sequence[Any], int]:
    """Return the first rows that someone should look at, and how many there are."""
    if isinstance(rows, Outcomes | PlannedRows):
        return rows.attention(_ROWS)
    found = [one for one in rows if one.status not in QUIET or one.notes]
    return found[:_ROWS], len(found)
