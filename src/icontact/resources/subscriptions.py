"""Subscriptions: who is on which list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Unpack

from icontact.errors import BadRequest, NotFound, RejectedError
from icontact.models import (
    Subscription,
    SubscriptionFields,
    SubscriptionFilters,
    SubscriptionStatus,
)
from icontact.paging import DEFAULT_PAGE_SIZE, Pager
from icontact.resources._base import BatchResult, Hidden, Resource
from icontact.transport import Call, Safety, Sender

__all__ = ["Subscriptions"]


class Subscriptions(Resource[Subscription]):
    """The subscriptions of one client folder.

    They live at ``/a/{accountId}/c/{clientFolderId}/subscriptions``, have the composite id
    ``{list_id}_{contact_id}``, and cannot be deleted: only unsubscribed, or moved.
    """

    segment: ClassVar[str] = "subscriptions"
    plural: ClassVar[str] = "subscriptions"
    singular: ClassVar[str] = "subscription"
    identity: ClassVar[str] = "subscription_id"
    writable: ClassVar[frozenset[str]] = frozenset(SubscriptionFields.__annotations__)
    searchable: ClassVar[frozenset[str]] = frozenset(SubscriptionFilters.__annotations__)

    def __init__(self, transport: Sender, folder: str) -> None:
        super().__init__(transport, folder, Subscription)

    def list(
        self,
        *,
        order_by: str | tuple[str, ...] | None = None,
        page_size: int = DEFAULT_PAGE_SIZE,
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[SubscriptionFilters],
    ) -> Pager[Subscription]:
        """List or search subscriptions, those of people who unsubscribed included.

        Args:
            order_by: A field, with ``-`` before it for descending order, or several in a tuple.
            page_size: Rows a request.
            max_items: Rows in all.
            workers: How many pages are asked for side by side, as in
                :meth:`icontact.resources.Contacts.list`.
            **filters: Search terms, all of which must match.

        Documentation: "Subscriptions".
        """
        return self._list(
            filters, page_size=page_size, max_items=max_items, workers=workers, order_by=order_by
        )

    def get(self, *, contact_id: int, list_id: int) -> Subscription:
        """Read the subscription of one contact to one list.

        Raises:
            NotFound: If the contact never was on that list, or was moved away.
        """
        return self._get(f"{list_id}_{contact_id}")

    def find(self, *, contact_id: int, list_id: int) -> Subscription | None:
        """Return the subscription of one contact to one list, or None."""
        try:
            return self.get(contact_id=contact_id, list_id=list_id)
        except NotFound:
            return None

    def subscribe(
        self,
        *,
        contact_id: int,
        list_id: int,
        status: SubscriptionStatus | str = SubscriptionStatus.NORMAL,
        confirmation_message_id: int | None = None,
    ) -> Subscription:
        """Put a contact on a list. Safe to repeat: an existing subscription is returned as it is.

        Args:
            contact_id: Who.
            list_id: Where to.
            status: ``"normal"``, or ``"pending"`` for somebody who has to confirm first.
            confirmation_message_id: With ``"pending"``: the message of type ``confirmation`` that
                iContact mails.

        Raises:
            RejectedError: If the contact unsubscribed from this list earlier, which iContact does
                not undo (API 8.2), or nothing was stored for another reason.

        Documentation: "Subscriptions".
        """
        row: SubscriptionFields = {"contact_id": contact_id, "list_id": list_id, "status": status}
        if confirmation_message_id is not None:
            row["confirmation_message_id"] = confirmation_message_id
        result = self.create_many([row])
        if result.items:
            self._note(result.warnings)
            return result.items[0]
        # An empty answer stands for "already subscribed", and for other reasons (API 8.2).
        existing = self.find(contact_id=contact_id, list_id=list_id)
        if existing is not None and existing.status == status:
            self._note(result.warnings)
            return existing
        is_now = f"the subscription is {existing.status}" if existing else "there is none"
        raise RejectedError(
            (*result.warnings, is_now), call=self._posted([], Safety.READ).summary()
        )

    def unsubscribe(self, *, contact_id: int, list_id: int) -> Subscription:
        """Take a contact off a list for good: iContact does not let it be re-subscribed.

        Safe to repeat.

        Raises:
            NotFound: If the contact never was on that list.
        """
        return self.update(
            contact_id=contact_id, list_id=list_id, status=SubscriptionStatus.UNSUBSCRIBED
        )

    def update(
        self, *, contact_id: int, list_id: int, status: SubscriptionStatus | str
    ) -> Subscription:
        """Change the status of a subscription. Safe to repeat.

        Raises:
            BadRequest: If iContact refuses, as it does for somebody who unsubscribed.
            NotFound: If there is no such subscription.
        """
        return self._write("POST", f"{list_id}_{contact_id}", {"status": status})

    def move(self, *, contact_id: int, from_list_id: int, to_list_id: int) -> Subscription:
        """Move a contact to another list. Needs API version 2.2.

        Repeated by itself after a lost answer; calling it twice is an error, since the contact is
        on the first list no more.

        Raises:
            BadRequest: If it is on that list already ("No Changes Made"), as after the same move.
            NotFound: If it is on neither list.
        """
        call = Call(
            "PUT",
            self._at(f"{from_list_id}_{contact_id}"),
            body={"listId": to_list_id},
            safety=Safety.REPEATABLE,
        )
        try:
            return self._member(self._transport.send(call))
        except (NotFound, BadRequest) as error:
            if not error.maybe_applied:
                raise
        # An earlier attempt got through and its answer was lost: the subscription has moved.
        return self.get(contact_id=contact_id, list_id=to_list_id)

    def create_many(self, rows: Iterable[SubscriptionFields], /) -> BatchResult[Subscription]:
        """Subscribe contacts in one request, matched by contact and list. Safe to repeat.

        A row whose contact is already on the list counts as rejected here, because iContact leaves
        it out of its answer without a word (API 8.2); :meth:`subscribe` tells these apart.

        Raises:
            TransportError: If no answer came.
        """
        rows = Hidden(rows)
        call = self._posted(self._bodies(rows), Safety.REPEATABLE)
        return self._create_many(
            call, _sent_key, lambda stored: f"{stored.list_id}_{stored.contact_id}"
        )


def _sent_key(body: Mapping[str, Any]) -> str:
    return f"{body.get('listId')}_{body.get('contactId')}"
