"""Writes planned rows batch by batch: contacts, then subscriptions, with a result for each row."""

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
from icontact.models import (
    Contact,
    ContactStatus,
    Subscription,
    SubscriptionFields,
    SubscriptionStatus,
)
from icontact.push.batch_sender import LEFT_OUT, BatchSender, ItemFailed, ItemRejected, in_doubt
from icontact.push.bulk_updates import BulkUpdates
from icontact.push.decisions import Action, has_given_status, suppression_reason
from icontact.push.journal import Journal, RowResult, RowToWrite
from icontact.push.payloads import fields_of, gives_status, item_of
from icontact.push.policy import PushPolicy
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.results import (
    ItemProblem,
    ItemSuppressed,
    id_of,
    result_of,
    result_of_unsubscribing,
)
from icontact.push.state_reader import StateReader, why_unknown
from icontact.push.workers import WorkerPool
from icontact.resources import BatchResult

__all__ = ["Writer"]

T = TypeVar("T")

#: A contact that was created longer ago than this was there before the push; clocks may differ.
_RECENT = timedelta(minutes=5)

#: A batch ends at this many bytes of fields.
_MOST_BYTES = 4 * 2**20

#: A batch ends at this many rows that need a request each: Ctrl-C has to wait for its end.
_MOST_ALONE = 500

_CREATE, _UPDATE, _REPLACE, _NOTHING, _UNSUBSCRIBE = (
    action.name
    for action in (
        Action.CREATE,
        Action.UPDATE,
        Action.REPLACE,
        Action.NOTHING,
        Action.UNSUBSCRIBE,
    )
)

_GIVEN_UP = "the push was given up"


