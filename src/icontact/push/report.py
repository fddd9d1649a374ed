"""What became of every row."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from html import escape
from os import PathLike
from typing import TYPE_CHECKING

import attrs

from icontact.errors import IContactError

if TYPE_CHECKING:
    import pandas

__all__ = ["OutcomeStatus", "PushOutcome", "PushReport"]


class OutcomeStatus(StrEnum):
    """How a row ended. Every row of the input ends in exactly one of these.

    ``created``, ``updated`` and ``unchanged`` say that the contact is now as the row wants it;
    ``skipped`` that a rule kept the push away from it; ``rejected`` that the row's data cannot be
    taken; ``failed`` that the service did not do its part, so that pushing again may help.
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    FAILED = "failed"


@attrs.frozen(kw_only=True)
class PushOutcome:
    """What became of one row. Its ``repr`` does not show the address.

    Attributes:
        row: The row's place in the input, from 0.
        email: The address, cleaned; ``None`` if the row has no usable one.
        status: How the row ended; a :class:`OutcomeStatus`, which compares equal to its text.
        subscription: The contact's state on the list afterwards: ``"normal"``, ``"pending"``,
            ``"unsubscribed"``, or ``None`` if it is not on the list, or that was not looked at.
        reason: Why, in words; with iContact's own text where there is one.
        contact_id: The contact, where there is one.
        notes: What the mapper left out or changed; it stands in the reason, too.
        duplicate_of: The row with the same address that counts instead of this one.
    """

    row: int
    email: str | None = attrs.field(repr=False)
    status: OutcomeStatus
    subscription: str | None = None
    reason: str
    contact_id: int | None = None
    notes: tuple[str, ...] = ()
    duplicate_of: int | None = None


@attrs.frozen(kw_only=True)
class PushReport:
    """The outcomes of a push, in the order of the rows.

    Attributes:
        outcomes: One for each row of the input.
        requests: How many requests were sent, repeats included.
        elapsed: Seconds, waits included.
        error: What ended the push early, if anything did; the rows concerned are ``failed``.
        notes: What is to be said about the rows together, such as a key that none of them has.
    """

    outcomes: Sequence[PushOutcome] = attrs.field(repr=lambda rows: f"<{len(rows)} outcomes>")
    requests: int
    elapsed: float
    error: IContactError | None = None
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows ended in each status; all six are there."""
        return count_statuses(outcome.status for outcome in self.outcomes)

    @property
    def ok(self) -> bool:
        """Whether no row was rejected and none failed."""
        return not any(
            outcome.status in (OutcomeStatus.REJECTED, OutcomeStatus.FAILED)
            for outcome in self.outcomes
        )

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write one line for each row: row, status, email, subscription, contact_id, reason.

        The file holds people's addresses, so that a new one is readable by its owner alone. Rows
        are numbered from 0, as in :class:`PushOutcome`. A text that a spreadsheet would take for a
        formula is written with an apostrophe before it.
        """
        with open(path, "w", encoding="utf-8", newline="", opener=_private) as file:
            writer = csv.writer(file)
            writer.writerow(_COLUMNS)
            writer.writerows(map(no_formula, _cells(one)) for one in self.outcomes)

    def to_frame(self) -> pandas.DataFrame:
        """Return a pandas frame with the columns of :meth:`to_csv`, addresses included.

        Raises:
            ImportError: If pandas is not installed; it comes with the extra ``pandas``.
        """
        import pandas

        return pandas.DataFrame([_cells(one) for one in self.outcomes], columns=list(_COLUMNS))

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {status}" for status, number in self.counts.items())
        sent = f"{number_of(self.requests, 'request')} in {self.elapsed:.1f} s"
        return "; ".join((f"{number_of(len(self.outcomes), 'row')}: {counted}", sent, *self.notes))

    def _repr_html_(self) -> str:
        """Show the rows that want attention, without addresses, as a table in a notebook."""
        attention = [one for one in self.outcomes if one.status not in _QUIET or one.notes]
        return html_table(
            str(self), ((one.row, one.status, one.reason) for one in attention), len(attention)
        )


_COLUMNS = ("row", "status", "email", "subscription", "contact_id", "reason")


def _cells(one: PushOutcome) -> tuple[int | str | None, ...]:
    return (
        one.row,
        one.status.value,
        one.email,
        one.subscription,
        one.contact_id,
        one.reason,
    )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def no_formula(cell: int | str | None) -> int | str | None:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(tuple("=+-@\t\r")) else cell


_QUIET = (OutcomeStatus.CREATED, OutcomeStatus.UPDATED, OutcomeStatus.UNCHANGED)

#: A notebook shows so many rows of a table; the caption tells how many there are.
_SHOWN = 100


def count_statuses(statuses: Iterable[str]) -> Mapping[str, int]:
    """Count statuses; all six are there, in their order."""
    counted = Counter(statuses)
    return {status.value: counted[status] for status in OutcomeStatus}


def number_of(number: int, thing: str) -> str:
    """Return ``1 row``, ``2 rows``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def html_table(caption: str, rows: Iterable[tuple[int, str, str]], total: int) -> str:
    """Return rows, statuses and reasons as an HTML table."""
    shown = [
        f"<tr><td>{row}</td><td>{escape(status)}</td><td>{escape(reason)}</td></tr>"
        for row, status, reason in list(rows)[:_SHOWN]
    ]
    left = f"; the first {_SHOWN} of {total} are shown" if total > _SHOWN else ""
    return (
        f"<table><caption>{escape(caption)}{left}</caption>"
        "<thead><tr><th>row</th><th>status</th><th>reason</th></tr></thead>"
        f"<tbody>{''.join(shown)}</tbody></table>"
    )
