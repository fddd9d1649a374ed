"""Rows as JSON: an object a line, or a list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TextIO

from icontact.errors import ConfigError
from icontact.push.sources.encodings import Encoding
from icontact.push.sources.rows import BadRow, Found, ReadRow

__all__ = ["JsonReader", "json_lines", "json_list"]

_KINDS: Mapping[type, str] = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "a truth value",
    type(None): "null",
}

#: So many rows are looked at for the names of columns.
_LOOKED_AT = 100


class JsonReader:
    """Rows that are objects of JSON.

    Args:
        rows: What was found.
        name: What to call the file in errors.

    Raises:
        ConfigError: If there is nothing in it.
    """

    complete = False
    delimiter: str | None = None
    notes: Sequence[str] = ()

    def __init__(self, rows: Iterable[Found], name: str) -> None:
        rows = iter(rows)
        first = list(islice(rows, _LOOKED_AT))
        if not first:
            raise ConfigError(f"{name} is empty: an object of JSON a line is needed")
        self._rows = chain(first, rows)
        names = (key for _, row in first if isinstance(row, Mapping) for key in row)
        self.columns: tuple[str, ...] = tuple(dict.fromkeys(names))

    def __iter__(self) -> Iterator[Found]:
        """Yield every row."""
        yield from self._rows


def json_lines(text: TextIO, name: str, encoding: Encoding) -> Iterator[Found]:
    """Yield the objects of a file that has one a line."""
    for number, line in enumerate(iter(text.readline, ""), start=1):
        if content := line.strip("\ufeff \t\r\n"):
            fault = encoding.fault(content, f"{name}, line {number}")
            yield number, BadRow(fault) if fault else _from_line(content)


def _from_line(content: str) -> ReadRow:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return BadRow("the line is not JSON: one object a line is needed, like {…}")
    return _object(found)


def json_list(text: TextIO, name: str, encoding: Encoding) -> Iterator[Found]:
    """Yield the objects of a file that is one list. It is read as a whole.

    Raises:
        ConfigError: If it is not JSON; it names the line.
    """
    try:
        items = json.loads(text.read().strip("\ufeff"))
    except json.JSONDecodeError as problem:
        where, what = f"line {problem.lineno}", problem.msg
    except (ValueError, RecursionError):
        where, what = "a value", "a number of too many digits, or too deep a nesting"
    else:
        for item in items:
            fault = encoding.fault(json.dumps(item, ensure_ascii=False), name)
            yield None, BadRow(fault) if fault else _object(item)
        return
    raise ConfigError(f"{name} is not JSON: {where}: {what}")


def _object(found: Any) -> ReadRow:
    if isinstance(found, dict):
        return found
    return BadRow(f"it is {_KINDS[type(found)]}, and a contact must be an object, like {{…}}")
