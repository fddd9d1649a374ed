"""What iContact knows about the addresses of a push, read with as few requests as can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum
from math import ceil
from typing import TypeVar

from icontact.auth import Private
from icontact.client import Folder
from icontact.models import Contact, Subscription
from icontact.paging import DEFAULT_PAGE_SIZE, Pager
from icontact.push.decide import Known

__all__ = ["StateReader"]

T = TypeVar("T")


class StateReader:
    """Reads contacts and their state on one list.

    Either by single look-ups or by reading whole listings, whichever costs fewer requests: the
    first page of a listing tells how many there would be.

    Args:
        folder: Where to read.
        list_id: The list.
        page_size: Rows a request.
    """

    def __init__(self, folder: Folder, list_id: int, *, page_size: int = DEFAULT_PAGE_SIZE) -> None:
        self._folder = folder
        self._list_id = list_id
        self._page_size = page_size

    def read(self, addresses: Collection[Private]) -> Mapping[str, Known]:
        """Return what is known of every address, by the address in lower case.

        Raises:
            APIError, TransportError: If iContact could not be asked.
        """
        contacts = self._contacts({address.lower(): address for address in addresses})
        ids = [one.contact_id for found in contacts.values() for one in found]
        subscriptions = self._subscriptions(ids)
        return {
            address.lower(): _known(contacts[address.lower()], subscriptions)
            for address in addresses
        }

    def _contacts(self, addresses: Mapping[str, Private]) -> Mapping[str, list[Contact]]:
        found: dict[str, list[Contact]] = defaultdict(list)

        def keep(contact: Contact) -> None:
            if (address := Private(contact.email).lower()) in addresses:
                found[address].append(contact)

        scan = _Scan.TOO_DEAR
        if len(addresses) > 1:
            listing = self._folder.contacts.list(page_size=self._page_size)
            scan = self._scan(listing, len(addresses), keep)
        if scan is _Scan.STEADY:
            return found
        for lowered, address in addresses.items():
            if lowered not in found:
                for contact in self._matches(lowered, address):
                    keep(contact)
        return found

    def _matches(self, lowered: str, address: Private) -> Sequence[Contact]:
        matches = self._folder.contacts.list(email=address).all()
        if not matches and lowered != address:
            # Whether iContact's search minds the case is uncertain (API 2.6).
            matches = self._folder.contacts.list(email=lowered).all()
        return matches

    def _subscriptions(self, contact_ids: Collection[int]) -> Mapping[int, str]:
        wanted, states = set(contact_ids), dict[int, str]()

        def keep(one: Subscription) -> None:
            if one.contact_id in wanted:
                states[one.contact_id] = str(one.status)

        scan = _Scan.TOO_DEAR
        if len(wanted) > 1:
            listing = self._folder.subscriptions.list(
                list_id=self._list_id, page_size=self._page_size
            )
            scan = self._scan(listing, len(wanted), keep)
        if scan is not _Scan.STEADY:
            for contact_id in sorted(wanted - states.keys()):
                one = self._folder.subscriptions.find(contact_id=contact_id, list_id=self._list_id)
                if one is not None:
                    keep(one)
        return states

    def _scan(self, listing: Pager[T], look_ups: int, keep: Callable[[T], None]) -> _Scan:
        """Read a whole listing if it costs no more requests than so many look-ups."""
        totals: set[int | None] = set()
        for page in listing.pages():
            if page.offset == 0:
                more = ceil(((page.total or 0) - len(page)) / self._page_size)
                if page.total is None or more > look_ups:
                    return _Scan.TOO_DEAR
            totals.add(page.total)
            for item in page:
                keep(item)
        return _Scan.STEADY if len(totals) == 1 else _Scan.SHIFTED


class _Scan(Enum):
    """What came of reading a whole listing."""

    TOO_DEAR = "not read: single look-ups cost less"
    STEADY = "read"
    # A contact that is deleted between two pages moves another one out of sight.
    SHIFTED = "read, but rows came or went meanwhile, so what was not seen may be there"


def _known(contacts: list[Contact], subscriptions: Mapping[int, str]) -> Known:
    subscription = subscriptions.get(contacts[0].contact_id) if len(contacts) == 1 else None
    return Known(contacts=tuple(contacts), subscription=subscription)
