"""What a push would do: one entry for each row, made by reading only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from icontact.auth import Private
from icontact.errors import MappingError
from icontact.mapping import ContactMapper
from icontact.models import ContactFields, ContactStatus
from icontact.push.decide import Action, Decision
from icontact.push.report import OutcomeStatus, PushReport, html_table, number_of
from icontact.push.sources import BadRow

__all__ = ["Intake", "MappedRow", "PlannedRow", "PushPlan", "settle_duplicates", "take_in"]


@attrs.frozen(kw_only=True)
class MappedRow:
    """A row with the contact fields that the mapper made of it."""

    row: int
    email: Private
    fields: ContactFields = attrs.field(repr=False)
    notes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Intake:
    """All rows, mapped or rejected, and what is to be said about them together."""

    rows: Sequence[MappedRow | PlannedRow]
    notes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class PlannedRow:
    """What would happen to one row. Its ``repr`` does not show the address.

    Attributes:
        row: The row's place in the input, from 0.
        email: The address, cleaned; ``None`` if the row has no usable one.
        decision: What would be written, and why.
        notes: What the mapper lost or changed.
    """

    row: int
    email: str | None = attrs.field(repr=False)
    decision: Decision
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> OutcomeStatus:
        """How the row would end if all goes well."""
        if self.decision.action is Action.NOTHING and self.decision.subscribe:
            return OutcomeStatus.UPDATED
        return _STATUS[self.decision.action]

    @property
    def reason(self) -> str:
        """Why, in words."""
        return "; ".join((self.decision.reason, *self.notes))


_STATUS: Mapping[Action, OutcomeStatus] = {
    Action.CREATE: OutcomeStatus.CREATED,
    Action.UPDATE: OutcomeStatus.UPDATED,
    Action.REPLACE: OutcomeStatus.UPDATED,
    Action.NOTHING: OutcomeStatus.UNCHANGED,
    Action.SKIP: OutcomeStatus.SKIPPED,
    Action.REJECT: OutcomeStatus.REJECTED,
}


@attrs.frozen(kw_only=True)
class PushPlan:
    """What a push would do. Nothing has been written; :meth:`apply` writes just the difference.

    Attributes:
        rows: One for each row of the input, in its order.
        requests: How many requests it took to find out.
        elapsed: Seconds it took.
        notes: What is to be said about the rows together, such as a key that none of them has.
        intake: The rows as they were mapped, for a plan that has grown old.
        made: When it was made, in seconds of the monotonic clock.
        carry_out: What :meth:`apply` calls.
    """

    rows: Sequence[PlannedRow] = attrs.field(repr=lambda rows: f"<{len(rows)} rows>")
    requests: int
    elapsed: float
    notes: tuple[str, ...] = ()
    intake: Intake = attrs.field(repr=False, eq=False)
    made: float = attrs.field(repr=False, eq=False)
    carry_out: Callable[[PushPlan], PushReport] = attrs.field(repr=False, eq=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows would end in each status."""
        counted = Counter(row.status for row in self.rows)
        return {
            status.value: counted[status]
            for status in OutcomeStatus
            if status is not OutcomeStatus.FAILED
        }

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return sum(writes(row) for row in self.rows)

    def apply(self) -> PushReport:
        """Write the difference.

        A plan that is older than a minute is made anew first: people unsubscribe meanwhile.
        Every row gets an outcome; trouble of the service shows in them, as ``failed``.
        """
        return self.carry_out(self)

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {status}" for status, number in self.counts.items())
        found = f"found out with {number_of(self.requests, 'request')}"
        return "; ".join((f"{number_of(len(self.rows), 'row')}: {counted}", found, *self.notes))

    def _repr_html_(self) -> str:
        """Show the plan without addresses, as a table in a notebook."""
        entries = ((row.row, row.status.value, row.reason) for row in self.rows)
        return html_table(str(self), entries, len(self.rows))


def writes(row: PlannedRow) -> bool:
    """Tell whether anything would be written for a row."""
    return row.decision.subscribe or row.decision.action in (
        Action.CREATE,
        Action.UPDATE,
        Action.REPLACE,
    )


