"""Writes what is planned: contacts, then subscriptions, batch by batch, an end for every row."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeAlias, cast

import attrs

from icontact.auth import Private
from icontact.client import Folder
from icontact.models import (
    Contact,
    ContactStatus,
    SubscriptionFields,
    SubscriptionStatus,
)
from icontact.push.batches import Batches
from icontact.push.bulk import Broken, Courier, Refused, in_doubt
from icontact.push.crew import Crew
from icontact.push.decide import Action, as_row_says, hands_off
from icontact.push.journal import Fate, Journal, PlannedRow, PlannedRows
from icontact.push.outcome import OutcomeStatus
from icontact.push.settings import PushPolicy
from icontact.push.state import StateReader
from icontact.resources import BatchResult, ContactRow
from icontact.resources._receipts import (
    ContactReceipt,
    SubscriptionReceipt,
    store_contacts,
    store_subscriptions,
)

__all__ = ["Writer"]

#: A contact that is older than its creation by more than this was there before; clocks may differ.
_OLDER = timedelta(minutes=5)

_UNSUBSCRIBED = "this person unsubscribed from the list"


@attrs.frozen
class Suppressed:
    """The contact may not be mailed, which showed only after it was written."""

    reason: str
    contact_id: int
    subscription: str | None = None


# In tuples, since a union that stands in a call is made anew every time.
_STORED = (ContactReceipt, Contact)
_WRITTEN = (*_STORED, int)
_UNWRITTEN = (Refused, Broken)

#: A contact as far as it has to be known here.
Stored: TypeAlias = ContactReceipt | Contact

#: What may come between a row and its end.
Trouble: TypeAlias = Refused | Broken | Suppressed


@attrs.frozen(kw_only=True)
class Writer:
    """Writes the planned rows of a journal, and accounts for each.

    Args:
        journal: The rows.
        folder: Where to write.
        list_id: The list to subscribe to.
        policy: What the settings say.
        reader: Whom to ask about subscriptions.
        crew: Who sends.
        stale: Tells whether what was found out when planning is too old to rely on.
        may_go_on: Asked before each batch; ends the writing.
        now: What time it is.
    """

    journal: Journal
    folder: Folder
    list_id: int
    policy: PushPolicy
    reader: StateReader
    crew: Crew
    stale: Callable[[], bool]
    may_go_on: Callable[[Courier], bool]
    now: Callable[[], datetime] = attrs.field(default=lambda: datetime.now(UTC))
    courier: Courier = attrs.field(factory=Courier, init=False)

    def write(self) -> Iterator[Sequence[Fate]]:
        """Write batch by batch, and yield how the rows of each ended, once that is noted.

        While requests are under way the next batches are read. In a file every fate stands before
        the next batch goes out; what is temporary anyway is noted while it does.
        """
        batches = Batches(PlannedRows(self.journal.database), self._most)
        is_file, size = self.journal.path is not None, self.crew.size
        batches.look_ahead(2)
        # A single batch is not worth a thread.
        begin = self.crew.beside if batches.ahead > 1 else self.crew.start
        under_way: deque[Future[Sequence[Fate]]] = deque()

        def start() -> None:
            while len(under_way) < size and (batch := batches.take()):
                if self.courier.error is not None or not self.may_go_on(self.courier):
                    return
                if is_file:
                    self.journal.sent(batch[0].row, batch[-1].row)
                under_way.append(begin(self._written, batch))

        start()
        while under_way:
            batches.look_ahead(size)
            fates = under_way.popleft().result()
            if not is_file:
                start()
            self.journal.finish(fates)
            yield fates
            if is_file:
                start()

    def _most(self) -> int:
        return min(self.policy.batch_size, self.courier.most or self.policy.batch_size)

    def _written(self, batch: Sequence[PlannedRow]) -> Sequence[Fate]:
        contacts = self._contacts(batch)
        subscribed = self._subscriptions(batch, contacts)
        return [_fate(row, contacts[row.row], subscribed.get(row.row)) for row in batch]

    def _contacts(self, batch: Sequence[PlannedRow]) -> dict[int, Stored | int | Trouble]:
        """Write contacts; return for each row the contact, or what came in between."""
        together = [row for row in batch if self._goes_together(row)]
        fates: dict[int, Stored | int | Trouble] = {}
        posted = self._created_before(together, self._posted(together))
        for row, fate in zip(together, posted, strict=True):
            fates[row.row] = self._checked(row, fate)
        idle = [row for row in batch if row.decision.action is Action.NOTHING]
        fates |= self._looked_at(idle) if self.stale() else {row.row: _known(row) for row in idle}
        for row in batch:
            if row.row not in fates:
                fates[row.row] = self._alone(row)
        return fates

    def _looked_at(self, rows: Sequence[PlannedRow]) -> dict[int, Stored | int | Trouble]:
        """Look once more at contacts to whom nothing is written, but who are to be subscribed."""
        addresses = {Private(row.email).lower(): row for row in rows}
        found = self.courier.attempt(lambda: self.reader.contacts(addresses))
        if isinstance(found, Refused | Broken):
            return {row.row: found for row in rows}
        fates: dict[int, Stored | int | Trouble] = {}
        for address, row in addresses.items():
            one: Contact | Refused | Broken | None = found.get(address)
            if one is None or (isinstance(one, Contact) and one.contact_id != _known(row)):
                # It has another address by now, or was deleted; its id tells.
                one = self.courier.attempt(partial(self.folder.contacts.get, _known(row)))
            fates[row.row] = self._checked(row, one)
        return fates

    def _goes_together(self, row: PlannedRow) -> bool:
        action = row.decision.action
        bulk_update = action is Action.UPDATE and self.policy.update_by == "bulk"
        return action is Action.CREATE or bulk_update

    def _posted(self, rows: Sequence[PlannedRow]) -> list[Stored | Refused | Broken]:
        fates: list[Stored | Refused | Broken] = [*self.courier.bulk(rows, self._post)]
        # Left out without a word: that may have been a slip, and it does no harm twice.
        silent = [place for place, fate in enumerate(fates) if fate == Refused("")]
        again = self.courier.bulk([rows[place] for place in silent], self._post)
        for place, fate in zip(silent, again, strict=True):
            fates[place] = in_doubt(fate)
        return fates

    def _created_before(
        self, rows: Sequence[PlannedRow], fates: list[Stored | Refused | Broken]
    ) -> list[Stored | Refused | Broken]:
        """Look for new contacts that were refused for a status which only a new one may have.

        That is what becomes of the second request when the answer to the first one was lost
        (API 6.3).
        """
        refused = {
            Private(row.email).lower(): place
            for place, row in enumerate(rows)
            if isinstance(fates[place], Refused) and _gives_status(row)
        }
        if not refused:
            return fates
        found = self.courier.attempt(lambda: self.reader.contacts(refused))
        for address, place in refused.items():
            if isinstance(found, Refused | Broken):
                fates[place] = in_doubt(found)
            elif (one := found.get(address)) is not None and self._was_created(rows[place], one):
                fates[place] = one
        return fates

    def _was_created(self, row: PlannedRow, contact: Contact) -> bool:
        created = contact.create_date
        recent = created is None or not self._is_old(created)
        return recent and as_row_says(row.decision.fields, contact)

    def _is_old(self, created: datetime) -> bool:
        return self.now() - created > _OLDER

    def _post(self, rows: Sequence[PlannedRow]) -> BatchResult[ContactReceipt]:
        return store_contacts(self.folder.contacts, (_contact_row(row) for row in rows))

    def _alone(self, row: PlannedRow) -> Stored | Trouble:
        contacts, decision = self.folder.contacts, row.decision
        contact_id = _known(row)
        write = contacts.replace if decision.action is Action.REPLACE else contacts.update
        fate = self.courier.attempt(lambda: write(contact_id, **decision.fields))
        return self._checked(row, fate)

    def _checked(self, row: PlannedRow, fate: Stored | Refused | Broken) -> Stored | Trouble:
        """Return the contact, unless its status turns out to forbid going on.

        It was ``normal``, or there was none, when the plan was made; iContact's answer is newer.
        """
        if not isinstance(fate, _STORED) or not row.decision.subscribe:
            return fate
        if reason := hands_off(fate, None, self.policy):
            return Suppressed(reason, fate.contact_id)
        return fate

    def _subscriptions(
        self, batch: Sequence[PlannedRow], contacts: Mapping[int, Stored | int | Trouble]
    ) -> dict[int, str | Trouble]:
        """Subscribe contacts; return for each row its state on the list afterwards."""
        ids: dict[int, int] = {}
        doubtful: list[int] = []
        for row in batch:
            contact = contacts[row.row]
            if row.decision.subscribe and isinstance(contact, _WRITTEN):
                ids[row.row] = _id(contact)
                if self._is_doubtful(row, contact):
                    doubtful.append(_id(contact))
        fates = self._found(doubtful, lambda _: None)
        fates |= self._subscribed([one for one in ids.values() if fates.get(one) is None])
        return {row: cast("str | Trouble", fates[number]) for row, number in ids.items()}

    def _is_doubtful(self, row: PlannedRow, contact: Stored | int) -> bool:
        """Tell whether somebody's state on the list may be another one than the plan says."""
        if row.decision.contact_id is not None:
            return self.stale()
        # Taken for new. Whoever turns out to be older was there, and may have unsubscribed.
        created = None if isinstance(contact, int) else contact.create_date
        return created is None or self._is_old(created)

    def _subscribed(self, contact_ids: Sequence[int]) -> dict[int, str | Trouble | None]:
        posted = self.courier.bulk(contact_ids, self._subscribe)
        fates = dict(zip(contact_ids, posted, strict=True))
        self._look_for_the_list(posted)
        left_out = {one: fate for one, fate in fates.items() if isinstance(fate, Refused)}
        states = {
            one: str(fate.status) if isinstance(fate, SubscriptionReceipt) else fate
            for one, fate in fates.items()
        }
        return states | self._explained(left_out)

    def _subscribe(self, contact_ids: Sequence[int]) -> BatchResult[SubscriptionReceipt]:
        rows: list[SubscriptionFields] = [
            {
                "contact_id": contact_id,
                "list_id": self.list_id,
                "status": self.policy.subscription_status,
            }
            for contact_id in contact_ids
        ]
        if self.policy.confirmation_message_id is not None:
            for row in rows:
                row["confirmation_message_id"] = self.policy.confirmation_message_id
        return store_subscriptions(self.folder.subscriptions, rows)

    def _look_for_the_list(self, fates: Sequence[SubscriptionReceipt | Refused | Broken]) -> None:
        """If nobody at all was subscribed, see whether the list is still there."""
        if fates and all(isinstance(fate, Refused) for fate in fates):
            self.courier.need("the list", lambda: self.folder.lists.get(self.list_id))

    def _explained(self, left_out: Mapping[int, Refused]) -> dict[int, str | Trouble | None]:
        """Find out about those whom iContact left out.

        That may mean "is on it already", or "unsubscribed earlier" (API 8.2): look.
        """
        fates = self._found(list(left_out), left_out.__getitem__)
        silent = [one for one, fate in fates.items() if fate == Refused("")]
        again = self.courier.bulk(silent, self._subscribe)
        for one, sent in zip(silent, again, strict=True):
            fates[one] = str(sent.status) if isinstance(sent, SubscriptionReceipt) else sent
        return {
            one: self._why_not(one, fate) if isinstance(fate, Refused) else in_doubt(fate)
            for one, fate in fates.items()
        }

    def _found(
        self, contact_ids: Sequence[int], otherwise: Callable[[int], Trouble | None]
    ) -> dict[int, str | Trouble | None]:
        """Look for subscriptions; return a state, what came in between, or what is said else."""
        if not contact_ids:
            return {}
        states = self.courier.attempt(lambda: self.reader.states(contact_ids))
        if isinstance(states, Refused | Broken):
            return dict.fromkeys(contact_ids, states)
        return {one: self._state(one, states.get(one), otherwise) for one in contact_ids}

    def _state(
        self, contact_id: int, state: str | None, otherwise: Callable[[int], Trouble | None]
    ) -> str | Trouble | None:
        unsubscribed = SubscriptionStatus.UNSUBSCRIBED
        if state == unsubscribed and unsubscribed not in self.policy.allow_statuses:
            return Suppressed(_UNSUBSCRIBED, contact_id, state)
        return otherwise(contact_id) if state is None else state

    def _why_not(self, contact_id: int, fate: Refused) -> Trouble:
        """Tell a contact that may not be mailed any more from other reasons."""
        contact = self.courier.attempt(lambda: self.folder.contacts.get(contact_id))
        if isinstance(contact, Broken):
            return in_doubt(contact)
        if isinstance(contact, Contact) and (reason := hands_off(contact, None, self.policy)):
            return Suppressed(reason, contact_id)
        return fate


