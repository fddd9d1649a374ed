"""How a row ends, where no push against the sandbox leads."""

from __future__ import annotations

from icontact.push.journal import RowToWrite
from icontact.push.reasons import Reason, ReasonCode
from icontact.push.results import result_of


def test_an_undocumented_state_is_reported_as_it_came() -> None:
    row = RowToWrite(
        row=3,
        address="jo@example.com",
        action="CREATE",
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
