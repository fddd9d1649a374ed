"""What reading a file yields."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import attrs

from icontact.errors import ConfigError

#: The key of the cells that no column has, where a row is kept that could not be read. No column
#: has this name, since a cell has no NUL.
SURPLUS_KEY = "\0surplus"

#: The number of rows that are looked at, to see what is in the columns.
FIRST_ROWS = 100


@attrs.frozen
class BadRow:
    """A row that cannot be read. A push rejects it, and goes on with the others.

    Attributes:
        reason: What is wrong with it and the way out, without any of its values.
        cells: Column to value, as far as the row can be read; empty if it cannot. A cell may hold
            what belongs to its neighbour; where a key of JSON came twice, it is a list. Two bad
            rows are equal if their reasons are.
        addresses: Everything in the row that looks like an e-mail address, wherever it is. If the
            row says that a person must not be mailed, it says so of these.
        surplus: The cells that no column of the header has.
    """

    reason: str
    cells: Mapping[str, Any] = attrs.field(factory=dict, kw_only=True, repr=False, eq=False)
    addresses: tuple[str, ...] = attrs.field(default=(), kw_only=True, repr=False, eq=False)
    surplus: tuple[str, ...] = attrs.field(default=(), kw_only=True, repr=False, eq=False)


@attrs.frozen
class EncodingMismatch(BadRow):
    """A row that does not fit the encoding that was given, which is an error of the whole file."""


@attrs.frozen
class DoubtfulRow(BadRow):
    """A row whose encoding or columns are not known, so that any of its words may be a no."""


def mismatch_error(file: str, line: int | None, fault: BadRow) -> ConfigError:
    """Return the error for a row that does not fit the encoding that was given."""
    where = file if line is None else f"{file}, line {line}"
    return ConfigError(f"{where}: {fault.reason}; leave out the encoding, and it is recognized")


SourceRow: TypeAlias = Mapping[str, Any] | BadRow

#: A row, and the line of the file on which it begins, where that is known.
NumberedRow: TypeAlias = tuple[int | None, SourceRow]


class FileReader(ABC):
    """What reads one format; `RowFile` describes its attributes."""

    columns: tuple[str, ...]
    duplicate_columns: Mapping[str, tuple[int, ...]] = MappingProxyType({})
    complete: bool = True
    delimiter: str | None = None
    #: A line that may be the header in place of the one that was taken for it.
    doubted_line: int | None = None
    #: A title or a sheet of people who must not be mailed, if the place to read was not chosen.
    refusing_title: str | None = None

    @abstractmethod
    def __iter__(self) -> Iterator[NumberedRow]:
        """Yield every row that is not blank."""

    @property
    @abstractmethod
    def notes(self) -> Sequence[str]:
        """What was decided, passed over or made up so far."""


_BETWEEN_WORDS = re.compile(r"""[\s,;|<>()\[\]{}"':=\\]+""")


def addresses_in(text: str) -> tuple[str, ...]:
    """Return everything in a text that looks like an e-mail address, each once."""
    words = (word.rstrip(".") for word in _BETWEEN_WORDS.split(text))
    return tuple(dict.fromkeys(word for word in words if "@" in word[1:-1]))


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address, and nothing beside it."""
    return addresses_in(text) == (text.strip(),)
