"""A test push: one contact pushed, read back, compared, and deleted again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Unpack

from icontact._wording import number_of
from icontact.client import Folder
from icontact.errors import IContactError, MappingError
from icontact.mapping import ContactMapper, Explanation, Row
from icontact.mapping.source import as_mapping
from icontact.models import Contact, ContactFields
from icontact.push.diagnosis import Diagnosis, FieldCheck, Step, compare_contact
from icontact.push.field_changes import filled_fields
from icontact.push.list_push import ListPush
from icontact.push.policy import PolicyOptions
from icontact.push.reasons import OutcomeStatus
from icontact.push.workers import deferred_interrupts

_STEPS = ("sample", "address", "test push", "read back", "subscription", "clean up")

#: How a row ends whose push made a contact, though perhaps not its subscription. The address was
#: free a moment before, so "updated" would mean a contact that another program made.
_MADE = (OutcomeStatus.CREATED, OutcomeStatus.REJECTED, OutcomeStatus.FAILED)

_CORRECT = "Correct the row of the mapping that the reason names."
_ADVICE = {
    OutcomeStatus.FAILED: "Try again; if that does not help, ask iContact's support.",
    OutcomeStatus.SKIPPED: "Check the rules in the settings, and a status that the mapping fills.",
}


def probe(
    folder: Folder,
    list: str | int,  # the keyword of ListPush
    *,
    mapper: ContactMapper,
    email: str,
    sample: Row | None = None,
    existing_ok: bool = False,
    **policy: Unpack[PolicyOptions],
) -> Diagnosis:
    """Push one contact, read it back, compare it field by field, and delete it again.

    Never changes a contact that was there before. The push is real: the list may mail its owner,
    and with ``subscription_status="pending"`` iContact mails the address a confirmation request.
    Afterwards iContact keeps the contact as deleted. A contact that an interrupted test left is
    recognised by its fields, and removed first.

    Args:
        folder: The client folder.
        list: The list's exact name, or its id.
        mapper: The mapping to be tried.
        email: An address of yours that is not in iContact.
        sample: A row to push in place of an invented one; its address is replaced.
        existing_ok: If the address is there already, say what a push would do to it, instead of
            refusing. Nothing is written then.
        **policy: As for :class:`ListPush`.

    Raises:
        ConfigError: If the list does not exist, or a setting is unusable.
        MappingError: If the mapping names a custom field that the folder does not have.
        APIError, TransportError: If iContact could not be asked about these.
        KeyboardInterrupt: On Ctrl-C, once the contact is deleted again; its text says so, or what
            may be left.
    """
    test = _TestPush(ListPush(folder, list, mapper=mapper, **policy), email, sample)
    free = test.do("sample", test.make_row) and test.do(
        "address", lambda: test.find_address(existing_ok=existing_ok)
    )
    if test.was_there:
        test.do("test push", test.plan)
    elif free:
        test.push_and_clean_up()
    failed = next((one.name for one in test.steps.values() if one.status == "failed"), None)
    why = "the contact was there before" if failed is None else f"needs: {failed}"
    skipped = {name: Step(name=name, status="skipped", detail=why) for name in _STEPS}
    return Diagnosis(steps=[*(skipped | test.steps).values()], fields=test.fields)


class _FaultError(Exception):
    """A step failed."""

    def __init__(self, detail: str, advice: str = "", error: IContactError | None = None) -> None:
        super().__init__(detail)
        self.advice, self.error = advice, error


class _TestPush:
    """The steps of a test push, and what each of them leaves for the next.

    A step returns what it found, or raises an error.
    """

    def __init__(self, push: ListPush, email: str, sample: Row | None) -> None:
        self._push, self._email, self._sample = push, email, sample
        self._folder, self._list = push.folder, push.list
        self.steps: dict[str, Step] = {}
        self.fields: Sequence[FieldCheck] = ()
        #: Whether the address is in iContact already.
        self.was_there = False
        #: The contact that the push made.
        self._contact_id = 0
        #: Whether the push has begun and not said what it made.
        self._is_under_way = False
        self._row: Mapping[Any, Any] = {}
        self._explained: Explanation
        self._wanted: ContactFields

    def do(self, name: str, step: Callable[[], str]) -> bool:
        """Do a step, and return whether it went well."""
        try:
            done = Step(name=name, status="ok", detail=step())
        except _FaultError as fault:
            done = Step(
                name=name,
                status="failed",
                detail=str(fault),
                advice=fault.advice,
                error=fault.error,
            )
        except IContactError as error:
            done = Step(
                name=name, status="failed", detail=str(error), advice="Try again.", error=error
            )
        self.steps[name] = done
        return done.status == "ok"

    def make_row(self) -> str:
        mapper = self._push.mapper
        key = mapper.explain({})["email"].sources[0]
        try:
            if self._sample is None:
                self._row = mapper.sample(self._email)
            else:
                self._row = {**as_mapping(self._sample), key: self._email}
        except MappingError as error:
            raise _FaultError(error.problem, "Give a row with names and values.") from None
        self._explained = mapper.explain(self._row)
        if not self._explained.ok:
            problems = "; ".join(self._explained.problems)
            raise _FaultError(problems, "Correct these rows of the mapping.")
        self._email = str(self._explained["email"].result)  # as the mapper cleans it
        self._wanted = mapper.map(self._row)
        kind = "an invented row" if self._sample is None else "the row that was given"
        return f"{kind} fills {self._number_of_fields()}"

    def _number_of_fields(self) -> str:
        fields = self._explained.fields
        number = sum(one.outcome in ("set", "cleared") for one in fields)
        return f"{number_of(number, 'field')} of {len(fields)}"

    def find_address(self, *, existing_ok: bool) -> str:
        try:
            found = self._folder.contacts.find(email=self._email)
        except IContactError as error:
            advice = "Try again, or with another address."
            raise _FaultError(str(error), advice, error) from None
        if found is None:
            return "is not in iContact, so no contact is at risk"
        where = f"is in iContact already (contact {found.contact_id})"
        if existing_ok:
            self.was_there = True
            return where
        if self._remove_left_over(found.contact_id):
            return f"was left by an earlier test (contact {found.contact_id}); deleted now"
        raise _FaultError(
            f"{where}, and was not changed",
            "Use an address of yours that is not there, such as you+test@your.domain; or allow an "
            "existing one, to see what a push would do.",
        )

    def _remove_left_over(self, contact_id: int) -> bool:
        """Delete the contact if it can only be what an earlier test left."""
        own = {*self._wanted, *self._wanted.get("custom_fields", {})}
        own -= {"email", "status", "custom_fields"}
        try:
            contact = self._folder.contacts.get(contact_id)
            filled = filled_fields(contact)
            there = {*filled, *filled.get("custom_fields", {})} - {"custom_fields"}
            # Two fields and more, all of them the test's, as the test fills them.
            if len(own) <= 1 or not there <= own or not self._is_sample(contact):
                return False
            lists = self._folder.subscriptions.list(contact_id=contact_id)
            if any(one.list_id != self._list.list_id for one in lists):
                return False
            self._folder.contacts.delete(contact_id)
        except IContactError:
            return False
        return True

    def _compare(self, contact: Contact) -> Sequence[FieldCheck]:
        return compare_contact(self._explained, self._wanted, contact, self._push.field_types)

    def _is_sample(self, contact: Contact) -> bool:
        return all(one.ok for one in self._compare(contact))

    def plan(self) -> str:
        """Find out what a push would do to a contact that was there before."""
        try:
            planned = self._push.plan([self._row]).rows[0]
        except IContactError as error:
            raise _FaultError(str(error), error=error) from None
        detail = f"would end as {planned.status}: {planned.reason}; nothing was written"
        if planned.status is OutcomeStatus.REJECTED:
            raise _FaultError(detail)
        return detail

    def push_and_clean_up(self) -> None:
        """Push and check the result; clean up in any case, also after Ctrl-C."""
        interrupted = False
        try:
            if self.do("test push", self._push_row):
                self.do("read back", self._read_back)
                self.do("subscription", self._check_subscription)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            # A first Ctrl-C waits until the contact is deleted.
            try:
                with deferred_interrupts():
                    self.do("clean up", self._clean_up)
            except KeyboardInterrupt:
                interrupted = True
        if interrupted:
            done = self.steps.get("clean up")
            detail = (
                "a contact with the address may be left behind" if done is None else done.detail
            )
            if done is None or done.status == "failed":
                detail += "; run the same test again: it removes what an earlier one left"
            raise KeyboardInterrupt(detail)

    def _push_row(self) -> str:
        self._is_under_way = True
        report = self._push.run([self._row])
        self._is_under_way = False
        outcome = report.outcomes[0]
        if outcome.status in _MADE:
            self._contact_id = outcome.contact_id or 0
        if outcome.status is not OutcomeStatus.CREATED:
            advice = _ADVICE.get(outcome.status, _CORRECT)
            raise _FaultError(f"{outcome.status}: {outcome.reason}", advice, report.error)
        if self._push.policy.subscription_status == "pending":
            mail = "iContact mails the address a confirmation request"
        elif self._list.email_owner_on_change is False:
            mail = "this list mails no one about it"
        else:
            mail = "this list may mail its owner about it"
        return f"{outcome.reason}; {mail}"

    def _read_back(self) -> str:
        self.fields = self._compare(self._folder.contacts.get(self._contact_id))
        if wrong := [one for one in self.fields if not one.ok]:
            raise _FaultError(
                "; ".join(f"{one.target} <- {one.source}: {one.verdict}" for one in wrong),
                " ".join(f"{one.target}: {one.detail}." for one in wrong),
            )
        return f"{self._number_of_fields()} came back as sent"

    def _check_subscription(self) -> str:
        wanted, list_id = self._push.policy.subscription_status, self._list.list_id
        found = self._folder.subscriptions.find(contact_id=self._contact_id, list_id=list_id)
        state = "not there" if found is None else str(found.status)
        where = f"{state} on {self._list.name!r} ({list_id})"
        if state != wanted:
            raise _FaultError(
                f"is {where}, and should be {wanted}",
                "Check the list in iContact, and a status that the mapping fills.",
            )
        return where

    def _clean_up(self) -> str:
        contact_id, contacts = self._contact_id, self._folder.contacts
        try:
            if contact_id:
                contacts.delete(contact_id)
            left = contacts.find(email=self._email)
            # Interrupted before the push said what it made; the address was free before it.
            if left is not None and self._is_under_way:
                left = contacts.get(left.contact_id)
                if self._is_sample(left):
                    contact_id = left.contact_id
                    contacts.delete(contact_id)
                    left = None
        except IContactError as error:
            which = f"contact {contact_id}" if contact_id else "a contact with the address"
            advice = "Look for it in iContact, and delete it there."
            raise _FaultError(f"{which} may be left behind: {error}", advice, error) from None
        if left is not None:
            raise _FaultError(
                f"contact {left.contact_id} has the address now, and it is not certain that this "
                "test made it",
                "Delete it in iContact, unless another person or program made it.",
            )
        return f"contact {contact_id} is deleted again" if contact_id else "nothing was left"
