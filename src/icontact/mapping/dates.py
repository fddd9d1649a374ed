"""Dates of files and databases, read and written in one form."""

from __future__ import annotations

import re
from datetime import date, datetime

from icontact.errors import MappingError
from icontact.mapping.values import TransformResult, is_blank, trimmed

ISO = "%Y-%m-%d"

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?")
_NUMERIC = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})(?:[T ]([0-9:. APMapm]+))?")
# What Python writes the same everywhere; platforms disagree on, or raise for, other directives.
_PORTABLE = re.compile(r"(?:[ -$&-~]|%[aAbBcdGjmuUVwWxyY%])+")
#: Numbers with nothing in between.
_RUN_TOGETHER = re.compile(r"%[dmyYjGuUVwW]%[dmyYjGuUVwW]")
_HAS_YEAR = re.compile(r"%[YyGcDx]")


def clean_date(
    value: object,
    *,
    input_format: str | None = None,
    dayfirst: bool | None = None,
    date_format: str = ISO,
) -> TransformResult:
    """Return a date as text; a time of day is dropped, and no time zone is converted.

    Args:
        value: A date, a datetime (pandas' Timestamp is one), or text: ISO, with or without a time,
            or day, month and a year of four digits. MySQL's ``0000-00-00`` counts as empty.
        input_format: The only form to read text by, as `datetime.strptime` takes it.
        dayfirst: Whether the day comes before the month. Without it, ``03/04/2026`` is refused
            and ``31/03/2026`` is not.
        date_format: The form to write, as `date.strftime` takes it. ISO by default, since the form
            that the API expects is not documented (API 2.8).

    >>> clean_date("2026-03-04 10:00:00").value
    '2026-03-04'
    """
    if is_blank(value):
        return TransformResult(None)
    if isinstance(value, date):
        day: date | None = value
    elif not isinstance(value, str):
        raise MappingError(f"came as {type(value).__name__}: a date is a date or its text")
    elif input_format is not None:
        day = _by_format(trimmed(value), input_format)
    else:
        day = _by_shape(trimmed(value), dayfirst=dayfirst)
    if day is None or day.year < 1000:
        # Below 1000 platforms disagree on whether a year has leading zeros.
        expected = input_format or "YYYY-MM-DD"
        raise MappingError(f"not a date of the form {expected}: see the option input_format")
    return TransformResult(day.strftime(date_format))


def _by_format(text: str, form: str) -> date | None:
    try:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 - only the day is kept
    except ValueError:
        return None
    if _RUN_TOGETHER.search(form) and moment.strftime(form) != text:
        return None  # "2026112" may be in January or in November
    return moment.date()


def _by_shape(text: str, *, dayfirst: bool | None) -> date | None:
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text).date()
        except ValueError:
            return None
    numeric = _NUMERIC.fullmatch(text)
    if numeric is None:
        return None
    first, second, year = int(numeric[1]), int(numeric[3]), int(numeric[4])
    if dayfirst is None:
        if first <= 12 and second <= 12 and first != second:
            raise MappingError("an ambiguous date: set dayfirst or input_format")
        dayfirst = first > 12
    day, month = (first, second) if dayfirst else (second, first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def check_output_format(form: object) -> str:
    """Return a format for writing dates, if it tells days apart."""
    if isinstance(form, str) and _PORTABLE.fullmatch(form):
        written = {date(2026, month, day).strftime(form) for month in (1, 2) for day in (3, 4)}
        if len(written) == 4:
            return form
    raise MappingError("date_format must write day, month and year, such as '%Y-%m-%d'")


def check_input_format(form: object) -> None:
    """Refuse a format for reading dates that does not hold a full one."""
    day = date(2026, 3, 14)
    if not (
        isinstance(form, str)
        and _HAS_YEAR.search(form)
        and _by_format(day.strftime(form), form) == day
    ):
        raise MappingError("input_format must read day, month and year, such as '%d.%m.%Y'")
