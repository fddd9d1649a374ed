"""Rows as JSON: an object a line, or a list of objects."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, TextIO

import attrs

from icontact.errors import ConfigError
from icontact.mapping.contact_fields import shown
from icontact.mapping.values import levels
from icontact.sources.compressed import DAMAGED, damaged
from icontact.sources.encodings import MARK, Encoding
from icontact.sources.mautic_contacts import contact_row, contacts_in, whole
from icontact.sources.rows import (
    FIRST_ROWS,
    BadRow,
    FileReader,
    NumberedRow,
    SourceRow,
    addresses_in,
)

_KINDS: Mapping[type, str] = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "a truth value",
    type(None): "null",
}

#: A contact is flat; what is nested deeper than this would overrun who walks through it.
_DEEPEST = 20

_MAUTIC = "the file holds contacts of Mautic; the preset for them is mautic (--preset mautic)"

_BLANK = "\ufeff \t\r\n"


class JsonReader(FileReader):
    """Rows that are objects of JSON.

    Raises:
        ConfigError: If there is nothing in it.
    """

    complete = False

    def __init__(self, rows: Iterator[NumberedRow], name: str, notes: Sequence[str]) -> None:
        self._notes = notes
        first = list(islice(rows, FIRST_ROWS))
        if not first:
            raise ConfigError(f"{name} is empty: an object of JSON a line is needed")
        self._rows = chain(first, rows)
        names = (key for _, row in first if isinstance(row, Mapping) for key in row)
        self.columns: tuple[str, ...] = tuple(dict.fromkeys(names))

    @property
    def notes(self) -> Sequence[str]:
        """What was decided about the file so far."""
        return self._notes

    def __iter__(self) -> Iterator[NumberedRow]:
        return self._rows


def json_lines(text: TextIO, encoding: Encoding, notes: list[str]) -> Iterator[NumberedRow]:
    """Yield the objects of a file that has one a line."""
    number = 0
    while line := text.readline():
        if line[-1] not in "\r\n" and damaged(text):
            break  # half a line
        number += 1
        if not (content := line.strip(_BLANK)):
            continue
        fault = encoding.fault(content)
        readable = content if fault is None else content.replace(MARK, "\ufffd").replace("\0", "")
        try:
            found = _loads(readable)
        except (ValueError, RecursionError):
            fault = fault or BadRow("the line is not JSON: one object a line is needed, like {…}")
            yield number, attrs.evolve(fault, addresses=addresses_in(readable))
            continue
        for row in _rows_of(found, notes):
            yield number, row if fault is None else _broken(fault, row)
    if damaged(text):
        yield number + 1, BadRow(DAMAGED)


def json_list(
    text: TextIO, name: str, encoding: Encoding, notes: list[str]
) -> Iterator[NumberedRow]:
    """Yield the objects of a file that is one list, or one object. It is read as a whole.

    Raises:
        ConfigError: If it is not JSON; it names the line. If it is damaged.
    """
    try:
        found = _loads(text.read().strip("\ufeff"))
    except (ValueError, RecursionError) as error:
        problem = "a value: a number of too many digits, or too deep a nesting"
        if isinstance(error, json.JSONDecodeError):
            problem = f"line {error.lineno}: {error.msg}"
    else:
        if not isinstance(found, list) and contacts_in(found) is None:
            notes.append("the file is one object of JSON, and was read as one row")
        for item in found if isinstance(found, list) else [found]:
            for row in _rows_of(item, notes):
                is_bad = isinstance(row, BadRow)
                fault = encoding.fault("" if is_bad else json.dumps(row, ensure_ascii=False))
                yield None, row if fault is None else _broken(fault, row)
        if damaged(text):
            yield None, BadRow(DAMAGED)
        return
    raise ConfigError(f"{name}: {DAMAGED}" if damaged(text) else f"{name} is not JSON: {problem}")


def _rows_of(found: Any, notes: list[str]) -> Iterator[SourceRow]:
    """Yield an object as a row, or the contacts of an answer of Mautic's."""
    contacts = contacts_in(found)
    if contacts is None:
        yield _row(found)
        return
    if _MAUTIC not in notes:
        notes.append(_MAUTIC)
    total = whole(found.get("total"))
    if total is not None and total > len(contacts):
        notes.append(
            f"the answer of Mautic holds {len(contacts)} of {total} contacts: ask for the others, "
            "too"
        )
    for row in map(_row, contacts):
        if isinstance(row, BadRow):
            yield row
        elif isinstance(row.get("fields"), Mapping):
            yield contact_row(row)
        else:
            fault = BadRow("the object has no fields, so that it is not a contact of Mautic")
            yield _broken(fault, row)


def _row(found: Any) -> SourceRow:
    fault = _fault(found)
    if fault is None and isinstance(found, dict):
        return found
    kind = _KINDS.get(type(found))
    fault = fault or BadRow(f"the row is {kind}, and a contact must be an object, like {{…}}")
    return _broken(fault, found)


def is_one_object(text: TextIO) -> bool:
    """Tell one object over several lines from an object a line, and go back to the beginning."""
    first = next(line for line in iter(text.readline, "") if line.strip(_BLANK))
    # Only then is all of it read: a file of lines may be large.
    found = not _is_object(first) and _is_object(first + text.read())
    text.seek(0)
    return found


def _is_object(content: str) -> bool:
    try:
        return isinstance(json.loads(content.strip(_BLANK)), dict)
    except (ValueError, RecursionError):
        return False


def _broken(fault: BadRow, found: Any) -> BadRow:
    """Return a bad row with what can be read of it."""
    addresses = dict.fromkeys(fault.addresses)
    for one in (one for level in levels(found) for one in level):
        if isinstance(one, BadRow | str):
            inner = one.addresses if isinstance(one, BadRow) else addresses_in(one)
            addresses.update(dict.fromkeys(inner))
    cells: Mapping[str, Any] = fault.cells
    if isinstance(found, Mapping):
        cells = {key: value for key, value in found.items() if _fault(value) is None}
    return attrs.evolve(fault, cells=cells, addresses=tuple(addresses))


def _loads(content: str) -> Any:
    """Read JSON; a value that would get lost or changed on the way becomes a bad row."""
    return json.loads(
        content,
        object_pairs_hook=_distinct,
        parse_float=_finite,
        parse_constant=lambda name: BadRow(f"the row has {name}, which is not a number"),
    )


def _finite(digits: str) -> float | BadRow:
    number = float(digits)
    return number if math.isfinite(number) else BadRow("the row has a number that is too large")


def _distinct(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any] | BadRow:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    every: dict[str, list[Any]] = {}
    for name, value in pairs:
        every.setdefault(name, []).append(value)
    key = max(every, key=lambda name: len(every[name]))
    return _broken(
        BadRow(f"the row has the key {shown(key)} twice"),
        {name: values if len(values) > 1 else values[0] for name, values in every.items()},
    )


def _fault(found: Any) -> BadRow | None:
    """Return what is wrong somewhere within a value."""
    for depth, level in enumerate(levels(found)):
        if depth > _DEEPEST:
            return BadRow(f"the row is nested more than {_DEEPEST} levels deep")
        if bad := next((one for one in level if isinstance(one, BadRow)), None):
            return bad
    return None
