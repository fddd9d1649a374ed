"""Ends a command early with one clear message and an exit code."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from icontact import errors
from icontact.cli.output import StandardOutputError, clean, standard_output, wrapped
from icontact.errors import IContactError

SOME_FAILED = 1
USAGE = 2
NO_ANSWER = 3
#: What shells call a command that was stopped with Ctrl-C.
INTERRUPTED = 130

#: The exit code of an error, and what it means for the user of a terminal, where its text does not
#: say that. The first class that fits counts.
_MEANING: Sequence[tuple[type[IContactError], int, str]] = (
    (errors.AuthenticationError, USAGE, "iContact does not accept these credentials"),
    (
        errors.PermissionDenied,
        USAGE,
        "these credentials may not do that: check the account and client folder "
        "(icontact folders), and the permissions of the user in iContact",
    ),
    (
        errors.NotFound,
        USAGE,
        "iContact has nothing there: check the ids of account and client folder (icontact folders)",
    ),
    (
        errors.ConnectError,
        NO_ANSWER,
        "iContact cannot be reached: check the network, the proxy, and ICONTACT_BASE_URL",
    ),
    (
        errors.DecodeError,
        NO_ANSWER,
        "the answer cannot be read: check ICONTACT_BASE_URL, or try again later",
    ),
    (errors.RequestTimeout, NO_ANSWER, "iContact did not answer: try again later"),
    (errors.TransportError, NO_ANSWER, "iContact gave no usable answer: try again later"),
    (
        errors.Throttled,
        NO_ANSWER,
        "iContact is limiting requests or is under maintenance: try again later",
    ),
    (errors.ServerError, NO_ANSWER, "iContact has an error of its own: try again later"),
    (errors.LimitUnavailable, NO_ANSWER, ""),
    (errors.ConfigError, USAGE, ""),
    (errors.MappingError, USAGE, ""),
    (errors.JournalError, USAGE, ""),
    (IContactError, SOME_FAILED, ""),
)

#: How errors name an argument in Python -> how the command line does.
_OPTIONS = (
    ("client_folder_id=…", "--client-folder-id"),
    ("account_id=…", "--account-id"),
    ("base_url must", "ICONTACT_BASE_URL must"),
)

_NOT_IMPLEMENTED = 501


class CommandError(click.ClickException):
    """Ends a command with a message on stderr and an exit code."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__("\n".join(map(clean, message.split("\n"))))
        self.exit_code = exit_code  # type: ignore[misc]  # click gives each class one

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message; on a terminal as wide as that."""
        first, *others = self.message.split("\n")
        click.echo(wrapped(f"Error: {first}", sys.stderr, indent="  "), file=file, err=True)
        for line in others:
            click.echo(line, file=file, err=True)


@contextmanager
def interruptible(say: Callable[[KeyboardInterrupt], str] | None = None) -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: with a message, if there is one."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt as stop:
        if say is None:
            raise
        raise CommandError(say(stop), INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def describe_error(error: IContactError) -> str:
    """Return what an error means, with the request and the answer in brackets."""
    if isinstance(error, errors.ServerError) and error.status == _NOT_IMPLEMENTED:
        return f"there is no iContact at this URL: ICONTACT_BASE_URL must end in /icp ({error})"
    if isinstance(error, errors.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return (
            "the server's certificate is not trusted: set REQUESTS_CA_BUNDLE to a file with the "
            f"certificates to trust ({error})"
        )
    text = str(error)
    meaning = next(words for kind, _, words in _MEANING if isinstance(error, kind))
    if meaning:
        return f"{meaning} ({text})"
    for python, option in _OPTIONS:
        text = text.replace(python, option)
    return text


def exit_code_for(error: IContactError) -> int:
    """Return the exit code that an error means."""
    return next(code for kind, code, _ in _MEANING if isinstance(error, kind))


class _HelpFormatter(click.HelpFormatter):
    """Leaves two thirds of a narrow terminal to the descriptions of options."""

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl(list(rows), min(col_max, self.width // 3), col_spacing)


class _Context(click.Context):
    """The context of every command."""

    formatter_class = _HelpFormatter

    @contextmanager
    def scope(self, cleanup: bool = True) -> Iterator[click.Context]:
        """Parse the words of a command; what is printed here is its help."""
        with standard_output(), super().scope(cleanup) as context:
            yield context


class CommandGroup(click.Group):
    """A group of commands that end in a message, or with ``ICONTACT_DEBUG`` in a traceback."""

    context_class: type[click.Context] = _Context

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command, whose help is laid out like that of the group."""
        cmd.context_class = _Context
        # Docstrings are raw, and click's mark of lines that stay as they are is not.
        cmd.help = cmd.help and cmd.help.replace(r"\b", "\b")
        super().add_command(cmd, name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse words that the encoding of the locale cannot hold."""
        for word in args:
            shown = word.encode("utf-8", "replace").decode("utf-8")
            # A file is found by such a name all the same.
            if shown != word and not Path(word).exists():
                raise CommandError(
                    f"the argument {shown!r} is not in the encoding of the locale: set "
                    "LC_ALL=C.UTF-8, so that the terminal's text is read as UTF-8"
                )
        # What is printed here is the help.
        with _messages_for_errors(), standard_output():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command, and turn an error into a message."""
        with _messages_for_errors():
            return super().invoke(ctx)


@contextmanager
def _messages_for_errors() -> Iterator[None]:
    try:
        yield
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception as error:
        if reader_went_away(error) or os.environ.get("ICONTACT_DEBUG"):
            raise
        raise _stop_for(error) from None


def reader_went_away(error: Exception) -> bool:
    """Check for a closed pipe, as in `icontact lists | head -1`; click ends without a message."""
    return isinstance(error, OSError) and error.errno == errno.EPIPE


def _stop_for(error: Exception) -> CommandError:
    if isinstance(error, IContactError):
        return CommandError(describe_error(error), exit_code_for(error))
    if isinstance(error, ImportError):
        if "icontact[" in str(error):
            return CommandError(str(error))
        return CommandError(
            f'{error.name} is not installed, and this command needs it: pip install "icontact[cli]"'
        )
    if isinstance(error, StandardOutputError):
        return CommandError(f"cannot write to standard output: {error.strerror}", SOME_FAILED)
    if isinstance(error, sqlite3.Error):
        return CommandError(f"the file of --state or --store cannot be used: {error}")
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return CommandError(f"{place}{error.strerror or error}")
    return CommandError(
        f"unexpected {type(error).__name__}: please report it, with the traceback that "
        "ICONTACT_DEBUG=1 shows",
        SOME_FAILED,
    )
