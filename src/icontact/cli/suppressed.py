"""``icontact suppressed``: who may not be mailed, carried over to Mautic or to a CSV file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import click

from icontact.cli.connection import connect, list_named
from icontact.cli.exit_codes import NO_ANSWER, SOME_FAILED, USAGE, CommandError, interruptible
from icontact.cli.options import client_options, file_option, list_option
from icontact.cli.output import echo, masked, print_json, print_note, print_records, print_result
from icontact.cli.report_file import refuse_unwritable
from icontact.client import Folder
from icontact.errors import ConfigError, TransportError
from icontact.integrations import sync
from icontact.integrations.mautic import Mautic, MauticError
from icontact.resources.lists import find_list


@click.command(short_help="Show who may not be mailed; carry it over to Mautic.")
@click.option("--since", metavar="DATE", help="Only what happened since then, such as 2026-01-31.")
@list_option(
    "lists",
    multiple=True,
    help="Only unsubscriptions from this list, by name or id; may be repeated.",
)
@click.option(
    "--to-mautic", metavar="URL", help="Set do-not-contact in the Mautic at this address."
)
@file_option("--to-csv", help="Add rows to a CSV file, for tools that import one.")
@file_option(
    "--state",
    default="suppressed.sqlite",
    show_default=True,
    help="The file that remembers who was marked; one for each target.",
)
@click.option("--dry-run", is_flag=True, help="Show who would be marked and why; mark no one.")
@client_options
@click.pass_context
def suppressed(ctx: click.Context, /, **given: Any) -> None:
    r"""Show who may not be mailed, or carry it over to Mautic or to a CSV file.

    \b
    icontact suppressed --since 2026-01-31
    icontact suppressed --to-mautic https://mautic.example.com --dry-run
    icontact suppressed --to-mautic https://mautic.example.com
    icontact suppressed --to-csv suppressions.csv --state csv.sqlite

    Carried over are unsubscribes, bounces, do-not-contact (complaints among them) and, from the
    second run on, deletions. Each person is marked once; --state names the file that remembers it,
    and after an interruption the same command goes on. Nothing ever lifts a do-not-contact.

    For Mautic, set MAUTIC_USERNAME and MAUTIC_PASSWORD, or MAUTIC_TOKEN.

    Exit codes: 0 all well; 1 some people could not be marked: run it again; 2 the set-up is wrong
    (options, lists, credentials); 3 no answer from iContact or Mautic; 130 stopped by Ctrl-C.
    """
    options = SimpleNamespace(**given)
    for name in ("to_mautic", "to_csv"):
        if given[name] == "":
            raise click.UsageError(f"--{name.replace('_', '-')} is empty: name the target")
    if options.to_mautic and options.to_csv:
        raise click.UsageError("choose one of --to-mautic and --to-csv")
    if options.dry_run and not (options.to_mautic or options.to_csv):
        raise click.UsageError("--dry-run needs --to-mautic or --to-csv")
    options.lists = [list_named(name) for name in options.lists]
    if options.to_csv and not Path(options.to_csv).exists():
        refuse_unwritable("--to-csv", options.to_csv)
    failed = 0
    with (
        interruptible(lambda _: "stopped; the same command goes on from here"),
        connect(options.account_id, options.client_folder_id) as client,
    ):
        if options.to_mautic:
            with _mautic(options.to_mautic) as crm:
                failed = _carry_over(client.folder(), _ReportedMautic(crm), options)
        elif options.to_csv:
            failed = _carry_over(client.folder(), sync.SuppressionCsv(options.to_csv), options)
        else:
            _show_suppressed(client.folder(), options)
    ctx.exit(SOME_FAILED if failed else 0)


@contextmanager
def _since_refused() -> Iterator[None]:
    """Report a date that cannot be read."""
    try:
        yield
    except ConfigError:
        raise  # about the state or the target
    except ValueError as error:
        raise CommandError(f"--{error}") from None


def _show_suppressed(folder: Folder, options: SimpleNamespace) -> None:
    list_ids = {find_list(folder.lists, one).list_id for one in options.lists}
    with _since_refused():
        found = folder.suppressed(since=options.since)
    people = (
        one.to_dict()
        for one in found
        if not list_ids or one.list_id is None or one.list_id in list_ids
    )
    _show(people, as_json=options.as_json)


def _carry_over(folder: Folder, to: sync.SuppressionTarget, options: SimpleNamespace) -> int:
    """Mark people, and return how many could not be marked."""
    with _since_refused():
        plan = sync.suppressed(
            folder, to=to, state=options.state, lists=options.lists or None, since=options.since
        )
    with closing(plan):
        if options.dry_run:
            people = ({"contact_id": mark.contact_id} | attrs.asdict(mark) for mark in plan)
            _show(people, as_json=options.as_json, **plan.counts)
            return 0
        report = plan.apply()
    document = {**attrs.asdict(report), "elapsed": round(report.elapsed, 3)}
    print_result(document, str(report), as_json=options.as_json)
    return report.failed + report.left


def _show(people: Iterator[dict[str, Any]], *, as_json: bool, **counts: int) -> None:
    if as_json:
        print_json({**counts, "people": people})
        return
    rows = [{**person, "email": masked(person["email"])} for person in people]
    print_records(rows)
    if counts:
        echo(", ".join(f"{number:,} {state}" for state, number in counts.items()))
    elif not rows:
        print_note("no suppressed contacts")


def _mautic(url: str) -> Mautic:
    username, password, token = (
        os.environ.get(f"MAUTIC_{name}") or None for name in ("USERNAME", "PASSWORD", "TOKEN")
    )
    if token is None and (username is None or password is None):
        raise CommandError("set MAUTIC_USERNAME and MAUTIC_PASSWORD, or MAUTIC_TOKEN")
    return Mautic(url, username=username, password=password, token=token)


class _ReportedMautic:
    """Mautic, whose failures say that they are Mautic's and not iContact's."""

    def __init__(self, crm: Mautic) -> None:
        self._crm = crm
        self.url: str = crm.url

    def find(self, emails: Sequence[str]) -> Iterator[sync.TargetContact]:
        try:
            yield from self._crm.find(emails)
        except TransportError as error:
            message = f"Mautic does not answer: try again later ({error})"
            raise CommandError(message, NO_ANSWER) from None
        except MauticError as error:
            exit_code = NO_ANSWER if error.status >= 500 else USAGE
            raise CommandError(f"Mautic: {error}", exit_code) from None

    def mark(self, contact: sync.TargetContact, *, reason: str, comment: str) -> None:
        self._crm.mark(contact, reason=reason, comment=comment)
