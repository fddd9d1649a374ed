"""Reads contacts and subscriptions of a push's addresses with as few requests as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from icontact.addresses import canonical_address, spellings
from icontact.auth import Private
from icontact.client import Folder
from icontact.errors import CallError, IContactError, PagingError
from icontact.models import Contact, Subscription
from icontact.models.filters import one_of
from icontact.paging import Page, Pager, PageSize, expected_pages
from icontact.push.batch_sender import ItemFailed
from icontact.push.journal import Journal, KnownContact, Stage
from icontact.push.lookup import UNANSWERED, Lookup, Searcher, groups_of, is_usable_sentinel
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.workers import ALONE, WorkerPool

__all__ = ["StateReader", "not_found_out", "or_failed", "why_unknown"]

V = TypeVar("V", Private, int)
T = TypeVar("T")

#: The largest number that is asked for one by one, without asking how many there are in all.
_FEW = 1

#: Rows a page of a search for one address.
_FEW_CONTACTS = 20


def why_unknown(what: str, error: IContactError) -> str:
    """Return why nothing is known about a contact or its subscription."""
    said = error.brief if isinstance(error, CallError) else str(error)
    return f"the {what} could not be looked up: {said}"


def or_failed(what: str, answer: T | IContactError) -> T | ItemFailed:
    """Return an answer about a contact or a subscription, with an error as a value."""
    if isinstance(answer, IContactError):
        return ItemFailed(why_unknown(what, answer), maybe_applied=False)
    return answer


def not_found_out(what: str, error: IContactError) -> Reason:
    """Return why a row is not written whose contact or subscription is not known."""
    text = error.brief if isinstance(error, CallError) else str(error)
    return Reason.of(ReasonCode.NOT_FOUND_OUT, what, text)


class StateReader:
    """Reads contacts and their state on one list into the journal.

    It reads whole listings, page by page, or only what the push concerns, whichever costs fewer
    requests: the first page of a listing tells how many there would be.

    Args:
        folder: Where to read.
        list_id: The list.
        journal: The rows that are open, and where to keep what is found.
        workers: Who asks.
        page_size: Rows a request, or ``"auto"``.
        on_lookup: Called before each listing is read, with the way and its number of requests.
    """

    def __init__(
        self,
        folder: Folder,
        list_id: int,
        journal: Journal,
        workers: WorkerPool,
        *,
        page_size: PageSize,
        on_lookup: Callable[[Lookup], None] | None = None,
    ) -> None:
        self._on_lookup = on_lookup
        self._folder = folder
        self._list_id = list_id
        self._journal = journal
        self._workers = workers
        self._page_size: PageSize = page_size
        #: How many rows the largest page had.
        self.largest_page: int = 0
        self._by_address: Searcher[Private, Contact] = Searcher(
            search=self._contacts_with,
            one=self._contacts_of,
            value_of=lambda contact: canonical_address(contact.email),
            compared=canonical_address,
        )
        self._by_contact: Searcher[int, Subscription] = Searcher(
            search=self._subscriptions_with,
            one=self._subscriptions_of,
            value_of=lambda subscription: subscription.contact_id,
            compared=int,
        )

    def read(self) -> Sequence[Lookup]:
        """Look up the contacts and subscriptions of all open rows.

        Raises:
            APIError, TransportError: If iContact could not be asked.
        """
        self._journal.known.forget()
        ways = [self._read_contacts(), self._read_subscriptions()]
        return tuple(way for way in ways if way is not None)

    def contacts(self, addresses: Iterable[Private]) -> Mapping[Private, Contact | IContactError]:
        """Return the contacts that have some addresses now. For a worker to ask.

        The value is an error if iContact gave no answer about the address.

        Raises:
            APIError, TransportError: If iContact could not be asked.
        """
        wanted = list(addresses)
        if len(wanted) > _FEW and self._by_address.sentinel is None:
            for one in self._folder.contacts.list(max_items=1):
                if is_usable_sentinel(one.email):
                    self._by_address.sentinel = Private(one.email)
        answers: dict[Private, Contact | IContactError] = {}
        for some in self._by_address.find(
            wanted,
            ALONE,
            lambda address, error: answers.update({canonical_address(address): error}),
        ):
            answers.update((canonical_address(one.email), one) for one in some)
        return answers

    def states(self, contact_ids: Iterable[int]) -> Mapping[int, str | IContactError]:
        """Return the states on the list that some contacts have now. For a worker to ask.

        The value is an error if iContact gave no answer about the contact.

        Raises:
            APIError, TransportError: If iContact could not be asked.
        """
        wanted = list(contact_ids)
        if len(wanted) > _FEW and self._by_contact.sentinel is None:
            listing = self._folder.subscriptions.list(list_id=self._list_id, max_items=1)
            first = next(listing.pages())
            for one in first:
                self._by_contact.sentinel = one.contact_id
            if not first.items and not first.total:
                return {}  # the list is empty
        answers: dict[int, str | IContactError] = {}
        for some in self._by_contact.find(
            wanted, ALONE, lambda contact_id, error: answers.update({contact_id: error})
        ):
            answers.update((one.contact_id, str(one.status)) for one in some)
        return answers

    def _read_contacts(self) -> Lookup | None:
        open_rows = self._journal.count(Stage.READ)
        reading = _Reading(
            what="contacts",
            page_size=self._page_size,
            keep=self._keep_contacts,
            on_lookup=self._on_lookup,
            missing=lambda: self._journal.addresses(unknown=True),
            unanswered=self._fail_address,
            searcher=self._by_address,
            sentinel=lambda contact: Private(contact.email),
        )
        listing = self._folder.contacts.list(page_size=self._page_size, workers=self._workers.size)
        return reading.read(listing, open_rows, self._workers)

    def _read_subscriptions(self) -> Lookup | None:
        known = self._journal.known.count()
        listing = self._folder.subscriptions.list(
            list_id=self._list_id, page_size=self._page_size, workers=self._workers.size
        )
        reading = _Reading(
            what="subscriptions",
            page_size=self._page_size,
            keep=self._keep_subscriptions,
            on_lookup=self._on_lookup,
            missing=lambda: self._journal.known.ids(open_only=True),
            unanswered=self._fail_contact,
            searcher=self._by_contact,
            sentinel=lambda subscription: subscription.contact_id,
        )
        return reading.read(listing, known, self._workers)

    def _note_page(self, found: Iterable[object]) -> None:
        if isinstance(found, Page):
            self.largest_page = max(len(found), self.largest_page)

    def _keep_contacts(self, contacts: Iterable[Contact]) -> None:
        self._note_page(contacts)
        found = [
            KnownContact(contact=one, address=canonical_address(one.email)) for one in contacts
        ]
        wanted = self._journal.known.wanted([one.address for one in found])
        if wanted:
            self._journal.known.keep(one for one in found if one.address in wanted)

    def _keep_subscriptions(self, subscriptions: Iterable[Subscription]) -> None:
        self._note_page(subscriptions)
        # The term in the query may have been ignored silently (API 2.6).
        here = (one for one in subscriptions if one.list_id == self._list_id)
        self._journal.known.keep_states({one.contact_id: str(one.status) for one in here})

    def _fail_address(self, address: Private, error: IContactError) -> None:
        self._journal.fail_address(canonical_address(address), not_found_out("contact", error))

    def _fail_contact(self, contact_id: int, error: IContactError) -> None:
        self._journal.fail_contact(contact_id, not_found_out("subscription", error))

    def _contacts_with(self, addresses: Sequence[Private]) -> Iterable[Contact]:
        spelled = dict.fromkeys(
            spelling for address in addresses for spelling in spellings(address)
        )
        # Not many more can have these addresses, however many the folder has.
        return self._folder.contacts.list(email=one_of(*spelled), max_items=2 * len(spelled))

    def _contacts_of(self, address: Private) -> Iterable[Contact]:
        known: dict[int, Contact] = {}
        spelled = spellings(address)
        for spelling in spelled:
            pages = [*self._folder.contacts.list(email=spelling, page_size=_FEW_CONTACTS).pages()]
            found = [one for page in pages for one in page]
            if not found and any(page.total for page in pages):
                # Deleted ones are counted, too (API 6.4); a second look shows that it is not there.
                found = self._folder.contacts.list(
                    status=None, email=spelling, page_size=_FEW_CONTACTS
                ).all()
            known |= {one.contact_id: one for one in found}
            if known and spelled[-1].isascii():
                break  # only a domain outside ASCII may be held in two forms
        return list(known.values())

    def _subscriptions_with(self, contact_ids: Sequence[int]) -> Iterable[Subscription]:
        listing = self._folder.subscriptions.list
        found = listing(
            list_id=self._list_id, contact_id=one_of(*contact_ids), max_items=2 * len(contact_ids)
        ).all()
        # Another list shows that its term was ignored (API 2.6): this search counts for nothing.
        return found if all(one.list_id == self._list_id for one in found) else ()

    def _subscriptions_of(self, contact_id: int) -> Iterable[Subscription]:
        found = self._folder.subscriptions.find(contact_id=contact_id, list_id=self._list_id)
        return () if found is None else (found,)


@attrs.frozen(kw_only=True)
class _Reading(Generic[V, T]):
    """A listing that a push needs in part."""

    what: str
    page_size: PageSize
    keep: Callable[[Iterable[T]], None]
    #: The values for which nothing was found so far.
    missing: Callable[[], Iterator[V]]
    searcher: Searcher[V, T]
    sentinel: Callable[[T], V]
    #: Called with each value about which iContact gave no answer.
    unanswered: Callable[[V, IContactError], None]
    on_lookup: Callable[[Lookup], None] | None

    def read(self, listing: Pager[T], wanted: int, workers: WorkerPool) -> Lookup | None:
        if not wanted:
            return None
        if wanted <= _FEW:
            self._search(workers)
            return Lookup(what=self.what, how="single reads", requests=wanted)
        pages = listing.pages()
        try:
            first = next(pages)
        except PagingError:
            # Not even the first page is whole, so nothing is known of those who are missing.
            self._search(workers)
            return Lookup(what=self.what, how="single reads", requests=wanted)
        self._note_sentinel(first)
        self.keep(first)
        way = self._cheapest(first)
        if self.on_lookup is not None:
            self.on_lookup(way)
        if way.how != "pages":
            self._search(workers)
        elif not self._steady(first, pages):
            # A contact that is deleted between two pages moves another one out of sight.
            self._search(workers)
        return way

    def _cheapest(self, first: Page[T]) -> Lookup:
        """Return how to read the rest; the first page is counted with each way."""
        if first.total is not None and first.total <= len(first):
            return Lookup(what=self.what, how="pages", requests=1, total=first.total)
        missing = sum(1 for _ in self.missing())
        costs = {"single reads": 1 + missing}
        if self.searcher.groups:
            costs["searches"] = 1 + sum(1 for _ in groups_of(self.missing()))
        if first.total is not None:
            costs["pages"] = expected_pages(first.total, self.page_size, first=len(first))
        how = min(costs, key=lambda one: (costs[one], one != "pages"))
        number = costs.pop(how)
        instead = {} if number == 1 else costs
        return Lookup(what=self.what, how=how, requests=number, instead=instead, total=first.total)

    def _steady(self, first: Page[T], rest: Iterator[Page[T]]) -> bool:
        """Read the other pages; return whether they are complete and no row moved between them."""
        totals, read = {first.total}, len(first)
        try:
            for page in rest:
                totals.add(page.total)
                read += len(page)
                self.keep(page)
        except UNANSWERED:
            return False
        return totals in ({read}, {None})

    def _search(self, workers: WorkerPool) -> None:
        for found in self.searcher.find(self.missing(), workers, self.unanswered):
            self.keep(found)

    def _note_sentinel(self, page: Page[T]) -> None:
        for one in page:
            value = self.sentinel(one)
            if is_usable_sentinel(str(value)):
                self.searcher.sentinel = value
                return
