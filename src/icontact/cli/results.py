"""What became of a push, for a screen, for a program, and for a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, overload

import attrs
import click

from icontact.cli.screen import clean, document, masked, remark, table
from icontact.cli.stops import NO_ANSWER, SOME_FAILED, code_for, in_words
from icontact.errors import IContactError
from icontact.models import ContactList
from icontact.push import OutcomeStatus, PlannedRow, PushOutcome, PushPlan, PushReport
from icontact.sources import RowFile

__all__ = ["Entry", "Result", "print_entries", "result_of", "show"]

_QUIET = (OutcomeStatus.CREATED, OutcomeStatus.UPDATED, OutcomeStatus.UNCHANGED)

#: As many rows as are named on a screen.
_SHOWN = 20


@attrs.frozen(kw_only=True)
class Entry:
    """One row of the file, and what became of it.

    Attributes:
        row: Its place among the rows, from 0.
        line: The line on which it begins, from 1, where there are lines.
        status: How it ended, or would end.
        subscription: Its state on the list.
        contact_id: The contact, where there is one.
        reason: Why, in words.
        noted: Whether something of the row was left out or changed.
        email: The address; for the report file alone.
    """

    row: int
    line: int | None
    status: OutcomeStatus
    subscription: str | None
    contact_id: int | None
    reason: str
    noted: bool = False
    email: str | None = attrs.field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it but the address."""
        return attrs.asdict(self, filter=lambda field, _: field.name not in ("email", "noted"))


class Entries(Sequence[Entry]):
    """The rows of a push with their lines in the file, made as they are looked at.

    Args:
        outcomes: What became of the rows.
        rows: The file.
    """

    def __init__(self, outcomes: Sequence[PlannedRow | PushOutcome], rows: RowFile) -> None:
        self._outcomes = outcomes
        self._rows = rows

    def __len__(self) -> int:
        return len(self._outcomes)

    def __iter__(self) -> Iterator[Entry]:
        return (_entry(outcome, self._rows) for outcome in self._outcomes)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        found = self._outcomes[place]
        if isinstance(found, Sequence):
            return [_entry(outcome, self._rows) for outcome in found]
        return _entry(found, self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} rows>"


@attrs.frozen(kw_only=True)
class Result:
    """A push, or what a push would do.

    Attributes:
        file: What was pushed.
        list: Where to.
        dry_run: Whether nothing was written on purpose.
        entries: One for each row.
        counts: How many rows ended in each status.
        summary: The same in words, with requests and seconds.
        requests: How many requests it took.
        elapsed: Seconds.
        error: What ended the push early.
        notes: What was decided on the way.
        unreported: Why the report file could not be written, if it could not.
    """

    file: str
    list: ContactList
    dry_run: bool
    entries: Sequence[Entry]
    counts: Mapping[str, int]
    summary: str
    requests: int
    elapsed: float
    error: IContactError | None = None
    notes: Sequence[str] = ()
    unreported: str | None = None

    @property
    def exit_code(self) -> int:
        """3 if iContact did not answer, 1 if a row or the report file failed, or else 0."""
        if self.error is not None and code_for(self.error) == NO_ANSWER:
            return NO_ANSWER
        failed = self.unreported or self.counts["rejected"] or self.counts["failed"]
        return SOME_FAILED if failed else 0

    def as_dict(self) -> dict[str, Any]:
        """Return what a program may want to know; no address. The outcomes are an iterator."""
        return {
            "file": self.file,
            "list": {"list_id": self.list.list_id, "name": self.list.name},
            "dry_run": self.dry_run,
            "counts": dict(self.counts),
            "outcomes": (entry.as_dict() for entry in self.entries),
            "requests": self.requests,
            "elapsed": round(self.elapsed, 3),
            "error": None if self.error is None else str(self.error),
            "notes": list(self.notes),
        }


def result_of(
    done: PushPlan | PushReport, rows: RowFile, target: ContactList, notes: Iterable[str]
) -> Result:
    """Bring a plan or a report together with the file that it came from."""
    outcomes: Sequence[PlannedRow | PushOutcome]
    if isinstance(done, PushPlan):
        outcomes, error = done.rows, None
    else:
        outcomes, error = done.outcomes, done.error
    return Result(
        file=rows.name,
        list=target,
        dry_run=isinstance(done, PushPlan),
        entries=Entries(outcomes, rows),
        counts={status.value: done.counts.get(status, 0) for status in OutcomeStatus},
        summary=str(done),
        requests=done.requests,
        elapsed=done.elapsed,
        error=error,
        notes=(*notes, *rows.notes),
    )


def _entry(outcome: PlannedRow | PushOutcome, rows: RowFile) -> Entry:
    found = outcome.decision if isinstance(outcome, PlannedRow) else outcome
    reason = outcome.reason
    if found.duplicate_of is not None and (other := rows.line_of(found.duplicate_of)) is not None:
        # People look for it in the file, by its line.
        reason = reason.replace(f"row {found.duplicate_of}", f"line {other}", 1)
    return Entry(
        row=outcome.row,
        line=rows.line_of(outcome.row),
        status=outcome.status,
        subscription=found.subscription,
        contact_id=found.contact_id,
        reason=reason,
        noted=bool(outcome.notes),
        email=outcome.email,
    )


def show(result: Result, *, as_json: bool, report: str | None = None) -> None:
    """Print a result: the rows that want attention, the counts, and what it took.

    Args:
        result: What to show.
        as_json: As one JSON document instead.
        report: The file that has all rows, if one was written.
    """
    if as_json:
        document(result.as_dict())
    else:
        _tell(result, None if result.unreported else report)
    if result.unreported:
        click.echo(f"Error: {clean(result.unreported)}", err=True)


def _tell(result: Result, report: str | None) -> None:
    for note in result.notes:
        remark(note)
    # Before a push people want to see what it would change; after it, what did not work out.
    calm = (OutcomeStatus.CREATED, OutcomeStatus.UNCHANGED) if result.dry_run else _QUIET
    listed = (entry for entry in result.entries if entry.status not in calm or entry.noted)
    if shown := list(islice(listed, _SHOWN)):
        print_entries(shown)
    if more := sum(1 for _ in listed):
        rest = f"{more:,} more rows like these"
        where = f"in {report}" if report else "shown by --report FILE, which has all of them"
        remark(f"{rest} are {where}")
    click.echo(f"{result.list.name}: {result.summary}")
    if result.dry_run:
        click.echo("Nothing was written: this was a dry run.")
    if result.error is not None:
        remark(f"the push ended early: {in_words(result.error)}; push the same file again later")


def print_entries(entries: Iterable[Entry]) -> None:
    """Print rows as a table: by line where there are lines, and their addresses masked."""
    shown = list(entries)
    place = "row" if any(one.line is None for one in shown) else "line"
    table(
        (place, "address", "status", "subscription", "reason"),
        [
            (getattr(one, place), masked(one.email), one.status, one.subscription, one.reason)
            for one in shown
        ],
    )
