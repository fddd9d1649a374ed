"""Keeps search terms out of urllib3's log.

At DEBUG urllib3 logs whole URLs, and a search for a contact has the address in its query. While a
call of ours is under way in this thread, the query is cut off; what others send is left alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["quiet_queries"]

_OURS: ContextVar[bool] = ContextVar("_OURS", default=False)


class _WithoutQuery(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if _OURS.get() and isinstance(record.args, tuple):
            record.args = tuple(_cut(arg) for arg in record.args)
        return True


def _cut(arg: object) -> object:
    path, mark, _ = str(arg).partition("?")
    return f"{path}?…" if mark else arg


for _name in ("connectionpool", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_WithoutQuery())


@contextmanager
def quiet_queries() -> Iterator[None]:
    """Cut queries off in what urllib3 logs meanwhile, in this thread."""
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
