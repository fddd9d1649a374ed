"""Suppressions of iContact that are carried over to another system."""

from __future__ import annotations

import csv
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
import responses

from icontact import Folder
from icontact.errors import ConfigError, IContactError
from icontact.integrations import sync
from icontact.integrations.errors import MauticError
from icontact.integrations.sync import SuppressionCsv, TargetContact
from icontact.sandbox import Sandbox
from icontact.suppression import Suppressed, SuppressionReason
from tests.integrations.fake_mautic import FakeMautic


class Crm:
    """A CRM in memory: addresses, and how each was marked."""

    def __init__(self, *emails: str) -> None:
        self.emails = list(emails)
        self.marks: list[tuple[str, str, str]] = []
        self.problem: BaseException | None = None

    def find(self, emails: Sequence[str]) -> Iterable[TargetContact]:
        wanted = {email.lower() for email in emails}
        marked = {email for email, _, _ in self.marks}
        return [
            TargetContact(contact_id=at, email=email, do_not_contact=email in marked)
            for at, email in enumerate(self.emails)
            if email.lower() in wanted
        ]

    def mark(self, contact: TargetContact, *, reason: str, comment: str) -> None:
        if self.problem is not None:
            raise self.problem
        self.marks.append((self.emails[int(contact.contact_id)], reason, comment))


PEOPLE = ("fine", "left", "never", "lost", "maybe", "other")


@pytest.fixture
def lists(sandbox: Sandbox) -> tuple[int, int]:
    other, second = sandbox.seed(lists=[{"name": "Other"}, {"name": "Second"}]).list_ids
    statuses = {"never": "donotcontact", "lost": "bounced", "maybe": "pending"}
    sandbox.seed(
        contacts=[
            {"email": f"{name}@example.com", "status": statuses.get(name, "normal")}
            for name in PEOPLE
        ],
        subscriptions=[
            {"email": "fine@example.com", "listId": other},
            {"email": "left@example.com", "listId": other, "status": "unsubscribed"},
            {"email": "other@example.com", "listId": second, "status": "unsubscribed"},
        ],
    )
    return other, second


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "suppressed.sqlite"


@pytest.fixture
def crm(lists: tuple[int, int]) -> Crm:
    return Crm(*(f"{name}@example.com" for name in PEOPLE))


def plan_of(folder: Folder, crm: Any, state: Path, **options: Any) -> sync.SuppressionPlan:
    return sync.suppressed(folder, to=crm, state=state, **options)


def marked(crm: Crm) -> list[tuple[str, str]]:
    return sorted((email.partition("@")[0], reason) for email, reason, _ in crm.marks)


EVERYONE = [
    ("left", "unsubscribed"),
    ("lost", "bounced"),
    ("never", "manual"),
    ("other", "unsubscribed"),
]


def test_a_plan_says_who_would_be_marked_and_why_and_marks_no_one(
    folder: Folder, crm: Crm, state: Path, lists: tuple[int, int]
) -> None:
    plan = plan_of(folder, crm, state)
    assert {(one.email, one.reason, one.list_id) for one in plan} == {
        ("left@example.com", "unsubscribed", lists[0]),
        ("lost@example.com", "bounced", None),
        ("never@example.com", "donotcontact", None),
        ("other@example.com", "unsubscribed", lists[1]),
    }
    assert plan.counts == {"planned": 4, "done": 0, "unknown": 0}
    assert crm.marks == []
    assert "@" not in repr(list(plan)) + repr(plan)


def test_each_person_is_marked_once_whatever_the_number_of_runs(
    folder: Folder, crm: Crm, state: Path, lists: tuple[int, int]
) -> None:
    steps: list[int] = []
    report = plan_of(folder, crm, state).apply(progress=steps.append)
    assert str(report) == "4 marked, 0 failed, 0 left"
    assert steps == [1, 2, 3, 4]
    assert marked(crm) == EVERYONE
    assert plan_of(folder, crm, state).apply().marked == 0
    assert marked(crm) == EVERYONE
    comments = {email: comment for email, _, comment in crm.marks}
    assert comments["left@example.com"] == f"iContact: unsubscribed from list {lists[0]}"


def test_only_the_named_lists_count(
    folder: Folder, crm: Crm, state: Path, lists: tuple[int, int]
) -> None:
    for named in ("Other", lists[0]):
        plan = plan_of(folder, crm, state, lists=[named], reasons=["unsubscribed"])
        assert [one.email for one in plan] == ["left@example.com"]
    with pytest.raises(ConfigError, match="there is no list 'Nowhere'"):
        plan_of(folder, crm, state, lists=["Nowhere"])


