"""iContact's own web hooks, carried over to another system at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence

from icontact import webhooks
from icontact.auth import redact
from icontact.client import Folder
from icontact.errors import ConfigError, IContactError, NotFound
from icontact.integrations._inbox_service import Backoff, InboxService
from icontact.integrations.events import ContactEvent, EventType
from icontact.integrations.inbox import EventOutcome, EventState, Inbox, InboxClaim
from icontact.integrations.suppression_state import SuppressionState
from icontact.integrations.suppression_target import (
    SuppressedPerson,
    SuppressionTarget,
    place_of,
)
from icontact.integrations.sync import (
    REASONS,
    carry_over,
    list_id_of,
)
from icontact.models import Contact, ContactStatus, SubscriptionStatus

__all__ = ["SuppressionIntegration"]

_LEASE = 600.0
_DAY = 86400.0


class SuppressionIntegration(InboxService):
    """Marks people in another system as soon as iContact's web hooks report a change.

    Each event is kept in an inbox first. Since web hooks are not signed, an event is a hint only:
    the contact is read from iContact, and marked if it is suppressed there. Nothing is ever lifted.
    May be shared by threads, and by processes of one machine that use the same files.

    Web hooks do not report everything (API 17.2): run
    :func:`icontact.integrations.sync.suppressed` with the same state file now and then.

    Args:
        folder: The client folder.
        to: The other system.
        state: The file that remembers who was marked, as for
            :func:`~icontact.integrations.sync.suppressed`.
        store: The file of the inbox, or an :class:`~icontact.integrations.inbox.Inbox`.
        lists: Only unsubscriptions from these lists, by name or id.
        reasons: Only people who are suppressed for one of these.
        first_pause: Seconds until a failed event is tried again.
        longest_pause: The longest that this grows to.
        clock: Returns the seconds since 1970.

    Raises:
        ConfigError: If a list is unknown, or a file cannot be used.
        IContactError: If a list was given by name, and iContact could not be asked.
    """

    def __init__(
        self,
        folder: Folder,
        *,
        to: SuppressionTarget,
        state: str | os.PathLike[str] | SuppressionState = "suppressed.sqlite",
        store: str | os.PathLike[str] | Inbox = "icontact-events.sqlite",
        lists: Iterable[str | int] | None = None,
        reasons: Collection[str] = REASONS,
        first_pause: float = 30.0,
        longest_pause: float = 3600.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if unknown := sorted(set(reasons) - set(REASONS)):
            raise ConfigError(f"reasons: {unknown[0]!r} is unknown")
        self._folder, self._to, self._reasons = folder, to, reasons
        self._list_ids = None if lists is None else {list_id_of(folder, one) for one in lists}
        kept = state if isinstance(state, SuppressionState) else SuppressionState(state)
        kept.bind(f"{folder.account_id}/{folder.client_folder_id}", place_of(to))
        self.state: SuppressionState = kept
        self.inbox: Inbox = store if isinstance(store, Inbox) else Inbox(store, clock=clock)
        self._backoff = Backoff(clock, first=first_pause, longest=longest_pause)
        self._clock, self._lease = clock, _LEASE
        self._keep = {"payloads": _DAY, "identities": _DAY}

    def __repr__(self) -> str:
        return "SuppressionIntegration()"

    def close(self) -> None:
        """Close both files."""
        self.inbox.close()
        self.state.close()

    def accept(self, events: Iterable[webhooks.WebhookEvent]) -> int:
        """Keep events of iContact's web hooks: the ids of their contacts, nothing else.

        Returns:
            The number of events. When it returns, they are on the disk.
        """
        return self.inbox.add(
            ContactEvent(
                type=EventType.SUBSCRIPTION_CHANGED,
                contact={},
                contact_id=event.contact.contact_id,
            )
            for event in events
        )

    def _work_on(self, claim: InboxClaim) -> str:
        try:
            problem, note = self._carry_over(int(claim.contact))
        except IContactError as error:
            problem, note = redact(str(error)), ""
        except Exception as error:  # noqa: BLE001  (the target is the caller's)
            problem, note = type(error).__name__, ""
        done = EventOutcome(state=EventState.DONE, reason=note)
        outcomes = (
            self._again(claim, problem) if problem else {one.number: done for one in claim.pending}
        )
        self.inbox.settle(claim, outcomes, claim.memory)
        return problem

    def _carry_over(self, contact_id: int) -> tuple[str, str]:
        """Mark a contact if it is suppressed; return the failure and a note, both in words."""
        person = self._person(contact_id)
        if person is None:
            return "", "the contact may be mailed, or iContact does not know it"
        self.state.add([person], self.state.run)
        self.state.found([person.email], self._to.find([person.email]))
        for mark in self.state.planned(person.email):
            problem = carry_over(self.state, self._to, mark)
            if problem is None:
                return "another process marks the contact", ""
            if problem:
                return problem, ""
        return "", f"suppressed: {person.reason}"

    def _person(self, contact_id: int) -> SuppressedPerson | None:
        try:
            contact = self._folder.contacts.get(contact_id)
        except NotFound:
            email = self.state.known_email(contact_id)
            if email is None or "deleted" not in self._reasons:
                return None
            return SuppressedPerson(email=email, contact_id=contact_id, reason="deleted")
        left = _unsubscriptions(self._folder, contact_id, self._list_ids)
        person = _person_of(contact, left, self._reasons)
        if person is None and contact.email:
            self.state.forget(contact.email)
        return person


def _person_of(
    contact: Contact,
    unsubscribed_from: Sequence[int],
    reasons: Collection[str] = REASONS,
) -> SuppressedPerson | None:
    """Return the person that a contact is, if one of the reasons applies."""
    list_id = None
    if contact.status in reasons and contact.status in _STATUSES:
        reason = str(contact.status)
    elif unsubscribed_from and "unsubscribed" in reasons:
        reason, list_id = "unsubscribed", unsubscribed_from[0]
    else:
        return None
    return SuppressedPerson(
        email=contact.email, contact_id=contact.contact_id, reason=reason, list_id=list_id
    )


_STATUSES = (ContactStatus.DONOTCONTACT, ContactStatus.BOUNCED, ContactStatus.DELETED)


def _unsubscriptions(folder: Folder, contact_id: int, list_ids: set[int] | None) -> list[int]:
    """Return the lists that a contact unsubscribed from, as far as they count."""
    pager = folder.subscriptions.list(contact_id=contact_id)
    return [
        one.list_id
        for one in pager
        if one.contact_id == contact_id
        and one.status == SubscriptionStatus.UNSUBSCRIBED
        and (list_ids is None or one.list_id in list_ids)
    ]
