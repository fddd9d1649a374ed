"""The push of rows into a list: plan, apply, run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from os import PathLike
from typing import Any, Literal, Unpack

import attrs

from icontact.client import Client, Folder
from icontact.errors import ConfigError, IContactError, JournalError, NotFound
from icontact.mapping import ContactMapper
from icontact.models import ContactList, FieldType, MessageType
from icontact.push.journal import Journal, PlannedRows, Stage
from icontact.push.lookup import Lookup
from icontact.push.plan import PushPlan
from icontact.push.policy import LARGEST_ID, PolicyOptions, PushPolicy
from icontact.push.progress import ProgressLike, progress_function
from icontact.push.reasons import PushOutcome
from icontact.push.report import PushReport
from icontact.push.session import FRESH, PushSession, age, now
from icontact.push.settings import PushSettings, switched_off_in
from icontact.push.workers import worker_pool
from icontact.resources import lists
from icontact.sources import RowSource, columns_and_first_rows

#: Settings that decide how rows are pushed, and not what becomes of them.
_HOW = ("batch_size", "page_size", "workers", "update_by", "stopped_by")

#: The most messages that an error names.
_NAMED = 20


class ListPush:
    """Pushes generic contacts into one list of one client folder.

    The list, the mapping and the confirmation message are checked when the object is made, before
    any row; nothing is written then. May be used from several threads.

    Args:
        folder: The client folder.
        list: The list's exact name, or its id.
        mapper: Makes contact fields of a row; or the mapping for one.
        **policy: What the push may do; see :class:`PushPolicy`.

    Raises:
        ConfigError: If the list does not exist (names the nearest one), the confirmation message
            is missing or of another type, or a setting is unusable.
        MappingError: If the mapping names a custom field that the folder does not have.
        APIError, TransportError: If iContact could not be asked.
    """

    def __init__(
        self,
        folder: Folder,
        list: str | int,  # the name of the setting
        *,
        mapper: ContactMapper | Mapping[str, Any],
        **policy: Unpack[PolicyOptions],
    ) -> None:
        if not isinstance(mapper, ContactMapper):
            mapper = ContactMapper(mapper)
        self.policy: PushPolicy = PushPolicy.from_options(policy)
        self.folder = folder
        self.list: ContactList = find_list(folder, list)
        if self.policy.confirmation_message_id is not None:
            check_confirmation(folder, self.policy.confirmation_message_id)
        fields = folder.custom_fields.list().all() if mapper.custom_fields else []
        self.mapper: ContactMapper = mapper.checked(fields)
        self.field_types: Mapping[str, FieldType | str] = {
            field.private_name: field.field_type for field in fields
        }

    @classmethod
    def from_settings(cls, settings: PushSettings, *, client: Client | None = None) -> ListPush:
        """Make a push of settings; credentials come from the environment, or with the client.

        ``ICONTACT_PUSH_CONTACTS=false`` in the environment stops it, even against the settings.

        Raises:
            ConfigError: If the settings have no mapping, the credentials are missing, or there is
                a choice of folders.
        """
        if settings.mapper is None:
            raise ConfigError('the settings have no mapping: write [mapping] or preset = "mautic"')
        folder = (client or Client.from_env()).folder(
            account_id=settings.account_id, client_folder_id=settings.client_folder_id
        )
        policy = settings.stopped_too(switched_off_in(os.environ)).policy
        return cls(folder, settings.list, mapper=settings.mapper, **policy)

    @classmethod
    def guessed(
        cls, folder: Folder, list: str | int, rows: RowSource, **policy: Unpack[PolicyOptions]
    ) -> ListPush:
        """Make a push whose mapping is guessed from the columns and the first rows.

        What was guessed is in ``push.mapper``: its ``targets``, ``unused``, ``notes`` and
        ``consent``. Push the same rows, or others with the same columns.

        Args:
            folder: The client folder.
            list: The list's exact name, or its id.
            rows: A file, a frame or a list of rows.
            **policy: What the push may do; see :class:`PushPolicy`.

        Raises:
            ConfigError: If the file cannot be read, or the list does not exist.
            MappingError: If no column looks like the e-mail address.
            TypeError: If the rows can be read only once, as from a cursor or a generator.
        """
        mapper = ContactMapper.guess(*columns_and_first_rows(rows))
        return cls(folder, list, mapper=mapper, **policy)

    def __repr__(self) -> str:
        # An error tracker may ask before the constructor has found the list.
        found = getattr(self, "list", None)
        return f"ListPush(list_id={found.list_id})" if found else "ListPush(<being made>)"

    def one(self, row: Any) -> PushOutcome:
        """Push one row.

        Returns:
            What became of it. Trouble of the service shows as ``failed``.
        """
        return self.run([row]).outcomes[0]

    def plan(
        self,
        rows: RowSource,
        *,
        journal: str | PathLike[str] | None = None,
        workers: int | Literal["auto"] | None = None,
        on_lookup: Callable[[Lookup], None] | None = None,
    ) -> PushPlan:
        """Decide what would happen to every row. Writes nothing to iContact.

        Args:
            rows: Mappings, or other items that the mapper takes; also a path, a frame or a cursor,
                as :func:`~icontact.sources.as_rows` takes them. Read once.
            journal: A file to keep rows and outcomes in; see :meth:`run`.
            workers: How many requests are under way at a time; by default as the policy says.
            on_lookup: Called before contacts or subscriptions are read, with the way that was
                chosen and about how many requests it takes.

        Raises:
            APIError, TransportError, LimitReached: If iContact could not be asked.
            JournalError: If the journal cannot be used for this push.
            TypeError: If ``rows`` is one mapping or a text instead of rows.
        """
        with self._session(journal, workers, on_lookup) as session:
            session.load_rows(rows, self.mapper)
            lookups = session.plan()
            looked, ahead = session.looked
            about, most = session.requests_to_write()
            limit = session.counter.warning(about)
            return PushPlan(
                rows=PlannedRows(session.journal.database),
                requests=session.counter.requests,
                elapsed=session.counter.elapsed,
                lookups=lookups,
                writes=session.journal.count(Stage.PLANNED),
                requests_to_write=about,
                requests_at_most=most,
                notes=(*session.notes(), *((limit,) if limit else ())),
                journal=session.journal,
                made=now()[0],
                looked=looked,
                ahead=ahead,
                push=self,
            )

    def apply(
        self,
        plan: PushPlan,
        *,
        progress: ProgressLike = False,
        workers: int | Literal["auto"] | None = None,
    ) -> PushReport:
        """Write what a plan says; the same as ``plan.apply()``.

        A plan that is older than a minute is made again first, since people unsubscribe.

        Raises:
            APIError, TransportError: If an old plan could not be made again. Nothing was written.
            JournalError: If the journal cannot be used.
        """
        with (
            progress_function(progress) as report_to,
            self._session(plan.journal, workers) as session,
        ):
            # To plan may have taken far longer than a minute.
            session.looked = plan.looked, plan.ahead
            if age(plan.made, plan.ahead) > FRESH:
                session.journal.reopen()
                session.plan()
            return session.write(report_to)

    def run(
        self,
        rows: RowSource,
        *,
        journal: str | PathLike[str] | None = None,
        progress: ProgressLike = False,
        workers: int | Literal["auto"] | None = None,
        on_lookup: Callable[[Lookup], None] | None = None,
    ) -> PushReport:
        """Push rows: plan, then apply. Any number of them, in constant memory.

        Args:
            rows: Mappings, or other items that the mapper takes; also a path, a frame or a cursor,
                as :func:`~icontact.sources.as_rows` takes them. Read once.
            journal: A file in which every row's result is kept before the next batch goes out. Run
                the same push again with it after a crash, Ctrl-C or a network that is gone: what
                is done is not done again, and what failed is tried again. It holds the rows and
                no credentials, only its owner can read it, and it serves no other folder, list,
                mapping or rows.
            progress: ``True`` for a bar (needs the extra ``cli``), or a function.
            workers: How many requests are under way at a time; by default as the policy says.
                The outcomes keep their order.
            on_lookup: As for :meth:`plan`.

        Returns:
            One outcome for every row. Trouble of the service shows as ``failed``: pushing the same
            rows again does what is missing, and nothing twice.

        Raises:
            JournalError: If the journal cannot be used for this push, or cannot be written.
            KeyboardInterrupt: On Ctrl-C, once the batches under way are finished and noted.
            TypeError: If ``rows`` is one mapping or a text instead of rows.
        """
        with (
            progress_function(progress) as report_to,
            self._session(journal, workers, on_lookup) as session,
        ):
            session.load_rows(rows, self.mapper)
            try:
                session.plan()
            except JournalError:
                raise
            except IContactError as error:
                return session.fail(error)
            return session.write(report_to)

    @contextmanager
    def _session(
        self,
        journal: Journal | str | PathLike[str] | None,
        workers: int | Literal["auto"] | None,
        on_lookup: Callable[[Lookup], None] | None = None,
    ) -> Iterator[PushSession]:
        with worker_pool(self.policy.workers if workers is None else workers) as pool:
            if isinstance(journal, Journal):
                kept = journal
                kept.acquire()
            else:
                kept = Journal(journal, self._identity())
            try:
                yield PushSession(
                    kept,
                    pool,
                    folder=self.folder,
                    list_id=self.list.list_id,
                    policy=self.policy,
                    types=self.field_types,
                    on_lookup=on_lookup,
                )
            finally:
                kept.release()

    def _identity(self) -> Mapping[str, str]:
        """Return what must be the same for a push to go on with a journal."""
        rules = attrs.asdict(self.policy, filter=lambda field, _: field.name not in _HOW)
        rules["allow_statuses"] = sorted(self.policy.allow_statuses)
        return {
            "service": str(getattr(self.folder.transport, "base_url", "")),
            "account": str(self.folder.account_id),
            "client folder": str(self.folder.client_folder_id),
            "list": str(self.list.list_id),
            "mapping": self.mapper.fingerprint,
            "rules (such as existing, duplicates or subscription_status)": json.dumps(
                rules, sort_keys=True
            ),
        }


def find_list(folder: Folder, wanted: str | int) -> ContactList:
    """Return a list by its exact name or its id.

    Raises:
        ConfigError: If the list does not exist; it names the nearest one and the others.
    """
    if isinstance(wanted, int) and not 1 <= wanted <= LARGEST_ID:
        raise ConfigError(f"list must be a whole number from 1 to {LARGEST_ID}")
    return lists.find_list(folder.lists, wanted)


def check_confirmation(folder: Folder, message_id: int) -> None:
    """Check that a message can ask people to confirm; takes one request.

    Raises:
        ConfigError: If the message does not exist or is of another type; it names usable ones.
    """
    problem = f"there is no message {message_id}, as confirmation_message_id says"
    with suppress(NotFound):
        kind = str(folder.messages.get(message_id).message_type)
        if kind == MessageType.CONFIRMATION:
            return
        problem = f"message {message_id} is of the type {kind}, and confirmation is needed"
    able = [
        f"{one.message_id} ({one.subject!r})"
        for one in folder.messages.list(message_type=MessageType.CONFIRMATION, max_items=1000)
        if one.message_type == MessageType.CONFIRMATION
    ]
    there = f"those that can be used: {', '.join(able[:_NAMED])}" if able else "there is none yet"
    raise ConfigError(
        f"{problem}; set confirmation_message_id to a message of the type confirmation ({there}), "
        'or subscription_status to "normal"'
    )
