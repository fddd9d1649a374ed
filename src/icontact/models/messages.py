"""Messages, their sends, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel
from icontact.models.filters import Filter

#: A message that scores this much is not sent (documentation page "How to SpamCheck").
SPAM_LIMIT: Final = 5.0


@attrs.frozen(kw_only=True)
class SpamDetail(OpenModel):
    """One rule that a message met.

    Attributes:
        spam_detail_score: What it adds to the score.
        spam_detail_name: SpamAssassin's name of the rule.
        spam_detail_description: What it looks for.

    Documentation: "How to SpamCheck".
    """

    spam_detail_score: float | None = None
    spam_detail_name: str = ""
    spam_detail_description: str = ""


@attrs.frozen(kw_only=True)
class SpamCheck(OpenModel):
    """How much a message looks like spam. Computed anew with each answer, so it may differ.

    Attributes:
        raw_score: The score; ``None`` if there is none yet.
        spam_details: The rules that it is made of.

    Documentation: "How to SpamCheck".
    """

    raw_score: float | None = None
    spam_details: tuple[SpamDetail, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether iContact refuses to send the message: a score of 5.0 or more."""
        return self.raw_score is not None and self.raw_score >= SPAM_LIMIT


class MessageType(OpenEnum):
    """What a message is for (documentation page "Messages"); the last two are deprecated."""

    NORMAL = "normal"
    CONFIRMATION = "confirmation"
    WELCOME = "welcome"
    AUTORESPONDER = "autoresponder"


@attrs.frozen(kw_only=True)
class Message(OpenModel):
    """Something that can be mailed. Its ``repr`` does not show the text.

    Attributes:
        message_id: Primary key.
        campaign_id: Required: who it comes from. ``None`` in some old messages.
        message_type: Required.
        subject: Required.
        html_body: Optional; well-formed XML.
        text_body: Optional.
        message_name: Optional, internal.
        preview_text: Optional: what mailboxes show beside the subject.
        reply_to_campaign_id: Optional: the campaign whose address gets the replies.
        create_date: Receive-only; aware. Its form is uncertain (API 2.8).
        spam_check: Receive-only.

    Documentation: "Messages".
    """

    message_id: int
    campaign_id: int | None = None
    message_type: MessageType | str = MessageType.NORMAL
    subject: str = ""
    html_body: str = attrs.field(default="", repr=False)
    text_body: str = attrs.field(default="", repr=False)
    message_name: str = ""
    preview_text: str = attrs.field(default="", repr=False)
    reply_to_campaign_id: int | None = None
    create_date: datetime | None = None
    spam_check: SpamCheck | None = None


class MessageFields(TypedDict, total=False):
    """What may be written of a message.

    ``campaign_id``, ``message_type`` and ``subject`` are required on creation.
    """

    campaign_id: int
    message_type: MessageType | str
    subject: str
    html_body: str | None
    text_body: str | None
    message_name: str | None
    preview_text: str | None
    reply_to_campaign_id: int | None


class MessageFilters(TypedDict, total=False):
    """What messages can be searched by (page "Messages")."""

    campaign_id: Filter
    message_type: Filter
    subject: Filter


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


@attrs.frozen(kw_only=True)
class Bounce(OpenModel):
    """A contact that a message could not be delivered to.

    Attributes:
        contact_id: Who.
        bounce_time: When; aware.

    Documentation: "Message Bounces".
    """

    contact_id: int
    bounce_time: datetime | None = None


@attrs.frozen(kw_only=True)
class Open(OpenModel):
    """A contact who opened a message; once for each time.

    Attributes:
        contact_id: Who.
        open_time: When; aware.

    Documentation: "Message Opens".
    """

    contact_id: int
    open_time: datetime | None = None


@attrs.frozen(kw_only=True)
class Click(OpenModel):
    """A contact who followed a link of a message; once for each time.

    Attributes:
        contact_id: Who.
        click_time: When; aware.
        click_link: Which link. Not in the ``repr``: links may be personal.

    Documentation: "Message Clicks".
    """

    contact_id: int
    click_time: datetime | None = None
    click_link: str = attrs.field(default="", repr=False)


@attrs.frozen(kw_only=True)
class Unsubscribe(OpenModel):
    """A contact who unsubscribed through a message.

    Attributes:
        contact_id: Who.
        unsubscribe_time: When; aware.

    Documentation: "Unsubscribes".
    """

    contact_id: int
    unsubscribe_time: datetime | None = None


@attrs.frozen(kw_only=True)
class Tally(OpenModel):
    """How often something happened.

    Attributes:
        unique: Each contact counted once.
        total: Each time.
    """

    unique: int | None = None
    total: int | None = None


@attrs.frozen(kw_only=True)
class Statistics(OpenModel):
    """The figures of a message. ``None`` means that iContact gave none.

    Attributes:
        delivered: How many contacts it reached.
        bounces: How many it did not reach.
        unsubscribes: How many left by it.
        opens: How often it was opened.
        clicks: How often its links were followed; needs ``click_track_mode`` of the campaign.
        forwards: How often it was forwarded.
        comments: How often it was commented on.
        complaints: How often it was reported as spam.

    Documentation: "Statistics".
    """

    delivered: int | None = None
    bounces: int | None = None
    unsubscribes: int | None = None
    opens: Tally = attrs.field(factory=Tally)
    clicks: Tally = attrs.field(factory=Tally)
    forwards: int | None = None
    comments: int | None = None
    complaints: int | None = None
