"""Writes planned rows batch by batch: contacts, then subscriptions, with a result for each row."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from itertools import repeat

from icontact.errors import JournalError
from icontact.push.bulk_updates import BulkUpdates
from icontact.push.contact_writer import ContactWriter, contact_id_of
from icontact.push.decisions import RECENT, Action
from icontact.push.journal import Journal, RowResult, RowToWrite
from icontact.push.results import result_of, result_of_unsubscribing
from icontact.push.subscriber import Subscriber
from icontact.push.workers import WorkerPool
from icontact.push.write_context import WriteContext

_GIVEN_UP = "the push was given up"

#: A batch ends at this many bytes of fields.
_MOST_BYTES = 4 * 2**20

#: A batch ends at this many rows that need a request each: Ctrl-C has to wait for its end.
_MOST_ALONE = 500


class Writer:
    """Writes the planned rows of a journal; ``may_go_on`` is asked before each batch."""

    def __init__(
        self,
        journal: Journal,
        workers: WorkerPool,
        context: WriteContext,
        may_go_on: Callable[[], bool],
    ) -> None:
        self._journal = journal
        self._workers = workers
        self._context = context
        self._sender = context.sender
        self._may_go_on = may_go_on
        self._updates = BulkUpdates(
            journal, context.folder, context.sender, context.policy.update_by
        )
        self._contacts = ContactWriter(context, self._updates)
        self._subscriber = Subscriber(context)
        self._last = -1

    def write(self) -> Generator[Sequence[RowResult], None, None]:
        """Write batch by batch, and yield the results of each once they are in the journal.

        A batch goes out when the results of one before it are in the journal.
        """
        self._updates.begin()
        size = self._sender.size
        under_way: deque[Future[Sequence[RowResult]]] = deque()
        self._workers.adapt()
        try:
            while True:
                while len(under_way) < self._workers.most_batches(size.current) and (
                    batch := self._next_batch()
                ):
                    written = threading.Event()
                    under_way.append(self._workers.submit(self._write_batch, batch, written))
                    if not size.is_settled:
                        # A size that is new has to go through before the next batch is sent.
                        written.wait()
                if not under_way:
                    return
                results = under_way.popleft().result()
                self._workers.adapt()
                self._journal.finish(results)
                yield results
        finally:
            if under_way:
                # Something went wrong here: batches that wait for a worker are not sent.
                self._sender.stop(JournalError(_GIVEN_UP), _GIVEN_UP)

    def _next_batch(self) -> Sequence[RowToWrite]:
        """Return the next batch, noted as sent; an empty one if the push must not go on."""
        rows = self._journal.to_write(self._last, self._sender.size.current)
        if not rows or self._sender.error is not None or not self._may_go_on():
            return ()
        size = alone = 0
        for place, row in enumerate(rows):
            size += len(row.text)
            alone += self._contacts.is_alone(row)
            if place and (size > _MOST_BYTES or alone > _MOST_ALONE):
                rows = rows[:place]
                break
        self._last = rows[-1].row
        if self._journal.path is not None:
            self._journal.sent(rows[0].row, rows[-1].row)
        return rows

    def _write_batch(
        self, batch: Sequence[RowToWrite], contacts_written: threading.Event
    ) -> Sequence[RowResult]:
        pushed = [row for row in batch if row.action != Action.UNSUBSCRIBE]
        recently = datetime.now(UTC) - RECENT
        try:
            contacts = self._contacts.write(pushed)
        finally:
            contacts_written.set()
        states = self._subscriber.subscribe(pushed, contacts, recently)
        results = map(result_of, pushed, contacts, states, repeat(recently))
        # The contact of a row that opted out is the contact of no other row.
        return [
            self._unsubscribe(row) if row.action == Action.UNSUBSCRIBE else next(results)
            for row in batch
        ]

    def _unsubscribe(self, row: RowToWrite) -> RowResult:
        subscriptions = self._context.folder.subscriptions
        contact_id, list_id = contact_id_of(row), self._context.list_id
        answer = self._sender.try_send(
            lambda: subscriptions.unsubscribe(contact_id=contact_id, list_id=list_id)
        )
        return result_of_unsubscribing(row, answer)
