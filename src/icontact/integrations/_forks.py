"""New locks for forked processes: the thread that held an inherited lock does not exist there."""

from __future__ import annotations

import os
import weakref
from typing import Protocol

__all__ = ["after_fork", "renew_all"]


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


getattr(os, "register_at_fork", lambda **_: None)(after_in_child=renew_all)
