"""``icontact doctor``: every link of the chain, and which one is at fault."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import click

from icontact.auth import Private
from icontact.cli.checks import FAILED, OK, SKIPPED, Check, Doctor
from icontact.cli.connection import json_option, place_options
from icontact.cli.exit_codes import CommandError, InterruptedCommand, interruptible
from icontact.cli.output import clean, print_json, print_table
from icontact.errors import MappingError
from icontact.mapping.addresses import clean_email
from icontact.push import FieldCheck

__all__ = ["doctor", "exit_code_of", "show"]

_COLORS = {OK: "green", FAILED: "red", SKIPPED: "yellow"}


_HELP = """\
Check every link of the chain, from the credentials to the mapping.

Names the first link at fault and the way to mend it. Writes nothing, unless --test-push asks for
it: then one contact is pushed, read back, compared field by field with what was sent, and deleted
again. The address must not be in iContact; a list in real use may mail its owner about it.

\b
icontact doctor
icontact doctor --list Newsletter --map email=Mail --map score=Points
icontact doctor --settings icontact.toml
icontact doctor --settings icontact.toml --test-push someone@example.com

Exit codes: 0 all links hold; 1 one is at fault, wrong credentials too; 3 no answer from
iContact.
"""


@click.command(help=_HELP, short_help="Check every link of the chain.")
@click.option(
    "--settings",
    "settings_file",
    metavar="FILE",
    help="Check this TOML file too: its list and mapping.",
)
@click.option("--list", "list", metavar="LIST", help="Check this list: its exact name, or its id.")
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Check this mapping, as `push` takes it.",
)
@click.option("--preset", metavar="NAME", help="Check a mapping with a name: mautic.")
@click.option(
    "--test-push",
    metavar="EMAIL",
    help="Push one sample contact with this address, read it back, compare, and delete it again.",
)
@click.option(
    "--sample",
    metavar="FILE",
    help="Take the first row of this file for the test push, in place of an invented one; its "
    "address is replaced.",
)
@click.option(
    "--existing-ok",
    is_flag=True,
    help="If the address is in iContact already, say what a push would do to it. Nothing is "
    "written then.",
)
@place_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, /, as_json: bool, **options: Any) -> None:
    """Check every link of the chain."""
    if options["test_push"] is None and (options["sample"] or options["existing_ok"]):
        raise CommandError("--sample and --existing-ok belong to --test-push EMAIL")
    if options["test_push"] is not None:
        _need_address(Private(options["test_push"]))
    try:
        with interruptible(), Doctor(**options) as examiner:
            checks = examiner.checks()
    except KeyboardInterrupt as stop:
        raise InterruptedCommand(f"stopped. {_left_by(stop, options)}") from None
    show(checks, examiner.fields, as_json=as_json)
    ctx.exit(exit_code_of(checks))


def _left_by(stop: KeyboardInterrupt, options: Mapping[str, Any]) -> str:
    """Say what an interrupted test push left, and how it is removed."""
    if not stop.args:
        return "Nothing was written"
    words = ["icontact", "doctor"]
    for name in ("settings_file", "list", "preset", "account_id", "client_folder_id", "sample"):
        if options[name] is not None:
            words += [f"--{name.removesuffix('_file').replace('_', '-')}", str(options[name])]
    for pair in options["pairs"]:
        words += ["--map", pair]
    return f"{stop}. The command: {shlex.join(words)} --test-push EMAIL"


def _need_address(given: Private) -> None:
    try:
        clean_email(given)
    except MappingError as error:
        problem = error.problem
    else:
        return
    raise CommandError(f"--test-push EMAIL: what was given {problem}")


def exit_code_of(checks: Sequence[Check]) -> int:
    """Return the code of the first link at fault, or 0."""
    return next((check.code for check in checks if check.status == FAILED), 0)


def show(
    checks: Sequence[Check], fields: Sequence[FieldCheck] = (), *, as_json: bool = False
) -> None:
    """Print a line for each link, and what to do about the first one at fault.

    Args:
        checks: The links.
        fields: What became of each row of the mapping in a test push.
        as_json: Whether a program reads it.
    """
    fault = next((check for check in checks if check.status == FAILED), None)
    if as_json:
        lines = [
            {"link": one.link, "status": one.status, "detail": one.detail, "advice": one.advice}
            for one in checks
        ]
        came_back = [attrs.asdict(one) for one in fields]
        print_json({"checks": lines, "fields": came_back, "fault": fault and fault.link})
        return
    for check in checks:
        status = click.style(f"{check.status:<8}", fg=_COLORS.get(check.status))
        click.echo(f"{status} {check.link:<14} {clean(check.detail)}".rstrip())
    if fields:
        rows = [(one.target, one.source, one.verdict, one.detail) for one in fields]
        print_table(("field", "source", "came back", "note"), rows)
    if fault is None:
        click.echo("All links that were checked hold.")
    else:
        click.echo(f"At fault first: {fault.link}. {clean(fault.advice)}".rstrip())
