"""What mail servers answer, as it is in lists of bounces."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from icontact.mapping.consent_reading import texts_in

_REPORT = re.compile(r"\s*(?:[245][0-9]{2}[ -])?#?[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![.\w])")
_ERROR = re.compile(
    r"\s*(?:5[0-9]{2}[ -])?#?(5\.[0-9]{1,3}\.[0-9]{1,3})(?![.\w])"
    r"|\s*(55[0-9])[ -].*?\b(?:user|mailbox|account|address|recipient|inbox|rejected)\b"
    r"|(?:.{0,80}\W)?(unknown user|no such mailbox)\b",
    re.IGNORECASE | re.DOTALL,
)

#: Words of columns that have nothing but such answers, and of those that may have them: in a note,
#: 5.1.24 is a date.
_ERROR_COLUMNS = frozenset("error errors diagnostic smtp".split())
_REPORT_COLUMNS = _ERROR_COLUMNS | frozenset("status state reason code bounce".split())


def mail_error(words: Collection[str], value: object) -> str | None:
    """Return the code or the words with which a server says that an address does not exist.

    >>> mail_error(["status"], "550 5.1.1 The account does not exist")
    '5.1.1'
    """
    if _REPORT_COLUMNS.isdisjoint(words):
        return None
    found = next(filter(None, map(_ERROR.match, texts_in(value))), None)
    return None if found is None else next(filter(None, found.groups())).lower()


def may_have_errors(words: Collection[str], values: Iterable[object]) -> bool:
    """Return whether a column may have errors below its first cells, such as 2.0.0."""
    reports = (isinstance(one, str) and _REPORT.match(one) is not None for one in values)
    return not _ERROR_COLUMNS.isdisjoint(words) or any(reports)
