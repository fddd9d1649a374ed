"""One run of a push on its journal: read the rows, plan them, write them, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing

import attrs

from icontact._wording import number_of
from icontact.client import Folder
from icontact.errors import IContactError, NotFound
from icontact.mapping import ContactMapper
from icontact.models import FieldType
from icontact.push.batch_sender import BatchSender
from icontact.push.batch_size import AUTO, BatchSize, expected_batches
from icontact.push.bulk_updates import note_on_proof, updates_alone
from icontact.push.decisions import (
    Action,
    ContactState,
    Decision,
    OpenRow,
    decide_row,
)
from icontact.push.field_changes import is_incomplete
from icontact.push.ingest import load_rows
from icontact.push.journal import Journal, Stage
from icontact.push.lookup import UNANSWERED, Lookup
from icontact.push.policy import PushPolicy
from icontact.push.progress import Progress, ProgressReporter
from icontact.push.reasons import OutcomeStatus, Reason, ReasonCode
from icontact.push.report import PushReport, report_of
from icontact.push.request_counter import RequestCounter
from icontact.push.state_reader import StateReader, not_found_out
from icontact.push.workers import WorkerPool, deferred_interrupts
from icontact.push.write_context import WriteContext
from icontact.push.writer import Writer
from icontact.sources import RowSource

#: Decisions that do not depend on the fields of the contact.
_WITHOUT_FIELDS = (Action.CREATE, Action.SKIP, Action.REJECT, Action.UNSUBSCRIBE)

#: Seconds for which what a plan knows is taken for true.
FRESH = 60.0


class PushSession:
    """One run of a push on its journal, with its costs; ``types`` are those of custom fields."""

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
        #: When it began to be found out what iContact knows.
        self.looked: tuple[float, float] = now()
        self._resumed: int | None = None
        self._progress_problem: str | None = None

    def load_rows(self, rows: RowSource, mapper: ContactMapper) -> None:
        """Load the rows; if the journal has them already, reopen those that are not done."""
        was_read = self.journal.is_read
        load_rows(rows, mapper, self.journal, self._policy)
        if was_read:
            self.journal.reopen()
            self._resumed = sum(self.journal.done().values())

    def plan(self) -> tuple[Lookup, ...]:
        """Decide what to do with every open row; return how contacts were looked up."""
        # What is read first is the oldest when the reading ends, which may take hours.
        self.looked = now()
        try:
            lookups = self._reader.read()
            self.journal.plan_new()
            for rows in self.journal.open_rows():
                decided: list[tuple[int, Decision]] = []
                incomplete: list[OpenRow] = []
                for row in rows:
                    decision = decide_row(row, self._policy, self._types)
                    if decision.action not in _WITHOUT_FIELDS and is_incomplete(
                        row.state.contacts[0], row.fields, self._policy
                    ):
                        incomplete.append(row)
                    else:
                        decided.append((row.row, decision))
                decided.extend(self._workers.map(self._read_and_decide, incomplete))
                self.journal.plan(decided)
            self.journal.known.forget()
            return lookups
        finally:
            self._note_costs()

    def _read_and_decide(self, row: OpenRow) -> tuple[int, Decision]:
        """Read a contact by itself, since listings leave fields out (API 6.2), and decide."""
        contact_id, subscription = row.state.contacts[0].contact_id, row.state.subscription
        try:
            known = ContactState((self._folder.contacts.get(contact_id),), subscription)
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
        whole = attrs.evolve(row, state=known)
        return row.row, decide_row(whole, self._policy, self._types)

    def requests_to_write(self) -> tuple[int, int]:
        """Return about how many requests the planned rows take, and how many at most.

        At most: if iContact takes no more than 500 rows in a request, and refuses nothing else.
        """
        planned = self.journal.writes()
        alone = updates_alone(self.journal, self._policy.update_by)
        single = (Action.REPLACE, Action.UNSUBSCRIBE)
        alone += sum(n for (action, _), n in planned.items() if action in single)
        posts = sum(n for (action, _), n in planned.items() if action != Action.NOTHING)
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

        Ctrl-C ends it once the results of requests under way are stored.
        """
        done = self.journal.done()
        total = sum(done.values()) + self.journal.count(Stage.PLANNED)
        reporter = ProgressReporter(report_to, total, done, self.counter)
        sender = BatchSender(self._size, self.counter.last_was_slow)
        with deferred_interrupts() as interrupts:

            def may_go_on() -> bool:
                if (spent := self.counter.used_up()) is not None:
                    sender.stop(spent, str(spent))
                return sender.error is None and not interrupts

            context = WriteContext(
                folder=self._folder,
                list_id=self._list_id,
                policy=self._policy,
                reader=self._reader,
                sender=sender,
                stale=lambda: age(*self.looked) > FRESH,
            )
            writer = Writer(self.journal, self._workers, context, may_go_on)
            with closing(writer.write()) as batches:
                for results in batches:
                    self._note_costs()
                    reporter.report([result.status for result in results])
            if sender.error is not None:
                reason = Reason.of(ReasonCode.PUSH_STOPPED, sender.why_stopped)
                reporter.report(["failed"] * self.journal.fail_rest(reason))
        self._progress_problem = reporter.problem
        self._note_costs()
        return report_of(self.journal, self.notes(), sender.error)

    def fail(self, error: IContactError) -> PushReport:
        """Fail every row, since iContact could not even be asked."""
        is_first = self._resumed is None
        code = ReasonCode.NOTHING_WRITTEN if is_first else ReasonCode.NOTHING_MORE_WRITTEN
        self.journal.fail_rest(Reason.of(code, str(error)))
        self._note_costs()
        return report_of(self.journal, self.notes(), error)

    def _note_costs(self) -> None:
        """Store the requests and seconds so far, earlier runs included."""
        requests = self._requests_before + self.counter.requests
        elapsed = self._elapsed_before + self.counter.elapsed
        with self.journal.database.transaction():
            self.journal.note("requests", str(requests))
            self.journal.note("elapsed", str(elapsed))
            self.journal.note("batch_size", self._size.learned())
            if self._policy.page_size == AUTO and self._reader.largest_page:
                self.journal.note("page_size", str(self._reader.largest_page))


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
    """Return the seconds since a moment, by the clock that says more."""
    monotonic, wall = _clocks()
    return max(monotonic - moment, wall - (moment + ahead))
