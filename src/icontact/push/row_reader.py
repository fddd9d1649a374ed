"""Reads rows of any kind for the journal: mapped, rejected, or skipped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from icontact.addresses import canonical_address
from icontact.errors import DoNotContact, MappingError, NoConsent
from icontact.mapping import ContactMapper, Explanation
from icontact.mapping.addresses import meant_addresses
from icontact.mapping.consent import ConsentColumn
from icontact.mapping.consent_columns import LaterRows, certain_no, not_read
from icontact.mapping.consent_reading import is_plain_refusal, names_refusal
from icontact.mapping.source import UnreadableRow
from icontact.models import ContactFields
from icontact.push.decisions import restricting_status
from icontact.push.journal import CHUNK, RowRecord
from icontact.push.policy import PushPolicy
from icontact.push.reasons import OutcomeStatus, Reason, ReasonCode
from icontact.sources import FIRST_ROWS, BadRow, RowFile, TableRows
from icontact.sources.reject_cells import original_text
from icontact.sources.rows import DoubtfulRow

_fields_as_json = json.JSONEncoder(separators=(",", ":")).encode

_BELOW_REFUSAL = (
    "the row is below a line that reads like a title of people who must not be mailed: if they may "
    "be, remove that line"
)

_IN_REFUSING_FILE = (
    "the name of the file reads like one of people who must not be mailed, as the rows before say, "
    "and this row does not: if it may be mailed, rename the file"
)


class RowReader:
    """Maps rows as they come. With ``refuses_all`` a row that its columns let pass is in doubt."""

    def __init__(
        self,
        mapper: ContactMapper,
        policy: PushPolicy,
        rows: Iterable[Any],
        *,
        refuses_all: bool,
    ) -> None:
        self._mapper, self._policy, self._rows = mapper, policy, rows
        self._refuses_all = refuses_all
        self.count: int = 0
        self._consent_keys = mapper.consent_keys
        read = self._consent_keys.difference(mapper.consent.ignored)
        #: Whether the file has columns that say who may be mailed.
        self._has_consent = isinstance(rows, RowFile) and not read.isdisjoint(rows.columns)
        self._is_file = isinstance(rows, RowFile)
        #: Whether a line such as "Unsubscribed" stands above the next row.
        self._is_below_refusal = False
        #: Mapped keys that neither a header nor a row has had so far.
        self._unseen = set(mapper.sources)
        self._later_rows: LaterRows | None = None
        if isinstance(rows, RowFile | TableRows):
            self._later_rows = LaterRows(rows.columns, rows.first_rows())
            self._unseen.difference_update(rows.columns)
        #: Keys that may be about consent, and that nothing reads.
        self._unread: dict[Any, ConsentColumn] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes about the rows together."""
        seen = set(self._mapper.sources) - self._unseen
        missing = self._mapper.missing(seen) if self.count else ()
        notes = [f"no row has {', '.join(map(repr, missing))}"] if missing else []
        for one in self._unread.values():
            notes.append(f"not read: {one}; name it in do_not_contact, consent or ignore")
        return tuple(notes)

    def chunks(self) -> Iterator[list[RowRecord]]:
        """Yield the rows for the journal."""
        records: list[RowRecord] = []
        for row in self._rows:
            # As it came, whatever the mapper does to it.
            original = original_text(row)
            if isinstance(row, BadRow):
                record = self._record_of_bad_row(row)
            else:
                record = self._record_of(row)
                if self._is_file and record.email is None and _is_refusing_title(row):
                    self._is_below_refusal = True
                if self._unseen:
                    self._note_keys(row)
            record.original = original
            if record.restricted:
                record.refused = self._further_addresses(row, record.address)
            records.append(record)
            self.count += 1
            if len(records) == CHUNK:
                yield records
                records = []
        if records:
            yield records

    def _note_keys(self, row: Any) -> None:
        # Only asking a plain dict for its keys is certain to have no effect.
        unseen: set[Any] = set()
        if type(row) is dict:
            # Its keys may refuse to be compared; then nothing is noted about them.
            with suppress(Exception):
                unseen = {key for key in self._unseen if key not in row}
        self._unseen = unseen

    def _note_consent(self, row: Mapping[Any, Any]) -> None:
        """Note the keys of a row that may be about consent; a certain no is skipped anyway."""
        for one in self._mapper.unread_consent(row, [row]):
            if not one.words or not all(one.words.values()):
                self._unread.setdefault(one.column, one)

    def _record_of(self, row: Any) -> RowRecord:
        try:
            if self._is_below_refusal:
                raise MappingError(_BELOW_REFUSAL, field="consent")
            if type(row) is dict or isinstance(row, Mapping):
                refusal = certain_no(row, self._consent_keys)
                if refusal is not None:
                    return self._opted_out(_meant_email(row, self._mapper.explain(row)), refusal)
                if self.count < FIRST_ROWS:
                    self._note_consent(row)
                elif self._later_rows is not None:
                    column = self._later_rows.refusing_column(row, self._consent_keys)
                    if column is not None:  # among the first rows it would have stopped the push
                        raise MappingError(not_read([column]).problem, field="consent")
            mapped = self._mapper.apply(row)
            if self._refuses_all:
                raise MappingError(_IN_REFUSING_FILE, field="consent")
            text = _fields_as_json(mapped.fields)
        except MappingError as error:
            return self._record_of_refused(row, error)
        except Exception as error:  # noqa: BLE001  # a row's own methods may raise anything
            return self._unreadable(type(error).__name__)
        return RowRecord(
            self.count,
            mapped.email,
            str(canonical_address(mapped.email)),
            text,
            tuple(mapped.notes),
            restricted=restricting_status(mapped.fields, self._policy) is not None,
        )

    def _record_of_bad_row(self, row: BadRow) -> RowRecord:
        """Reject a row that cannot be read; it restricts its person if it may say no."""
        refuses = (
            isinstance(row, DoubtfulRow)
            or any(map(is_plain_refusal, row.surplus))
            or certain_no(row.cells, self._consent_keys)
        )
        if not self._has_consent and not refuses:
            return self._rejected(None, row.reason)
        key = self._mapper.explain({})["email"].sources[0]
        # The column of the address may hold the value of a neighbour.
        candidates: list[Mapping[Any, Any]] = [row.cells, *({key: one} for one in row.addresses)]
        found = (_meant_email(cells, self._mapper.explain(cells)) for cells in candidates)
        return self._rejected(
            next((one for one in found if one is not None), None), row.reason, restricted=True
        )

    def _record_of_refused(self, row: Any, error: MappingError) -> RowRecord:
        """Reject or skip a row that cannot be mapped, under its address, if it has one.

        A row that restricts its person, or might do so, keeps other rows with the same address
        from being pushed in its place.
        """
        if isinstance(error, UnreadableRow):
            return self._unreadable(error.kind)
        if error.field is None:
            return self._rejected(None, error.problem)
        try:
            explained = self._mapper.explain(row)
        except UnreadableRow as other:  # it could be read once, and not a second time
            return self._unreadable(other.kind)
        email = explained["email"].result
        meant = _meant_email(row, explained)
        if isinstance(error, NoConsent):
            return self._ended(
                meant, OutcomeStatus.SKIPPED, Reason.of(ReasonCode.OPTED_OUT, error.problem)
            )
        if isinstance(error, DoNotContact):
            return self._opted_out(meant, error.problem)
        restricts = error.field in ("do_not_contact", "consent") or self._restricts(explained)
        return self._rejected(meant if restricts else email, error.problem, restricted=restricts)

    def _restricts(self, explained: Explanation) -> bool:
        status = next((one for one in explained.fields if one.target == "status"), None)
        if status is None:
            return False
        given: ContactFields = {"status": status.result or ""}
        return status.problem is not None or restricting_status(given, self._policy) is not None

    def _opted_out(self, email: str | None, problem: str) -> RowRecord:
        reason = Reason.of(ReasonCode.OPTED_OUT, problem)
        if email is None:
            return self._ended(None, OutcomeStatus.SKIPPED, reason)
        # The row stays open: it is not known yet whether the contact is on the list.
        return RowRecord(
            self.count,
            email,
            str(canonical_address(email)),
            _fields_as_json({"email": email}),
            restricted=True,
            opted_out=reason,
        )

    def _further_addresses(self, row: Any, address: str | None) -> Sequence[str]:
        """Return the other addresses where a row has its own, as they are compared."""
        found: list[str] = []
        # A row's own methods may raise anything, and it restricts its person all the same.
        with suppress(Exception):
            values: list[object] = []
            if isinstance(row, BadRow):
                values += row.addresses
                row = row.cells
            values += (row.get(key) for key in self._mapper.explain({})["email"].sources)
            for value in values:
                found += () if value is None else meant_addresses(value)
        addresses = dict.fromkeys(str(canonical_address(one)) for one in found)
        return [one for one in addresses if one != address]

    def _unreadable(self, kind: str) -> RowRecord:
        reason = Reason.of(ReasonCode.UNREADABLE_ROW, kind)
        return self._ended(None, OutcomeStatus.REJECTED, reason, restricted=False)

    def _rejected(self, email: str | None, problem: str, *, restricted: bool = False) -> RowRecord:
        reason = Reason.of(ReasonCode.INVALID_ROW, problem)
        return self._ended(email, OutcomeStatus.REJECTED, reason, restricted=restricted)

    def _ended(
        self, email: str | None, status: OutcomeStatus, reason: Reason, *, restricted: bool = True
    ) -> RowRecord:
        """Return a row that ends here; one that restricts is compared with others by address."""
        address = str(canonical_address(email)) if restricted and email is not None else None
        return RowRecord(
            self.count, email, address, None, restricted=restricted, status=status, reason=reason
        )


def _is_refusing_title(row: Mapping[Any, Any]) -> bool:
    """Tell whether a row of a file is a line such as "Unsubscribed" above other rows."""
    filled = [text for value in row.values() if value is not None and (text := str(value).strip())]
    return len(filled) == 1 and names_refusal(filled[0])


def _meant_email(row: Mapping[Any, Any], explained: Explanation) -> str | None:
    """Return the address of a row that restricts its person, even if it is damaged."""
    email = explained["email"]
    values = (row.get(key) for key in email.sources)
    found = (one for value in values if value is not None for one in meant_addresses(value))
    return email.result or next(found, None)
