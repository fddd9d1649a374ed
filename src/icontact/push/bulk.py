"""Bulk calls of which every item gets an answer of its own (API 2.7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import attrs

from icontact.errors import (
    APIError,
    AuthenticationError,
    BadRequest,
    CallError,
    ConnectError,
    PaymentRequired,
    PermissionDenied,
    RejectedError,
    StorageFull,
    Throttled,
)
from icontact.resources import BatchResult

__all__ = ["Broken", "Courier", "Refused"]

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
    """

    reason: str


class Courier:
    """Sends writes and turns what becomes of them into values.

    Attributes:
        error: What makes further requests useless, once that is known; none is sent from then on.
    """

    def __init__(self) -> None:
        self.error: CallError | None = None
        self._because = ""
        self._fruitless = 0

    def attempt(self, send: Callable[[], S]) -> S | Refused | Broken:
        """Send one write."""
        if self.error is not None:
            return Broken(f"not tried any more after: {self._because}")
        try:
            result = send()
        except (BadRequest, RejectedError) as error:
            return Refused(_said(error))
        except CallError as error:
            if isinstance(error, APIError) and error.status == _TOO_LARGE:
                return Refused(_said(error))
            self._fruitless += 1
            if isinstance(error, _FINAL) or self._fruitless == _PATIENCE:
                self._stop(error, error.brief)
            return Broken(error.brief)
        self._fruitless = 0
        return result

    def need(self, what: str, look: Callable[[], object]) -> None:
        """Look at something without which no write makes sense, and end the push if it is gone."""
        try:
            look()
        except CallError as error:
            self._stop(error, f"{what} cannot be read: {error.brief}")

    def _stop(self, error: CallError, because: str) -> None:
        self.error, self._because = error, because

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
            half = len(items) // 2
            return self.bulk(items[:half], post) + self.bulk(items[half:], post)
        if isinstance(result, Refused | Broken):
            return [result] * len(items)
        left_out = [item for item, stored in zip(items, result.results, strict=True) if not stored]
        fates = self._reasons(left_out, result.warnings, post)
        reasons = iter(fates)
        return [next(reasons) if stored is None else stored for stored in result.results]

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
        return [self.bulk([item], post)[0] for item in left_out]


def _said(error: APIError | RejectedError) -> str:
    texts = error.errors if isinstance(error, APIError) else error.warnings
    return " / ".join(texts)
