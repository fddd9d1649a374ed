"""The contacts that may not be mailed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from enum import StrEnum
from itertools import chain, islice
from typing import Any, TypeVar

import attrs

from icontact.errors import NotFound
from icontact.frames import Frame, HasFrame, make_frame
from icontact.models import (
    ActionType,
    ContactStatus,
    Model,
    SubscriptionStatus,
)
from icontact.models.filters import IDS_AT_ONCE, gte, one_of
from icontact.notebook import Preview, mask_address
from icontact.paging import Pager
from icontact.paging.consistency import IdSet
from icontact.resources import Contacts, Subscriptions
from icontact.transport import Sender

__all__ = ["Suppressed", "SuppressionReason", "Suppressions"]

T = TypeVar("T")


class SuppressionReason(StrEnum):
    """Why a contact may not be mailed. The first concerns one list, the others all mail."""

    UNSUBSCRIBED = "unsubscribed"
    DONOTCONTACT = "donotcontact"
    BOUNCED = "bounced"
    PENDING = "pending"
    INVITABLE = "invitable"


@attrs.frozen(kw_only=True)
class Suppressed(Model):
    """A contact that may not be mailed. Its ``repr`` shows the address masked.

    Attributes:
        contact_id: Who.
        email: The address; ``None`` if iContact does not know the contact any more.
        reason: Why.
        list_id: The list concerned; ``None`` if the reason holds for all of them.
        since: When it happened, where that was asked for and is recorded; aware.
    """

    contact_id: int
    email: str | None = attrs.field(repr=lambda email: mask_address(email) or "None")
    reason: SuppressionReason
    list_id: int | None = None
    since: datetime | None = None


_STATUSES = (
    ContactStatus.DONOTCONTACT,
    ContactStatus.BOUNCED,
    ContactStatus.PENDING,
    ContactStatus.INVITABLE,
)
_ENDINGS = (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.PENDING)

#: A listing that changes while it is read is read again, so often in all.
_READINGS = 3

#: What of a contact's history may have brought each kind of reason about (API 7).
_CAUSES_FOR_ALL = frozenset({ActionType.EDIT_STATUS, ActionType.BOUNCE, ActionType.ADD_CONTACT})
_CAUSES_ON_A_LIST = frozenset({ActionType.EDIT_SUBSCRIPTION})


class Suppressions(HasFrame):
    """Reads the contacts that may not be mailed. No request is made before the first row.

    Made by :meth:`icontact.Folder.suppressed`, which explains its options.
    """

    def __init__(
        self,
        transport: Sender,
        folder: str,
        *,
        list_id: int | None = None,
        since: date | str | None = None,
    ) -> None:
        self._contacts = Contacts(transport, folder)
        self._subscriptions = Subscriptions(transport, folder)
        self._list_id = list_id
        self._terms: dict[str, Any] = {} if list_id is None else {"list_id": list_id}
        self._since = None if since is None else _moment(since)
        self._preview = Preview[Suppressed]()

    def __iter__(self) -> Iterator[Suppressed]:
        self._preview = preview = Preview[Suppressed]()
        for row in chain(self._for_all_mail(), self._for_a_list()):
            preview.add([row])
            yield row
        preview.complete = True

    def _as_frame(self) -> Frame:
        return make_frame(self, Suppressed)

    def _repr_html_(self) -> str:
        """Show the first rows that were read last. Makes no request."""
        return self._preview.to_html("Suppressed contacts")

    def _for_all_mail(self) -> Iterator[Suppressed]:
        searches: tuple[str, ...] = _STATUSES
        if self._list_id is None:
            # By the documentation a search by status leaves out contacts on no list (API 6.4).
            searches = (*_STATUSES, "unlisted")
        seen = IdSet()
        for searched in searches:
            for contact in _steadily(self._contacts.list(status=one_of(searched), **self._terms)):
                # The warning about an ignored term is not reliable (API 2.6), so look.
                is_found = contact.status in (_STATUSES if searched == "unlisted" else (searched,))
                if is_found and seen.add(f"{contact.status}_{contact.contact_id}"):
                    reason = SuppressionReason(contact.status)
                    row = Suppressed(
                        contact_id=contact.contact_id, email=contact.email, reason=reason
                    )
                    yield from self._dated(row, contact.create_date, _CAUSES_FOR_ALL)

    def _for_a_list(self) -> Iterator[Suppressed]:
        for status in _ENDINGS:
            pager = self._subscriptions.list(status=one_of(status), **self._terms)
            seen = IdSet()
            rows = (
                one
                for one in _steadily(pager)
                if one.status == status and seen.add(f"{one.list_id}_{one.contact_id}")
            )
            while some := list(islice(rows, IDS_AT_ONCE)):
                emails = self._emails({one.contact_id for one in some})
                for one in some:
                    row = Suppressed(
                        contact_id=one.contact_id,
                        email=emails.get(one.contact_id),
                        reason=SuppressionReason(one.status),
                        list_id=one.list_id,
                    )
                    yield from self._dated(row, one.add_date, _CAUSES_ON_A_LIST)

    def _emails(self, contact_ids: set[int]) -> dict[int, str]:
        """Return the addresses of those contacts that iContact still knows."""
        listing = self._contacts.list(contact_id=one_of(*contact_ids))
        emails = {one.contact_id: one.email for one in listing}
        # Listings show no deleted contacts, and not every resource takes several values (API 2.6).
        for contact_id in contact_ids - emails.keys():
            with suppress(NotFound):
                emails[contact_id] = self._contacts.get(contact_id).email
        return emails

    def _dated(
        self, row: Suppressed, began: datetime | None, causes: frozenset[str]
    ) -> Iterator[Suppressed]:
        """Yield a row with its date, unless it is older than asked for."""
        if self._since is None:
            yield row
            return
        since = gte(self._since)
        times = [
            action.action_time
            for action in self._contacts.history(row.contact_id, action_time=since)
            if action.action_type in causes and action.action_time is not None
        ]
        if times:
            yield attrs.evolve(row, since=max(times))
        elif began and began >= self._since:
            # What began since then came about since then, recorded or not.
            yield attrs.evolve(row, since=began)


def _steadily(pager: Pager[T]) -> Iterator[T]:
    """Yield the rows of a listing; once more, a few times, if rows came or went meanwhile."""
    for _ in range(_READINGS):
        totals = set[int | None]()
        for page in pager.pages():
            totals.add(page.total)
            yield from page
        if len(totals) <= 1:
            return


def _moment(since: date | str) -> datetime:
    if isinstance(since, str):
        text = since.strip()
        for kind in (date, datetime):
            with suppress(ValueError):
                since = kind.fromisoformat(text)
                break
        else:
            raise ValueError("since: not a date. Write 2026-01-31, or 2026-01-31T08:00:00+01:00")
    if not isinstance(since, date):
        raise TypeError(f"since must be a date or a time, not {type(since).__name__}")
    if not isinstance(since, datetime):
        return datetime.combine(since, time.min).astimezone()
    if since.tzinfo is None:
        raise ValueError("since: a time needs a time zone, such as 2026-01-31T08:00:00+01:00")
    return since