def _id(contact: Stored | int) -> int:
    return contact if isinstance(contact, int) else contact.contact_id


def _gives_status(row: PlannedRow) -> bool:
    """Tell whether a new contact is given a status that iContact knows."""
    status = row.decision.fields.get("status")
    return row.decision.action is Action.CREATE and status in tuple(ContactStatus)


def _known(row: PlannedRow) -> int:
    """Return the id of the contact that the row concerns, which the plan found."""
    return row.decision.contact_id or 0


def _contact_row(row: PlannedRow) -> ContactRow:
    fields = row.decision.fields
    if row.decision.contact_id is None:
        return cast("ContactRow", fields)
    return cast("ContactRow", {"contact_id": row.decision.contact_id, **fields})


def _fate(
    row: PlannedRow, contact: Stored | int | Trouble, subscribed: str | Trouble | None
) -> Fate:
    """Say what became of a row that was to be written."""
    contact_id = row.decision.contact_id
    if isinstance(contact, _WRITTEN):
        contact_id = _id(contact)
    elif isinstance(contact, Suppressed):
        contact_id = contact.contact_id
    state = subscribed if isinstance(subscribed, str) else row.decision.subscription
    if isinstance(subscribed, Suppressed):
        state = subscribed.subscription
    status, reason = _ending(row, contact, subscribed)
    return Fate(
        row=row.row,
        status=status,
        reason=reason,
        subscription=state,
        contact_id=contact_id,
        tried=row.tried or _may_be_done(row, contact, subscribed),
    )


