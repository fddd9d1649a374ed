"""Counting the people that a send would reach, against made-up lists."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from icontact.resources import SendPreview, Sends
from icontact.transport import Answer, Call
from tests.unit.support import FOLDER

# Who is on which list, and how.
LISTS: dict[int, dict[int, str]] = {
    7: {1: "normal", 2: "normal", 3: "unsubscribed", 4: "normal", 5: "pending", 6: "normal"},
    8: {1: "normal", 3: "normal"},
    9: {2: "normal", 4: "unsubscribed"},
    10: {3: "normal", 5: "normal"},
}
#: Contacts who have another status than normal, or were deleted.
SUPPRESSED = {6}
SEGMENTS = {70: 7, 80: 8, 90: 9, 99: None}


class Folder:
    """Answers what a preview asks."""

    def __init__(self, score: float = 0.0) -> None:
        self.score = score
        self.calls: list[Call] = []

    def send(self, call: Call, /) -> Answer:
        self.calls.append(call)
        return Answer(status=200, payload=self._payload(call), call=call.summary())

    def _payload(self, call: Call) -> Any:
        *_, family, last = ["", *call.path.removeprefix(FOLDER + "/").split("/")]
        if family == "segments":
            return {"segment": {"segmentId": last, "listId": SEGMENTS[int(last)]}}
        if family == "messages":
            return {"message": {"messageId": last, "spamCheck": {"rawScore": self.score}}}
        terms = dict(call.params)
        rows = LISTS[int(terms["listId"])]
        if last == "contacts":
            assert terms["status"] == "normal"
            found = [{"contactId": one} for one in rows if one not in SUPPRESSED]
            return {"contacts": found, "total": len(found)}
        listed = [
            {
                "subscriptionId": f"{terms['listId']}_{one}",
                "contactId": one,
                "listId": terms["listId"],
                "status": status,
            }
            for one, status in rows.items()
        ]
        return {"subscriptions": listed, "total": len(listed)}


def preview(folder: Folder | None = None, **given: Any) -> SendPreview:
    return Sends(folder or Folder(), FOLDER).preview(**given)


def test_only_people_who_may_be_mailed_are_counted() -> None:
    folder = Folder()
    found = preview(folder, include_list_ids=[7])
    assert (found.count, found.at_least, found.at_most) == (3, 3, 3)
    assert found.left_out == {"unsubscribed": 1, "pending": 1, "may not be mailed": 1}
    assert {call.method for call in folder.calls} == {"GET"}
    assert len(folder.calls) == 2
    assert len(found.notes) == 1


def test_somebody_on_two_lists_counts_once() -> None:
    found = preview(include_list_ids=[7, 8])
    assert found.count == 4  # 1, 2, 4, and 3 by way of the other list
    assert found.left_out == {"pending": 1, "may not be mailed": 1}


def test_those_on_an_excluded_list_are_left_out() -> None:
    found = preview(include_list_ids=[7], exclude_list_ids=[9])
    assert found.count == 2
    assert found.left_out["excluded"] == 1


def test_whether_those_are_left_out_who_have_yet_to_join_an_excluded_list_is_open() -> None:
    found = preview(include_list_ids=[10], exclude_list_ids=[7])
    assert (found.at_least, found.at_most, found.count) == (1, 2, None)
    assert any("have yet to confirm" in note for note in found.notes)


def test_a_segment_leaves_open_how_many() -> None:
    found = preview(include_list_ids=[8], include_segment_ids=[70])
    assert (found.at_least, found.at_most, found.count) == (2, 4, None)
    assert any("segment" in note for note in found.notes)
    found = preview(include_list_ids=[7], exclude_segment_ids=[90])
    assert (found.at_least, found.at_most) == (2, 3)


def test_a_segment_of_an_included_list_adds_nobody_and_asks_no_more() -> None:
    folder = Folder()
    assert preview(folder, include_list_ids=[7], include_segment_ids=[70]).count == 3
    assert len(folder.calls) == 3


def test_a_segment_without_a_list_is_nobody_as_far_as_can_be_told() -> None:
    assert preview(include_list_ids=[8], include_segment_ids=[99]).at_most == 2


@pytest.mark.parametrize(("score", "noted"), [(4.9, False), (5.0, True)])
def test_a_score_that_would_stop_it_is_noted(score: float, noted: bool) -> None:
    found = preview(Folder(score), include_list_ids=[8], message_id=9)
    assert any("spam score" in note for note in found.notes) is noted


def test_it_takes_what_a_send_takes() -> None:
    when = datetime(2100, 1, 1, tzinfo=UTC)
    assert preview(include_list_ids=[8], scheduled_time=when, eastern_offset="actual").count == 2
