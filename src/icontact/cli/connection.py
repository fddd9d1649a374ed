"""Connects commands to iContact, and reads their settings."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from icontact.cli.exit_codes import CommandError
from icontact.cli.progress import LimiterWithDisplay, ProgressDisplay
from icontact.client import Client
from icontact.errors import ConfigError, MappingError
from icontact.mapping.addresses import clean_email
from icontact.push import PushSettings
from icontact.transport import RetryPolicy

#: Which requests commands repeat.
RETRY = RetryPolicy()

#: Far more than settings need; far less than a device may yield.
_MOST_BYTES = 2**20

_MOST_DIGITS = 19

#: A folder may hold a million files; a name is sought among these.
_MOST_NAMES = 1000


def connect(
    account_id: int | None = None,
    client_folder_id: int | None = None,
    *,
    display: ProgressDisplay | None = None,
) -> Client:
    """Return a client with the credentials of the environment, which shows when it has to wait.

    Raises:
        ConfigError: If credentials are missing or cannot be used.
    """
    places = {"account_id": account_id, "client_folder_id": client_folder_id}
    given: dict[str, Any] = {name: value for name, value in places.items() if value is not None}
    display = display or ProgressDisplay("", shown=False)
    limiter = LimiterWithDisplay(display.on_limit)
    return Client.from_env(retry=RETRY, on_event=display.on_event, limiter=limiter, **given)


def settings_from(path: str) -> PushSettings:
    """Read a settings file of at most 1 MiB."""
    require_file(path)
    file = Path(path)
    if file.exists() and not file.is_file():
        raise ConfigError(f"{path} is not a regular file, so it cannot hold settings")
    if file.is_file() and file.stat().st_size > _MOST_BYTES:
        raise ConfigError(f"{path} is larger than 1 MiB, so it cannot hold settings")
    return PushSettings.from_toml(path)


def require_file(path: str) -> None:
    """Refuse a file that does not exist, with the nearest name in its folder."""
    place = Path(path)
    try:
        if place.exists() or not place.parent.is_dir():
            return
        names = [one.name for one in islice(place.parent.iterdir(), _MOST_NAMES)]
    except (OSError, ValueError):
        return  # reading it says why
    close = get_close_matches(place.name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else "check the name and the folder"
    raise ConfigError(f"there is no file {path} in {place.parent.resolve()}: {hint}")


def list_named(given: str) -> str | int:
    """Return the id of a list if a text is digits, or else the text, which is a name."""
    if not (given.isascii() and given.isdecimal()):
        return given
    if len(given) > _MOST_DIGITS:
        raise ConfigError(
            f"the list's id has {len(given)} digits; iContact's have at most {_MOST_DIGITS}"
        )
    return int(given)


def check_address(name: str, given: str) -> None:
    """Refuse a text that is not an e-mail address, without repeating it."""
    try:
        clean_email(given)
    except MappingError as error:
        raise CommandError(f"{name}: {error.problem}") from None
    if "," in given:
        raise CommandError(f"{name}: iContact cannot search for an address with a comma; give one")
