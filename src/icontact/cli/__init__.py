"""The command line: ``icontact``, and ``python -m icontact``; it needs the extra ``cli``."""

import io
import sys
from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]

_LIBRARIES = ("click", "rich", "tomlkit", "tqdm")


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run a command, and exit with its code.

    Args:
        args: The words of the command line after the program's name; by default those typed.
    """
    if sys.stdout is None:
        _fail("standard output is closed, so nothing can be shown; to see nothing use > /dev/null")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal cannot show must not end the command.
            stream.reconfigure(errors="replace")
    try:
        from icontact.cli.app import commands
    except ImportError as error:
        if error.name not in _LIBRARIES:
            raise
        missing = error.name
    except KeyboardInterrupt:
        # Ctrl-C while the libraries are loaded.
        sys.exit(130)
    else:
        sys.exit(commands.main(args, prog_name="icontact"))
    _fail(f'the command line needs {missing}, which is not installed: pip install "icontact[cli]"')


def _fail(message: str) -> NoReturn:
    if sys.stderr is not None:
        sys.stderr.write(f"Error: {message}\n")
    sys.exit(2)
