"""The base of all resources: one request, and the reading of its answer."""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import quote

import attrs

from icontact import wire
from icontact.auth import Private
from icontact.errors import CallSummary, DecodeError, NotFound, RejectedError
from icontact.paging import Pager, PageSize
from icontact.resources.batches import BatchResult, Rejected, match_batch
from icontact.transport import Answer, Call, Safety, Sender

M = TypeVar("M")

#: Whether a request for one item may be repeated.
_SAFE = {"GET": Safety.READ, "POST": Safety.REPEATABLE, "PUT": Safety.REPEATABLE}

logger = logging.getLogger("icontact")


class Resource(Generic[M]):
    """A family of URIs.

    The methods of all resources raise, besides what they say themselves:

    - :class:`~icontact.errors.NotFound` if the item does not exist,
    - :class:`~icontact.errors.BadRequest` if iContact refuses a value or misses a required one,
    - :class:`~icontact.errors.RejectedError` if iContact stored nothing,
    - :class:`~icontact.errors.TransportError` if no answer came; its ``maybe_applied`` says whether
      the call may have been carried out.
    """

    _model: ClassVar[Any]
    #: The last part of the URI, if it is not `_plural`.
    _segment: ClassVar[str] = ""
    #: The key of a listing in answers; and of a member, if it is not that without its "s".
    _plural: ClassVar[str]
    _singular: str = ""
    #: The model's attribute that identifies a row of a listing, if there is one.
    _identity: ClassVar[str] = ""
    #: Its name in JSON, if rows of a bulk call that hold it are updates.
    _wire_id: ClassVar[str] = ""
    #: Whether rows of a bulk call with the same key are one item in the end.
    _merges: ClassVar[bool] = False
    #: Whether ids are names, instead of numbers.
    _named: ClassVar[bool] = False
    #: What to do with a value that is not an id.
    _remedy: ClassVar[str] = ""
    _writable: ClassVar[frozenset[str]] = frozenset()
    _searchable: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, transport: Sender, parent: str) -> None:
        self._transport = transport
        self._parent = parent
        self._singular = self._singular or self._plural.removesuffix("s")
        segment = self._segment or self._plural
        self._path = f"{parent}/{segment}" if parent else segment

    def __repr__(self) -> str:
        return f"{type(self).__name__}({vars(self).get('_path')!r})"

    def _item(
        self,
        method: str,
        member: int | str,
        body: dict[str, Any] | None = None,
        *,
        ids: tuple[str, ...] = (),
    ) -> M:
        """Read or change one item, and return it as iContact answers it. Safe to repeat.

        ``ids`` are those that the answer may have, if not only the same as before.

        Raises:
            RejectedError: If the answer to a change is nothing but warnings.
            DecodeError: If the answer is about another item, or has another status than was given.
        """
        answer = self._transport.send(
            Call(method, self._at(member), body=body, safety=_SAFE[method])
        )
        is_object = isinstance(answer.payload, dict)
        is_empty = is_object and not answer.payload.get(self._singular, True)
        if is_empty and answer.warnings and method != "GET":
            raise _nothing_stored(answer)
        log_warnings(self._plural, answer.warnings)
        found: M = wire.decode_member(self._model, answer.payload, self._singular, answer.call)
        asked = ids or (str(member) if self._named else str(int(member)),)
        self._check_same(self._id_of(found).casefold() in map(str.casefold, asked), answer.call)
        if body and is_object:
            item = answer.payload.get(self._singular)
            status = item.get("status") if isinstance(item, dict) else None
            self._check_status(body.get("status"), status, answer.call)
        return found

    def _check_status(self, wanted: object, status: object, call: CallSummary) -> None:
        """Refuse an answer that shows that a status was not set; one without a status says nothing.

        Raises:
            DecodeError: Names the status that it has.
        """
        if wanted and status and str(status).lower() != str(wanted).lower():
            problem = f"the {self._singular} is {status}, not {wanted}"
            raise DecodeError([problem], call=call, maybe_applied=True)

    def _id_of(self, item: M) -> str:
        return str(getattr(item, self._identity))

    def _check_same(self, is_same: bool, call: CallSummary) -> None:
        """Refuse an answer about another item than the request: another person's, perhaps."""
        if not is_same:
            problem = f"{self._singular}: expected the one that was asked for, got another one"
            raise DecodeError([problem], call=call, maybe_applied=call.method != "GET")

    def _list(
        self,
        filters: Any,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        order_by: str | tuple[str, ...] | None = None,
    ) -> Pager[M]:
        params = wire.encode_filters(self._model, filters, self._searchable)
        if order_by:
            params += (("orderby", wire.encode_order(self._model, order_by)),)
        return Pager(
            self._transport.send,
            Call("GET", self._path, params=params),
            self._model,
            self._plural,
            page_size=page_size,
            max_items=max_items,
            workers=workers,
            identity=self._identity,
            exact={
                wire.camel(name): value for name, value in filters.items() if _is_exact(name, value)
            },
        )

    def _create(
        self, fields: Any, safety: Safety, is_asked: Callable[[M], bool] = lambda _: True
    ) -> M:
        """Create one item; ``is_asked`` finds it among those of the answer.

        Raises:
            RejectedError: If nothing was stored.
            DecodeError: If the answer is about other items.
        """
        answer = self._transport.send(self._post([self._body(fields)], safety))
        answer = without_nulls(answer, self._plural)
        items: list[M] = wire.decode_rows(self._model, answer.payload, self._plural, answer.call)
        if not items:
            raise _nothing_stored(answer)
        log_warnings(self._plural, answer.warnings)
        asked = [one for one in items if is_asked(one)]
        self._check_same(bool(asked), answer.call)
        return asked[0]

    def _post(self, bodies: list[dict[str, Any]], safety: Safety) -> Call:
        return Call("POST", self._path, body=bodies, safety=safety)

    def _bodies(self, rows: Iterable[Any]) -> list[dict[str, Any]]:
        """Return the body of each row; a row that holds the id is an update."""
        bodies: list[dict[str, Any]] = []
        for index, row in enumerate(rows):
            try:
                bodies.append(self._row_body(row))
            except (TypeError, ValueError) as problem:
                raise type(problem)(f"row {index}: {problem}") from None
        return bodies

    def _row_body(self, row: Any) -> dict[str, Any]:
        if not self._wire_id or not isinstance(row, Mapping):
            return self._body(row)
        self._check_row(row)
        if self._identity not in row:
            return self._body(row)
        rest = {name: row[name] for name in row if name != self._identity}
        number = whole_id(self._identity, row[self._identity])
        return {self._wire_id: number, **self._body(rest)}

    def _create_many(
        self,
        bodies: list[dict[str, Any]],
        safety: Safety,
        sent_key: Callable[[Mapping[str, Any]], Hashable],
        stored_key: Callable[[M], Hashable],
    ) -> BatchResult[M]:
        """Create items, and update those whose body holds the id.

        The keys match the bodies without an id with the stored items.
        """
        if not bodies:
            return BatchResult()
        answer = without_nulls(self._transport.send(self._post(bodies, safety)), self._plural)
        items: list[M] = wire.decode_rows(self._model, answer.payload, self._plural, answer.call)
        places, uncertain = match_batch(
            bodies,
            answer.payload[self._plural] or [],
            [(getattr(one, self._identity), stored_key(one)) for one in items],
            wire_id=self._wire_id,
            sent_key=sent_key,
            merges=self._merges,
            is_whole=len(items) >= len(bodies) or not answer.warnings,
        )
        left_out = [index for index, place in enumerate(places) if place is None]
        reason = answer.warnings[0] if len(left_out) == len(answer.warnings) == 1 else None
        return BatchResult(
            results=tuple(None if place is None else items[place] for place in places),
            rejected=tuple(
                Rejected(index=index, reason=uncertain.get(index, reason)) for index in left_out
            ),
            warnings=answer.warnings,
        )

    def _check_row(self, row: Mapping[str, Any]) -> None:
        """Refuse a row that iContact would misunderstand."""

    def _delete(self, member: int | str) -> None:
        try:
            answer = self._transport.send(Call("DELETE", self._at(member)))
        except NotFound as error:
            # An earlier attempt may have got through although its answer was lost.
            if not error.maybe_applied:
                raise
        else:
            log_warnings(self._plural, answer.warnings)

    def _at(self, member: Any) -> str:
        if not self._named:
            member = whole_id(f"{self._singular} id", member, self._remedy)
        elif not isinstance(member, str) or not member:
            # The value may be personal: an address, or a whole row.
            what = type(member).__name__ if member != "" else "an empty text"
            raise TypeError(f"{self._singular} id must be a text, not {what}")
        try:
            return Private(f"{self._path}/{quote(str(member), safe='')}")
        except UnicodeEncodeError:
            raise ValueError(f"{self._singular} id holds characters that cannot be sent") from None

    def _body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        return wire.encode_fields(self._model, fields, self._writable)


