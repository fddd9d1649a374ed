"""``icontact demo``: a whole push, against an iContact that runs in this process."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from icontact.cli.choose_mapping import ChosenMapping
from icontact.cli.options import json_option, verbose_option
from icontact.cli.output import echo, print_json, print_text
from icontact.cli.push_output import PushSummary, print_reasons, print_rows, sentence
from icontact.push import ListPush, OutcomeStatus, PushSettings
from icontact.sources import read_rows

SAMPLE = Path(__file__).parent / "samples" / "people.csv"
SETTINGS = SAMPLE.with_name("icontact.toml")

#: What iContact has before the push: contacts with data that is out of date, among others.
_BEFORE = SAMPLE.with_name("before.json")


def push_sample(push: ListPush, *, dry_run: bool = False) -> PushSummary:
    """Push the sample file, or plan to."""
    with read_rows(SAMPLE, name=SAMPLE.name) as rows:
        return PushSummary(
            done=push.plan(rows) if dry_run else push.run(rows),
            file=rows,
            list=push.list,
            mapping=ChosenMapping(mapper=push.mapper),
        )


@click.command(short_help="Watch a sample file being pushed.")
@verbose_option("Show every row of the file.")
@json_option
def demo(verbose: bool, as_json: bool) -> None:
    """Push a sample file into an embedded iContact, and show the result on one screen.

    Nothing leaves this process: no network, no account. Sixty invented people are mapped, planned,
    pushed and subscribed, some of them with faults on purpose; then the same file again, which
    writes nothing.
    """
    from icontact.sandbox import Sandbox

    with Sandbox() as sandbox, sandbox.client() as client:
        sandbox.seed(**json.loads(_BEFORE.read_text("utf-8")))
        push = ListPush.from_settings(PushSettings.from_toml(SETTINGS), client=client)
        plan = push_sample(push, dry_run=True)
        first, before = push_sample(push), len(sandbox.requests)
        second = push_sample(push)
        writes = [one for one in sandbox.requests[before:] if one.method != "GET"]
    sample, settings = shlex.quote(str(SAMPLE)), shlex.quote(str(SETTINGS))
    command = f"icontact push {sample} --list Newsletter --settings {settings}"
    if as_json:
        print_json(
            {
                "sample": str(SAMPLE),
                "settings": str(SETTINGS),
                "first": first.as_dict(),
                "second": second.as_dict(),
                "written_again": len(writes),
                "next": command,
            }
        )
        return
    _step("The file", f"{SAMPLE.name}: 60 invented people, 13 columns, faults on purpose")
    _step("iContact", "runs in this process: the list 'Newsletter' and 4 older contacts")
    _step("The plan", sentence(plan))
    reasons = first.done.by_reason()
    _step("The push", sentence(first))
    if verbose:
        print_rows(first.rows())
    else:
        left_out = (OutcomeStatus.SKIPPED, OutcomeStatus.REJECTED)
        print_reasons([one for one in reasons if one.status in left_out], first.file)
    again = f"{second.counts['unchanged']} unchanged; it sent {len(writes)} requests that write"
    _step("The same file again", again)
    echo("\nNow your own file, with the credentials in the environment:")
    echo("  icontact doctor")
    echo("  icontact push people.csv --list Newsletter --dry-run")
    if verbose:
        echo(f"This file into your own iContact:\n  {command}")
    else:
        echo("icontact demo -v shows every row.")


def _step(name: str, text: str) -> None:
    print_text(f"{name}: {text}", indent="  ")
