"""Writes the rejected and failed rows as they came, to be corrected and pushed again."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any

from icontact._files import written_as_a_whole
from icontact.push.journal import Outcomes
from icontact.sources import REASON_COLUMN, SURPLUS_KEY
from icontact.sources.reject_cells import cell_text

#: A cell behind the reason of such a row: as long as it is there, the row is rejected again.
_HINT = "this row could not be read: correct it, and empty the cells from here on"


def write_rejects(parts: Sequence[Outcomes], path: str | PathLike[str]) -> int:
    """Write the rejected and failed rows of reports, with the reason in the last column.

    A row that could not be read may lack what it says about consent. It gets a cell more than the
    header, so that it is not pushed before it was corrected. The first report's input decides on
    columns, encoding and delimiter. Return how many rows were written.
    """
    source = parts[0].source if parts else {}
    columns = list(source.get("columns", ()))
    for cells, _ in _rejected(parts):
        columns += [name for name in cells if name not in columns and name != SURPLUS_KEY]
    columns = [name for name in columns if name != REASON_COLUMN]
    encoding = str(source.get("encoding", "utf-8"))
    delimiter = str(source.get("delimiter") or ",")
    number = 0
    # A reason may hold letters that the input's encoding lacks.
    with written_as_a_whole(path, encoding=encoding, errors="replace") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([*columns, REASON_COLUMN])
        for cells, reason in _rejected(parts):
            broken = (_HINT, *cells[SURPLUS_KEY]) if SURPLUS_KEY in cells else ()
            writer.writerow([*(cell_text(cells.get(name)) for name in columns), reason, *broken])
            number += 1
    return number


def _rejected(parts: Iterable[Outcomes]) -> Iterator[tuple[Mapping[str, Any], str]]:
    for part in parts:
        for cells, email, reason in part.rejected():
            found = json.loads(cells) if cells else {}
            yield found or ({"email": email} if email else {}), reason
