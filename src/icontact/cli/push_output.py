"""What became of a push, for a screen, for a program, and for a file."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast, overload

import attrs
import click

from icontact.cli.exit_codes import NO_ANSWER, SOME_FAILED, describe_error, exit_code_for
from icontact.cli.output import clean, is_terminal, masked, print_json, print_note, print_table
from icontact.errors import IContactError
from icontact.models import ContactList
from icontact.push import (
    Change,
    OutcomeStatus,
    PlannedRow,
    PushOutcome,
    PushPlan,
    PushReport,
    ReasonCount,
)
from icontact.push.outcome import number_of
from icontact.sources import RowFile

__all__ = ["PushSummary", "ReportedRow", "print_entries", "show", "summarize"]

_QUIET = (OutcomeStatus.CREATED, OutcomeStatus.UPDATED, OutcomeStatus.UNCHANGED)

#: As many reasons as are named on a screen.
_SHOWN = 20

#: As many rows as are shown as they would be stored.
_SAMPLES = 3


@attrs.frozen(kw_only=True)
class ReportedRow:
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


class ReportedRows(Sequence[ReportedRow]):
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

    def __iter__(self) -> Iterator[ReportedRow]:
        return (_entry(outcome, self._rows) for outcome in self._outcomes)

    @overload
    def __getitem__(self, place: int) -> ReportedRow: ...
    @overload
    def __getitem__(self, place: slice) -> list[ReportedRow]: ...
    def __getitem__(self, place: int | slice) -> ReportedRow | list[ReportedRow]:
        found = self._outcomes[place]
        if isinstance(found, Sequence):
            return [_entry(outcome, self._rows) for outcome in found]
        return _entry(found, self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} rows>"


@attrs.frozen(kw_only=True)
class PushSummary:
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
        reasons: How many rows ended for each reason.
        unused: The columns that nothing reads.
        consent: How columns about who may be mailed are read.
        costs: How many requests it took, and takes to write, in words.
        changes: What would change in contacts that are there, if that was asked.
        samples: The first rows as they would be stored, if that was asked.
        rejects: The file of rejected and failed rows, if one was written.
        again: The command that does what a dry run showed.
    """

    file: str
    list: ContactList
    dry_run: bool
    entries: Sequence[ReportedRow]
    counts: Mapping[str, int]
    summary: str
    requests: int
    elapsed: float
    error: IContactError | None = None
    notes: Sequence[str] = ()
    unreported: str | None = None
    reasons: Sequence[ReasonCount] = ()
    unused: Sequence[str] = ()
    consent: Sequence[str] = ()
    costs: str = ""
    changes: Iterable[Change] = ()
    samples: Sequence[Mapping[str, str]] = ()
    rejects: str | None = None
    again: str | None = None

    @property
    def exit_code(self) -> int:
        """3 if iContact did not answer, 1 if a row or the report file failed, or else 0."""
        if self.error is not None and exit_code_for(self.error) == NO_ANSWER:
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
            "by_reason": [
                {
                    "status": None if one.status is None else one.status.value,
                    "reason": one.reason,
                    "rows": one.rows,
                    "first": list(one.first),
                }
                for one in self.reasons
            ],
            "consent": list(self.consent),
            "unused_columns": list(self.unused),
            "rejects": self.rejects,
        }


def summarize(
    done: PushPlan | PushReport,
    rows: RowFile,
    target: ContactList,
    notes: Iterable[str],
    *,
    diff: bool = False,
) -> PushSummary:
    """Bring a plan or a report together with the file that it came from."""
    outcomes: Sequence[PlannedRow | PushOutcome]
    if isinstance(done, PushPlan):
        outcomes, error = done.rows, None
    else:
        outcomes, error = done.outcomes, done.error
    return PushSummary(
        file=rows.name,
        list=target,
        dry_run=isinstance(done, PushPlan),
        entries=ReportedRows(outcomes, rows),
        counts={status.value: done.counts.get(status, 0) for status in OutcomeStatus},
        summary=str(done),
        requests=done.requests,
        elapsed=done.elapsed,
        error=error,
        notes=(*notes, *rows.notes),
        reasons=done.by_reason(),
        costs=_costs(done),
        changes=done.changes() if diff and isinstance(done, PushPlan) else (),
        samples=_samples(done) if diff and isinstance(done, PushPlan) else (),
    )


def _costs(done: PushPlan | PushReport) -> str:
    if not isinstance(done, PushPlan):
        return ""
    writing = number_of(done.requests_to_write, "request")
    return f"planned with {number_of(done.requests, 'request')}; about {writing} to write"


def _samples(plan: PushPlan) -> list[Mapping[str, str]]:
    """Return the first rows that would be written, as iContact would store them."""
    written = (row for row in plan.rows if row.fields)
    found: list[Mapping[str, str]] = []
    for row in islice(written, _SAMPLES):
        fields = dict(row.fields)
        custom = fields.pop("custom_fields", {})
        shown = {"email": row.email, **fields, **cast("Mapping[str, Any]", custom)}
        found.append({name: str(value or "") for name, value in shown.items()})
    return found


