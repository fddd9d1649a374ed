"""Subscribes the contacts of a batch, and returns for each row its state on the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from icontact.models import Contact, Subscription, SubscriptionFields, SubscriptionStatus
from icontact.push.batch_sender import MISSING, ItemFailed, ItemRejected, in_doubt
from icontact.push.decisions import suppression_reason
from icontact.push.journal import RowToWrite
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.results import ItemProblem, ItemSuppressed, id_of, was_created_before
from icontact.push.state_reader import or_failed
from icontact.push.write_context import WriteContext


class Subscriber:
    """Puts contacts on a list."""

    def __init__(self, context: WriteContext) -> None:
        self._context = context
        self._folder, self._policy, self._sender = context.folder, context.policy, context.sender

    def subscribe(
        self,
        batch: Sequence[RowToWrite],
        contacts: Sequence[Contact | int | ItemProblem],
        recently: datetime,
    ) -> Sequence[str | ItemProblem | None]:
        """Subscribe contacts; return for each row its state on the list, if it is to be there.

        A new contact that is older than ``recently`` was there before the push.
        """
        ids = [
            id_of(contact) if row.subscribe else None
            for row, contact in zip(batch, contacts, strict=True)
        ]
        states = self._states(self._doubtful(batch, contacts, ids, recently))
        # One that left the list is only asked for if the settings allow it.
        to_post = (None, SubscriptionStatus.UNSUBSCRIBED)
        wanted = [one for one in ids if one is not None and states.get(one) in to_post]
        posted = self._post(wanted)
        states |= posted
        refused = {one: a for one, a in posted.items() if isinstance(a, ItemRejected)}
        if refused:
            if len(refused) == len(posted):
                self._require_list_and_message()
            explained = self._explain(refused)
            states |= explained
            size = self._sender.size
            on_list = sum(isinstance(state, str) for state in explained.values())
            if on_list > len(wanted) // 10 and size.may_be_why("subscriptions", len(wanted)):
                # Contacts are on the list that the answer left out: it was cut short.
                size.failed("subscriptions", len(wanted))
        return [None if one is None else states[one] for one in ids]

    def _doubtful(
        self,
        batch: Sequence[RowToWrite],
        contacts: Sequence[Contact | int | ItemProblem],
        ids: Sequence[int | None],
        recently: datetime,
    ) -> Sequence[int]:
        """Return the contacts whose state on the list may differ from the plan.

        These are the contacts of an old plan, and contacts that the plan took for new ones and
        that turn out to be older.
        """
        stale = self._context.stale()

        def is_doubtful(row: RowToWrite, contact: Contact | int | ItemProblem) -> bool:
            if row.contact_id is not None or not isinstance(contact, Contact):
                return stale
            return contact.create_date is None or was_created_before(contact, recently)

        return [
            one
            for row, contact, one in zip(batch, contacts, ids, strict=True)
            if one is not None and is_doubtful(row, contact)
        ]

    def _post(self, contact_ids: Sequence[int]) -> dict[int, str | ItemRejected | ItemFailed]:
        fields: SubscriptionFields = {
            "list_id": self._context.list_id,
            "status": self._policy.subscription_status,
        }
        if self._policy.confirmation_message_id is not None:
            fields["confirmation_message_id"] = self._policy.confirmation_message_id
        rows: list[SubscriptionFields] = [{"contact_id": one, **fields} for one in contact_ids]
        post = partial(self._folder.subscriptions.create_many, explain=False)
        answers = self._sender.send_many("subscriptions", rows, post)
        return {
            one: str(answer.status) if isinstance(answer, Subscription) else answer
            for one, answer in zip(contact_ids, answers, strict=True)
        }

    def _require_list_and_message(self) -> None:
        """End the push if the list or the confirmation message is gone."""
        self._sender.require("the list", lambda: self._folder.lists.get(self._context.list_id))
        message_id = self._policy.confirmation_message_id
        if message_id is not None:
            self._sender.require(
                "the confirmation message", lambda: self._folder.messages.get(message_id)
            )

    def _explain(self, refused: Mapping[int, ItemRejected]) -> dict[int, str | ItemProblem | None]:
        """Find out why iContact did not subscribe contacts.

        A contact that is left out may be on the list already, or may have unsubscribed earlier
        (API 8.2).
        """
        states = self._states(list(refused))
        unknown = [one for one in refused if states[one] is None]
        answers: dict[int, str | ItemProblem | None] = {one: refused[one] for one in unknown}
        silent = [one for one in unknown if refused[one] == MISSING]
        answers |= self._post(silent)
        return {
            one: self._why_refused(one, answer)
            if isinstance(answer, ItemRejected)
            else in_doubt(answer)
            for one, answer in (states | answers).items()
        }

    def _states(self, contact_ids: Sequence[int]) -> dict[int, str | ItemProblem | None]:
        """Return the states of contacts on the list, or what went wrong; ``None`` if not on it."""
        if not contact_ids:
            return {}
        found = self._sender.try_read(lambda: self._context.reader.states(contact_ids))
        if isinstance(found, ItemFailed):
            return dict.fromkeys(contact_ids, found)
        unsubscribed = SubscriptionStatus.UNSUBSCRIBED
        states: dict[int, str | ItemProblem | None] = {}
        for one in contact_ids:
            states[one] = or_failed("subscription", found.get(one))
            if states[one] == unsubscribed and unsubscribed not in self._policy.allow_statuses:
                states[one] = ItemSuppressed(
                    Reason.of(ReasonCode.UNSUBSCRIBED), one, unsubscribed.value
                )
        return states

    def _why_refused(self, contact_id: int, answer: ItemRejected) -> ItemProblem:
        """Return whether the contact may not be mailed any more, else iContact's answer."""
        contact = self._sender.try_read(lambda: self._folder.contacts.get(contact_id))
        if isinstance(contact, ItemFailed):
            return in_doubt(contact)
        reason = suppression_reason(contact, None, self._policy)
        return ItemSuppressed(reason, contact_id) if reason else answer