def _may_be_done(
    row: PlannedRow, contact: Stored | int | Trouble, subscribed: str | Trouble | None
) -> bool:
    """Tell whether what the row was to bring about may have been brought about by now."""
    fate = subscribed if row.decision.action is Action.NOTHING else contact
    return not isinstance(fate, Broken) or fate.maybe_applied


def _ending(
    row: PlannedRow, contact: Stored | int | Trouble, subscribed: str | Trouble | None
) -> tuple[OutcomeStatus, str]:
    kept = "" if row.decision.action is Action.NOTHING else "the contact is stored, but "
    for fate in (contact, subscribed):
        if not isinstance(fate, Suppressed):
            continue
        if fate.subscription is None:
            written = ", and fields were written" if kept else ""
            return OutcomeStatus.SKIPPED, f"{fate.reason}; that came to light only now{written}"
        return OutcomeStatus.SKIPPED, f"{kept}{fate.reason}"
    if isinstance(contact, _UNWRITTEN):
        return _unwritten("contact", contact)
    if isinstance(subscribed, _UNWRITTEN):
        status, reason = _unwritten("subscription", subscribed)
        return status, kept + reason
    if subscribed is None:
        return row.status, row.decision.reason
    if subscribed == SubscriptionStatus.UNSUBSCRIBED:
        return OutcomeStatus.SKIPPED, f"{kept}{_UNSUBSCRIBED}"
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
