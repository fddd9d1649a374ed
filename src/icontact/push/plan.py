"""The plan of a push: one entry for each row, made by reading only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import attrs

from icontact._wording import number_of
from icontact.frames import Frame, HasFrame, make_frame
from icontact.push.glance import (
    ReasonCount,
    at_a_glance,
    count_added,
    counts_of,
    kinds_of_rows,
    reasons_of,
    samples,
    would_do,
)
from icontact.push.journal import Journal, PlannedRow, PlannedRows
from icontact.push.lookup import Lookup
from icontact.push.progress import ProgressLike
from icontact.push.reasons import OutcomeStatus
from icontact.push.report import COLUMNS, PushReport

if TYPE_CHECKING:
    from icontact.push.list_push import ListPush


# A dataclass, since pandas and polars make columns of a list of these.
@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A field of a contact that a push would change.

    Attributes:
        row: The row's place in the input, from 0.
        email: The address.
        contact_id: The contact.
        field: The field; a custom one by its private name.
        old: What it holds now; blank if nothing.
        new: What it would hold.
    """

    row: int
    email: str | None = dataclasses.field(repr=False)
    contact_id: int | None
    field: str
    old: str = dataclasses.field(repr=False)
    new: str = dataclasses.field(repr=False)


@attrs.frozen(kw_only=True)
class PushPlan(HasFrame):
    """What a push would do. Nothing has been written; :meth:`apply` writes just the difference.

    Attributes:
        rows: One for each row of the input, in its order; read from the journal when used.
        requests: How many requests the plan took.
        elapsed: Seconds it took.
        lookups: How contacts and subscriptions were looked up, and what other ways would have cost.
        writes: How many rows would be written.
        requests_to_write: About how many requests that takes, if iContact refuses nothing.
        requests_at_most: How many it takes if iContact takes no more than 500 rows in a request;
            the same number where the batch size is fixed.
        notes: Notes about the rows together: a mapped key that no row has, or a limit that the
            writing would reach.
        journal: Where the plan is kept.
        made: When it was made, in seconds of the monotonic clock.
        looked: When the lookups began, by the same clock.
        ahead: How far the wall clock was ahead of that one then.
        push: The push that made it.
    """

    rows: Sequence[PlannedRow] = attrs.field(repr=lambda rows: f"<{len(rows)} rows>")
    requests: int
    elapsed: float
    lookups: tuple[Lookup, ...] = ()
    writes: int
    requests_to_write: int
    requests_at_most: int
    notes: tuple[str, ...] = ()
    journal: Journal = attrs.field(repr=False, eq=False)
    made: float = attrs.field(repr=False, eq=False)
    looked: float = attrs.field(repr=False, eq=False)
    ahead: float = attrs.field(repr=False, eq=False)
    push: ListPush = attrs.field(repr=False, eq=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows would end in each status; ``failed`` if some could not be looked up."""
        counted = counts_of(self.rows)
        if not counted[OutcomeStatus.FAILED.value]:
            del counted[OutcomeStatus.FAILED.value]
        return counted

    @property
    def added_to_list(self) -> int:
        """How many of the contacts to update are in iContact already and not on the list."""
        return count_added(self.rows)

    def _as_frame(self) -> Frame:
        columns = (*COLUMNS, "action", "subscribe", "changes")
        return make_frame(self.rows, PlannedRow, only=columns)

    def changes(self) -> Iterator[Change]:
        """Yield what would change in contacts that are in iContact already, field by field.

        The values are people's data: ``repr`` shows neither these nor the address.
        """
        rows = self.rows
        found = rows.changing() if isinstance(rows, PlannedRows) else iter(rows)
        for row in found:
            custom = row.fields.get("custom_fields", {})
            fields: Mapping[str, Any] = {**row.fields, **custom}
            for name in row.changes:
                yield Change(
                    row=row.row,
                    email=row.email,
                    contact_id=row.contact_id,
                    field=name,
                    old=row.before.get(name, ""),
                    new=str(fields.get(name) or ""),
                )

    def by_reason(self) -> tuple[ReasonCount, ...]:
        """Return the reasons for which rows would end, with numbers and first rows."""
        return reasons_of(self.rows)

    def apply(
        self, *, progress: ProgressLike = False, workers: int | Literal["auto"] | None = None
    ) -> PushReport:
        """Write the difference.

        A plan that is older than a minute is made again first, since people unsubscribe.
        Every row gets an outcome; errors of the service make it ``failed``.

        Args:
            progress: ``True`` for a bar (needs the extra ``cli``), or a function.
            workers: How many requests are under way at a time; by default as the policy says.

        Raises:
            JournalError: If the journal cannot be written, or another push has done its work.
        """
        return self.push.apply(self, progress=progress, workers=workers)

    def __str__(self) -> str:
        kinds = kinds_of_rows(self.counts, self.added_to_list)
        text = would_do(kinds)
        if self.requests_to_write:
            text += f"; about {number_of(self.requests_to_write, 'request')} to write"
        if self.requests_at_most > self.requests_to_write:
            text += f", {self.requests_at_most:,} at most"
        return "; ".join((text, *self.notes))

    def _repr_html_(self) -> str:
        """Show in a notebook what would happen and why, on one screen, without addresses."""
        number = self.requests_to_write
        writing = f"about {number_of(number, 'request')} to write" if number else "nothing to write"
        planned = f"planned with {number_of(self.requests, 'request')} in {self.elapsed:.1f} s"
        kinds = kinds_of_rows(self.counts, self.added_to_list)
        return at_a_glance(
            f"{would_do(kinds)}. Nothing was written.",
            self.rows,
            stored=samples(self.rows),
            notes=self.notes,
            costs="; ".join((planned, writing, *map(str, self.lookups))),
        )
