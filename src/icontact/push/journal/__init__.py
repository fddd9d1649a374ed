"""The journal of a push: a SQLite file, or a temporary database, with every row and its result."""

from icontact.push.journal.database import CHUNK, Database
from icontact.push.journal.rows import Journal
from icontact.push.journal.schema import RowRecord, RowResult, RowToWrite, Stage
from icontact.push.journal.views import JournalRows, Outcomes, PlannedRow, PlannedRows

__all__ = [
    "CHUNK",
    "Database",
    "Journal",
    "JournalRows",
    "Outcomes",
    "PlannedRow",
    "PlannedRows",
    "RowRecord",
    "RowResult",
    "RowToWrite",
    "Stage",
]
