"""iContact's own web hooks, carried over to another system at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable

from icontact import webhooks
from icontact.auth import redact
from icontact.client import Folder
from icontact.errors import IContactError, NotFound
from icontact.integrations.events import ContactEvent, EventType
from icontact.integrations.inbox import EventOutcome, EventState, Inbox, InboxClaim
from icontact.integrations.suppression_state import SuppressionState
from icontact.integrations.suppression_target import SuppressedPerson, SuppressionTarget
from icontact.integrations.sync import REASONS, carry_over, opened_state
from icontact.integrations.worker import InboxService
from icontact.models import ContactStatus, SubscriptionStatus
from icontact.models.filters import one_of

__all__ = ["SuppressionIntegration"]

_LEASE = 600.0
_DAY = 86400.0

#: The statuses that suppress a contact.
_STATUSES = (ContactStatus.DONOTCONTACT, ContactStatus.BOUNCED, ContactStatus.DELETED)


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
        self._folder, self._to, self._reasons = folder, to, reasons
        kept, self._list_ids = opened_state(folder, to, state, lists, reasons)
        self.state: SuppressionState = kept
        super().__init__(
            store,
            first_pause=first_pause,
            longest_pause=longest_pause,
            lease=_LEASE,
            keep_payloads=_DAY,
            keep_identities=_DAY,
            clock=clock,
        )

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
        note = "the contact may be mailed, or iContact does not know it"
        try:
            person = self._person(int(claim.contact))
            problem = "" if person is None else self._carry_over(person)
            if person is not None:
                note = f"suppressed: {person.reason}"
        except IContactError as error:
            problem = redact(str(error))
        except Exception as error:  # noqa: BLE001  (the target is the caller's)
            problem = type(error).__name__
        done = EventOutcome(state=EventState.DONE, reason=note)
        outcomes = (
            self._again(claim, problem) if problem else {one.number: done for one in claim.pending}
        )
        self.inbox.settle(claim, outcomes, claim.memory)
        return problem

    def _carry_over(self, person: SuppressedPerson) -> str:
        """Mark a person in the other system; return the failure in words, or nothing."""
        self.state.add([person], self.state.run)
        self.state.found([person.email], self._to.find([person.email]))
        for mark in self.state.planned(person.email):
            problem = carry_over(self.state, self._to, mark)
            if problem is None:
                return "another process marks the contact"
            if problem:
                return problem
        return ""

    def _person(self, contact_id: int) -> SuppressedPerson | None:
        """Return the person that a contact is, if one of the reasons applies."""
        try:
            contact = self._folder.contacts.get(contact_id)
        except NotFound:
            found, reason = "", "deleted"
        else:
            found, reason = contact.email, str(contact.status)
        # iContact may not know the contact or the address any more; an earlier run did.
        email = found or self.state.known_email(contact_id)
        if email is None:
            return None
        if reason in _STATUSES and reason in self._reasons:
            return SuppressedPerson(email=email, contact_id=contact_id, reason=reason)
        for one in self._folder.subscriptions.list(contact_id=one_of(contact_id)):
            if (
                "unsubscribed" in self._reasons
                and one.contact_id == contact_id
                and one.status == SubscriptionStatus.UNSUBSCRIBED
                and (self._list_ids is None or one.list_id in self._list_ids)
            ):
                return SuppressedPerson(
                    email=email, contact_id=contact_id, reason="unsubscribed", list_id=one.list_id
                )
        if found:
            # Only a contact that iContact shows with its address may be mailed for certain.
            self.state.forget(found)
        return None
