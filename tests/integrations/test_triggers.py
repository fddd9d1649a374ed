"""From an event to a list, through the inbox, against the embedded iContact."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper, Folder
from icontact.errors import ConfigError, DecodeError, RejectedError
from icontact.integrations import mautic, triggers
from icontact.integrations.inbox import Inbox
from icontact.push import ListPush
from icontact.resources import Subscriptions
from icontact.sandbox import Sandbox
from tests.integrations.conftest import MAPPING, MakeIntegration
from tests.integrations.support import (
    SECRET,
    SITE,
    encoded,
    event,
    hook,
    moment,
    person,
    pointed,
    saved,
    submitted,
)
from tests.unit.support import Clock

ContactTrigger, PointTrigger = triggers.ContactTrigger, triggers.PointTrigger


def writes(sandbox: Sandbox) -> list[str]:
    return [one.path.rpartition("/")[2] for one in sandbox.requests if one.method == "POST"]


def on_list(folder: Folder, list_id: int, email: str) -> str | None:
    contact = folder.contacts.find(email=email)
    if contact is None:
        return None
    found = folder.subscriptions.find(contact_id=contact.contact_id, list_id=list_id)
    return None if found is None else str(found.status)


@pytest.fixture
def vip(folder: Folder) -> int:
    return folder.lists.create(name="VIP").list_id


# One event


def test_an_event_pushes_its_contact(make: MakeIntegration, folder: Folder, push: ListPush) -> None:
    outcome = make().handle(event())
    assert outcome is not None
    assert (outcome.status, outcome.subscription) == ("created", "normal")
    assert on_list(folder, push.list.list_id, "person1@example.com") == "normal"


def test_an_event_without_a_rule_pushes_no_contact(make: MakeIntegration, sandbox: Sandbox) -> None:
    integration = make(ContactTrigger("form_submitted"))
    assert integration.handle(event("saved")) is None
    assert writes(sandbox) == []
    (entry,) = integration.inbox.entries()
    assert (entry.state, entry.reason) == ("done", "no rule fires")


def test_a_visitor_is_never_pushed(make: MakeIntegration, sandbox: Sandbox) -> None:
    integration = make()
    assert integration.handle(event(row={"email": None})) is None
    assert writes(sandbox) == []
    assert "visitors" in integration.inbox.entries()[0].reason


def elsewhere(mail: str = "jo@example.com", **more: Any) -> triggers.ContactEvent:
    """An event of a system that keeps the address under another key than ``email``."""
    contact: Any = {"mail": mail}
    return triggers.ContactEvent(type="saved", contact=contact, **more)


def test_an_address_under_another_key_is_that_of_the_contact(
    make: MakeIntegration, folder: Folder
) -> None:
    integration = make(push=ListPush(folder, "Newsletter", mapper={"email": "mail"}))
    outcomes = [integration.handle(elsewhere(f"{one}@example.com")) for one in "ab"]
    assert [one and one.status for one in outcomes] == ["created", "created"]
    assert integration.accept([elsewhere()]) == integration.work() == 1
    assert folder.contacts.list().count() == 3
    assert integration.handle(elsewhere("")) is None


def test_an_address_under_another_key_that_is_not_valid_is_a_dead_letter(
    make: MakeIntegration, folder: Folder
) -> None:
    integration = make(push=ListPush(folder, "Newsletter", mapper={"email": "mail"}))
    outcome = integration.handle(elsewhere("nonsense"))
    assert outcome is not None
    assert (outcome.status, integration.inbox.counts()["dead_letter"]) == ("rejected", 1)


def test_an_address_under_another_key_must_not_be_mailed_for_any_contact_that_has_it(
    make: MakeIntegration, folder: Folder
) -> None:
    integration = make(push=ListPush(folder, "Newsletter", mapper={"email": "mail"}))
    integration.handle(elsewhere(contact_id=1, do_not_contact=True))
    outcome = integration.handle(elsewhere(contact_id=2))
    assert outcome is not None
    assert (outcome.status, folder.contacts.list().count()) == ("skipped", 0)


def test_an_address_that_came_before_its_mapping_was_known_is_a_dead_letter(
    make: MakeIntegration, folder: Folder
) -> None:
    integration = make(push=lambda: ListPush(folder, "Newsletter", mapper={"email": "mail"}))
    outcome = integration.handle(elsewhere())
    assert outcome is not None
    assert outcome.status == "rejected"
    assert "give the event email=" in outcome.reason
    # From now on the mapping is known.
    again = integration.handle(elsewhere("sam@example.com"))
    assert again is not None
    assert again.status == "created"


def test_a_repeated_event_pushes_no_contact(make: MakeIntegration, sandbox: Sandbox) -> None:
    integration = make()
    integration.handle(event())
    before = len(sandbox.requests)
    assert integration.handle(event()) is None
    assert len(sandbox.requests) == before


def test_newer_values_are_written_and_older_ones_are_not(
    make: MakeIntegration, folder: Folder
) -> None:
    integration = make()
    integration.handle(event(at=5, row={"city": "new"}))
    assert integration.handle(event(at=3, row={"city": "old"})) is None
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert found.city == "new"


def test_do_not_contact_stops_the_push(make: MakeIntegration, sandbox: Sandbox) -> None:
    outcome = make().handle(event(do_not_contact=True, do_not_contact_reason="bounced"))
    assert outcome is not None
    assert (outcome.status, outcome.reason) == ("skipped", "must not be mailed (bounced)")
    assert writes(sandbox) == []


def test_a_do_not_contact_that_cannot_be_read_stops_the_push_and_becomes_a_dead_letter(
    make: MakeIntegration, sandbox: Sandbox
) -> None:
    integration = make(secret=SECRET)
    body = encoded(hook("lead_post_save_update", saved(1, doNotContact="email"), saved(2)))
    integration.receive(body, signature=mautic.sign(body, SECRET))
    integration.work()
    dead, done = integration.inbox.entries()
    assert (dead.state, done.state) == ("dead_letter", "done")
    assert "whether the person may be mailed cannot be read" in dead.reason
    # Tried again it is the same; what does not say it does not lift it, either.
    integration.inbox.retry(dead.number)
    integration.work()
    outcome = integration.handle(event("form_submitted", at=1))
    assert getattr(outcome, "status", None) == "rejected"
    assert integration.inbox.counts()["dead_letter"] == 2
    assert writes(sandbox) == ["contacts", "subscriptions"]
    # What can be read does.
    (later,) = mautic.events(encoded(hook("lead_post_save_update", saved(1, at=9))))
    assert getattr(integration.handle(later), "status", None) == "created"


def test_an_unreadable_do_not_contact_does_not_matter_where_nothing_is_pushed(
    make: MakeIntegration,
) -> None:
    integration = make(ContactTrigger("manual"), follow_unsubscribes=True)
    (happened,) = mautic.events(encoded(hook("lead_post_save_update", saved(1, doNotContact=5))))
    assert integration.handle(happened) is None
    assert integration.inbox.counts()["done"] == 1


def test_mautics_events_do_as_well(make: MakeIntegration) -> None:
    integration = make(PointTrigger(minimum=10))
    for one in mautic.events(encoded(hook("lead_points_change", pointed(1, 5, 15)))):
        outcome = integration.handle(one)
        assert outcome is not None
        assert outcome.status == "created"


# Rules with places of their own


def test_a_rule_may_have_a_list_of_its_own(
    make: MakeIntegration, folder: Folder, push: ListPush, vip: int
) -> None:
    integration = make(ContactTrigger("saved"), PointTrigger(minimum=10, list="VIP"))
    integration.handle(event(at=1))
    assert on_list(folder, vip, "person1@example.com") is None
    integration.handle(event("points_changed", at=2, old_points=1, new_points=10))
    assert on_list(folder, vip, "person1@example.com") == "normal"
    again = event("points_changed", at=3, old_points=1, new_points=10)
    assert integration.handle(again) is None


def test_a_late_trigger_pushes_the_newest_state(
    make: MakeIntegration, folder: Folder, vip: int
) -> None:
    integration = make(ContactTrigger("saved"), PointTrigger(minimum=10, list=vip))
    integration.handle(event(at=5, row={"city": "new"}))
    integration.handle(
        event("points_changed", at=3, old_points=1, new_points=10, row={"city": "old"})
    )
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert found.city == "new"
    assert on_list(folder, vip, "person1@example.com") == "normal"


def test_a_late_trigger_whose_newer_values_are_forgotten_becomes_a_dead_letter(
    make: MakeIntegration, clock: Clock, vip: int
) -> None:
    integration = make(
        ContactTrigger("saved"), PointTrigger(minimum=10, list=vip), keep_payloads=60
    )
    integration.handle(event(at=5))
    clock.now += 3600
    integration.work()
    outcome = integration.handle(event("points_changed", at=3, old_points=1, new_points=10))
    assert outcome is not None
    assert outcome.status == "rejected"
    assert "by hand" in outcome.reason
    assert integration.inbox.counts()["dead_letter"] == 1


def test_a_rule_may_have_a_mapping_or_a_push_of_its_own(
    make: MakeIntegration, folder: Folder, push: ListPush, vip: int
) -> None:
    other = ContactMapper({"email": "email", "last_name": "firstname"})
    integration = make(
        ContactTrigger("saved"),
        ContactTrigger("saved", mapper=other, name="other"),
        ContactTrigger("manual", push=ListPush(folder, vip, mapper=other)),
    )
    assert integration._destinations is not None
    assert sorted(integration._destinations.pushes) == sorted(
        [f"list {push.list.list_id}", f"list {push.list.list_id}:2", f"list {vip}"]
    )
    integration.handle(event())
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert (found.first_name, found.last_name) == ("Jo", "Jo")


def test_a_trigger_is_not_spent_while_the_push_is_switched_off(
    make: MakeIntegration, folder: Folder
) -> None:
    mapper = ContactMapper(MAPPING)
    off = ListPush(folder, "Newsletter", mapper=mapper, push_contacts=False)
    first = make(PointTrigger(minimum=10), push=off)
    skipped = first.handle(event("points_changed", old_points=1, new_points=10))
    again = make(PointTrigger(minimum=10)).handle(
        event("points_changed", at=1, old_points=1, new_points=10)
    )
    assert [getattr(one, "status", None) for one in (skipped, again)] == ["skipped", "created"]


def test_equal_destinations_are_one(make: MakeIntegration) -> None:
    integration = make(
        ContactTrigger("saved"),
        ContactTrigger("manual", list="Newsletter"),
        ContactTrigger("identified", mapper=ContactMapper(MAPPING)),
    )
    assert integration._destinations is not None
    assert len(integration._destinations.pushes) == 1


def test_a_rule_whose_push_asks_for_confirmation_does_so_beside_one_that_does_not(
    make: MakeIntegration, folder: Folder, sandbox: Sandbox
) -> None:
    (message,) = sandbox.seed(messages=[{"messageType": "confirmation"}]).message_ids
    asking = ListPush(
        folder,
        "Newsletter",
        mapper=ContactMapper(MAPPING),
        subscription_status="pending",
        confirmation_message_id=message,
    )
    integration = make(ContactTrigger("manual"), ContactTrigger("form_submitted", push=asking))

    outcome = integration.handle(event("form_submitted"))

    assert outcome is not None
    assert outcome.subscription == "pending"
    assert [one["status"] for one in sandbox.state.subscriptions()] == ["pending"]


def test_a_rule_keeps_the_pushs_policy(make: MakeIntegration, folder: Folder, vip: int) -> None:
    off = ListPush(folder, "Newsletter", mapper=ContactMapper(MAPPING), push_contacts=False)
    outcome = make(ContactTrigger("saved", list=vip), push=off).handle(event())
    assert outcome is not None
    assert (outcome.status, "switched off" in outcome.reason) == ("skipped", True)


def test_a_rule_that_is_switched_off_stops_its_own_push_as_well(
    make: MakeIntegration, folder: Folder, vip: int
) -> None:
    own = ListPush(folder, vip, mapper=ContactMapper(MAPPING))
    outcome = make(ContactTrigger("saved", push=own, push_contacts=False)).handle(event())
    assert outcome is not None
    assert (outcome.status, "switched off" in outcome.reason) == ("skipped", True)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((PointTrigger(minimum=5), PointTrigger(minimum=5)), "two rules are the same: points from"),
        ((ContactTrigger("saved", list="Nowhere"),), "there is no list 'Nowhere'"),
    ],
)
def test_rules_that_cannot_be_are_refused(
    make: MakeIntegration, rules: tuple[Any, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        make(*rules)


def test_rules_are_needed(push: ListPush, store: Path) -> None:
    with pytest.raises(ConfigError, match="needs rules"):
        triggers.PushIntegration(push, [], store=store)
    assert not store.exists()


# Unsubscribing


def test_leaving_a_segment_can_unsubscribe(
    make: MakeIntegration, folder: Folder, push: ListPush
) -> None:
    integration = make(
        ContactTrigger("segment_added", segment="vip"),
        ContactTrigger("segment_removed", segment="vip", then="unsubscribe"),
    )
    integration.handle(event("segment_added", segment_alias="vip"))
    outcome = integration.handle(event("segment_removed", at=1, segment_alias="vip"))
    assert outcome is not None
    assert (outcome.status, outcome.subscription) == ("updated", "unsubscribed")
    assert outcome.contact_id is not None
    assert on_list(folder, push.list.list_id, "person1@example.com") == "unsubscribed"
    again = integration.handle(event("segment_removed", at=2, segment_alias="vip"))
    assert again is not None
    assert (again.status, again.reason) == ("unchanged", "unsubscribed already")


def test_a_missing_contact_need_not_be_unsubscribed(make: MakeIntegration, folder: Folder) -> None:
    integration = make(ContactTrigger("segment_removed", then="unsubscribe"))
    unknown = integration.handle(event("segment_removed", segment_alias="vip"))
    assert unknown is not None
    assert (unknown.status, unknown.reason) == (
        "skipped",
        "iContact does not know this address: no contact was unsubscribed",
    )
    folder.contacts.create(email="person2@example.com")
    elsewhere = integration.handle(event("segment_removed", 2, segment_alias="vip"))
    assert elsewhere is not None
    assert (elsewhere.status, "not on the list" in elsewhere.reason) == ("unchanged", True)


@pytest.mark.parametrize("follow", [True, False])
def test_an_unsubscribe_is_followed_if_the_setting_says_so(
    make: MakeIntegration, folder: Folder, push: ListPush, vip: int, follow: bool
) -> None:
    integration = make(
        ContactTrigger("saved"), ContactTrigger("saved", list=vip), follow_unsubscribes=follow
    )
    integration.handle(event())
    happened = event(
        "subscription_changed", at=1, do_not_contact=True, do_not_contact_reason="unsubscribed"
    )
    outcome = integration.handle(happened)
    assert (outcome is not None) is follow
    expected = "unsubscribed" if follow else "normal"
    assert on_list(folder, push.list.list_id, "person1@example.com") == expected
    assert on_list(folder, vip, "person1@example.com") == expected
    later = event(at=2, do_not_contact=True, do_not_contact_reason="unsubscribed")
    stopped = integration.handle(later)
    assert stopped is not None
    assert stopped.status == "skipped"


def test_an_unsubscribe_that_icontact_refuses_becomes_a_dead_letter(
    make: MakeIntegration, sandbox: Sandbox
) -> None:
    integration = make(follow_unsubscribes=True)
    integration.handle(event())
    sandbox.faults.next(status=400, path=r"/subscriptions/", method="POST")
    happened = event(
        "subscription_changed", at=1, do_not_contact=True, do_not_contact_reason="manual"
    )
    outcome = integration.handle(happened)
    assert outcome is not None
    assert outcome.status == "rejected"
    assert integration.inbox.counts()["dead_letter"] == 1
    integration.inbox.retry()
    assert integration.work() == 1
    assert integration.inbox.counts()["dead_letter"] == 0


# Trouble


def test_what_icontact_did_not_take_is_tried_again_after_growing_pauses(
    make: MakeIntegration, sandbox: Sandbox, clock: Clock
) -> None:
    integration = make()
    sandbox.faults.next(status=503, times=None)
    outcome = integration.handle(event())
    assert outcome is not None
    assert outcome.status == "failed"
    pauses = []
    for _ in range(3):
        pause = integration.pause()
        assert pause is not None
        assert integration.work() == 0
        clock.now += pause
        assert integration.work() == 1
        pauses.append(pause)
    assert pauses == [30, 60, 120]
    sandbox.faults.clear()
    clock.now += 240
    assert integration.work() == 1
    assert integration.pause() is None
    assert integration.inbox.counts()["done"] == 1


def test_a_failed_event_that_is_repeated_is_tried_at_once(
    make: MakeIntegration, sandbox: Sandbox
) -> None:
    integration = make()
    sandbox.faults.next(status=503)
    assert getattr(integration.handle(event()), "status", None) == "failed"
    assert getattr(integration.handle(event()), "status", None) == "created"


def test_a_trigger_that_failed_is_not_spent(
    make: MakeIntegration, sandbox: Sandbox, clock: Clock
) -> None:
    integration = make(PointTrigger(minimum=10))
    sandbox.faults.next(status=503)
    integration.handle(event("points_changed", old_points=5, new_points=15))
    clock.now += 60
    assert integration.work() == 1
    assert "created" in integration.inbox.entries()[0].reason


def test_what_the_data_is_at_fault_for_becomes_a_dead_letter_with_its_reason(
    make: MakeIntegration, folder: Folder
) -> None:
    integration = make()
    outcome = integration.handle(event(row={"email": "no address"}))
    assert outcome is not None
    assert outcome.status == "rejected"
    (entry,) = integration.inbox.entries()
    assert entry.state == "dead_letter"
    assert "email" in entry.reason
    assert "no address" not in entry.reason
    assert integration.work() == 0
    # Newer values arrive, and the old event pushes those when it is tried again.
    integration.handle(event(at=1, row={"city": "Durham"}))
    integration.inbox.retry(entry.number)
    assert integration.work() == 1
    assert integration.inbox.counts()["dead_letter"] == 0
    assert folder.contacts.list().count() == 1


def test_a_service_that_is_down_is_left_alone(
    make: MakeIntegration, sandbox: Sandbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    integration = make()
    integration.accept([event(number=number) for number in range(9)])
    sandbox.faults.next(status=503, times=None)
    assert integration.work() == 3
    assert "several contacts failed in a row; waiting for 30 s" in caplog.text
    assert integration.pause() == 30
    own, *_, others = (entry.reason for entry in integration.inbox.entries())
    assert "503" in own
    assert others == f"all events wait: {own}"
    assert integration.work() == 0
    clock.now += 30
    assert integration.work() == 3
    assert integration.pause() == 60
    sandbox.faults.clear()
    clock.now += 60
    assert integration.work() == 9
    assert integration.inbox.counts()["done"] == 9


def test_where_to_push_may_be_looked_up_later_and_again(
    make: MakeIntegration,
    sandbox: Sandbox,
    folder: Folder,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sandbox.faults.next(status=503, times=None)
    mapper = ContactMapper(MAPPING)
    integration = make(push=lambda: ListPush(folder, "Newsletter", mapper=mapper))
    outcome = integration.handle(event())
    assert outcome is not None
    assert (outcome.status, "could not be looked up" in outcome.reason) == ("failed", True)
    assert integration.work() == 0
    assert "could not be looked up" in caplog.text
    (entry,) = integration.inbox.entries()
    assert entry.reason.startswith("all events wait: where to push to could not be looked up")
    assert integration.pause() == 30
    sandbox.faults.clear()
    assert integration.work() == 0
    clock.now += 30
    assert integration.work() == 1
    assert integration.inbox.counts()["done"] == 1


def test_something_unforeseen_loses_nothing(
    make: MakeIntegration, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    integration = make()

    def broken(self: ListPush, row: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(ListPush, "one", broken)
        with pytest.raises(ZeroDivisionError):
            integration.handle(event())
    (entry,) = integration.inbox.entries()
    assert (entry.state, entry.reason) == ("waiting", "unexpected error: ZeroDivisionError")
    clock.now += 60
    assert integration.work() == 1
    assert integration.inbox.counts()["done"] == 1


@pytest.mark.parametrize(
    ("problem", "status"),
    [(RejectedError(["for canary@x.example"]), "rejected"), (ConfigError("canary"), "failed")],
)
def test_an_error_of_the_push_becomes_an_outcome(
    make: MakeIntegration, monkeypatch: pytest.MonkeyPatch, problem: Exception, status: str
) -> None:
    def broken(self: ListPush, row: Any) -> Any:
        raise problem

    monkeypatch.setattr(ListPush, "one", broken)
    outcome = make().handle(event())
    assert outcome is not None
    assert outcome.status == status
    assert "@x.example" not in outcome.reason


def test_a_push_whose_lease_is_lost_ends_there(
    make: MakeIntegration, sandbox: Sandbox, clock: Clock, vip: int, push: ListPush
) -> None:
    integration = make(ContactTrigger("saved"), ContactTrigger("saved", list=vip), lease=60)
    one = push.one

    class Slow(ListPush):
        def one(self, row: Any) -> Any:
            clock.now += 61
            other = Inbox(integration.inbox.path, clock=clock)
            claim = other.claim(lease=60)
            assert claim is not None
            other.close()
            return one(row)

    push.__class__ = Slow
    integration.handle(event())
    assert integration.inbox.counts()["waiting"] == 1
    assert writes(sandbox).count("subscriptions") == 1


def test_a_contact_that_another_process_pushes_is_left_to_it(
    make: MakeIntegration, store: Path, clock: Clock
) -> None:
    integration = make()
    integration.accept([event()])
    claim = integration.inbox.claim(lease=60)
    assert claim is not None
    outcome = integration.handle(event(at=1))
    assert outcome is not None
    assert (outcome.status, "another process" in outcome.reason) == ("failed", True)
    assert integration.work() == 0


# Many events


def test_waiting_events_of_one_contact_are_one_push(
    make: MakeIntegration, sandbox: Sandbox, folder: Folder
) -> None:
    integration = make()
    integration.accept([event(at=at, row={"city": f"city {at}"}) for at in (3, 1, 5, 2, 4)])
    assert integration.work() == 1
    assert writes(sandbox) == ["contacts", "subscriptions"]
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert found.city == "city 5"


def test_work_can_be_limited(make: MakeIntegration) -> None:
    integration = make()
    integration.accept([event(number=number) for number in range(3)])
    assert integration.work(limit=2) == 2
    assert integration.work(limit=2) == 1
    assert integration.work() == 0


def test_several_threads_push_nothing_twice(make: MakeIntegration, sandbox: Sandbox) -> None:
    integration = make()
    integration.accept([event(number=number) for number in range(12)])
    threads = [threading.Thread(target=integration.work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writes(sandbox).count("contacts") == 12
    assert integration.inbox.counts()["done"] == 12


# Web hooks


def test_a_web_hook_is_kept_and_pushed_later(make: MakeIntegration, sandbox: Sandbox) -> None:
    integration = make(secret=SECRET)
    body = encoded({**hook("lead_post_save_new", saved(1)), **hook("form_on_submit", submitted(2))})
    signature = mautic.sign(body, SECRET)
    assert integration.receive(body, signature=signature, site_url=SITE) == 2
    assert integration.receive(body, signature=signature) == 0
    assert writes(sandbox) == []
    assert integration.work() == 2
    with pytest.raises(mautic.SignatureError):
        integration.receive(body, signature=mautic.sign(body, "other"))
    assert integration.receive(body, signature=mautic.sign(body, "other"), secret="other") == 0


def test_without_a_secret_everything_is_kept(make: MakeIntegration) -> None:
    integration = make()
    assert integration.receive(encoded(hook("lead_post_save_new", saved(1)))) == 1
    with pytest.raises(DecodeError):
        integration.receive(b"{")


def test_what_cannot_be_read_is_logged(
    make: MakeIntegration, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    body = encoded(hook("lead_post_save_new", {"contact": {"email": "canary@x.example"}}))
    assert make().receive(body) == 0
    assert "lead_post_save_new[0]" in caplog.text
    assert "canary" not in caplog.text


def test_forms_fill_gaps_on_request(make: MakeIntegration, folder: Folder) -> None:
    integration = make(merge_results=True)
    entry = submitted(1, results={"city": "Durham"})
    integration.receive(encoded(hook("form_on_submit", entry)))
    assert integration.work() == 1
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert found.city == "Durham"


def test_a_whole_segment_can_be_pushed_without_events(push: ListPush) -> None:
    rows = (mautic.contact(person(number)) for number in (1, 2))
    assert push.run(rows).counts["created"] == 2


def test_its_repr_counts_its_rules(make: MakeIntegration) -> None:
    assert repr(make()) == "PushIntegration(3 rules)"
    made = triggers.PushIntegration
    assert repr(made.__new__(made)) == "PushIntegration(0 rules)"


def test_a_store_may_be_an_inbox(make: MakeIntegration, store: Path, clock: Clock) -> None:
    inbox = Inbox(store, clock=clock)
    assert make(store=inbox).inbox is inbox


# Who is unsubscribed


def test_an_unsubscribe_is_of_the_address_that_the_mapping_reads(
    make: MakeIntegration, folder: Folder
) -> None:
    work = ContactMapper({"email": "work", "first_name": "firstname"})
    push = ListPush(folder, "Newsletter", mapper=work)
    integration = make(ContactTrigger("saved"), push=push, follow_unsubscribes=True)
    row = {"work": "Jo@Work.example"}
    integration.handle(event(row=row))
    assert on_list(folder, push.list.list_id, "jo@work.example") == "normal"
    happened: dict[str, Any] = {"do_not_contact": True, "do_not_contact_reason": "unsubscribed"}
    integration.handle(event("subscription_changed", at=1, row=row, **happened))
    assert on_list(folder, push.list.list_id, "jo@work.example") == "unsubscribed"


@pytest.mark.parametrize(
    "later",
    [
        event("deleted", at=6),
        event(at=6, row={"email": None}, do_not_contact=True, do_not_contact_reason="manual"),
        event(
            at=6,
            row={"email": "new@example.com"},
            do_not_contact=True,
            do_not_contact_reason="manual",
        ),
    ],
    ids=["deleted", "address removed", "address changed"],
)
def test_who_unsubscribed_and_was_deleted_or_changed_meanwhile_is_unsubscribed(
    make: MakeIntegration, folder: Folder, push: ListPush, later: triggers.ContactEvent
) -> None:
    integration = make(ContactTrigger("saved"), follow_unsubscribes=True)
    integration.handle(event())
    left = event("subscription_changed", at=5, do_not_contact=True, do_not_contact_reason="manual")
    assert integration.accept([left, later]) == 2
    assert integration.work() == 1
    assert on_list(folder, push.list.list_id, "person1@example.com") == "unsubscribed"
    assert folder.contacts.find(email="new@example.com") is None
    assert integration.inbox.counts()["waiting"] == 0


def test_who_unsubscribed_is_unsubscribed_if_the_deletion_arrives_first(
    make: MakeIntegration, folder: Folder, push: ListPush
) -> None:
    integration = make(ContactTrigger("saved"), follow_unsubscribes=True)
    integration.handle(event())
    integration.handle(event("deleted", at=6))
    integration.handle(
        event("subscription_changed", at=5, do_not_contact=True, do_not_contact_reason="manual")
    )
    assert on_list(folder, push.list.list_id, "person1@example.com") == "unsubscribed"


# Contacts without their fields, as Mautic 2 sends them at times, and Mautic 4 for rebuilt segments

BARE: dict[str, Any] = {"fields": [], "doNotContact": [{}]}


def left(at: float = 5.0) -> dict[str, Any]:
    """An unsubscribe as in issue 7773 of Mautic: the contact's id and no address."""
    entry = {**saved(1, at, **BARE), "channel": "email", "old_status": "contactable"}
    return {**entry, "new_status": "unsubscribed"}


