"""The cells of a file of rejects: lists and objects are in JSON, and texts as they came."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from icontact.mapping.values import json_in
from icontact.sources.rows import BadRow, NumberedRow


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
