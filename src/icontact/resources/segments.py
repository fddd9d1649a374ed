"""Segments, and the criteria that they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from icontact import wire
from icontact.models import (
    Criterion,
    CriterionFields,
    NewSegmentFields,
    Operator,
    Segment,
    SegmentFields,
)
from icontact.resources._base import Collection, refuse_fixed
from icontact.resources.batches import BatchResult
from icontact.transport import Safety


class Segments(Collection[Segment]):
    """The segments of one client folder: ``/a/{accountId}/c/{clientFolderId}/segments``.

    .. code-block:: python

        newsletter = folder.lists.find(name="Newsletter")
        segment = folder.segments.create(name="From Durham", list_id=newsletter.list_id)
        criteria = folder.segments.criteria(segment.segment_id)
        criteria.create(field_name="city", operator="eq", values=["Durham"])

    Documentation: "Segments".
    """

    _model = Segment
    _plural = "segments"
    _identity = "segment_id"
    _writable = frozenset({*SegmentFields.__annotations__, *NewSegmentFields.__annotations__})

    def create(self, **fields: Unpack[NewSegmentFields]) -> Segment:
        """Create a segment, without criteria yet. Not repeated after a lost answer.

        Args:
            **fields: ``name`` and ``list_id`` are required.

        Raises:
            RejectedError: If iContact stored nothing, for example where the plan allows no more.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[NewSegmentFields], /) -> BatchResult[Segment]:
        """Create segments in one request, matched by name and list.

        Not repeated after a lost answer.
        """
        return self._create_many(
            self._bodies(rows),
            Safety.ONCE,
            lambda body: (body.get("name"), str(body.get("listId"))),
            lambda one: (one.name, str(one.list_id)),
        )

    def update(self, segment_id: int, /, **fields: Unpack[SegmentFields]) -> Segment:
        """Change the given fields of a segment and keep the others. Safe to repeat.

        Raises:
            TypeError: If ``list_id`` is given: it can never be changed.
        """
        refuse_fixed(fields, "list_id")
        return self._item("POST", segment_id, self._body(fields))

    def delete(self, segment_id: int, /) -> None:
        """Delete a segment, and with it its criteria. Safe to repeat."""
        self._delete(segment_id)

    def criteria(self, segment_id: int, /) -> Criteria:
        """Return the criteria of a segment. Makes no request."""
        return Criteria(self._transport, self._at(segment_id))


class CriterionRow(CriterionFields, total=False):
    """A row of a bulk call: with ``criterion_id`` an update, without it a creation."""

    criterion_id: int


class Criteria(Collection[Criterion]):
    """The criteria of one segment: ``…/segments/{segmentId}/criteria``.

    What is written is checked before it is sent: the operator, and how many values it takes.
    iContact's page has tables of the operators for each field; they are not known to us, so
    that is left to iContact (API 10.2).

    Documentation: "Segment Criteria".
    """

    _model = Criterion
    _plural = "criteria"
    _singular = "criterion"
    _identity = "criterion_id"
    _wire_id = "criterionId"
    _writable = frozenset(CriterionFields.__annotations__)

    def create(self, **fields: Unpack[CriterionFields]) -> Criterion:
        """Add a criterion. Not repeated after a lost answer.

        Args:
            **fields: ``field_name``, ``operator`` and ``values`` are required.

        Raises:
            ValueError: If one of them is missing, the operator is unknown, or it takes another
                number of values; names the field.
        """
        _check_complete(fields)
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[CriterionRow], /) -> BatchResult[Criterion]:
        """Add criteria, and update those given with their ``criterion_id``, in one request.

        Rows are matched with the answer by ``criterion_id``, or else by what they say. Not
        repeated after a lost answer.

        Raises:
            ValueError: As for :meth:`create`; names the row.
        """
        return self._create_many(
            self._bodies(rows),
            Safety.ONCE,
            lambda body: (body["fieldName"], body["operator"], tuple(map(str, body["values"]))),
            lambda stored: (stored.field_name, stored.operator, stored.values),
        )

    def update(self, criterion_id: int, /, **fields: Unpack[CriterionFields]) -> Criterion:
        """Change the given fields of a criterion and keep the others. Safe to repeat.

        Raises:
            ValueError: If the operator is unknown or takes another number of values.
        """
        _check(fields)
        return self._item("POST", criterion_id, self._body(fields))

    def replace(self, criterion_id: int, /, **fields: Unpack[CriterionFields]) -> Criterion:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat.

        Args:
            criterion_id: Which criterion.
            **fields: ``field_name``, ``operator`` and ``values`` are required.

        Raises:
            ValueError: As for :meth:`create`.
        """
        _check_complete(fields)
        return self._item("PUT", criterion_id, self._body(fields))

    def delete(self, criterion_id: int, /) -> None:
        """Delete a criterion, so that more contacts belong to the segment. Safe to repeat."""
        self._delete(criterion_id)

    def _check_row(self, row: Mapping[str, Any]) -> None:
        check = _check if "criterion_id" in row else _check_complete
        check(row)


_PARTS_OF_DATES: Mapping[str, range] = {
    Operator.MONTH: range(1, 13),
    Operator.DAY: range(1, 32),
    Operator.YEAR: range(1, 10000),
}


def _check_complete(fields: Mapping[str, Any]) -> None:
    if missing := [name for name in CriterionFields.__annotations__ if not fields.get(name)]:
        raise ValueError(f"a criterion needs {' and '.join(missing)}")
    _check(fields)


def _check(fields: Mapping[str, Any]) -> None:
    operator, values = fields.get("operator"), fields.get("values")
    if operator is not None and operator not in list(Operator):
        known = frozenset(map(str, Operator))
        raise ValueError(f"operator: {operator!r} is none{wire.nearest(str(operator), known)}")
    if values is None or isinstance(values, str):
        return  # nothing to look at, or no array: the encoding says so
    found = len(values)
    wanted = {None: (1, 2), Operator.BET: (2,)}.get(operator, (1,))
    if found not in wanted:
        takes = " or ".join(map(str, wanted))
        raise ValueError(f"values: {operator or 'a criterion'} takes {takes}, got {found}")
    allowed = _PARTS_OF_DATES.get(operator or "")
    if allowed and not (str(values[0]).isdecimal() and int(values[0]) in allowed):
        raise ValueError(
            f"values: {operator} takes a whole number from {allowed[0]} to {allowed[-1]}"
        )
