"""A person who said no, in iContact, in a file or in the CRM, is not on the list at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from icontact import ContactMapper
from icontact.addresses import canonical_address
from icontact.integrations import sync, triggers
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from tests.unit.support import Clock, patient_client

NAMES = ("ada", "bo", "cy")
PEOPLE = st.sampled_from(NAMES)
#: Ways to write an address of one person.
SPELLINGS = st.sampled_from(["{}@example.com", "{}@EXAMPLE.com", " {}@example.com "])
#: How one request goes wrong; the last ones may have been applied.
FAULTS = st.sampled_from(["busy", "lost before", "lost after", "garbled"])


class Crm:
    """A CRM with all the people, and the marks that were set in it."""

    def __init__(self) -> None:
        self.marks: list[str] = []

    def find(self, emails: Sequence[str]) -> Iterable[sync.TargetContact]:
        wanted = {canonical_address(email) for email in emails}
        for name in NAMES:
            if f"{name}@example.com" in wanted:
                yield sync.TargetContact(
                    contact_id=name, email=f"{name}@example.com", do_not_contact=name in self.marks
                )

    def mark(self, contact: sync.TargetContact, *, reason: str, comment: str) -> None:
        self.marks.append(str(contact.contact_id))


class Refusals(RuleBasedStateMachine):
    """Pushes, events and syncs in any order, with faults, and people who say no in between."""

    @initialize()
    def begin(self) -> None:
        self.folder_of_files = tempfile.TemporaryDirectory()
        self.files = Path(self.folder_of_files.name)
        self.sandbox = Sandbox()
        self.sandbox.__enter__()
        self.client = patient_client(self.sandbox, Clock())
        folder = self.client.folder()
        self.folder = folder
        mapper = ContactMapper({"email": "email"}, do_not_contact=["no"])
        self.push = ListPush(folder, "Newsletter", mapper=mapper, opt_out="unsubscribe")
        self.events = triggers.PushIntegration(
            self.push,
            [triggers.ContactTrigger("saved")],
            store=str(self.files / "events.sqlite"),
            follow_unsubscribes=True,
        )
        self.crm = Crm()
        self.runs = 0
        #: People who said no where every later step has to know it.
        self.said_no: set[str] = set()

    def contact_of(self, name: str) -> dict[str, Any] | None:
        for row in self.sandbox.state.contacts():
            if canonical_address(row["email"]) == f"{name}@example.com":
                return row
        return None

    @rule(fault=FAULTS)
    def break_the_next_request(self, fault: str) -> None:
        faults = self.sandbox.faults
        match fault:
            case "busy":
                faults.next(status=503)
            case "lost before":
                faults.drop_before()
            case "lost after":
                faults.drop_after()
            case _:
                faults.garble()

    @rule(
        rows=st.lists(st.tuples(PEOPLE, SPELLINGS, st.sampled_from(["", "yes"])), max_size=4),
        journal=st.booleans(),
    )
    def push_a_file(self, rows: list[tuple[str, str, str]], journal: bool) -> None:
        self.runs += 1
        known = {name for name in NAMES if self.contact_of(name) is not None}
        report = self.push.run(
            [{"email": spelling.format(name), "no": no} for name, spelling, no in rows],
            journal=self.files / f"{self.runs}.sqlite" if journal else None,
        )
        assert sum(report.counts.values()) == len(rows)
        if report.counts["failed"] == 0 and report.error is None:
            self.said_no |= {name for name, _, no in rows if no and name in known}

    @rule(name=PEOPLE, no=st.booleans())
    def let_the_crm_report_a_person(self, name: str, no: bool) -> None:
        row: dict[str, Any] = {"email": f"{name}@example.com"}
        if no:
            row["doNotContact"] = [{"channel": "email", "reason": 1}]
        self.events.handle(
            triggers.ContactEvent(type="saved", contact_id=NAMES.index(name) + 1, contact=row)
        )

    @rule(name=PEOPLE)
    def unsubscribe_in_icontact(self, name: str) -> None:
        if (row := self.contact_of(name)) is not None:
            self.sandbox.faults.clear()
            for one in self.folder.subscriptions.list(contact_id=int(row["contactId"])):
                self.folder.subscriptions.unsubscribe(
                    contact_id=int(row["contactId"]), list_id=one.list_id
                )
                self.said_no.add(name)

    @rule(name=PEOPLE)
    def forbid_contact_in_icontact(self, name: str) -> None:
        if (row := self.contact_of(name)) is not None:
            self.sandbox.faults.clear()
            self.folder.contacts.update(int(row["contactId"]), status="donotcontact")
            self.said_no.add(name)

    @rule()
    def carry_over_to_the_crm(self) -> None:
        self.sandbox.faults.clear()
        plan = sync.suppressed(self.folder, to=self.crm, state=self.files / "suppressed.sqlite")
        plan.apply()
        plan.close()
        assert len(self.crm.marks) == len(set(self.crm.marks))
        assert {
            name
            for name in self.said_no
            if (row := self.contact_of(name)) and row["status"] == "donotcontact"
        } <= set(self.crm.marks)

    @invariant()
    def no_one_who_said_no_is_mailed(self) -> None:
        mailable = {
            str(row["contactId"])
            for row in self.sandbox.state.contacts()
            if row["status"] == "normal"
        }
        mailed = {
            str(row["contactId"])
            for row in self.sandbox.state.subscriptions()
            if row["status"] == "normal"
        } & mailable
        for name in self.said_no:
            row = self.contact_of(name)
            assert row is None or str(row["contactId"]) not in mailed, name

    def teardown(self) -> None:
        if hasattr(self, "crm"):
            self.events.close()
            self.client.close()
            self.sandbox.__exit__(None, None, None)
            self.sandbox.close()
            self.folder_of_files.cleanup()


TestRefusals = Refusals.TestCase
TestRefusals.settings = settings(max_examples=25, stateful_step_count=14, deadline=None)
