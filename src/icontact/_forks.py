"""Keeps forked processes from waiting for locks that none of their threads holds."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol

__all__ = ["SQLITE", "after_fork", "renew_all"]

#: Held while a thread is inside an SQLite file that forked processes go on using, and during a
#: fork: otherwise the child would inherit SQLite's locks without the thread that releases them.
SQLITE = threading.RLock()


class _Holder(Protocol):
    def renew_locks(self) -> None: ...


_HOLDERS: weakref.WeakSet[_Holder] = weakref.WeakSet()


def after_fork(holder: _Holder) -> None:
    """Let an object make new locks in every process that is forked from now on."""
    _HOLDERS.add(holder)


def renew_all() -> None:
    """Let all these objects make new locks; called in a process that was just forked."""
    for holder in tuple(_HOLDERS):
        holder.renew_locks()


def _in_child() -> None:
    SQLITE.release()
    renew_all()


getattr(os, "register_at_fork", lambda **_: None)(
    before=SQLITE.acquire, after_in_parent=SQLITE.release, after_in_child=_in_child
)
