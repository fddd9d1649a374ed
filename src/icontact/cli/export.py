"""``icontact export``: the contacts of a folder, with their subscriptions, into a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import attrs
import click

from icontact.cli.connection import connect, json_option, list_named, place_options
from icontact.cli.exit_codes import SOME_FAILED, CommandError, InterruptedCommand, interruptible
from icontact.cli.output import clean, is_terminal, print_json, print_note
from icontact.export import ExportProgress, ExportReport, Format

__all__ = ["ExportOptions", "export", "run"]

_STATUSES = "total unlisted normal bounced donotcontact pending invitable".split()


@attrs.frozen(kw_only=True)
class ExportOptions:
    """Whom to export, and where to: the options of ``icontact export``."""

    list: str | None = None
    status: str = "total"
    output: str = "-"
    format: Format | None = None
    fields: str | None = None
    details: bool = False
    force: bool = False
    account_id: int | None = None
    client_folder_id: int | None = None
    as_json: bool = False


def run(job: ExportOptions) -> ExportReport:
    """Export contacts.

    Raises:
        CommandError: If the options do not go together.
        IContactError: If the set-up is wrong, or iContact could not be asked.
        OSError: If writing fails.
    """
    to_stdout = job.output == "-"
    if to_stdout and job.as_json:
        raise CommandError("--json needs --output FILE: standard output has the contacts already")
    if not (to_stdout or job.force) and Path(job.output).is_file():
        raise CommandError(f"{job.output} is there already; --force replaces it")
    fields = None if job.fields is None else [one.strip() for one in job.fields.split(",")]
    target: str | BinaryIO = sys.stdout.buffer if to_stdout else job.output
    with (
        connect(job.account_id, job.client_folder_id) as client,
        _bar(job) as progress,
    ):
        return client.folder().export(
            target,
            list=list_named(job.list, None),
            status=job.status,
            fields=fields,
            details=job.details,
            format=job.format or ("csv" if to_stdout else None),
            overwrite=job.force,
            progress=progress,
        )


@contextmanager
def _bar(job: ExportOptions) -> Iterator[Callable[[ExportProgress], None] | None]:
    """Give an export something to tell its progress to, if a terminal is to show it."""
    in_the_way = job.output == "-" and is_terminal(sys.stdout)
    if job.as_json or in_the_way or not is_terminal(sys.stderr):
        yield None
        return
    from tqdm import tqdm

    with tqdm(unit=" contacts", file=sys.stderr, leave=False) as bar:

        def advance(progress: ExportProgress) -> None:
            bar.total, bar.n = progress.total, progress.done
            bar.refresh()  # once a page

        yield advance


_HELP = """\
Export contacts with their subscriptions, as CSV or JSON Lines.

\b
icontact export --output people.csv
icontact export --list Newsletter --output newsletter.jsonl.gz
icontact export --status donotcontact --fields email,status > blocked.csv

Without --list: everybody in the client folder, with all subscriptions of each. With --list:
everybody who is or was on that list, with the one subscription; who unsubscribed is among them,
and the column `subscription` says so. What was exported can be pushed back with `icontact push`,
and changes nothing.

Exit codes: 0 all well; 1 contacts came or went all the time, so that some may be missing; 2 the
set-up is wrong (options, file, list, credentials); 3 no answer from iContact; 130 stopped by
Ctrl-C. If it is not 0 or 1, no file was written.
"""


@click.command(help=_HELP, short_help="Export contacts with their subscriptions.")
@click.option("--list", "list", metavar="LIST", help="The list: its exact name, or its id.")
@click.option(
    "--status",
    type=click.Choice(_STATUSES),
    default="total",
    help="Only contacts of this status, or those on no list (unlisted). With --list both must "
    "hold. total, the default, is everybody.",
)
@click.option(
    "--output",
    metavar="FILE",
    default="-",
    help="Where to: .csv, .jsonl or .ndjson, with .gz behind it gzipped. Only you may read it. "
    "Without it, or with -, to standard output.",
)
@click.option(
    "--format",
    type=click.Choice(["csv", "jsonl"]),
    help="If the name's ending does not say it; for standard output csv unless told.",
)
@click.option(
    "--fields",
    metavar="NAMES",
    help="The columns, with commas between them: email,first_name,custom_fields,status,…",
)
@click.option(
    "--details",
    is_flag=True,
    help="Also what listings leave out, such as business. One request more for each contact.",
)
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@place_options
@json_option
@click.pass_context
def export(ctx: click.Context, /, **options: Any) -> None:
    """Export contacts with their subscriptions."""
    job = ExportOptions(**options)
    try:
        with interruptible():
            report = run(job)
    except KeyboardInterrupt:
        to_stdout = job.output == "-"
        partly = "what is on standard output is not whole" if to_stdout else "no file was written"
        raise InterruptedCommand(f"stopped: {partly}") from None
    _show(report, job)
    ctx.exit(0 if report.complete else SOME_FAILED)


def _show(report: ExportReport, job: ExportOptions) -> None:
    if job.as_json:
        print_json(
            {"output": job.output, **attrs.asdict(report), "elapsed": round(report.elapsed, 3)}
        )
        return
    for note in report.notes:
        print_note(note)
    told = str(attrs.evolve(report, notes=()))
    if job.output == "-":
        print_note(told)
    else:
        click.echo(f"{clean(job.output)}: {told}")