def moved(action: str, at: float = 5.0) -> dict[str, Any]:
    """A segment's change as Mautic 4 sends it after ``mautic:segments:update``."""
    segment = {"id": 3, "name": "VIP", "alias": "vip"}
    return {"contact": {"id": 1}, "segment": segment, "action": action, "timestamp": moment(at)}


def test_an_unsubscribe_without_an_address_is_of_the_address_that_is_kept(
    make: MakeIntegration, folder: Folder, push: ListPush
) -> None:
    integration = make(ContactTrigger("saved"), follow_unsubscribes=True)
    for body in (
        hook("lead_post_save_new", saved(1)),
        hook("lead_points_change", {**pointed(1, 0, 5, at=2, **BARE), "doNotContact": []}),
        hook("lead_channel_subscription_changed", left()),
    ):
        assert integration.receive(encoded(body)) == 1
        assert integration.work() == 1
    assert on_list(folder, push.list.list_id, "person1@example.com") == "unsubscribed"


def test_an_unsubscribe_without_any_address_is_a_dead_letter_until_the_address_comes(
    make: MakeIntegration, folder: Folder, push: ListPush
) -> None:
    push.one({"email": "person1@example.com", "firstname": "Jo"})
    integration = make(ContactTrigger("saved"), follow_unsubscribes=True)
    integration.receive(encoded(hook("lead_channel_subscription_changed", left())))
    assert integration.work() == 1
    (entry,) = integration.inbox.entries(states=["dead_letter"])
    assert "only the id of this contact" in entry.reason
    blocked = [{"id": 9, "reason": 1, "comments": "", "channel": "email"}]
    again = saved(1, at=9, doNotContact=blocked, dateModified=moment(9))
    integration.receive(encoded(hook("lead_post_save_update", again)))
    integration.work()
    assert on_list(folder, push.list.list_id, "person1@example.com") == "unsubscribed"
    assert integration.inbox.retry() == 1
    integration.work()
    assert integration.inbox.counts() == {"waiting": 0, "done": 2, "dead_letter": 0, "dropped": 0}


