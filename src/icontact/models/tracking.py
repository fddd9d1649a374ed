"""The results of a message: opens, clicks, bounces, unsubscribes."""

from __future__ import annotations

from datetime import datetime

import attrs

from icontact.models._base import OpenModel

__all__ = ["Bounce", "Click", "Open", "Statistics", "Tally", "Unsubscribe"]


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