@attrs.frozen(kw_only=True)
class Writer:
    """Writes the planned rows of a journal.

    Args:
        journal: The rows.
        folder: The client folder.
        list_id: The list to subscribe to.
        policy: The settings.
        reader: Reads contacts and subscriptions.
        workers: Send the batches.
        sender: Sends the requests.
        stale: Returns whether the plan is too old to rely on.
        may_go_on: Asked before each batch; ends the writing.
        now: Returns the time.
    """

    journal: Journal
    folder: Folder
    list_id: int
    policy: PushPolicy
    reader: StateReader
    workers: WorkerPool
    sender: BatchSender
    stale: Callable[[], bool]
    may_go_on: Callable[[BatchSender], bool]
    now: Callable[[], datetime] = attrs.field(default=lambda: datetime.now(UTC))
    updates: BulkUpdates = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: BulkUpdates(self.journal, self.folder, self.sender, self.policy.update_by),
            takes_self=True,
        ),
    )

    def write(self) -> Generator[Sequence[RowResult], None, None]:
        """Write batch by batch, and yield the results of each once they are in the journal.

        While requests are under way the next batch is read. A batch goes out when the results of
        one before it are in the journal.
        """
        self.updates.begin()
        size = self.sender.size
        batches = _Batches(self.journal, lambda: size.current, self._is_alone)
        under_way: deque[Future[Sequence[RowResult]]] = deque()

        def start() -> None:
            while len(under_way) < (self.workers.size if size.is_settled else 1):
                batch = batches.take()
                if not batch or self.sender.error is not None or not self.may_go_on(self.sender):
                    return
                if self.journal.path is not None:
                    self.journal.sent(batch[0].row, batch[-1].row)
                under_way.append(self.workers.submit(self._write_batch, batch))

        start()
        try:
            while under_way:
                batches.read_ahead()
                results = under_way.popleft().result()
                self.workers.adapt()
                self.journal.finish(results)
                yield results
                start()
        finally:
            if under_way:
                # Something went wrong here: batches that wait for a worker are not sent.
                self.sender.stop(JournalError(_GIVEN_UP), _GIVEN_UP)

    def _is_alone(self, row: RowToWrite) -> bool:
        """Return whether a row needs a request of its own."""
        in_bulk = row.action in (_CREATE, _NOTHING)
        return not (in_bulk or (row.action == _UPDATE and self.updates.allowed))

    def _write_batch(self, batch: Sequence[RowToWrite]) -> Sequence[RowResult]:
        pushed = [row for row in batch if row.action != _UNSUBSCRIBE]
        contacts = self._write_contacts(pushed)
        results = iter([*map(result_of, pushed, contacts, self._subscribe_all(pushed, contacts))])
        # The contact of a row that opted out is the contact of no other row.
        return [
            self._unsubscribe(row) if row.action == _UNSUBSCRIBE else next(results) for row in batch
        ]

    def _unsubscribe(self, row: RowToWrite) -> RowResult:
        send = partial(
            self.folder.subscriptions.unsubscribe,
            contact_id=_contact_id(row),
            list_id=self.list_id,
        )
        return result_of_unsubscribing(row, self.sender.try_send(send))

    # Contacts.

    def _write_contacts(self, batch: Sequence[RowToWrite]) -> Sequence[Contact | int | ItemProblem]:
        """Write contacts; return for each row the contact, its id, or what went wrong."""
        written: dict[int, Contact | int | ItemProblem] = {
            **self.updates.prove(batch, self._write_alone)
        }
        in_bulk = (_CREATE, _UPDATE) if self.updates.allowed else (_CREATE,)
        together = [row for row in batch if row.action in in_bulk and row.row not in written]
        posted = self._created_before(together, self._post(together))
        written |= _by_row(together, self._without_suppressed(together, posted))
        unchanged = [row for row in batch if row.action == _NOTHING]
        if self.stale():
            written |= _by_row(unchanged, self._read_again(unchanged))
        else:
            written |= _by_row(unchanged, [*map(_contact_id, unchanged)])
        return [written[row.row] if row.row in written else self._write_alone(row) for row in batch]

    def _post(self, rows: Sequence[RowToWrite]) -> list[Contact | ItemRejected | ItemFailed]:
        """Write contacts in bulk calls; send those again that are left out without a word."""
        post = partial(self.folder.contacts.create_many, explain=False)
        items = [item_of(row) for row in rows]
        answers = self.sender.send_many("contacts", items, post)
        left_out = [place for place, answer in enumerate(answers) if answer == LEFT_OUT]
        again = self.sender.send_many("contacts", [items[place] for place in left_out], post)
        for place, answer in zip(left_out, again, strict=True):
            answers[place] = in_doubt(answer)
        return answers

    def _created_before(
        self, rows: Sequence[RowToWrite], answers: list[Contact | ItemRejected | ItemFailed]
    ) -> list[Contact | ItemRejected | ItemFailed]:
        """Look for new contacts that were refused for a status that only a new one may have.

        iContact refuses the second request if the answer to the first one was lost (API 6.3).
        """
        refused = {
            Private(row.address): place
            for place, row in enumerate(rows)
            if isinstance(answers[place], ItemRejected) and gives_status(row)
        }
        if not refused:
            return answers
        found = self.sender.try_read(lambda: self.reader.contacts(refused))
        for address, place in refused.items():
            if isinstance(found, ItemFailed):
                answers[place] = in_doubt(found)
                continue
            contact = _or_failed("contact", found.get(address))
            if isinstance(contact, ItemFailed):
                answers[place] = in_doubt(contact)
            elif contact is not None and self._was_created(rows[place], contact):
                answers[place] = contact
        return answers

    def _was_created(self, row: RowToWrite, contact: Contact) -> bool:
        created = contact.create_date
        recent = created is None or created >= self.now() - _RECENT
        return recent and has_given_status(fields_of(row), contact)

    def _write_alone(self, row: RowToWrite) -> Contact | ItemProblem:
        contacts = self.folder.contacts
        write = contacts.replace if row.action == _REPLACE else contacts.update
        answer = self.sender.try_send(lambda: write(_contact_id(row), **fields_of(row)))
        return self._without_suppressed([row], [answer])[0]

    def _read_again(self, rows: Sequence[RowToWrite]) -> Sequence[Contact | ItemProblem]:
        """Read contacts that are only to be subscribed, since the plan is old."""
        if not rows:
            return []
        addresses = [Private(row.address) for row in rows]
        found = self.sender.try_read(lambda: self.reader.contacts(addresses))
        if isinstance(found, ItemFailed):
            return [found] * len(rows)
        answers: list[Contact | ItemRejected | ItemFailed] = []
        for row, address in zip(rows, addresses, strict=True):
            contact = _or_failed("contact", found.get(address))
            if contact is None or (
                isinstance(contact, Contact) and contact.contact_id != row.contact_id
            ):
                # It was deleted, or has another address now: read it by its id.
                contact = self.sender.try_read(partial(self.folder.contacts.get, _contact_id(row)))
            answers.append(contact)
        return self._without_suppressed(rows, answers)

    def _without_suppressed(
        self,
        rows: Sequence[RowToWrite],
        answers: Sequence[Contact | ItemRejected | ItemFailed],
    ) -> list[Contact | ItemProblem]:
        """Replace contacts that may not be mailed: iContact's answer is newer than the plan."""
        checked: list[Contact | ItemProblem] = [*answers]
        for place, (row, contact) in enumerate(zip(rows, answers, strict=True)):
            if (
                isinstance(contact, Contact)
                and contact.status is not ContactStatus.NORMAL
                and row.subscribe
                and (reason := suppression_reason(contact, None, self.policy))
            ):
                checked[place] = ItemSuppressed(reason, contact.contact_id)
        return checked

    # Subscriptions.

    def _subscribe_all(
        self, batch: Sequence[RowToWrite], contacts: Sequence[Contact | int | ItemProblem]
    ) -> Sequence[str | ItemProblem | None]:
        """Subscribe contacts; return for each row its state on the list, if it is to be there."""
        ids = [
            id_of(contact) if row.subscribe else None
            for row, contact in zip(batch, contacts, strict=True)
        ]
        states = self._states(self._doubtful(batch, contacts, ids))
        states |= self._subscribe([one for one in ids if one is not None and not states.get(one)])
        return [None if one is None else states[one] for one in ids]

    def _doubtful(
        self,
        batch: Sequence[RowToWrite],
        contacts: Sequence[Contact | int | ItemProblem],
        ids: Sequence[int | None],
    ) -> Sequence[int]:
        """Return the contacts whose state on the list may differ from the plan.

        These are the contacts of an old plan, and contacts that the plan took for new ones and
        that turn out to be older.
        """
        stale, recently = self.stale(), self.now() - _RECENT

        def is_doubtful(row: RowToWrite, contact: Contact | int | ItemProblem) -> bool:
            if row.contact_id is not None or not isinstance(contact, Contact):
                return stale
            return contact.create_date is None or contact.create_date < recently

        return [
            one
            for row, contact, one in zip(batch, contacts, ids, strict=True)
            if one is not None and is_doubtful(row, contact)
        ]

    def _subscribe(self, contact_ids: Sequence[int]) -> dict[int, str | ItemProblem | None]:
        posted = self.sender.send_many("subscriptions", contact_ids, self._post_subscriptions)
        if posted and all(isinstance(answer, ItemRejected) for answer in posted):
            self._require_list_and_message()
        states: dict[int, str | ItemProblem | None] = {}
        refused: dict[int, ItemRejected] = {}
        for one, answer in zip(contact_ids, posted, strict=True):
            if isinstance(answer, ItemRejected):
                refused[one] = answer
            else:
                states[one] = _state_of(answer)
        explained = self._explain(refused)
        self._learn_from(explained, len(posted))
        return states | explained

    def _learn_from(self, explained: Mapping[int, str | ItemProblem | None], sent: int) -> None:
        """Note if an answer was cut short: contacts are on the list that it left out."""
        size = self.sender.size
        subscribed = sum(isinstance(state, str) for state in explained.values())
        if subscribed > sent // 10 and size.may_be_why("subscriptions", sent):
            size.failed("subscriptions", sent)

    def _post_subscriptions(self, contact_ids: Sequence[int]) -> BatchResult[Subscription]:
        fields: SubscriptionFields = {
            "list_id": self.list_id,
            "status": self.policy.subscription_status,
        }
        if self.policy.confirmation_message_id is not None:
            fields["confirmation_message_id"] = self.policy.confirmation_message_id
        rows: list[SubscriptionFields] = [{"contact_id": one, **fields} for one in contact_ids]
        return self.folder.subscriptions.create_many(rows, explain=False)

    def _require_list_and_message(self) -> None:
        """End the push if the list or the confirmation message is gone."""
        self.sender.require("the list", lambda: self.folder.lists.get(self.list_id))
        message_id = self.policy.confirmation_message_id
        if message_id is not None:
            self.sender.require(
                "the confirmation message", lambda: self.folder.messages.get(message_id)
            )

    def _explain(self, refused: Mapping[int, ItemRejected]) -> dict[int, str | ItemProblem | None]:
        """Find out why iContact did not subscribe contacts.

        A contact that is left out may be on the list already, or may have unsubscribed earlier
        (API 8.2).
        """
        states = self._states(list(refused))
        unknown = [one for one in refused if states[one] is None]
        answers: dict[int, str | ItemProblem | None] = {one: refused[one] for one in unknown}
        silent = [one for one in unknown if refused[one] == LEFT_OUT]
        again = self.sender.send_many("subscriptions", silent, self._post_subscriptions)
        answers |= {one: _state_of(answer) for one, answer in zip(silent, again, strict=True)}
        return {
            one: self._why_refused(one, answer)
            if isinstance(answer, ItemRejected)
            else in_doubt(answer)
            for one, answer in (states | answers).items()
        }

    def _states(self, contact_ids: Sequence[int]) -> dict[int, str | ItemProblem | None]:
        """Return the states of contacts on the list, or what went wrong; ``None`` if not on it."""
        if not contact_ids:
            return {}
        found = self.sender.try_read(lambda: self.reader.states(contact_ids))
        if isinstance(found, ItemFailed):
            return dict.fromkeys(contact_ids, found)
        unsubscribed = SubscriptionStatus.UNSUBSCRIBED
        states: dict[int, str | ItemProblem | None] = {}
        for one in contact_ids:
            states[one] = _or_failed("subscription", found.get(one))
            if states[one] == unsubscribed and unsubscribed not in self.policy.allow_statuses:
                states[one] = ItemSuppressed(
                    Reason.of(ReasonCode.UNSUBSCRIBED), one, unsubscribed.value
                )
        return states

    def _why_refused(self, contact_id: int, answer: ItemRejected) -> ItemProblem:
        """Return whether the contact may not be mailed any more, else iContact's answer."""
        contact = self.sender.try_read(lambda: self.folder.contacts.get(contact_id))
        if isinstance(contact, ItemFailed):
            return in_doubt(contact)
        reason = suppression_reason(contact, None, self.policy)
        return ItemSuppressed(reason, contact_id) if reason else answer


