"""Which row of a table is its header, and how its columns are named."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import attrs

from icontact._wording import listed
from icontact.errors import ConfigError
from icontact.mapping import ContactMapper
from icontact.mapping.consent_headers import kind_of, says_no
from icontact.mapping.consent_reading import (
    NOT_MAILABLE,
    is_plain_refusal,
    names_refusal,
)
from icontact.mapping.contact_fields import looks_like_address, shown
from icontact.mapping.field_aliases import field_of
from icontact.mapping.normalize import header_words
from icontact.sources.rows import BadRow, DoubtfulRow, addresses_in

#: As many lines of a file are looked at for its header.
LOOK_AHEAD = 50

_ALSO_READ = ", beside what the others say about consent"

#: Words of the names of files that say nothing. People clean up lists themselves.
_OF_FILES = frozenset(
    "cleaned contacts copy csv export exports gz json jsonl list members ndjson ods tab tsv txt "
    "xls xlsb xlsm xlsx".split()
)

#: How Mailchimp names the file of addresses that cannot be reached.
_CLEANED = re.compile("cleaned_(?:members|segment|(?:email_)?audience)_export")


@attrs.define
class Header:
    """The columns of a table.

    Attributes:
        names: The name of each column, in order; blank for those that are not read.
        nameless: The places of the columns without a name, from 1.
        duplicates: The names that several columns have, and the places of these columns, from 1.
        not_read: The places of the columns that are not read, from 1.
        unread: The columns without a name that held something so far.
        fault: What is wrong with the rows below, if this is another header within a table.
        repeated: The lines that name the columns again.
    """

    names: tuple[str, ...]
    nameless: tuple[int, ...]
    duplicates: Mapping[str, tuple[int, ...]]
    not_read: tuple[int, ...]
    unread: set[int] = attrs.field(factory=set)
    fault: BadRow | None = None
    repeated: list[int] = attrs.field(factory=list)

    @classmethod
    def of(cls, cells: Iterable[str]) -> Header:
        """Make a header of its cells."""
        # A name may be broken over two lines in its cell; it is typed on one.
        given = [" ".join(cell.split()) for cell in cells]
        duplicates = duplicates_of(given)
        names = [name or "" for name in column_names(given)]
        nameless = tuple(place for place, name in enumerate(given, start=1) if not name)
        not_read = tuple(place for place, name in enumerate(names, start=1) if not name)
        return cls(tuple(names), nameless, duplicates, not_read)

    def again(self, cells: Sequence[Any], line: int) -> Header | None:
        """Return the header by which the rows below a row are read, if it names columns again.

        Files are put together of several, each with its header.
        """
        names = [" ".join(str(cell).strip('\ufeff "').split()) for cell in cells]
        filled = list(filter(None, names))
        if not filled or any("@" in name for name in filled):
            return None
        other = Header.of(names)
        pairs = list(zip_longest(self.names, other.names, fillvalue=""))
        if all(_is_same_column(own, name) for own, name in pairs):
            self.repeated.append(line)
            return self
        # A person may have the word "Email" in a cell, but not a word in place of an address.
        is_header = len(filled) > 1 and names_email(filled) and all(map(self._has_or_knows, filled))
        if not is_header or not all(name for own, name in pairs if names_email([own])):
            return None
        if set(other.columns) != set(self.columns):
            kind = DoubtfulRow if any(map(_is_about_consent, other.columns)) else BadRow
            other.fault = kind(
                f"the row is below line {line}, which names other columns than the header: push "
                "that part of the file as a file of its own"
            )
        self.repeated.append(line)
        return other

    def _has_or_knows(self, name: str) -> bool:
        return name in self.names or field_of(name) is not None or _is_about_consent(name)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that are read."""
        return tuple(filter(None, self.names))

    def row(self, cells: Sequence[Any]) -> dict[str, Any]:
        """Return the cells of a row by the names of their columns.

        A cell of a column that is not read has the column's place as its name, if it holds a
        phrase such as *unsubscribed* and nothing else.
        """
        for place in self.nameless:
            if place <= len(cells) and str(cells[place - 1]).strip():
                self.unread.add(place)
        row = {name: cell for name, cell in zip(self.names, cells, strict=False) if name}
        for place in self.not_read:
            if place <= len(cells) and is_plain_refusal(cells[place - 1]):
                row[f"column {place}"] = cells[place - 1]
        return row

    @property
    def notes(self) -> list[str]:
        """Which columns are not read, as far as the rows were read."""
        notes = []
        if any(map(addresses_in, self.names)):
            notes.append(
                "the header holds an e-mail address: it may be a row, or be joined to one by a "
                "missing line break"
            )
        if self.unread:
            notes.append(f"columns without a name are not read: {listed(sorted(self.unread))}")
        notes += [
            f"several columns are named {shown(name)} (columns {listed(places)}): only the first "
            f"one is read{_ALSO_READ if _is_about_consent(name) else ''}"
            for name, places in self.duplicates.items()
        ]
        if lines := self.repeated:
            are = f"lines {listed(lines, 10)} name" if lines[1:] else f"line {lines[0]} names"
            notes.append(
                f"{are} the columns again: not pushed, but read as the header of the rows below"
            )
        return notes


