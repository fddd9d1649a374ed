"""How made-up recipients react to a mailing: in the same way every time."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Literal

import attrs

ReactionKind = Literal["bounce", "open", "click", "unsubscribe", "forward"]

_OPENS_AGAIN = 0.2
_CLICKS_AGAIN = 0.15
_MOST_AGAIN = 5


@attrs.frozen
class Reaction:
    """What one recipient does, and how many seconds after the release of a send."""

    contact_id: int
    kind: ReactionKind
    seconds: int
    link: str = ""
    hard: bool = False


def _is_share(instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{attribute.name} has to be between 0 and 1, not {value}")


def _is_not_negative(
    instance: object, attribute: attrs.Attribute[timedelta], value: timedelta
) -> None:
    if value < timedelta(0):
        raise ValueError(f"{attribute.name} has to be 0 or more, not {value}")


@attrs.frozen(kw_only=True)
class Recipients:
    """How recipients react when a send is released. The same seed gives the same reactions.

    The reactions have effects: a contact that unsubscribes leaves the lists that were sent to, and
    an address that bounces for good is ``bounced`` from then on (API 12).

    Attributes:
        open_rate: The share of the reached recipients that open the message, if it has an
            ``htmlBody``.
        click_rate: The share of the reached recipients that open it and click one of its links.
        bounce_rate: The share of all recipients that are not reached.
        hard_bounce_share: The share of the bounces that are for good.
        unsubscribe_rate: The share of the reached recipients that unsubscribe.
        forward_rate: The share of the openers that forward the message.
        spread: The time over which they react, most of them early; by default all at once.
        seed: Another seed gives other reactions.
    """

    open_rate: float = attrs.field(default=0.35, validator=_is_share)
    click_rate: float = attrs.field(default=0.1, validator=_is_share)
    bounce_rate: float = attrs.field(default=0.02, validator=_is_share)
    hard_bounce_share: float = attrs.field(default=0.5, validator=_is_share)
    unsubscribe_rate: float = attrs.field(default=0.005, validator=_is_share)
    forward_rate: float = attrs.field(default=0.02, validator=_is_share)
    spread: timedelta = attrs.field(default=timedelta(0), validator=_is_not_negative)
    seed: int = 2012

    def reactions(
        self, send_id: int, contact_ids: Iterable[int], *, can_open: bool, links: Sequence[str]
    ) -> list[Reaction]:
        """Return what the recipients of a send do, in order of time.

        Args:
            send_id: The send; each has reactions of its own.
            contact_ids: The recipients, in a fixed order.
            can_open: Whether openings are counted.
            links: The links whose clicks are counted.
        """
        dice = random.Random(f"{self.seed}:{send_id}")  # noqa: S311  (a game, no secret)
        reactions = [
            reaction
            for contact_id in contact_ids
            for reaction in self._of_one(dice, contact_id, can_open, links)
        ]
        return sorted(reactions, key=lambda reaction: reaction.seconds)

    def _of_one(
        self, dice: random.Random, contact_id: int, can_open: bool, links: Sequence[str]
    ) -> Iterator[Reaction]:
        seconds = self._later(dice, 0)
        if dice.random() < self.bounce_rate:
            hard = dice.random() < self.hard_bounce_share
            yield Reaction(contact_id, "bounce", seconds, hard=hard)
            return
        interest = dice.random()
        clicks = bool(links) and interest < self.click_rate
        if can_open and (clicks or interest < self.open_rate):
            for _ in range(_times(dice, _OPENS_AGAIN)):
                yield Reaction(contact_id, "open", seconds)
                seconds = self._later(dice, seconds)
            if dice.random() < self.forward_rate:
                yield Reaction(contact_id, "forward", seconds)
        if clicks:
            for _ in range(_times(dice, _CLICKS_AGAIN)):
                yield Reaction(contact_id, "click", seconds, link=dice.choice(links))
                seconds = self._later(dice, seconds)
        if dice.random() < self.unsubscribe_rate:
            yield Reaction(contact_id, "unsubscribe", seconds)

    def _later(self, dice: random.Random, seconds: int) -> int:
        left = self.spread.total_seconds() - seconds
        return seconds + int(left * dice.random() ** 3)


def _times(dice: random.Random, share: float) -> int:
    """Return how often a recipient does something that a share of them does again."""
    times = 1
    while times <= _MOST_AGAIN and dice.random() < share:
        times += 1
    return times
