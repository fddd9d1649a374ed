"""Rows that say themselves that the person must not be mailed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from icontact.errors import DoNotContact, MappingError
from icontact.mapping.mautic import DO_NOT_CONTACT
from icontact.mapping.numbers import clean_checkbox
from icontact.mapping.source import Key, Source
from icontact.mapping.targets import shown
from icontact.mapping.values import is_blank, trimmed, unboxed

OPTION = "do_not_contact"


class Guard:
    """Looks for a row's word that its person must not be mailed.

    Args:
        given: The row's keys that may say so; ``None`` for Mautic's own name for it, which counts
            wherever a row has it; ``False`` for none.

    Attributes:
        keys: The keys that it reads.
        stated: Whether somebody named them.
    """

    def __init__(self, given: Key | Sequence[Key] | bool | None) -> None:
        if given is True:
            raise MappingError(f"{OPTION} names the row's key that says so, or is false")
        self.stated: bool = given is not None
        self.keys: tuple[Key, ...] = (DO_NOT_CONTACT,) if given is None else ()
        if given is not None and given is not False:
            self.keys = Source(given).keys  # type: ignore[arg-type]  # which checks them all

    def check(self, row: Mapping[Any, Any]) -> MappingError | None:
        """Return why a row must not be pushed, or None.

        What cannot be read is an error, too: it might have said so.
        """
        for key in self.keys:
            if key not in row or is_blank(row[key]):
                continue
            said = _means_yes(unboxed(row[key]))
            if said is None:
                return MappingError(
                    f"{OPTION}: is neither yes nor no (source {shown(key)})", field=OPTION
                )
            if said:
                return DoNotContact(
                    f"this person must not be mailed (source {shown(key)} says so)", field=OPTION
                )
        return None

    def as_config(self) -> Key | list[Key] | bool | None:
        """Return the option as it was given; ``None`` if it was not."""
        if not self.stated:
            return None
        if not self.keys:
            return False
        return self.keys[0] if len(self.keys) == 1 else list(self.keys)


def _means_yes(value: object) -> bool | None:
    """Read a yes or no; a number beyond 1 is Mautic's reason (1 unsubscribed, 2 bounced, …)."""
    if isinstance(value, int | float | Decimal):
        return bool(value)
    if isinstance(value, list | tuple):
        return _left(value)
    if not isinstance(value, str):
        return None
    text = trimmed(value)
    if text in _STATES:
        return _STATES[text]
    if text.startswith("["):
        return _left_in_json(text)
    if text.isascii() and text.isdecimal():
        return text.strip("0") != ""
    try:
        return clean_checkbox(text).value == "1"
    except MappingError:
        return None


#: How somebody stands to a list. Who has not confirmed must not be mailed either.
_STATES: Mapping[str, bool] = {"normal": False, "pending": True, "unsubscribed": True}


def _left_in_json(text: str) -> bool | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _left(found)


def _left(subscriptions: Sequence[Any]) -> bool | None:
    """Tell of all subscriptions of a person whether there were some, and none is left."""
    states = [one.get("status") if isinstance(one, Mapping) else None for one in subscriptions]
    if not all(state in _STATES for state in states):
        return None
    return bool(states) and all(_STATES[str(state)] for state in states)
