"""Decides what to do with every open row of a journal. Writes nothing to iContact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from icontact.client import Folder
from icontact.errors import NotFound
from icontact.models import FieldType
from icontact.push.decisions import (
    Action,
    ContactState,
    Decision,
    decide,
    decide_opt_out,
    restricting_status,
)
from icontact.push.field_changes import is_incomplete
from icontact.push.journal import Journal, OpenRow
from icontact.push.lookup import UNANSWERED, Lookup
from icontact.push.policy import PushPolicy
from icontact.push.reasons import OutcomeStatus, ReasonCode
from icontact.push.state_reader import StateReader, not_found_out
from icontact.push.workers import WorkerPool

__all__ = ["Planner"]

#: Decisions that do not depend on the fields of the contact.
_WITHOUT_FIELDS = (Action.CREATE, Action.SKIP, Action.REJECT, Action.UNSUBSCRIBE)


@attrs.frozen(kw_only=True)
class Planner:
    """Plans the open rows of a journal; ``types`` are those of the custom fields."""

    journal: Journal
    folder: Folder
    policy: PushPolicy
    types: Mapping[str, FieldType | str] = attrs.field(repr=False)
    workers: WorkerPool

    def plan(self, reader: StateReader) -> Sequence[Lookup]:
        """Decide about every open row, and return how contacts and subscriptions were looked up.

        Raises:
            APIError, TransportError: If iContact could not be asked.
        """
        lookups = reader.read()
        self.journal.plan_new()
        for rows in self.journal.open_rows():
            decided: list[tuple[int, Decision]] = []
            incomplete: list[OpenRow] = []
            for row in rows:
                decision = self._decide(row, row.state)
                if decision.action not in _WITHOUT_FIELDS and is_incomplete(
                    row.state.contacts[0], row.fields, self.policy
                ):
                    incomplete.append(row)
                else:
                    decided.append((row.row, decision))
            decided.extend(self.workers.map(self._read_and_decide, incomplete))
            self.journal.plan(decided)
        self.journal.known.forget()
        return lookups

    def _read_and_decide(self, row: OpenRow) -> tuple[int, Decision]:
        """Read a contact by itself, since listings leave fields out (API 6.2), and decide."""
        contact_id, subscription = row.state.contacts[0].contact_id, row.state.subscription
        try:
            known = ContactState((self.folder.contacts.get(contact_id),), subscription)
        except NotFound:
            known = ContactState()  # it was removed in the meantime
        except UNANSWERED as error:
            failed = Decision(
                action=Action.SKIP,
                status=OutcomeStatus.FAILED,
                reason=not_found_out("contact", error),
                contact_id=contact_id,
                subscription=subscription,
            )
            return row.row, failed
        return row.row, self._decide(row, known)

    def _decide(self, row: OpenRow, known: ContactState) -> Decision:
        if row.opted_out is not None:
            decision = decide_opt_out(row.opted_out, known, self.policy)
        else:
            decision = decide(row.fields, known, self.policy, self.types)
        if row.tried is None:
            return decision
        # A row that gives another status than normal skips the contact that it created itself.
        given = restricting_status(row.fields, self.policy)
        is_done = (
            decision.action is Action.NOTHING
            or (row.opted_out is not None and decision.subscription == "unsubscribed")
            or given in [str(contact.status) for contact in known.contacts[:1]]
        )
        if not is_done:
            return decision
        # An earlier request of this push has written the contact.
        status, reason = row.tried
        if not decision.subscribe:
            reason = reason.then(ReasonCode.WRITTEN_BEFORE)
        return attrs.evolve(decision, status=status, reason=reason)
