"""Rows of a journal as sequences that read it lazily."""

# ruff: noqa: S608  (the statements are made of constants, values are parameters)

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from os import PathLike
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar, overload

from icontact.models import ContactFields
from icontact.push.decisions import Action, fields_to_write
from icontact.push.journal.database import Database
from icontact.push.reasons import OutcomeStatus, PushOutcome, Reason, describe

T = TypeVar("T")

#: Status, reason or note, whether contacts were added to the list, number of rows, first rows.
ReasonRow: TypeAlias = tuple[str | None, Reason | str, bool, int, tuple[int, ...]]


#: The contact was in iContact already, and is put on the list.
_ADDED = "(status = 'updated' AND subscribe)"


# A dataclass, since pandas and polars make columns of a list of these.
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedRow(PushOutcome):
    """What would happen to one row. Its ``repr`` does not show the address or other data.

    It has the attributes of an outcome: ``status`` is how the row would end if all goes well,
    ``subscription`` the contact's state on the list now.

    Attributes:
        action: What would be written to the contact.
        subscribe: Whether the contact would be put on the list.
        changes: The fields that would change.
        fields: What would be written.
        before: What the fields that would change hold now.
    """

    action: Action
    subscribe: bool = False
    changes: tuple[str, ...] = ()
    fields: ContactFields = field(default_factory=ContactFields, repr=False)
    before: Mapping[str, str] = field(default_factory=dict, repr=False)


class JournalRows(Sequence[T], Generic[T]):
    """Rows of a journal, some at a time in memory. Pickling reads all of them.

    Attributes:
        counts: How many rows had each status when the view was made. Later runs do not change it.
        added: How many contacts were in iContact already and are put on the list; by then, too.
    """

    #: The columns that make up an item.
    columns: str = (
        "row, email, status, subscription, reason, contact_id, notes, duplicate_of,"
        f" {_ADDED} AS added"
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self.counts: dict[str, int] = {}
        self.added: int = 0
        self._length = 0
        for status, is_added, number in database.rows(
            f"SELECT status, {_ADDED} AS added, COUNT(*) FROM rows GROUP BY status, added"
        ):
            self._length += number
            if status is not None:
                self.counts[status] = self.counts.get(status, 0) + number
            if is_added:
                self.added += number

    @abstractmethod
    def _made(self, common: dict[str, Any], *columns: Any) -> T:
        """Return the item that the columns describe."""

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        # Rows are numbered from 0 without a gap.
        places = range(len(self))[place]
        if isinstance(places, int):
            return self[places : places + 1][0]
        if not places:
            return []
        first, last = min(places), max(places)
        sql = f"SELECT {self.columns} FROM rows WHERE row BETWEEN ? AND ? ORDER BY row"
        found = self._database.rows(sql, (first, last))
        if len(found) != last - first + 1:
            raise self._database.damaged("a row is missing")
        return [*map(self._item, found)][:: places.step]

    def __iter__(self) -> Iterator[T]:
        return self._where("TRUE")

    def _where(self, condition: str) -> Iterator[T]:
        """Yield the rows for which a condition is true, some at a time in memory."""
        for found in self._database.steps(
            f"SELECT {self.columns} FROM rows WHERE {condition} AND row > ? ORDER BY row LIMIT ?"
        ):
            yield from map(self._item, found)

    def _item(self, columns: tuple[Any, ...]) -> T:
        """Return the item that the columns describe; the first nine are the same of all items."""
        row, email, status, subscription, reason, contact_id, notes, duplicate_of, added = columns[
            :9
        ]
        try:
            why, said = Reason.decode(reason), tuple(json.loads(notes)) if notes else ()
            common = {
                "row": row,
                "email": email,
                "status": OutcomeStatus(status),
                "subscription": subscription,
                "reason": describe(why, said, duplicate_of),
                "codes": why.codes,
                "contact_id": contact_id,
                "notes": said,
                "duplicate_of": duplicate_of,
                "added_to_list": bool(added),
            }
            return self._made(common, *columns[9:])
        except (LookupError, TypeError, ValueError):
            raise self._database.damaged("a row is not as it was written") from None

    def is_at(self, path: str | PathLike[str]) -> bool:
        """Check that they are read from the file at a path."""
        return self._database.is_at(path)

    def grouped(self, first: int) -> Iterator[ReasonRow]:
        """Yield status, reason, whether contacts were added to the list, number and first rows.

        Then the same of each note, without a status. At most ``first`` rows are named.
        """
        for is_note, groups in (
            (False, f"SELECT row, status, reason, {_ADDED} AS added FROM rows"),
            (
                True,
                "SELECT row, NULL AS status, value AS reason, 0 AS added"
                " FROM rows, json_each(rows.notes) WHERE notes IS NOT NULL",
            ),
        ):
            found = self._database.rows(
                "SELECT status, reason, added, number, group_concat(row)"
                " FROM (SELECT row, status, reason, added,"
                " COUNT(*) OVER (PARTITION BY status, reason, added) AS number,"
                " ROW_NUMBER() OVER (PARTITION BY status, reason, added ORDER BY row) AS place"
                f" FROM ({groups})) WHERE place <= ? GROUP BY status, reason, added, number",
                (first,),
            )
            for status, reason, is_added, number, rows in found:
                first_rows = tuple(sorted(map(int, rows.split(","))))
                what = str(reason) if is_note else Reason.decode(reason)
                yield status, what, bool(is_added), number, first_rows

    def attention(self, most: int) -> tuple[list[T], int]:
        """Return the first rows that need attention, and the number of all."""
        condition = "(status IN ('skipped', 'rejected', 'failed') OR notes IS NOT NULL)"
        total = self._database.value(f"SELECT COUNT(*) FROM rows WHERE {condition}")
        return list(islice(self._where(condition), most)), int(total)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__: ClassVar[None]  # type: ignore[assignment]  # as a list, it can change

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self)} rows>"

    def __reduce__(self) -> tuple[Callable[[list[T]], list[T]], tuple[list[T]]]:
        return list, (list(self),)


