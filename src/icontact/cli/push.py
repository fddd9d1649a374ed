"""``icontact push``: a file of contacts into a list."""

from __future__ import annotations

import os
import shlex
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, BinaryIO, Literal

import attrs
import click

from icontact.cli.choose_mapping import ConsentOptions, choose, in_consent_options
from icontact.cli.connection import connect, json_option, list_named, place_options, settings_from
from icontact.cli.exit_codes import CommandError, InterruptedCommand, interruptible
from icontact.cli.output import progress_bar
from icontact.cli.push_output import PushSummary, show, summarize
from icontact.cli.report_file import ReportFile, refuse_same_file
from icontact.errors import ConsentError
from icontact.mapping.consent import ConsentBlank
from icontact.paging import MOST_WORKERS
from icontact.push import ListPush, Progress, PushPlan, PushPolicy, PushReport, PushSettings
from icontact.push.batch_size import AUTO
from icontact.push.settings import LARGEST_ID, OptOut, PolicyOptions, switched_off_in
from icontact.sources import RowFile, read_rows

__all__ = ["PushOptions", "push", "run"]

#: What `icontact init` writes.
_SETTINGS = "icontact.toml"


@attrs.frozen(kw_only=True)
class PushOptions:
    """What to push, where to, and how: the options of ``icontact push``."""

    file: str
    list: str | None = None
    settings: str | None = None
    map: tuple[str, ...] = ()
    preset: str | None = None
    only_mapped: bool = False
    dry_run: bool = False
    diff: bool = False
    verbose: bool = False
    rejects: str | None = None
    journal: str | None = None
    batch_size: int | Literal["auto"] | None = None
    workers: int | Literal["auto"] | None = None
    report: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    do_not_contact: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    ignore_column: tuple[str, ...] = ()
    consent_blank: ConsentBlank | None = None
    opt_out: OptOut | None = None
    header_line: int | None = None
    sheet: str | None = None
    no_push: bool = False
    existing: Literal["keep", "merge", "replace"] | None = None
    duplicates: Literal["first", "last"] | None = None
    account_id: int | None = None
    client_folder_id: int | None = None
    as_json: bool = False

    @property
    def consent_options(self) -> ConsentOptions:
        """The options about who may be mailed."""
        return ConsentOptions(
            do_not_contact=self.do_not_contact,
            consent=self.consent,
            ignore=self.ignore_column,
            consent_blank=self.consent_blank,
        )


def _nobody(_: Progress) -> None:
    pass


def run(job: PushOptions, *, told: Callable[[Progress], None] = _nobody) -> PushSummary:
    """Push a file, or find out what a push would do.

    Args:
        job: What to do.
        told: What is told of every row that has its outcome.

    Raises:
        CommandError: If a file cannot be read or written, or has two tasks, or no list is named.
        IContactError: If the set-up is wrong, or iContact could not be asked.
    """
    settings = None if job.settings is None else settings_from(job.settings)
    target = list_named(job.list, settings)
    if target is None:
        here = f"; there is one here, {_SETTINGS}" if Path(_SETTINGS).is_file() else ""
        raise CommandError(
            f"say which list: --list LIST (icontact lists shows them), or --settings FILE{here}"
        )
    read = None if job.file == "-" else job.file
    if job.journal is not None:
        refuse_same_file("--journal", job.journal, read, job.settings)
    if job.rejects is not None:
        refuse_same_file("--rejects", job.rejects, read, job.settings, job.journal, job.report)
    with ExitStack() as stack:
        rows = stack.enter_context(_rows(job))
        try:
            chosen = choose(
                rows,
                settings,
                job.preset,
                job.map,
                job.consent_options,
                only_mapped=job.only_mapped,
                verbose=job.verbose,
            )
        except ConsentError as error:
            raise CommandError(in_consent_options(error, rows.name)) from None
        client = stack.enter_context(connect(*_places(job, settings)))
        push = ListPush(client.folder(), target, mapper=chosen.mapper, **_policy(job, settings))
        report = None
        if job.report is not None:
            file = ReportFile(job.report, read, job.settings, job.journal)
            report = stack.enter_context(closing(file))
        done = _done(push, rows, job, told)
        result = attrs.evolve(
            summarize(done, rows, push.list, chosen.notes, diff=job.diff),
            unused=chosen.unused,
            consent=chosen.mapper.consent.lines,
        )
        if job.rejects is not None and isinstance(done, PushReport):
            done.rejects_to_csv(job.rejects)
            result = attrs.evolve(result, rejects=job.rejects)
        if report is not None:
            result = attrs.evolve(result, unreported=report.write(result))
    return result