def _entry(outcome: PlannedRow | PushOutcome, rows: RowFile) -> ReportedRow:
    reason, twin = outcome.reason, outcome.duplicate_of
    if twin is not None and (other := rows.line_of(twin)) is not None:
        # People look for it in the file, by its line.
        reason = reason.replace(f"row {twin}", f"line {other}", 1)
    return ReportedRow(
        row=outcome.row,
        line=rows.line_of(outcome.row),
        status=outcome.status,
        subscription=outcome.subscription,
        contact_id=outcome.contact_id,
        reason=reason,
        noted=bool(outcome.notes),
        email=outcome.email,
    )


def show(
    result: PushSummary, *, as_json: bool, report: str | None = None, verbose: bool = False
) -> None:
    """Print a result: how many rows ended how, and for which reasons.

    Args:
        result: What to show.
        as_json: As one JSON document instead.
        report: The file that has all rows, if one was written.
        verbose: Whether single rows and costs are shown, too.
    """
    if as_json:
        print_json(result.as_dict())
    else:
        _print(result, None if result.unreported else report, verbose)
    if result.unreported:
        click.echo(f"Error: {clean(result.unreported)}", err=True)


def _print(result: PushSummary, report: str | None, verbose: bool) -> None:
    for note in result.notes:
        print_note(note)
    # Before a push people want to see what it would change; after it, what did not work out.
    calm = (OutcomeStatus.CREATED, OutcomeStatus.UNCHANGED) if result.dry_run else _QUIET
    if verbose:
        listed = [entry for entry in result.entries if entry.status not in calm or entry.noted]
        print_entries(listed)
    elif reasons := [one for one in result.reasons if one.status not in calm]:
        print_reasons(reasons, result)
    for change in result.changes:
        place = result.entries[change.row]
        where = f"row {change.row}" if place.line is None else f"line {place.line}"
        click.echo(clean(f"{where}: {change.field}: {change.old!r} → {change.new!r}"))
    for sample in result.samples:
        click.echo(clean(f"as stored: {', '.join(f'{k}={v!r}' for k, v in sample.items() if v)}"))
    click.echo(f"{result.list.name}: {sentence(result) if result.dry_run else result.summary}")
    if result.dry_run and verbose:
        click.echo(result.costs)
    if result.error is not None:
        print_note(
            f"the push ended early: {describe_error(result.error)}; push the same file again later"
        )
    troubled = result.counts["rejected"] + result.counts["failed"]
    if result.rejects is not None:
        print_note(f"{result.rejects} has {number_of(troubled, 'row')} to correct and push again")
    elif troubled and not result.dry_run:
        print_note("--rejects FILE writes the rejected rows to a file, to correct and push again")
    if not verbose and report is None and len(result.reasons) > 1:
        print_note("-v shows the rows one by one, --report FILE writes them all to a file")
    if result.again:
        click.echo(f"To do it: {result.again}")


_WOULD = {
    "created": "create {:,}",
    "updated": "change {:,}",
    "unchanged": "leave {:,} as they are",
    "skipped": "skip {:,}",
    "rejected": "reject {:,}",
    "failed": "fail on {:,}",
}


def sentence(result: PushSummary) -> str:
    """Return in a plain sentence what a push would do."""
    parts = [_WOULD[status].format(number) for status, number in result.counts.items() if number]
    what = ", ".join(parts) or "do nothing, for there are no rows"
    return f"Would {what}. Nothing was written."


def print_reasons(reasons: Sequence[ReasonCount], result: PushSummary) -> None:
    """Print each reason with the number of rows and the first of their lines."""
    lines = [[result.entries[row].line for row in one.first] for one in reasons]
    has_lines = all(line is not None for found in lines for line in found)
    rows = []
    for one, found in zip(reasons[:_SHOWN], lines, strict=False):
        places = [str(line) for line in found] if has_lines else [str(row) for row in one.first]
        more = " …" if one.rows > len(places) else ""
        status = "note" if one.status is None else one.status.value
        status = "added" if one.added_to_list else status
        rows.append((status, f"{one.rows:,}", one.reason, ", ".join(places) + more))
    kind = "lines" if has_lines else "rows from 0"
    if is_terminal(sys.stdout):
        _print_wrapped(rows, kind)
    else:
        print_table(("status", "rows", "reason", kind), rows)
    if len(reasons) > _SHOWN:
        print_note(
            f"{number_of(len(reasons) - _SHOWN, 'more reason')}: -v shows the rows one by one"
        )


def _print_wrapped(rows: Iterable[tuple[str, str, str, str]], kind: str) -> None:
    """Print reasons as wide as the terminal is; no word is cut."""
    width = shutil.get_terminal_size().columns
    for status, number, reason, places in rows:
        start = f"{status:<9} {number:>6}  "
        text = f"{clean(reason)} ({kind} {places})"
        click.echo(
            textwrap.fill(
                text,
                width,
                initial_indent=start,
                subsequent_indent=" " * len(start),
                break_long_words=False,
                break_on_hyphens=False,
            )
        )


def print_entries(entries: Iterable[ReportedRow]) -> None:
    """Print rows as a table: by line where there are lines, and their addresses masked."""
    shown = list(entries)
    place = "row" if any(one.line is None for one in shown) else "line"
    print_table(
        (place, "address", "status", "subscription", "reason"),
        [
            (getattr(one, place), masked(one.email), one.status, one.subscription, one.reason)
            for one in shown
        ],
    )
