"""A test push: one contact pushed, read back, compared, and deleted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from icontact._wording import number_of
from icontact.client import Folder
from icontact.errors import IContactError, MappingError
from icontact.mapping import ContactMapper, Explanation, Row
from icontact.mapping.source import as_mapping
from icontact.models import Contact, ContactFields, FieldType
from icontact.push.diagnosis import Diagnosis, FieldCheck, Step, compare_contact
from icontact.push.field_changes import filled_fields
from icontact.push.list_push import ListPush
from icontact.push.policy import PolicyOptions
from icontact.push.reasons import OutcomeStatus, PushOutcome
from icontact.push.workers import deferred_interrupts

__all__ = ["probe"]

_STEPS = ("sample", "address", "test push", "read back", "subscription", "clean up")

_AGAIN = "run the same test again: it removes what an earlier one left"
_MAY_BE_LEFT = "a contact with the address may be left behind"

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
    push = ListPush(folder, list, mapper=mapper, **policy)
    fields = folder.custom_fields.list().all() if mapper.custom_fields else ()
    types = {one.private_name: one.field_type for one in fields}
    return _Probe(push, types, email, existing_ok=existing_ok).run(sample)


class _Probe:
    """The steps of a test push, and what each of them leaves for the next."""

    def __init__(
        self, push: ListPush, types: Mapping[str, FieldType | str], email: str, *, existing_ok: bool
    ) -> None:
        self._push, self._types, self._email = push, types, email
        self._folder, self._list, self._mapper = push.folder, push.list, push.mapper
        self._existing_ok = existing_ok
        self._steps: dict[str, Step] = {}
        self._fields: Sequence[FieldCheck] = ()
        #: The contact that the push made.
        self._contact_id = 0
        #: Whether the push has begun and not said what it made.
        self._is_under_way = False
        self._row: Mapping[Any, Any] = {}
        self._explained: Explanation
        self._wanted: ContactFields

    def run(self, sample: Row | None) -> Diagnosis:
        """Do all steps; steps that a failed one makes impossible are skipped."""
        if self._prepare(sample) and self._is_address_free():
            self._push_and_clean_up()
        failed = next((one.name for one in self._steps.values() if one.status == "failed"), None)
        why = "the contact was there before" if failed is None else f"needs: {failed}"
        skipped = {name: Step(name=name, status="skipped", detail=why) for name in _STEPS}
        return Diagnosis(steps=[*(skipped | self._steps).values()], fields=self._fields)

    def _ok(self, name: str, detail: str) -> bool:
        self._steps[name] = Step(name=name, status="ok", detail=detail)
        return True

    def _fail(
        self, name: str, detail: str, advice: str = "", error: IContactError | None = None
    ) -> bool:
        self._steps[name] = Step(
            name=name, status="failed", detail=detail, advice=advice, error=error
        )
        return False

    def _prepare(self, sample: Row | None) -> bool:
        """Make the row."""
        key = self._mapper.explain({})["email"].sources[0]
        try:
            if sample is None:
                self._row = self._mapper.sample(self._email)
            else:
                self._row = {**as_mapping(sample), key: self._email}
        except MappingError as error:
            return self._fail("sample", error.problem, "Give a row with names and values.")
        self._explained = self._mapper.explain(self._row)
        if not self._explained.ok:
            problems = "; ".join(self._explained.problems)
            return self._fail("sample", problems, "Correct these rows of the mapping.")
        self._email = str(self._explained["email"].result)  # as the mapper cleans it
        self._wanted = self._mapper.map(self._row)
        kind = "an invented row" if sample is None else "the row that was given"
        return self._ok("sample", f"{kind} fills {self._number_of_fields()}")

    def _number_of_fields(self) -> str:
        fields = self._explained.fields
        number = sum(one.outcome in ("set", "cleared") for one in fields)
        return f"{number_of(number, 'field')} of {len(fields)}"

    def _is_address_free(self) -> bool:
        try:
            found = self._folder.contacts.find(email=self._email)
        except IContactError as error:
            return self._fail("address", str(error), "Try again, or with another address.", error)
        if found is None:
            return self._ok("address", "is not in iContact, so no contact is at risk")
        where = f"is in iContact already (contact {found.contact_id})"
        if self._existing_ok:
            self._ok("address", where)
            self._plan()
            return False
        if self._remove_left_over(found.contact_id):
            return True
        return self._fail(
            "address",
            f"{where}, and was not changed",
            "Use an address of yours that is not there, such as you+test@your.domain; or allow an "
            "existing one, to see what a push would do.",
        )

    def _remove_left_over(self, contact_id: int) -> bool:
        """Delete the contact if an earlier test left it; return whether the address is free now."""
        try:
            contact = self._folder.contacts.get(contact_id)
            if not self._is_sample(contact) or not self._holds_nothing_else(contact):
                return False
            self._folder.contacts.delete(contact_id)
        except IContactError:
            return False
        return self._ok(
            "address", f"was left by an earlier test (contact {contact_id}); deleted now"
        )

    def _is_sample(self, contact: Contact) -> bool:
        """Check that a contact holds what the sample makes."""
        checks = compare_contact(self._explained, self._wanted, contact, self._types)
        return all(one.ok for one in checks)

    def _holds_nothing_else(self, contact: Contact) -> bool:
        """Check that a contact can only be a test's: two fields and more, all of them its own."""
        own = {*self._wanted, *self._wanted.get("custom_fields", {})}
        own -= {"email", "status", "custom_fields"}
        filled = filled_fields(contact)
        there = {*filled, *filled.get("custom_fields", {})} - {"custom_fields"}
        lists = self._folder.subscriptions.list(contact_id=contact.contact_id).all()
        elsewhere = any(one.list_id != self._list.list_id for one in lists)
        return len(own) > 1 and there <= own and not elsewhere

    def _plan(self) -> None:
        """Report what a push would do to a contact that was there before."""
        try:
            planned = self._push.plan([self._row]).rows[0]
        except IContactError as error:
            self._fail("test push", str(error), error=error)
            return
        detail = f"would end as {planned.status}: {planned.reason}; nothing was written"
        add = self._fail if planned.status is OutcomeStatus.REJECTED else self._ok
        add("test push", detail)

    def _push_and_clean_up(self) -> None:
        """Push and check the result; clean up in any case, also after Ctrl-C."""
        interrupted = False
        try:
            if self._do_push():
                self._read_back()
                self._check_subscription()
        except KeyboardInterrupt:
            interrupted = True
        finally:
            # A first Ctrl-C waits until the contact is deleted.
            try:
                with deferred_interrupts():
                    self._clean_up()
            except KeyboardInterrupt:
                interrupted = True
        if interrupted:
            done = self._steps.get("clean up")
            left = done is None or done.status == "failed"
            detail = _MAY_BE_LEFT if done is None else done.detail
            raise KeyboardInterrupt(f"{detail}; {_AGAIN}" if left else detail)

    def _do_push(self) -> bool:
        self._is_under_way = True
        report = self._push.run([self._row])
        self._is_under_way = False
        outcome: PushOutcome = report.outcomes[0]
        if outcome.status in _MADE:
            self._contact_id = outcome.contact_id or 0
        if outcome.status is OutcomeStatus.CREATED:
            return self._ok("test push", f"{outcome.reason}; {self._mail_sent()}")
        advice = _ADVICE.get(outcome.status, _CORRECT)
        return self._fail("test push", f"{outcome.status}: {outcome.reason}", advice, report.error)

    def _mail_sent(self) -> str:
        if self._push.policy.subscription_status == "pending":
            return "iContact mails the address a confirmation request"
        if self._list.email_owner_on_change is False:
            return "this list mails no one about it"
        return "this list may mail its owner about it"

    def _read_back(self) -> None:
        try:
            contact = self._folder.contacts.get(self._contact_id)
        except IContactError as error:
            self._fail("read back", str(error), "Try again.", error)
            return
        self._fields = compare_contact(self._explained, self._wanted, contact, self._types)
        wrong = [one for one in self._fields if not one.ok]
        if not wrong:
            self._ok("read back", f"{self._number_of_fields()} came back as sent")
            return
        self._fail(
            "read back",
            "; ".join(f"{one.target} <- {one.source}: {one.verdict}" for one in wrong),
            " ".join(f"{one.target}: {one.detail}." for one in wrong),
        )

    def _check_subscription(self) -> None:
        wanted = self._push.policy.subscription_status
        try:
            found = self._folder.subscriptions.find(
                contact_id=self._contact_id, list_id=self._list.list_id
            )
        except IContactError as error:
            self._fail("subscription", str(error), "Try again.", error)
            return
        state = "not there" if found is None else str(found.status)
        where = f"{state} on {self._list.name!r} ({self._list.list_id})"
        if state == wanted:
            self._ok("subscription", where)
            return
        self._fail(
            "subscription",
            f"is {where}, and should be {wanted}",
            "Check the list in iContact, and a status that the mapping fills.",
        )

    def _clean_up(self) -> None:
        contact_id = self._contact_id
        try:
            if contact_id:
                self._folder.contacts.delete(contact_id)
            left = self._folder.contacts.find(email=self._email)
            if left is not None and self._is_under_way:
                # Interrupted before the push said what it made; the address was free before it.
                left = self._folder.contacts.get(left.contact_id)
                if self._is_sample(left):
                    contact_id = left.contact_id
                    self._folder.contacts.delete(contact_id)
                    left = None
        except IContactError as error:
            which = f"contact {contact_id}" if contact_id else "a contact with the address"
            detail = f"{which} may be left behind: {error}"
            self._fail("clean up", detail, "Look for it in iContact, and delete it there.", error)
            return
        if left is None:
            done = f"contact {contact_id} is deleted again" if contact_id else "nothing was left"
            self._ok("clean up", done)
            return
        self._fail(
            "clean up",
            f"contact {left.contact_id} has the address now, and it is not certain that this test "
            "made it",
            "Delete it in iContact, unless another person or program made it.",
        )
