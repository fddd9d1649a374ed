"""Rows as the CSV that iContact takes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from icontact import wire
from icontact.models import Contact, ContactFields

__all__ = ["HEADERS", "write_rows"]

HEADERS: Final[Mapping[str, str]] = {
    "email": "email",
    "prefix": "prefix",
    "first_name": "fname",
    "last_name": "lname",
    "suffix": "suffix",
    "street": "street",
    "street2": "street2",
    "city": "city",
    "state": "state",
    "postal_code": "postalCode",
    "phone": "phone",
    "fax": "fax",
    "business": "business",
}

# A file has no column for the status, which uploads leave as it is.
_WRITABLE = frozenset(ContactFields.__annotations__) - {"status"}


def write_rows(rows: Iterable[Mapping[str, Any]], headers: Mapping[str, str]) -> tuple[bytes, int]:
    """Return rows as CSV, and how many there are.

    Raises:
        ValueError: If there are none, or for a row without an e-mail, with other columns than the
            first, or with a value that cannot be sent; names the row and shows no value.
        TypeError: For a field that contacts do not have.
    """
    file = io.StringIO()
    # Line ends within cells stay what they are, since they are quoted.
    writer = csv.writer(file, lineterminator="\r\n")
    columns: list[str] = []
    count = 0
    for row in rows:
        cells = _cells(row, headers, count)
        if not columns:
            columns = list(cells)
            writer.writerow(f"[{column}]" for column in columns)
        if cells.keys() != set(columns):
            odd = ", ".join(sorted(cells.keys() ^ set(columns)))
            raise ValueError(f"row {count}: a CSV has the same columns in all rows; odd are: {odd}")
        writer.writerow(cells[column] for column in columns)
        count += 1
    if not count:
        raise ValueError("there are no rows to upload")
    return file.getvalue().encode(), count


def _cells(row: Mapping[str, Any], headers: Mapping[str, str], place: int) -> dict[str, str]:
    fields = {name: value for name, value in row.items() if name != "custom_fields"}
    custom: Mapping[str, Any] = row.get("custom_fields", {})
    try:
        # How the values of a contact are written is known there.
        body = wire.encode_fields(Contact, {**fields, "custom_fields": custom}, _WRITABLE)
    except ValueError as problem:
        reason = str(problem)
    else:
        if body.get("email"):
            columns = [headers[name] for name in fields] + [headers.get(one, one) for one in custom]
            return dict(zip(columns, map(str, body.values()), strict=True))
        reason = "email: every row needs one"
    raise ValueError(f"row {place}: {reason}")
