"""The whole state of a sandbox at one moment, to come back to."""

from __future__ import annotations

import sqlite3
import weakref
from datetime import timedelta

import attrs


@attrs.frozen(repr=False, eq=False)
class Snapshot:
    """What :meth:`icontact.sandbox.Sandbox.snapshot` returns; only ``restore`` can look inside.

    It is held in memory, whether the sandbox has a file or not.
    """

    _copied: sqlite3.Connection = attrs.field(alias="copied")
    _ahead: timedelta = attrs.field(alias="ahead")

    def __attrs_post_init__(self) -> None:
        # Newer Pythons complain about a database that nobody closed.
        weakref.finalize(self, self._copied.close)

    def __repr__(self) -> str:
        return "<Snapshot of a sandbox>"