class Collection(Resource[M]):
    """A family of URIs that is listed without search terms, and read by whole numbers."""

    def list(
        self, *, page_size: PageSize = "auto", max_items: int | None = None, workers: int = 1
    ) -> Pager[M]:
        """List all items.

        Args:
            page_size: Rows a request.
            max_items: Rows in all.
            workers: How many pages are asked for side by side. See :class:`icontact.Pager`.
        """
        return self._list({}, page_size=page_size, max_items=max_items, workers=workers)

    def get(self, item_id: int, /) -> M:
        """Read one item."""
        return self._item("GET", item_id)


def _is_exact(name: str, value: object) -> bool:
    """Return whether all rows that a search finds must have the value of a term."""
    if name == "status":
        return isinstance(value, str) and value not in ("total", "unlisted") and "*" not in value
    if name == "email":
        return isinstance(value, str) and "*" not in value
    return name.endswith("_id") and isinstance(value, int | str)


def without_nulls(answer: Answer, key: str) -> Answer:
    """Return an answer without the nulls that may stand in place of refused items (API 2.7)."""
    rows = answer.payload.get(key) if isinstance(answer.payload, dict) else None
    if not isinstance(rows, list) or None not in rows:
        return answer
    stored = [row for row in rows if row is not None]
    return attrs.evolve(answer, payload={**answer.payload, key: stored})


def _nothing_stored(answer: Answer) -> RejectedError:
    return RejectedError(
        answer.warnings, call=answer.call, attempts=answer.attempts, elapsed=answer.elapsed
    )


def log_warnings(what: str, warnings: tuple[str, ...]) -> None:
    """Log iContact's warnings on a call whose result has no place for them."""
    for warning in warnings:
        logger.warning("%s: warning from iContact: %s", what, warning)


def whole_id(name: str, value: Any, remedy: str = "") -> int:
    """Return an id, which may come as digits in a text; an error names it, and what to do instead.

    Raises:
        TypeError: If it is neither a number nor text.
        ValueError: If it is a text without a number, or a number below 0. Does not show it.
    """
    if isinstance(value, str):
        return wire.whole_number(name, value, remedy)
    way_out = f"; {remedy}" if remedy else ""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}{way_out}")
    number = operator.index(value)
    if number < 0:
        raise ValueError(f"{name} must be a whole number from 0 on{way_out}")
    return number


def refuse_fixed(fields: Mapping[str, Any], *names: str) -> None:
    """Refuse fields that can be set on creation only.

    Raises:
        TypeError: Names the field.
    """
    for name in names:
        if name in fields:
            raise TypeError(f"{name} is given on creation only and cannot be changed")
