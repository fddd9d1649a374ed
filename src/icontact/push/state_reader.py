"""Reads contacts and subscriptions of a push's addresses with as few requests as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import attrs

from icontact.addresses import canonical_address, spellings
from icontact.auth import Private
from icontact.client import Folder
from icontact.errors import CallError, IContactError, PagingError
from icontact.models import Contact, Subscription
from icontact.models.filters import one_of
from icontact.paging import Page, Pager, PageSize, expected_pages
from icontact.push.batch_sender import ItemFailed
from icontact.push.journal import Journal, Stage
from icontact.push.lookup import UNANSWERED, Lookup, Searcher, groups_of, is_usable_sentinel
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.workers import ALONE, WorkerPool

V = TypeVar("V", Private, int)
T = TypeVar("T")

#: The largest number that is asked for one by one, without asking how many there are in all.
_FEW = 1

#: Rows a page of a search for one address.
_FEW_CONTACTS = 20


def or_failed(what: str, answer: T | IContactError) -> T | ItemFailed:
    """Return an answer about a contact or a subscription, with an error as a value."""
    if isinstance(answer, IContactError):
        problem = f"the {what} could not be looked up: {_brief(answer)}"
        return ItemFailed(problem, maybe_applied=False)
    return answer


def not_found_out(what: str, error: IContactError) -> Reason:
    """Return why a row is not written whose contact or subscription is not known."""
    return Reason.of(ReasonCode.NOT_FOUND_OUT, what, _brief(error))


def _brief(error: IContactError) -> str:
    return error.brief if isinstance(error, CallError) else str(error)


@attrs.define(kw_only=True)
class _Wanted(Searcher[V, T]):
    """The contacts or the subscriptions that a push has to know, and where the journal has them."""

    what: str
    #: Yields the values for which a listing may have left something out.
    unsure: Callable[[], Iterator[V]]
    #: Yields the values for which nothing was found so far.
    missing: Callable[[], Iterator[V]]
    keep: Callable[[Iterable[T]], None]
    #: Called with each value about which iContact gave no answer.
    fail: Callable[[V, IContactError], None]
    #: Returns the value to prove a search with.
    sentinel_of: Callable[[T], V]


class StateReader:
    """Reads contacts and their state on one list into the journal.

    It reads whole listings, page by page, or only what the push concerns, whichever costs fewer
    requests: the first page of a listing tells how many there would be. ``on_lookup`` is called
    with the way before a listing is read.
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
        self._contacts: _Wanted[Private, Contact] = _Wanted(
            what="contacts",
            search=self._contacts_with,
            one=self._contacts_of,
            value_of=lambda contact: canonical_address(contact.email),
            compared=canonical_address,
            # A second contact may have the address of the first one, spelled otherwise.
            unsure=journal.addresses,
            missing=lambda: journal.addresses(unknown=True),
            keep=journal.known.keep,
            fail=lambda address, error: journal.fail_address(
                canonical_address(address), not_found_out("contact", error)
            ),
            sentinel_of=lambda contact: Private(contact.email),
        )
        self._subscriptions: _Wanted[int, Subscription] = _Wanted(
            what="subscriptions",
            search=self._subscriptions_with,
            one=self._subscriptions_of,
            value_of=lambda subscription: subscription.contact_id,
            compared=int,
            unsure=journal.known.without_state,
            missing=journal.known.without_state,
            keep=self._keep_states,
            fail=lambda contact_id, error: journal.fail_contact(
                contact_id, not_found_out("subscription", error)
            ),
            sentinel_of=lambda subscription: subscription.contact_id,
        )

    def read(self) -> tuple[Lookup, ...]:
        """Look up the contacts and subscriptions of all open rows."""
        journal, size = self._journal, self._page_size
        journal.known.forget()
        lookups: list[Lookup] = []
        if number := journal.count(Stage.READ):
            listing = self._folder.contacts.list(page_size=size, workers=self._workers.size)
            lookups.append(self._read(self._contacts, listing, number))
        if number := journal.known.count():
            subscriptions = self._folder.subscriptions.list(
                list_id=one_of(self._list_id), page_size=size, workers=self._workers.size
            )
            lookups.append(self._read(self._subscriptions, subscriptions, number))
        return tuple(lookups)

    def _read(self, wanted: _Wanted[V, T], listing: Pager[T], number: int) -> Lookup:
        way = Lookup(what=wanted.what, how="single reads", requests=number)
        pages = listing.pages()
        try:
            first = None if number <= _FEW else next(pages)
        except PagingError:
            # Not even the first page is whole, so nothing is known of those who are missing.
            first = None
        if first is not None:
            for value in map(wanted.sentinel_of, first):
                if is_usable_sentinel(str(value)):
                    wanted.sentinel = value
                    break
            self._keep_page(wanted, first)
            way = self._cheapest(wanted, first)
            if self._on_lookup is not None:
                self._on_lookup(way)
        if first is None or way.how != "pages":
            to_find = wanted.unsure()
        elif not self._read_rest(wanted, first, pages):
            # A contact that is deleted between two pages moves another one out of sight.
            to_find = wanted.missing()
        else:
            return way
        for found in wanted.find(to_find, self._workers, wanted.fail):
            wanted.keep(found)
        return way

    def _keep_page(self, wanted: _Wanted[V, T], page: Page[T]) -> None:
        self.largest_page = max(len(page), self.largest_page)
        wanted.keep(page)

    def _cheapest(self, wanted: _Wanted[V, T], first: Page[T]) -> Lookup:
        """Return how to read the rest; the first page is counted with each way."""
        if first.total is not None and first.total <= len(first):
            return Lookup(what=wanted.what, how="pages", requests=1, total=first.total)
        costs = {"single reads": 1 + sum(1 for _ in wanted.unsure())}
        if wanted.groups:
            costs["searches"] = 1 + sum(1 for _ in groups_of(wanted.unsure()))
        if first.total is not None:
            costs["pages"] = expected_pages(first.total, self._page_size, first=len(first))
        how = min(costs, key=lambda one: (costs[one], one != "pages"))
        number = costs.pop(how)
        instead = {} if number == 1 else costs
        return Lookup(
            what=wanted.what, how=how, requests=number, instead=instead, total=first.total
        )

    def _read_rest(self, wanted: _Wanted[V, T], first: Page[T], rest: Iterator[Page[T]]) -> bool:
        """Read the other pages; return whether they are complete and no row moved between them."""
        totals, read = {first.total}, len(first)
        try:
            for page in rest:
                totals.add(page.total)
                read += len(page)
                self._keep_page(wanted, page)
        except UNANSWERED:
            return False
        return totals in ({read}, {None})

    def contacts(self, addresses: Iterable[Private]) -> Mapping[Private, Contact | IContactError]:
        """Return the contacts that have some addresses now. For a worker to ask.

        The value is an error if iContact gave no answer about the address.
        """
        wanted = list(addresses)
        if len(wanted) > _FEW and self._contacts.sentinel is None:
            for one in self._folder.contacts.list(max_items=1):
                if is_usable_sentinel(one.email):
                    self._contacts.sentinel = Private(one.email)
        answers: dict[Private, Contact | IContactError] = {}

        def note(address: Private, error: IContactError) -> None:
            answers[canonical_address(address)] = error

        for some in self._contacts.find(wanted, ALONE, note):
            answers.update((canonical_address(one.email), one) for one in some)
        return answers

    def states(self, contact_ids: Iterable[int]) -> Mapping[int, str | IContactError]:
        """Return the states on the list that some contacts have now. For a worker to ask.

        The value is an error if iContact gave no answer about the contact.
        """
        wanted = list(contact_ids)
        if len(wanted) > _FEW and self._subscriptions.sentinel is None:
            listing = self._folder.subscriptions.list(list_id=one_of(self._list_id), max_items=1)
            first = next(listing.pages())
            for one in first:
                self._subscriptions.sentinel = one.contact_id
            if not first.items and not first.total:
                return {}  # the list is empty
        answers: dict[int, str | IContactError] = {}
        for some in self._subscriptions.find(wanted, ALONE, answers.__setitem__):
            answers.update((one.contact_id, str(one.status)) for one in some)
        return answers

    def _keep_states(self, subscriptions: Iterable[Subscription]) -> None:
        # The term in the query may have been ignored silently (API 2.6).
        here = (one for one in subscriptions if one.list_id == self._list_id)
        self._journal.known.keep_states({one.contact_id: str(one.status) for one in here})

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
            # With one_of, since other contacts that the search finds are passed over by the caller.
            term = one_of(spelling)
            pages = [*self._folder.contacts.list(email=term, page_size=_FEW_CONTACTS).pages()]
            found = [one for page in pages for one in page]
            if not found and any(page.total for page in pages):
                # Deleted ones are counted, too (API 6.4); a second look shows that it is not there.
                found = self._folder.contacts.list(
                    status=None, email=term, page_size=_FEW_CONTACTS
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
