"""Segments, and the criteria that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Unpack

from icontact import wire
from icontact.models import (
    Criterion,
    CriterionFields,
    NewSegmentFields,
    Operator,
    Segment,
    SegmentFields,
)
from icontact.paging import Pager, PageSize
from icontact.resources._base import BatchResult, Resource
from icontact.resources._shared import refuse_fixed, row_body
from icontact.transport import Safety, Sender

__all__ = ["Criteria", "CriterionRow", "Segments"]


class Segments(Resource[Segment]):
    """The segments of one client folder: ``/a/{accountId}/c/{clientFolderId}/segments``.

    .. code-block:: python

        newsletter = folder.lists.find(name="Newsletter")
        segment = folder.segments.create(name="From Durham", list_id=newsletter.list_id)
        criteria = folder.segments.criteria(segment.segment_id)
        criteria.create(field_name="city", operator="eq", values=["Durham"])
    """

    segment: ClassVar[str] = "segments"
    plural: ClassVar[str] = "segments"
    singular: ClassVar[str] = "segment"
    identity: ClassVar[str] = "segment_id"
    writable: ClassVar[frozenset[str]] = frozenset(
        {*SegmentFields.__annotations__, *NewSegmentFields.__annotations__}
    )

    def __init__(self, transport: Sender, folder: str) -> None:
        super().__init__(transport, folder, Segment)

    def list(
        self, *, page_size: PageSize = "auto", max_items: int | None = None, workers: int = 1
    ) -> Pager[Segment]:
        """List the segments.

        Documentation: "Segments".
        """
        return self._list({}, page_size=page_size, max_items=max_items, workers=workers)

    def get(self, segment_id: int, /) -> Segment:
        """Read one segment.

        Raises:
            NotFound: If there is no such segment.

        Documentation: "Segments".
        """
        return self._get(segment_id)

    def create(self, **fields: Unpack[NewSegmentFields]) -> Segment:
        """Create a segment, without criteria yet. Not repeated after a lost answer.

        Args:
            **fields: ``name`` and ``list_id`` are required.

        Raises:
            RejectedError: If iContact stored nothing, for example where the plan allows no more.
            TransportError: If no answer came; ``maybe_applied`` says whether to look.

        Documentation: "Segments".
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[NewSegmentFields], /) -> BatchResult[Segment]:
        """Create segments in one request, matched by name and list.

        Not repeated after a lost answer.

        Raises:
            TransportError: If no answer came; ``maybe_applied`` says whether to look.

        Documentation: "Segments".
        """
        call = self._posted(self._bodies(rows), Safety.ONCE)
        del rows
        return self._create_many(
            call,
            lambda body: (body.get("name"), str(body.get("listId"))),
            lambda one: (one.name, str(one.list_id)),
        )

    def update(self, segment_id: int, /, **fields: Unpack[SegmentFields]) -> Segment:
        """Change the given fields of a segment and keep the others. Safe to repeat.

        Raises:
            BadRequest: If iContact refuses a value.
            NotFound: If there is no such segment.
            TypeError: If ``list_id`` is given: it can never be changed.

        Documentation: "Segments".
        """
        refuse_fixed(fields, "list_id")
        return self._write("POST", segment_id, fields)

    def delete(self, segment_id: int, /) -> None:
        """Delete a segment, and with it its criteria. Safe to repeat.

        Raises:
            NotFound: If there is no such segment.

        Documentation: "Segments".
        """
        self._delete(segment_id)

    def criteria(self, segment_id: int, /) -> Criteria:
        """Return the criteria of a segment. Makes no request."""
        return Criteria(self._transport, self._at(segment_id))


class CriterionRow(CriterionFields, total=False):
    """A row of a bulk call: with ``criterion_id`` an update, without it a creation."""

    criterion_id: int


