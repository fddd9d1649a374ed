"""The results of messages: one message in detail, or several side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from icontact._wording import number_of
from icontact.frames import Frame, HasFrame, make_frame
from icontact.models import Bounce, Click, Model, Open, Send, Statistics, Unsubscribe
from icontact.notebook import table

__all__ = ["MessageFigures", "MessageReport"]


def _shown(rows: tuple[object, ...]) -> str:
    return f"<{len(rows)} rows>"


@attrs.frozen(kw_only=True)
class MessageFigures(Model):
    """The figures of one message in one row. Rates are between 0 and 1.

    A figure is ``None`` where iContact gave none, a rate also where there is nothing to divide by.

    Attributes:
        message_id: The message.
        subject: Its subject; blank where it was not read.
        sent: When it went out first; aware.
        recipients: The number of people it was sent to, without cancelled sends.
        delivered: The number of contacts it reached.
        opened: The number of contacts who opened it.
        clicked: The number of contacts who followed a link.
        bounced: The number of contacts it did not reach.
        unsubscribed: The number of contacts who unsubscribed through it.
        complained: The number of contacts who reported it as spam.
        open_rate: Opened, of those delivered.
        click_rate: Clicked, of those delivered.
        click_to_open_rate: Clicked, of those opened.
        bounce_rate: Bounced, of those delivered and bounced.
        unsubscribe_rate: Unsubscribed, of those delivered.
        complaint_rate: Complained, of those delivered.
    """

    message_id: int
    subject: str = ""
    sent: datetime | None = None
    recipients: int = 0
    delivered: int | None = None
    opened: int | None = None
    clicked: int | None = None
    bounced: int | None = None
    unsubscribed: int | None = None
    complained: int | None = None
    open_rate: float | None = None
    click_rate: float | None = None
    click_to_open_rate: float | None = None
    bounce_rate: float | None = None
    unsubscribe_rate: float | None = None
    complaint_rate: float | None = None

    @classmethod
    def of(
        cls, message_id: int, statistics: Statistics, sends: Iterable[Send], subject: str = ""
    ) -> MessageFigures:
        """Return the figures of a message from its statistics and its sends."""
        went_out = [send for send in sends if not send.cancelled]
        times = [one.released_time or one.scheduled_time for one in went_out]
        delivered, bounced = statistics.delivered, statistics.bounces
        opened, clicked = statistics.opens.unique, statistics.clicks.unique
        tried = None if delivered is None or bounced is None else delivered + bounced
        return cls(
            message_id=message_id,
            subject=subject,
            sent=min(filter(None, times), default=None),
            recipients=sum(send.recipient_count or 0 for send in went_out),
            delivered=delivered,
            opened=opened,
            clicked=clicked,
            bounced=bounced,
            unsubscribed=statistics.unsubscribes,
            complained=statistics.complaints,
            open_rate=_rate(opened, delivered),
            click_rate=_rate(clicked, delivered),
            click_to_open_rate=_rate(clicked, opened),
            bounce_rate=_rate(bounced, tried),
            unsubscribe_rate=_rate(statistics.unsubscribes, delivered),
            complaint_rate=_rate(statistics.complaints, delivered),
        )


@attrs.frozen(kw_only=True)
class MessageReport(HasFrame):
    """The results of one message. Made by :meth:`icontact.resources.Messages.report`.

    In a notebook it shows as a table; that makes no request. ``to_frame()`` gives one row, the
    :class:`MessageFigures`; for the single opens use ``icontact.frames.to_frame(report.opens)``.

    Attributes:
        message_id: The message.
        statistics: iContact's figures.
        sends: How it was sent.
        opens: The contacts who opened it, once for each time.
        clicks: The links that were followed, once for each time.
        bounces: The contacts it did not reach.
        unsubscribes: The contacts who unsubscribed through it.
    """

    message_id: int
    statistics: Statistics
    sends: tuple[Send, ...] = attrs.field(default=(), repr=_shown)
    opens: tuple[Open, ...] = attrs.field(default=(), repr=_shown)
    clicks: tuple[Click, ...] = attrs.field(default=(), repr=_shown)
    bounces: tuple[Bounce, ...] = attrs.field(default=(), repr=_shown)
    unsubscribes: tuple[Unsubscribe, ...] = attrs.field(default=(), repr=_shown)

    @property
    def figures(self) -> MessageFigures:
        """All figures and rates in one row."""
        return MessageFigures.of(self.message_id, self.statistics, self.sends)

    @property
    def recipients(self) -> int:
        """The number of people it was sent to by iContact's count, without cancelled sends."""
        return self.figures.recipients

    @property
    def open_rate(self) -> float | None:
        """The share of contacts reached who opened it."""
        return self.figures.open_rate

    @property
    def click_rate(self) -> float | None:
        """The share of contacts reached who followed a link."""
        return self.figures.click_rate

    @property
    def click_to_open_rate(self) -> float | None:
        """The share of contacts who opened it and followed a link."""
        return self.figures.click_to_open_rate

    @property
    def bounce_rate(self) -> float | None:
        """The share of contacts it was sent to and did not reach."""
        return self.figures.bounce_rate

    @property
    def unsubscribe_rate(self) -> float | None:
        """The share of contacts reached who unsubscribed."""
        return self.figures.unsubscribe_rate

    @property
    def complaint_rate(self) -> float | None:
        """The share of contacts reached who reported it as spam."""
        return self.figures.complaint_rate

    @property
    def links(self) -> Mapping[str, int]:
        """How often each link was followed, the most frequent first."""
        return dict(Counter(click.click_link for click in self.clicks).most_common())

    def __str__(self) -> str:
        delivered, *others = self._table()
        listed = ", ".join(f"{name} {count} ({rate})" for name, count, rate in others)
        return f"message {self.message_id}: {delivered[1]} delivered; {listed}"

    def _table(self) -> list[tuple[str, str, str]]:
        found = self.figures
        rates = {
            "opened": found.open_rate,
            "clicked": found.click_rate,
            "bounced": found.bounce_rate,
            "unsubscribed": found.unsubscribe_rate,
            "complained": found.complaint_rate,
        }
        shown = {name: "?" if rate is None else f"{rate:.1%}" for name, rate in rates.items()}
        counts = {name: getattr(found, name) for name in ("delivered", *rates)}
        return [
            (name, "?" if count is None else str(count), shown.get(name, ""))
            for name, count in counts.items()
        ]

    def _as_frame(self) -> Frame:
        return make_frame([self.figures])

    def _repr_html_(self) -> str:
        """Show the figures as a table in a notebook. No request is made, no one is named."""
        sends = number_of(len(self.sends), "send")
        caption = f"message {self.message_id}, {sends}, {self.recipients} recipients"
        return table(("", "contacts", "rate"), self._table(), caption)


def _rate(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None
