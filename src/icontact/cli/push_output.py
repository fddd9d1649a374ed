"""Prints a plan or a report: one sentence, the reasons, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from icontact._wording import number_of
from icontact.cli.exit_codes import describe_error
from icontact.cli.output import clean, masked, print_note, print_table, print_text
from icontact.cli.push_summary import PushSummary, ReportedRow
from icontact.push import OutcomeStatus, PushPlan, PushReport, ReasonCount
from icontact.push.glance import kinds_of_rows, samples, was_done, would_do
from icontact.sources import RowFile

__all__ = ["print_reasons", "print_rows", "sentence", "show_push"]

_CALM = (OutcomeStatus.CREATED, OutcomeStatus.UPDATED, OutcomeStatus.UNCHANGED)

#: A screen shows this many reasons.
_REASONS = 8

_OPTED_OUT = "people opted out in the file and are"

#: Fields that identify a person: without --diff they are masked.
_PERSONAL = ("first_name", "last_name", "street", "street2", "phone", "fax", "business")


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
    calm = (OutcomeStatus.CREATED, OutcomeStatus.UNCHANGED) if summary.dry_run else _CALM
    if verbose:
        print_rows(row for row in summary.rows() if row.status not in calm or row.noted)
    elif open_reasons := [one for one in reasons if one.status not in calm]:
        print_reasons(open_reasons, summary.file)
    if isinstance(done, PushPlan):
        _print_values(done, summary.file, diff=diff)
    for note in done.notes if isinstance(done, PushReport) else ():
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
    if isinstance(done, PushPlan):
        about, most = done.requests_to_write, done.requests_at_most
        limit = f", {most:,} at most" if most > about else ""
        writing = f"about {about:,} more to write{limit}" if about else "nothing to write"
        return f"planned with {requests}; {writing}"
    size = f", up to {number_of(done.batch_size, 'row')} in a request" if done.batch_size else ""
    return f"{requests} in {done.elapsed:.1f} s{size}"


def _print_advice(summary: PushSummary, again: str | None, *, has_rows: bool) -> None:
    troubled = summary.counts["rejected"] + summary.counts["failed"]
    if summary.rejects is not None:
        rows = number_of(troubled, "row")
        print_note(f"{summary.rejects} has {rows} to correct and push again")
    elif troubled and not summary.dry_run:
        print_note("--rejects FILE writes the rejected rows to a file, to correct and push again")
    elif not has_rows:
        print_note("-v shows the rows one by one, --report FILE writes them all to a file")
    if again and not (isinstance(summary.done, PushPlan) and summary.done.writes == 0):
        # The command stays one line, so that it can be copied.
        click.echo(f"To do it: {clean(again)}")
