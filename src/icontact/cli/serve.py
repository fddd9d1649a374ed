"""``icontact sandbox``: an embedded iContact, served over HTTP on this machine."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from icontact.cli.screen import remark
from icontact.cli.stops import Stop, terminable

if TYPE_CHECKING:
    from icontact.sandbox import Server

__all__ = ["opened", "sandbox"]


@contextmanager
def opened(host: str, port: int, db: str | None) -> Iterator[Server]:
    """Serve a sandbox, and close it in the end.

    Raises:
        Stop: If the address cannot be listened on, or the file holds something else.
    """
    from icontact.sandbox import Sandbox

    try:
        embedded = Sandbox(db=db)
    except (ValueError, sqlite3.Error) as problem:
        raise Stop(f"--db {db}: {problem}") from None
    embedded.requests.keep(_KEPT)
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            server = embedded.serve(host, port)
    except OSError as problem:
        embedded.close()
        raise Stop(problem.strerror or str(problem)) from None
    for warning in warned:
        remark(str(warning.message))
    try:
        with server:
            yield server
    finally:
        embedded.close()


#: Nobody reads the log of a server in a terminal; it must not grow for ever.
_KEPT = 1000

_HELP = """\
Serve an embedded iContact, to try things out and to test against.

It holds one account, one client folder and one list, "Newsletter". One line says where it is
and which credentials it takes; Ctrl-C ends it. From another terminal:

\b
export ICONTACT_BASE_URL=http://127.0.0.1:8025/icp ICONTACT_APP_ID=sandbox-app
export ICONTACT_USERNAME=sandbox@example.com ICONTACT_PASSWORD=sandbox-password
icontact push people.csv --list Newsletter
"""


@click.command(help=_HELP, short_help="Serve an embedded iContact.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8025,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port; 0 takes a free one, which is printed.",
)
@click.option("--db", metavar="FILE", help="Keep what is in it in this file; else in memory.")
def sandbox(host: str, port: int, db: str | None) -> None:
    """Serve an embedded iContact."""
    from icontact.sandbox import APP_ID, PASSWORD, USERNAME

    with opened(host, port, db) as server, _quietly(), terminable():
        click.echo(
            f"iContact sandbox at {server.url}  app id {APP_ID}  username {USERNAME}  "
            f"password {PASSWORD}"
        )
        server.wait()


@contextmanager
def _quietly() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        remark("the sandbox is closed")