def test_only_the_chosen_reasons_count(folder: Folder, crm: Crm, state: Path) -> None:
    plan_of(folder, crm, state, reasons=["bounced"]).apply()
    assert marked(crm) == [("lost", "bounced")]
    with pytest.raises(ConfigError, match="'angry' is unknown"):
        plan_of(folder, crm, state, reasons=["angry"])


@pytest.mark.parametrize("given", [{"lists": "Newsletter"}, {"lists": 7}, {"reasons": "bounced"}])
def test_one_list_or_reason_in_place_of_several_is_refused(
    folder: Folder, crm: Crm, state: Path, given: dict[str, Any]
) -> None:
    (option, one), *_ = given.items()
    with pytest.raises(ConfigError, match=rf"{option}: write \[{one!r}\]"):
        plan_of(folder, crm, state, **given)


def test_only_what_happened_since_a_date_counts(folder: Folder, crm: Crm, state: Path) -> None:
    assert list(plan_of(folder, crm, state, since="2199-01-01")) == []
    assert plan_of(folder, crm, state, since="2001-01-01").counts["planned"] == 4


def test_a_person_missing_in_the_crm_is_marked_once_it_has_them(
    folder: Folder, crm: Crm, state: Path
) -> None:
    crm.emails.remove("lost@example.com")
    plan = plan_of(folder, crm, state)
    plan.apply()
    assert plan.counts == {"planned": 0, "done": 3, "unknown": 1}
    crm.emails.append("lost@example.com")
    plan_of(folder, crm, state).apply()
    assert marked(crm) == EVERYONE


def test_two_contacts_of_one_address_are_both_marked(folder: Folder, crm: Crm, state: Path) -> None:
    crm.emails.append("LEFT@example.com")
    plan_of(folder, crm, state).apply()
    assert marked(crm) == [("LEFT", "unsubscribed"), *EVERYONE]


def test_a_person_who_is_do_not_contact_there_is_not_marked_again(
    folder: Folder, crm: Crm, state: Path
) -> None:
    crm.marks.append(("left@example.com", "manual", "by hand"))
    plan_of(folder, crm, state).apply()
    assert ("left", "manual") in marked(crm)
    assert ("left", "unsubscribed") not in marked(crm)


def test_a_person_who_is_not_suppressed_any_more_is_forgotten(
    folder: Folder, crm: Crm, state: Path
) -> None:
    plan_of(folder, crm, state).apply()
    fine = folder.contacts.find(email="fine@example.com")
    assert fine
    folder.contacts.update(fine.contact_id, status="donotcontact")
    plan_of(folder, crm, state).apply()
    assert len(crm.marks) == 5
    assert plan_of(folder, crm, state, reasons=["unsubscribed"]).counts["done"] == 2


def test_a_deleted_contact_is_marked_from_the_second_run_on(
    folder: Folder, crm: Crm, state: Path
) -> None:
    plan_of(folder, crm, state).apply()
    fine = folder.contacts.find(email="fine@example.com")
    assert fine
    folder.contacts.delete(fine.contact_id)
    assert plan_of(folder, crm, state, reasons=["bounced"]).counts["planned"] == 0
    (mark,) = plan_of(folder, crm, state)
    assert (mark.email, mark.reason) == ("fine@example.com", "deleted")
    plan_of(folder, crm, state).apply()
    assert ("fine", "manual") in marked(crm)
    assert plan_of(folder, crm, state).apply().marked == 0


def test_a_contact_that_was_deleted_and_created_anew_is_not_marked(
    folder: Folder, crm: Crm, state: Path
) -> None:
    plan_of(folder, crm, state).apply()
    fine = folder.contacts.find(email="fine@example.com")
    assert fine
    folder.contacts.delete(fine.contact_id)
    folder.contacts.create(email="fine@example.com")
    assert list(plan_of(folder, crm, state)) == []


def test_a_person_who_was_deleted_and_comes_back_is_marked_for_a_later_unsubscribe(
    folder: Folder, crm: Crm, state: Path
) -> None:
    plan_of(folder, crm, state).apply()
    fine = folder.contacts.find(email="fine@example.com")
    assert fine
    folder.contacts.delete(fine.contact_id)
    plan_of(folder, crm, state).apply()
    assert ("fine", "manual") in marked(crm)
    again = folder.contacts.create(email="fine@example.com")
    folder.subscriptions.subscribe(contact_id=again.contact_id, list="Other")
    crm.marks.clear()  # the person consented anew, and the CRM lifted the mark
    plan_of(folder, crm, state).apply()
    folder.subscriptions.unsubscribe(contact_id=again.contact_id, list="Other")
    plan_of(folder, crm, state).apply()
    assert ("fine", "unsubscribed") in marked(crm)


