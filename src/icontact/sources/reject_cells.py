"""Rows as they came, kept in a journal as JSON, and in a file of rejects as cells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from enum import Enum
from typing import Any

from icontact.errors import MappingError
from icontact.mapping.numbers import usual_whole_number
from icontact.mapping.values import in_order, is_blank, json_in, scalar_text, unboxed
from icontact.sources.rows import SURPLUS_KEY, BadRow, NumberedRow


def original_text(row: Any) -> str | None:
    """Return a row as it came, as JSON for a journal; ``None`` if it cannot be read."""
    # Objects of other libraries may raise anything.
    with suppress(Exception):
        if isinstance(row, BadRow):
            return _as_json({**row.cells, SURPLUS_KEY: row.surplus})
        if type(row) is dict or isinstance(row, Mapping):
            cells = dict(row).items()
            return _as_json(
                {key: value if type(value) is str else _cell_of(value) for key, value in cells}
            )
    return None


def _cell_of(value: Any) -> Any:
    """Return a value so that the mapper reads the text of its JSON as it reads the value."""
    if value is None or usual_whole_number(value) is not None:
        return value
    value = unboxed(value)
    if is_blank(value):
        return None
    if isinstance(value, bool | int | float | Decimal):
        try:
            return scalar_text(value)
        except MappingError:  # infinity, or too many digits: no text either when it comes again
            return {type(value).__name__: f"{Decimal(value):.40g}"}
    return value


def _json_value(value: Any) -> Any:
    """Return a value that JSON has for one that it does not know."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return in_order(value)
    if isinstance(value, Mapping):
        return dict(value)
    if is_blank(value):
        return None
    if isinstance(value, Decimal):
        return scalar_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return {type(value).__name__: bytes(value).hex()}
    plain = unboxed(value)
    return str(value) if plain is value else plain


_as_json = json.JSONEncoder(default=_json_value).encode


def cell_text(value: Any) -> str:
    """Return the cell for a value, which `cell_value` reads again."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    # A space tells a text from the list or object that it looks like.
    return value if json_in(value.lstrip(" ")) is None else f" {value}"


def cell_value(cell: Any) -> Any:
    """Return the value that a cell was written for."""
    if not isinstance(cell, str) or (found := json_in(cell.lstrip(" "))) is None:
        return cell
    return cell[1:] if cell.startswith(" ") else found


def with_values(rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    """Yield the rows of a file of rejects with the lists and objects of the rows as they came."""
    for line, row in rows:
        if isinstance(row, BadRow):
            yield line, row
        else:
            yield line, {name: cell_value(cell) for name, cell in row.items()}