def _done(
    push: ListPush, rows: RowFile, job: PushOptions, told: Callable[[Progress], None]
) -> PushPlan | PushReport:
    if job.dry_run:
        return push.plan(rows)
    with progress_bar(not job.as_json, told) as progress:
        return push.run(rows, journal=job.journal, progress=progress)


def _places(job: PushOptions, settings: PushSettings | None) -> tuple[int | None, int | None]:
    """Return account and client folder: by the options, or else by the settings."""
    if settings is None:
        return job.account_id, job.client_folder_id
    return (
        job.account_id or settings.account_id,
        job.client_folder_id or settings.client_folder_id,
    )


def _policy(job: PushOptions, settings: PushSettings | None) -> PolicyOptions:
    rules = PushPolicy() if settings is None else settings
    rules = rules.stopped_too(switched_off_in(os.environ))
    if job.no_push:
        rules = rules.stopped_too("--no-push")
    policy = rules.options
    if job.existing is not None:
        policy["existing"] = job.existing
    if job.batch_size is not None:
        policy["batch_size"] = job.batch_size
    if job.workers is not None:
        policy["workers"] = job.workers
    if job.opt_out is not None:
        policy["opt_out"] = job.opt_out
    if job.duplicates is not None:
        policy["duplicates"] = job.duplicates
    return policy


def _rows(job: PushOptions) -> RowFile:
    source: str | BinaryIO = job.file
    name = job.file
    if job.file == "-":
        if sys.stdin is None:
            raise CommandError("standard input is closed: give the file's name in place of -")
        source, name = sys.stdin.buffer, "standard input"
    return read_rows(
        source,
        encoding=job.encoding,
        delimiter=job.delimiter,
        header_line=job.header_line,
        sheet=job.sheet,
        name=name,
    )


def _number_or_auto(most: int) -> Callable[[str], int | Literal["auto"]]:
    """Return the type of an option that is a whole number from 1 on, or the word auto."""
    numbers = click.IntRange(1, most)
    return lambda text: AUTO if text == AUTO else numbers.convert(text, None, None)


_HELP = """\
Push a file of contacts into a list.

FILE is CSV, JSON Lines (.jsonl, .ndjson; .json may hold a list) or, with the extra excel, a
workbook (.xlsx, .xls, .ods); - reads standard input.
Encoding and delimiter are recognised. Without --map, --preset or --settings the mapping is
guessed from the header, and said.

\b
icontact push people.csv --list Newsletter --dry-run
icontact push people.csv --list Newsletter --map email=Mail --map score=Points
icontact push export.csv --list 205303 --preset mautic --report outcomes.csv

Each row ends as created, updated, unchanged, skipped (a rule kept the push away: somebody
unsubscribed), rejected (mend the row) or failed (push it again). People who unsubscribed stay
unsubscribed. Pushing the same file twice writes nothing the second time.

With --journal every outcome is on disk before the next batch goes out. After a crash, Ctrl-C or
a daily limit the same command goes on where it stopped; what failed is tried again.

Exit codes: 0 all well; 1 some rows were rejected or failed; 2 the set-up is wrong (options,
file, list, mapping, credentials); 3 no answer from iContact; 130 stopped by Ctrl-C.
"""


