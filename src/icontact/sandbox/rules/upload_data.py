"""Reading the file of an upload: CSV whose first row names the fields in brackets (API 14)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.store.schema import CONTACT_TEXTS

_HEADING = re.compile(r"\s*\[([^\[\]]+)\]\s*")
# Only these two are known to be named otherwise than by the API.
_MERGE_NAMES = {"fname": "firstName", "lname": "lastName"}


@attrs.frozen
class UploadedTable:
    """A file that was read.

    Attributes:
        columns: The field of each column; ``None`` where it is none.
        unknown: The names that are no fields.
        rows: The other rows, with their numbers; the header is number 1.
    """

    columns: tuple[str | None, ...]
    unknown: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def items(self) -> Iterator[tuple[int, dict[str, str] | None]]:
        """Return the rows as contacts, with their numbers; ``None`` for one that is too long."""
        for number, cells in self.rows:
            if len(cells) > len(self.columns):
                yield number, None
            else:
                named = zip(self.columns, cells, strict=False)
                yield number, {name: cell.strip() for name, cell in named if name}


def parse(data: bytes, custom_names: Collection[str]) -> UploadedTable:
    """Read a file.

    Args:
        data: The file.
        custom_names: The custom fields of the folder.

    Raises:
        Refusal: 400, if it is no CSV in UTF-8, or its first row does not name the fields.
    """
    try:
        text = data.decode("utf-8-sig")
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except (UnicodeDecodeError, csv.Error):
        raise Refusal(400, _no_good("The data has to be CSV in UTF-8")) from None
    header = [_HEADING.fullmatch(cell) for cell in rows[0]] if rows else []
    names = [match[1] for match in header if match]
    if not names or len(names) < len(header):
        raise Refusal(400, _no_good("The first row has to name the fields, each in brackets"))
    fields = _fields(custom_names)
    columns = tuple(fields.get(name.lower()) for name in names)
    if "email" not in columns:
        raise Refusal(400, error_texts.required("email"))
    return UploadedTable(
        columns=columns,
        unknown=tuple(name for name in names if name.lower() not in fields),
        rows=tuple((number, row) for number, row in enumerate(rows[1:], 2) if any(row)),
    )


def _fields(custom_names: Collection[str]) -> dict[str, str]:
    names = ("email", *CONTACT_TEXTS, *custom_names)
    return {**_MERGE_NAMES, **{name.lower(): name for name in names}}


def _no_good(because: str) -> str:
    return error_texts.not_valid("data", because)
