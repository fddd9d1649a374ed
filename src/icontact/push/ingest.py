"""Rows of any kind go into the journal, mapped or rejected, a thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from operator import itemgetter
from os import PathLike
from typing import Any

from icontact.addresses import canonical_address
from icontact.errors import ConfigError, DoNotContact, JournalError, MappingError, NoConsent
from icontact.mapping import ContactMapper, Explanation
from icontact.mapping.consent import ConsentColumn
from icontact.mapping.consent_columns import certain_no
from icontact.models import ContactFields
from icontact.push.decisions import restricting_status
from icontact.push.journal import (
    CHUNK,
    Journal,
    RowRecord,
    Stage,
    body_of,
    json_of,
    storable,
)
from icontact.push.outcome import OutcomeStatus, number_of
from icontact.push.settings import PushPolicy
from icontact.sources import (
    FIRST_ROWS,
    BadRow,
    RowFile,
    RowSource,
    TableRows,
    as_rows,
    refuse_duplicates,
)

__all__ = ["load_rows"]


def load_rows(
    rows: RowSource,
    mapper: ContactMapper,
    journal: Journal,
    rules: PushPolicy,
) -> int:
    """Read all rows into a journal; if they are there already, see that they are the same.

    A row that cannot be mapped is settled at once, as rejected; one that says that its person must
    not be mailed, as skipped.

    Args:
        rows: What is to be pushed; read once.
        mapper: Turns a row into contact fields.
        journal: Where to.
        rules: What the settings say.

    Returns:
        How many rows there are.

    Raises:
        TypeError: For something whose items are no rows: one mapping.
        ConsentError: If a column is about who may be mailed, and nothing reads it.
        JournalError: If the journal holds other rows.
    """
    opened = isinstance(rows, str | PathLike)
    given = as_rows(rows)
    if isinstance(given, RowFile | TableRows):
        _check_columns(given, mapper)
    reader = _Reader(mapper, rules)
    if journal.is_read:
        return _compare(reader, given, journal)
    journal.start_reading()
    for chunk in reader.chunks(given):
        journal.add(chunk, reader.originals())
    if journal.index():
        journal.settle_duplicates(rules.duplicates)
    if not rules.push_contacts:
        journal.skip_all(rules.switch)
    journal.note("source", json.dumps(_source_of(given), default=str))
    # Whoever opened a file sees its notes there.
    of_the_file = tuple(getattr(given, "notes", ())) if opened else ()
    journal.finish_reading((*of_the_file, *reader.notes))
    return reader.count


def _check_columns(rows: RowFile | TableRows, mapper: ContactMapper) -> None:
    try:
        refuse_duplicates(mapper, rows.duplicate_columns)
        mapper.require_consent_read(rows.columns, rows.first_rows())
    except ConfigError:
        if isinstance(rows, RowFile):
            rows.close()
        raise


def _source_of(rows: object) -> Mapping[str, Any]:
    """Return what has to be known of an input, to write rows of it again."""
    if not isinstance(rows, RowFile):
        return {}
    return {"columns": rows.columns, "encoding": rows.encoding, "delimiter": rows.delimiter}


def _compare(reader: _Reader, given: Iterable[Any], journal: Journal) -> int:
    kept = int(journal.database.value("SELECT COUNT(*) FROM rows"))
    for chunk in reader.chunks(given):
        place = journal.first_mismatch(chunk)
        reader.originals()
        if place is not None:
            fault = (
                f"row {place} is not the one that it holds"
                if place < kept
                else f"it holds {number_of(kept, 'row')}, and there are more"
            )
            raise JournalError(f"the journal {journal.path} belongs to other rows: {fault}{_OUT}")
    if reader.count < kept:
        raise JournalError(
            f"the journal {journal.path} belongs to other rows: it holds {number_of(kept, 'row')},"
            f" and there are {reader.count:,}{_OUT}"
        )
    return kept


_OUT = "; push the same rows to go on, or name another journal"


class _Chunk:
    """Rows on their way into the journal."""

    def __init__(self) -> None:
        #: About which there is nothing to be said: most of them.
        self.plain: list[RowRecord] = []
        self.others: list[RowRecord] = []

    def taken(self) -> Sequence[RowRecord]:
        """Return all of them, in their order."""
        if not self.others:
            return self.plain
        return sorted(chain(self.plain, self.others), key=itemgetter(0))


class _Reader:
    """Maps rows as they come.

    Attributes:
        count: How many rows there were.
    """

    def __init__(self, mapper: ContactMapper, rules: PushPolicy) -> None:
        self._mapper = mapper
        self._rules = rules
        self.count = 0
        self._consent_keys = mapper.consent_keys
        #: Whether rows of the file have columns that say who may be mailed.
        self._may_say_no = False
        self._originals: list[tuple[int, str]] = []
        #: Keys that may be about consent, and that nothing reads.
        self._suspects: dict[Any, ConsentColumn] = {}
        # Keys that no row has had so far: mostly a slip in the mapping, which is not to pass in
        # silence.
        self._unseen = set(mapper.sources)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said about the rows together."""
        seen = set(self._mapper.sources) - self._unseen
        missing = self._mapper.missing(seen) if self.count else ()
        notes = (f"no row has {', '.join(map(repr, missing))}",) if missing else ()
        return (
            *notes,
            *(
                f"not read: {one}; name it in do_not_contact, consent or ignore"
                for one in self._suspects.values()
            ),
        )

    def originals(self) -> Sequence[tuple[int, str]]:
        """Return the rows of the last chunk as they came, and forget them."""
        found, self._originals = self._originals, []
        return found

    def _keep(self, place: int, row: Any) -> None:
        cells = row.cells if isinstance(row, BadRow) else row
        if isinstance(cells, Mapping):
            # Others' objects raise what they like; then the row is known by its address alone.
            with suppress(Exception):
                self._originals.append((place, json.dumps(dict(cells), default=str)))

    def chunks(self, given: Iterable[Any]) -> Iterable[Sequence[RowRecord]]:
        """Yield the rows as the journal takes them."""
        chunk, count = _Chunk(), 0
        if isinstance(given, RowFile):
            read = self._consent_keys.difference(self._mapper.consent.ignored)
            self._may_say_no = not read.isdisjoint(given.columns)
        for row in given:
            self._keep(count, row)
            if isinstance(row, BadRow):
                chunk.others.append(self._broken(count, row))
            else:
                self._take(count, row, chunk)
                if self._unseen:
                    self._look_for_keys(row)
            count += 1
            if not count % CHUNK:
                yield chunk.taken()
                chunk = _Chunk()
        self.count = count
        if count % CHUNK:
            yield chunk.taken()

    def _look_for_consent(self, row: Mapping[Any, Any]) -> None:
        """Note the keys of a row that may be about consent; a sure no is skipped anyway."""
        for one in self._mapper.unread_consent(row, [row]):
            if not one.words or not all(one.words.values()):
                self._suspects.setdefault(one.column, one)

    def _look_for_keys(self, row: Any) -> None:
        # Only of a plain dict it is certain that asking for its keys has no effect.
        unseen: set[Any] = set()
        if type(row) is dict:
            # But its keys may refuse to be compared; then nothing is said about them.
            with suppress(Exception):
                unseen = {key for key in self._unseen if key not in row}
        self._unseen = unseen

    def _take(self, place: int, row: Any, chunk: _Chunk) -> None:
        try:
            if isinstance(row, Mapping):
                said_no = certain_no(row, self._consent_keys)
                if said_no is not None:
                    address = self._mapper.explain(row)["email"].result
                    chunk.others.append(_opted_out(place, address, said_no))
                    return
                if place < FIRST_ROWS:
                    self._look_for_consent(row)
            mapped = self._mapper.apply(row)
            text = json_of({"email": mapped.email, **body_of(mapped.fields)})
        except MappingError as problem:
            chunk.others.append(self._refused(place, row, problem))
        except Exception as problem:  # noqa: BLE001  # rows are others' objects, and raise anything
            chunk.others.append(_unreadable(place, problem))
        else:
            kept = (place, mapped.email, str(canonical_address(mapped.email)), text)
            restricts = restricting_status(mapped.fields, self._rules) is not None
            if mapped.notes or restricts:
                said = json.dumps(mapped.notes) if mapped.notes else None
                chunk.others.append((*kept, said, int(restricts), Stage.READ, None, None))
            else:
                chunk.plain.append(kept)

    def _broken(self, place: int, row: BadRow) -> RowRecord:
        """Reject a row that cannot be read; it restricts its person if it may say no."""
        if not self._may_say_no and certain_no(row.cells, self._consent_keys) is None:
            return _rejected(place, None, row.reason)
        key = self._mapper.explain({})["email"].sources[0]
        # In the column of the address there may be what belongs to its neighbour.
        candidates: list[Mapping[Any, Any]] = [row.cells, *({key: one} for one in row.addresses)]
        found = (self._mapper.explain(cells)["email"].result for cells in candidates)
        email = next((one for one in found if one is not None), None)
        return _restricting(place, email, row.reason, OutcomeStatus.REJECTED)

    def _refused(self, place: int, row: Any, problem: MappingError) -> RowRecord:
        """Reject a row, or hold it back; under its address, where it has one.

        A row that restricts its person, or might have, keeps the other rows with the same address
        from being pushed in its place.
        """
        if problem.field in (None, "email"):
            return _rejected(place, None, problem.problem)
        try:
            explained = self._mapper.explain(row)
        except Exception as other:  # noqa: BLE001  # it could be read once, and not a second time
            return _unreadable(place, other)
        email = explained["email"].result
        if isinstance(problem, NoConsent):
            return _restricting(place, email, problem.problem, OutcomeStatus.SKIPPED)
        if isinstance(problem, DoNotContact):
            return _opted_out(place, email, problem.problem)
        if problem.field in ("do_not_contact", "consent") or self._restricts(explained):
            return _restricting(place, email, problem.problem, OutcomeStatus.REJECTED)
        return _rejected(place, email, problem.problem)

    def _restricts(self, explained: Explanation) -> bool:
        status = next((one for one in explained.fields if one.target == "status"), None)
        if status is None:
            return False
        said: ContactFields = {"status": status.result or ""}
        return status.problem is not None or restricting_status(said, self._rules) is not None


def _unreadable(place: int, problem: Exception) -> RowRecord:
    return _rejected(place, None, f"the row cannot be read: {type(problem).__name__}")


def _rejected(place: int, email: str | None, reason: str) -> RowRecord:
    status = OutcomeStatus.REJECTED.value
    return (place, email, None, None, None, 0, Stage.DONE, status, storable(reason))


def _opted_out(place: int, email: str | None, reason: str) -> RowRecord:
    if email is None:
        return _restricting(place, None, reason, OutcomeStatus.SKIPPED)
    # It stays open: whether the contact is on the list is still to be found out.
    text = json_of({"email": email})
    address = str(canonical_address(email))
    return (place, email, address, text, None, 1, Stage.READ, None, storable(reason))


def _restricting(place: int, email: str | None, reason: str, status: OutcomeStatus) -> RowRecord:
    address = None if email is None else str(canonical_address(email))
    # It restricts, so that no other row with the same address is pushed in its place.
    return (place, email, address, None, None, 1, Stage.DONE, status.value, storable(reason))
