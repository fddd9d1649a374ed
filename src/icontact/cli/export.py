"""``icontact export``: the contacts of a folder, with their subscriptions, into a file."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import attrs
import click

from icontact._wording import number_of
from icontact.cli.connection import connect, list_named
from icontact.cli.exit_codes import SOME_FAILED, CommandError, interruptible
from icontact.cli.options import (
    client_options,
    file_option,
    list_option,
    quiet_option,
    verbose_option,
)
from icontact.cli.output import (
    is_terminal,
    print_json,
    print_note,
    print_text,
    standard_output,
    work_done,
)
from icontact.cli.progress import ProgressDisplay
from icontact.export import ExportProgress, ExportReport, Format

_STATUSES = "total unlisted normal bounced donotcontact pending invitable".split()


def run(options: SimpleNamespace, display: ProgressDisplay) -> ExportReport:
    """Export contacts.

    Raises:
        CommandError: If the options do not go together.
        IContactError: If the set-up is wrong, or iContact could not be asked.
        OSError: If writing fails.
    """
    to_stdout = options.output == "-"
    if to_stdout and options.as_json:
        raise CommandError("--json needs --output FILE: standard output has the contacts already")
    if not (to_stdout or options.force) and Path(options.output).is_file():
        raise CommandError(f"{options.output} exists already; --force replaces it")
    form: Format | None = options.format or ("csv" if to_stdout else None)
    target: str | BinaryIO = sys.stdout.buffer if to_stdout else options.output
    fields = None if options.fields is None else [one.strip() for one in options.fields.split(",")]

    def on_page(progress: ExportProgress) -> None:
        display.count("exporting", progress.done, progress.total, "contacts")

    with (
        standard_output() if to_stdout else nullcontext(),
        connect(options.account_id, options.client_folder_id, display=display) as client,
    ):
        return client.folder().export(
            target,
            list=None if options.list is None else list_named(options.list),
            status=options.status,
            fields=fields,
            details=options.details,
            format=form,
            excel=options.excel,
            overwrite=options.force,
            progress=on_page,
        )


@click.command(short_help="Export contacts with their subscriptions.")
@list_option()
@click.option(
    "--status",
    type=click.Choice(_STATUSES),
    metavar="STATUS",
    default="total",
    help=f"Only contacts of this status ({', '.join(_STATUSES[2:])}), or those on no list "
    "(unlisted). With --list both must hold. The default is total: every contact.",
)
@file_option(
    "--output",
    default="-",
    help="The file: .csv, .jsonl or .ndjson, compressed if .gz follows. Only you may read it. "
    "Without it, or with -, standard output.",
)
@click.option(
    "--format",
    type=click.Choice(["csv", "jsonl"]),
    help="If the name's ending does not say it; for standard output the default is csv.",
)
@click.option(
    "--excel", is_flag=True, help="Begin the CSV with the mark by which Excel reads UTF-8."
)
@click.option(
    "--fields",
    metavar="NAMES",
    help="The columns, with commas between them: email,first_name,custom_fields,status,…",
)
@click.option(
    "--details",
    is_flag=True,
    help="Also what listings leave out, such as business. One more request for each contact.",
)
@click.option("--force", is_flag=True, help="Replace a file that exists already.")
@verbose_option("Show the columns and the number of requests.")
@quiet_option()
@client_options
@click.pass_context
def export(ctx: click.Context, /, **given: Any) -> None:
    r"""Export contacts with their subscriptions, as CSV or JSON Lines.

    \b
    icontact export --output people.csv
    icontact export --list Newsletter --output newsletter.jsonl.gz
    icontact export --status donotcontact --fields email,status > blocked.csv

    Without --list it exports every contact of the client folder, with all subscriptions of each.
    With --list it exports every contact that is or was on this list, with the one subscription: the
    column `subscription` also says who unsubscribed. An export can be pushed back with `icontact
    push`, and changes nothing.

    Exit codes: 0 all well; 1 contacts came or went during the export, so that some may be missing;
    2 the set-up is wrong (options, file, list, credentials); 3 no answer from iContact; 130 stopped
    by Ctrl-C. If it is not 0 or 1, no file was written.
    """
    options = SimpleNamespace(**given)
    to_stdout = options.output == "-"
    # A bar would run into the rows on the same screen.
    hidden = options.as_json or options.quiet or (to_stdout and is_terminal(sys.stdout))
    display = ProgressDisplay("reading subscriptions", shown=not hidden)
    left = "standard output has only a part" if to_stdout else "no file was written"
    with interruptible(lambda _: f"stopped: {left}"), display:
        report = run(options, display)
    written = f"{options.output} was written: {number_of(report.contacts, 'contact')}"
    with nullcontext() if to_stdout else work_done(written):
        _show(report, options)
    ctx.exit(0 if report.complete else SOME_FAILED)


def _show(report: ExportReport, options: SimpleNamespace) -> None:
    if options.as_json:
        document = {"output": options.output, **attrs.asdict(report)}
        print_json({**document, "elapsed": round(report.elapsed, 3)})
        return
    for note in report.notes:
        text = note.replace("details=True (--details)", "--details")
        print_note(text, always=not report.complete)
    say = print_note if options.output == "-" else print_text
    place = "" if options.output == "-" else f"{options.output}: "
    say(f"{place}{number_of(report.contacts, 'contact')}")
    if options.verbose:
        say(f"columns: {', '.join(report.columns)}")
        say(f"{number_of(report.requests, 'request')} in {report.elapsed:.1f} s")
