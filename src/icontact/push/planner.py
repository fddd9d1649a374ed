"""Finds out what is to be done with every open row of a journal. Writes nothing to iContact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from icontact.client import Folder
from icontact.errors import NotFound
from icontact.models import FieldType
from icontact.push.decisions import (
    NEW_CONTACT,
    Action,
    ContactState,
    Decision,
    decide,
    decide_opt_out,
    restricting_status,
    unlisted_fields,
)
from icontact.push.journal import Journal, OpenRow, RowPlan, Stage
from icontact.push.lookup import UNANSWERED
from icontact.push.outcome import OutcomeStatus
from icontact.push.settings import PushPolicy
from icontact.push.state_reader import Lookup, StateReader, why_failed
from icontact.push.workers import WorkerPool

__all__ = ["Planner"]

_STATUS: Mapping[Action, OutcomeStatus] = {
    Action.CREATE: OutcomeStatus.CREATED,
    Action.UPDATE: OutcomeStatus.UPDATED,
    Action.REPLACE: OutcomeStatus.UPDATED,
    Action.NOTHING: OutcomeStatus.UNCHANGED,
    Action.SKIP: OutcomeStatus.SKIPPED,
    Action.REJECT: OutcomeStatus.REJECTED,
    Action.UNSUBSCRIBE: OutcomeStatus.UPDATED,
}

_UNTOUCHED = (Action.CREATE, Action.SKIP, Action.REJECT, Action.UNSUBSCRIBE)


@attrs.frozen(kw_only=True)
class Planner:
    """Plans the open rows of a journal.

    Args:
        journal: The rows.
        folder: Where to read.
        policy: What the settings say.
        types: The type of each custom field.
        workers: Who asks.
    """

    journal: Journal
    folder: Folder
    policy: PushPolicy
    types: Mapping[str, FieldType | str] = attrs.field(repr=False)
    workers: WorkerPool

    def plan(self, reader: StateReader) -> Sequence[Lookup]:
        """Decide about every open row, and return how its state was found out.

        Args:
            reader: Finds it out.

        Raises:
            APIError, TransportError: If iContact could not be asked.
        """
        lookups = reader.read()
        self.journal.plan_new(NEW_CONTACT)
        self.journal.skip_opted_out()
        for rows in self.journal.open_rows():
            self.journal.plan(self._planned(rows))
        self.journal.known.forget()
        return lookups

    def _planned(self, rows: Sequence[OpenRow]) -> Sequence[RowPlan]:
        planned: list[RowPlan] = []
        unread: list[OpenRow] = []
        for row in rows:
            decision = self._decided(row, ContactState(row.contacts, row.subscription))
            if decision.action not in _UNTOUCHED and unlisted_fields(
                row.fields, row.contacts[0], self.policy
            ):
                unread.append(row)
            else:
                planned.append(_kept(row, decision, self.policy))
        planned.extend(self.workers.map(self._read_in_full, unread))
        return planned

    def _decided(self, row: OpenRow, known: ContactState) -> Decision:
        if row.opted_out is not None:
            return decide_opt_out(row.opted_out, known, self.policy)
        return decide(row.fields, known, self.policy, self.types)

    def _read_in_full(self, row: OpenRow) -> RowPlan:
        """Read a contact by itself, since listings leave fields out (API 6.2), and decide."""
        try:
            contact = self.folder.contacts.get(row.contacts[0].contact_id)
        except NotFound:
            known = ContactState()  # it was removed in the meantime
        except UNANSWERED as error:
            return _failed(row, why_failed("contact", error))
        else:
            known = ContactState((contact,), row.subscription)
        return _kept(row, self._decided(row, known), self.policy)


def _failed(row: OpenRow, reason: str) -> RowPlan:
    return RowPlan(
        row=row.row,
        stage=Stage.DONE,
        action=Action.SKIP.name,
        subscribe=False,
        changes={},
        contact_id=row.contacts[0].contact_id,
        subscription=row.subscription,
        status=OutcomeStatus.FAILED.value,
        reason=reason,
    )


def _kept(row: OpenRow, decision: Decision, policy: PushPolicy) -> RowPlan:
    writes = decision.subscribe or decision.action in (
        Action.CREATE,
        Action.UPDATE,
        Action.REPLACE,
        Action.UNSUBSCRIBE,
    )
    # A row that gives another status than normal leaves alone whom it created itself.
    left_alone_as_told = restricting_status(row.fields, policy) == str(row.contacts[0].status)
    status, reason = _STATUS[decision.action].value, decision.reason
    if decision.action is Action.NOTHING and decision.subscribe:
        status = OutcomeStatus.UPDATED.value
    unsubscribed = row.opted_out is not None and decision.subscription == "unsubscribed"
    if row.tried is not None and (
        decision.action is Action.NOTHING or left_alone_as_told or unsubscribed
    ):
        # An earlier request of ours has written the contact.
        status = row.tried
        done = "" if decision.subscribe else "; was written before an interruption"
        reason = f"{row.tried_reason}{done}"
    return RowPlan(
        row=row.row,
        stage=Stage.PLANNED if writes else Stage.DONE,
        action=decision.action.name,
        subscribe=decision.subscribe,
        changes=decision.before,
        contact_id=decision.contact_id,
        subscription=decision.subscription,
        status=status,
        reason=reason,
    )
