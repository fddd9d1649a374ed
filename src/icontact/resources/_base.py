"""What all resources share: one request, and the reading of its answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from html import escape
from itertools import count
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import quote

import attrs

from icontact import wire
from icontact.auth import Private
from icontact.errors import NotFound, RejectedError
from icontact.frames import Frame, HasFrame, flatten
from icontact.notebook import fold, heading, preview, table
from icontact.paging import Pager, PageSize
from icontact.resources._matching import matched
from icontact.resources._shared import whole_id
from icontact.transport import Answer, Call, Safety, Sender

__all__ = ["BatchResult", "Hidden", "Rejected", "Resource"]

M = TypeVar("M")
T = TypeVar("T")
#: A result of some rows is one of wider rows, too.
R_co = TypeVar("R_co", covariant=True)

logger = logging.getLogger("icontact")


@attrs.frozen(kw_only=True)
class Rejected:
    """A row of a bulk call that iContact did not store.

    Attributes:
        index: The row's place in the input, from 0.
        reason: iContact's sentence, if it can be told which one belongs to the row.
    """

    index: int
    reason: str | None


@attrs.frozen(kw_only=True)
class BatchResult(HasFrame, Generic[R_co]):
    """What became of the rows of a bulk call. Matched by e-mail or id, never by position (API 2.7).

    Attributes:
        results: For each row of the input what was stored of it, or ``None``.
        rejected: The rows that iContact left out.
        warnings: All its sentences. They carry no index; some are mere notices.
        unknown_fields: Custom fields of the rows that the folder does not have, and that were not
            stored; ``warnings`` says in which rows they are.
    """

    results: tuple[R_co | None, ...] = attrs.field(repr=lambda rows: f"<{len(rows)} rows>")
    rejected: tuple[Rejected, ...]
    warnings: tuple[str, ...]
    unknown_fields: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[R_co, ...]:
        """What was stored, in the order of the input."""
        return tuple(item for item in self.results if item is not None)

    def _as_frame(self) -> Frame:
        """Return one row for each row of the input: what was stored, or why nothing was."""
        reasons = {one.index: one.reason for one in self.rejected}
        frame = Frame({"index": "int", "stored": "bool", "reason": "text"})
        for index, item in enumerate(self.results):
            row = {"index": index, "stored": item is not None, "reason": reasons.get(index)}
            frame.add(row if item is None else row | flatten(item))
        return frame

    def _repr_html_(self) -> str:
        """Show in a notebook how many rows were stored, and which were not."""
        reasons = {one.reason for one in self.rejected}
        lines = ((one.index, one.reason or "no reason given") for one in self.rejected)
        return "".join(
            (
                heading(f"{len(self.items):,} of {len(self.results):,} rows stored."),
                table(("row, from 0", "not stored, since"), lines) if self.rejected else "",
                *(
                    f"<p>{escape(warning)}</p>"
                    for warning in self.warnings
                    if warning not in reasons
                ),
                fold("Stored rows", preview(self.items)) if self.items else "",
            )
        )


class Hidden(Iterable[T]):
    """Rows under way. Error trackers print the locals of every frame, but not these."""

    def __init__(self, rows: Iterable[T]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)


class Resource(Generic[M]):
    """A family of URIs. Subclasses say what may be asked; this says how."""

    segment: ClassVar[str]
    plural: ClassVar[str]
    singular: ClassVar[str]
    #: The attribute of the model that tells rows of a listing apart, if there is one.
    identity: ClassVar[str] = ""
    #: Whether rows of a bulk call with the same key are one thing in the end.
    merges: ClassVar[bool] = False
    #: Whether members have names for ids, instead of numbers.
    named: ClassVar[bool] = False
    #: What to do with something else than an id.
    remedy: ClassVar[str] = ""
    writable: ClassVar[frozenset[str]] = frozenset()
    searchable: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, transport: Sender, parent: str, model: type[M]) -> None:
        self._transport = transport
        self._path = f"{parent}/{self.segment}" if parent else self.segment
        self._model = model

    def __repr__(self) -> str:
        return f"{type(self).__name__}({vars(self).get('_path')!r})"

    def _get(self, member: int | str) -> M:
        return self._member(self._transport.send(Call("GET", self._at(member))))

    def _list(
        self,
        filters: Any,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        order_by: str | tuple[str, ...] | None = None,
    ) -> Pager[M]:
        try:
            params = _discreetly(wire.encode_filters, self._model, filters, self.searchable)
        finally:
            filters.clear()  # error trackers print the locals of every frame on the way
        if order_by:
            params += (("orderby", wire.encode_order(self._model, order_by)),)
        call = Call("GET", self._path, params=params)
        return Pager(
            self._transport.send,
            call,
            self._model,
            self.plural,
            page_size=page_size,
            max_items=max_items,
            workers=workers,
            identity=self.identity,
        )

    def _create(self, fields: Any, safety: Safety) -> M:
        call = self._posted([self._taken(fields)], safety)
        answer = self._transport.send(call)
        items = wire.decode_rows(self._model, answer.payload, self.plural, answer.call)
        if not items:
            raise RejectedError(
                answer.warnings, call=answer.call, attempts=answer.attempts, elapsed=answer.elapsed
            )
        self._note(answer.warnings)
        return items[0]

    def _posted(self, bodies: list[dict[str, Any]], safety: Safety) -> Call:
        return Call("POST", self._path, body=bodies, safety=safety)

    def _bodies(self, rows: Iterable[Any]) -> list[dict[str, Any]]:
        # Not a loop, whose variable would hold a row while the next one is made.
        return [*map(self._row, count(), rows)]

    def _row(self, index: int, row: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._body(row)
        except (TypeError, ValueError) as problem:
            fault = type(problem)(f"row {index}: {problem}")
        del row
        raise fault

    def _taken(self, fields: Any) -> dict[str, Any]:
        """Encode keyword arguments and empty them, so that no frame on the way shows them."""
        try:
            return _discreetly(self._body, fields)
        finally:
            fields.clear()

    def _create_many(
        self,
        call: Call,
        sent_key: Callable[[Mapping[str, Any]], Hashable],
        stored_key: Callable[[M], Hashable],
    ) -> BatchResult[M]:
        if not call.body:
            return BatchResult(results=(), rejected=(), warnings=())
        answer = self._transport.send(call)
        items = wire.decode_rows(self._model, answer.payload, self.plural, answer.call)
        keys, stored_keys = list(map(sent_key, call.body)), list(map(stored_key, items))
        if len(set(keys)) == len(keys):
            stored = dict(zip(stored_keys, items, strict=True))
            results = tuple(map(stored.get, keys))
            uncertain: dict[int, str] = {}
        else:
            merges = self.merges and (len(items) >= len(keys) or not answer.warnings)
            places, uncertain = matched(
                keys, stored_keys, call.body, answer.payload[self.plural] or [], merges=merges
            )
            results = tuple(None if place is None else items[place] for place in places)
        left_out = [index for index, item in enumerate(results) if item is None]
        reason = answer.warnings[0] if len(left_out) == len(answer.warnings) == 1 else None
        return BatchResult(
            results=results,
            rejected=tuple(
                Rejected(index=index, reason=uncertain.get(index, reason)) for index in left_out
            ),
            warnings=answer.warnings,
        )

    def _write(self, method: str, member: int | str, fields: Any) -> M:
        # The fields first: whatever fails then, they are empty.
        call = Call(
            body=self._taken(fields),
            method=method,
            path=self._at(member),
            safety=Safety.REPEATABLE,
        )
        return self._member(self._transport.send(call))

    def _delete(self, member: int | str) -> None:
        try:
            answer = self._transport.send(Call("DELETE", self._at(member)))
        except NotFound as error:
            # An earlier attempt may have got through although its answer was lost.
            if not error.maybe_applied:
                raise
        else:
            self._note(answer.warnings)

    def _at(self, member: Any) -> str:
        if not self.named:
            member = whole_id(f"{self.singular} id", member, self.remedy)
        elif not isinstance(member, str) or not member:
            # The value may be personal: an address, or a whole row.
            what = type(member).__name__ if member != "" else "an empty text"
            raise TypeError(f"{self.singular} id must be a text, not {what}")
        return self._member_path(member)

    def _member_path(self, member: int | str) -> str:
        try:
            return Private(f"{self._path}/{quote(str(member), safe='')}")
        except UnicodeEncodeError:
            del member  # error trackers print the locals of every frame on the way
        raise ValueError(f"{self.singular} id holds characters that cannot be sent")

    def _body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return wire.encode_fields(self._model, fields, self.writable)

    def _member(self, answer: Answer) -> M:
        self._note(answer.warnings)
        return wire.decode_member(self._model, answer.payload, self.singular, answer.call)

    def _note(self, warnings: tuple[str, ...]) -> None:
        """Say what iContact remarked on a call whose result has no place for it."""
        for warning in warnings:
            logger.warning("%s: iContact remarks: %s", self.plural, warning)


def _discreetly(encode: Callable[..., T], *given: Any) -> T:
    """Encode what was given; a complaint is raised without the frames that hold it."""
    try:
        return encode(*given)
    except (TypeError, ValueError) as problem:
        fault = problem.with_traceback(None)
    del given
    raise fault
