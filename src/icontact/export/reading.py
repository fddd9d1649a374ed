"""Reads a folder's contacts and subscriptions, so that no contact is missed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import attrs

from icontact.errors import IncompleteListing, NotFound, RepeatedRows
from icontact.export.columns import ExportFields, export_row
from icontact.models import (
    Contact,
    ContactList,
    ContactStatus,
    CustomField,
    FieldType,
    Subscription,
)
from icontact.models.filters import IDS_AT_ONCE, one_of
from icontact.paging import Page, Pager
from icontact.resources import Contacts, CustomFields, Lists, Subscriptions
from icontact.resources.lists import find_list
from icontact.transport import Sender

#: A listing that shifts while it is read is read again, so often in all.
_READINGS = 3

_TABLES = """
CREATE TABLE subscriptions (
    contact INTEGER, list INTEGER, status TEXT, PRIMARY KEY (contact, list)
) WITHOUT ROWID;
CREATE TABLE contacts (contact INTEGER PRIMARY KEY);
CREATE TEMP VIEW unseen AS
    SELECT DISTINCT contact FROM subscriptions
    WHERE NOT EXISTS (SELECT 1 FROM contacts WHERE contacts.contact = subscriptions.contact);
"""

_HIDDEN = (
    "listings do not show {what}, so it was left out; details=True (--details) reads every contact "
    "by itself to get it"
)


@attrs.frozen(kw_only=True)
class ExportProgress:
    """How far an export has come.

    Attributes:
        done: Contacts that were handed out.
        total: How many there are by iContact's word; ``None`` if it gave none.
    """

    done: int
    total: int | None


class ExportReader:
    """One reading of all that an export is made of. :meth:`close` gives it up."""

    def __init__(
        self,
        sender: Sender,
        path: str,
        *,
        wanted: ExportFields,
        one_list: str | int | None,
        status: str,
        progress: Callable[[ExportProgress], None] | None,
    ) -> None:
        self._contacts = Contacts(sender, path)
        self._subscriptions = Subscriptions(sender, path)
        self._lists, self._fields = Lists(sender, path), CustomFields(sender, path)
        self._wanted, self._wanted_list, self._status = wanted, one_list, status
        self._progress = progress
        self._list: ContactList | None = None
        self._index = SubscriptionIndex()
        self._names: dict[int, str] = {}
        self._total: int | None = None
        self._gone = 0
        self._read_each = False
        self.columns: tuple[str, ...] = ()
        self.defined: Sequence[CustomField] = ()
        self.notes: list[str] = []
        self.complete: bool = True
        self.done: int = 0

    def close(self) -> None:
        """Give up what was kept on disk."""
        self._index.close()

    @property
    def subscription_count(self) -> int:
        """How many subscriptions were read."""
        return self._index.count("subscriptions")

    def begin(self) -> Iterator[dict[str, Any]]:
        """Read until the columns are known, and return an iterator over the rows.

        Raises:
            ConfigError: If a custom field or a list was named that the folder does not have.
            APIError, TransportError: If iContact could not be asked.
        """
        if self._wanted_list is not None:
            self._list = find_list(self._lists, self._wanted_list)
        self.defined = self._fields.list().all() if self._wanted.custom else []
        pager = None
        if self._list is not None:
            pager = self._subscriptions.list(list_id=self._list.list_id)
        elif self._wanted.subscriptions:
            self._names = {one.list_id: one.name for one in self._lists.list()}
            pager = self._subscriptions.list()
        if pager is not None:
            for page in self._steadily(pager, "subscriptions"):
                self._index.add_subscriptions(page)
        pages = self._new_contacts()
        first = next(filter(None, pages), [])
        self._choose_columns(first)
        return self._rows(chain((first,), pages))

    def _rows(self, pages: Iterable[list[Contact]]) -> Iterator[dict[str, Any]]:
        dates = {one.private_name for one in self.defined if one.field_type == FieldType.DATE}
        for page in pages:
            contacts = [one for one in map(self._in_full, page) if one] if self._read_each else page
            for contact in contacts:
                found = self._index.subscriptions_of(contact.contact_id)
                subscriptions: Any = [
                    {"list_id": list_id, "name": self._names.get(list_id), "status": status}
                    for list_id, status in found
                ]
                if self._list is not None:
                    subscriptions = found[0][1] if found else None
                yield export_row(self.columns, dates, contact, subscriptions)
            self.done += len(contacts)
            if self._progress is not None:
                self._progress(ExportProgress(done=self.done, total=self._total))
        if self._gone:
            self.notes.append(f"deleted while they were read, and left out: {self._gone}")
        if self._status == "total" and (unseen := self._index.count("unseen")):
            self.notes.append(
                f"people who have subscriptions and are not listed, as those who were deleted: "
                f"{unseen}"
            )

    def _in_full(self, contact: Contact) -> Contact | None:
        try:
            full = self._contacts.get(contact.contact_id)
        except NotFound:
            full = None
        if full is None or full.status == ContactStatus.DELETED:
            self._gone += 1
            return None
        return full

    def _new_contacts(self) -> Iterator[list[Contact]]:
        """Yield the contacts that are wanted, each once."""
        yield from self._listed(self._status)
        if self._list is None:
            if self._status not in ("total", "unlisted"):
                # By the documentation a search by status leaves out contacts on no list (API 6.4).
                yield from self._listed("unlisted")
            return
        # The search by list leaves out some contacts of the list.
        for ids in self._index.unseen(IDS_AT_ONCE):
            found = list(self._contacts.list(contact_id=one_of(*ids)))
            if not found:
                # Either all of them were deleted, or several values are one too many (API 2.6).
                singles = (self._contacts.list(contact_id=one).first() for one in ids)
                found = [one for one in singles if one]
            yield self._index.new(filter(self._is_wanted, found))

    def _listed(self, status: str) -> Iterator[list[Contact]]:
        terms: dict[str, Any] = {} if self._list is None else {"list_id": self._list.list_id}
        for page in self._steadily(self._contacts.list(status=one_of(status), **terms), "contacts"):
            if page.offset == 0 and self._total is None:
                self._total = page.total
            yield self._index.new(filter(self._is_wanted, page))

    def _is_wanted(self, contact: Contact) -> bool:
        return self._status in ("total", "unlisted", str(contact.status))

    def _steadily(self, pager: Pager[Any], what: str) -> Iterator[Page[Any]]:
        """Yield a listing's pages; once more if rows may have been shifted out of sight.

        A row that is deleted between two pages moves another one to a page that was read already.
        Then the totals of the pages differ, or fewer rows came than there are.
        """
        for reading in range(_READINGS):
            before, totals, read = self._index.count(what), set[int | None](), 0
            try:
                for page in pager.pages():
                    totals.add(page.total)
                    read += len(page)
                    yield page
            except IncompleteListing as cut:
                totals.add(cut.announced)
            except RepeatedRows:
                continue
            if totals <= {read, None}:
                return
            if reading and len(totals) == 1 and self._index.count(what) == before:
                # No new contact in a listing that did not change.
                self.notes.append(
                    f"iContact says that there are {totals.pop()} {what} and lists {read}: its "
                    "total may still count what was deleted"
                )
                return
        self.complete = False
        self.notes.append(
            f"{what} came or went during each of {_READINGS} readings, so some may be missing: "
            "export again when it is quiet"
        )

    def _choose_columns(self, first: Sequence[Contact]) -> None:
        """Choose by the first page, which shows what listings leave out."""
        asked = self._wanted.hidden
        shown = {
            "business": any(contact.business is not None for contact in first),
            "custom fields": not (self.defined and first) or self._shows_custom(first),
        }
        known = {name for name in shown if shown[name] or asked[name]}
        self.columns = self._wanted.columns(self.defined, known)
        hidden = [name for name, is_shown in shown.items() if not is_shown] if first else []
        self._read_each = any(asked[name] for name in hidden)
        if self._wanted.names is None:
            self.notes += [_HIDDEN.format(what=name) for name in hidden if not asked[name]]

    def _shows_custom(self, first: Sequence[Contact]) -> bool:
        names = {field.private_name for field in self.defined}
        if any(names & contact.custom_fields.keys() for contact in first):
            return True
        # Or else answers show none that is blank, and these all are: then one by itself is alike.
        one = self._in_full(first[0])
        self._gone = 0
        return one is not None and not names & one.custom_fields.keys()


class SubscriptionIndex:
    """Ids and statuses, nothing of a person, in a private file without a name."""

    def __init__(self) -> None:
        # To SQLite no name means a temporary file, which is unlinked as soon as it is made. The
        # rows of an export may be taken by several threads, one after the other.
        self._store = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        try:
            self._store.executescript(_TABLES)
            self._store.execute("BEGIN")
        except sqlite3.Error:
            self.close()
            raise

    def close(self) -> None:
        """Give the file up."""
        self._store.close()

    def add_subscriptions(self, subscriptions: Iterable[Subscription]) -> None:
        """Keep subscriptions; what is known already is brought up to date."""
        self._store.executemany(
            "INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?)",
            ((one.contact_id, one.list_id, str(one.status)) for one in subscriptions),
        )

    def subscriptions_of(self, contact_id: int) -> list[tuple[int, str]]:
        """Return list and status of every subscription of a contact."""
        sql = "SELECT list, status FROM subscriptions WHERE contact = ? ORDER BY list"
        return self._store.execute(sql, (contact_id,)).fetchall()

    def new(self, contacts: Iterable[Contact]) -> list[Contact]:
        """Return the contacts that have not been seen so far, each once."""
        sql = "INSERT OR IGNORE INTO contacts VALUES (?)"
        return [one for one in contacts if self._store.execute(sql, (one.contact_id,)).rowcount]

    def unseen(self, at_once: int) -> Iterator[list[int]]:
        """Yield the contacts that have a subscription and were not seen, some at once."""
        last = -1
        sql = "SELECT contact FROM unseen WHERE contact > ? ORDER BY contact LIMIT ?"
        while found := [one for (one,) in self._store.execute(sql, (last, at_once))]:
            last = found[-1]
            yield found

    def count(self, what: str) -> int:
        """Return the number of ``subscriptions``, ``contacts`` seen, or contacts ``unseen``."""
        (number,) = self._store.execute(f"SELECT COUNT(*) FROM {what}").fetchone()  # noqa: S608  (names of the schema)
        return int(number)
