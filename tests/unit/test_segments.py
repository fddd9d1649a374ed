from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import icontact
from icontact import errors
from icontact.models import Operator
from icontact.resources import Criteria, Segments
from tests.unit.support import FOLDER, Script

# The sample bodies of API 10.
SEGMENTS = {
    "segments": [
        {
            "segmentId": "888888",
            "listId": "444444",
            "name": "People Named John",
            "description": "All the people named John",
        }
    ],
    "total": 1,
    "limit": 1,
    "offset": 1,
}
JOHN = {"criterionId": 0, "fieldName": "firstName", "operator": "eq", "values": ["John"]}


def segments(script: Script) -> Segments:
    return icontact.Folder(script, 1, 2).segments


def criteria(*payloads: Any) -> tuple[Criteria, Script]:
    script = Script(*payloads)
    return segments(script).criteria(888888), script


def test_reading() -> None:
    script = Script(SEGMENTS, {"segment": SEGMENTS["segments"][0]})  # type: ignore[index]  # a sample body
    (one,) = segments(script).list(max_items=1)
    assert (one.segment_id, one.list_id, one.name) == (888888, 444444, "People Named John")
    assert segments(script).get(888888) == one


def test_creating_is_done_once() -> None:
    script = Script({"segments": [{"segmentId": 1, "name": "A", "listId": 7}]})
    assert segments(script).create(name="A", list_id=7).list_id == 7
    assert script.calls[0].body == [{"name": "A", "listId": 7}]
    assert script.calls[0].safety is icontact.Safety.ONCE


def test_twins_are_told_apart() -> None:
    rows = [
        {"segmentId": 1, "name": "A", "listId": 7},
        {"segmentId": 2, "name": "A", "listId": 8},
        {"segmentId": 3, "name": "A", "listId": 7},
    ]
    result = segments(Script({"segments": rows})).create_many(
        [
            {"name": "A", "list_id": 7},
            {"name": "A", "list_id": 7},
            {"name": "A", "list_id": 7},
            {"name": "A", "list_id": 8},
        ]
    )
    assert [one and one.segment_id for one in result.results] == [1, 3, None, 2]


def test_the_list_of_a_segment_is_never_changed() -> None:
    script = Script({"segment": {"segmentId": 1}}, [])
    with pytest.raises(TypeError, match="list_id is given on creation only"):
        segments(script).update(1, list_id=8)  # type: ignore[call-arg]  # that is the test
    assert segments(script).update(1, description=None).segment_id == 1
    segments(script).delete(1)
    assert [call.method for call in script.calls] == ["POST", "DELETE"]


def test_criteria_are_read_although_the_listing_has_no_total() -> None:
    resource, script = criteria({"criteria": [JOHN]}, {"criterion": JOHN})
    (one,) = resource.list()
    assert (one.criterion_id, one.field_name, one.values) == (0, "firstName", ("John",))
    assert one.operator is Operator.EQ
    assert "John" not in repr(one)
    assert resource.get(0) == one
    assert script.calls[1].path == f"{FOLDER}/segments/888888/criteria/0"


def test_a_criterion_is_created_as_recorded() -> None:
    stored = {"criterionId": 1, "fieldName": "state", "operator": "eq", "values": ["NC"]}
    resource, script = criteria({"criteria": [stored]})
    made = resource.create(field_name="state", operator="eq", values=["NC"])
    assert made.criterion_id == 1
    assert script.calls[0].body == [{"fieldName": "state", "operator": "eq", "values": ["NC"]}]
    assert script.calls[0].safety is icontact.Safety.ONCE


def test_values_of_every_kind_are_sent() -> None:
    resource, script = criteria({"criteria": [JOHN]})
    resource.create(field_name="seen", operator="bet", values=(date(2024, 1, 1), 1.5))
    assert script.calls[0].body[0]["values"] == ["2024-01-01", "1.5"]


def test_several_criteria_are_matched_by_what_they_say_or_by_id() -> None:
    stored = [
        {"criterionId": 0, "fieldName": "x", "operator": "eq", "values": "1"},
        {"criterionId": 4, "fieldName": "points", "operator": "gt", "values": ["10"]},
    ]
    resource, script = criteria({"criteria": stored})
    result = resource.create_many(
        [
            {"field_name": "points", "operator": Operator.GT, "values": [10]},
            {"criterion_id": 0, "values": ["1"]},
            {"field_name": "city", "operator": "contains", "values": ["b"]},
        ]
    )
    assert [one and one.criterion_id for one in result.results] == [4, 0, None]
    assert script.calls[0].body[1] == {"criterionId": 0, "values": ["1"]}


def test_changing_replacing_and_deleting_a_criterion() -> None:
    resource, script = criteria({"criterion": JOHN}, {"criterion": JOHN}, [])
    resource.update(0, values=["John"])
    resource.replace(0, field_name="firstName", operator="eq", values=["John"])
    resource.delete(0)
    assert [call.method for call in script.calls] == ["POST", "PUT", "DELETE"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "needs field_name and operator and values"),
        ({"field_name": "a", "operator": "eq", "values": []}, "needs values"),
        ({"field_name": "a", "operator": "is", "values": [1]}, "operator: 'is' is none"),
        ({"field_name": "a", "operator": "contain", "values": [1]}, "did you mean 'contains'"),
        ({"field_name": "a", "operator": "bet", "values": [1]}, "values: bet takes 2, got 1"),
        ({"field_name": "a", "operator": "eq", "values": [1, 2]}, "values: eq takes 1, got 2"),
        ({"field_name": "a", "operator": "eq", "values": "x"}, "values: expected several values"),
        ({"field_name": "a", "operator": "month", "values": [13]}, "number from 1 to 12"),
        ({"field_name": "a", "operator": "day", "values": ["x"]}, "number from 1 to 31"),
        ({"field_name": "a", "operator": "eq", "values": [None]}, None),
        ({"field_name": "a", "operator": "year", "values": [2024]}, None),
    ],
)
def test_a_criterion_is_checked_before_it_is_sent(fields: Any, said: str | None) -> None:
    resource, script = criteria({"criteria": [JOHN]}, {"criterion": JOHN})
    if said is None:
        resource.create(**fields)
        resource.replace(0, **fields)
        return
    for use in (resource.create, lambda **given: resource.replace(0, **given)):
        with pytest.raises(ValueError, match=said):
            use(**fields)
    with pytest.raises(ValueError, match=r"row 1: a crit" if not fields else said):
        resource.create_many([{"criterion_id": 1}, fields])
    assert script.calls == []


def test_a_change_is_checked_as_far_as_it_goes() -> None:
    resource, _ = criteria()
    for values in ([], [1, 2, 3]):
        with pytest.raises(ValueError, match="values: a criterion takes 1 or 2"):
            resource.update(0, values=values)
    with pytest.raises(ValueError, match="operator: 'of' is none"):
        resource.update(0, operator="of")


def test_a_plan_that_allows_no_more_segments_says_so() -> None:
    with pytest.raises(errors.RejectedError, match="one segment"):
        segments(Script({"segments": []}, warnings=("one segment",))).create(name="A", list_id=7)
