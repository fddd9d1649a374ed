"""Writes what is planned: contacts, then subscriptions, batch by batch, an end for every row."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import attrs

from icontact.auth import Private
from icontact.client import Folder
from icontact.errors import IContactError, JournalError
from icontact.models import Contact, ContactStatus, SubscriptionFields, SubscriptionStatus
from icontact.push.batches import Batches
from icontact.push.bulk import Broken, Courier, Refused, in_doubt
from icontact.push.bulk_updates import BulkUpdates
from icontact.push.crew import Crew
from icontact.push.decide import Action, as_row_says, hands_off
from icontact.push.fates import (
    STORED,
    UNSUBSCRIBED,
    Stored,
    Suppressed,
    Trouble,
    fate_of,
    fate_of_unsubscribing,
    id_of,
)
from icontact.push.journal import Fate, Journal, ToWrite, Unshown
from icontact.push.settings import PushPolicy
from icontact.push.state import StateReader, why_unknown
from icontact.push.texts import fields_of, gives_status, text_of
from icontact.resources import BatchResult
from icontact.resources._receipts import (
    ContactReceipt,
    SubscriptionReceipt,
    store_contacts,
    store_subscriptions,
)

__all__ = ["Writer"]

T = TypeVar("T")

#: A contact that is older than its creation by more than this was there before; clocks may differ.
_OLDER = timedelta(minutes=5)


_CREATE, _UPDATE, _REPLACE = (
    action.name for action in (Action.CREATE, Action.UPDATE, Action.REPLACE)
)
_NOTHING = Action.NOTHING.name
_UNSUBSCRIBE = Action.UNSUBSCRIBE.name

_GIVEN_UP = "the push was given up"

#: iContact left a row out, and said nothing.
_SILENT = Refused("")


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
    updates: BulkUpdates = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: BulkUpdates(
                self.journal, self.folder, self.courier, self.policy.update_by
            ),
            takes_self=True,
        ),
    )

    def write(self) -> Generator[Sequence[Fate], None, None]:
        """Write batch by batch, and yield how the rows of each ended, once that is noted.

        While requests are under way the next batches are read. In a file every fate stands before
        the next batch goes out; what is temporary anyway is noted while it does, and there two
        batches are in work for each request that may be under way.
        """
        self.updates.begin()
        batches = Batches(self.journal, self._most)
        is_file, size = self.journal.path is not None, self.crew.size
        batches.look_ahead(2)
        # A single batch is not worth a thread.
        begin = self.crew.beside if batches.ahead > 1 else self.crew.start
        under_way: deque[Future[Sequence[Fate]]] = deque()

        def start(in_work: int) -> None:
            while len(under_way) < in_work and (batch := batches.take()):
                if self.courier.error is not None or not self.may_go_on(self.courier):
                    return
                if is_file:
                    self.journal.sent(batch[0].row, batch[-1].row)
                under_way.append(begin(self._written, batch))

        # Of one worker the first batch goes alone: it shows whether iContact takes so many, or any.
        start(size if is_file or size == 1 else 2 * size)
        try:
            while under_way:
                batches.look_ahead(size)
                fates = under_way.popleft().result()
                if not is_file:
                    start(2 * size)
                self.journal.finish(fates)
                yield fates
                if is_file:
                    start(size)
        finally:
            if under_way:
                # Something went wrong here: what waits for its turn is not sent any more.
                self.courier.stop(JournalError(_GIVEN_UP), _GIVEN_UP)

    def _most(self) -> int:
        return min(self.policy.batch_size, self.courier.most or self.policy.batch_size)

    def _written(self, batch: Sequence[ToWrite]) -> Sequence[Fate]:
        pushed = [row for row in batch if row.action != _UNSUBSCRIBE]
        contacts = self._contacts(pushed)
        fates = [*map(fate_of, pushed, contacts, self._subscriptions(pushed, contacts))]
        if len(pushed) == len(batch):
            return fates
        # A row that opted out shares its address with no row that is pushed.
        ends = iter(fates)
        return [
            self._unsubscribed(row) if row.action == _UNSUBSCRIBE else next(ends) for row in batch
        ]

    def _unsubscribed(self, row: ToWrite) -> Fate:
        send = partial(
            self.folder.subscriptions.unsubscribe, contact_id=_known(row), list_id=self.list_id
        )
        return fate_of_unsubscribing(row, self.courier.attempt(send))

    def _contacts(self, batch: Sequence[ToWrite]) -> Sequence[Stored | int | Trouble]:
        """Write contacts; return for each row the contact, or what came in between."""
        proved = self.updates.prove(batch, self._alone)
        bulk = (_CREATE, _UPDATE) if self.updates.allowed else (_CREATE,)
        together = Unshown(row for row in batch if row.action in bulk and row.row not in proved)
        posted = self._checked(together, self._created_before(together, self._posted(together)))
        if len(together) == len(batch):
            return posted
        fates: dict[int, Stored | int | Trouble] = {**proved}
        fates |= zip((row.row for row in together), posted, strict=True)
        idle = Unshown(row for row in batch if row.action == _NOTHING)
        fates |= zip((row.row for row in idle), self._untouched(idle), strict=True)
        return [fates[row.row] if row.row in fates else self._alone(row) for row in batch]

    def _untouched(self, rows: Sequence[ToWrite]) -> Sequence[Stored | int | Trouble]:
        return self._looked_at(rows) if self.stale() else [*map(_known, rows)]

    def _looked_at(self, rows: Sequence[ToWrite]) -> Sequence[Stored | Trouble]:
        """Look once more at contacts to whom nothing is written, but who are to be subscribed."""
        addresses = Unshown(Private(row.address) for row in rows)
        found = self.courier.ask(lambda: self.reader.contacts(addresses))
        if isinstance(found, Broken):
            return [found] * len(rows)
        fates: list[Stored | Refused | Broken] = []
        for row, address in zip(rows, addresses, strict=True):
            one = _answered("contact", found.get(address))
            if one is None or (isinstance(one, Contact) and one.contact_id != _known(row)):
                # It has another address by now, or was deleted; its id tells.
                one = self.courier.ask(partial(self.folder.contacts.get, _known(row)))
            fates.append(one)
        return self._checked(rows, fates)

    def _posted(self, rows: Sequence[ToWrite]) -> list[Stored | Refused | Broken]:
        fates: list[Stored | Refused | Broken] = [*self.courier.bulk(rows, self._post)]
        # Left out without a word: that may have been a slip, and it does no harm twice.
        silent = [place for place, fate in enumerate(fates) if fate == _SILENT]
        again = self.courier.bulk([rows[place] for place in silent], self._post)
        for place, fate in zip(silent, again, strict=True):
            fates[place] = in_doubt(fate)
        return fates

    def _created_before(
        self, rows: Sequence[ToWrite], fates: list[Stored | Refused | Broken]
    ) -> list[Stored | Refused | Broken]:
        """Look for new contacts that were refused for a status which only a new one may have.

        That is what becomes of the second request when the answer to the first one was lost
        (API 6.3).
        """
        refused = {
            Private(row.address): place
            for place, row in enumerate(rows)
            if isinstance(fates[place], Refused) and gives_status(row)
        }
        if not refused:
            return fates
        found = self.courier.ask(lambda: self.reader.contacts(refused))
        for address, place in refused.items():
            if isinstance(found, Broken):
                fates[place] = in_doubt(found)
            elif isinstance(one := _answered("contact", found.get(address)), Broken):
                fates[place] = in_doubt(one)
            elif one is not None and self._was_created(rows[place], one):
                fates[place] = one
        return fates

    def _was_created(self, row: ToWrite, contact: Contact) -> bool:
        recent = contact.create_date is None or contact.create_date >= self._recently()
        return recent and as_row_says(fields_of(row), contact)

    def _recently(self) -> datetime:
        return self.now() - _OLDER

    def _post(self, rows: Sequence[ToWrite]) -> BatchResult[ContactReceipt]:
        return store_contacts(
            self.folder.contacts, Unshown(map(text_of, rows)), Unshown(map(_key, rows))
        )

    def _alone(self, row: ToWrite) -> Stored | Trouble:
        contacts = self.folder.contacts
        contact_id = _known(row)
        write = contacts.replace if row.action == _REPLACE else contacts.update
        fate = self.courier.attempt(lambda: write(contact_id, **fields_of(row)))
        return self._checked([row], [fate])[0]

    def _checked(
        self, rows: Sequence[ToWrite], fates: Sequence[Stored | Refused | Broken]
    ) -> list[Stored | Trouble]:
        """Return the contacts, but for those whose status turns out to forbid going on.

        It was ``normal``, or there was none, when the plan was made; iContact's answer is newer.
        """
        checked: list[Stored | Trouble] = [*fates]
        for place, (row, fate) in enumerate(zip(rows, fates, strict=True)):
            # The quick tests first: nearly everybody is normal.
            if not isinstance(fate, STORED) or fate.status is ContactStatus.NORMAL:
                continue
            if row.subscribe and (reason := hands_off(fate, None, self.policy)):
                checked[place] = Suppressed(reason, fate.contact_id)
        return checked

    def _subscriptions(
        self, batch: Sequence[ToWrite], contacts: Sequence[Stored | int | Trouble]
    ) -> Sequence[str | Trouble | None]:
        """Subscribe contacts; return for each row its state on the list, if it was to be there."""
        ids = [
            id_of(contact) if row.subscribe else None
            for row, contact in zip(batch, contacts, strict=True)
        ]
        wanted = [one for one in ids if one is not None]
        fates = self._found(self._doubtful(batch, contacts, ids), lambda _: None)
        fates |= self._subscribed([one for one in wanted if fates.get(one) is None])
        return [None if one is None else fates[one] for one in ids]

    def _doubtful(
        self,
        batch: Sequence[ToWrite],
        contacts: Sequence[Stored | int | Trouble],
        ids: Sequence[int | None],
    ) -> Sequence[int]:
        """Return whose state on the list may be another one than the plan says."""
        stale, recently = self.stale(), self._recently()
        dates = [*map(_created, contacts)]
        # Taken for new. Whoever turns out to be older was there, and may have unsubscribed.
        old = {date for date in set(dates) if date is None or date < recently}
        return [
            one
            for row, date, one in zip(batch, dates, ids, strict=True)
            if one is not None and (stale if row.contact_id is not None else date in old)
        ]

    def _subscribed(self, contact_ids: Sequence[int]) -> dict[int, str | Trouble | None]:
        posted = self.courier.bulk(contact_ids, self._subscribe)
        self._look_for_the_list(posted)
        states: dict[int, str | Trouble | None] = {}
        left_out: dict[int, Refused] = {}
        for one, fate in zip(contact_ids, posted, strict=True):
            if isinstance(fate, Refused):
                left_out[one] = fate
            else:
                states[one] = fate if isinstance(fate, Broken) else str(fate.status)
        return states | self._explained(left_out)

    def _subscribe(self, contact_ids: Sequence[int]) -> BatchResult[SubscriptionReceipt]:
        fields: SubscriptionFields = {
            "list_id": self.list_id,
            "status": self.policy.subscription_status,
        }
        if self.policy.confirmation_message_id is not None:
            fields["confirmation_message_id"] = self.policy.confirmation_message_id
        return store_subscriptions(self.folder.subscriptions, contact_ids, fields)

    def _look_for_the_list(self, fates: Sequence[SubscriptionReceipt | Refused | Broken]) -> None:
        """If no contact at all was subscribed, see whether the list and the message are there."""
        if fates and all(isinstance(fate, Refused) for fate in fates):
            self.courier.need("the list", lambda: self.folder.lists.get(self.list_id))
            message_id = self.policy.confirmation_message_id
            if message_id is not None:
                self.courier.need(
                    "the confirmation message", lambda: self.folder.messages.get(message_id)
                )

    def _explained(self, left_out: Mapping[int, Refused]) -> dict[int, str | Trouble | None]:
        """Find out about those whom iContact left out.

        That may mean "is on it already", or "unsubscribed earlier" (API 8.2): look.
        """
        fates = self._found(list(left_out), left_out.__getitem__)
        silent = [one for one, fate in fates.items() if fate == _SILENT]
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
        states = self.courier.ask(lambda: self.reader.states(contact_ids))
        if isinstance(states, Broken):
            return dict.fromkeys(contact_ids, states)
        return {
            one: self._state(one, _answered("subscription", states.get(one)), otherwise)
            for one in contact_ids
        }

    def _state(
        self,
        contact_id: int,
        state: str | Broken | None,
        otherwise: Callable[[int], Trouble | None],
    ) -> str | Trouble | None:
        unsubscribed = SubscriptionStatus.UNSUBSCRIBED
        if state == unsubscribed and unsubscribed not in self.policy.allow_statuses:
            return Suppressed(UNSUBSCRIBED, contact_id, unsubscribed.value)
        return otherwise(contact_id) if state is None else state

    def _why_not(self, contact_id: int, fate: Refused) -> Trouble:
        """Tell a contact that may not be mailed any more from other reasons."""
        contact = self.courier.ask(lambda: self.folder.contacts.get(contact_id))
        if isinstance(contact, Broken):
            return in_doubt(contact)
        if isinstance(contact, Contact) and (reason := hands_off(contact, None, self.policy)):
            return Suppressed(reason, contact_id)
        return fate


def _answered(what: str, answer: T | IContactError) -> T | Broken:
    if isinstance(answer, IContactError):
        return Broken(why_unknown(what, answer), maybe_applied=False)
    return answer


def _created(contact: Stored | int | Trouble) -> datetime | None:
    return contact.create_date if isinstance(contact, STORED) else None


def _known(row: ToWrite) -> int:
    """Return the id of the contact that the row concerns, which the plan found."""
    return row.contact_id or 0


def _key(row: ToWrite) -> int | str:
    return row.address if row.contact_id is None else row.contact_id
