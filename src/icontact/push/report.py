"""The report of a push: the outcome of every row."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import ClassVar

import attrs

from icontact._files import written_as_a_whole
from icontact._wording import number_of
from icontact.errors import IContactError, JournalError
from icontact.frames import Frame, HasFrame, make_frame
from icontact.push.batch_size import size_found
from icontact.push.glance import (
    ReasonCount,
    at_a_glance,
    count_added,
    counts_of,
    kinds_of_rows,
    reasons_of,
    was_done,
)
from icontact.push.journal import Journal, Outcomes
from icontact.push.reasons import PushOutcome, Reason, ReasonCode, describe
from icontact.push.rejects import write_rejects


@attrs.frozen(kw_only=True)
class PushReport(HasFrame):
    """The outcomes of a push, in the order of the rows.

    Attributes:
        outcomes: One for each row of the input. They are read from the journal when used, so that
            a million outcomes are never in memory; pickling reads all of them. If the push goes on
            with its journal, they change.
        requests: How many requests were sent, repeats and earlier runs of the journal included.
        elapsed: Seconds, waits and earlier runs included.
        error: What ended the push early, if anything did; the rows concerned are ``failed``.
        notes: Notes about the rows together, such as a mapped key that no row has.
        opted_out_on_list: How many people are on the list although their row says that they must
            not be mailed; ``opt_out="unsubscribe"`` unsubscribes them.
        batch_size: How many rows of a request iContact was found to take; ``None`` if the batch
            size was fixed, or a push of 500 rows or fewer found nothing out.
        page_size: How many rows the largest page had that iContact sent; ``None`` if the page size
            was fixed, or no page was read.
    """

    outcomes: Sequence[PushOutcome] = attrs.field(repr=lambda rows: f"<{len(rows)} outcomes>")
    requests: int
    elapsed: float
    error: IContactError | None = None
    notes: tuple[str, ...] = ()
    opted_out_on_list: int = 0
    batch_size: int | None = None
    page_size: int | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows ended in each status; all six are there."""
        return counts_of(self.outcomes)

    @property
    def added_to_list(self) -> int:
        """How many of the updated contacts were in iContact already and are now on the list."""
        return count_added(self.outcomes)

    @property
    def ok(self) -> bool:
        """Whether no row was rejected and none failed."""
        return not (self.counts["rejected"] or self.counts["failed"])

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write one line for each row: row, status, email, subscription, contact_id, reason.

        The file holds people's addresses, so that only its owner can read it. Rows
        are numbered from 0, as in :class:`PushOutcome`. A text that a spreadsheet would take for a
        formula is written with an apostrophe before it.

        Raises:
            JournalError: If the file is the journal that the outcomes are read from.
        """
        if any(part.is_at(path) for part in _stored(self.outcomes)):
            raise JournalError(
                f"{os.fspath(path)} is the journal that the outcomes are read from: name another "
                "file"
            )
        with written_as_a_whole(path) as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for one in self.outcomes:
                writer.writerow([_no_formula(getattr(one, name)) for name in COLUMNS])

    def by_reason(self) -> tuple[ReasonCount, ...]:
        """Return the reasons for which rows ended, with numbers and first rows; notes come last."""
        return reasons_of(self.outcomes)

    def rejects_to_csv(self, path: str | PathLike[str]) -> int:
        """Write every row that was rejected or failed, to be corrected and pushed again.

        The file has the input's columns, encoding and delimiter, and a last column
        ``icontact_reason``, which no push reads. It holds people's data: only you may read it.
        Cells are as they came: no apostrophe is put before what a spreadsheet may take for a
        formula.

        Returns:
            How many rows were written.

        Raises:
            JournalError: If the rows are not there any more, as in a report that was pickled; or if
                the file is the journal that they are read from.
        """
        parts = tuple(_stored(self.outcomes))
        if not parts and len(self.outcomes):
            raise JournalError(
                "the original rows are in the journal of the push, and this report was taken out "
                "of it: use PushReport.from_journal"
            )
        if any(part.is_at(path) for part in parts):
            raise JournalError(f"{os.fspath(path)} is the journal that the rows are read from")
        return write_rejects(parts, path)

    def _as_frame(self) -> Frame:
        """Return the columns of :meth:`to_csv`, addresses included."""
        return make_frame(self.outcomes, PushOutcome, only=COLUMNS)

    @classmethod
    def from_journal(cls, path: str | PathLike[str]) -> PushReport:
        """Return the report of a push that has ended, from its journal.

        An error that ended it early is in the reasons of the rows that failed.

        Args:
            path: The journal.

        Raises:
            JournalError: If it cannot be read, or the push has not ended: push again with it first.
        """
        journal = Journal.opened(path)
        left = journal.unfinished()
        if left is None or left:
            rows = "rows that were not even read" if left is None else number_of(left, "row")
            raise JournalError(
                f"the push of the journal {journal.path} has not ended, and leaves {rows} without "
                "an outcome: push the same rows with it again, which goes on where it stopped"
            )
        return report_of(journal, journal.notes)

    @classmethod
    def merged(cls, reports: Iterable[PushReport]) -> PushReport:
        """Return one report of several pushes: of the parts of an input, one after the other.

        Rows are numbered as if the parts had been one input. The outcomes stay where they are.

        Args:
            reports: In the order of the parts.
        """
        parts = tuple(reports)
        errors = (part.error for part in parts if part.error is not None)
        return cls(
            outcomes=_Chained([part.outcomes for part in parts]),
            requests=sum(part.requests for part in parts),
            elapsed=max((part.elapsed for part in parts), default=0.0),
            error=next(errors, None),
            notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
            opted_out_on_list=sum(part.opted_out_on_list for part in parts),
            batch_size=max((part.batch_size or 0 for part in parts), default=0) or None,
            page_size=max((part.page_size or 0 for part in parts), default=0) or None,
        )

    def __str__(self) -> str:
        kinds = kinds_of_rows(self.counts, self.added_to_list)
        sent = f"{number_of(self.requests, 'request')} in {self.elapsed:.1f} s"
        if self.batch_size is not None:
            sent += f", up to {number_of(self.batch_size, 'row')} in a request"
        left = _still_on_the_list(self.opted_out_on_list)
        return "; ".join((was_done(kinds), sent, *left, *self.notes))

    def _repr_html_(self) -> str:
        """Show in a notebook how the rows ended and why, on one screen, without addresses."""
        sent = f"{number_of(self.requests, 'request')} in {self.elapsed:.1f} s"
        ended = (f"The push ended early: {self.error}",) if self.error is not None else ()
        kinds = kinds_of_rows(self.counts, self.added_to_list)
        return at_a_glance(
            f"{was_done(kinds)}.",
            self.outcomes,
            notes=(*ended, *_still_on_the_list(self.opted_out_on_list), *self.notes),
            costs=sent,
        )


def report_of(
    journal: Journal, notes: tuple[str, ...], error: IContactError | None = None
) -> PushReport:
    """Return the report of a push, whose costs are in its journal."""
    return PushReport(
        outcomes=Outcomes(journal.database),
        requests=int(journal.noted("requests", "0")),
        elapsed=float(journal.noted("elapsed", "0")),
        error=error,
        notes=notes,
        opted_out_on_list=journal.opted_out_on_list(),
        batch_size=size_found(journal.noted("batch_size")),
        page_size=int(journal.noted("page_size", "0")) or None,
    )


def _still_on_the_list(number: int) -> tuple[str, ...]:
    if not number:
        return ()
    people, are = ("person", "is") if number == 1 else ("people", "are")
    return (
        f"{number:,} {people} opted out in the input and {are} still on the list; "
        'opt_out = "unsubscribe" unsubscribes them',
    )


class _Chained(Sequence[PushOutcome]):
    """The outcomes of several parts, numbered as those of one."""

    def __init__(self, parts: Sequence[Sequence[PushOutcome]]) -> None:
        self.parts = parts

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[PushOutcome]:
        before = 0
        for part in self.parts:
            for one in part:
                yield _renumbered(one, before)
            before += len(part)

    def __getitem__(self, place: int | slice) -> PushOutcome | list[PushOutcome]:  # type: ignore[override]  # one body for both kinds
        if isinstance(place, slice):
            return [self._at(one) for one in range(len(self))[place]]
        return self._at(range(len(self))[place])

    def _at(self, place: int) -> PushOutcome:
        before, parts = 0, iter(self.parts)
        part = next(parts)
        while place - before >= len(part):
            before += len(part)
            part = next(parts)
        return _renumbered(part[place - before], before)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(other)

    __hash__: ClassVar[None]  # type: ignore[assignment]  # as a list, it can change


def _stored(outcomes: Sequence[PushOutcome]) -> list[Outcomes]:
    """Return the outcomes that are read from a journal."""
    if isinstance(outcomes, _Chained):
        return [stored for part in outcomes.parts for stored in _stored(part)]
    return [outcomes] if isinstance(outcomes, Outcomes) else []


def _renumbered(one: PushOutcome, before: int) -> PushOutcome:
    other = None if one.duplicate_of is None else one.duplicate_of + before
    reason = one.reason
    if one.codes == (ReasonCode.DUPLICATE,):
        reason = describe(Reason.of(ReasonCode.DUPLICATE), one.notes, other)
    return replace(one, row=one.row + before, duplicate_of=other, reason=reason)


COLUMNS = ("row", "status", "email", "subscription", "contact_id", "reason")


def _no_formula(cell: int | str | None) -> int | str | None:
    """Return a cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(tuple("=+-@\t\r")) else cell
