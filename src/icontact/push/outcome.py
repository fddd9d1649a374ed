"""The outcome of one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from icontact._wording import number_of

__all__ = ["QUIET", "OutcomeStatus", "PushOutcome", "count_statuses", "number_of"]


class OutcomeStatus(StrEnum):
    """How a row ended. Every row of the input ends in exactly one of these.

    ``created``, ``updated`` and ``unchanged`` say that the contact is now as the row wants it;
    ``skipped`` that a rule forbade the push; ``rejected`` that the row's data cannot be
    taken; ``failed`` that the service did not do its part, so that pushing again may help.
    """

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    FAILED = "failed"


#: Statuses that need no attention.
QUIET = (OutcomeStatus.CREATED, OutcomeStatus.UPDATED, OutcomeStatus.UNCHANGED)


# A dataclass, since pandas and polars make columns of a list of these.
@dataclass(frozen=True, kw_only=True, slots=True)
class PushOutcome:
    """The outcome of one row. Its ``repr`` does not show the address.

    Attributes:
        row: The row's place in the input, from 0.
        email: The address, cleaned; ``None`` if the row has no usable one.
        status: How the row ended; a :class:`OutcomeStatus`, which compares equal to its text.
        subscription: The contact's state on the list afterwards: ``"normal"``, ``"pending"``,
            ``"unsubscribed"``, or ``None`` if it is not on the list, or that is not known.
        reason: Why, in words; with iContact's own text where there is one.
        contact_id: The contact, where there is one.
        notes: What the mapper left out or changed; the reason contains them, too.
        duplicate_of: The row with the same address that counts instead of this one.
        codes: The reason for programs: a :class:`ReasonCode` for each of its parts.
        added_to_list: Whether the contact was in iContact already and the push put it on the list.
    """

    row: int
    email: str | None = field(repr=False)
    status: OutcomeStatus
    subscription: str | None = None
    reason: str
    contact_id: int | None = None
    notes: tuple[str, ...] = ()
    duplicate_of: int | None = None
    codes: tuple[str, ...] = ()
    added_to_list: bool = False


def count_statuses(statuses: Iterable[str] | Mapping[str, int]) -> dict[str, int]:
    """Count statuses; all six are there, in their order."""
    counted = Counter(statuses)
    return {status.value: counted[status] for status in OutcomeStatus}
