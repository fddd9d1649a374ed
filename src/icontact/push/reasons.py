"""How a row ended, and why: statuses, codes with arguments, and their wording."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Self

import attrs


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


class ReasonCode(StrEnum):
    """A part of a row's reason; programs can compare these in place of words.

    Attributes:
        words: The wording, with braces for the arguments.
    """

    _value_: str
    words: str

    def __new__(cls, code: str, words: str = "") -> Self:
        """Return a code with its wording."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = words
        return member

    # The row.
    DUPLICATE = "duplicate", "duplicate of another row; only that row is pushed"
    INVALID_ROW = "invalid_row", "{0}"
    OPTED_OUT = "opted_out", "{0}"
    ROW_STATUS = "row_status", "the row itself says {0}"
    SWITCHED_OFF = "switched_off", "{0}"
    UNREADABLE_ROW = "unreadable_row", "the row cannot be read: {0}"
    # The contact.
    UP_TO_DATE = "up_to_date", "up to date in iContact"
    CHANGED = "changed", "changed: {all}"
    NEW_CONTACT = "new_contact", "new contact"
    SEVERAL_CONTACTS = (
        "several_contacts",
        "several contacts in iContact have this address (ids {0}); merge them there",
    )
    SUPPRESSED = "suppressed", "iContact gives this contact the status '{0}'"
    # Its subscription.
    NOT_CONFIRMED = "not_confirmed", "on the list, not confirmed yet"
    NOT_ON_LIST = "not_on_list", "was not on the list"
    STILL_ON_LIST = "still_on_list", "is still on the list"
    UNSUBSCRIBED = "unsubscribed", "this person unsubscribed from the list"
    WAS_ON_LIST = "was_on_list", "was on the list"
    # What was written.
    CONFIRMATION_AWAITED = "confirmation_awaited", "waits for confirmation"
    CONTACT_STORED = "contact_stored", "the contact is stored, but"
    NOTED_AFTER_WRITING = (
        "noted_after_writing",
        "that came to light only now, and fields were written",
    )
    NOTED_LATE = "noted_late", "that came to light only now"
    THERE_BEFORE = (
        "there_before",
        "it was in iContact by then, and fields that the row does not give may be blank now",
    )
    CUT_OFF = "cut_off", "iContact cut off: {all}"
    SUBSCRIBED = "subscribed", "is on the list now"
    UNSUBSCRIBED_NOW = "unsubscribed_now", "is unsubscribed now"
    WRITTEN_BEFORE = "written_before", "was written before an interruption"
    # What went wrong.
    GAVE_NO_REASON = (
        "gave_no_reason",
        "iContact did not store the {0} and gave no reason; push it again",
    )
    NOT_FOUND_OUT = (
        "not_found_out",
        "nothing was written: the {0} could not be looked up: {1}; push it again",
    )
    NOT_TAKEN = "not_taken", "iContact did not take the {0}: {1}; push it again"
    NOTHING_MORE_WRITTEN = "nothing_more_written", "nothing more was written: {0}"
    NOTHING_WRITTEN = "nothing_written", "nothing was written: {0}"
    PUSH_STOPPED = "push_stopped", "{0}"
    REFUSED = "refused", "iContact refused the {0}: {1}"


#: The wording of a status that is known.
_SUPPRESSED: Mapping[str, str] = {
    "donotcontact": "iContact marks this contact as do-not-contact",
    "bounced": "mail to this contact bounced",
    "pending": "this contact has not confirmed yet",
    "invitable": "this contact must be invited first",
    "deleted": "this contact was deleted in iContact",
}


@attrs.frozen
class Reason:
    """Why a row ends as it does.

    Attributes:
        parts: Codes, each followed by its arguments.
    """

    parts: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, code: ReasonCode, *arguments: str) -> Reason:
        """Return a reason of one part."""
        return cls(((code.value, *arguments),))

    def then(self, code: ReasonCode, *arguments: str) -> Reason:
        """Return the reason with one part more."""
        return Reason((*self.parts, (code.value, *arguments)))

    def __add__(self, other: Reason) -> Reason:
        return Reason(self.parts + other.parts)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes without their arguments."""
        return tuple(part[0] for part in self.parts)

    def __str__(self) -> str:
        text = ""
        for code, *arguments in self.parts:
            words = ReasonCode(code).words
            if code == ReasonCode.SUPPRESSED:
                words = _SUPPRESSED.get(arguments[0], words)
            joint = "" if not text else " " if text.endswith(" but") else "; "
            text += joint + words.format(*arguments, all=", ".join(arguments))
        return text

    def encode(self) -> str:
        """Return the reason as JSON, for a journal."""
        return _encode(self.parts)

    @staticmethod
    @lru_cache(maxsize=1000)
    def decode(text: str) -> Reason:
        """Return the reason that a journal holds.

        Raises:
            ValueError: If it is not one.
        """
        parts = tuple(tuple(part) for part in json.loads(text))
        if not all(part and ReasonCode(part[0]) for part in parts):
            raise ValueError("not a reason")
        return Reason(parts)


@lru_cache(maxsize=1000)
def _encode(parts: tuple[tuple[str, ...], ...]) -> str:
    return json.dumps(parts, separators=(",", ":"))


def describe(
    reason: Reason, notes: Iterable[str], duplicate_of: int | None, place: str = "row"
) -> str:
    """Return a reason in words, with the mapper's notes.

    ``duplicate_of`` is the row or line that is pushed instead; ``place`` says which of them.
    """
    text = str(reason)
    if duplicate_of is not None and reason.codes == (ReasonCode.DUPLICATE,):
        text = f"duplicate of {place} {duplicate_of}; only {place} {duplicate_of} is pushed"
    return "; ".join((text, *notes))
