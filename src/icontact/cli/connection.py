"""The connection to iContact, and the options that choose where it leads."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from icontact.cli.output import is_terminal, print_note
from icontact.client import Client
from icontact.errors import ConfigError
from icontact.push import PushSettings
from icontact.transport import Event, RetryPolicy

__all__ = ["connect", "json_option", "list_named", "place_options", "settings_from"]

F = TypeVar("F", bound=Callable[..., Any])

#: What commands repeat; somebody who waits at a terminal is told.
RETRY = RetryPolicy()

#: Far more than settings need; far less than what a device may yield.
_MOST_BYTES = 2**20

_MOST_DIGITS = 19


def place_options(command: F) -> F:
    """Add the options that choose an account and a client folder."""
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
    return account(folder(command))


def json_option(command: F) -> F:
    """Add the option for programs that read the output."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)


def connect(
    account_id: int | None = None,
    client_folder_id: int | None = None,
) -> Client:
    """Return a client with the credentials of the environment.

    Raises:
        ConfigError: If they are missing or cannot be used.
    """
    places = {"account_id": account_id, "client_folder_id": client_folder_id}
    given: dict[str, Any] = {name: value for name, value in places.items() if value is not None}
    return Client.from_env(retry=RETRY, on_event=_Waiting(), **given)


def settings_from(path: str) -> PushSettings:
    """Read a settings file.

    Raises:
        ConfigError: If it is no file of a bearable size, or cannot be used.
        MappingError: If its mapping is wrong.
    """
    try:
        found = Path(path).stat()
    except OSError:
        pass  # reading it says why
    else:
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(f"{path} is no regular file, as settings must be")
        if found.st_size > _MOST_BYTES:
            raise ConfigError(f"{path} is larger than 1 MiB, and no settings are")
    return PushSettings.from_toml(path)


def list_named(given: str | None, settings: PushSettings | None) -> str | int | None:
    """Return the list that an option or else the settings name, if any does; digits are an id.

    Raises:
        ConfigError: If there are more digits than an id can have.
    """
    if given is None:
        return None if settings is None else settings.list
    if not (given.isascii() and given.isdecimal()):
        return given
    if len(given) > _MOST_DIGITS:
        raise ConfigError(
            f"the list's id has {len(given)} digits; iContact's have at most {_MOST_DIGITS}"
        )
    return int(given)


class _Waiting:
    """Tells who waits that requests are repeated: each time at a terminal, and elsewhere once."""

    def __init__(self) -> None:
        self._told = False

    def __call__(self, event: Event) -> None:
        if event.kind != "retry":
            return
        if is_terminal(sys.stderr):
            print_note(f"no usable answer yet; trying again in {event.seconds:.1f} s")
        elif not self._told:
            self._told = True
            print_note("iContact is not answering or is limiting requests; retrying more slowly")
