"""What became of a message, in one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape

import attrs

from icontact.models import Bounce, Click, Open, Send, Statistics, Unsubscribe

__all__ = ["MessageReport"]


def _shown(rows: tuple[object, ...]) -> str:
    return f"<{len(rows)} rows>"


@attrs.frozen(kw_only=True)
class MessageReport:
    """What became of a message. Made by :meth:`icontact.resources.Messages.report`.

    Rates are between 0 and 1, counting each contact once, and ``None`` where iContact gave no
    figures or the message reached nobody. In a notebook it shows as a table; that makes no request.

    Attributes:
        message_id: Which message.
        statistics: iContact's figures.
        sends: How it was sent.
        opens: Who opened it, each time.
        clicks: Who followed which link, each time.
        bounces: Whom it did not reach.
        unsubscribes: Who left by it.
    """

    message_id: int
    statistics: Statistics
    sends: tuple[Send, ...] = attrs.field(default=(), repr=_shown)
    opens: tuple[Open, ...] = attrs.field(default=(), repr=_shown)
    clicks: tuple[Click, ...] = attrs.field(default=(), repr=_shown)
    bounces: tuple[Bounce, ...] = attrs.field(default=(), repr=_shown)
    unsubscribes: tuple[Unsubscribe, ...] = attrs.field(default=(), repr=_shown)

    @property
    def recipients(self) -> int:
        """How many people it was sent to, cancelled sends aside, by iContact's word."""
        return sum(send.recipient_count or 0 for send in self.sends if not send.cancelled)

    @property
    def open_rate(self) -> float | None:
        """Of those whom it reached, how many opened it."""
        return _rate(self.statistics.opens.unique, self.statistics.delivered)

    @property
    def click_rate(self) -> float | None:
        """Of those whom it reached, how many followed a link."""
        return _rate(self.statistics.clicks.unique, self.statistics.delivered)

    @property
    def click_to_open_rate(self) -> float | None:
        """Of those who opened it, how many followed a link."""
        return _rate(self.statistics.clicks.unique, self.statistics.opens.unique)

    @property
    def bounce_rate(self) -> float | None:
        """Of those whom it was sent to, how many it did not reach."""
        delivered, bounces = self.statistics.delivered, self.statistics.bounces
        if delivered is None or bounces is None:
            return None
        return _rate(bounces, delivered + bounces)

    @property
    def unsubscribe_rate(self) -> float | None:
        """Of those whom it reached, how many left."""
        return _rate(self.statistics.unsubscribes, self.statistics.delivered)

    @property
    def complaint_rate(self) -> float | None:
        """Of those whom it reached, how many called it spam."""
        return _rate(self.statistics.complaints, self.statistics.delivered)

    @property
    def links(self) -> Mapping[str, int]:
        """How often each link was followed, the favourite first."""
        return dict(Counter(click.click_link for click in self.clicks).most_common())

    def __str__(self) -> str:
        told = ", ".join(f"{name} {count} ({rate})" for name, count, rate in self._table()[1:])
        return f"message {self.message_id}: {self._table()[0][1]} delivered; {told}"

    def _table(self) -> list[tuple[str, str, str]]:
        figures = self.statistics
        return [
            ("delivered", _count(figures.delivered), ""),
            ("opened", _count(figures.opens.unique), _percent(self.open_rate)),
            ("clicked", _count(figures.clicks.unique), _percent(self.click_rate)),
            ("bounced", _count(figures.bounces), _percent(self.bounce_rate)),
            ("unsubscribed", _count(figures.unsubscribes), _percent(self.unsubscribe_rate)),
            ("complained", _count(figures.complaints), _percent(self.complaint_rate)),
        ]

    def _repr_html_(self) -> str:
        """Show the figures as a table in a notebook. No request is made, and nobody is named."""
        rows = "".join(
            f"<tr><td>{escape(name)}</td><td>{escape(count)}</td><td>{escape(rate)}</td></tr>"
            for name, count, rate in self._table()
        )
        sends = f"{len(self.sends)} send{'' if len(self.sends) == 1 else 's'}"
        return (
            f"<table><caption>message {self.message_id}, {sends}, "
            f"{self.recipients} recipients</caption>"
            "<thead><tr><th></th><th>contacts</th><th>rate</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )


def _rate(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def _count(number: int | None) -> str:
    return "?" if number is None else str(number)


def _percent(rate: float | None) -> str:
    return "?" if rate is None else f"{rate:.1%}"
