"""``icontact queue``: the events that wait to be pushed, and the dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import click

from icontact.cli.exit_codes import CommandError, CommandGroup
from icontact.cli.options import json_option
from icontact.cli.output import echo, masked, print_json, print_note, print_result, print_table
from icontact.integrations.inbox import EventState, Inbox, InboxEntry
from icontact.push.policy import LARGEST_ID

#: The states that need attention.
_OPEN = (EventState.WAITING, EventState.DEAD_LETTER)

_NUMBER = click.IntRange(1, LARGEST_ID)


_store_option = click.option(
    "--store",
    default="triggers.sqlite",
    show_default=True,
    metavar="FILE",
    help="The integration's store.",
)


@contextmanager
def _opened(store: str) -> Iterator[Inbox]:
    """Open a store that is there: a slip of the pen must not make a new one."""
    if not Path(store).is_file():
        raise CommandError(f"there is no store {store}: name the integration's with --store FILE")
    with closing(Inbox(store)) as inbox:
        yield inbox


@click.group(cls=CommandGroup, short_help="Show, retry and drop events that wait.")
def queue() -> None:
    """Look after the events of an integration: those that wait, and the dead letters.

    An event that iContact did not take waits, and is tried again after growing pauses. An event
    that iContact refused, or that no mapping fits, becomes a dead letter with the reason. Fix the
    reason, then retry the event; or drop it.
    """


@queue.command("list", short_help="Show what waits and the dead letters.")
@_store_option
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in EventState]),
    help="Show events in this state instead; may be repeated.",
)
@click.option("--limit", type=_NUMBER, default=50, show_default=True, help="How many at most.")
@json_option
def list_events(store: str, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    r"""Show how many events there are in each state, and those that wait or are dead letters.

    \b
    icontact queue list
    icontact queue list --store /var/lib/icontact/triggers.sqlite --state done --limit 20
    """
    with _opened(store) as inbox:
        counts = inbox.counts()
        entries = inbox.entries(states=states or _OPEN, limit=limit)
    if as_json:
        print_json({"counts": counts, "events": [_as_dict(entry) for entry in entries]})
        return
    if entries:
        print_table(
            ("id", "address", "contact", "event", "state", "tries", "next try", "reason"),
            [
                (
                    *(entry.number, masked(entry.email), entry.contact, entry.type),
                    *(entry.state.value, entry.attempts),
                    _moment(entry.due) if entry.state is EventState.WAITING else None,
                    entry.reason,
                )
                for entry in entries
            ],
        )
    there = sum(counts[state] for state in states or _OPEN)
    if there > len(entries):
        print_note(f"{there - len(entries)} more like these are shown by a larger --limit")
    echo(", ".join(f"{number} {state}" for state, number in counts.items()))


def _as_dict(entry: InboxEntry) -> dict[str, Any]:
    """Return all of it but the address."""
    shown = attrs.asdict(entry, filter=lambda field, _: field.name != "email")
    moments = {name: _moment(shown[name]) for name in ("happened", "received", "due")}
    return {**shown, "state": entry.state.value, **moments}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


@queue.command(short_help="Let events be tried again at once.")
@click.argument("number", metavar="ID", type=_NUMBER, required=False)
@click.option("--all", "everything", is_flag=True, help="All that wait or are dead letters.")
@_store_option
@json_option
def retry(number: int | None, everything: bool, store: str, as_json: bool) -> None:
    """Let an event that waits or is a dead letter be tried again at once.

    The integration does it, as soon as it looks. What is pushed is the newest state of the contact
    that arrived, not necessarily this one.
    """
    if (number is None) is not everything:
        raise click.UsageError("say which: an ID of `icontact queue list`, or --all")
    with _opened(store) as inbox:
        changed = inbox.retry(number)
    if not changed and not everything:
        raise _unknown(number)
    print_result({"retried": changed}, f"{changed} to be tried again", as_json=as_json)


@queue.command(short_help="Give up an event.")
@click.argument("number", metavar="ID", type=_NUMBER)
@_store_option
@json_option
def drop(number: int, store: str, as_json: bool) -> None:
    """Give up an event that waits or is a dead letter, and forget what it says of the contact."""
    with _opened(store) as inbox:
        dropped = inbox.drop(number)
    if not dropped:
        raise _unknown(number)
    print_result({"dropped": number}, "dropped", as_json=as_json)


def _unknown(number: int | None) -> CommandError:
    return CommandError(
        f"no event {number} waits or is a dead letter: `icontact queue list` shows those"
    )
