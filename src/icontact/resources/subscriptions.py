"""Subscriptions: the contacts of each list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Unpack

import attrs

from icontact.errors import BadRequest, NotFound, RejectedError, UnknownContact
from icontact.models import (
    Contact,
    ContactStatus,
    Subscription,
    SubscriptionFields,
    SubscriptionFilters,
    SubscriptionStatus,
)
from icontact.models.filters import IDS_AT_ONCE, one_of
from icontact.paging import Pager, PageSize
from icontact.resources._base import Resource, log_warnings, whole_id
from icontact.resources.batches import BatchResult
from icontact.resources.contacts import Contacts
from icontact.resources.lists import Lists, find_list
from icontact.transport import Safety, Sender


class Subscriptions(Resource[Subscription]):
    """The subscriptions of one client folder.

    They live at ``/a/{accountId}/c/{clientFolderId}/subscriptions``, have the composite id
    ``{list_id}_{contact_id}``, and cannot be deleted: only unsubscribed, or moved.

    Documentation: "Subscriptions".
    """

    _model = Subscription
    _plural = "subscriptions"
    _identity = "subscription_id"
    _merges = True
    _named = True
    _writable = frozenset(SubscriptionFields.__annotations__)
    _searchable = frozenset(SubscriptionFilters.__annotations__)

    def __init__(self, transport: Sender, folder: str) -> None:
        super().__init__(transport, folder)
        self._contacts = Contacts(transport, folder)
        self._lists = Lists(transport, folder)

    def list(
        self,
        *,
        order_by: str | tuple[str, ...] | None = None,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[SubscriptionFilters],
    ) -> Pager[Subscription]:
        """List or search subscriptions, those of people who unsubscribed included.

        Takes what :meth:`icontact.resources.Contacts.list` takes, but for its search terms.
        """
        return self._list(
            filters, page_size=page_size, max_items=max_items, workers=workers, order_by=order_by
        )

    def _id_of(self, item: Subscription) -> str:
        key = f"{item.list_id}_{item.contact_id}"
        return key if key == item.subscription_id else ""

    def get(self, *, contact_id: int, list_id: int) -> Subscription:
        """Read the subscription of one contact to one list.

        Raises:
            NotFound: If the contact never was on that list, or was moved away.
        """
        return self._item("GET", _key(contact_id, list_id))

    def find(self, *, contact_id: int, list_id: int) -> Subscription | None:
        """Return the subscription of one contact to one list, or None."""
        try:
            return self.get(contact_id=contact_id, list_id=list_id)
        except NotFound:
            return None

    def subscribe(
        self,
        *,
        contact_id: int | None = None,
        list_id: int | None = None,
        email: str | None = None,
        list: str | int | None = None,
        status: SubscriptionStatus | str = SubscriptionStatus.NORMAL,
        confirmation_message_id: int | None = None,
    ) -> Subscription:
        """Put a contact on a list. Safe to repeat: an existing subscription is returned as it is.

        By address, nothing is sent for a contact that may not be mailed, or that unsubscribed from
        the list earlier.

        Args:
            contact_id: The contact; or else give its address.
            list_id: The list; or else give its name.
            email: The address of the contact.
            list: The exact name of the list, or its id.
            status: ``"normal"``, or ``"pending"`` for a contact who has to confirm first.
            confirmation_message_id: With ``"pending"``: the message of type ``confirmation`` that
                iContact mails.

        Raises:
            RejectedError: If the contact unsubscribed from this list earlier, which iContact does
                not undo (API 8.2), if it may not be mailed, or if nothing was stored for another
                reason.
            UnknownContact: If no contact has the address.
            ConfigError: If there is no list of this name.
            TypeError: If contact or list are not given, or twice.
        """
        _check_given(_CONTACT, contact_id, email)
        list_id = self._list_id("list", list_id, list)
        if email is not None:
            contact_id = self._mailable(email, list_id)
        contact_id = self._contact_id(contact_id, None)
        row: SubscriptionFields = {"contact_id": contact_id, "list_id": list_id, "status": status}
        if confirmation_message_id is not None:
            row["confirmation_message_id"] = confirmation_message_id
        answer = self.create_many([row], explain=False)
        # An empty answer means "already subscribed", or has other reasons (API 8.2).
        found = (
            answer.items[0] if answer.items else self.find(contact_id=contact_id, list_id=list_id)
        )
        if found is not None and (answer.items or found.status == status):
            log_warnings(self._plural, answer.warnings)
            return found
        is_now = f"the subscription is {found.status}" if found else "there is none"
        raise self._rejected(*answer.warnings, is_now)

    def unsubscribe(
        self,
        *,
        contact_id: int | None = None,
        list_id: int | None = None,
        email: str | None = None,
        list: str | int | None = None,
    ) -> Subscription:
        """Take a contact off a list for good: iContact does not let it be re-subscribed.

        Safe to repeat. Takes contact and list as :meth:`subscribe` does.

        Raises:
            NotFound: If the contact never was on that list.
            UnknownContact: If no contact has the address.
            ConfigError: If there is no list of this name.
            TypeError: If contact or list are not given, or twice.
        """
        _check_given(_CONTACT, contact_id, email)
        list_id = self._list_id("list", list_id, list)
        contact_id = self._contact_id(contact_id, email)
        status = SubscriptionStatus.UNSUBSCRIBED
        return self.update(contact_id=contact_id, list_id=list_id, status=status)

    def update(
        self, *, contact_id: int, list_id: int, status: SubscriptionStatus | str
    ) -> Subscription:
        """Change the status of a subscription. Safe to repeat.

        Raises:
            BadRequest: If iContact refuses, as it does for a contact who unsubscribed.
            DecodeError: If its answer says that the subscription has another status.
        """
        return self._item("POST", _key(contact_id, list_id), self._body({"status": status}))

    def move(
        self,
        *,
        contact_id: int | None = None,
        from_list_id: int | None = None,
        to_list_id: int | None = None,
        email: str | None = None,
        from_list: str | int | None = None,
        to_list: str | int | None = None,
    ) -> Subscription:
        """Move a contact to another list. Needs API version 2.2.

        Repeated by itself after a lost answer; calling it twice is an error, since the contact is
        on the first list no more. Takes contact and lists as :meth:`subscribe` does. By address,
        nothing is sent for a contact that may not be mailed, or that unsubscribed from one of the
        lists: whether a move brings it back is not known (API 8.2).

        Raises:
            RejectedError: By address, for the reasons above.
            BadRequest: If it is on that list already ("No Changes Made").
            NotFound: If it is not on the first list.
            UnknownContact: If no contact has the address.
            ConfigError: If there is no list of this name.
            TypeError: If contact or lists are not given, or twice.
        """
        _check_given(_CONTACT, contact_id, email)
        _check_given(_LIST.format("to_list"), to_list_id, to_list)
        from_list_id = self._list_id("from_list", from_list_id, from_list)
        to_list_id = self._list_id("to_list", to_list_id, to_list)
        if email is not None:
            contact_id = self._mailable(email, from_list_id, to_list_id)
        contact_id = self._contact_id(contact_id, None)
        try:
            return self._item(
                "PUT",
                _key(contact_id, from_list_id),
                {"listId": to_list_id},
                ids=(_key(contact_id, to_list_id),),
            )
        except (NotFound, BadRequest) as error:
            if not error.maybe_applied:
                raise
        # An earlier attempt got through and its answer was lost: the subscription has moved.
        return self.get(contact_id=contact_id, list_id=to_list_id)

    def create_many(
        self, rows: Iterable[SubscriptionFields], /, *, explain: bool = True
    ) -> BatchResult[Subscription]:
        """Subscribe contacts in one request, matched by contact and list. Safe to repeat.

        A row whose contact is already on the list is in ``rejected``, with that as its reason:
        iContact leaves it out of its answer silently (API 8.2), so the subscriptions of such
        rows are looked up.

        Args:
            rows: The fields of each subscription.
            explain: Whether to look up why iContact left rows out. ``False`` saves the requests,
                and such rows have no reason.
        """
        bodies = self._bodies(rows)
        result = self._create_many(bodies, Safety.REPEATABLE, _sent_key, self._id_of)
        if not explain:
            return result
        silent = [
            bodies[one.index]
            for one in result.rejected
            if one.reason is None and {"listId", "contactId"} <= bodies[one.index].keys()
        ]
        there: dict[str, Subscription] = {}
        for list_id in {int(body["listId"]) for body in silent}:
            wanted = [int(one["contactId"]) for one in silent if int(one["listId"]) == list_id]
            for start in range(0, len(wanted), IDS_AT_ONCE):
                some = one_of(*wanted[start : start + IDS_AT_ONCE])
                found = self.list(list_id=list_id, contact_id=some)
                there |= {f"{one.list_id}_{one.contact_id}": one for one in found}
        rejected = tuple(
            attrs.evolve(one, reason=one.reason or _reason(bodies[one.index], there))
            for one in result.rejected
        )
        return attrs.evolve(result, rejected=rejected)

    def _rejected(self, *reasons: str) -> RejectedError:
        return RejectedError(reasons, call=self._post([], Safety.READ).summary())

    def _mailable(self, email: str, *list_ids: int) -> int:
        """Return the id of a contact, unless it may not be mailed or left one of the lists."""
        contact = self._contact(email)
        if contact.status != ContactStatus.NORMAL:
            raise self._rejected(f"the contact is {contact.status}, so it may not be mailed")
        for list_id in list_ids:
            known = self.find(contact_id=contact.contact_id, list_id=list_id)
            if known is not None and known.status == SubscriptionStatus.UNSUBSCRIBED:
                which = "this list" if len(list_ids) == 1 else f"list {list_id}"
                raise self._rejected(f"the contact unsubscribed from {which}")
        return contact.contact_id

    def _contact(self, email: str) -> Contact:
        found = self._contacts.find(email=email)
        if found is None:
            raise UnknownContact("no contact of this folder has this address")
        return found

    def _contact_id(self, contact_id: int | None, email: str | None) -> int:
        if email is not None:
            return self._contact(email).contact_id
        return whole_id("contact_id", contact_id, _BY_ADDRESS)

    def _list_id(self, name: str, list_id: int | None, wanted: str | int | None) -> int:
        _check_given(_LIST.format(name), list_id, wanted)
        if not isinstance(wanted, str):
            remedy = f"to name a list by its name use {name}='Newsletter'"
            return whole_id(f"{name}_id", list_id if wanted is None else wanted, remedy)
        return find_list(self._lists, wanted).list_id


_CONTACT = "the contact either as contact_id=42 or as email='jo@example.com'"
_LIST = "the list either as {0}_id=7 or as {0}='Newsletter'"
_BY_ADDRESS = "to name a contact by its address use email='jo@example.com'"


def _check_given(forms: str, one: object, other: object) -> None:
    if (one is None) is (other is None):
        raise TypeError(f"give {forms}")


def _key(contact_id: int, list_id: int) -> str:
    """Return the id of a subscription."""
    return f"{whole_id('list_id', list_id)}_{whole_id('contact_id', contact_id, _BY_ADDRESS)}"


def _sent_key(body: Mapping[str, Any]) -> str:
    return f"{body.get('listId')}_{body.get('contactId')}"


def _reason(body: Mapping[str, Any], there: Mapping[str, Subscription]) -> str | None:
    """Return why iContact left a row out, as far as its subscription shows."""
    existing = there.get(_sent_key(body))
    if existing is None:
        return None
    if existing.status == body.get("status"):
        return f"already subscribed ({existing.status})"
    if existing.status == SubscriptionStatus.UNSUBSCRIBED:
        return "unsubscribed from this list earlier, which iContact does not undo"
    return f"the subscription is {existing.status}"
