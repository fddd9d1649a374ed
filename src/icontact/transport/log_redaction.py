"""Keeps search terms, and texts that servers echo, out of urllib3's log.

urllib3 logs whole URLs, and a search for a contact has the address in its query. While a call of
this library is under way in a thread, the query is cut off. Other requests are logged as ever.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from icontact.auth import redact

__all__ = ["redacted_logs"]

_OURS: ContextVar[bool] = ContextVar("_OURS", default=False)

#: Every module of urllib3 that logs.
_LOGGERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")


class _Redaction(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if _OURS.get():
            # A malformed header is quoted in the exception.
            record.exc_info = record.exc_text = None
            if isinstance(record.args, tuple):
                record.args = tuple(map(_redacted, record.args))
        return True


def _redacted(arg: object) -> object:
    if isinstance(arg, BaseException):
        return type(arg).__name__
    path, mark, _ = str(arg).partition("?")
    if mark:
        return redact(f"{path}?…")
    return redact(arg) if isinstance(arg, str) else arg


for _name in _LOGGERS:
    logging.getLogger(f"urllib3.{_name}").addFilter(_Redaction())


@contextmanager
def redacted_logs() -> Iterator[None]:
    """Cut the queries off that urllib3 logs in this thread during the block."""
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
