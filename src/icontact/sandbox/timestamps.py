"""Times as the server writes and reads them: US Eastern, in several forms (API 2.8)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")

_SEARCH_VALUE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)


def aware(moment: datetime) -> datetime:
    """Return a moment with its zone; one without a zone is taken as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def eastern_stamp(moment: datetime) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS``, Eastern, without the offset: a contact's ``createDate``."""
    return moment.astimezone(EASTERN).strftime("%Y-%m-%d %H:%M:%S")


def eastern(epoch: int) -> str:
    """Return ``YYYY-MM-DD HH:MM:SS``, Eastern, of a time in seconds."""
    return eastern_stamp(datetime.fromtimestamp(epoch, EASTERN))


def compact(epoch: int) -> str:
    """Return ``20090725 14:55:12``: a message's ``createDate`` in a stub (API 2.8)."""
    return datetime.fromtimestamp(epoch, EASTERN).strftime("%Y%m%d %H:%M:%S")


@lru_cache(maxsize=4096)
def iso_with_offset(epoch: int) -> str:
    """Return ``2012-06-09T16:25:50-04:00``: ``addDate`` and ``/time``."""
    return datetime.fromtimestamp(epoch, EASTERN).isoformat(timespec="seconds")


def iso_four_hours_behind(epoch: int) -> str:
    """Return ``2012-12-09T16:25:50-04:00``, in winter too: ``scheduledTime`` (API 2.8)."""
    summer_time = timezone(timedelta(hours=-4))
    return datetime.fromtimestamp(epoch, summer_time).isoformat(timespec="seconds")


def iso_without_colon(epoch: int) -> str:
    """Return ``2009-08-01T16:02:44-0400``: ``actionTime`` (API 7)."""
    return datetime.fromtimestamp(epoch, EASTERN).strftime("%Y-%m-%dT%H:%M:%S%z")


def search_moment(text: str, *, reads_offset: bool = True) -> datetime | None:
    """Read ``YYYY-MM-DD[THH:MM:SS[±HH:MM]]``, Eastern unless it says otherwise.

    Returns:
        The moment; ``None`` for anything else, which then matches nothing.
    """
    if not _SEARCH_VALUE.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if not reads_offset:
            moment = moment.replace(tzinfo=None)
        eastern = moment.astimezone(EASTERN) if moment.tzinfo else moment.replace(tzinfo=EASTERN)
        eastern.timestamp()
    except (ValueError, OverflowError):
        return None
    return eastern