def duplicates_of(names: Iterable[Hashable]) -> dict[str, tuple[int, ...]]:
    """Return the names that occur more than once, with their places from 1. Blank ones are none."""
    places: dict[Hashable, list[int]] = {}
    for place, name in enumerate(names, start=1):
        places.setdefault(name, []).append(place)
    return {
        str(name): tuple(found) for name, found in places.items() if len(found) > 1 and name != ""
    }


def column_names(names: Sequence[Hashable]) -> list[Any]:
    """Return the name under which each column of a table is read; ``None`` if it is not read.

    Of several columns with one name the first is read. If the name is about consent, each of the
    others may say no, and is read as a column such as "Status (column 3)".
    """
    found: list[Any] = []
    seen: set[Hashable] = set()
    for place, name in enumerate(names, start=1):
        is_first = name == "" or name not in seen
        seen.add(name)
        own = f"{name} (column {place})"
        is_read = is_first or (_is_about_consent(name) and own not in names)
        found.append((name if is_first else own) if is_read else None)
    return found


def _is_same_column(name: str, other: str) -> bool:
    """Tell whether two names are one, or name the same field."""
    if name.casefold() == other.casefold():
        return True
    field, found = field_of(name), field_of(other)
    if field is None or found is None or kind_of(name) != kind_of(other):
        return False
    return (field.field, field.group) == (found.field, found.group)


def _is_about_consent(name: Hashable) -> bool:
    return kind_of(name) is not None


def refuse_duplicates(
    mapper: ContactMapper, duplicates: Mapping[str, Sequence[int]], name: str = "the rows"
) -> None:
    """Refuse a mapping that reads a column whose name other columns have, too.

    Args:
        mapper: The mapping.
        duplicates: Names and places, such as ``rows.duplicate_columns``.
        name: What to call the source of the rows.

    Raises:
        ConfigError: Naming the columns and their places.
    """
    wrong = [key for key in map(str, mapper.sources) if key in duplicates]
    if wrong:
        named = " and ".join(f"{shown(key)} (columns {listed(duplicates[key])})" for key in wrong)
        raise ConfigError(
            f"{name}: several columns are named {named}, and the mapping reads this name: rename "
            "them, so that it is clear which one counts"
        )


def header_place(rows: Sequence[Sequence[str]]) -> int:
    """Return the place of the header among the first rows of a table.

    It is the first row, unless a later one is a header for certain, and the rows above it a title
    or notes: fewer cells than the header has.
    """
    if not rows or (names_email(rows[0]) and _filled(rows[0]) > 1):
        return 0
    for place, row in enumerate(rows[1:], start=1):
        above = rows[:place]
        if not _looks_like_header(row) or max(map(_filled, above)) >= _filled(row):
            continue
        if names_email(rows[0]) and any(looks_like_address(cell) for one in above for cell in one):
            continue  # two tables in one file: the rows of the first count
        if _filled(rows[0]) == 1 or len(list(filter(field_of, row))) > 1:
            return place
    return 0


def doubted_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the place of a row that may be the header in place of the first one."""
    if not rows or names_email(rows[0]):
        return None
    return next((place for place, row in enumerate(rows) if _looks_like_header(row)), None)


def names_refusing_file(name: str) -> bool:
    """Tell whether a file's name is one of people who must not be mailed: "unsubscribed.csv"."""
    name = Path(name).name
    words = [
        word
        for word in header_words(name)
        if word not in _OF_FILES and not any(map(str.isdecimal, word))
    ]
    is_known = " ".join(words) in NOT_MAILABLE or _CLEANED.match(name.lower()) is not None
    return is_known or says_no(words)


def refusing_line(lines: Iterable[tuple[int, Sequence[str]]]) -> str | None:
    """Return what to say about lines above the header, if one is such a title."""
    for number, cells in lines:
        if names_refusal(" ".join(cells)):
            return (
                f"line {number}, above the header, reads like a title of people who must not be "
                "mailed. If they may be, give the line of the header: header_line=… (--header-line)"
            )
    return None


def is_too_narrow(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row cannot be the header, since most rows below have more cells."""
    wider = [row for row in rows[1:] if _filled(row) > len(rows[0])]
    return len(wider) * 2 >= len(rows) > 1 and not names_email(rows[0])


def header_hint(line: int | None) -> str:
    """Return what to add to an error about columns, if another line may be the header."""
    if line is None:
        return ""
    return f". Line {line} looks like the header; if it is, give header_line={line} (--header-line)"


def _looks_like_header(row: Sequence[str]) -> bool:
    return names_email(row) and not any(
        looks_like_address(cell) or cell.strip().isdecimal() for cell in row
    )


def names_email(row: Sequence[str]) -> bool:
    """Tell whether a cell of a row names a column of addresses."""
    found = map(field_of, row)
    return any(one is not None and one.field == "email" for one in found)


def _filled(row: Sequence[str]) -> int:
    return sum(1 for cell in row if cell.strip())