def test_who_left_a_segment_without_an_address_is_unsubscribed(
    make: MakeIntegration, folder: Folder, push: ListPush
) -> None:
    rules = (ContactTrigger("saved"), ContactTrigger("segment_removed", then="unsubscribe"))
    integration = make(*rules)
    integration.receive(encoded(hook("lead_post_save_new", saved(1))))
    integration.receive(encoded(hook("lead_list_change", moved("removed"))))
    integration.work()
    assert on_list(folder, push.list.list_id, "person1@example.com") == "unsubscribed"


def test_who_joined_a_segment_without_fields_is_pushed_with_those_that_are_kept(
    make: MakeIntegration, folder: Folder
) -> None:
    integration = make(ContactTrigger("segment_added"))
    integration.receive(encoded(hook("lead_list_change", moved("added"))))
    assert integration.work() == 1
    (entry,) = integration.inbox.entries()
    assert (entry.state, "only the id of this contact" in entry.reason) == ("dead_letter", True)
    integration.receive(encoded(hook("lead_post_save_update", saved(1, at=9))))
    integration.inbox.retry()
    integration.work()
    found = folder.contacts.find(email="person1@example.com")
    assert found is not None
    assert found.first_name == "Jo"
    assert integration.inbox.counts()["dead_letter"] == 0


