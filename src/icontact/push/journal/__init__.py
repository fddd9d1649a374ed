"""Where every row of a push and its result are kept: one SQLite file, or a temporary database.

The file can be read with the standard library alone; the view ``outcomes`` has a line for each row:

.. code-block:: python

    import sqlite3

    from icontact.push import ListPush

    push = ListPush(folder, "Newsletter", mapper=icontact.ContactMapper({"email": "email"}))
    push.run([{"email": "jo@example.com"}], journal="push.sqlite")
    for row in sqlite3.connect("push.sqlite").execute("SELECT * FROM outcomes LIMIT 5"):
        print(row)
"""

from icontact.push.journal.database import Database
from icontact.push.journal.identity import Identity
from icontact.push.journal.records import (
    KnownContact,
    OpenRow,
    RowRecord,
    RowResult,
    RowToWrite,
)
from icontact.push.journal.row_fields import body_of, fields_from, json_of
from icontact.push.journal.rows import CHUNK, Journal
from icontact.push.journal.schema import Stage
from icontact.push.journal.views import Outcomes, PlannedRow, PlannedRows

__all__ = [
    "CHUNK",
    "Database",
    "Identity",
    "Journal",
    "KnownContact",
    "OpenRow",
    "Outcomes",
    "PlannedRow",
    "PlannedRows",
    "RowRecord",
    "RowResult",
    "RowToWrite",
    "Stage",
    "body_of",
    "fields_from",
    "json_of",
]
