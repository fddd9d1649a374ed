"""Notices that rows came or went while a listing was read, as far as that shows."""

from __future__ import annotations

import logging
from collections import defaultdict
from operator import attrgetter
from typing import Any, Final

from icontact.errors import ListingShifted

__all__ = ["Seen", "Watch"]

logger: logging.Logger = logging.getLogger("icontact")

_WAY_OUT: Final = "read it again when nobody writes, or one page after another with workers=1"


class Seen:
    """The ids that were seen, in little memory where they lie near each other: as bits.

    A million contacts that were created in a row take less than a megabyte. Scattered ids take as
    much as in a set.
    """

    def __init__(self) -> None:
        self._bits: dict[str, dict[int, int]] = defaultdict(dict)

    def add(self, identity: int | str) -> bool:
        """Remember an id, and say whether it is new.

        Args:
            identity: A number, or a text; of ``"7_42"``, the id of a subscription, the number at
                the end is what counts up.
        """
        group, number = ("", identity) if isinstance(identity, int) else _split(identity)
        bits = self._bits[group]
        place, bit = number >> 8, 1 << (number & 255)
        known = bits.get(place, 0)
        bits[place] = known | bit
        return not known & bit


def _split(text: str) -> tuple[str, int]:
    head, mark, tail = text.rpartition("_")
    if mark and tail.isascii() and tail.isdecimal() and str(int(tail)) == tail:
        return head + mark, int(tail)
    return f"={text}", 0


class Watch:
    """Looks at every page of one reading of a listing.

    Args:
        name: What is read, for the message.
        identity: The attribute that tells rows apart; empty where equal rows are no mistake.
        strict: Whether what is noticed ends the reading. Else it is logged, each kind once.
    """

    def __init__(self, name: str, identity: str, *, strict: bool) -> None:
        self._name, self._identity, self._strict = name, identity, strict
        self._identity_of = attrgetter(identity) if identity else None
        self._seen = Seen()
        self._total: int | None = None
        self._logged: set[str] = set()

    def look(self, items: tuple[Any, ...], offset: int, total: int | None) -> None:
        """Compare a page with those before it.

        Raises:
            ListingShifted: If the total changed or an id is there twice, and the watch is strict.
        """
        if self._total is not None and total is not None and total != self._total:
            self.notice(
                "total", f"the total went from {self._total} to {total} (at offset {offset})"
            )
        self._total = self._total if total is None else total
        if self._identity_of is None:
            return
        for identity in map(self._identity_of, items):
            if not self._seen.add(identity):
                self.notice("twice", f"{self._identity} {identity} is there a second time")

    def notice(self, kind: str, what: str) -> None:
        """Tell of a sign that rows moved.

        Args:
            kind: Which sign; each is logged once.
            what: The sign, in words.

        Raises:
            ListingShifted: If the watch is strict.
        """
        sign = f"{self._name}: {what}"
        if self._strict:
            raise ListingShifted(
                f"{sign}: rows came or went while pages were read side by side, so some would be "
                f"missing or doubled; {_WAY_OUT}"
            )
        if kind not in self._logged:
            self._logged.add(kind)
            logger.warning(
                "%s: rows came or went while it was read, so some may be missing or doubled", sign
            )