def take_in(rows: Iterable[Any], mapper: ContactMapper) -> Intake:
    """Read and map all rows; one that cannot be mapped is planned as rejected at once.

    Raises:
        TypeError: For something whose items are no rows: one mapping, a text, a pandas frame.
    """
    _refuse_no_rows(rows)
    taken: list[MappedRow | PlannedRow] = []
    # Keys that no row has had so far: mostly a slip in the mapping, which must not pass in silence.
    unseen = set(mapper.sources)
    for place, row in enumerate(rows):
        taken.append(_mapped(place, row, mapper))
        if unseen and not isinstance(row, BadRow):
            # Only of a plain dict it is certain that asking for its keys is harmless.
            unseen = {key for key in unseen if key not in row} if type(row) is dict else set()
        del row  # error trackers print the locals of every frame, should the next one raise
    missing = mapper.missing(set(mapper.sources) - unseen) if taken else ()
    keys = ", ".join(repr(key) for key in missing)
    return Intake(rows=taken, notes=(f"no row has {keys}",) if missing else ())


def _refuse_no_rows(rows: Any) -> None:
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):
        raise TypeError('rows came as a frame: push frame.to_dict("records")')
    if isinstance(rows, str | bytes | Mapping):
        kind = type(rows).__name__
        raise TypeError(
            f"rows must be an iterable of mappings, not one {kind}: push [row] or use one(row); "
            "files are read by icontact.push.sources.read_rows"
        )


def _mapped(place: int, row: Any, mapper: ContactMapper) -> MappedRow | PlannedRow:
    if isinstance(row, BadRow):
        return _rejected(place, None, row.reason)
    try:
        mapped = mapper.apply(row)
    except MappingError as problem:
        return _rejected(place, _address(mapper, row, problem), problem.problem)
    except Exception as problem:  # noqa: BLE001  # rows are others' objects and may raise anything
        return _rejected(place, None, f"the row cannot be read: {type(problem).__name__}")
    email = Private(mapped.email)
    return MappedRow(row=place, email=email, fields=mapped.fields, notes=mapped.notes)


def _rejected(row: int, email: str | None, reason: str) -> PlannedRow:
    return PlannedRow(row=row, email=email, decision=Decision(action=Action.REJECT, reason=reason))


def _address(mapper: ContactMapper, row: Any, problem: MappingError) -> str | None:
    """Return the address of a row that is rejected for something else."""
    return None if problem.field in (None, "email") else mapper.explain(row)["email"].result


def settle_duplicates(
    rows: Sequence[MappedRow], wins: str
) -> tuple[Sequence[MappedRow], Sequence[PlannedRow]]:
    """Choose one row for each address; the others are planned as skipped.

    A row that restricts the contact (a status other than ``normal``) goes before one that does not.

    Args:
        rows: What the mapper made.
        wins: ``"first"`` or ``"last"``.

    Returns:
        The rows to go on with, and those that are settled.
    """
    chosen: dict[str, MappedRow] = {}
    for row in rows:
        key = row.email.lower()
        if key not in chosen or _precedes(row, chosen[key], wins):
            chosen[key] = row
    kept = {row.row for row in chosen.values()}
    settled = [
        PlannedRow(
            row=row.row,
            email=row.email,
            decision=Decision(
                action=Action.SKIP,
                reason=f"same address as row {chosen[row.email.lower()].row}, which counts; "
                "nothing of this one is pushed",
                duplicate_of=chosen[row.email.lower()].row,
            ),
            notes=row.notes,
        )
        for row in rows
        if row.row not in kept
    ]
    return [row for row in rows if row.row in kept], settled


def _precedes(row: MappedRow, other: MappedRow, wins: str) -> bool:
    """Tell whether a later row counts instead of an earlier one."""
    restricts, restricted = _restricts(row), _restricts(other)
    return wins == "last" if restricts == restricted else restricts


def _restricts(row: MappedRow) -> bool:
    return row.fields.get("status") not in (None, ContactStatus.NORMAL)
