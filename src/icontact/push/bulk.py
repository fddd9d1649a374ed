"""Bulk calls of which every item gets an answer of its own (API 2.7)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import attrs

from icontact.errors import (
    APIError,
    AuthenticationError,
    BadRequest,
    CallError,
    ConfigError,
    ConnectError,
    IContactError,
    LimitReached,
    LimitUnavailable,
    PagingError,
    PaymentRequired,
    PermissionDenied,
    RejectedError,
    StorageFull,
    Throttled,
)
from icontact.push.journal import Unshown
from icontact.resources import BatchResult

__all__ = ["Broken", "Courier", "Refused", "in_doubt"]

T = TypeVar("T")
S = TypeVar("S")

#: After these every further request would fare the same.
_FINAL = (
    AuthenticationError,
    ConnectError,
    PaymentRequired,
    PermissionDenied,
    StorageFull,
    Throttled,
)
#: So many requests in a row that came to nothing end the push, too.
_PATIENCE = 3

#: Documented nowhere, and what a proxy says to a body that is too large for it.
_TOO_LARGE = 413

#: Warnings about the account, which come with every answer and say nothing about an item.
_NOTICES = ("past due",)


@attrs.frozen
class Refused:
    """iContact does not take the data.

    Attributes:
        reason: Its text; empty if it gave none.
    """

    reason: str


@attrs.frozen
class Broken:
    """The service did not do its part.

    Attributes:
        reason: What happened, in words.
        maybe_applied: Whether the request may have been carried out all the same.
    """

    reason: str
    maybe_applied: bool = True


class Courier:
    """Sends writes and turns what becomes of them into values. Threads may share it.

    Attributes:
        error: What makes further requests useless, once that is known; none is sent from then on.
        most: The most items that iContact is known to take in one request; ``None`` while it
            never refused as many as were sent.
    """

    def __init__(self) -> None:
        self.error: IContactError | None = None
        self.most: int | None = None
        self._because = ""
        self._fruitless = 0
        #: A size that was refused, unless as many have gone through since.
        self._refused: int | None = None
        self._lock = threading.Lock()

    def attempt(self, send: Callable[[], S]) -> S | Refused | Broken:
        """Send one write, or ask something that is needed for one."""
        if self.error is not None:
            return Broken(self.after, maybe_applied=False)
        try:
            result = send()
        except (BadRequest, RejectedError) as error:
            return Refused(_said(error))
        except PagingError as error:
            return Broken(str(error))
        except CallError as error:
            if isinstance(error, APIError) and error.status == _TOO_LARGE:
                return Refused(_said(error))
            with self._lock:
                self._fruitless += 1
                last = self._fruitless >= _PATIENCE
            if isinstance(error, _FINAL) or last:
                self.stop(error, error.brief)
            return Broken(error.brief, maybe_applied=error.maybe_applied)
        except (LimitReached, LimitUnavailable, ConfigError) as error:
            # Nothing was sent, and nothing else would be.
            self.stop(error, str(error))
            return Broken(self.after, maybe_applied=False)
        with self._lock:
            self._fruitless = 0
        return result

    def ask(self, send: Callable[[], S]) -> S | Broken:
        """Ask something. A refused question says nothing about a row, which may be tried again."""
        found = self.attempt(send)
        return Broken(found.reason, maybe_applied=False) if isinstance(found, Refused) else found

    def need(self, what: str, look: Callable[[], object]) -> None:
        """Look at something without which no write makes sense, and end the push if it is gone."""
        try:
            look()
        except CallError as error:
            self.stop(error, f"{what} cannot be read: {error.brief}")

    def stop(self, error: IContactError, because: str) -> None:
        """Send nothing any more; the first cause counts."""
        with self._lock:
            if self.error is None:
                self.error, self._because = error, because

    @property
    def after(self) -> str:
        """Why nothing is sent any more."""
        return f"not tried any more after: {self._because}"

    def bulk(
        self, items: Sequence[T], post: Callable[[Sequence[T]], BatchResult[S]]
    ) -> list[S | Refused | Broken]:
        """Send many items in one request, and return an answer for each, in their order.

        Items that iContact left out are sent again one by one where its sentences could not be
        told apart otherwise; a request that it refused as a whole is halved.
        """
        if not items:
            return []
        result = self.attempt(lambda: post(items))
        if isinstance(result, Refused) and len(items) > 1:
            return self._halved(items, post)
        if isinstance(result, Refused | Broken):
            return [result] * len(items)
        self._learn_size(len(items), refused=False)
        left_out = Unshown(
            item for item, stored in zip(items, result.results, strict=True) if stored is None
        )
        said = self._reasons(left_out, result.warnings, post)
        reasons = iter(said)
        fates: list[S | Refused | Broken] = []
        for stored in result.results:
            fates.append(next(reasons) if stored is None else stored)
        return fates

    def _halved(
        self, items: Sequence[T], post: Callable[[Sequence[T]], BatchResult[S]]
    ) -> list[S | Refused | Broken]:
        half = (len(items) + 1) // 2
        fates = [
            *self.bulk(Unshown(items[:half]), post),
            *self.bulk(Unshown(items[half:]), post),
        ]
        if not any(isinstance(fate, Refused | Broken) for fate in fates):
            self._learn_size(len(items), refused=True)
        return fates

    def _learn_size(self, size: int, *, refused: bool) -> None:
        """Send fewer items once it has shown twice that their number was at fault."""
        with self._lock:
            if not refused:
                if self._refused is not None and size >= self._refused:
                    self._refused = None
            elif self._refused is None:
                self._refused = size
            else:
                half = (size + 1) // 2
                self.most = min(half, self.most or half)
                self._refused = None

    def _reasons(
        self,
        left_out: Sequence[T],
        warnings: Sequence[str],
        post: Callable[[Sequence[T]], BatchResult[S]],
    ) -> list[S | Refused | Broken]:
        texts = [text for text in warnings if not any(notice in text for notice in _NOTICES)]
        alike = len(texts) == len(left_out) and len(set(texts)) == 1
        if not texts or alike:
            return [Refused(texts[0] if texts else "")] * len(left_out)
        if len(left_out) == 1:
            return [Refused(" / ".join(texts))]
        # Had a first answer been lost, this one may be about what the first request has done.
        return [in_doubt(self.bulk(Unshown([item]), post)[0]) for item in left_out]


def in_doubt(fate: T) -> T | Broken:
    """Return what became of a request that followed another one for the same item.

    It may not have been carried out itself; but the first one may, if its answer was lost.
    """
    return attrs.evolve(fate, maybe_applied=True) if isinstance(fate, Broken) else fate


def _said(error: APIError | RejectedError) -> str:
    texts = error.errors if isinstance(error, APIError) else error.warnings
    return " / ".join(texts)
