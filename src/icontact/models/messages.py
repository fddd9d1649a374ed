"""Messages, and what SpamAssassin thinks of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel
from icontact.models.filters import Filter

__all__ = [
    "SPAM_LIMIT",
    "Message",
    "MessageFields",
    "MessageFilters",
    "MessageType",
    "SpamCheck",
    "SpamDetail",
]

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
