"""Rows for a push: files (CSV, JSON Lines, JSON, also gzipped), frames, cursors, query results.

.. code-block:: python

    from icontact.sources import read_rows

    with read_rows("contacts.csv") as rows:
        print(rows.columns, rows.encoding)
        for row in rows:
            print(row)

Rows are read one by one. A row that cannot be read comes as a :class:`BadRow`, which a push
rejects with its reason, so that no other row is lost for it. :func:`as_rows`
makes rows of frames, cursors and query results. Needs nothing but the standard library.
"""

from icontact.mapping.contact_fields import REASON_COLUMN
from icontact.sources.header import refuse_duplicates
from icontact.sources.reading import RowFile, read_rows
from icontact.sources.row_sources import RowSource, TableRows, as_rows, columns_and_first_rows
from icontact.sources.rows import FIRST_ROWS, SURPLUS_KEY, BadRow

__all__ = [
    "FIRST_ROWS",
    "REASON_COLUMN",
    "SURPLUS_KEY",
    "BadRow",
    "RowFile",
    "RowSource",
    "TableRows",
    "as_rows",
    "columns_and_first_rows",
    "read_rows",
    "refuse_duplicates",
]