class _Batches:
    """Planned rows in their order, in batches; one batch is read ahead.

    Args:
        journal: The rows.
        most: Returns how many rows a batch may have; it may become fewer.
        is_alone: Returns whether a row needs a request of its own.
    """

    def __init__(
        self,
        journal: Journal,
        most: Callable[[], int],
        is_alone: Callable[[RowToWrite], bool],
    ) -> None:
        self._journal = journal
        self._most = most
        self._is_alone = is_alone
        self._last = -1
        #: The batch that was read ahead, and how many rows it might have.
        self._ahead: tuple[Sequence[RowToWrite], int] | None = None

    def read_ahead(self) -> None:
        """Read the next batch."""
        if self._ahead is None:
            most = self._most()
            self._ahead = self._read(most), most

    def take(self) -> Sequence[RowToWrite]:
        """Return the next batch; an empty one after the last."""
        most = self._most()
        batch, read_for = self._ahead or ((), 0)
        if read_for != most:
            batch = self._read(most)
        self._ahead = None
        if batch:
            self._last = batch[-1].row
        return batch

    def _read(self, most: int) -> Sequence[RowToWrite]:
        rows = self._journal.to_write(self._last, most)
        size = alone = 0
        for place, row in enumerate(rows):
            size += len(row.text)
            alone += self._is_alone(row)
            if place and (size > _MOST_BYTES or alone > _MOST_ALONE):
                return rows[:place]
        return rows


def _by_row(rows: Sequence[RowToWrite], answers: Sequence[T]) -> dict[int, T]:
    return {row.row: answer for row, answer in zip(rows, answers, strict=True)}


def _state_of(answer: Subscription | ItemRejected | ItemFailed) -> str | ItemRejected | ItemFailed:
    return str(answer.status) if isinstance(answer, Subscription) else answer


def _or_failed(what: str, answer: T | IContactError) -> T | ItemFailed:
    if isinstance(answer, IContactError):
        return ItemFailed(why_unknown(what, answer), maybe_applied=False)
    return answer


def _contact_id(row: RowToWrite) -> int:
    """Return the id of the contact that the plan found for a row."""
    return row.contact_id or 0
