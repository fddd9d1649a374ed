"""What iContact knows about the addresses of a push, read with as few requests as can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from math import ceil
from typing import TypeVar

from icontact.auth import Private
from icontact.client import Folder
from icontact.models import Contact
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
        for contact in self._candidates(addresses):
            if (address := Private(contact.email).lower()) in addresses:
                found[address].append(contact)
        return found

    def _candidates(self, addresses: Mapping[str, Private]) -> Iterator[Contact]:
        if len(addresses) > 1:
            listing = self._folder.contacts.list(page_size=self._page_size)
            if (everybody := self._if_cheaper(listing, len(addresses))) is not None:
                yield from everybody
                return
        for lowered, address in addresses.items():
            matches = self._folder.contacts.list(email=address).all()
            if not matches and lowered != address:
                # Whether iContact's search minds the case is uncertain (API 2.6).
                matches = self._folder.contacts.list(email=lowered).all()
            yield from matches

    def _subscriptions(self, contact_ids: Collection[int]) -> Mapping[int, str]:
        if len(contact_ids) > 1:
            listing = self._folder.subscriptions.list(
                list_id=self._list_id, page_size=self._page_size
            )
            if (all_of_list := self._if_cheaper(listing, len(contact_ids))) is not None:
                wanted = set(contact_ids)
                return {
                    one.contact_id: str(one.status)
                    for one in all_of_list
                    if one.contact_id in wanted
                }
        states: dict[int, str] = {}
        for contact_id in contact_ids:
            one = self._folder.subscriptions.find(contact_id=contact_id, list_id=self._list_id)
            if one is not None:
                states[contact_id] = str(one.status)
        return states

    def _if_cheaper(self, listing: Pager[T], look_ups: int) -> Iterator[T] | None:
        """Return the whole listing if it costs no more requests than so many look-ups."""
        pages = listing.pages()
        first = next(pages)
        if first.total is None:
            return None
        more = ceil((first.total - len(first)) / self._page_size)
        return None if more > look_ups else chain(first, chain.from_iterable(pages))


def _known(contacts: list[Contact], subscriptions: Mapping[int, str]) -> Known:
    subscription = subscriptions.get(contacts[0].contact_id) if len(contacts) == 1 else None
    return Known(contacts=tuple(contacts), subscription=subscription)
