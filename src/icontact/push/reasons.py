"""Why a row ends as it does: codes with arguments, and their wording."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

import attrs

__all__ = ["Reason", "ReasonCode", "describe"]


class ReasonCode(StrEnum):
    """A part of a row's reason; programs can compare these in place of words."""

    # The row.
    DUPLICATE = "duplicate"
    INVALID_ROW = "invalid_row"
    OPTED_OUT = "opted_out"
    ROW_STATUS = "row_status"
    SWITCHED_OFF = "switched_off"
    UNREADABLE_ROW = "unreadable_row"
    # The contact.
    UP_TO_DATE = "up_to_date"
    CHANGED = "changed"
    NEW_CONTACT = "new_contact"
    SEVERAL_CONTACTS = "several_contacts"
    SUPPRESSED = "suppressed"
    # Its subscription.
    NOT_CONFIRMED = "not_confirmed"
    NOT_ON_LIST = "not_on_list"
    STILL_ON_LIST = "still_on_list"
    UNSUBSCRIBED = "unsubscribed"
    WAS_ON_LIST = "was_on_list"
    # What was written.
    CONFIRMATION_AWAITED = "confirmation_awaited"
    CONTACT_STORED = "contact_stored"
    NOTED_AFTER_WRITING = "noted_after_writing"
    NOTED_LATE = "noted_late"
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED_NOW = "unsubscribed_now"
    WRITTEN_BEFORE = "written_before"
    # What went wrong.
    GAVE_NO_REASON = "gave_no_reason"
    NOT_FOUND_OUT = "not_found_out"
    NOT_TAKEN = "not_taken"
    NOTHING_MORE_WRITTEN = "nothing_more_written"
    NOTHING_WRITTEN = "nothing_written"
    PUSH_STOPPED = "push_stopped"
    REFUSED = "refused"


_WORDS: Mapping[str, str] = {
    ReasonCode.DUPLICATE: "duplicate of another row; only that row is pushed",
    ReasonCode.INVALID_ROW: "{0}",
    ReasonCode.OPTED_OUT: "{0}",
    ReasonCode.ROW_STATUS: "the row itself says {0}",
    ReasonCode.SWITCHED_OFF: "{0}",
    ReasonCode.UNREADABLE_ROW: "the row cannot be read: {0}",
    ReasonCode.UP_TO_DATE: "up to date in iContact",
    ReasonCode.CHANGED: "changed: {all}",
    ReasonCode.NEW_CONTACT: "new contact",
    ReasonCode.SEVERAL_CONTACTS: (
        "several contacts in iContact have this address (ids {0}); merge them there"
    ),
    ReasonCode.SUPPRESSED: "iContact gives this contact the status '{0}'",
    ReasonCode.NOT_CONFIRMED: "on the list, not confirmed yet",
    ReasonCode.NOT_ON_LIST: "was not on the list",
    ReasonCode.STILL_ON_LIST: "is still on the list",
    ReasonCode.UNSUBSCRIBED: "this person unsubscribed from the list",
    ReasonCode.WAS_ON_LIST: "was on the list",
    ReasonCode.CONFIRMATION_AWAITED: "waits for confirmation",
    ReasonCode.CONTACT_STORED: "the contact is stored, but",
    ReasonCode.NOTED_AFTER_WRITING: "that came to light only now, and fields were written",
    ReasonCode.NOTED_LATE: "that came to light only now",
    ReasonCode.SUBSCRIBED: "is on the list now",
    ReasonCode.UNSUBSCRIBED_NOW: "is unsubscribed now",
    ReasonCode.WRITTEN_BEFORE: "was written before an interruption",
    ReasonCode.GAVE_NO_REASON: "iContact did not store the {0} and gave no reason; push it again",
    ReasonCode.NOT_FOUND_OUT: (
        "nothing was written: the {0} could not be looked up: {1}; push it again"
    ),
    ReasonCode.NOT_TAKEN: "iContact did not take the {0}: {1}; push it again",
    ReasonCode.NOTHING_MORE_WRITTEN: "nothing more was written: {0}",
    ReasonCode.NOTHING_WRITTEN: "nothing was written: {0}",
    ReasonCode.PUSH_STOPPED: "{0}",
    ReasonCode.REFUSED: "iContact refused the {0}: {1}",
}

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
            joint = "" if not text else " " if text.endswith(" but") else "; "
            text += joint + _in_words(code, arguments)
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
        if not all(part and part[0] in _WORDS for part in parts):
            raise ValueError("not a reason")
        return Reason(parts)


@lru_cache(maxsize=1000)
def _encode(parts: tuple[tuple[str, ...], ...]) -> str:
    return json.dumps(parts, separators=(",", ":"))


def _in_words(code: str, arguments: list[str]) -> str:
    if code == ReasonCode.SUPPRESSED and arguments[0] in _SUPPRESSED:
        return _SUPPRESSED[arguments[0]]
    return _WORDS[code].format(*arguments, all=", ".join(arguments))


def describe(
    reason: Reason, notes: Iterable[str], duplicate_of: int | None, place: str = "row"
) -> str:
    """Return a reason in words, with the mapper's notes.

    Args:
        reason: The reason.
        notes: The notes.
        duplicate_of: The row or line that is pushed instead.
        place: What that number counts: rows, or lines of a file.
    """
    text = str(reason)
    if duplicate_of is not None and reason.codes == (ReasonCode.DUPLICATE,):
        text = f"duplicate of {place} {duplicate_of}; only {place} {duplicate_of} is pushed"
    return "; ".join((text, *notes))