class Outcomes(JournalRows[PushOutcome]):
    """The outcomes of a push, in the order of the rows."""

    @property
    def source(self) -> Mapping[str, Any]:
        """The form of the input: ``columns``, ``encoding``, ``delimiter``."""
        found = self._database.value("SELECT value FROM about WHERE key = 'source'")
        return json.loads(found) if found else {}

    def rejected(self) -> Iterator[tuple[str | None, str | None, str]]:
        """Yield the original cells, the address and the reason of rejected and failed rows."""
        for found in self._database.steps(
            "SELECT rows.row, cells, email, reason FROM rows LEFT JOIN originals"
            " ON originals.row = rows.row WHERE status IN ('rejected', 'failed')"
            " AND rows.row > ? ORDER BY rows.row LIMIT ?"
        ):
            for _, cells, email, reason in found:
                yield cells, email, str(Reason.decode(reason))

    def _made(self, common: dict[str, Any], *columns: Any) -> PushOutcome:
        return PushOutcome(**common)


class PlannedRows(JournalRows[PlannedRow]):
    """What would happen to every row, in their order."""

    columns: str = f"{JournalRows.columns}, action, subscribe, changes, fields"

    def changing(self) -> Iterator[PlannedRow]:
        """Yield the rows that would change a contact."""
        return self._where("changes IS NOT NULL")

    def _made(self, common: dict[str, Any], *columns: Any) -> PlannedRow:
        action, subscribe, changes, fields = columns
        before: Mapping[str, str] = json.loads(changes) if changes else {}
        return PlannedRow(
            **common,
            action=Action(action),
            subscribe=bool(subscribe),
            changes=tuple(before),
            fields=fields_to_write(Action(action), json.loads(fields or "{}"), tuple(before)),
            before=before,
        )