@click.command(help=_HELP, short_help="Push a file of contacts into a list.")
@click.argument("file")
@click.option("--list", "list", metavar="LIST", help="The list: its exact name, or its id.")
@click.option(
    "--settings",
    metavar="FILE",
    help="A TOML file with list, mapping and rules (icontact.toml). Options win over it.",
)
@click.option(
    "--map",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Fill a field of iContact's, or a custom field, from a column. May be given several "
    "times. Changes single fields of the guessed mapping, of --preset or of --settings; with "
    "--only-mapped it is the whole mapping.",
)
@click.option(
    "--do-not-contact",
    multiple=True,
    metavar="COLUMN",
    help="A column whose yes means: do not mail this person. May be given several times.",
)
@click.option(
    "--consent",
    multiple=True,
    metavar="COLUMN",
    help="A column that must say yes, or the person is not mailed. May be given several times.",
)
@click.option(
    "--ignore-column",
    multiple=True,
    metavar="COLUMN",
    help="A column that seems to be about consent and is not. May be given several times.",
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
@click.option("--preset", metavar="NAME", help="A mapping with a name: mautic.")
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
    help="With --dry-run: show each change with the old and the new value, and the first rows as "
    "they would be stored. It shows people's data.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show single rows, all unused columns, costs.")
@click.option(
    "--rejects",
    metavar="FILE",
    help="Write the rejected and failed rows to this file, with the reason in a last column: "
    "correct them, and push the file. It holds people's data, so only you may read it.",
)
@click.option(
    "--journal",
    metavar="FILE",
    help="Keep every row and its outcome in this SQLite file, to go on after an interruption. It "
    "holds full addresses, so only you may read it.",
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
    help="How many requests are under way at a time: a number, or auto (the default), which "
    "begins with one.",
)
@click.option(
    "--report",
    metavar="FILE",
    help="Write every row's outcome to this CSV file. It holds full addresses, so only you may "
    "read it.",
)
@click.option("--encoding", metavar="NAME", help="The file's encoding, if it is not recognised.")
@click.option("--delimiter", metavar="MARK", help="What stands between cells: ; or tab or …")
@click.option(
    "--header-line",
    type=click.IntRange(1),
    metavar="N",
    help="The line of the header, if something above it is taken for it.",
)
@click.option(
    "--sheet",
    metavar="NAME",
    help="The sheet of a workbook, by its name or number; the first one that is not empty.",
)
@click.option(
    "--existing",
    type=click.Choice(["keep", "merge", "replace"]),
    help="What happens to contacts that are in iContact already: merge (the default) writes the "
    "fields that differ, keep none, replace wipes what a row does not give.",
)
@click.option(
    "--duplicates",
    type=click.Choice(["first", "last"]),
    help="Which of several rows with one address is pushed: the last (the default) or the first.",
)
@place_options
@json_option
@click.pass_context
def push(ctx: click.Context, /, **options: Any) -> None:
    """Push a file of contacts into a list."""
    job, last = PushOptions(**options), deque[Progress](maxlen=1)
    try:
        with interruptible():
            result = run(job, told=last.append)
    except KeyboardInterrupt:
        raise InterruptedCommand(_half_way(job, *last)) from None
    if job.dry_run:
        result = attrs.evolve(result, again=_command_again(sys.argv[1:]))
    show(result, as_json=job.as_json, report=job.report, verbose=job.verbose)
    ctx.exit(result.exit_code)


def _command_again(words: Sequence[str]) -> str:
    """Return the command of a dry run without what makes it one."""
    kept = [word for word in words if word not in ("--dry-run", "--diff")]
    return shlex.join(["icontact", *kept])


def _half_way(job: PushOptions, last: Progress | None = None) -> str:
    if job.dry_run:
        said = "stopped. Nothing was written: this was a dry run"
    else:
        # Before the writing begins nobody knows how many rows a journal has already.
        place = "" if job.journal else " before any row had its outcome"
        if last is not None:
            place = f": {last.done:,} of {last.total:,} rows have their outcome"
        again = (
            "push the same file again, which is safe: only what is missing is written"
            if job.journal is None
            else f"run the same command again, with --journal {shlex.quote(job.journal)}: it goes "
            "on where it stopped"
        )
        said = f"stopped{place}. What was written stays; {again}"
    return f"{said}. The report {job.report} was not written" if job.report else said