def test_a_mark_that_the_crm_lifted_is_set_again_for_another_reason(
    folder: Folder, crm: Crm, state: Path
) -> None:
    plan_of(folder, crm, state, since="2000-01-01").apply()
    left = folder.contacts.find(email="left@example.com")
    assert left
    crm.marks = [mark for mark in crm.marks if mark[0] != "left@example.com"]
    plan_of(folder, crm, state, since="2000-01-01").apply()
    assert ("left", "unsubscribed") not in marked(crm)
    folder.contacts.update(left.contact_id, status="donotcontact")
    for _ in range(2):
        plan_of(folder, crm, state, since="2000-01-01").apply()
    assert [mark for mark in marked(crm) if mark[0] == "left"] == [("left", "manual")]


def test_a_contact_that_comes_back_before_its_deletion_was_marked_is_not_marked(
    folder: Folder, crm: Crm, state: Path
) -> None:
    plan_of(folder, crm, state).apply()
    fine = folder.contacts.find(email="fine@example.com")
    assert fine
    folder.contacts.delete(fine.contact_id)
    assert plan_of(folder, crm, state).counts["planned"] == 1
    folder.contacts.create(email="fine@example.com")
    assert plan_of(folder, crm, state).apply().marked == 0


def test_people_that_the_crm_never_takes_do_not_keep_the_others_waiting(
    folder: Folder, crm: Crm, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mark(contact: TargetContact, **options: Any) -> None:
        if contact.email != "other@example.com":
            raise MauticError("400: no", status=400)
        Crm.mark(crm, contact, **options)

    monkeypatch.setattr(crm, "mark", mark)
    plan_of(folder, crm, state).apply()
    assert marked(crm) == []
    report = plan_of(folder, crm, state).apply()
    assert marked(crm) == [("other", "unsubscribed")]
    assert (report.failed, report.left) == (3, 3)


def test_a_state_of_another_target_is_refused(
    folder: Folder, lists: Any, state: Path, tmp_path: Path
) -> None:
    plan_of(folder, SuppressionCsv(tmp_path / "one.csv"), state).apply()
    with pytest.raises(ConfigError, match="another target"):
        plan_of(folder, SuppressionCsv(tmp_path / "two.csv"), state)


@pytest.mark.parametrize(
    "content", [b"name,city\r\nJo,Durham\r\n", b"email;reason\r\na@b.c;x\r\n", b"\xff\xfe\x00"]
)
def test_a_file_that_is_not_a_csv_of_suppressions_is_refused(
    folder: Folder, lists: Any, state: Path, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="not a CSV file of suppressions"):
        plan_of(folder, SuppressionCsv(path), state)
    assert path.read_bytes() == content


def test_a_state_of_another_folder_is_refused(
    folder: Folder, crm: Crm, state: Path, sandbox: Sandbox
) -> None:
    plan_of(folder, crm, state)
    other = Folder(folder.transport, folder.account_id, folder.client_folder_id + 1)
    with pytest.raises(ConfigError, match="another client folder"):
        plan_of(other, crm, state)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_while_the_crm_is_away_nothing_is_lost(
    folder: Folder, crm: Crm, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    crm.problem = ConnectionError("left@example.com")
    report = plan_of(folder, crm, state).apply()
    assert (report.marked, report.failed, report.left) == (0, 3, 4)
    assert report.reason == "ConnectionError"
    assert "@" not in caplog.text
    crm.problem = None
    assert plan_of(folder, crm, state).apply().marked == 4
    assert marked(crm) == EVERYONE


def test_a_single_refusal_does_not_stop_the_others(
    folder: Folder, crm: Crm, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mark(contact: TargetContact, **options: Any) -> None:
        if contact.email == "left@example.com":
            raise MauticError("500: refused left@example.com", status=500)
        Crm.mark(crm, contact, **options)

    monkeypatch.setattr(crm, "mark", mark)
    report = plan_of(folder, crm, state).apply()
    assert (report.marked, report.failed, report.left) == (3, 1, 1)
    assert "left@example.com" not in str(report)


def test_while_icontact_is_away_nothing_is_lost(
    folder: Folder, crm: Crm, state: Path, sandbox: Sandbox
) -> None:
    plan_of(folder, crm, state)
    sandbox.faults.next(status=503, times=None)
    with pytest.raises(IContactError):
        plan_of(folder, crm, state)
    sandbox.faults.clear()
    assert plan_of(folder, crm, state).apply().marked == 4


def test_two_processes_do_not_mark_the_same_person(folder: Folder, crm: Crm, state: Path) -> None:
    plan, other = plan_of(folder, crm, state), plan_of(folder, crm, state)
    (mark, *_) = plan
    assert plan.state.claim(mark, lease=600) is not None
    assert other.apply().marked == 3
    assert other.counts["planned"] == 1


def test_a_person_reserved_by_a_process_that_was_killed_is_marked_at_once(
    folder: Folder, crm: Crm, state: Path
) -> None:
    plan_of(folder, crm, state).close()
    code = (
        "import os, sys\n"
        "from icontact.integrations.sync import SuppressionState\n"
        "state = SuppressionState(sys.argv[1])\n"
        "assert state.claim(next(iter(state.planned())), lease=600)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(state)], check=False, timeout=60)
    assert ran.returncode == -9
    assert plan_of(folder, crm, state).apply().marked == 4


def test_ctrl_c_gives_the_reservation_back(folder: Folder, crm: Crm, state: Path) -> None:
    crm.problem = KeyboardInterrupt()
    plan = plan_of(folder, crm, state)
    with pytest.raises(KeyboardInterrupt):
        plan.apply()
    crm.problem = None
    assert plan.apply().marked == 4


def test_a_damaged_row_is_read_again(folder: Folder, crm: Crm, state: Path) -> None:
    plan_of(folder, crm, state).close()
    with sqlite3.connect(state) as connection:
        connection.execute("UPDATE people SET state = 'done' WHERE email LIKE 'left%'")
    connection.close()
    assert plan_of(folder, crm, state).apply().marked == 4


def test_mautic_gets_the_marks(
    answers: responses.RequestsMock, sandbox: Sandbox, folder: Folder, state: Path, lists: Any
) -> None:
    fake = FakeMautic()
    for name in PEOPLE:
        fake.add(f"{name}@example.com")
    with fake.serve() as url, fake.client(url) as crm:
        answers.add_passthru(url)
        plan_of(folder, crm, state).apply()
        plan_of(folder, crm, state).apply()
    assert fake.blocked == {f"{name}@example.com" for name, _ in EVERYONE}
    assert set(fake.marked.values()) == {1}


def test_a_csv_of_suppressions_has_each_person_once(
    folder: Folder, lists: Any, state: Path, tmp_path: Path
) -> None:
    path = tmp_path / "suppressions.csv"
    plan_of(folder, SuppressionCsv(path), state).apply()
    state.unlink()
    plan_of(folder, SuppressionCsv(path), state).apply()
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted((row["email"].partition("@")[0], row["reason"]) for row in rows) == EVERYONE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_csv_that_was_cut_off_goes_on_in_a_new_line(tmp_path: Path) -> None:
    path = tmp_path / "suppressions.csv"
    path.write_text("email,reason,comment\r\nleft@exa", encoding="utf-8")
    target = SuppressionCsv(path)
    (contact,) = target.find(["left@example.com"])
    for _ in range(2):
        target.mark(contact, reason="unsubscribed", comment="iContact: unsubscribed")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[1:] == ["left@exa", "left@example.com,unsubscribed,iContact: unsubscribed"]


def test_suppressed_people_without_an_address_are_reported(
    folder: Folder, crm: Crm, state: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    gone = Suppressed(contact_id=1, email=None, reason=SuppressionReason.UNSUBSCRIBED)
    monkeypatch.setattr(Folder, "suppressed", lambda *_, **__: [gone])
    assert list(plan_of(folder, crm, state)) == []
    assert "1 suppressed contact cannot be marked" in caplog.text


def test_the_rows_of_a_file_follow_each_other(tmp_path: Path) -> None:
    path = tmp_path / "suppressions.csv"
    target = SuppressionCsv(path)
    for contact in target.find(["ann@example.com", "jo@example.com"]):
        target.mark(contact, reason="bounced", comment="x")

    assert path.read_bytes() == (
        b"email,reason,comment\r\nann@example.com,bounced,x\r\njo@example.com,bounced,x\r\n"
    )
