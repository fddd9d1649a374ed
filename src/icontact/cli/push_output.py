"""A plan or a report of a file: its rows by line, and what the screen and programs get of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import attrs

from icontact._wording import number_of
from icontact.cli.choose_mapping import ChosenMapping
from icontact.cli.exit_codes import NO_ANSWER, SOME_FAILED, describe_error, exit_code_for
from icontact.cli.output import clean, echo, masked, print_note, print_table, print_text
from icontact.models import ContactList
from icontact.push import (
    OutcomeStatus,
    PushOutcome,
    PushPlan,
    PushReport,
    ReasonCount,
)
from icontact.push.glance import kinds_of_rows, samples, was_done, would_do
from icontact.push.reasons import QUIET, Reason, ReasonCode, describe
from icontact.sources import RowFile

#: Reasons that are shown even of rows that ended well.
_SHOWN = {ReasonCode.CUT_OFF.value, ReasonCode.THERE_BEFORE.value}

_OF_AN_OUTCOME = tuple(field.name for field in fields(PushOutcome))
_FOR_PROGRAMS = ("row", "line", "status", "subscription", "contact_id", "reason", "codes")

#: A screen shows this many reasons.
_REASONS = 8

_OPTED_OUT = "people opted out in the file and are"

#: Fields that identify a person: without --diff they are masked.
_PERSONAL = ("first_name", "last_name", "street", "street2", "phone", "fax", "business")


@dataclass(frozen=True, kw_only=True)
class ReportedRow(PushOutcome):
    """The outcome of a row of the file, and its line there, from 1."""

    line: int | None

    @property
    def is_noted(self) -> bool:
        """Whether it is shown even if the row ended well."""
        return bool(self.notes) or not _SHOWN.isdisjoint(self.codes)

    def as_dict(self) -> dict[str, Any]:
        """Return what programs get of it, without the address."""
        return {name: getattr(self, name) for name in _FOR_PROGRAMS}


@attrs.frozen(kw_only=True)
class PushSummary:
    """A push of a file, or what a push would do (``done`` is the report, or the plan).

    ``rejects`` is the file of rejected and failed rows, if one was written; ``unwritten`` says
    which files could not be written, and why.
    """

    done: PushPlan | PushReport
    file: RowFile
    list: ContactList
    mapping: ChosenMapping
    rejects: str | None = None
    unwritten: Sequence[str] = ()

    @property
    def dry_run(self) -> bool:
        """Whether nothing was written on purpose."""
        return isinstance(self.done, PushPlan)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows ended in each status."""
        return {status.value: self.done.counts.get(status, 0) for status in OutcomeStatus}

    @property
    def notes(self) -> Sequence[str]:
        """What was guessed and what the file has that is odd."""
        return (*self.mapping.notes, *self.file.notes)

    @property
    def exit_code(self) -> int:
        """3 if iContact did not answer, 1 if a row or a file failed, or else 0."""
        error = getattr(self.done, "error", None)
        if error is not None and exit_code_for(error) == NO_ANSWER:
            return NO_ANSWER
        counts = self.counts
        return SOME_FAILED if self.unwritten or counts["rejected"] or counts["failed"] else 0

    def rows(self) -> Iterator[ReportedRow]:
        """Yield every row with its line in the file."""
        done = self.done
        outcomes: Sequence[PushOutcome]
        outcomes = done.rows if isinstance(done, PushPlan) else done.outcomes
        for one in outcomes:
            reason = one.reason
            if one.codes == (ReasonCode.DUPLICATE,) and one.duplicate_of is not None:
                # A line is easier to find in a file than a row's number.
                first = self.file.line_of(one.duplicate_of)
                if first is not None:
                    reason = describe(Reason.of(ReasonCode.DUPLICATE), one.notes, first, "line")
            line = self.file.line_of(one.row)
            values = {name: getattr(one, name) for name in _OF_AN_OUTCOME}
            yield ReportedRow(**{**values, "reason": reason, "line": line})

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for programs, without addresses; the outcomes are an iterator."""
        error = getattr(self.done, "error", None)
        return {
            "file": self.file.name,
            "list": {"list_id": self.list.list_id, "name": self.list.name},
            "dry_run": self.dry_run,
            "counts": self.counts,
            "added_to_list": self.done.added_to_list,
            "outcomes": (row.as_dict() for row in self.rows()),
            "requests": self.done.requests,
            "elapsed": round(self.done.elapsed, 3),
            "error": None if error is None else str(error),
            "notes": [*self.notes, *self.done.notes],
            "by_reason": [asdict(one) for one in self.done.by_reason()],
            "consent": list(self.mapping.mapper.consent.lines),
            "unused_columns": list(self.mapping.unused),
            "rejects": self.rejects,
        }


def show_push(
    summary: PushSummary,
    *,
    verbose: bool = False,
    quiet: bool = False,
    diff: bool = False,
    report: str | None = None,
    again: str | None = None,
) -> None:
    """Print a plan or a report: a sentence, the reasons, and what to do next.

    Args:
        summary: The push.
        verbose: Whether every row that needs attention is shown, and the costs.
        quiet: Whether only the sentence is shown.
        diff: Whether old and new values are shown.
        report: The file that has all rows, if one was written.
        again: The command that does what a dry run showed.
    """
    done, reasons = summary.done, summary.done.by_reason()
    for note in summary.notes:
        print_note(note)
    print_text(f"{summary.list.name}: {sentence(summary)}", indent="  ")
    if isinstance(done, PushReport) and done.error is not None:
        problem = describe_error(done.error)
        print_note(f"the push ended early: {problem}; push the same file again later", always=True)
    if isinstance(done, PushReport) and done.opted_out_on_list:
        number = done.opted_out_on_list
        people = "person opted out in the file and is" if number == 1 else _OPTED_OUT
        advice = "--opt-out unsubscribe unsubscribes them"
        print_note(f"{number:,} {people} still on the list; {advice}", always=True)
    if quiet:
        return
    # Before a push the changes matter; after it, what did not work out.
    calm = (OutcomeStatus.CREATED, OutcomeStatus.UNCHANGED) if summary.dry_run else QUIET
    if verbose:
        print_rows(row for row in summary.rows() if row.status not in calm or row.is_noted)
    elif shown := [
        one for one in reasons if one.status not in calm or not _SHOWN.isdisjoint(one.codes)
    ]:
        print_reasons(shown, summary.file)
    if isinstance(done, PushPlan):
        _print_values(done, summary.file, diff=diff)
    for note in done.notes:
        print_text(note)
    if verbose:
        print_text(_costs(done))
    _print_advice(summary, again, has_rows=verbose or report is not None)


def sentence(summary: PushSummary) -> str:
    """Return in a sentence what a push did or would do, and what is left to do."""
    counts = summary.counts
    kinds = kinds_of_rows(counts, summary.done.added_to_list)
    if summary.dry_run:
        return f"{would_do(kinds)}. Nothing was written."
    text = f"{was_done(kinds)}."
    if counts["failed"]:
        return f"{text} Push the same file again for those that failed."
    if counts["rejected"]:
        verb = "needs" if counts["rejected"] == 1 else "need"
        return f"{text} {number_of(counts['rejected'], 'row')} {verb} a correction."
    if getattr(summary.done, "opted_out_on_list", 0):
        return text
    return f"{text} Nothing is left to do."


def print_reasons(reasons: Sequence[ReasonCount], file: RowFile) -> None:
    """Print each reason with the number of its rows and the first of them."""
    for one in reasons[:_REASONS]:
        status = (
            "note" if one.status is None else "added" if one.added_to_list else one.status.value
        )
        lines = [file.line_of(row) for row in one.first]
        has_lines = all(line is not None for line in lines)
        places = ", ".join(map(str, lines if has_lines else one.first))
        kind = ("line" if has_lines else "row") + ("s" if one.rows > 1 else "")
        more = ", …" if one.rows > len(one.first) else ""
        start = f"  {status:<8} {one.rows:>6,}  "
        reason = f"{one.reason} ({kind} {places}{more})"
        print_text(reason, start=start, indent=" " * len(start))
    if len(reasons) > _REASONS:
        more_reasons = number_of(len(reasons) - _REASONS, "more reason")
        print_note(f"{more_reasons}: -v shows the rows one by one")


def print_rows(rows: Iterable[ReportedRow]) -> None:
    """Print rows as a table: by line where there are lines, and with masked addresses."""
    shown = list(rows)
    place = "row" if any(one.line is None for one in shown) else "line"
    if shown:
        print_table(
            (place, "address", "status", "reason"),
            [(getattr(one, place), masked(one.email), one.status, one.reason) for one in shown],
        )


def _print_values(plan: PushPlan, file: RowFile, *, diff: bool) -> None:
    """Print the changes, if these are wanted, and the first rows as they would be stored."""
    for change in plan.changes() if diff else ():
        line = file.line_of(change.row)
        where = f"row {change.row}" if line is None else f"line {line}"
        print_text(f"{where}: {change.field}: {change.old!r} → {change.new!r}", indent="  ")
    for row in samples(plan.rows) if plan.writes else ():
        texts = {name: str(value) for name, value in row.items() if value}
        if not diff:
            texts |= {name: f"{texts[name][0]}•••" for name in _PERSONAL if name in texts}
            texts["email"] = masked(row["email"])
        stored = ", ".join(f"{name}={text!r}" for name, text in texts.items())
        print_text(f"as stored: {stored}", indent="    ")


def _costs(done: PushPlan | PushReport) -> str:
    requests = number_of(done.requests, "request")
    if isinstance(done, PushReport):
        rows = (
            f", up to {number_of(done.batch_size, 'row')} in a request" if done.batch_size else ""
        )
        return f"{requests} in {done.elapsed:.1f} s{rows}"
    about, most = done.requests_to_write, done.requests_at_most
    limit = f", {most:,} at most" if most > about else ""
    writing = f"about {about:,} more to write{limit}" if about else "nothing to write"
    return f"planned with {requests}; {writing}"


def _print_advice(summary: PushSummary, again: str | None, *, has_rows: bool) -> None:
    troubled = summary.counts["rejected"] + summary.counts["failed"]
    if summary.rejects is not None:
        rows = number_of(troubled, "row") if troubled else "no row"
        print_note(f"{summary.rejects} has {rows} to correct and push again")
    elif summary.counts["rejected"] and not summary.dry_run and not summary.unwritten:
        print_note("--rejects FILE writes the rejected rows to a file, to correct and push again")
    elif not has_rows:
        print_note("-v shows the rows one by one, --report FILE writes them all to a file")
    if again and not (isinstance(summary.done, PushPlan) and summary.done.writes == 0):
        # The command stays one line, so that it can be copied.
        echo(f"To do it: {clean(again)}")
