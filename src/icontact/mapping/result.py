"""The results of mapping a row: contact fields, and an explanation of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import attrs

from icontact.notebook import table

if TYPE_CHECKING:
    from icontact.mapping.consent import ConsentColumn
    from icontact.mapping.field_mapping import FieldMapping
    from icontact.mapping.source import Key
    from icontact.models import ContactFields

Outcome = Literal["set", "cleared", "left out", "refused"]

_WIDEST = 40
_HEADER = ("field", "source", "in the row", "through", "result", "note")


@attrs.frozen(kw_only=True)
class MappedContact:
    """A row as iContact takes it.

    Attributes:
        fields: The fields to write; not in the repr, since they are personal data.
        notes: What was lost or changed on the way, such as ``"state: left out: …"``. Field names
            and reasons, never a value.
    """

    fields: ContactFields = attrs.field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        """The cleaned address, which every mapped contact has."""
        return self.fields.get("email", "")


@attrs.frozen(kw_only=True)
class FieldExplanation:
    """How one field came by its value.

    Attributes:
        target: The field; ``custom_fields.…`` for one of the folder's.
        sources: The row's keys that the mapping names for it.
        used: The key whose value was taken; ``None`` if all were blank.
        present: Whether the row has any of these keys.
        raw: The value as the row has it, or the default that stood in for it.
        transforms: The transforms that it went through, in order.
        outcome: ``set``, ``cleared``, ``left out`` or ``refused``.
        result: The text to send, if the field is set.
        notes: What was lost or changed.
        problem: Why the row is refused, without the value.
        opted_out: Whether that is because the person must not be mailed.
    """

    target: str
    sources: tuple[Key, ...]
    used: Key | None = None
    present: bool = False
    raw: Any = attrs.field(default=None, repr=False)
    transforms: tuple[str, ...] = ()
    outcome: Outcome = "left out"
    result: str | None = attrs.field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    problem: str | None = None
    opted_out: bool = False

    @property
    def note(self) -> str:
        """Problem and notes in one text."""
        return "; ".join(filter(None, (self.problem, *self.notes)))


@attrs.frozen(kw_only=True)
class Explanation:
    """The value of each field of a row, its source and its transforms.

    ``str()`` and a notebook show the values; ``repr()`` does not.

    Attributes:
        fields: One explanation per field of the mapping.
        refusal: Why the row must not be pushed at all, if it says so itself.
    """

    fields: tuple[FieldExplanation, ...]
    refusal: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the row can be mapped."""
        return not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """Every reason to refuse the row, with its field."""
        refused = (self.refusal,) if self.refusal else ()
        return refused + tuple(
            f"{field.target}: {field.problem}" for field in self.fields if field.problem
        )

    def __getitem__(self, target: str) -> FieldExplanation:
        """Return the explanation of one field."""
        for field in self.fields:
            if field.target == target:
                return field
        raise KeyError(target)

    def __str__(self) -> str:
        rows = [_HEADER, *map(_cells, self.fields)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        rows.insert(1, tuple("-" * width for width in widths))
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([f"refused: {self.refusal}", *lines] if self.refusal else lines)

    def _repr_html_(self) -> str:
        refused = f"<p>refused: {escape(self.refusal)}</p>" if self.refusal else ""
        return refused + table(_HEADER, map(_cells, self.fields))


def _cells(field: FieldExplanation) -> tuple[str, ...]:
    if field.raw is None:
        raw = "blank" if field.present else "missing"
    else:
        try:
            raw = repr(field.raw)
        except Exception:  # noqa: BLE001 - a stranger's __repr__ must not keep the table away
            raw = f"({type(field.raw).__name__})"
    keys = (str(key) if str(key).isprintable() else repr(key) for key in field.sources)
    return (
        field.target,
        _cut(" or ".join(keys)),
        _cut(raw),
        ", ".join(field.transforms),
        _cut(repr(field.result)) if field.outcome == "set" else field.outcome,
        field.note,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def mapping_html(
    fields: Iterable[FieldMapping], consent: Sequence[ConsentColumn], notes: Iterable[str]
) -> str:
    """Return a mapping as tables of HTML: its fields, the columns about consent, and notes."""
    rows = (
        (
            field.label,
            " or ".join(map(str, field.keys)),
            ", ".join(step if isinstance(step, str) else "(function)" for step in field.steps),
        )
        for field in fields
    )
    html = table(("field", "column", "transforms"), rows)
    if consent:
        html += table(("consent",), ((column,) for column in consent))
    return html + "".join(f"<p>{escape(note)}</p>" for note in notes)
