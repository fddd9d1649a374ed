"""What is to be done about one contact, as a pure function."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import attrs
import pytest

from icontact.integrations.decide import (
    BoundRule,
    Memory,
    Pending,
    TriggerDecision,
    decide,
    remember,
)
from icontact.integrations.events import ContactEvent
from icontact.integrations.rules import ContactTrigger, PointTrigger
from tests.integrations.support import START, event

SAVED = BoundRule(ContactTrigger("saved"), "A")
FORM = BoundRule(ContactTrigger("form_submitted"), "A")
POINTS = BoundRule(PointTrigger(minimum=10), "B")
LEFT = BoundRule(ContactTrigger("segment_removed", then="unsubscribe"), "A")
JOINED = BoundRule(ContactTrigger("segment_added"), "A")
RULES = (SAVED, FORM, POINTS, LEFT, JOINED)


def decided(
    *events: ContactEvent,
    memory: Memory | None = None,
    newest: ContactEvent | None = None,
    rules: tuple[BoundRule, ...] = RULES,
    **options: Any,
) -> TriggerDecision:
    pending = [Pending(number, one) for number, one in enumerate(events, 1)]
    newest = newest or max(events, key=lambda one: one.at)
    return decide(pending, memory or Memory(), rules, newest, **options)


def tasks(decision: TriggerDecision) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(one.action, one.target, one.numbers) for one in decision.tasks]


def test_no_rule_no_push() -> None:
    decision = decided(event("manual"))
    assert tasks(decision) == []
    assert decision.note == "no rule fires"


def test_many_events_of_one_contact_are_one_push_of_the_newest_state() -> None:
    decision = decided(event(at=1), event(at=3, row={"city": "new"}), event(at=2))
    assert tasks(decision) == [("push", "A", (1, 3, 2))]
    assert decision.row["city"] == "new"
    assert decision.at == START + 3


def test_every_trigger_that_fired_on_the_way_counts() -> None:
    up = event("points_changed", at=2, old_points=5, new_points=15)
    down = event("points_changed", at=3, old_points=15, new_points=1)
    decision = decided(event(at=1), up, event(at=2.5), down, event(at=4))
    assert tasks(decision) == [("push", "A", (1, 3, 5)), ("push", "B", (2,))]


def test_whatever_the_order_of_arrival_the_same_is_done() -> None:
    happened = [
        event("identified", at=1, new_points=0),
        event("points_changed", at=2, old_points=0, new_points=12),
        event("segment_added", at=3, segment_alias="vip"),
        event("segment_removed", at=4, segment_alias="vip"),
    ]
    ends = set()
    for order in permutations(happened):
        decision = decided(*order)
        done = [(one.action, one.target) for one in decision.tasks]
        ends.add((tuple(done), decision.at, decision.memory.newest, decision.memory.points))
    assert ends == {
        ((("push", "A"), ("push", "B"), ("unsubscribe", "A")), START + 4, START + 4, 12.0)
    }


def test_a_point_trigger_fires_once() -> None:
    up = event("points_changed", at=2, old_points=5, new_points=15)
    again = event("points_changed", at=3, old_points=5, new_points=15)
    assert tasks(decided(up, again)) == [("push", "B", (1,))]
    memory = Memory(fired=(POINTS.name,))
    assert tasks(decided(again, memory=memory)) == []


def test_an_event_older_than_what_was_pushed_pushes_nothing_and_its_trigger_is_spent() -> None:
    memory = Memory(newest=START + 9, pushed={"A": START + 9, "B": START + 9})
    up = event("points_changed", at=2, old_points=5, new_points=15)
    decision = decided(event(at=1), up, memory=memory)
    assert tasks(decision) == []
    assert decision.note == "newer values were pushed before"
    assert decision.memory.fired == (POINTS.name,)


def test_an_old_trigger_of_a_list_of_its_own_pushes_the_newest_state() -> None:
    memory = Memory(newest=START + 9, pushed={"A": START + 9})
    up = event("points_changed", at=2, old_points=5, new_points=15)
    newest = event(at=9, row={"city": "new"})
    decision = decided(up, memory=memory, newest=newest)
    assert tasks(decision) == [("push", "B", (1,))]
    assert decision.row["city"] == "new"
    assert not decision.late


def test_an_old_trigger_whose_newer_values_are_gone_is_late() -> None:
    memory = Memory(newest=START + 9, pushed={"A": START + 9})
    up = event("points_changed", at=2, old_points=5, new_points=15)
    decision = decided(up, memory=memory)
    assert decision.late


def test_later_points_say_nothing_about_earlier_ones() -> None:
    memory = Memory(newest=START + 9, points=50)
    assert tasks(decided(event("points_changed", at=2, new_points=15), memory=memory)) != []
    memory = Memory(newest=START + 1, points=50)
    assert tasks(decided(event("points_changed", at=2, new_points=55), memory=memory)) == []


def test_events_of_one_second_count_as_they_came() -> None:
    memory = Memory(newest=START, pushed={"A": START})
    assert tasks(decided(event(row={"city": "new"}), memory=memory)) == [("push", "A", (1,))]


def test_of_one_second_a_wish_not_to_be_mailed_counts_whatever_comes_first() -> None:
    # A queue of web hooks may come newest first, and Mautic tells whole seconds.
    allowed = event("saved", do_not_contact=False)
    left = event("subscription_changed", do_not_contact=True, do_not_contact_reason="unsubscribed")
    assert tasks(decided(left, allowed)) == []
    assert tasks(decided(allowed, left)) == []
    lifted = event("saved", at=1, do_not_contact=False)
    assert tasks(decided(left, allowed, lifted)) == [("push", "A", (2, 3))]


def test_of_one_second_a_deletion_counts_whatever_comes_first() -> None:
    for events in permutations((event("deleted"), event("saved"))):
        assert decided(*events).note == "the contact was deleted"


def test_push_and_unsubscribe_keep_their_order() -> None:
    joined = event("segment_added", at=1, segment_alias="vip")
    left = event("segment_removed", at=2, segment_alias="vip")
    decision = decided(joined, left, event(at=3), event(at=4))
    assert tasks(decision) == [
        ("push", "A", (1,)),
        ("unsubscribe", "A", (2,)),
        ("push", "A", (3, 4)),
    ]


def test_visitors_are_never_pushed() -> None:
    decision = decided(event(row={"email": None}))
    assert tasks(decision) == []
    assert "visitors" in decision.note


def test_deleted_contacts_are_not_pushed_until_something_newer_comes() -> None:
    decision = decided(event(at=1), event("deleted", at=2))
    assert tasks(decision) == []
    assert "deleted" in decision.note
    assert tasks(decided(event(at=3), memory=decision.memory)) == [("push", "A", (1,))]


# Do not contact

BLOCKED: dict[str, Any] = {"do_not_contact": True, "do_not_contact_reason": "unsubscribed"}


def test_a_person_who_must_not_be_mailed_is_not_pushed() -> None:
    decision = decided(event(**BLOCKED))
    assert tasks(decision) == []
    assert decision.stopped
    assert decision.note == "must not be mailed (unsubscribed)"


def test_it_is_remembered_where_an_event_does_not_say() -> None:
    memory = decided(event(**BLOCKED)).memory
    assert decided(event("form_submitted", at=1), memory=memory).stopped
    free = decided(event(at=1, do_not_contact=False), memory=memory)
    assert not free.stopped
    assert free.memory.reason is None
    late = decided(event("form_submitted", at=-1, do_not_contact=False), memory=memory)
    assert late.stopped


def test_nothing_was_stopped_where_nothing_was_wanted() -> None:
    assert not decided(event("subscription_changed", **BLOCKED)).stopped


def test_an_unsubscribe_is_followed_everywhere_once() -> None:
    happened = event("subscription_changed", **BLOCKED)
    decision = decided(happened, follow_unsubscribes=True)
    assert tasks(decision) == [("unsubscribe", "A", ()), ("unsubscribe", "B", ())]
    done = attrs.evolve(decision.memory, followed=True)
    assert tasks(decided(event(at=1, **BLOCKED), memory=done, follow_unsubscribes=True)) == []
    free = decided(event(at=2, do_not_contact=False), memory=done).memory
    again = event("subscription_changed", at=3, **BLOCKED)
    assert len(tasks(decided(again, memory=free, follow_unsubscribes=True))) == 2


@pytest.mark.parametrize(
    ("reason", "followed"),
    [
        ("manual", True),
        ("unsubscribed", True),
        ("bounced", False),
        ("unknown", False),
        (None, False),
    ],
)
def test_a_persons_will_is_followed_and_a_bounce_is_not(reason: str | None, followed: bool) -> None:
    happened = event("subscription_changed", do_not_contact=True, do_not_contact_reason=reason)
    assert bool(tasks(decided(happened, follow_unsubscribes=True))) is followed


@pytest.mark.parametrize(
    "later",
    [
        event("deleted", at=2),
        event(at=2, row={"email": None}),
        event(at=2, row={"email": "new@example.com"}, **BLOCKED),
    ],
    ids=["deleted", "address removed", "address changed"],
)
@pytest.mark.parametrize(
    "left",
    [
        event("subscription_changed", at=1, **BLOCKED),
        event("segment_removed", at=1, segment_alias="vip"),
    ],
    ids=["unsubscribed", "left the segment"],
)
def test_who_left_is_unsubscribed_whatever_became_of_the_contact(
    left: ContactEvent, later: ContactEvent
) -> None:
    newest = left if later.type == "deleted" else later
    for events in permutations((left, later)):
        decision = decided(*events, newest=newest, follow_unsubscribes=True)
        (task, *_) = decision.tasks
        assert (task.action, task.target) == ("unsubscribe", "A")
        assert "person1@example.com" in dict(task.leaving)
        assert not any(task.action == "push" for task in decision.tasks)


def test_an_address_from_before_the_person_left_is_not_unsubscribed() -> None:
    # A wrong address that was corrected may be another person's.
    wrong = event(at=1, row={"email": "another@example.com"})
    decision = decided(
        wrong, event("subscription_changed", at=2, **BLOCKED), follow_unsubscribes=True
    )
    assert {email for task in decision.tasks for email, _ in task.leaving} == {
        "person1@example.com"
    }


def test_a_visitor_who_left_has_no_address_to_unsubscribe() -> None:
    left = event("subscription_changed", row={"email": None}, **BLOCKED)
    assert tasks(decided(left, follow_unsubscribes=True)) == []


def test_leaving_a_segment_unsubscribes_people_who_must_not_be_mailed_too() -> None:
    left = event("segment_removed", segment_alias="vip", **BLOCKED)
    assert tasks(decided(left)) == [("unsubscribe", "A", (1,))]
    both = decided(left, follow_unsubscribes=True)
    assert tasks(both) == [("unsubscribe", "A", (1,)), ("unsubscribe", "B", ())]


# Forms


def test_a_forms_answers_fill_gaps_on_request() -> None:
    form = event("form_submitted", at=1, form_results={"city": "Durham", "firstname": "No"})
    decision = decided(form, event(at=2), merge_results=True)
    assert (decision.row["city"], decision.row["firstname"]) == ("Durham", "Jo")
    assert "city" not in decided(form).row


# Memory


def test_of_several_answers_the_newest_counts() -> None:
    old = event("form_submitted", at=1, form_results={"city": "Raleigh", "fax": "1"})
    new = event("form_submitted", at=2, form_results={"city": "Durham"})
    for events in permutations((old, new)):
        row = decided(*events, merge_results=True).row
        assert (row["city"], row["fax"]) == ("Durham", "1")


def test_the_memory_does_not_depend_on_the_order_of_events() -> None:
    happened = [
        event(at=1, new_points=1, do_not_contact=False),
        event(at=2, new_points=2, **BLOCKED),
        event("segment_added", at=3, segment_alias="vip"),
        event("segment_removed", at=4, segment_id=8),
    ]
    ends = []
    for order in permutations(happened):
        memory = Memory()
        for one in order:
            memory = remember(one, memory)
        ends.append((memory.blocked, memory.newest, sorted(memory.segments)))
    assert ends == [(True, START + 4, ["8", "vip"])] * len(ends)
