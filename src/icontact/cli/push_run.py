"""Runs a push of a file, or a dry run, as the options of ``icontact push`` say."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import BinaryIO, Literal

import attrs

from icontact.cli.choose_mapping import choose, unread_consent
from icontact.cli.connection import connect, list_named, require_file, settings_from
from icontact.cli.exit_codes import CommandError
from icontact.cli.progress import ProgressDisplay
from icontact.cli.push_output import PushSummary
from icontact.cli.report_file import ReportFile, refuse_same_file, refuse_unwritable, unwritten
from icontact.errors import ConsentError
from icontact.mapping.consent import ConsentBlank
from icontact.push import ListPush, PushPlan, PushPolicy, PushReport, PushSettings
from icontact.push.policy import Existing, OptOut, PolicyOptions
from icontact.push.settings import switched_off_in
from icontact.sources import RowFile, read_rows

#: What `icontact init` writes.
_SETTINGS = "icontact.toml"


@attrs.frozen(kw_only=True)
class PushOptions:
    """The options of ``icontact push``."""

    file: str
    list: str | None = None
    settings: str | None = None
    map: tuple[str, ...] = ()
    preset: str | None = None
    only_mapped: bool = False
    dry_run: bool = False
    diff: bool = False
    verbose: bool = False
    quiet: bool = False
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
    existing: Existing | None = None
    duplicates: Literal["first", "last"] | None = None
    account_id: int | None = None
    client_folder_id: int | None = None
    as_json: bool = False


def run(options: PushOptions, display: ProgressDisplay | None = None) -> PushSummary:
    """Push a file, or find out what a push would do.

    Raises:
        CommandError: If a file cannot be read or written, or has two tasks, or no list is named.
        IContactError: If the set-up is wrong, or iContact could not be asked.
    """
    display = display or ProgressDisplay("", shown=False)
    settings = None if options.settings is None else settings_from(options.settings)
    target = None if settings is None else settings.list
    if options.list is not None:
        target = list_named(options.list)
    if target is None:
        here = f"; there is one here, {_SETTINGS}" if Path(_SETTINGS).is_file() else ""
        raise CommandError(
            f"say which list: --list LIST (icontact lists shows them), or --settings FILE{here}"
        )
    read = None if options.file == "-" else options.file
    if options.journal is not None:
        refuse_same_file("--journal", options.journal, read, options.settings)
    if options.rejects is not None:
        others = (read, options.settings, options.journal, options.report)
        refuse_same_file("--rejects", options.rejects, *others)
        refuse_unwritable("--rejects", options.rejects)
    with ExitStack() as stack:
        rows = stack.enter_context(_rows(options))
        try:
            chosen = choose(
                rows,
                settings,
                options.preset,
                options.map,
                {
                    "do_not_contact": options.do_not_contact,
                    "consent": options.consent,
                    "ignore": options.ignore_column,
                    "consent_blank": options.consent_blank,
                },
                only_mapped=options.only_mapped,
                verbose=options.verbose,
            )
        except ConsentError as error:
            raise CommandError(unread_consent(error, rows.name)) from None
        client = connect(
            options.account_id or getattr(settings, "account_id", None),
            options.client_folder_id or getattr(settings, "client_folder_id", None),
            display=display,
        )
        stack.enter_context(client)
        policy = _policy(options, settings)
        push = ListPush(client.folder(), target, mapper=chosen.mapper, **policy)
        report = None
        if options.report is not None:
            file = ReportFile(options.report, read, options.settings, options.journal)
            report = stack.enter_context(closing(file))
        done: PushPlan | PushReport
        if options.dry_run:
            done = push.plan(rows, on_lookup=display.on_lookup)
        else:
            done = push.run(
                rows,
                journal=options.journal,
                progress=display.on_push,
                on_lookup=display.on_lookup,
            )
        problems: list[str] = []
        summary = PushSummary(done=done, file=rows, list=push.list, mapping=chosen)
        if options.rejects is not None and isinstance(done, PushReport):
            try:
                done.rejects_to_csv(options.rejects)
                summary = attrs.evolve(summary, rejects=options.rejects)
            except OSError as error:
                problems.append(unwritten("the rejected rows", options.rejects, error))
        if report is not None and (problem := report.write(summary)) is not None:
            problems.append(problem)
    return attrs.evolve(summary, unwritten=problems)


def _policy(options: PushOptions, settings: PushSettings | None) -> PolicyOptions:
    rules = PushPolicy() if settings is None else settings
    rules = rules.stopped_too(switched_off_in(os.environ))
    if options.no_push:
        rules = rules.stopped_too("--no-push")
    policy = rules.options
    for name in ("existing", "batch_size", "workers", "opt_out", "duplicates"):
        if (value := getattr(options, name)) is not None:
            policy[name] = value
    return policy


def _rows(options: PushOptions) -> RowFile:
    source: str | BinaryIO = options.file
    name = options.file
    if options.file != "-":
        require_file(options.file)
    elif sys.stdin is None:
        raise CommandError("standard input is closed: give the name of a file instead of -")
    else:
        source, name = sys.stdin.buffer, "standard input"
    return read_rows(
        source,
        encoding=options.encoding,
        delimiter=options.delimiter,
        header_line=options.header_line,
        sheet=options.sheet,
        name=name,
    )
