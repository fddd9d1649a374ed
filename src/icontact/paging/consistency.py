"""Checks the pages of a listing against each other and against the total."""

from __future__ import annotations

import logging
from collections import defaultdict
from typing import Any, Final

from icontact.errors import IncompleteListing, ListingShifted, RepeatedRows

__all__ = ["MOST_LAG", "ConsistencyChecker", "IdSet"]

logger: logging.Logger = logging.getLogger("icontact")

_WAY_OUT: Final = "read it again when no one writes, or one page after another with workers=1"

#: By how many rows the total may differ from the rows, since it lags behind deletions (API 6.4).
#: A larger difference means that the listing is cut short, or has no end.
MOST_LAG: Final = 5


class IdSet:
    """A set of ids that stores neighbouring ids as bits.

    A million contacts that were created one after another take less than a megabyte. Scattered ids
    take as much as in a plain set.
    """

    def __init__(self) -> None:
        self._bits: dict[str, dict[int, int]] = defaultdict(dict)

    def add(self, identity: int | str) -> bool:
        """Add an id, and return whether it is new.

        It is a number, or a text such as ``"7_42"``, the id of a subscription, whose last number
        counts up.
        """
        if isinstance(identity, int):
            group, number = "", identity
        else:
            head, mark, tail = identity.rpartition("_")
            group, number = f"={identity}", 0
            if mark and tail.isascii() and tail.isdecimal() and str(int(tail)) == tail:
                group, number = head + mark, int(tail)
        bits = self._bits[group]
        place, bit = number >> 8, 1 << (number & 255)
        known = bits.get(place, 0)
        bits[place] = known | bit
        return not known & bit


class ConsistencyChecker:
    """Checks every page of one reading of a listing, whose name is for messages.

    ``identity`` is the attribute that identifies a row, empty where equal rows are allowed. A
    change ends a strict reading; otherwise it is logged, each kind once.
    """

    def __init__(self, name: str, identity: str, *, strict: bool) -> None:
        self._name, self._identity, self._strict = name, identity, strict
        self._seen = IdSet()
        self._total: int | None = None
        self._logged: set[str] = set()
        #: The most rows that the server ever said there are.
        self.announced: int | None = None
        #: How many different rows came.
        self.received: int = 0

    def check_page(self, items: tuple[Any, ...], offset: int, total: int | None) -> None:
        """Compare a page with those before it.

        Raises:
            ListingShifted: If the total changed or an id is there twice, and the checker is strict.
            RepeatedRows: If no row of the page is new, or more rows came than were announced.
        """
        if self._total is not None and total is not None and total != self._total:
            self.report_change(
                "total", f"the total went from {self._total} to {total} (at offset {offset})"
            )
        if total is not None:
            self._total = total
            self.announced = max(total, self.announced or 0)
        new = len(items)
        for row in items if self._identity else ():
            identity = getattr(row, self._identity)
            if not self._seen.add(identity):
                new -= 1
                # A text other than the digits of an id may be anything that a server put there.
                is_shown = str(identity).replace("_", "").isdecimal()
                which = f"{self._identity} {identity}" if is_shown else f"a {self._identity}"
                self.report_change("twice", f"{which} is there a second time")
        if items and not new:
            raise RepeatedRows(
                f"{self._name}: the server repeats rows: no row of the page at offset {offset} is "
                "new"
            )
        self.received += new
        if self.announced is not None and self.received > self.announced + MOST_LAG:
            raise RepeatedRows(
                f"{self._name}: the server announced {self.announced} rows and sends more without "
                f"an end (at offset {offset})"
            )

    def check_end(self, *, cut: bool) -> None:
        """Check at the end of the listing that as many rows came as were announced.

        A few missing rows are logged, unless the end itself shows that the listing was cut:
        iContact's total lags behind deletions (API 6.4).

        Raises:
            IncompleteListing: If rows are missing.
        """
        missing = 0 if self.announced is None else self.announced - self.received
        if self.announced is None or missing <= 0:
            return
        sign = f"the server announced {self.announced} rows and sent {self.received}"
        repeated = "twice" in self._logged and "total" not in self._logged
        if cut or repeated or missing > MOST_LAG:
            raise IncompleteListing(
                f"{self._name}: {sign}; read the listing again",
                announced=self.announced,
                received=self.received,
            )
        if not self._logged:
            logger.warning("%s: %s; its total may still count deleted rows", self._name, sign)

    def report_change(self, kind: str, what: str) -> None:
        """Log a sign that rows moved, each kind once; or raise it, if the checker is strict.

        Raises:
            ListingShifted: If the checker is strict.
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
