"""Writes a plan: contacts first, then subscriptions, batch by batch, an outcome for every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, cast

import attrs

from icontact.client import Folder
from icontact.errors import CallError
from icontact.models import Contact, Subscription, SubscriptionFields
from icontact.push.bulk import Broken, Courier, Refused
from icontact.push.decide import Action, hands_off
from icontact.push.plan import PlannedRow, writes
from icontact.push.report import OutcomeStatus, PushOutcome
from icontact.push.settings import PushPolicy
from icontact.resources import BatchResult, ContactRow

__all__ = ["Writer"]


@attrs.frozen
class Suppressed:
    """The contact may not be mailed, which showed only after it was written."""

    reason: str
    contact_id: int


#: What may come between a row and its end.
Fate: TypeAlias = Refused | Broken | Suppressed


class Writer:
    """Writes what a plan says, and accounts for every row of it.

    Args:
        folder: Where to write.
        list_id: The list to subscribe to.
        policy: What the settings say.
    """

    def __init__(self, folder: Folder, list_id: int, policy: PushPolicy) -> None:
        self._folder = folder
        self._list_id = list_id
        self._policy = policy
        self._courier = Courier()

    @property
    def error(self) -> CallError | None:
        """What ended the push early."""
        return self._courier.error

    def write(self, rows: Iterable[PlannedRow]) -> Iterator[PushOutcome]:
        """Write the rows, and yield an outcome for each; not in their order."""
        batch: list[PlannedRow] = []
        for row in rows:
            if not writes(row):
                yield _settled(row)
                continue
            batch.append(row)
            if len(batch) == self._policy.batch_size:
                yield from self._batch(batch)
                batch = []
        yield from self._batch(batch)

    def _batch(self, batch: Sequence[PlannedRow]) -> Iterator[PushOutcome]:
        contacts = self._contacts(batch)
        subscribed = self._subscriptions(
            {
                row.row: contact
                for row in batch
                if row.decision.subscribe and isinstance(contact := contacts[row.row], int)
            }
        )
        for row in batch:
            yield _outcome(row, contacts[row.row], subscribed.get(row.row))

    def _contacts(self, batch: Sequence[PlannedRow]) -> dict[int, int | Fate]:
        """Write contacts; return for each row the contact's id, or what came in between."""
        together = [row for row in batch if self._goes_together(row)]
        posted = self._courier.bulk(together, self._post)
        fates = {
            row.row: self._written(row, fate) for row, fate in zip(together, posted, strict=True)
        }
        for row in batch:
            if row.row not in fates:
                fates[row.row] = self._alone(row)
        return fates

    def _goes_together(self, row: PlannedRow) -> bool:
        action = row.decision.action
        bulk_update = action is Action.UPDATE and self._policy.update_by == "bulk"
        return action is Action.CREATE or bulk_update

    def _post(self, rows: Sequence[PlannedRow]) -> BatchResult[Contact]:
        return self._folder.contacts.create_many(_contact_row(row) for row in rows)

    def _alone(self, row: PlannedRow) -> int | Fate:
        contacts, decision = self._folder.contacts, row.decision
        contact_id = decision.contact_id or 0
        if decision.action is Action.NOTHING:
            return contact_id
        write = contacts.replace if decision.action is Action.REPLACE else contacts.update
        fate = self._courier.attempt(lambda: write(contact_id, **decision.fields))
        return self._written(row, fate)

    def _written(self, row: PlannedRow, fate: Contact | Refused | Broken) -> int | Fate:
        """Return the contact's id, unless its status turns out to forbid going on.

        It was ``normal``, or there was none, when the plan was made; iContact's answer is newer.
        """
        if not isinstance(fate, Contact):
            return fate
        if row.decision.subscribe and (reason := hands_off(fate, None, self._policy)):
            return Suppressed(reason, fate.contact_id)
        return fate.contact_id

    def _subscriptions(self, contacts: Mapping[int, int]) -> dict[int, str | Fate]:
        """Subscribe contacts; return for each row its state on the list afterwards."""
        posted = self._courier.bulk(list(contacts.values()), self._subscribe)
        self._look_for_the_list(posted)
        return {
            row: self._state(contact_id, fate)
            for (row, contact_id), fate in zip(contacts.items(), posted, strict=True)
        }

    def _subscribe(self, contact_ids: Sequence[int]) -> BatchResult[Subscription]:
        rows: list[SubscriptionFields] = [
            {
                "contact_id": contact_id,
                "list_id": self._list_id,
                "status": self._policy.subscription_status,
            }
            for contact_id in contact_ids
        ]
        if self._policy.confirmation_message_id is not None:
            for row in rows:
                row["confirmation_message_id"] = self._policy.confirmation_message_id
        return self._folder.subscriptions.create_many(rows)

    def _look_for_the_list(self, fates: Sequence[Subscription | Refused | Broken]) -> None:
        """If nobody at all was subscribed, see whether the list is still there."""
        if fates and all(isinstance(fate, Refused) for fate in fates):
            self._courier.need("the list", lambda: self._folder.lists.get(self._list_id))

    def _state(self, contact_id: int, fate: Subscription | Refused | Broken) -> str | Fate:
        if isinstance(fate, Subscription):
            return str(fate.status)
        if isinstance(fate, Broken):
            return fate
        # Left out may mean "is on it already", or "unsubscribed earlier" (API 8.2): look.
        found = self._courier.attempt(
            lambda: self._folder.subscriptions.find(contact_id=contact_id, list_id=self._list_id)
        )
        if isinstance(found, Subscription):
            return str(found.status)
        return self._why_not(contact_id, fate) if found is None else found

    def _why_not(self, contact_id: int, fate: Refused) -> Fate:
        """Tell a contact that may not be mailed any more from other reasons."""
        contact = self._courier.attempt(lambda: self._folder.contacts.get(contact_id))
        if isinstance(contact, Broken):
            return contact
        if isinstance(contact, Contact) and (reason := hands_off(contact, None, self._policy)):
            return Suppressed(reason, contact_id)
        return fate


