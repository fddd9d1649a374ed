"""The rows of a push in its journal: loaded, planned, sent, finished."""

# ruff: noqa: S608  (the statements are made of constants, values are parameters)

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, starmap
from operator import itemgetter
from typing import Any, TypeVar

from icontact.auth import Private
from icontact.push.decisions import ContactState, Decision, OpenRow
from icontact.push.journal.journal_file import JournalFile, contact_from
from icontact.push.journal.schema import RowRecord, RowResult, RowToWrite, Stage
from icontact.push.reasons import OutcomeStatus, Reason, ReasonCode

T = TypeVar("T")


#: The rows that one statement plans.
_PLANNED_AT_ONCE = 20_000


class Journal(JournalFile):
    """All rows of one push; see :class:`JournalFile`."""

    # Reading the input.

    @property
    def is_read(self) -> bool:
        """Whether all rows of the input are in it."""
        return bool(self.noted("read"))

    def start_reading(self) -> None:
        """Delete the rows of an interrupted reading: nothing was done with them."""
        self.database.execute("DROP INDEX IF EXISTS rows_by_address")
        self.database.execute("DELETE FROM rows")
        self.database.execute("DELETE FROM originals")
        self.database.execute("DELETE FROM refused")

    def add(self, rows: Sequence[RowRecord]) -> None:
        """Store rows of the input, and what they were before they were mapped."""
        with self.database.transaction():
            # Most rows are as the other columns begin, and Python passes a NULL on slowly.
            self.database.execute_many(
                "INSERT INTO rows (row, email, address, fields) VALUES (?, ?, ?, ?)",
                ((one.row, one.email, one.address, one.text) for one in rows if one.is_plain),
            )
            self.database.execute_many(
                "INSERT INTO rows (row, email, address, fields, notes, restricted, stage, status,"
                " reason, opted_out, action) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_columns_of(one) for one in rows if not one.is_plain),
            )
            self.database.execute_many(
                "INSERT INTO originals (row, cells) VALUES (?, ?)",
                ((one.row, one.original) for one in rows if one.original is not None),
            )
            self.database.execute_many(
                "INSERT OR IGNORE INTO refused (address) VALUES (?)",
                ((address,) for one in rows for address in one.refused),
            )

    def first_mismatch(self, rows: Sequence[RowRecord]) -> int | None:
        """Return the first of these rows that differs from the stored one, if there is one."""
        stored = {
            row: tuple(rest)
            for row, *rest in self.database.rows(
                "SELECT row, email, fields, notes, restricted FROM rows WHERE row BETWEEN ? AND ?",
                (rows[0].row, rows[-1].row),
            )
        }
        for one in rows:
            if stored.get(one.row) != (one.email, one.text, _notes_of(one), int(one.restricted)):
                return one.row
        return None

    def finish_reading(self, notes: Sequence[str]) -> None:
        """Note that all rows are loaded."""
        with self.database.transaction():
            self.note("notes", json.dumps(notes))
            self.note("read", str(self.database.value("SELECT COUNT(*) FROM rows")))

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes about the rows together."""
        return tuple(json.loads(self.noted("notes", "[]")))

    def skip_refused(self, reason: Reason) -> None:
        """Skip the rows of further addresses of rows that restrict their person."""
        self._end(
            OutcomeStatus.SKIPPED,
            reason,
            "stage = ? AND restricted = 0 AND address IN (SELECT address FROM refused)",
            Stage.READ,
        )

    def _end(self, status: OutcomeStatus, reason: Reason, where: str, *values: str | int) -> None:
        """End the rows for which a condition is true, before anything is written of them."""
        self.database.execute(
            f"UPDATE rows SET stage = ?, action = 'skip', status = ?, reason = ? WHERE {where}",
            (Stage.DONE, status.value, reason.encode(), *values),
        )

    def settle_duplicates(self, wins: str) -> None:
        """Index the rows by address, and choose one for each; nothing of the others is pushed.

        A row that restricts the contact goes before one that does not; else the "first" or the
        "last" wins.
        """
        sign = "+" if wins == "last" else "-"
        with self.database.transaction():
            self.database.execute("CREATE INDEX rows_by_address ON rows (address)")
            # Beside MAX() the other columns are those of the row that has it, as SQLite promises.
            self.database.execute(
                "INSERT INTO winners SELECT address, row, MAX(restricted * 1e15"
                f" {sign} row) FROM rows WHERE address IS NOT NULL GROUP BY address"
                " HAVING COUNT(*) > 1"
            )
            self.database.execute(
                "UPDATE rows SET duplicate_of = (SELECT row FROM winners"
                " WHERE winners.address = rows.address)"
                " WHERE address IN (SELECT address FROM winners)"
            )
            duplicate = Reason.of(ReasonCode.DUPLICATE)
            where = "duplicate_of <> row AND status IS NOT 'rejected'"
            self._end(OutcomeStatus.SKIPPED, duplicate, where)
            self.database.execute("UPDATE rows SET duplicate_of = NULL WHERE duplicate_of = row")
            self.database.execute("DELETE FROM winners")

    def skip_all(self, reason: Reason) -> None:
        """Skip every row."""
        self._end(OutcomeStatus.SKIPPED, reason, "TRUE")

    # Finding out what to do.

    def reopen(self) -> None:
        """Reopen rows that are not done or failed."""
        self.database.execute(
            "UPDATE rows SET stage = ?, action = NULL, status = NULL, reason = NULL"
            " WHERE stage <> ? OR status = 'failed'",
            (Stage.READ, Stage.DONE),
        )

    def count(self, stage: int) -> int:
        """Return how many rows are at a stage."""
        return int(self.database.value("SELECT COUNT(*) FROM rows WHERE stage = ?", (stage,)))

    def addresses(self, *, unknown: bool = False) -> Iterator[Private]:
        """Yield the addresses of the open rows, or only those without a contact so far."""
        condition = "AND address NOT IN (SELECT address FROM known)" if unknown else ""
        for found in self.database.steps(
            f"SELECT row, email FROM rows WHERE stage = ? {condition} AND row > ?"
            " ORDER BY row LIMIT ?",
            (Stage.READ,),
        ):
            yield from (Private(email) for _, email in found)

    def opted_out_on_list(self) -> int:
        """Return how many contacts are on the list although their row opted out."""
        return int(
            self.database.value(
                "SELECT COUNT(*) FROM rows WHERE opted_out IS NOT NULL"
                " AND subscription IN ('normal', 'pending')"
            )
        )

    def open_rows(self) -> Iterator[Sequence[OpenRow]]:
        """Yield the open rows with the contacts of their addresses, some at a time."""
        for found in self.database.steps(_OPEN, (Stage.READ,)):
            yield [*map(_open_row, groupby(found, key=itemgetter(0)))]

    def plan_new(self) -> None:
        """Plan at once the open rows without a contact, but for those with a story of their own.

        These are rows that opt out, restrict their contact, or were tried before.
        """
        ((last,),) = self.database.rows("SELECT COALESCE(MAX(row), -1) FROM rows")
        reason = Reason.of(ReasonCode.NEW_CONTACT).encode()
        # In parts, since SQLite remembers every row of an UPDATE until it ends.
        for first in range(0, int(last) + 1, _PLANNED_AT_ONCE):
            self.database.execute(
                "UPDATE rows SET stage = ?, action = 'create', subscribe = 1, changes = NULL,"
                " contact_id = NULL, subscription = NULL, status = 'created', reason = ?"
                " WHERE row BETWEEN ? AND ? AND +stage = ? AND restricted = 0"
                " AND opted_out IS NULL AND tried_status IS NULL"
                " AND address NOT IN (SELECT address FROM known)",
                (Stage.PLANNED, reason, first, first + _PLANNED_AT_ONCE - 1, Stage.READ),
            )

    def plan(self, decided: Iterable[tuple[int, Decision]]) -> None:
        """Store decisions about rows."""
        with self.database.transaction():
            self.database.execute_many(
                "UPDATE rows SET stage = ?, action = ?, subscribe = ?, changes = ?, contact_id = ?,"
                " subscription = ?, status = ?, reason = ? WHERE row = ?",
                (
                    (
                        Stage.PLANNED if one.writes else Stage.DONE,
                        one.action.value,
                        one.subscribe,
                        json.dumps(dict(one.before)) if one.before else None,
                        one.contact_id,
                        one.subscription,
                        one.status.value,
                        one.reason.encode(),
                        row,
                    )
                    for row, one in decided
                ),
            )

    # Writing.

    def to_write(self, after: int, most: int) -> list[RowToWrite]:
        """Return the next rows to be written, after the last one of those before."""
        found = self.database.steps(_PLANNED, (Stage.PLANNED,), most, after=after)
        return list(starmap(RowToWrite, next(found, ())))

    def sent(self, first: int, last: int) -> None:
        """Mark the planned rows from one to another as about to be sent."""
        self.database.execute(
            "UPDATE rows SET stage = ?, tried_reason = COALESCE(tried_reason, reason),"
            " tried_status = COALESCE(tried_status, status)"
            " WHERE stage = ? AND row BETWEEN ? AND ?",
            (Stage.SENT, Stage.PLANNED, first, last),
        )

    def finish(self, results: Iterable[RowResult]) -> None:
        """Store the results of rows."""
        with self.database.transaction():
            self.database.execute_many(
                "UPDATE rows SET stage = ?, status = ?, reason = ?, subscription = ?,"
                " contact_id = ?, tried_status = CASE WHEN ? THEN tried_status END,"
                " tried_reason = CASE WHEN ? THEN tried_reason END WHERE row = ?",
                (
                    (
                        Stage.DONE,
                        one.status,
                        one.reason.encode(),
                        one.subscription,
                        one.contact_id,
                        one.tried,
                        one.tried,
                        one.row,
                    )
                    for one in results
                ),
            )

    def fail_address(self, address: str, reason: Reason) -> None:
        """Fail the open row of an address: its contact is not known."""
        self._end(OutcomeStatus.FAILED, reason, "stage = ? AND address = ?", Stage.READ, address)

    def fail_contact(self, contact_id: int, reason: Reason) -> None:
        """Fail the open row of a contact: its subscription is not known."""
        where = "stage = ? AND address IN (SELECT address FROM known WHERE contact_id = ?)"
        self._end(OutcomeStatus.FAILED, reason, where, Stage.READ, contact_id)

    def fail_rest(self, reason: Reason) -> int:
        """Fail every row that is not done; return their number."""
        return self.database.execute(
            "UPDATE rows SET stage = ?, status = 'failed', reason = ? WHERE stage <> ?",
            (Stage.DONE, reason.encode(), Stage.DONE),
        )

    def unfinished(self) -> int | None:
        """Return how many rows have no outcome yet; ``None`` if not all of them are read."""
        if not self.is_read:
            return None
        sql = "SELECT COUNT(*) FROM rows WHERE stage <> ?"
        return int(self.database.value(sql, (Stage.DONE,)))

    def done(self) -> Mapping[str, int]:
        """Return how many rows have ended in each status."""
        found = self.database.rows(
            "SELECT status, COUNT(*) FROM rows WHERE stage = ? GROUP BY status", (Stage.DONE,)
        )
        return dict(found)

    def writes(self) -> Mapping[tuple[str, bool], int]:
        """Return how many planned rows there are of each action, subscribing or not."""
        found = self.database.rows(
            "SELECT action, subscribe, COUNT(*) FROM rows WHERE stage = ? GROUP BY 1, 2",
            (Stage.PLANNED,),
        )
        return {(action, bool(subscribe)): number for action, subscribe, number in found}


_PLANNED = (
    "SELECT row, address, action, subscribe, contact_id, subscription, status, reason,"
    " tried_status IS NOT NULL, changes, fields FROM rows"
    " WHERE stage = ? AND row > ? ORDER BY row LIMIT ?"
)

_OPEN = (
    "SELECT open.row, fields, tried_status, tried_reason, opted_out, contact,"
    " known.subscription FROM"
    " (SELECT * FROM rows WHERE stage = ? AND row > ? ORDER BY row LIMIT ?) AS open"
    " LEFT JOIN known ON known.address = open.address ORDER BY open.row, known.contact_id"
)


def _open_row(found: tuple[int, Iterable[tuple[Any, ...]]]) -> OpenRow:
    """Return a row made of its lines: one for each contact with its address, or one without."""
    lines = list(found[1])
    row, fields, status, reason, opted_out, _, subscription = lines[0]
    return OpenRow(
        row=row,
        fields=json.loads(fields),
        state=ContactState(
            contacts=tuple(contact_from(line[5]) for line in lines if line[5] is not None),
            subscription=subscription if len(lines) == 1 else None,
        ),
        tried=None if status is None else (OutcomeStatus(status), Reason.decode(reason)),
        opted_out=None if opted_out is None else Reason.decode(opted_out),
    )


#: The action of a row that ended when it was read.
_ACTIONS = {OutcomeStatus.REJECTED: "reject", OutcomeStatus.SKIPPED: "skip"}


def _notes_of(row: RowRecord) -> str | None:
    return json.dumps(row.notes) if row.notes else None


def _columns_of(row: RowRecord) -> tuple[Any, ...]:
    return (
        row.row,
        row.email,
        row.address,
        row.text,
        _notes_of(row),
        row.restricted,
        Stage.READ if row.status is None else Stage.DONE,
        row.status,
        row.reason and row.reason.encode(),
        row.opted_out and row.opted_out.encode(),
        _ACTIONS.get(row.status) if row.status else None,
    )
