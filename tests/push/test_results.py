"""How a row ends, where no push against the sandbox leads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from icontact.models import Contact
from icontact.push.journal import RowToWrite
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.results import result_of, was_created_before
from icontact.wire import decode


def test_an_undocumented_state_is_reported_as_it_came() -> None:
    row = RowToWrite(
        row=3,
        address="jo@example.com",
        action="create",
        subscribe=1,
        contact_id=None,
        subscription=None,
        status="created",
        reason=Reason.of(ReasonCode.NEW_CONTACT).encode(),
        tried=0,
        changes=None,
        text="{}",
    )

    result = result_of(row, 7, "paused")

    assert (result.row, result.status, result.subscription, result.contact_id) == (
        3,
        "created",
        "paused",
        7,
    )
    assert str(result.reason) == "new contact; is on the list now"
    assert "jo@" not in repr(row)


@pytest.mark.parametrize(("hour", "was"), [("01:30", False), ("00:30", True)])
def test_what_was_created_in_the_hour_that_comes_twice_may_be_new(hour: str, was: bool) -> None:
    # In US Eastern time this hour came twice; the second one ended at 07:00 UTC.
    contact = decode(
        Contact,
        {"contactId": 1, "email": "a@b.example", "createDate": f"2026-11-01 {hour}:00"},
        "contact",
    )

    assert was_created_before(contact, datetime(2026, 11, 1, 6, 20, tzinfo=UTC)) is was
