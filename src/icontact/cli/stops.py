"""What ends a command early: one clear message, and an exit code."""

from __future__ import annotations

import errno
import os

import click

from icontact.cli.screen import clean
from icontact.errors import (
    AuthenticationError,
    ConfigError,
    DecodeError,
    IContactError,
    MappingError,
    NotFound,
    PermissionDenied,
    ServerError,
    Throttled,
    TransportError,
)

__all__ = [
    "NO_ANSWER",
    "SOME_FAILED",
    "USAGE",
    "Commands",
    "Stop",
    "Unanswered",
    "Unfinished",
    "code_for",
]

SOME_FAILED = 1
USAGE = 2
NO_ANSWER = 3

#: The set-up is at fault: options, settings, credentials, ids.
_SET_UP = (ConfigError, MappingError, AuthenticationError, PermissionDenied, NotFound)
_SILENCE = (TransportError, ServerError, Throttled, DecodeError)


class Stop(click.ClickException):
    """Ends a command with a message on stderr; here: the set-up is at fault.

    Args:
        message: What, where, and the way out.
    """

    exit_code = USAGE

    def __init__(self, message: str) -> None:
        super().__init__(clean(message))


class Unfinished(Stop):
    """Ends a command that could not do all of its work."""

    exit_code = SOME_FAILED


class Unanswered(Stop):
    """Ends a command that had no answer from iContact."""

    exit_code = NO_ANSWER


def code_for(error: IContactError) -> int:
    """Return the exit code that an error means."""
    if isinstance(error, _SET_UP):
        return USAGE
    return NO_ANSWER if isinstance(error, _SILENCE) else SOME_FAILED


class Commands(click.Group):
    """A group of commands of which none ends in a traceback, unless ``ICONTACT_DEBUG`` is set."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command, and turn what goes wrong into a message."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("ICONTACT_DEBUG") or _reader_went_away(error):
                raise
            raise _stop_for(error) from None


def _reader_went_away(error: Exception) -> bool:
    # As in `icontact lists | head -1`; click ends quietly then.
    return isinstance(error, OSError) and error.errno == errno.EPIPE


def _stop_for(error: Exception) -> Stop:
    if isinstance(error, IContactError):
        return _STOPS[code_for(error)](str(error))
    if isinstance(error, ImportError):
        return Stop(_missing(error))
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return Stop(f"{place}{error.strerror or error}")
    return Unfinished(
        f"something unforeseen: {type(error).__name__}. ICONTACT_DEBUG=1 shows where; please "
        "report it"
    )


_STOPS = {stop.exit_code: stop for stop in (Stop, Unfinished, Unanswered)}


def _missing(error: ImportError) -> str:
    text = str(error)
    if "icontact[" in text:
        return text
    return f'{error.name} is not installed, and this command needs it: pip install "icontact[cli]"'
