"""Segments, and the criteria that pick their contacts (API 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.wire import Wire


def new_segment(wire: Wire, *criteria: tuple[str, str, list[Any]]) -> str:
    item = {"name": "Some", "listId": wire.sandbox.list_id}
    segment_id: str = wire.post("/segments", [item])["segments"][0]["segmentId"]
    items = [{"fieldName": f, "operator": o, "values": v} for f, o, v in criteria]
    if items:
        answer = wire.post(f"/segments/{segment_id}/criteria", items)
        assert list(answer) == ["criteria"], answer
    return segment_id


def members(wire: Wire, segment_id: str) -> list[str]:
    """Return who is in a segment: those that a mailing to it reaches."""
    send = wire.dispatch(wire.message(), includeSegmentIds=segment_id)
    emails = {row["contactId"]: row["email"] for row in wire.sandbox.state.contacts()}
    found = [emails[each] for each in wire.sandbox.state.recipients(send["sendId"])]
    return [email.partition("@")[0] for email in found]


def furnish(wire: Wire) -> None:
    people: list[dict[str, Any]] = [
        {"email": "ann@example.com", "firstName": "Ann", "state": "NC", "score": "9",
         "born": "1980-02-29", "vip": "1", "createDate": "2012-06-01 10:00:00", "bounceCount": 3},
        {"email": "bob@example.com", "firstName": "bob", "state": "SC", "score": "10.5",
         "born": "12/31/1999", "vip": "0", "createDate": "2012-06-02 10:00:00"},
        {"email": "eve@example.com", "createDate": "2012-06-03 10:00:00"},
    ]  # fmt: skip
    wire.sandbox.seed(
        custom_fields=[
            {"privateName": "score", "fieldType": "decimalOne"},
            {"privateName": "born", "fieldType": "date"},
            {"privateName": "vip", "fieldType": "checkbox"},
            {"privateName": "note", "fieldType": "text"},
        ],
        contacts=people,
        subscriptions=[{"email": person["email"]} for person in people],
    )


def test_a_creation_answers_with_the_keys_of_the_sample(wire: Wire) -> None:
    item = {
        "name": "People Named John",
        "listId": wire.sandbox.list_id,
        "description": "All the people named John",
    }
    row = {"segmentId": "234876", **item, "listId": "205303"}
    answer = wire.post("/segments", [item])
    assert answer == {"segments": [row]}
    assert list(answer["segments"][0]) == ["segmentId", "listId", "name", "description"]
    assert wire.get("/segments/234876") == {"segment": row}
    listing = wire.get("/segments?limit=1")
    assert listing == {"segments": [row], "limit": 1, "offset": 0, "total": 1}
    assert wire.get("/segments?name=People*&listId=205303")["total"] == 1


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"listId": 205303}, "You did not provide a name field"),
        ({"name": "X"}, "You did not provide a listId field"),
        ({"name": "X", "listId": 7}, "You provided a listId that we did not recognise"),
        ({"name": "X", "listId": 205303, "segmentId": 1}, "which is not allowed here"),
    ],
)
def test_what_cannot_be_created_becomes_a_warning(wire: Wire, item: object, text: str) -> None:
    answer = wire.post("/segments", [item])
    assert answer["segments"] is None
    assert text in answer["warnings"][0]


def test_a_deleted_list_has_no_new_segments(wire: Wire) -> None:
    wire.delete(f"/lists/{wire.sandbox.list_id}")
    answer = wire.post("/segments", [{"name": "X", "listId": wire.sandbox.list_id}])
    assert "did not recognise" in answer["warnings"][0]


def test_post_on_one_merges_and_the_list_never_changes(wire: Wire) -> None:
    segment_id = new_segment(wire)
    row = wire.post(f"/segments/{segment_id}", {"description": "D", "listId": 205303})["segment"]
    assert (row["name"], row["description"]) == ("Some", "D")
    assert wire.post(f"/segments/{segment_id}", [{"name": "X"}])["segment"] == row
    for body in ({"listId": 205304}, {"name": ""}):
        assert wire.refused("POST", f"/segments/{segment_id}", body)[0] == 400


def test_a_deleted_segment_is_gone_with_its_criteria(wire: Wire) -> None:
    segment_id = new_segment(wire, ("firstName", "eq", ["Ann"]))
    assert wire.delete(f"/segments/{segment_id}") == []
    assert wire.refused("GET", f"/segments/{segment_id}") == (404, ["Not Found"])
    assert wire.refused("GET", f"/segments/{segment_id}/criteria")[0] == 404
    assert wire.sandbox.state.segments() == wire.sandbox.state.criteria() == []


def test_the_samples_of_criteria(wire: Wire) -> None:
    segment_id = new_segment(wire)
    path = f"/segments/{segment_id}/criteria"
    item = {"fieldName": "state", "operator": "eq", "values": ["North Carolina"]}
    assert wire.post(path, [item]) == {"criteria": [{"criterionId": 0, **item}]}
    john = {"fieldName": "firstName", "operator": "eq", "values": ["John"]}
    assert wire.put(f"{path}/0", john) == {"criterion": {"criterionId": 0, **john}}
    answer = wire.get(path)
    assert answer == {"criteria": [{"criterionId": 0, **john}]}
    assert list(answer["criteria"][0]) == ["criterionId", "fieldName", "operator", "values"]


def test_criteria_count_within_the_segment_and_no_number_comes_twice(wire: Wire) -> None:
    wire.sandbox.seed(segments=[{"name": "Other"}])
    segment_id = new_segment(wire, ("city", "eq", ["A"]), ("city", "eq", ["B"]))
    path = f"/segments/{segment_id}/criteria"
    assert wire.delete(f"{path}/1") == []
    assert wire.refused("GET", f"{path}/1") == (404, ["Not Found"])
    item = {"fieldName": "city", "operator": "eq", "values": ["C"]}
    assert wire.post(path, [item])["criteria"][0]["criterionId"] == 2
    assert wire.get(f"{path}/0")["criterion"]["values"] == ["A"]


def test_criteria_are_merged_replaced_and_updated_in_bulk(wire: Wire) -> None:
    path = f"/segments/{new_segment(wire, ('city', 'eq', ['A']))}/criteria"
    row = wire.post(f"{path}/0", {"operator": "contains"})["criterion"]
    assert (row["fieldName"], row["operator"], row["values"]) == ("city", "contains", ["A"])
    (row,) = wire.post(path, [{"criterionId": "0", "values": ["B"]}])["criteria"]
    assert (row["operator"], row["values"]) == ("contains", ["B"])
    assert wire.refused("PUT", f"{path}/0", {"operator": "eq"})[0] == 400
    assert wire.post(f"{path}/0", [{}]) == wire.put(f"{path}/0", [{}]) == {"criterion": row}
    answer = wire.post(path, [{"criterionId": 7, "values": ["B"]}])
    assert answer["criteria"] is None
    assert "did not recognise" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("criterion", "text"),
    [
        (("", "eq", ["x"]), "You did not provide a fieldName field"),
        (("color", "eq", ["x"]), "You provided a fieldName that we did not recognise"),
        (("city", "like", ["x"]), "operator can be one of"),
        (("city", "", ["x"]), "You did not provide an operator field"),
        (("city", "eq", None), "You did not provide a values field"),
        (("city", "eq", "x"), "values has to be an array"),
        (("city", "eq", [["x"]]), "values has to be an array"),
        (("city", "eq", []), "The operator eq takes one value"),
        (("city", "eq", ["x", "y"]), "The operator eq takes one value"),
        (("city", "bet", ["x"]), "The operator bet takes two values"),
        (("city", "month", ["2"]), "city can not be compared in this way"),
        (("born", "month", ["13"]), "born can not be compared in this way"),
        (("born", "day", ["x"]), "born can not be compared in this way"),
        (("born", "eq", ["soon"]), "born can not be compared in this way"),
        (("born", "eq", [""]), "born can not be compared in this way"),
        (("score", "gt", ["x"]), "score can not be compared in this way"),
        (("vip", "eq", ["2"]), "vip can not be compared in this way"),
        (("createDate", "gt", ["June"]), "createDate can not be compared in this way"),
        (("messageOpens", "gt", ["x"]), "messageOpens can not be compared in this way"),
    ],
)
def test_a_criterion_that_makes_no_sense_becomes_a_warning(
    wire: Wire, criterion: tuple[str, str, Any], text: str
) -> None:
    furnish(wire)
    name, operator, values = criterion
    item = {"fieldName": name, "operator": operator, "values": values}
    answer = wire.post(f"/segments/{new_segment(wire)}/criteria", [item])
    assert answer["criteria"] is None
    assert text in answer["warnings"][0]


@pytest.mark.parametrize(
    ("criterion", "found"),
    [
        (("firstName", "eq", ["ANN"]), ["ann"]),
        (("firstName", "eq", [""]), ["eve"]),
        (("firstName", "lt", ["B"]), ["ann", "eve"]),
        (("firstName", "gte", ["B"]), ["bob"]),
        (("firstName", "bet", ["A", "B"]), ["ann"]),
        (("firstName", "contains", ["N"]), ["ann"]),
        (("firstName", "notcontains", ["n"]), ["bob", "eve"]),
        (("email", "contains", ["@example"]), ["ann", "bob", "eve"]),
        (("score", "eq", ["9.0"]), ["ann"]),
        (("score", "gt", [9]), ["bob"]),
        (("score", "lte", [10.5]), ["ann", "bob"]),
        (("score", "bet", ["9", "10"]), ["ann"]),
        (("score", "notcontains", ["0"]), ["ann", "eve"]),
        (("born", "eq", ["12/31/1999"]), ["bob"]),
        (("born", "lt", ["1999-12-31"]), ["ann"]),
        (("born", "bet", ["1980-01-01", "12/31/1999"]), ["ann", "bob"]),
        (("born", "month", ["2"]), ["ann"]),
        (("born", "month", ["12"]), ["bob"]),
        (("born", "day", ["31"]), ["bob"]),
        (("born", "year", [1980]), ["ann"]),
        (("vip", "eq", [1]), ["ann"]),
        (("vip", "eq", ["0"]), ["bob", "eve"]),
        (("note", "eq", ["x"]), []),
        (("createDate", "eq", ["2012-06-02"]), ["bob"]),
        (("createDate", "gte", ["2012-06-02T10:00:00"]), ["bob", "eve"]),
        (("createDate", "gt", ["2012-06-02T10:00:00-04:00"]), ["eve"]),
        (("bounceCount", "gte", ["3"]), ["ann"]),
        (("contactId", "eq", ["66674164"]), ["bob"]),
    ],
)
def test_criteria_pick_contacts(
    wire: Wire, criterion: tuple[str, str, list[Any]], found: list[str]
) -> None:
    furnish(wire)
    assert members(wire, new_segment(wire, criterion)) == found


def test_a_segment_without_criteria_is_the_list_and_no_more(wire: Wire) -> None:
    furnish(wire)
    wire.contact("unlisted@example.com")
    wire.sandbox.seed(
        contacts=[{"email": "gone@example.com"}],
        subscriptions=[{"email": "gone@example.com", "status": "unsubscribed"}],
    )
    assert members(wire, new_segment(wire)) == ["ann", "bob", "eve"]


def test_all_criteria_have_to_be_met_unless_one_is_enough(
    wire: Wire, quirky: Callable[..., Wire]
) -> None:
    for each, found in ((wire, []), (quirky(criteria_join="any"), ["ann", "bob"])):
        furnish(each)
        both = (("state", "eq", ["NC"]), ("state", "eq", ["SC"]))
        assert members(each, new_segment(each, *both)) == found


def test_a_criterion_on_a_field_that_is_gone_or_changed_matches_nobody(wire: Wire) -> None:
    furnish(wire)
    gone = new_segment(wire, ("note", "notcontains", ["x"]))
    changed = new_segment(wire, ("vip", "eq", ["1"]))
    wire.delete("/customfields/note")
    wire.post("/customfields/vip", {"fieldType": "date"})
    assert members(wire, gone) == members(wire, changed) == []


def test_case_counts_where_the_quirks_say_so(quirky: Callable[..., Wire]) -> None:
    wire = quirky(case_sensitive_search=True)
    furnish(wire)
    assert members(wire, new_segment(wire, ("firstName", "eq", ["ANN"]))) == []


def test_dates_of_the_other_form_are_refused_where_the_quirks_say_so(
    quirky: Callable[..., Wire],
) -> None:
    wire = quirky(custom_date="iso")
    furnish(wire)
    item = {"fieldName": "born", "operator": "eq", "values": ["12/31/1999"]}
    assert wire.post(f"/segments/{new_segment(wire)}/criteria", [item])["criteria"] is None


def test_reactions_are_counted(lively: Callable[..., Wire]) -> None:
    wire = lively(open_rate=1.0, click_rate=1.0, unsubscribe_rate=0.0)
    furnish(wire)
    html = '<p><a href="https://example.com/">x</a></p>'
    opened = new_segment(wire, ("messageOpens", "gte", [1]))
    assert members(wire, opened) == []
    ann = new_segment(wire, ("firstName", "eq", ["Ann"]))
    for _ in range(2):
        wire.dispatch(wire.message(htmlBody=html), includeSegmentIds=ann)
    assert members(wire, opened) == ["ann"]
    assert members(wire, new_segment(wire, ("messageClicks", "eq", [2]))) == ["ann"]
    assert members(wire, new_segment(wire, ("messageClicks", "bet", [3, 9]))) == []
    assert members(wire, new_segment(wire, ("messageUnsubscribes", "eq", [0]))) == [
        "ann",
        "bob",
        "eve",
    ]


def test_reactions_may_name_the_message(quirky: Callable[..., Wire]) -> None:
    wire = quirky(tracking_criteria="message_id")
    furnish(wire)
    (opened, other) = (wire.message(htmlBody="<p/>") for _ in range(2))
    send = wire.dispatch(opened)
    segment_id = new_segment(wire, ("messageOpens", "eq", [opened]))
    openers = {
        row["contactId"] for row in wire.sandbox.state.reactions(opened) if row["kind"] == "open"
    }
    again = wire.dispatch(other, includeSegmentIds=segment_id)
    assert set(wire.sandbox.state.recipients(again["sendId"])) == openers
    assert openers <= set(wire.sandbox.state.recipients(send["sendId"]))
    for operator, value in (("gt", opened), ("eq", "x")):
        item = {"fieldName": "messageOpens", "operator": operator, "values": [value]}
        assert wire.post(f"/segments/{segment_id}/criteria", [item])["criteria"] is None
