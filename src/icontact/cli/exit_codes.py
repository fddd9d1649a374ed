"""What ends a command early: one clear message, and an exit code."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from icontact.cli.output import clean
from icontact.errors import (
    AuthenticationError,
    ConfigError,
    ConnectError,
    DecodeError,
    IContactError,
    JournalError,
    LimitUnavailable,
    MappingError,
    NotFound,
    PermissionDenied,
    RequestTimeout,
    ServerError,
    Throttled,
    TransportError,
)

__all__ = [
    "NO_ANSWER",
    "SOME_FAILED",
    "USAGE",
    "CommandError",
    "CommandGroup",
    "IncompleteError",
    "InterruptedCommand",
    "NoAnswerError",
    "describe_error",
    "exit_code_for",
    "interruptible",
]

SOME_FAILED = 1
USAGE = 2
NO_ANSWER = 3

#: The set-up is at fault: options, settings, credentials, ids, files.
_SET_UP = (
    ConfigError,
    MappingError,
    JournalError,
    AuthenticationError,
    PermissionDenied,
    NotFound,
)
_SILENCE = (TransportError, ServerError, Throttled, DecodeError, LimitUnavailable)

#: What an error means to somebody at a terminal; the first class that fits.
_MEANING: Sequence[tuple[type[IContactError], str]] = (
    (AuthenticationError, "iContact does not accept these credentials"),
    (PermissionDenied, "these credentials may not do that in iContact"),
    (NotFound, "iContact has nothing there: look at the ids of account and client folder"),
    (
        ConnectError,
        "iContact cannot be reached: look at the network, and at ICONTACT_BASE_URL if it is set",
    ),
    (RequestTimeout, "iContact did not answer: try again later"),
    (TransportError, "no usable answer came from iContact"),
    (Throttled, "iContact takes no more requests for now, or is being mended: try again later"),
    (ServerError, "the fault is on iContact's side: try again later"),
)

_NOT_IMPLEMENTED = 501


class CommandError(click.ClickException):
    """Ends a command with a message on stderr; here: the set-up is at fault.

    Args:
        message: What, where, and the way out.
    """

    exit_code = USAGE

    def __init__(self, message: str) -> None:
        super().__init__("\n".join(map(clean, message.split("\n"))))


class IncompleteError(CommandError):
    """Ends a command that could not do all of its work."""

    exit_code = SOME_FAILED


class NoAnswerError(CommandError):
    """Ends a command that had no answer from iContact."""

    exit_code = NO_ANSWER


class InterruptedCommand(CommandError):
    """Ends a command that somebody stopped; shells call Ctrl-C 130."""

    exit_code = 130


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGTERM end what Ctrl-C ends."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def describe_error(error: IContactError) -> str:
    """Return what an error means, and behind it in brackets what was asked and answered."""
    if isinstance(error, ServerError) and error.status == _NOT_IMPLEMENTED:
        return f"there is no iContact at that URL: ICONTACT_BASE_URL ends in /icp ({error})"
    if isinstance(error, ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return (
            "the server's certificate is not trusted: REQUESTS_CA_BUNDLE names a file of "
            f"certificates that are ({error})"
        )
    for kind, meaning in _MEANING:
        if isinstance(error, kind):
            return f"{meaning} ({error})"
    return str(error)


def exit_code_for(error: IContactError) -> int:
    """Return the exit code that an error means."""
    if isinstance(error, _SET_UP):
        return USAGE
    return NO_ANSWER if isinstance(error, _SILENCE) else SOME_FAILED


class CommandGroup(click.Group):
    """A group of commands of which none ends in a traceback, unless ``ICONTACT_DEBUG`` is set."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse words that the locale's encoding could not read."""
        for word in args:
            shown = word.encode("utf-8", "replace").decode("utf-8")
            # A file is found by such a name all the same.
            if shown != word and not Path(word).exists():
                raise CommandError(
                    f"the argument {shown!r} did not arrive whole: it is not in the encoding of "
                    "the locale; with LC_ALL=C.UTF-8 the terminal's text is read as UTF-8"
                )
        return super().parse_args(ctx, args)

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


def _stop_for(error: Exception) -> CommandError:
    if isinstance(error, IContactError):
        return _STOPS[exit_code_for(error)](describe_error(error))
    if isinstance(error, ImportError):
        return CommandError(_missing(error))
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return CommandError(f"{place}{error.strerror or error}")
    return IncompleteError(
        f"something unforeseen: {type(error).__name__}. ICONTACT_DEBUG=1 shows where; please "
        "report it"
    )


_STOPS = {stop.exit_code: stop for stop in (CommandError, IncompleteError, NoAnswerError)}


def _missing(error: ImportError) -> str:
    text = str(error)
    if "icontact[" in text:
        return text
    return f'{error.name} is not installed, and this command needs it: pip install "icontact[cli]"'