class Criteria(Resource[Criterion]):
    """The criteria of one segment: ``…/segments/{segmentId}/criteria``.

    What is written is checked before it is sent: the operator, and how many values it takes.
    iContact's page has tables of which operator suits which field; they are not known to us, so
    that is left to iContact (API 10.2).
    """

    segment: ClassVar[str] = "criteria"
    plural: ClassVar[str] = "criteria"
    singular: ClassVar[str] = "criterion"
    identity: ClassVar[str] = "criterion_id"
    writable: ClassVar[frozenset[str]] = frozenset(CriterionFields.__annotations__)

    def __init__(self, transport: Sender, segment: str) -> None:
        super().__init__(transport, segment, Criterion)

    def list(
        self, *, page_size: PageSize = "auto", max_items: int | None = None, workers: int = 1
    ) -> Pager[Criterion]:
        """List the criteria, all of which a member of the segment meets.

        Documentation: "Segment Criteria".
        """
        return self._list({}, page_size=page_size, max_items=max_items, workers=workers)

    def get(self, criterion_id: int, /) -> Criterion:
        """Read one criterion. Numbers begin at 0, within the segment.

        Raises:
            NotFound: If there is no such criterion.

        Documentation: "Segment Criteria".
        """
        return self._get(criterion_id)

    def create(self, **fields: Unpack[CriterionFields]) -> Criterion:
        """Add a criterion. Not repeated after a lost answer.

        Args:
            **fields: ``field_name``, ``operator`` and ``values`` are required.

        Raises:
            ValueError: If one of them is missing, the operator is unknown, or it takes another
                number of values; names the field.
            RejectedError: If iContact stored nothing.
            TransportError: If no answer came; ``maybe_applied`` says whether to look.

        Documentation: "Segment Criteria".
        """
        _check_complete(fields)
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[CriterionRow], /) -> BatchResult[Criterion]:
        """Add criteria, and update those given with their ``criterion_id``, in one request.

        Rows are matched with the answer by ``criterion_id``, or else by what they say. Not
        repeated after a lost answer.

        Raises:
            ValueError: As for :meth:`create`; names the row.
            TransportError: If no answer came; ``maybe_applied`` says whether to look.

        Documentation: "Segment Criteria".
        """
        bodies = [self._criterion_row(row, place) for place, row in enumerate(rows)]
        del rows  # error trackers print the locals of every frame on the way
        by_id = {body["criterionId"] for body in bodies if "criterionId" in body}
        call = self._posted(bodies, Safety.ONCE)
        del bodies
        return self._create_many(call, _sent_key, lambda stored: _stored_key(stored, by_id))

    def update(self, criterion_id: int, /, **fields: Unpack[CriterionFields]) -> Criterion:
        """Change the given fields of a criterion and keep the others. Safe to repeat.

        Raises:
            ValueError: If the operator is unknown or takes another number of values.
            BadRequest: If iContact refuses a value.
            NotFound: If there is no such criterion.

        Documentation: "Segment Criteria".
        """
        _check(fields)
        return self._write("POST", criterion_id, fields)

    def replace(self, criterion_id: int, /, **fields: Unpack[CriterionFields]) -> Criterion:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat.

        Args:
            criterion_id: Which criterion.
            **fields: ``field_name``, ``operator`` and ``values`` are required.

        Raises:
            ValueError: As for :meth:`create`.
            BadRequest: If iContact refuses a value.
            NotFound: If there is no such criterion.

        Documentation: "Segment Criteria".
        """
        _check_complete(fields)
        return self._write("PUT", criterion_id, fields)

    def delete(self, criterion_id: int, /) -> None:
        """Delete a criterion, so that more contacts belong to the segment. Safe to repeat.

        Raises:
            NotFound: If there is no such criterion.

        Documentation: "Segment Criteria".
        """
        self._delete(criterion_id)

    def _criterion_row(self, row: CriterionRow, place: int) -> dict[str, Any]:
        check = _check if "criterion_id" in row else _check_complete
        check(row, f"row {place}: ")
        return row_body(row, "criterion_id", "criterionId", self._body)


_PARTS_OF_DATES: Mapping[str, range] = {
    Operator.MONTH: range(1, 13),
    Operator.DAY: range(1, 32),
    Operator.YEAR: range(1, 10000),
}


def _check_complete(fields: Mapping[str, Any], place: str = "") -> None:
    if missing := [name for name in CriterionFields.__annotations__ if not fields.get(name)]:
        raise ValueError(f"{place}a criterion needs {' and '.join(missing)}")
    _check(fields, place)


def _check(fields: Mapping[str, Any], place: str = "") -> None:
    operator, values = fields.get("operator"), fields.get("values")
    if operator is not None and operator not in list(Operator):
        known = frozenset(map(str, Operator))
        raise ValueError(
            f"{place}operator: {operator!r} is none{wire.nearest(str(operator), known)}"
        )
    if values is None or isinstance(values, str):
        return  # nothing to look at, or no array: the encoding says so
    found = len(values)
    wanted = {None: (1, 2), Operator.BET: (2,)}.get(operator, (1,))
    if found not in wanted:
        takes = " or ".join(map(str, wanted))
        raise ValueError(f"{place}values: {operator or 'a criterion'} takes {takes}, got {found}")
    allowed = _PARTS_OF_DATES.get(operator or "")
    if allowed and not (str(values[0]).isdecimal() and int(values[0]) in allowed):
        raise ValueError(
            f"{place}values: {operator} takes a whole number from {allowed[0]} to {allowed[-1]}"
        )


def _sent_key(body: Mapping[str, Any]) -> Any:
    if "criterionId" in body:
        return body["criterionId"]
    return body["fieldName"], body["operator"], tuple(map(str, body["values"]))


def _stored_key(stored: Criterion, by_id: set[int]) -> Any:
    if stored.criterion_id in by_id:
        return stored.criterion_id
    return stored.field_name, stored.operator, stored.values
