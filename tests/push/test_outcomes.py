"""What a push does to contacts, and what it says about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from icontact.client import Folder
from icontact.push import OutcomeStatus
from icontact.sandbox import Sandbox
from icontact.sources import BadRow
from tests.push.support import MakePush, person


def test_a_new_address_is_created_and_subscribed(folder: Folder, make_push: MakePush) -> None:
    outcome = make_push().one(person(1))

    assert outcome.status == "created"
    assert outcome.subscription == "normal"
    assert outcome.email == "person1@example.com"
    contact = folder.contacts.find(email="person1@example.com")
    assert contact is not None
    assert contact.contact_id == outcome.contact_id
    assert (contact.first_name, contact.custom_fields["score"]) == ("Jo", "5")


def test_the_second_push_of_the_same_row_writes_nothing(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    push.run([person(1), person(2)])
    before = len(sandbox.requests)

    report = push.run([person(1), person(2)])

    assert report.counts["unchanged"] == 2
    assert {request.method for request in list(sandbox.requests)[before:]} == {"GET"}


def test_an_existing_contact_is_merged(folder: Folder, make_push: MakePush) -> None:
    folder.contacts.create(email="person1@example.com", first_name="Old", phone="12345")

    outcome = make_push().one(person(1, city="Durham"))

    assert outcome.status == "updated"
    assert outcome.reason == "changed: first_name, city, score; is on the list now"
    contact = folder.contacts.get(outcome.contact_id or 0)
    assert (contact.first_name, contact.city, contact.phone) == ("Jo", "Durham", "12345")


def test_keep_writes_no_field_of_an_existing_contact(folder: Folder, make_push: MakePush) -> None:
    folder.contacts.create(email="person1@example.com", first_name="Old")

    outcome = make_push(existing="keep").one(person(1))

    assert (outcome.status, outcome.subscription) == ("updated", "normal")
    assert outcome.reason == "was not on the list; is on the list now"
    assert folder.contacts.get(outcome.contact_id or 0).first_name == "Old"


def test_replace_wipes_what_the_row_does_not_give(folder: Folder, make_push: MakePush) -> None:
    folder.contacts.create(email="person1@example.com", phone="12345", business="Bakery")

    outcome = make_push(existing="replace").one(person(1))

    contact = folder.contacts.get(outcome.contact_id or 0)
    assert outcome.status == "updated"
    assert (contact.first_name, contact.phone, contact.business) == ("Jo", "", "")
    assert make_push(existing="replace").one(person(1)).status == "unchanged"


def test_an_update_may_go_by_one_member_post_each(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    contact = folder.contacts.create(email="person1@example.com")

    assert make_push(update_by="member").one(person(1)).status == "updated"

    paths = [request.path for request in sandbox.requests if request.method == "POST"]
    assert any(path.endswith(f"/contacts/{contact.contact_id}") for path in paths)


def test_an_empty_value_clears_only_where_the_mapping_says_so(
    folder: Folder, make_push: MakePush
) -> None:
    folder.contacts.create(email="person1@example.com", first_name="Jo", city="Durham")
    leave = {"email": "email", "city": "city"}
    clear = {"email": "email", "city": {"key": "city", "empty": "clear"}}

    kept = make_push(leave).one({"email": "person1@example.com", "city": " "})
    assert folder.contacts.get(kept.contact_id or 0).city == "Durham"

    cleared = make_push(clear).one({"email": "person1@example.com", "city": " "})
    assert cleared.reason == "changed: city"
    assert folder.contacts.get(kept.contact_id or 0).city == ""


@pytest.mark.parametrize("status", ["donotcontact", "bounced", "pending", "invitable"])
def test_a_contact_that_may_not_be_mailed_is_skipped(
    sandbox: Sandbox, make_push: MakePush, status: str
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com", "status": status}])
    before = (sandbox.state.contacts(), sandbox.state.subscriptions())

    outcome = make_push().one(person(1))

    assert outcome.status == "skipped"
    assert outcome.reason
    assert (sandbox.state.contacts(), sandbox.state.subscriptions()) == before


def test_a_contact_that_unsubscribed_stays_unsubscribed(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.seed(
        contacts=[{"email": "person1@example.com"}],
        subscriptions=[{"email": "person1@example.com", "status": "unsubscribed"}],
    )
    before = (sandbox.state.contacts(), sandbox.state.subscriptions())

    outcome = make_push().one(person(1))

    assert (outcome.status, outcome.subscription) == ("skipped", "unsubscribed")
    assert outcome.reason == "this person unsubscribed from the list"
    assert (sandbox.state.contacts(), sandbox.state.subscriptions()) == before


def test_a_named_status_is_pushed_and_the_status_itself_stays(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com", "status": "bounced"}])

    outcome = make_push(allow_statuses=["bounced"]).one(person(1))

    assert (outcome.status, outcome.subscription) == ("updated", "normal")
    assert folder.contacts.get(outcome.contact_id or 0).status == "bounced"


def test_even_if_it_is_allowed_icontact_does_not_re_subscribe(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.seed(
        contacts=[{"email": "person1@example.com", "firstName": "Jo", "score": "5"}],
        subscriptions=[{"email": "person1@example.com", "status": "unsubscribed"}],
    )

    outcome = make_push(allow_statuses="unsubscribed").one(person(1))

    assert (outcome.status, outcome.subscription) == ("skipped", "unsubscribed")


def test_a_status_of_the_row_is_only_for_new_contacts(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    mapping = {"email": "email", "status": "state_of_mind"}
    folder.contacts.create(email="person1@example.com")

    new = make_push(mapping).one({"email": "new@example.com", "state_of_mind": "donotcontact"})
    old = make_push(mapping).one({"email": "person1@example.com", "state_of_mind": "donotcontact"})

    assert (new.status, new.subscription) == ("created", None)
    assert folder.contacts.get(new.contact_id or 0).status == "donotcontact"
    assert old.status == "skipped"
    assert folder.contacts.get(old.contact_id or 0).status == "normal"


@pytest.mark.parametrize("existing", ["merge", "replace"])
@pytest.mark.parametrize("update_by", ["bulk", "member"])
def test_no_status_is_sent_for_an_existing_contact(
    sandbox: Sandbox, folder: Folder, make_push: MakePush, existing: str, update_by: str
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com", "status": "bounced"}])
    mapping = {"email": "email", "city": "city", "status": "state_of_mind"}
    push = make_push(mapping, existing=existing, update_by=update_by, allow_statuses=["bounced"])

    outcome = push.one({"email": "person1@example.com", "city": "Cary", "state_of_mind": "normal"})

    after = folder.contacts.get(outcome.contact_id or 0)
    assert (outcome.status, after.status, after.city) == ("updated", "bounced", "Cary")


@pytest.mark.parametrize("status", ["donotcontact", "bounced", "pending"])
@pytest.mark.parametrize("existing", ["keep", "merge", "replace"])
def test_a_row_that_says_hands_off_changes_nothing_for_an_existing_contact(
    sandbox: Sandbox, make_push: MakePush, status: str, existing: str
) -> None:
    sandbox.seed(contacts=[{"email": "person1@example.com"}])
    before = sandbox.state.contacts()
    push = make_push({"email": "email", "city": "city", "status": "s"}, existing=existing)

    outcome = push.one({"email": "person1@example.com", "city": "Cary", "s": status})

    assert (outcome.status, outcome.reason) == ("skipped", f"the row itself says {status}")
    assert (sandbox.state.contacts(), sandbox.state.subscriptions()) == (before, [])


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("unsubscribed", "skipped"),
        ("Cleaned", "skipped"),
        ("abgemeldet", "skipped"),
        ("subscribed", "created"),
        ("active", "created"),
        ("whatever", "rejected"),
        ("n/a", "created"),
        ("&nbsp;", "created"),
    ],
)
def test_a_status_in_the_words_of_another_system_is_found_out_in_the_plan(
    make_push: MakePush, word: str, status: str
) -> None:
    push = make_push({"email": "email", "status": "s"})

    plan = push.plan([{"email": "person1@example.com", "s": word}])
    report = plan.apply()

    assert plan.rows[0].status == status
    assert report.outcomes[0].status == status
    if status == "rejected":
        assert "not a known status" in report.outcomes[0].reason


@pytest.mark.parametrize("wins", ["first", "last"])
@pytest.mark.parametrize("restricted_first", [True, False])
def test_of_two_rows_the_one_that_says_hands_off_counts(
    sandbox: Sandbox, make_push: MakePush, wins: str, restricted_first: bool
) -> None:
    rows = [{"email": "a@example.com", "s": "donotcontact"}, {"email": "A@example.com", "s": ""}]
    push = make_push({"email": "email", "status": "s"}, duplicates=wins)

    report = push.run(rows if restricted_first else rows[::-1])

    assert report.counts["skipped"] == 1
    assert [one["status"] for one in sandbox.state.contacts()] == ["donotcontact"]
    assert sandbox.state.subscriptions() == []


def test_normal_is_not_written_to_a_new_contact_either(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push({"email": "email", "status": "s"})
    plan = push.plan([{"email": "person1@example.com", "s": "normal"}])
    # The contact appears between the plan and its writing.
    sandbox.seed(contacts=[{"email": "person1@example.com", "status": "bounced"}])

    outcome = plan.apply().outcomes[0]

    assert sandbox.state.contacts()[0]["status"] == "bounced"
    assert sandbox.state.subscriptions() == []
    assert outcome.status == "skipped"
    assert "came to light only now, and fields were written" in outcome.reason


@pytest.mark.parametrize("update_by", ["bulk", "member"])
def test_a_status_that_changes_between_plan_and_apply_stops_the_subscription(
    sandbox: Sandbox, folder: Folder, make_push: MakePush, update_by: str
) -> None:
    contact = folder.contacts.create(email="person1@example.com")
    plan = make_push(update_by=update_by).plan([person(1)])
    folder.contacts.update(contact.contact_id, status="donotcontact")

    outcome = plan.apply().outcomes[0]

    assert (outcome.status, outcome.contact_id) == ("skipped", contact.contact_id)
    assert sandbox.state.contacts()[0]["status"] == "donotcontact"
    assert sandbox.state.subscriptions() == []


def test_an_old_plan_is_made_anew(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make_push(existing="keep").plan([person(1)])
    sandbox.seed(contacts=[{"email": "person1@example.com", "status": "invitable"}])
    monkeypatch.setattr("icontact.push.list_push.FRESH", -1)

    outcome = plan.apply().outcomes[0]

    assert (outcome.status, outcome.reason) == ("skipped", "this contact must be invited first")


def test_a_pending_subscription_keeps_waiting(
    sandbox: Sandbox, folder: Folder, make_push: MakePush
) -> None:
    sandbox.seed(
        contacts=[{"email": "person1@example.com", "firstName": "Jo", "score": "5"}],
        subscriptions=[{"email": "person1@example.com", "status": "pending"}],
    )

    outcome = make_push().one(person(1))

    assert (outcome.status, outcome.subscription) == ("unchanged", "pending")
    assert "not confirmed yet" in outcome.reason


def test_confirmed_opt_in_subscribes_as_pending(sandbox: Sandbox, make_push: MakePush) -> None:
    [message] = sandbox.seed(messages=[{"messageType": "confirmation"}]).message_ids
    push = make_push(subscription_status="pending", confirmation_message_id=message)

    outcome = push.one(person(1))

    assert (outcome.status, outcome.subscription) == ("created", "pending")
    assert "waits for confirmation" in outcome.reason


def test_rows_with_one_address_become_one_contact(sandbox: Sandbox, make_push: MakePush) -> None:
    rows = [
        person(1, city="Durham"),
        person(2),
        {"email": " PERSON1@example.com ", "city": "Cary"},
    ]

    last = make_push().run(rows)

    assert [outcome.status.value for outcome in last.outcomes] == ["skipped", "created", "created"]
    assert last.outcomes[0].reason == ("duplicate of row 2; only row 2 is pushed")
    assert sorted(contact["city"] for contact in sandbox.state.contacts()) == ["", "Cary"]


def test_addresses_that_only_look_alike_are_two_people(
    make_push: MakePush,
) -> None:
    plan = make_push().plan([{"email": "straße@example.com"}, {"email": "strasse@example.com"}])

    assert plan.counts["created"] == 2


def test_the_first_of_several_rows_may_count(sandbox: Sandbox, make_push: MakePush) -> None:
    rows = [person(1, city="Durham"), person(1, city="Cary")]

    report = make_push(duplicates="first").run(rows)

    assert [outcome.status.value for outcome in report.outcomes] == ["created", "skipped"]
    assert [contact["city"] for contact in sandbox.state.contacts()] == ["Durham"]


def test_a_row_that_cannot_be_mapped_is_rejected_and_no_other_row_lost(
    make_push: MakePush,
) -> None:
    rows = [person(1), {"firstname": "Jo"}, "no mapping", {"email": "no address"}, person(2)]

    report = make_push().run(rows)

    assert [outcome.status.value for outcome in report.outcomes] == [
        "created",
        "rejected",
        "rejected",
        "rejected",
        "created",
    ]
    assert [outcome.row for outcome in report.outcomes] == [0, 1, 2, 3, 4]
    assert all("email" in report.outcomes[row].reason for row in (1, 3))


def test_the_switch_stops_every_push_and_says_so(sandbox: Sandbox, make_push: MakePush) -> None:
    push = make_push(push_contacts=False)
    sandbox.requests.clear()

    report = push.run([person(1), {"email": ""}])

    assert report.counts["skipped"] == 2
    assert {outcome.reason for outcome in report.outcomes} == {
        "the push is switched off (push_contacts = false)"
    }
    assert len(sandbox.requests) == 0


def test_two_contacts_that_differ_in_case_are_reported_not_guessed(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    push = make_push()
    page = {
        "contacts": [
            {"contactId": "1", "email": "person1@example.com", "status": "normal"},
            {"contactId": "2", "email": "Person1@example.com", "status": "normal"},
        ],
        "limit": 500,
        "offset": 0,
        "total": 2,
    }
    sandbox.faults.next(status=200, body=json.dumps(page), times=1, path=r"/contacts")

    outcome = push.one(person(1))

    assert outcome.status == OutcomeStatus.REJECTED
    assert "several contacts" in outcome.reason
    assert "1, 2" in outcome.reason


def test_notes_of_the_mapper_stand_in_the_reason(make_push: MakePush) -> None:
    push = make_push({"email": "email", "state": "region"})

    outcome = push.one({"email": "person1@example.com", "region": "Nowhere at all"})

    assert outcome.status == "created"
    assert len(outcome.notes) == 1
    assert outcome.notes[0].startswith("state: left out")
    assert outcome.reason.endswith(outcome.notes[0])


def test_a_key_that_no_row_has_is_noted(make_push: MakePush) -> None:
    push = make_push({"email": "email", "first_name": "Vornam"})

    plan = push.plan([{"email": "a@example.com", "Vorname": "A"}, {"email": "b@example.com"}])

    assert plan.notes == ("no row has 'Vornam'",)
    assert str(plan).endswith("; no row has 'Vornam'")
    assert plan.apply().notes == plan.notes
    assert push.plan([{"email": "a@example.com", "Vornam": None}]).notes == ()
    assert push.plan([]).notes == ()


@pytest.mark.parametrize("row", ["a@example.com", 'a@example.com,"A'])
def test_a_column_that_no_row_fills_is_in_the_file(
    make_push: MakePush, tmp_path: Path, row: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"email,Vorname\n{row}\n", encoding="utf-8")

    plan = make_push({"email": "email", "first_name": "Vorname"}).plan(path)

    assert not any("no row has" in note for note in plan.notes)


@pytest.mark.parametrize("rows", [b"x", {"email": "a@example.com"}])
def test_what_is_no_rows_is_refused_at_once(make_push: MakePush, rows: Any) -> None:
    with pytest.raises(TypeError, match="rows must be an iterable of mappings"):
        make_push().run(rows)


def test_a_frame_is_pushed_as_it_is(sandbox: Sandbox, make_push: MakePush) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        [{"email": "a@example.com", "points": 5}, {"email": "b@example.com", "points": None}]
    )

    assert make_push().run(frame).counts["created"] == 2
    assert [one["score"] for one in sandbox.state.contacts()] == ["5", ""]


def test_a_file_is_pushed_by_its_path_and_its_notes_are_reported(
    make_push: MakePush, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,firstname,city,points,\na@example.com,Jo,Cary,5,surplus\n")

    report = make_push().run(path)

    assert report.counts["created"] == 1
    assert report.notes == ("columns without a name are not read: 5",)


class Unreadable(dict[str, str]):
    def get(self, *_: object) -> str:
        raise OSError("the database is gone")

    __getitem__ = __contains__ = get  # type: ignore[assignment]  # whatever is asked, it raises


def test_a_row_that_raises_costs_no_other_row(make_push: MakePush) -> None:
    nested: list[Any] = []
    for _ in range(5_000):  # deeper than any version of Python goes
        nested = [nested]

    report = make_push().run([person(1), Unreadable(email="x"), person(2, city=nested), dict])

    assert [one.status.value for one in report.outcomes] == ["created", *["rejected"] * 3]
    assert "OSError" in report.outcomes[1].reason


def test_a_row_whose_keys_cannot_be_compared_costs_no_other_row(make_push: MakePush) -> None:
    class Key:
        def __init__(self, like: str) -> None:
            self._like = like

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("person0@example.com cannot be compared")

        def __hash__(self) -> int:
            return hash(self._like)

    rows = [{Key("email"): "person0@example.com"}, person(1), person(2, city="Durham")]

    report = make_push().run(rows)

    assert [one.status.value for one in report.outcomes] == ["rejected", "created", "created"]
    assert report.outcomes[0].reason == "the row cannot be read: RuntimeError"


def test_a_line_that_could_not_be_read_is_a_row_of_its_own(make_push: MakePush) -> None:
    report = make_push().run([person(1), BadRow("line 3: no JSON")])

    assert [one.status.value for one in report.outcomes] == ["created", "rejected"]
    assert report.outcomes[1].reason == "line 3: no JSON"
    assert report.notes == ("no row has 'city'",)


def test_a_row_that_cannot_be_read_a_second_time_is_rejected_and_stops_nothing(
    make_push: MakePush,
) -> None:
    class Once(dict[str, Any]):
        reads = 0

        def __getitem__(self, key: str) -> Any:
            self.reads += key == "email"
            if key == "email" and self.reads > self["most"]:
                raise RuntimeError(f"person1@example.com was read {self.reads} times")
            return super().__getitem__(key)

    rows = [Once(person(1, points="many", most=most)) for most in range(6)]

    outcomes = make_push().run([*rows, person(2)]).outcomes

    assert [one.status for one in outcomes] == ["rejected"] * 6 + ["created"]
    assert {one.reason for one in outcomes} >= {"the row cannot be read: RuntimeError"}
    assert all("person1" not in one.reason for one in outcomes)


def test_rows_that_were_read_before_are_noted(make_push: MakePush) -> None:
    push, rows = make_push({"email": "email"}), iter([person(1)])
    plan = push.plan(rows)

    assert plan.notes == ()
    (note,) = push.run(rows).notes
    assert note.startswith("no row came: what can be read only once")
    assert push.run([]).notes == ()
