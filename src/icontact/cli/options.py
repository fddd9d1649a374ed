"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from icontact.cli.completion import complete_columns, complete_lists, complete_pairs

F = TypeVar("F", bound=Callable[..., Any])

#: The name of a file. Whether it can be read is found out when it is read.
FILE = click.Path(readable=False, allow_dash=True)

#: For programs that read the output.
json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document."
)

#: About contacts that are in iContact already.
existing_option: Callable[[Any], Any] = click.option(
    "--existing",
    type=click.Choice(["keep", "merge", "replace"]),
    help="What happens to contacts that are in iContact already: merge (the default) writes "
    "the fields that differ, keep writes none, replace clears what a row does not give.",
)


def client_options(command: F) -> F:
    """Add the options that choose an account and a client folder, and ``--json``."""
    account = click.option(
        "--account-id",
        type=click.IntRange(1),
        metavar="ID",
        help="The account, if the credentials open several (or ICONTACT_ACCOUNT_ID).",
    )
    folder = click.option(
        "--client-folder-id",
        type=click.IntRange(1),
        metavar="ID",
        help="The client folder, if there are several (or ICONTACT_CLIENT_FOLDER_ID).",
    )
    with_all: F = account(folder(json_option(command)))
    return with_all


def list_option(
    *names: str, help: str = "The list: its exact name, or its id.", **extra: Any
) -> Callable[[F], F]:
    """Return the option that names a list."""
    given = {"metavar": "LIST", "shell_complete": complete_lists, "help": help, **extra}
    return click.option(*("--list", *(names or ("list",))), **given)


def file_option(*names: str, help: str, **extra: Any) -> Callable[[F], F]:
    """Return an option that names a file."""
    return click.option(*names, metavar="FILE", type=FILE, help=help, **extra)


def map_option(help: str, *names: str) -> Callable[[F], F]:
    """Return the option that fills a field from a column."""
    given: dict[str, Any] = {"metavar": "FIELD=COLUMN", "shell_complete": complete_pairs}
    return click.option("--map", *names, multiple=True, help=help, **given)


def column_option(name: str, help: str) -> Callable[[F], F]:
    """Return an option that names columns of the file."""
    return click.option(
        name, multiple=True, metavar="COLUMN", shell_complete=complete_columns, help=help
    )


def preset_option(help: str = "A mapping with a name: mautic.") -> Callable[[F], F]:
    """Return the option that names a mapping."""
    return click.option("--preset", metavar="NAME", help=help)


def verbose_option(help: str) -> Callable[[F], F]:
    """Return the option that shows more."""
    return click.option("-v", "--verbose", is_flag=True, help=help)


def quiet_option(help: str = "Print the result only, without notes.") -> Callable[[F], F]:
    """Return the option that shows less, such as no notes."""
    return click.option("-q", "--quiet", is_flag=True, help=help)
