"""The state of the sandbox: one SQLite database, in memory or in a file."""

from __future__ import annotations

from icontact.sandbox.store.database import Row, Store

__all__ = ["Row", "Store"]
