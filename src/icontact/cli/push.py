"""``icontact push``: a file of contacts into a list."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from typing import Any, Literal

import click

from icontact.cli.exit_codes import SOME_FAILED, CommandError, interruptible, reader_went_away
from icontact.cli.options import (
    FILE,
    client_options,
    column_option,
    existing_option,
    file_option,
    list_option,
    map_option,
    preset_option,
    quiet_option,
    verbose_option,
)
from icontact.cli.output import clean, print_json, print_note
from icontact.cli.progress import ProgressDisplay
from icontact.cli.push_output import PushSummary, show_push
from icontact.cli.push_run import PushOptions, run
from icontact.cli.report_file import unwritten
from icontact.paging import MOST_WORKERS
from icontact.push.batch_size import AUTO
from icontact.push.policy import LARGEST_ID


def _number_or_auto(most: int) -> Callable[[str], int | Literal["auto"]]:
    """Return the type of an option that is a whole number from 1 on, or the word auto."""
    numbers = click.IntRange(1, most)

    def convert(text: str) -> int | Literal["auto"]:
        try:
            return AUTO if text == AUTO else numbers(text)
        except click.BadParameter:
            said = f"{text!r} is neither auto nor a number from 1 to {most:,}"
            raise click.BadParameter(said) from None

    return convert


@click.command(short_help="Push a file of contacts into a list.")
@click.argument("file", type=FILE)
@list_option()
@file_option(
    "--settings",
    help="A TOML file with list, mapping and rules (icontact.toml). Options override it.",
)
@map_option(
    "Fill a field of iContact's, or a custom field, from a column. May be repeated. Changes "
    "single fields of the guessed mapping, of --preset or of --settings; with --only-mapped it is "
    "the whole mapping."
)
@column_option(
    "--do-not-contact", "A column whose yes means: do not mail this person. May be repeated."
)
@column_option(
    "--consent", "A column that must say yes, or the person is not mailed. May be repeated."
)
@column_option(
    "--ignore-column", "A column that seems to be about consent and is not. May be repeated."
)
@click.option(
    "--consent-blank",
    type=click.Choice(["skip", "push"]),
    help="What a blank means in a column that must say yes: skip the person (the default) or push.",
)
@click.option(
    "--opt-out",
    type=click.Choice(["skip", "unsubscribe"]),
    help="People who opted out in the file and are on the list: leave them there and count them "
    "(skip, the default), or unsubscribe them, for good.",
)
@preset_option()
@click.option("--only-mapped", is_flag=True, help="Push only what --map names; guess nothing.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and write nothing.")
@click.option(
    "--no-push",
    is_flag=True,
    help="Push nothing: each row ends as skipped. The same as ICONTACT_PUSH_CONTACTS=false in the "
    "environment, and push_contacts = false in the settings.",
)
@click.option(
    "--diff",
    is_flag=True,
    help="With --dry-run: show each change with the old and the new value, and the first rows "
    "without masking. It shows people's data.",
)
@verbose_option("Show single rows, all unused columns, and the number of requests.")
@quiet_option("Print one sentence, and no notes.")
@file_option(
    "--rejects",
    help="Write the rejected and failed rows to this file, with the reason in a last column: "
    "correct them, and push the file. It holds people's data, so only you may read it.",
)
@file_option(
    "--journal",
    help="Keep every row and its outcome in this SQLite file, to continue after an interruption. "
    "It holds full addresses, so only you may read it.",
)
@click.option(
    "--batch-size",
    type=_number_or_auto(LARGEST_ID),
    metavar="N",
    help="How many rows a request writes: a number, or auto (the default), which finds out how "
    "many iContact takes.",
)
@click.option(
    "--workers",
    type=_number_or_auto(MOST_WORKERS),
    metavar="N",
    help="How many requests are sent at a time: a number, or auto (the default), which begins "
    "with one.",
)
@file_option(
    "--report",
    help="Write every row's outcome to this CSV file. It holds full addresses, so only you may "
    "read it.",
)
@click.option("--encoding", metavar="NAME", help="The file's encoding, if it is not recognized.")
@click.option("--delimiter", metavar="MARK", help="The mark between cells, such as ; or tab.")
@click.option(
    "--header-line",
    type=click.IntRange(1),
    metavar="N",
    help="The line of the header, if a line above it is taken for the header.",
)
@click.option(
    "--sheet",
    metavar="NAME",
    help="The sheet of a workbook, by its name or number; by default the first with rows.",
)
@existing_option
@click.option(
    "--duplicates",
    type=click.Choice(["first", "last"]),
    help="Which of several rows with one address is pushed: the last (the default) or the first.",
)
@client_options
@click.pass_context
def push(ctx: click.Context, /, **given: Any) -> None:
    r"""Push a file of contacts into a list.

    FILE is CSV, JSON Lines (.jsonl, .ndjson; .json may hold a list) or, with the extra excel, a
    workbook (.xlsx, .xls, .ods); - reads standard input. Encoding and delimiter are recognized.
    Without --map, --preset or --settings the mapping is guessed from the header and printed.

    \b
    icontact push people.csv --list Newsletter --dry-run
    icontact push people.csv --list Newsletter --map email=Mail --map score=Points
    icontact push export.csv --list 205303 --preset mautic --report outcomes.csv

    Each row ends as created, updated, unchanged, skipped (a rule forbids the push, as for people
    who unsubscribed), rejected (correct the row) or failed (push it again). People who unsubscribed
    stay unsubscribed. Pushing the same file twice writes nothing the second time.

    With --journal every outcome is on disk before the next batch is sent. After a crash, Ctrl-C or
    a daily limit the same command continues where it stopped, and tries what failed again.

    Exit codes: 0 all well; 1 some rows were rejected or failed; 2 the set-up is wrong (options,
    file, list, mapping, credentials); 3 no answer from iContact; 130 stopped by Ctrl-C.
    """
    options = PushOptions(**given)
    if options.diff and not options.dry_run:
        raise click.UsageError("--diff needs --dry-run: it shows what a push would change")
    if options.dry_run and (unused := [*filter(None, (options.journal, options.rejects))]):
        print_note(f"a dry run does not write {', '.join(unused)}")
    display = ProgressDisplay("reading", shown=not (options.as_json or options.quiet))
    with interruptible(lambda _: _interrupted(options, display)), display:
        summary = run(options, display)
    try:
        _show(summary, options)
    except OSError as error:
        if options.dry_run or reader_went_away(error):
            raise
        message = unwritten("the result", "standard output", error)
        raise CommandError(message, summary.exit_code or SOME_FAILED) from None
    for problem in summary.unwritten:
        click.echo(f"Error: {clean(problem)}", err=True)
    ctx.exit(summary.exit_code)


def _show(summary: PushSummary, options: PushOptions) -> None:
    words = [word for word in sys.argv[1:] if word not in ("--dry-run", "--diff")]
    again = shlex.join(["icontact", *words])
    if options.as_json:
        print_json(summary.as_dict())
    else:
        show_push(
            summary,
            verbose=options.verbose,
            quiet=options.quiet,
            diff=options.diff,
            report=None if summary.unwritten else options.report,
            again=again if options.dry_run else None,
        )


def _interrupted(options: PushOptions, display: ProgressDisplay) -> str:
    if options.dry_run:
        message = "stopped. Nothing was written: this was a dry run"
    else:
        # Before the first batch it is not known how many rows a journal has already.
        place = "" if options.journal else " before any row had its outcome"
        if (last := display.last) is not None:
            place = f": {last.done:,} of {last.total:,} rows have their outcome"
        again = "push the same file again, which is safe: only what is missing is written"
        if options.journal is not None:
            journal = shlex.quote(options.journal)
            again = f"run the same command again, with --journal {journal}: it continues"
        message = f"stopped{place}. What was written stays; {again}"
    if options.report:
        return f"{message}. The report {options.report} was not written"
    return message
