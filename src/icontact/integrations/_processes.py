"""Processes of a machine: who holds a lease."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

#: Another one in each process that was started; a forked one has another number.
_TOKEN = secrets.token_hex(8)


def new_owner() -> str:
    """Return a name for a lease of this process."""
    number = os.getpid()
    return f"{socket.gethostname()}/{number}.{_begun(number)}.{_TOKEN}/{secrets.token_hex(16)}"


def is_gone(owner: str, alive: Callable[[int], bool]) -> bool:
    """Whether an owner is a process of this machine that ended.

    In a container every start may give the same host name and the same numbers again.
    """
    host, process, _ = owner.rsplit("/", 2)
    if host != socket.gethostname():
        return False
    number, _, rest = process.partition(".")
    begun, _, token = rest.partition(".")
    if int(number) == os.getpid() and token != _TOKEN:
        return True
    return not alive(int(number)) or begun != _begun(int(number))


def _begun(number: int) -> str:
    """Return the start time of a process in the system's units; empty if unknown."""
    try:
        stat = Path(f"/proc/{number}/stat").read_text("ascii", "replace")
    except OSError:
        return ""
    # The name of the program, in brackets, may hold anything.
    return stat.rpartition(")")[2].split()[19]


def lives(process: int) -> bool:
    """Whether a process of this machine runs; assumed where asking would end it."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
