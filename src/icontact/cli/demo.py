"""``icontact demo``: the whole job, against an iContact that runs in this process."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from icontact.cli.connection import json_option
from icontact.cli.output import print_json
from icontact.cli.push_output import PushSummary, print_entries, summarize
from icontact.push import ListPush, PushSettings
from icontact.sources import read_rows

if TYPE_CHECKING:
    from icontact.sandbox import Sandbox

__all__ = ["SAMPLE", "SETTINGS", "Shown", "demo", "furnish", "perform"]

SAMPLE = Path(__file__).parent / "samples" / "people.csv"
SETTINGS = SAMPLE.with_name("icontact.toml")

_CUSTOM_FIELDS = (
    {"privateName": "score", "fieldType": "number", "publicName": "Score"},
    {"privateName": "vip", "fieldType": "checkbox", "publicName": "VIP"},
    {"privateName": "birthday", "fieldType": "date", "publicName": "Birthday"},
    {"privateName": "color", "fieldType": "text", "publicName": "Colour"},
)

#: Who is in iContact before the push, with data that is out of date.
_CONTACTS = (
    {"email": "sofia.almeida@example.com", "firstName": "Sofia", "lastName": "Almeida",
     "city": "Braga", "color": "white"},
    {"email": "grace.kim@example.net", "firstName": "Grace", "lastName": "Kim", "state": "OR"},
    {"email": "paul.jensen@example.net", "firstName": "Paul", "lastName": "Jensen"},
    {"email": "rosa.delgado@example.com", "firstName": "Rosa", "status": "donotcontact"},
)  # fmt: skip

_SUBSCRIPTIONS = (
    {"email": "sofia.almeida@example.com"},
    {"email": "paul.jensen@example.net", "status": "unsubscribed"},
)


@attrs.frozen(kw_only=True)
class Shown:
    """What the demonstration has to show.

    Attributes:
        first: The push.
        second: The same push again.
        written_again: How many of its requests wrote something.
    """

    first: PushSummary
    second: PushSummary
    written_again: int


def furnish(sandbox: Sandbox) -> None:
    """Put into a sandbox what the sample's people have behind them."""
    sandbox.seed(custom_fields=_CUSTOM_FIELDS, contacts=_CONTACTS, subscriptions=_SUBSCRIPTIONS)


def perform(sandbox: Sandbox) -> Shown:
    """Push the sample file twice, as the command ``push`` would."""
    settings = PushSettings.from_toml(SETTINGS)
    with sandbox.client() as client:
        push = ListPush.from_settings(settings, client=client)
        first, before = _pushed(push), len(sandbox.requests)
        second = _pushed(push)
    writes = [one for one in sandbox.requests[before:] if one.method != "GET"]
    return Shown(first=first, second=second, written_again=len(writes))


def _pushed(push: ListPush) -> PushSummary:
    with read_rows(SAMPLE, name=SAMPLE.name) as rows:
        return summarize(push.run(rows), rows, push.list, ())


@click.command(short_help="Watch a sample file being pushed.")
@json_option
def demo(as_json: bool) -> None:
    """Push a sample file into an embedded iContact, and show what becomes of every row.

    Nothing leaves this process: no network, no account. Sixty invented people are mapped, planned,
    pushed and subscribed, some of them with faults on purpose; then the same file again, which
    writes nothing.
    """
    from icontact.sandbox import Sandbox

    with Sandbox() as sandbox:
        furnish(sandbox)
        shown = perform(sandbox)
    if as_json:
        print_json(
            {
                "sample": str(SAMPLE),
                "settings": str(SETTINGS),
                "first": shown.first.as_dict(),
                "second": shown.second.as_dict(),
                "written_again": shown.written_again,
                "next": _command(),
            }
        )
        return
    _tell(shown)


def _tell(shown: Shown) -> None:
    click.echo(
        f"An iContact runs inside this process, with the list {shown.first.list.name!r}, four "
        "custom fields, and a few contacts\nwith older data, of whom one unsubscribed and one is "
        f"not to be contacted. Into it goes {SAMPLE.name}:\n"
    )
    print_entries(shown.first.entries)
    click.echo(f"\n{shown.first.summary}")
    click.echo(
        f"\nThe same file once more. Requests that wrote anything: {shown.written_again}. The "
        "others are reads only: a push looks at\nwhat is there, and writes what is missing.\n"
        f"{shown.second.summary}"
    )
    click.echo(_next_steps())


def _next_steps() -> str:
    return f"""
The same job against your own iContact, once it has these custom fields:

  export ICONTACT_APP_ID=… ICONTACT_USERNAME=… ICONTACT_PASSWORD=…
      (Settings and Billing > iContact Integrations > Custom API Integrations)
  icontact doctor --settings {shlex.quote(str(SETTINGS))}
  {_command()}

With a file of your own the mapping is guessed, and --dry-run shows it without writing:

  icontact push people.csv --list Newsletter --dry-run

The sample file: {SAMPLE}"""


def _command() -> str:
    sample, settings = shlex.quote(str(SAMPLE)), shlex.quote(str(SETTINGS))
    return f"icontact push {sample} --list Newsletter --settings {settings}"
