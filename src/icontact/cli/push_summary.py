"""Brings a plan or a report together with the file that it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from icontact.cli.choose_mapping import ChosenMapping
from icontact.cli.exit_codes import NO_ANSWER, SOME_FAILED, exit_code_for
from icontact.models import ContactList
from icontact.push import OutcomeStatus, PlannedRow, PushOutcome, PushPlan, PushReport
from icontact.push.reasons import Reason, ReasonCode, describe
from icontact.sources import RowFile

__all__ = ["PushSummary", "ReportedRow"]


@attrs.frozen(kw_only=True)
class ReportedRow:
    """One row of the file, and what became of it; `row` is from 0, `line` from 1."""

    row: int
    line: int | None
    status: OutcomeStatus
    subscription: str | None
    contact_id: int | None
    reason: str
    codes: tuple[str, ...] = ()
    noted: bool = False
    email: str | None = attrs.field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it but the address."""
        return attrs.asdict(self, filter=lambda field, _: field.name not in ("email", "noted"))


@attrs.frozen(kw_only=True)
class PushSummary:
    """A push of a file, or what a push would do (``done`` is the report, or the plan).

    ``rejects`` is the file of rejected and failed rows, if one was written; ``unreported`` says why
    the report file could not be written, if it could not.
    """

    done: PushPlan | PushReport
    file: RowFile
    list: ContactList
    mapping: ChosenMapping
    rejects: str | None = None
    unreported: str | None = None

    @property
    def dry_run(self) -> bool:
        """Whether nothing was written on purpose."""
        return isinstance(self.done, PushPlan)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows ended in each status."""
        return {status.value: self.done.counts.get(status, 0) for status in OutcomeStatus}

    @property
    def notes(self) -> Sequence[str]:
        """What was guessed and what the file has that is odd."""
        return (*self.mapping.notes, *self.file.notes)

    @property
    def exit_code(self) -> int:
        """3 if iContact did not answer, 1 if a row or the report file failed, or else 0."""
        error = getattr(self.done, "error", None)
        if error is not None and exit_code_for(error) == NO_ANSWER:
            return NO_ANSWER
        counts = self.counts
        return SOME_FAILED if self.unreported or counts["rejected"] or counts["failed"] else 0

    def rows(self) -> Iterator[ReportedRow]:
        """Yield every row with its line in the file."""
        done = self.done
        outcomes: Sequence[PlannedRow | PushOutcome]
        outcomes = done.rows if isinstance(done, PushPlan) else done.outcomes
        for one in outcomes:
            reason = one.reason
            if one.codes == (ReasonCode.DUPLICATE,) and one.duplicate_of is not None:
                # A line is easier to find in a file than a row's number.
                line = self.file.line_of(one.duplicate_of)
                if line is not None:
                    reason = describe(Reason.of(ReasonCode.DUPLICATE), one.notes, line, "line")
            yield ReportedRow(
                row=one.row,
                line=self.file.line_of(one.row),
                status=one.status,
                subscription=one.subscription,
                contact_id=one.contact_id,
                reason=reason,
                codes=one.codes,
                noted=bool(one.notes),
                email=one.email,
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the summary for programs, without addresses; the outcomes are an iterator."""
        error = getattr(self.done, "error", None)
        return {
            "file": self.file.name,
            "list": {"list_id": self.list.list_id, "name": self.list.name},
            "dry_run": self.dry_run,
            "counts": self.counts,
            "added_to_list": self.done.added_to_list,
            "outcomes": (row.as_dict() for row in self.rows()),
            "requests": self.done.requests,
            "elapsed": round(self.done.elapsed, 3),
            "error": None if error is None else str(error),
            "notes": list(self.notes),
            "by_reason": [
                {
                    "status": None if one.status is None else one.status.value,
                    "reason": one.reason,
                    "codes": list(one.codes),
                    "rows": one.rows,
                    "first": list(one.first),
                }
                for one in self.done.by_reason()
            ],
            "consent": list(self.mapping.mapper.consent.lines),
            "unused_columns": list(self.mapping.unused),
            "rejects": self.rejects,
        }
