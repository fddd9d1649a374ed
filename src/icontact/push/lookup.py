"""Searches for many values at once that prove that iContact understood them.

Several values, separated by commas, are documented for "some resources" (API 2.6). Where they are
not understood nothing is found, and a contact that exists would be taken for new. So every search
ends with a value that is known to be there: if that is not found, the search does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from icontact.errors import (
    APIError,
    BadRequest,
    DecodeError,
    IContactError,
    PagingError,
    ServerError,
)
from icontact.push.workers import WorkerPool

V = TypeVar("V", bound=Hashable)
T = TypeVar("T")

#: Characters of values in one search, as they are encoded: any server takes a URL of this length.
_MOST_CHARACTERS = 1800

_URI_TOO_LONG = 414

#: An answer to one question that says nothing about the next one.
UNANSWERED = (BadRequest, DecodeError, PagingError, ServerError)

#: After this many questions in a row without an answer, iContact answers none.
_PATIENCE = 10


@attrs.frozen(kw_only=True)
class Lookup:
    """How a push looked up contacts or subscriptions, and what other ways would have cost.

    Attributes:
        what: ``"contacts"`` or ``"subscriptions"``.
        how: ``"pages"`` of the whole listing, ``"searches"`` for many values at once, or
            ``"single reads"``.
        requests: How many requests that takes, as far as it is known beforehand.
        instead: The same of the ways that were not taken.
        total: How many there are in all, if that was asked.
    """

    what: str
    how: str
    requests: int
    instead: Mapping[str, int] = attrs.field(factory=dict)
    total: int | None = None

    def __str__(self) -> str:
        ways = ", ".join(f"{number:,} {how}" for how, number in self.instead.items())
        how = _ONE[self.how] if self.requests == 1 else self.how
        taken = f"{self.what} by {self.requests:,} {how}"
        return f"{taken} instead of {ways}" if ways else taken


_ONE: Mapping[str, str] = {"pages": "page", "searches": "search", "single reads": "single read"}


def groups_of(values: Iterable[V]) -> Iterator[Sequence[V]]:
    """Yield values in groups that fit into one search each."""
    group: list[V] = []
    room = _MOST_CHARACTERS
    for value in values:
        text = str(value)
        plain = sum(c.isascii() and c.isalnum() for c in text)
        # Every other byte is encoded, and so is the comma after the value.
        needed = plain + 3 * (len(text.encode("utf-8", "replace")) - plain) + 3
        if group and needed > room:
            yield group
            group, room = [], _MOST_CHARACTERS
        group.append(value)
        room -= needed
    if group:
        yield group


def is_usable_sentinel(value: str) -> bool:
    """Check that a value means only itself in a search: it has no star and no comma."""
    return "*" not in value and "," not in value


@attrs.define
class Searcher(Generic[V, T]):
    """Finds things by many values with few requests, or by one request each.

    Attributes:
        search: Reads what has one of several values; ``one`` reads what has one value.
        value_of: Returns the value of a thing as it is compared with a value that was ``compared``.
        sentinel: A value that is known to be there; ``None`` while none is known.
        understood: Whether several values are worth trying: one that failed is enough.
    """

    search: Callable[[Sequence[V]], Iterable[T]] = attrs.field(repr=False)
    one: Callable[[V], Iterable[T]] = attrs.field(repr=False)
    value_of: Callable[[T], Hashable] = attrs.field(repr=False)
    compared: Callable[[V], Hashable] = attrs.field(repr=False)
    sentinel: V | None = attrs.field(default=None, repr=False)
    understood: bool = True

    @property
    def groups(self) -> bool:
        """Whether several values can be asked for at once."""
        return self.understood and self.sentinel is not None

    def find(
        self,
        values: Iterable[V],
        workers: WorkerPool,
        unanswered: Callable[[V, IContactError], None] | None = None,
    ) -> Iterator[Sequence[T]]:
        """Yield what has these values, some at a time.

        ``unanswered`` is called with each value about which iContact gave no answer; without it the
        first one ends the search.
        """
        patience = _PATIENCE
        for group, found in workers.map(self._asked, groups_of(values)):
            if found is not None:
                yield found
                continue
            self.understood = False
            for value, some in workers.map(self._answer, group):
                if not isinstance(some, IContactError):
                    patience = _PATIENCE
                    yield list(some)
                    continue
                patience -= 1
                if unanswered is None or not patience:
                    raise some
                unanswered(value, some)

    def _answer(self, value: V) -> tuple[V, Iterable[T] | IContactError]:
        try:
            return value, self.one(value)
        except UNANSWERED as error:
            return value, error

    def _asked(self, group: Sequence[V]) -> tuple[Sequence[V], Sequence[T] | None]:
        sentinel = self.sentinel
        if sentinel is None or not self.understood or len(group) == 1:
            return group, None
        try:
            found = list(self.search([*group, sentinel]))
        except UNANSWERED:
            return group, None
        except APIError as error:
            if error.status != _URI_TOO_LONG:
                raise
            return group, None
        values = {self.value_of(one) for one in found}
        # What was not asked for shows that the term was ignored.
        asked = {self.compared(value) for value in (*group, sentinel)}
        return group, found if self.compared(sentinel) in values <= asked else None
