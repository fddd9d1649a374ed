"""Sends: messages on their way to people."""

from __future__ import annotations

from datetime import datetime

import attrs

from icontact.models._base import OpenEnum, OpenModel
from icontact.models.messages import SpamCheck

__all__ = ["Send", "SendStatus"]


class SendStatus(OpenEnum):
    """How far a send has come (documentation page "Sends", which spells two of them both ways)."""

    PENDING = "pending"
    SENDING = "sending"
    RELEASED = "released"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    CANCELED = "canceled"


@attrs.frozen(kw_only=True)
class Send(OpenModel):
    """A message on its way to people. It cannot be edited.

    Attributes:
        send_id: Primary key.
        message_id: Required: what is mailed.
        include_list_ids: Lists it goes to; required unless there are segments.
        exclude_list_ids: Lists it does not go to.
        include_segment_ids: Segments it goes to.
        exclude_segment_ids: Segments it does not go to.
        scheduled_time: Optional: when it goes out; at once without it.
        recipient_count: Receive-only: how many people.
        status: Receive-only.
        released_time: Receive-only: when it went out.
        spam_check: Receive-only.

    Documentation: "Sends".
    """

    send_id: int
    message_id: int | None = None
    include_list_ids: tuple[int, ...] = ()
    exclude_list_ids: tuple[int, ...] = ()
    include_segment_ids: tuple[int, ...] = ()
    exclude_segment_ids: tuple[int, ...] = ()
    scheduled_time: datetime | None = None
    recipient_count: int | None = None
    status: SendStatus | str = ""
    released_time: datetime | None = None
    spam_check: SpamCheck | None = None

    @property
    def cancelled(self) -> bool:
        """Whether it was taken back before it went out, in either spelling."""
        return self.status in (SendStatus.CANCELLED, SendStatus.CANCELED)
