"""How a row ends, where no push against the sandbox leads."""

from __future__ import annotations

from icontact.push.journal import RowToWrite
from icontact.push.results import result_of


def test_a_state_that_nobody_documents_is_told_as_it_came() -> None:
    row = RowToWrite(
        row=3,
        address="jo@example.com",
        action="CREATE",
        subscribe=1,
        contact_id=None,
        subscription=None,
        status="created",
        reason="new contact",
        tried=0,
        changes=None,
        text="{}",
    )

    fate = result_of(row, 7, "paused")

    assert (fate.row, fate.status, fate.subscription, fate.contact_id) == (
        3,
        "created",
        "paused",
        7,
    )
    assert fate.reason == "new contact; is on the list now"
    assert "jo@" not in repr(row)
