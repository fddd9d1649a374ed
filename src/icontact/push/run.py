"""The main job: rows of any kind into a list, every one accounted for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Unpack

from icontact.client import Client, Folder
from icontact.errors import CallError, ConfigError, IContactError, NotFound
from icontact.mapping import ContactMapper
from icontact.models import ContactList, FieldType
from icontact.push.apply import Writer
from icontact.push.decide import Action, Decision, Known, decide, unreported
from icontact.push.plan import Intake, MappedRow, PlannedRow, PushPlan, settle_duplicates, take_in
from icontact.push.progress import ProgressLike, told
from icontact.push.report import OutcomeStatus, PushOutcome, PushReport
from icontact.push.settings import PolicyOptions, PushPolicy, PushSettings
from icontact.push.state import StateReader
from icontact.transport import Answer, Call, Sender

__all__ = ["ListPush"]

#: Seconds for which what a plan knows is taken for true.
_FRESH = 60.0

#: An error names so many lists.
_NAMED = 20

_SWITCHED_OFF = "the push is switched off (push_contacts = false)"


class ListPush:
    """Pushes generic contacts into one list of one client folder.

    The list and the mapping are checked when the object is made, before any row; nothing is
    written then. May be used from several threads.

    Args:
        folder: The client folder.
        list: The list's exact name, or its id.
        mapper: Turns a row into contact fields.
        **policy: What the push may do; see :class:`PushPolicy`.

    Raises:
        ConfigError: If there is no such list (names the nearest one), or a setting is unusable.
        MappingError: If the mapping names a custom field that the folder does not have.
        APIError, TransportError: If iContact could not be asked.
    """

    def __init__(
        self,
        folder: Folder,
        list: str | int,  # the settings' own word
        *,
        mapper: ContactMapper,
        **policy: Unpack[PolicyOptions],
    ) -> None:
        self.policy: PushPolicy = PushPolicy(**policy)
        self.folder = folder
        self.list: ContactList = find_list(folder, list)
        fields = folder.custom_fields.list().all() if mapper.custom_fields else []
        self.mapper: ContactMapper = mapper.checked(fields)
        self._types: Mapping[str, FieldType | str] = {
            field.private_name: field.field_type for field in fields
        }

    @classmethod
    def from_settings(cls, settings: PushSettings, *, client: Client | None = None) -> ListPush:
        """Make a push of settings; credentials come from the environment, or with the client.

        Raises:
            ConfigError: If the settings have no mapping, the credentials are missing, or there is
                a choice of folders.
        """
        if settings.mapper is None:
            raise ConfigError('the settings have no mapping: write [mapping] or preset = "mautic"')
        folder = (client or Client.from_env()).folder(
            account_id=settings.account_id, client_folder_id=settings.client_folder_id
        )
        return cls(folder, settings.list, mapper=settings.mapper, **settings.policy)

    def __repr__(self) -> str:
        # An error tracker may ask before the constructor has found the list.
        found = getattr(self, "list", None)
        return f"ListPush(list_id={found.list_id})" if found else "ListPush(<being made>)"

    def one(self, row: Any) -> PushOutcome:
        """Push one row.

        Returns:
            What became of it. Trouble of the service shows as ``failed``.
        """
        rows = iter((row,))
        del row  # error trackers print the locals of every frame on the way
        return self.run(rows).outcomes[0]

    def plan(self, rows: Iterable[Any]) -> PushPlan:
        """Find out what would happen to every row. Writes nothing.

        Raises:
            APIError, TransportError: If iContact could not be asked.
            TypeError: If ``rows`` is one mapping, a text or a frame instead of rows.
        """
        started = time.monotonic()
        intake = take_in(rows, self.mapper)
        del rows  # error trackers print the locals of every frame on the way
        return self._plan(intake, started, _Meter(self.folder.transport))

    def apply(self, plan: PushPlan, *, progress: ProgressLike = False) -> PushReport:
        """Write what a plan says; the same as ``plan.apply()``, with progress.

        A plan that is older than a minute is made anew first: people unsubscribe meanwhile.

        Raises:
            APIError, TransportError: If an old plan could not be made anew. Nothing was written.
        """
        if time.monotonic() - plan.made > _FRESH:
            plan = self._plan(plan.intake, time.monotonic(), _Meter(self.folder.transport))
        started, meter = time.monotonic(), _Meter(self.folder.transport)
        writer = Writer(meter.folder(self.folder), self.list.list_id, self.policy)
        outcomes = told(writer.write(plan.rows), len(plan.rows), progress)
        return PushReport(
            outcomes=sorted(outcomes, key=lambda outcome: outcome.row),
            requests=plan.requests + meter.requests,
            elapsed=plan.elapsed + time.monotonic() - started,
            error=writer.error,
            notes=plan.notes,
        )

    def run(self, rows: Iterable[Any], *, progress: ProgressLike = False) -> PushReport:
        """Push rows: plan, then apply.

        Args:
            rows: Mappings, or whatever the mapper takes; read once.
            progress: ``True`` for a bar (needs the extra ``cli``), or a function.

        Returns:
            One outcome for every row. Trouble of the service shows as ``failed``: pushing the same
            rows again does what is missing, and nothing twice.

        Raises:
            TypeError: If ``rows`` is one mapping, a text or a frame instead of rows.
        """
        started = time.monotonic()
        intake = take_in(rows, self.mapper)
        del rows
        meter = _Meter(self.folder.transport)
        try:
            plan = self._plan(intake, started, meter)
        except IContactError as error:
            return PushReport(
                outcomes=[_not_written(row, error) for row in intake.rows],
                requests=meter.requests,
                elapsed=time.monotonic() - started,
                error=error,
                notes=intake.notes,
            )
        return self.apply(plan, progress=progress)

    def _plan(self, intake: Intake, started: float, meter: _Meter) -> PushPlan:
        planned = (
            self._decided(intake.rows, meter.folder(self.folder))
            if self.policy.push_contacts
            else [_switched_off(row) for row in intake.rows]
        )
        return PushPlan(
            rows=sorted(planned, key=lambda row: row.row),
            requests=meter.requests,
            elapsed=time.monotonic() - started,
            notes=intake.notes,
            intake=intake,
            made=time.monotonic(),
            carry_out=self.apply,
        )

    def _decided(self, rows: Sequence[MappedRow | PlannedRow], folder: Folder) -> list[PlannedRow]:
        settled = [row for row in rows if isinstance(row, PlannedRow)]
        chosen, duplicates = settle_duplicates(
            [row for row in rows if isinstance(row, MappedRow)], self.policy.duplicates
        )
        reader = StateReader(folder, self.list.list_id)
        known = reader.read([row.email for row in chosen])
        decided = [self._decide(row, known[row.email.lower()], folder) for row in chosen]
        return [*settled, *duplicates, *decided]

    def _decide(self, row: MappedRow, known: Known, folder: Folder) -> PlannedRow:
        decision = decide(row.fields, known, self.policy, self._types)
        writable = decision.action not in (Action.CREATE, Action.SKIP, Action.REJECT)
        if writable and unreported(row.fields, known.contacts[0], self.policy):
            known = _in_full(folder, known)
            decision = decide(row.fields, known, self.policy, self._types)
        return PlannedRow(row=row.row, email=row.email, decision=decision, notes=row.notes)


def find_list(folder: Folder, wanted: str | int) -> ContactList:
    """Return a list by its exact name or its id.

    Raises:
        ConfigError: If there is none; it names the nearest one and those there are.
    """
    if isinstance(wanted, int):
        try:
            return folder.lists.get(wanted)
        except NotFound:
            pass
    elif (found := folder.lists.find(name=wanted)) is not None:
        return found
    lists = folder.lists.list().all()
    there = ", ".join(f"{one.name!r} ({one.list_id})" for one in lists[:_NAMED]) or "none"
    more = f" and {len(lists) - _NAMED} more" if len(lists) > _NAMED else ""
    close = get_close_matches(str(wanted), [one.name for one in lists], n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise ConfigError(f"there is no list {wanted!r}; {hint}this folder's lists: {there}{more}")


def _in_full(folder: Folder, known: Known) -> Known:
    """Read a contact by itself: listings leave fields out (API 6.2)."""
    try:
        contact = folder.contacts.get(known.contacts[0].contact_id)
    except NotFound:
        return Known()  # it was removed in the meantime
    return Known(contacts=(contact,), subscription=known.subscription)


def _switched_off(row: MappedRow | PlannedRow) -> PlannedRow:
    decision = Decision(action=Action.SKIP, reason=_SWITCHED_OFF)
    return PlannedRow(row=row.row, email=row.email, decision=decision, notes=row.notes)


def _not_written(row: MappedRow | PlannedRow, error: IContactError) -> PushOutcome:
    """Account for a row when iContact could not even be asked."""
    if isinstance(row, MappedRow):
        status, reason = OutcomeStatus.FAILED, f"nothing was written: {error}"
    else:
        status, reason = row.status, row.reason
    return PushOutcome(row=row.row, email=row.email, status=status, reason=reason, notes=row.notes)


class _Meter:
    """Counts the requests of one push, however many others share the client."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._lock = threading.Lock()
        self.requests = 0

    def folder(self, folder: Folder) -> Folder:
        """Return the same folder, counted."""
        return Folder(self, folder.account_id, folder.client_folder_id)

    def send(self, call: Call, /) -> Answer:
        """Send a call, and count every attempt."""
        attempts = 0
        try:
            answer = self._sender.send(call)
            attempts = answer.attempts
            return answer
        except CallError as error:
            attempts = error.attempts
            raise
        finally:
            with self._lock:
                self.requests += attempts
