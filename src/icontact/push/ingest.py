"""Loads rows of any kind into the journal, mapped or rejected, a thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

from icontact._wording import number_of
from icontact.errors import ConfigError, JournalError
from icontact.mapping import ContactMapper
from icontact.mapping.consent_reading import REFUSAL
from icontact.mapping.normalize import header_words
from icontact.push.journal import Journal
from icontact.push.policy import PushPolicy
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.row_reader import RowReader
from icontact.sources import (
    REASON_COLUMN,
    RowFile,
    RowSource,
    TableRows,
    as_rows,
    refuse_duplicates,
)

_REFUSED_BESIDE = "another row, which has this address beside another one, says no"

_USED_UP = (
    "no row came: what can be read only once, such as a generator or an open file, gives nothing "
    "the second time"
)


def load_rows(rows: RowSource, mapper: ContactMapper, journal: Journal, policy: PushPolicy) -> None:
    """Read all rows into a journal; if it holds rows already, check that they are the same.

    A row that cannot be mapped is rejected at once; a row whose person opted out is skipped.

    Raises:
        TypeError: If the items are not rows, as those of a single mapping.
        ConsentError: If a column is about consent, and nothing reads it.
        JournalError: If the journal holds other rows.
    """
    is_path = isinstance(rows, str | PathLike)
    given = as_rows(rows)
    # A file that this push opened, or opens for the first time, may have no row.
    is_once = given.is_closed if isinstance(given, RowFile) else isinstance(given, Iterator)
    refuses_all = isinstance(given, RowFile | TableRows) and _check_columns(given, mapper)
    reader = RowReader(mapper, policy, given, refuses_all=refuses_all)
    if journal.is_read:
        _compare(reader, journal)
        return
    journal.start_reading()
    for records in reader.chunks():
        journal.add(records)
    journal.settle_duplicates(policy.duplicates)
    journal.skip_refused(Reason.of(ReasonCode.OPTED_OUT, _REFUSED_BESIDE))
    if not policy.push_contacts:
        journal.skip_all(Reason.of(ReasonCode.SWITCHED_OFF, policy.switch))
    source: Mapping[str, Any] = {}
    if isinstance(given, RowFile):  # what is needed to write rows of it again
        source = {name: getattr(given, name) for name in ("columns", "encoding", "delimiter")}
    journal.note("source", json.dumps(source, default=str))
    # A caller who opened the file sees its notes there.
    notes_of_file = tuple(getattr(given, "notes", ())) if is_path else ()
    used_up = (_USED_UP,) if is_once and not reader.count else ()
    journal.finish_reading((*notes_of_file, *reader.notes, *used_up))


def _check_columns(rows: RowFile | TableRows, mapper: ContactMapper) -> bool:
    """Refuse rows whose columns cannot be read; return whether they are to refuse all people."""
    refuses_all = False
    try:
        if isinstance(rows, RowFile):
            refuses_all = check_titles(rows, mapper)
        refuse_duplicates(mapper, rows.duplicate_columns)
        mapper.require_consent_read(rows.columns, rows.first_rows())
    except ConfigError:
        if isinstance(rows, RowFile):
            rows.close()
        raise
    return refuses_all


def check_titles(rows: RowFile, mapper: ContactMapper) -> bool:
    """Refuse a file with a title such as "Unsubscribed", or a name, unless a column says more.

    Returns:
        Whether its columns say the same as its name.

    Raises:
        ConfigError: Its people may be those who must not be mailed.
    """
    if rows.refusing_title is not None:
        raise ConfigError(f"{rows.name}: {rows.refusing_title}")
    if rows.refusing_name is None:
        return False
    if REASON_COLUMN in rows.columns:
        return False  # rejects of a push, whatever their file is called
    first_rows = rows.first_rows()
    if first_rows and all(mapper.consent.check(row) for row in first_rows):
        return True
    for one in mapper.consent.with_words(first_rows).columns:
        # "optout.csv" may be named after its column, which says of some that they may be mailed.
        if " ".join(header_words(str(one.column))) in REFUSAL and True in one.words.values():
            return False
    raise ConfigError(
        f"{rows.refusing_name}: the name of the file reads like one of people who must not be "
        "mailed. If they may be, or if its columns say who may not, rename the file"
    )


def _compare(reader: RowReader, journal: Journal) -> None:
    stored = int(journal.database.value("SELECT COUNT(*) FROM rows"))
    problem = ""
    for records in reader.chunks():
        row = journal.first_mismatch(records)
        if row is not None and row < stored:
            problem = f"row {row} is not the one that it holds"
        elif row is not None:
            problem = f"it holds {number_of(stored, 'row')}, and there are more"
        if problem:
            break
    else:
        if reader.count < stored:
            problem = f"it holds {number_of(stored, 'row')}, and there are {reader.count:,}"
    if problem:
        raise JournalError(
            f"the journal {journal.path} belongs to other rows: {problem}; push the same rows to "
            "go on, or name another journal"
        )
