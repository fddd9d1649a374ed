"""Segments: the part of a list that meets criteria."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel


@attrs.frozen(kw_only=True)
class Segment(OpenModel):
    """The members of a list who meet all of the segment's criteria.

    Attributes:
        segment_id: Primary key.
        name: Required.
        list_id: Required on creation, never changed: the list that it is taken from.
        description: Optional.

    Documentation: "Segments".
    """

    segment_id: int
    name: str = ""
    list_id: int | None = None
    description: str = ""


class SegmentFields(TypedDict, total=False):
    """What may be changed of a segment."""

    name: str
    description: str | None


class NewSegmentFields(SegmentFields, total=False):
    """What a new segment has: ``name`` and ``list_id`` are required."""

    list_id: int


class Operator(OpenEnum):
    """How a criterion compares (documentation page "Segment Criteria").

    ``month``, ``day`` and ``year`` look at a part of a custom field that holds a date.
    """

    EQ = "eq"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    BET = "bet"
    CONTAINS = "contains"
    NOT_CONTAINS = "notcontains"
    MONTH = "month"
    DAY = "day"
    YEAR = "year"


@attrs.frozen(kw_only=True)
class Criterion(OpenModel):
    """One condition of a segment.

    Attributes:
        criterion_id: Primary key within the segment; the first is 0.
        field_name: Required: a contact's field as iContact spells it (``firstName``), the private
            name of a custom field, or ``messageOpens``, ``messageClicks``, ``messageUnsubscribes``.
        operator: Required.
        values: Required: one, or two for ``bet``. Not in the ``repr``: they may be personal.

    Documentation: "Segment Criteria".
    """

    criterion_id: int
    field_name: str = ""
    operator: Operator | str = Operator.EQ
    values: tuple[str, ...] = attrs.field(default=(), repr=False)


#: What a contact can be compared with.
CriterionValue: TypeAlias = str | int | float | Decimal | bool | date


class CriterionFields(TypedDict, total=False):
    """What may be written of a criterion. All three are required on creation and ``replace``."""

    field_name: str
    operator: Operator | str
    values: Sequence[CriterionValue]
