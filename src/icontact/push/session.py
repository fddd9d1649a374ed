"""One run of a push on its journal: read the rows, plan them, write them, report."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from icontact._wording import number_of
from icontact.client import Folder
from icontact.errors import IContactError
from icontact.mapping import ContactMapper
from icontact.models import FieldType
from icontact.push.batch_sender import BatchSender
from icontact.push.batch_size import AUTO, BatchSize, expected_batches, size_found
from icontact.push.bulk_updates import note_on_proof, updates_alone
from icontact.push.decisions import Action
from icontact.push.ingest import load_rows
from icontact.push.journal import Journal, Outcomes, Stage
from icontact.push.lookup import Lookup
from icontact.push.planner import Planner
from icontact.push.policy import PushPolicy
from icontact.push.progress import Progress, ProgressReporter
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.report import PushReport
from icontact.push.request_counter import RequestCounter
from icontact.push.state_reader import StateReader
from icontact.push.workers import WorkerPool
from icontact.push.writer import Writer
from icontact.sources import RowSource

__all__ = ["FRESH", "PushSession", "age", "deferred_interrupts", "now"]

logger: logging.Logger = logging.getLogger("icontact")

#: Seconds for which what a plan knows is taken for true.
FRESH = 60.0


class PushSession:
    """One run of a push on its journal, with its costs; ``types`` are those of custom fields.

    Attributes:
        looked: When it began to be found out what iContact knows, in seconds of the monotonic
            clock.
        ahead: How far the wall clock was ahead of that one then.
    """

    def __init__(
        self,
        journal: Journal,
        workers: WorkerPool,
        *,
        folder: Folder,
        list_id: int,
        policy: PushPolicy,
        types: Mapping[str, FieldType | str],
        on_lookup: Callable[[Lookup], None] | None = None,
    ) -> None:
        self.journal = journal
        self.counter: RequestCounter = RequestCounter(folder.transport)
        self._folder = Folder(self.counter, folder.account_id, folder.client_folder_id)
        self._list_id = list_id
        self._policy = policy
        self._types = types
        self._workers = workers
        workers.watch(self.counter)
        self._size = BatchSize(policy.batch_size, journal.noted("batch_size"))
        self._reader = StateReader(
            self._folder,
            list_id,
            journal,
            workers,
            page_size=policy.page_size,
            on_lookup=on_lookup,
        )
        self._requests_before = int(journal.noted("requests", "0"))
        self._elapsed_before = float(journal.noted("elapsed", "0"))
        self.looked: float
        self.ahead: float
        self.looked, self.ahead = now()
        self._resumed: int | None = None
        self._progress_problem: str | None = None

    def load_rows(self, rows: RowSource, mapper: ContactMapper) -> None:
        """Load the rows; if the journal has them already, reopen those that are not done.

        Raises:
            TypeError: If the items are not rows.
            JournalError: If the journal holds other rows.
        """
        was_read = self.journal.is_read
        load_rows(rows, mapper, self.journal, self._policy)
        if was_read:
            self.journal.reopen()
            self._resumed = sum(self.journal.done().values())

    def plan(self) -> Sequence[Lookup]:
        """Decide what to do with every open row.

        Raises:
            APIError, TransportError, LimitReached: If iContact could not be asked.
        """
        planner = Planner(
            journal=self.journal,
            folder=self._folder,
            policy=self._policy,
            types=self._types,
            workers=self._workers,
        )
        # What is read first is the oldest when the reading ends, which may take hours.
        self.looked, self.ahead = now()
        try:
            return planner.plan(self._reader)
        finally:
            self._note_costs()

    def requests_to_write(self) -> tuple[int, int]:
        """Return about how many requests the planned rows take, and how many at most.

        At most: if iContact takes no more than 500 rows in a request, and refuses nothing else.
        """
        planned = self.journal.writes()
        alone = updates_alone(self.journal, self._policy.update_by)
        single = (Action.REPLACE.name, Action.UNSUBSCRIBE.name)
        alone += sum(n for (action, _), n in planned.items() if action in single)
        posts = sum(n for (action, _), n in planned.items() if action != Action.NOTHING.name)
        subscribes = any(subscribe for _, subscribe in planned)
        requests_per_batch = (posts > alone) + subscribes
        about, most = expected_batches(sum(planned.values()), self._policy.batch_size)
        return alone + about * requests_per_batch, alone + most * requests_per_batch

    def notes(self) -> tuple[str, ...]:
        """Return notes about the rows together."""
        said = (note_on_proof(self.journal), self._progress_problem)
        notes = (*self.journal.notes, *(note for note in said if note))
        if self._resumed is None:
            return notes
        if not self.counter.requests:
            left = "every row had its outcome in the journal already, and nothing was sent now"
        else:
            rows = number_of(self._resumed, "row")
            left = f"went on with a journal in which {rows} had an outcome"
        return (*notes, f"{left}; requests and seconds are those of all its runs")

    def write(self, report_to: Callable[[Progress], None] | None) -> PushReport:
        """Write what is planned, batch by batch.

        Raises:
            KeyboardInterrupt: After Ctrl-C, once the results of requests under way are stored.
            JournalError: If the journal cannot be written.
        """
        done = self.journal.done()
        total = sum(done.values()) + self.journal.count(Stage.PLANNED)
        reporter = ProgressReporter(report_to, total, done, self.counter)
        sender = BatchSender(self._size, self.counter.last_was_slow)
        with deferred_interrupts() as interrupts:

            def may_go_on(sender: BatchSender) -> bool:
                if (spent := self.counter.used_up()) is not None:
                    sender.stop(spent, str(spent))
                return sender.error is None and not interrupts

            writer = Writer(
                journal=self.journal,
                folder=self._folder,
                list_id=self._list_id,
                policy=self._policy,
                reader=self._reader,
                workers=self._workers,
                sender=sender,
                stale=lambda: age(self.looked, self.ahead) > FRESH,
                may_go_on=may_go_on,
            )
            with closing(writer.write()) as batches:
                for results in batches:
                    self._note_costs()
                    reporter.report([result.status for result in results])
            if sender.error is not None:
                reason = Reason.of(ReasonCode.PUSH_STOPPED, sender.why_stopped)
                reporter.report(["failed"] * self.journal.fail_rest(reason))
        self._progress_problem = reporter.problem
        return self._report(sender.error)

    def fail(self, error: IContactError) -> PushReport:
        """Fail every row, since iContact could not even be asked."""
        is_first = self._resumed is None
        code = ReasonCode.NOTHING_WRITTEN if is_first else ReasonCode.NOTHING_MORE_WRITTEN
        self.journal.fail_rest(Reason.of(code, str(error)))
        return self._report(error)

    def _report(self, error: IContactError | None) -> PushReport:
        requests, elapsed = self._note_costs()
        return PushReport(
            outcomes=Outcomes.counted(self.journal.database),
            requests=requests,
            elapsed=elapsed,
            error=error,
            notes=self.notes(),
            opted_out_on_list=self.journal.opted_out_on_list(),
            batch_size=size_found(self._size.learned()),
            page_size=int(self.journal.noted("page_size", "0")) or None,
        )

    def _note_costs(self) -> tuple[int, float]:
        """Store and return the requests and seconds so far, earlier runs included."""
        requests = self._requests_before + self.counter.requests
        elapsed = self._elapsed_before + self.counter.elapsed
        with self.journal.database.transaction():
            self.journal.note("requests", str(requests))
            self.journal.note("elapsed", str(elapsed))
            self.journal.note("batch_size", self._size.learned())
            if self._policy.page_size == AUTO and self._reader.largest_page:
                self.journal.note("page_size", str(self._reader.largest_page))
        return requests, elapsed


# The monotonic clock stands still while a machine is suspended, and the wall clock may be set back.
# What counts as fresh must be so by both: a moment is kept as the seconds of the monotonic clock,
# together with how far the wall clock was ahead of it.


def _clocks() -> tuple[float, float]:
    return time.monotonic(), time.time()


def now() -> tuple[float, float]:
    """Return this moment: the monotonic clock, and how far the wall clock is ahead of it."""
    monotonic, wall = _clocks()
    return monotonic, wall - monotonic


def age(moment: float, ahead: float) -> float:
    """Return the seconds since a moment, by the clock that says more.

    Args:
        moment: The seconds of the monotonic clock then.
        ahead: How far the wall clock was ahead of it.
    """
    monotonic, wall = _clocks()
    return max(monotonic - moment, wall - (moment + ahead))


@contextmanager
def deferred_interrupts() -> Iterator[Sequence[int]]:
    """Defer Ctrl-C to the end of the block, which looks now and then whether one is in the list.

    Only in the main thread, and only where Ctrl-C would raise ``KeyboardInterrupt``: a program
    with its own signal handler keeps it. ``SIGTERM`` likewise. A second one interrupts at once.
    """
    interrupts: list[int] = []

    def note(number: int, _: object) -> None:
        if interrupts:
            raise KeyboardInterrupt
        interrupts.append(number)
        logger.warning("stopping once what is under way is finished; Ctrl-C again stops at once")

    deferred = [
        number
        for number in (signal.SIGINT, signal.SIGTERM)
        if threading.current_thread() is threading.main_thread()
        and signal.getsignal(number) is signal.default_int_handler
    ]
    for number in deferred:
        signal.signal(number, note)
    try:
        yield interrupts
    finally:
        for number in deferred:
            signal.signal(number, signal.default_int_handler)
    if interrupts:
        raise KeyboardInterrupt