def test_an_event_without_fields_that_concerns_no_rule_is_done(make: MakeIntegration) -> None:
    integration = make(ContactTrigger("saved"))
    integration.receive(encoded(hook("lead_list_change", moved("added"))))
    assert integration.work() == 1
    (entry,) = integration.inbox.entries()
    assert (entry.state, entry.reason) == ("done", "no rule fires")


def test_a_contact_that_must_not_be_mailed_is_not_pushed_without_its_fields(
    make: MakeIntegration, sandbox: Sandbox
) -> None:
    integration = make(ContactTrigger("segment_added"))
    integration.receive(encoded(hook("lead_channel_subscription_changed", left())))
    integration.receive(encoded(hook("lead_list_change", moved("added", at=9))))
    integration.work()
    assert [one.state for one in integration.inbox.entries()] == ["done", "done"]
    assert writes(sandbox) == []


def test_a_deletion_without_fields_keeps_older_values_from_being_pushed(
    make: MakeIntegration, sandbox: Sandbox
) -> None:
    integration = make(ContactTrigger("saved"))
    gone = {**saved(1, at=5, **BARE), "id": 1}
    integration.receive(encoded(hook("lead_post_delete", gone)))
    integration.work()
    integration.receive(encoded(hook("lead_post_save_update", saved(1, at=4))))
    integration.work()
    assert writes(sandbox) == []


