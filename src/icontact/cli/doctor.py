"""``icontact doctor``: every link of the chain, and which one is at fault."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from icontact.cli.checks import FAILED, OK, SKIPPED, Check, Doctor
from icontact.cli.screen import clean, document
from icontact.cli.session import json_option, place_options

__all__ = ["doctor", "exit_code_of", "show"]

_COLORS = {OK: "green", FAILED: "red", SKIPPED: "yellow"}


_HELP = """\
Check every link of the chain, from the credentials to the mapping.

Names the first link at fault and the way to mend it. Writes nothing.

\b
icontact doctor
icontact doctor --list Newsletter --map email=Mail --map score=Points
icontact doctor --settings icontact.toml

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
@place_options
@json_option
@click.pass_context
def doctor(ctx: click.Context, /, as_json: bool, **options: Any) -> None:
    """Check every link of the chain."""
    with Doctor(**options) as examiner:
        checks = examiner.checks()
    show(checks, as_json=as_json)
    ctx.exit(exit_code_of(checks))


def exit_code_of(checks: Sequence[Check]) -> int:
    """Return the code of the first link at fault, or 0."""
    return next((check.code for check in checks if check.status == FAILED), 0)


def show(checks: Sequence[Check], *, as_json: bool) -> None:
    """Print a line for each link, and what to do about the first one at fault."""
    fault = next((check for check in checks if check.status == FAILED), None)
    if as_json:
        lines = [
            {"link": one.link, "status": one.status, "detail": one.detail, "advice": one.advice}
            for one in checks
        ]
        document({"checks": lines, "fault": fault and fault.link})
        return
    for check in checks:
        status = click.style(f"{check.status:<8}", fg=_COLORS.get(check.status))
        click.echo(f"{status} {check.link:<14} {clean(check.detail)}".rstrip())
    if fault is None:
        click.echo("All links that were checked hold.")
    else:
        click.echo(f"At fault first: {fault.link}. {clean(fault.advice)}".rstrip())
