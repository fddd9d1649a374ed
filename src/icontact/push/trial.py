"""One contact pushed to see whether all of it arrives, and removed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import attrs

from icontact.auth import Private
from icontact.client import Folder
from icontact.errors import IContactError, MappingError
from icontact.mapping import ContactMapper, Explanation, Row
from icontact.mapping.rows import as_mapping
from icontact.models import Contact, FieldType
from icontact.push.comparing import FieldCheck, compare_contact, filled_fields
from icontact.push.interrupts import deferred_interrupts
from icontact.push.outcome import OutcomeStatus, PushOutcome
from icontact.push.probed import Probe, ProbeStep
from icontact.push.run import ListPush
from icontact.push.settings import PolicyOptions

__all__ = ["probe"]

_AGAIN = "run the same test again: it removes what an earlier one left"
_MAY_BE_LEFT = "a contact with the address may be left behind"

_NAMES = ("sample", "address", "test push", "read back", "subscription", "clean up")


def probe(
    folder: Folder,
    list: str | int,  # as of ListPush
    *,
    mapper: ContactMapper,
    email: str,
    sample: Row | None = None,
    existing_ok: bool = False,
    **policy: Unpack[PolicyOptions],
) -> Probe:
    """Push one contact, read it back, compare it field by field, and delete it again.

    Never touches a contact that was there before. The push is real: the list may mail its owner,
    and with ``subscription_status="pending"`` iContact mails the address a confirmation request.
    After it iContact keeps the contact as deleted, as it does with all it deletes (API 6.6). What
    an interrupted test left behind is recognised by its fields, and removed first.

    Args:
        folder: The client folder.
        list: The list's exact name, or its id.
        mapper: The mapping that is to be tried.
        email: An address that is not in iContact, and which is yours.
        sample: A row to push in place of an invented one; its address is replaced.
        existing_ok: If the address is there already, say what a push would do to it, instead of
            refusing. Nothing is written then.
        **policy: As for :class:`ListPush`.

    Raises:
        ConfigError: If there is no such list, or a setting is unusable.
        MappingError: If the mapping names a custom field that the folder does not have.
        APIError, TransportError: If iContact could not be asked about these.
        KeyboardInterrupt: On Ctrl-C, once the contact is deleted again; its text says so, or what
            may be left.
    """
    address, row = Private(email), _Hidden(sample)
    del email, sample  # error trackers print the locals of every frame on the way
    push = ListPush(folder, list, mapper=mapper, **policy)
    fields = folder.custom_fields.list().all() if mapper.custom_fields else ()
    types = {one.private_name: one.field_type for one in fields}
    trial = _Trial(push, mapper.checked(fields), types, address)
    return trial.run(row, existing_ok=existing_ok)


@attrs.frozen
class _Hidden:
    """A row that no traceback shows."""

    row: Any = attrs.field(repr=False)


class _Trial:
    """The steps, and what each of them leaves for the next."""

    def __init__(
        self,
        push: ListPush,
        mapper: ContactMapper,
        types: Mapping[str, FieldType | str],
        address: Private,
    ) -> None:
        self._push, self._mapper, self._types, self._address = push, mapper, types, address
        self._folder, self._list = push.folder, push.list
        self._steps: dict[str, ProbeStep] = {}
        self._fields: Sequence[FieldCheck] = ()
        #: The contact that this trial made.
        self._contact_id = 0
        #: Whether it is not known what the push has made.
        self._is_under_way = False

    def run(self, given: _Hidden, *, existing_ok: bool) -> Probe:
        """Do all steps; those that cannot be done any more are skipped."""
        sample = self._sampled(given)
        if sample is not None and self._is_free(sample, existing_ok=existing_ok):
            self._try(sample)
        reason = next((one.name for one in self._steps.values() if one.status == "failed"), None)
        why = "the contact was there before" if reason is None else f"needs: {reason}"
        steps = [
            self._steps.get(name, ProbeStep(name=name, status="skipped", detail=why))
            for name in _NAMES
        ]
        return Probe(steps=steps, fields=self._fields)

    def _try(self, sample: _Hidden) -> None:
        """Push, look, and clean up, also if that is interrupted."""
        interrupted = False
        try:
            if self._pushed(sample):
                self._read_back(sample, self._contact_id)
                self._look_at_subscription(self._contact_id)
        except KeyboardInterrupt:
            interrupted = True
        finally:
            interrupted |= self._clean_up_first(sample)
        if interrupted:
            done = self._steps.get("clean up")
            left = done is None or done.status == "failed"
            what = _MAY_BE_LEFT if done is None else done.detail
            raise KeyboardInterrupt(f"{what}; {_AGAIN}" if left else what)

    def _clean_up_first(self, sample: _Hidden) -> bool:
        """Clean up, and return whether that was interrupted; only a second time ends it."""
        try:
            with deferred_interrupts():
                self._clean_up(sample)
        except KeyboardInterrupt:
            return True
        return False

    def _ok(self, name: str, detail: str) -> None:
        self._steps[name] = ProbeStep(name=name, status="ok", detail=detail)

    def _failed(
        self, name: str, detail: str, advice: str = "", error: IContactError | None = None
    ) -> None:
        self._steps[name] = ProbeStep(
            name=name, status="failed", detail=detail, advice=advice, error=error
        )

    def _sampled(self, given: _Hidden) -> _Hidden | None:
        key = self._mapper.explain({})["email"].sources[0]
        try:
            row = _Hidden(
                self._mapper.sample(self._address)
                if given.row is None
                else {**as_mapping(given.row), key: self._address}
            )
        except MappingError as problem:
            self._failed("sample", problem.problem, "Give a row with names and values.")
            return None
        explained = self._mapper.explain(row.row)
        if not explained.ok:
            self._failed("sample", "; ".join(explained.problems), "Mend these rows of the mapping.")
            return None
        # As the mapper cleans it; that it is one, is certain now.
        self._address = Private(explained["email"].result)
        kind = "an invented row" if given.row is None else "the row that was given"
        self._ok("sample", f"{kind} fills {_number_of_fields(explained)}")
        return row

    def _is_free(self, sample: _Hidden, *, existing_ok: bool) -> bool:
        try:
            found = self._folder.contacts.find(email=self._address)
        except IContactError as error:
            self._failed("address", str(error), "Try again, or with another address.", error)
            return False
        if found is None:
            self._ok("address", "is not in iContact, so that nobody's data is at stake")
            return True
        if not existing_ok and self._is_left_over(found.contact_id, sample):
            return True
        if not existing_ok:
            self._failed(
                "address",
                f"is in iContact already (contact {found.contact_id}), and was left alone",
                "Take an address of yours that is not there, such as you+test@your.domain; or "
                "allow existing ones, to be told what a push would do.",
            )
            return False
        self._ok("address", f"is in iContact already (contact {found.contact_id})")
        self._plan(sample)
        return False

    def _is_left_over(self, contact_id: int, sample: _Hidden) -> bool:
        """Remove what an earlier test left; return whether the address is free now."""
        try:
            contact = self._folder.contacts.get(contact_id)
            if not self._is_sample(contact, sample, alone=True):
                return False
            self._folder.contacts.delete(contact_id)
        except IContactError:
            return False
        self._ok("address", f"was left by an earlier test (contact {contact_id}); deleted now")
        return True

    def _is_sample(self, contact: Contact, sample: _Hidden, *, alone: bool) -> bool:
        """Tell whether a contact is just what the sample makes.

        Args:
            contact: The contact.
            sample: The row.
            alone: Whether that is all that is known of it. An address and little else prove nothing
                then.
        """
        wanted = self._mapper.map(sample.row)
        checks = compare_contact(self._mapper.explain(sample.row), wanted, contact, self._types)
        if not all(one.ok for one in checks):
            return False
        if not alone:
            return True
        sent = {*wanted, *wanted.get("custom_fields", {})} - {"email", "status", "custom_fields"}
        filled = filled_fields(contact)
        there = {*filled, *filled.get("custom_fields", {})} - {"custom_fields"}
        lists = self._folder.subscriptions.list(contact_id=contact.contact_id).all()
        elsewhere = any(one.list_id != self._list.list_id for one in lists)
        return len(sent) > 1 and there <= sent and not elsewhere

    def _plan(self, sample: _Hidden) -> None:
        """Say what a push would do to a contact that is not ours to change."""
        try:
            planned = self._push.plan([sample.row]).rows[0]
        except IContactError as error:
            self._failed("test push", str(error), error=error)
            return
        said = f"would end as {planned.status}: {planned.reason}; nothing was written"
        if planned.status is OutcomeStatus.REJECTED:
            self._failed("test push", said)
        else:
            self._ok("test push", said)

    def _pushed(self, sample: _Hidden) -> bool:
        self._is_under_way = True
        report = self._push.run([sample.row])
        self._is_under_way = False
        outcome = report.outcomes[0]
        if outcome.status in _MADE:
            self._contact_id = outcome.contact_id or 0
        if outcome.status is OutcomeStatus.CREATED:
            self._ok("test push", f"{outcome.reason}; {self._mail()}")
            return True
        self._failed(
            "test push", f"{outcome.status}: {outcome.reason}", _advice(outcome), report.error
        )
        return False

    def _mail(self) -> str:
        if self._push.policy.subscription_status == "pending":
            return "iContact mails the address a confirmation request"
        if self._list.email_owner_on_change is False:
            return "this list mails nobody about it"
        return "this list may mail its owner about it"

    def _read_back(self, sample: _Hidden, contact_id: int) -> None:
        try:
            contact = self._folder.contacts.get(contact_id)
        except IContactError as error:
            self._failed("read back", str(error), "Try again.", error)
            return
        explained = self._mapper.explain(sample.row)
        self._fields = compare_contact(
            explained, self._mapper.map(sample.row), contact, self._types
        )
        wrong = [one for one in self._fields if not one.ok]
        if wrong:
            said = "; ".join(f"{one.target} <- {one.source}: {one.verdict}" for one in wrong)
            self._failed(
                "read back", said, " ".join(f"{one.target}: {one.detail}." for one in wrong)
            )
        else:
            self._ok("read back", f"{_number_of_fields(explained)} came back as sent")

    def _look_at_subscription(self, contact_id: int) -> None:
        wanted = self._push.policy.subscription_status
        try:
            found = self._folder.subscriptions.find(
                contact_id=contact_id, list_id=self._list.list_id
            )
        except IContactError as error:
            self._failed("subscription", str(error), "Try again.", error)
            return
        state = "not there" if found is None else str(found.status)
        if state == wanted:
            self._ok("subscription", f"{state} on {self._list.name!r} ({self._list.list_id})")
        else:
            self._failed(
                "subscription",
                f"is {state} on {self._list.name!r} ({self._list.list_id}), and should be {wanted}",
                "Look at the list in iContact, and at a status that the mapping may fill.",
            )

    def _clean_up(self, sample: _Hidden) -> None:
        contact_id = self._contact_id
        try:
            if contact_id:
                self._folder.contacts.delete(contact_id)
            left = self._folder.contacts.find(email=self._address)
            if left is not None and self._is_under_way:
                # Interrupted before the push said what it made; the address was free a moment ago.
                left = self._folder.contacts.get(left.contact_id)
                if self._is_sample(left, sample, alone=False):
                    contact_id = left.contact_id
                    self._folder.contacts.delete(contact_id)
                    left = None
        except IContactError as error:
            which = f"contact {contact_id}" if contact_id else "a contact with the address"
            self._failed(
                "clean up",
                f"{which} may be left behind: {error}",
                "Look for it in iContact, and delete it there.",
                error,
            )
            return
        if left is not None:
            self._failed(
                "clean up",
                f"contact {left.contact_id} has the address now, and it is not certain that this "
                "test made it",
                "Delete it in iContact, unless somebody else made it.",
            )
        else:
            done = f"contact {contact_id} is deleted again" if contact_id else "nothing was left"
            self._ok("clean up", done)


#: What a row ends as that made a contact, though perhaps not its subscription. Its address was free
#: a moment before, so that "updated" would mean somebody else's.
_MADE = (OutcomeStatus.CREATED, OutcomeStatus.REJECTED, OutcomeStatus.FAILED)


def _advice(outcome: PushOutcome) -> str:
    if outcome.status is OutcomeStatus.FAILED:
        return "Try again; if it stays, ask iContact's support."
    if outcome.status is OutcomeStatus.SKIPPED:
        return "Look at the settings' rules, and at a status that the mapping may fill."
    return "Mend the row of the mapping that the reason names."


def _number_of_fields(explained: Explanation) -> str:
    number = sum(one.outcome in ("set", "cleared") for one in explained.fields)
    return f"{number} field{'' if number == 1 else 's'} of {len(explained.fields)}"