def test_an_address_that_no_push_takes_is_on_no_list(make: MakeIntegration) -> None:
    integration = make(ContactTrigger("saved"), follow_unsubscribes=True)
    happened: dict[str, Any] = {"do_not_contact": True, "do_not_contact_reason": "unsubscribed"}
    row = {"email": "jo,ann@example.com"}
    outcome = integration.handle(event("subscription_changed", row=row, **happened))
    assert outcome is not None
    assert (outcome.status, outcome.reason) == (
        "skipped",
        "iContact cannot search for this address: no contact was unsubscribed",
    )


# Dead letters that are tried again


def test_an_unsubscribe_that_one_list_refused_can_be_tried_again(  # noqa: PLR0917 - all of them fixtures
    make: MakeIntegration,
    folder: Folder,
    push: ListPush,
    sandbox: Sandbox,
    vip: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    integration = make(
        ContactTrigger("saved"), ContactTrigger("saved", list=vip), follow_unsubscribes=True
    )
    integration.handle(event())
    happened = event(
        "subscription_changed", at=5, do_not_contact=True, do_not_contact_reason="manual"
    )
    with monkeypatch.context() as patch:
        unsubscribe = Subscriptions.unsubscribe

        def refused(self: Subscriptions, **where: Any) -> object:
            if where["list_id"] == vip:
                raise RejectedError(["no"])
            return unsubscribe(self, **where)

        patch.setattr(Subscriptions, "unsubscribe", refused)
        outcome = integration.handle(happened)
    assert outcome is not None
    assert outcome.status == "rejected"
    assert on_list(folder, vip, "person1@example.com") == "normal"
    assert (integration.inbox.retry(), integration.work()) == (1, 1)
    assert on_list(folder, vip, "person1@example.com") == "unsubscribed"
    assert on_list(folder, push.list.list_id, "person1@example.com") == "unsubscribed"


def test_points_that_were_dead_letters_still_pass_the_minimum(make: MakeIntegration) -> None:
    integration = make(PointTrigger(minimum=10))
    outcome = integration.handle(
        event("points_changed", new_points=20, row={"email": "no address"})
    )
    assert outcome is not None
    assert outcome.status == "rejected"
    assert (integration.inbox.retry(), integration.work()) == (1, 1)
    # Still refused, and not taken for a change that passes nothing.
    assert integration.inbox.counts()["dead_letter"] == 1


def test_what_is_no_push_and_no_rule_is_refused_at_once(make: MakeIntegration) -> None:
    with pytest.raises(TypeError, match="push must be a ListPush or a function that makes one"):
        make(push="Newsletter")
    with pytest.raises(TypeError, match="rules must be a list of ContactTrigger and PointTrigger"):
        make("saved")
