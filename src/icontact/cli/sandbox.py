"""``icontact sandbox``: serves an embedded iContact over HTTP on this machine."""

from __future__ import annotations

import logging
import sqlite3
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from icontact.cli.exit_codes import CommandError, interruptible
from icontact.cli.options import json_option, quiet_option
from icontact.cli.output import clean, echo, is_terminal, print_json, print_note

if TYPE_CHECKING:
    from icontact.sandbox import Server


@contextmanager
def opened(host: str, port: int, db: str | None, **options: Any) -> Iterator[Server]:
    """Serve a sandbox, and close it in the end.

    Raises:
        CommandError: If the address cannot be listened on, or the file holds something else.
    """
    from icontact.sandbox import Sandbox

    try:
        embedded = Sandbox(db=db)
    except (ValueError, sqlite3.Error) as problem:
        raise CommandError(f"--db {db}: {problem}") from None
    with closing(embedded):
        embedded.requests.keep(_KEPT)
        try:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                server = embedded.serve(host, port, **options)
        except OSError as problem:
            raise CommandError(problem.strerror or str(problem)) from None
        for warning in warned:
            print_note(str(warning.message))
        with server:
            yield server


#: The log of requests must not grow for ever.
_KEPT = 1000


@click.command(short_help="Serve an embedded iContact.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8025,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port; 0 takes a free one, which is printed.",
)
@click.option("--db", metavar="FILE", help="Keep what is in it in this file; else in memory.")
@click.option("--tls", is_flag=True, help="Speak HTTPS; the path of the certificate is printed.")
@click.option(
    "--contacts",
    metavar="N",
    type=click.IntRange(0),
    default=0,
    help="Begin with this many invented contacts, subscribed to the list.",
)
@click.option(
    "--throttle",
    metavar="PER_MINUTE",
    type=click.IntRange(1),
    help="Answer 503 to more requests than that in a minute.",
)
@click.option(
    "--control",
    is_flag=True,
    help="Take orders over HTTP, too: faults, state, time; its URL is printed.",
)
@json_option
@quiet_option("Print no line for each request.")
def sandbox(
    *, contacts: int, throttle: int | None, quiet: bool, as_json: bool, **where: Any
) -> None:
    r"""Serve an embedded iContact, to try things out and to test against.

    It holds one account, one client folder and one list, "Newsletter". One line says where it is
    and which credentials it takes; each request gets a line on stderr, without addresses and
    secrets. Ctrl-C ends it. In another terminal:

    \b
    export ICONTACT_BASE_URL=http://127.0.0.1:8025/icp ICONTACT_APP_ID=sandbox-app
    export ICONTACT_USERNAME=sandbox@example.com ICONTACT_PASSWORD=sandbox-password
    icontact push people.csv --list Newsletter
    """
    try:
        with ExitStack() as stack:
            server = stack.enter_context(opened(**where))
            stack.enter_context(interruptible())
            there = len(server.sandbox.state.contacts()) if contacts else 0
            if there:
                print_note(f"the file holds {there} contacts already; --contacts adds none to them")
            elif contacts:
                server.sandbox.seed_contacts(contacts, list_id=server.sandbox.list_id)
            server.sandbox.faults.throttle(per_minute=throttle)
            if not quiet:
                stack.enter_context(_requests_shown())
            _print_facts(server, as_json=as_json, quiet=quiet)
            server.wait()
    except KeyboardInterrupt:
        print_note("the sandbox is closed")


def _print_facts(server: Server, *, as_json: bool, quiet: bool) -> None:
    """Print where the sandbox is, and the commands that lead another terminal to it."""
    from icontact.sandbox import APP_ID, PASSWORD, USERNAME

    facts = {"url": server.url, "app_id": APP_ID, "username": USERNAME, "password": PASSWORD}
    more = {"control": server.control_url, "certificate": server.certificate}
    facts |= {name: str(value) for name, value in more.items() if value}
    if as_json:
        print_json(facts)
        return
    words = [f"{name.replace('_', ' ')} {value}" for name, value in facts.items() if name != "url"]
    echo("  ".join([f"iContact sandbox at {server.url}", *words]))
    if not quiet and is_terminal(sys.stderr):
        click.echo(
            "In another terminal:\n"
            f"  export ICONTACT_BASE_URL={server.url} ICONTACT_APP_ID={APP_ID}\n"
            f"  export ICONTACT_USERNAME={USERNAME} ICONTACT_PASSWORD={PASSWORD}\n"
            "Ctrl-C ends the sandbox.",
            err=True,
        )


class _Lines(logging.Handler):
    """Writes what is logged to stderr, a line for each."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(clean(self.format(record)), err=True)


@contextmanager
def _requests_shown() -> Iterator[None]:
    from icontact.sandbox import request_log

    handler = _Lines()
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    request_log.logger.addHandler(handler)
    before = request_log.logger.level
    request_log.logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        request_log.logger.setLevel(before)
        request_log.logger.removeHandler(handler)