def _contact_row(row: PlannedRow) -> ContactRow:
    fields = row.decision.fields
    key = {} if row.decision.contact_id is None else {"contact_id": row.decision.contact_id}
    return cast("ContactRow", {**key, **fields})


def _settled(row: PlannedRow) -> PushOutcome:
    return PushOutcome(
        row=row.row,
        email=row.email,
        status=row.status,
        subscription=row.decision.subscription,
        reason=row.reason,
        contact_id=row.decision.contact_id,
        notes=row.notes,
        duplicate_of=row.decision.duplicate_of,
    )


def _outcome(row: PlannedRow, contact: int | Fate, subscribed: str | Fate | None) -> PushOutcome:
    """Say what became of a row that was to be written."""
    contact_id = contact if isinstance(contact, int) else row.decision.contact_id
    if isinstance(contact, Suppressed):
        contact_id = contact.contact_id
    state = subscribed if isinstance(subscribed, str) else row.decision.subscription
    status, reason = _ending(row, contact, subscribed)
    return PushOutcome(
        row=row.row,
        email=row.email,
        status=status,
        subscription=state,
        reason="; ".join((reason, *row.notes)),
        contact_id=contact_id,
        notes=row.notes,
    )


def _ending(
    row: PlannedRow, contact: int | Fate, subscribed: str | Fate | None
) -> tuple[OutcomeStatus, str]:
    for fate in (contact, subscribed):
        if isinstance(fate, Suppressed):
            written = "" if row.decision.action is Action.NOTHING else ", and fields were written"
            return OutcomeStatus.SKIPPED, f"{fate.reason}; that came to light only now{written}"
    if isinstance(contact, Refused | Broken):
        return _unwritten("contact", contact)
    kept = "" if row.decision.action is Action.NOTHING else "the contact is stored, but "
    if isinstance(subscribed, Refused | Broken):
        status, reason = _unwritten("subscription", subscribed)
        return status, kept + reason
    if subscribed == "unsubscribed":
        return OutcomeStatus.SKIPPED, f"{kept}this person unsubscribed from the list"
    if subscribed is None:
        return row.status, row.decision.reason
    joined = "waits for confirmation" if subscribed == "pending" else "is on the list now"
    return row.status, f"{row.decision.reason}; {joined}"


def _unwritten(what: str, fate: Refused | Broken) -> tuple[OutcomeStatus, str]:
    if isinstance(fate, Refused) and fate.reason:
        return OutcomeStatus.REJECTED, f"iContact refused the {what}: {fate.reason}"
    if isinstance(fate, Refused):
        # Without a reason the data need not be at fault.
        reason = f"iContact did not store the {what} and gave no reason"
    else:
        reason = f"iContact did not take the {what}: {fate.reason}"
    return OutcomeStatus.FAILED, f"{reason}; push it again"
