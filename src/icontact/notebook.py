"""HTML tables for notebooks, in which no address or name of a person can be read in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from typing import Any, Generic, TypeVar

import attrs

from icontact._wording import number_of

__all__ = ["Preview", "fold", "heading", "mask", "mask_address", "preview", "table"]

T = TypeVar("T")

#: The number of rows that a table of models shows.
SHOWN = 10

# Notebooks align cells to the right unless the cell itself says otherwise.
_LEFT = ' style="text-align:left;vertical-align:top"'


def mask_address(address: object) -> str:
    """Return an address as it may be shown: ``j…@example.com``.

    >>> mask_address("jo@example.com")
    'j…@example.com'
    """
    local, _, domain = str(address or "").rpartition("@")
    if not (local and domain) or any(not c.isprintable() or c.isspace() for c in local + domain):
        # It may be anything, such as a name with an address beside it.
        return mask(address)
    return f"{local[0]}…@{domain}"


def mask(value: object) -> str:
    """Return the first character of a value, which shows that there is one."""
    text = "" if value is None else str(value)
    return f"{text[0]}…" if text else ""


def table(head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return an HTML table below a caption. All text is escaped; ``None`` is a blank cell."""
    names = "".join(f"<th{_LEFT}>{escape(name)}</th>" for name in head)
    texts = ((escape("" if cell is None else str(cell)) for cell in row) for row in rows)
    cells = ("".join(f"<td{_LEFT}>{text}</td>" for text in row) for row in texts)
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    title = f"<p>{escape(caption)}</p>" if caption else ""
    top = f"<thead><tr>{names}</tr></thead>" if head else ""
    return f'{title}<table style="margin:0.5em 0">{top}<tbody>{body}</tbody></table>'


def heading(text: str) -> str:
    """Return a paragraph in bold."""
    return f"<p><strong>{escape(text)}</strong></p>"


def fold(summary: str, content: str) -> str:
    """Return content that a click on its summary unfolds."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def preview(items: Sequence[Any], caption: str = "") -> str:
    """Return a table of the first models or attrs values of one class, as far as ``repr`` shows."""
    if not items:
        return table((), (), caption)
    first = items[:SHOWN]
    used = [
        field
        for field in attrs.fields(type(first[0]))
        if field.repr is not False
        and any(getattr(one, field.name, None) is not None for one in first)
    ]
    rows = ([shown(field, one) for field in used] for one in first)
    return table([field.name for field in used], rows, caption)


def shown(field: attrs.Attribute[Any], item: object) -> str:
    """Return the value of a field as ``repr`` may show it."""
    value = getattr(item, field.name)
    if value is None:
        return ""
    if callable(field.repr):
        return str(field.repr(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if attrs.has(type(value)):
        inner = ((one.name, shown(one, value)) for one in attrs.fields(type(value)) if one.repr)
        return ", ".join(f"{name} {text}" for name, text in inner if text)
    if isinstance(value, tuple | list) and all(isinstance(one, str | int) for one in value):
        return ", ".join(map(str, value))
    return str(value) if isinstance(value, str | int | float | date) else repr(value)


@attrs.define
class Preview(Generic[T]):
    """The first rows of a listing, how many were fetched, and whether it was read to its end."""

    rows: list[T] = attrs.field(factory=list, repr=False)
    count: int = 0
    complete: bool = False

    def add(self, rows: Sequence[T], *, complete: bool = False) -> None:
        """Note rows that were fetched, and whether they are the last ones."""
        self.complete = complete
        self.rows += rows[: SHOWN - len(self.rows)]
        self.count += len(rows)

    def to_html(self, name: str) -> str:
        """Return a table of the rows, or a hint while nothing was fetched."""
        if not self.count and not self.complete:
            return f"<p>{escape(name)}: nothing fetched yet. Iterate it, or call to_frame().</p>"
        so_far = "" if self.complete else " so far"
        first = f", the first {SHOWN} of them" if self.count > SHOWN else ""
        return preview(self.rows, f"{name}: {number_of(self.count, 'row')} fetched{so_far}{first}")
