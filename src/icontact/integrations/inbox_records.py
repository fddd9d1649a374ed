"""The records of an inbox: events for people to read, claims, and outcomes."""

from __future__ import annotations

from enum import StrEnum

import attrs

from icontact.integrations.decide import Memory, Pending
from icontact.integrations.events import ContactEvent

__all__ = ["EventOutcome", "EventState", "InboxClaim", "InboxEntry"]


class EventState(StrEnum):
    """The state of an event; a dead letter is one that needs a person, with a reason."""

    WAITING = "waiting"
    DONE = "done"
    DEAD_LETTER = "dead_letter"
    DROPPED = "dropped"


@attrs.frozen(kw_only=True)
class InboxEntry:
    """An event of the inbox, for people. Its ``repr`` does not show the address.

    Attributes:
        number: Its number.
        type: What happened.
        state: Its state.
        contact: The id of its contact.
        email: The address, as long as it is kept.
        happened: When it happened, in seconds since 1970.
        received: When it arrived.
        due: When it is tried next.
        attempts: How often it was tried.
        reason: The reason of its state.
    """

    number: int
    type: str
    state: EventState = attrs.field(converter=EventState)
    contact: str
    email: str | None = attrs.field(repr=False)
    happened: float
    received: float
    due: float
    attempts: int
    reason: str


@attrs.frozen(kw_only=True)
class InboxClaim:
    """The events that wait for one contact, reserved for one process for a while.

    Attributes:
        contact: The contact's id.
        owner: The process that has the claim.
        pending: The events.
        memory: What is remembered of earlier events.
        newest: The newest kept event with the contact's values.
    """

    contact: str
    owner: str
    pending: tuple[Pending, ...]
    memory: Memory
    newest: ContactEvent


@attrs.frozen(kw_only=True)
class EventOutcome:
    """The new state of one event of a claim.

    Attributes:
        state: The state.
        reason: Its reason.
        due: The time of the next attempt, if the event waits.
    """

    state: EventState
    reason: str = ""
    due: float = 0.0
