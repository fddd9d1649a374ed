"""When a rule fires, as pure functions."""

from __future__ import annotations

from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import ConfigError
from icontact.integrations.rules import ContactTrigger, PointTrigger, Rule, fires
from tests.integrations.support import event

ALL = ("identified", "saved", "form_submitted", "segment_added", "segment_removed", "manual")


@pytest.mark.parametrize("on", ALL)
@pytest.mark.parametrize("kind", [*ALL, "points_changed", "subscription_changed", "deleted"])
def test_an_action_fires_on_what_it_names(on: str, kind: str) -> None:
    expected = on == kind or (on, kind) == ("saved", "identified")
    assert fires(ContactTrigger(on), event(kind)) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [(4, True), ("4", True), ("signup", True), (5, False), ("other", False)],
)
def test_a_form_may_be_named_by_id_or_alias(condition: int | str, expected: bool) -> None:
    happened = event("form_submitted", form_id=4, form_alias="signup")
    assert fires(ContactTrigger("form_submitted", form=condition), happened) is expected


@pytest.mark.parametrize(
    ("condition", "expected"), [(3, True), ("3", True), ("vip", True), (5, False), ("other", False)]
)
def test_a_segment_may_be_named_by_id_or_alias(condition: int | str, expected: bool) -> None:
    happened = event("segment_added", segment_id=3, segment_alias="vip")
    assert fires(ContactTrigger("segment_added", segment=condition), happened) is expected


def test_what_arrives_late_of_a_segment_does_not_fire() -> None:
    happened = event("segment_removed", segment_alias="vip", at=5)
    rule = ContactTrigger("segment_removed")
    assert fires(rule, happened, segments={"vip": happened.at})
    assert not fires(rule, happened, segments={"vip": happened.at + 1})
    assert fires(rule, happened, segments={"other": happened.at + 1})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [(5, 15, True), (9, 10, True), (10, 15, False), (5, 9, False), (15, 5, False), (0, 100, True)],
)
def test_points_pass_a_minimum(old: float, new: float, expected: bool) -> None:
    happened = event("points_changed", old_points=old, new_points=new)
    assert fires(PointTrigger(minimum=10), happened) is expected


@pytest.mark.parametrize(
    ("before", "expected"), [(None, True), (5, True), (10, False), (12, False)]
)
def test_old_points_that_an_event_lacks_may_be_known(before: float | None, expected: bool) -> None:
    happened = event("points_changed", new_points=12)
    assert fires(PointTrigger(minimum=10), happened, points=before) is expected


@pytest.mark.parametrize(
    ("kind", "existing", "expected"),
    [
        ("identified", False, True),
        ("saved", False, False),
        ("saved", True, True),
        ("form_submitted", True, True),
        ("manual", True, True),
        ("deleted", True, False),
    ],
)
def test_points_that_are_there_fire_for_new_contacts_or_on_request(
    kind: str, existing: bool, expected: bool
) -> None:
    rule = PointTrigger(minimum=10, for_existing=existing)
    assert fires(rule, event(kind, new_points=10)) is expected
    assert not fires(rule, event(kind, new_points=9))
    assert not fires(rule, event(kind))


MAPPER = ContactMapper({"email": "email"})
WRONG: Any = object()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ContactTrigger("deleted"), "on must be one of identified"),
        (lambda: ContactTrigger("saved", then=WRONG), "then must be"),
        (lambda: ContactTrigger("saved", form=1), 'form belongs to on = "form_submitted"'),
        (lambda: ContactTrigger("saved", segment=1), 'segment belongs to on = "segment_added"'),
        (lambda: ContactTrigger("saved", then="unsubscribe"), 'belongs to on = "segment_removed"'),
        (lambda: ContactTrigger("saved", push=WRONG, list="x"), "not both"),
        (lambda: PointTrigger(minimum=1, push=WRONG, mapper=MAPPER), "not both"),
        (lambda: PointTrigger(minimum=WRONG), "minimum must be a number"),
        (lambda: PointTrigger(minimum=True), "minimum must be a number"),
        (lambda: PointTrigger(minimum=float("nan")), "minimum must be a number"),
        (lambda: PointTrigger(minimum=float("inf")), "minimum must be a number"),
        (lambda: PointTrigger(minimum=10**400), "minimum must be a number"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(make: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make()


@pytest.mark.parametrize(
    ("rule", "label"),
    [
        (ContactTrigger("saved"), "saved"),
        (ContactTrigger("form_submitted", form=4), "form_submitted 4"),
        (ContactTrigger("segment_added", segment="vip"), "segment_added vip"),
        (ContactTrigger("saved", name="mine"), "mine"),
        (PointTrigger(minimum=100), "points from 100"),
        (PointTrigger(minimum=1234567), "points from 1234567"),
        (PointTrigger(minimum=1_000_000.0), "points from 1000000"),
        (PointTrigger(minimum=-0.25), "points from -0.25"),
        (PointTrigger(minimum=0.1234567), "points from 0.1234567"),
        (PointTrigger(minimum=2.5, name="mine"), "mine"),
    ],
)
def test_a_rule_has_a_name(rule: Rule, label: str) -> None:
    assert rule.label == label
