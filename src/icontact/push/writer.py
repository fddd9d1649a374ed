"""Writes planned rows batch by batch: contacts, then subscriptions, with a result for each row."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

import attrs

from icontact.client import Folder
from icontact.errors import JournalError
from icontact.push.batch_sender import BatchSender
from icontact.push.batches import Batches
from icontact.push.bulk_updates import BulkUpdates
from icontact.push.contact_writer import ContactWriter, contact_id_of
from icontact.push.decisions import Action
from icontact.push.journal import Journal, RowResult, RowToWrite
from icontact.push.policy import PushPolicy
from icontact.push.results import result_of, result_of_unsubscribing
from icontact.push.state_reader import StateReader
from icontact.push.subscriber import Subscriber
from icontact.push.workers import WorkerPool

__all__ = ["Writer"]

_UNSUBSCRIBE = Action.UNSUBSCRIBE.name

_GIVEN_UP = "the push was given up"


def _utc_now() -> datetime:
    return datetime.now(UTC)


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
    updates: BulkUpdates = attrs.field(init=False)
    contacts: ContactWriter = attrs.field(init=False)
    subscriber: Subscriber = attrs.field(init=False)

    @updates.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _updates(self) -> BulkUpdates:
        return BulkUpdates(self.journal, self.folder, self.sender, self.policy.update_by)

    @contacts.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _contacts(self) -> ContactWriter:
        return ContactWriter(
            folder=self.folder,
            policy=self.policy,
            reader=self.reader,
            sender=self.sender,
            updates=self.updates,
            stale=self.stale,
            now=_utc_now,
        )

    @subscriber.default  # pyright: ignore[reportAttributeAccessIssue]  # a name of attrs
    def _subscriber(self) -> Subscriber:
        return Subscriber(
            folder=self.folder,
            list_id=self.list_id,
            policy=self.policy,
            reader=self.reader,
            sender=self.sender,
            stale=self.stale,
            now=_utc_now,
        )

    def write(self) -> Generator[Sequence[RowResult], None, None]:
        """Write batch by batch, and yield the results of each once they are in the journal.

        While requests are under way the next batch is read. A batch goes out when the results of
        one before it are in the journal.
        """
        self.updates.begin()
        size = self.sender.size
        batches = Batches(self.journal, lambda: size.current, self.contacts.is_alone)
        under_way: deque[Future[Sequence[RowResult]]] = deque()
        self.workers.adapt()
        try:
            while True:
                while len(under_way) < self.workers.most_batches(size.current) and (
                    batch := self._next_of(batches)
                ):
                    written = threading.Event()
                    under_way.append(self.workers.submit(self._write_batch, batch, written))
                    if not size.is_settled:
                        # A size that is new has to go through before the next batch is sent.
                        written.wait()
                if not under_way:
                    return
                batches.read_ahead()
                results = under_way.popleft().result()
                self.workers.adapt()
                self.journal.finish(results)
                yield results
        finally:
            if under_way:
                # Something went wrong here: batches that wait for a worker are not sent.
                self.sender.stop(JournalError(_GIVEN_UP), _GIVEN_UP)

    def _next_of(self, batches: Batches) -> Sequence[RowToWrite]:
        """Return the next batch, noted as sent; an empty one if the push must not go on."""
        batch = batches.take()
        if not batch or self.sender.error is not None or not self.may_go_on(self.sender):
            return ()
        if self.journal.path is not None:
            self.journal.sent(batch[0].row, batch[-1].row)
        return batch

    def _write_batch(
        self, batch: Sequence[RowToWrite], contacts_written: threading.Event
    ) -> Sequence[RowResult]:
        pushed = [row for row in batch if row.action != _UNSUBSCRIBE]
        try:
            contacts = self.contacts.write(pushed)
        finally:
            contacts_written.set()
        states = self.subscriber.subscribe(pushed, contacts)
        results = map(result_of, pushed, contacts, states)
        # The contact of a row that opted out is the contact of no other row.
        return [
            self._unsubscribe(row) if row.action == _UNSUBSCRIBE else next(results) for row in batch
        ]

    def _unsubscribe(self, row: RowToWrite) -> RowResult:
        answer = self.sender.try_send(
            lambda: self.folder.subscriptions.unsubscribe(
                contact_id=contact_id_of(row), list_id=self.list_id
            )
        )
        return result_of_unsubscribing(row, answer)
