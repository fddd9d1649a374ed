"""Sends writes, and returns an answer of its own for each item of a bulk call (API 2.7)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, NamedTuple, TypeVar

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
from icontact.push.batch_size import BatchSize
from icontact.resources import BatchResult

T = TypeVar("T")
S = TypeVar("S")

#: After one of these errors every further request would fail, too.
_FINAL = (
    AuthenticationError,
    ConnectError,
    PaymentRequired,
    PermissionDenied,
    StorageFull,
    Throttled,
)
#: This many failed requests in a row end the push.
_PATIENCE = 3

#: What a proxy answers to a body that is too large for it; not documented by iContact.
_TOO_LARGE = 413

#: Warnings about the account, which come with every answer and are about no item.
_NOTICES = ("past due",)


@attrs.frozen
class ItemRejected:
    """iContact refused an item.

    Attributes:
        reason: iContact's text; empty if it left the item out silently.
        maybe_applied: Whether an earlier attempt of the same request may have been carried out.
    """

    reason: str
    maybe_applied: bool = attrs.field(default=False, eq=False)


@attrs.frozen
class ItemFailed:
    """The request with an item failed.

    Attributes:
        reason: What happened, in words.
        maybe_applied: Whether the request may have been carried out all the same.
    """

    reason: str
    maybe_applied: bool = True


#: A request that silently leaves out more than one item in this many may have been too large.
_MANY = 10

#: The item is missing in iContact's answer, and no warning says why.
MISSING = ItemRejected("")


class _Sent(NamedTuple, Generic[S]):
    """The answers of some items, and whether iContact accepted the request with them."""

    answers: list[S | ItemRejected | ItemFailed]
    accepted: bool


class BatchSender:
    """Sends writes and returns errors as values; the size of a batch learns from them.

    Threads may share it. ``last_was_slow`` returns whether the last answer in this thread was slow.

    Attributes:
        error: The error that makes further requests useless; after it none is sent.
    """

    def __init__(self, size: BatchSize, last_was_slow: Callable[[], bool] = lambda: False) -> None:
        self.size = size
        self.last_was_slow = last_was_slow
        self.error: IContactError | None = None
        self._cause = ""
        self._failures = 0
        self._lock = threading.Lock()

    def try_send(
        self, send: Callable[[], S], *, patient: bool = False
    ) -> S | ItemRejected | ItemFailed:
        """Send one request, and return its result or what went wrong.

        A ``patient`` one does not end the push after several failures in a row.
        """
        if self.error is not None:
            return ItemFailed(self.why_stopped, maybe_applied=False)
        try:
            result = send()
        except (BadRequest, RejectedError) as error:
            return ItemRejected(_texts(error), maybe_applied=error.maybe_applied)
        except PagingError as error:
            return ItemFailed(str(error))
        except CallError as error:
            if isinstance(error, APIError) and error.status == _TOO_LARGE:
                return ItemRejected(_texts(error), maybe_applied=error.maybe_applied)
            with self._lock:
                self._failures += 1
                last = self._failures >= _PATIENCE and not patient
            if isinstance(error, _FINAL) or last:
                self.stop(error, error.brief)
            return ItemFailed(error.brief, maybe_applied=error.maybe_applied)
        except (LimitReached, LimitUnavailable, ConfigError) as error:
            # The request was not sent, and no other one would be.
            self.stop(error, str(error))
            return ItemFailed(self.why_stopped, maybe_applied=False)
        with self._lock:
            self._failures = 0
        return result

    def try_read(self, read: Callable[[], S]) -> S | ItemFailed:
        """Send a request that only reads. A refusal is a failure: it says nothing about a row."""
        found = self.try_send(read)
        if isinstance(found, ItemRejected):
            return ItemFailed(found.reason, maybe_applied=False)
        return found

    def require(self, what: str, read: Callable[[], object]) -> None:
        """Read something that every write needs, and end the push if it is gone."""
        try:
            read()
        except CallError as error:
            self.stop(error, f"{what} cannot be read: {error.brief}")

    def stop(self, error: IContactError, cause: str) -> None:
        """Send nothing any more; the first cause counts."""
        with self._lock:
            if self.error is None:
                self.error, self._cause = error, cause

    @property
    def why_stopped(self) -> str:
        """The reason of rows that are not sent any more."""
        return f"not tried any more after: {self._cause}"

    def send_many(
        self,
        kind: str,
        items: Sequence[T],
        post: Callable[[Sequence[T]], BatchResult[S]],
        *,
        again_if_missing: bool = False,
    ) -> list[S | ItemRejected | ItemFailed]:
        """Send items in bulk calls, and return an answer for each, in their order.

        A request that fails because of its size is halved. Items that iContact left out are sent
        again one by one if its warnings cannot be matched with them otherwise; those that it leaves
        out silently only if ``again_if_missing``. ``kind`` is such as "contacts".
        """
        call = _BulkCall(self, kind, post)
        answers: list[S | ItemRejected | ItemFailed] = []
        while len(answers) < len(items):
            some = items[len(answers) : len(answers) + self.size.current]
            answers.extend(call.send(some).answers)
        if again_if_missing and MISSING in answers:
            places = [place for place, answer in enumerate(answers) if answer == MISSING]
            again = self.send_many(kind, [items[place] for place in places], post)
            for place, answer in zip(places, again, strict=True):
                answers[place] = in_doubt(answer)
        return answers


class _BulkCall(Generic[T, S]):
    """A bulk call of one kind, which is sent in parts if it is too large."""

    def __init__(
        self, sender: BatchSender, kind: str, post: Callable[[Sequence[T]], BatchResult[S]]
    ) -> None:
        self._sender, self._kind, self._post = sender, kind, post

    def send(self, items: Sequence[T]) -> _Sent[S]:
        """Send items, and return an answer for each."""
        may_be_size = self._may_be_size(items)
        result = self._sender.try_send(partial(self._post, items), patient=may_be_size)
        if not isinstance(result, ItemRejected | ItemFailed):
            return self._account(items, result)
        refused = isinstance(result, ItemRejected) and len(items) > 1
        failed = isinstance(result, ItemFailed) and may_be_size and self._sender.error is None
        if not refused and not failed:
            return _Sent([result] * len(items), accepted=False)
        half = (len(items) + 1) // 2
        halves = [self.send(some) for some in (items[:half], items[half:])]
        if all(sent.accepted for sent in halves):
            size = self._sender.size
            learn = size.refused if refused else size.failed
            learn(self._kind, len(items))
        answers = [answer for sent in halves for answer in sent.answers]
        if result.maybe_applied:
            answers = [*map(in_doubt, answers)]
        return _Sent(answers, accepted=False)

    def _may_be_size(self, items: Sequence[T]) -> bool:
        sender = self._sender
        return sender.error is None and sender.size.may_be_why(self._kind, len(items))

    def _account(self, items: Sequence[T], result: BatchResult[S]) -> _Sent[S]:
        """Return an answer for each item of a request that iContact accepted."""
        missing = [
            item for item, stored in zip(items, result.results, strict=True) if stored is None
        ]
        texts = [text for text in result.warnings if not any(notice in text for notice in _NOTICES)]
        accepted, size = True, self._sender.size
        unexplained = len(missing) - len(texts)
        if unexplained > len(items) // _MANY and self._may_be_size(items):
            again, accepted = self._send_missing(missing, (len(items) + 1) // 2)
            if accepted:
                size.failed(self._kind, len(items))
        else:
            again = self._reasons(missing, texts)
            learn = size.slow if self._sender.last_was_slow() else size.accepted
            learn(self._kind, len(items))
        reasons = iter(again)
        answers = list[S | ItemRejected | ItemFailed]()
        for stored in result.results:
            answers.append(next(reasons) if stored is None else stored)
        return _Sent(answers, accepted=accepted)

    def _send_missing(self, items: Sequence[T], most: int) -> _Sent[S]:
        """Send items again that a large request has left out silently, some at a time."""
        answers: list[S | ItemRejected | ItemFailed] = []
        accepted = True
        for start in range(0, len(items), most):
            sent = self.send(items[start : start + most])
            answers.extend(map(in_doubt, sent.answers))
            accepted = accepted and sent.accepted
            if all(answer == MISSING for answer in sent.answers):
                # A smaller request has changed nothing, so the size is not at fault.
                answers.extend([MISSING] * (len(items) - len(answers)))
                return _Sent(answers, accepted=False)
        return _Sent(answers, accepted=accepted)

    def _reasons(
        self, missing: Sequence[T], texts: Sequence[str]
    ) -> list[S | ItemRejected | ItemFailed]:
        """Return why items are missing in an answer."""
        alike = len(texts) == len(missing) and len(set(texts)) == 1
        if not texts or alike:
            return [ItemRejected(texts[0]) if texts else MISSING] * len(missing)
        if len(missing) == 1:
            return [ItemRejected(" / ".join(texts))]
        # If a first answer was lost, this one may be about what the first request has done.
        return [in_doubt(self.send([item]).answers[0]) for item in missing]


def in_doubt(answer: T) -> T | ItemFailed:
    """Return the answer to a request that followed another one for the same item.

    If it failed without being carried out, the first one may have been, its answer being lost.
    """
    if isinstance(answer, ItemFailed):
        return attrs.evolve(answer, maybe_applied=True)
    return answer


def _texts(error: APIError | RejectedError) -> str:
    return " / ".join(error.errors if isinstance(error, APIError) else error.warnings)
