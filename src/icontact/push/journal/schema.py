"""The tables of a journal."""

from __future__ import annotations

from icontact._sqlite import Checked

VERSION = 9


class Stage:
    """The stages of a row. Plain numbers, since they are stored in a column."""

    READ = 0  # mapped; nothing is decided yet
    PLANNED = 1  # to be written
    SENT = 2  # a request with it went out, and its answer is not stored yet
    DONE = 3  # it has its outcome


#: ``address`` is what duplicates and contacts are matched by; ``fields`` what the mapper
#: made of the row, as JSON. ``tried_…`` is what the first request with this row that may
#: have been carried out was to bring about: after an interruption it tells what we did ourselves.
#: ``opted_out`` is why a row's person must not be mailed, if the row says so. Reasons are codes
#: with their arguments, as JSON; :mod:`icontact.push.reasons` puts them into words.
TABLES = """
CREATE TABLE about (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, checksum INTEGER
) WITHOUT ROWID;
CREATE TABLE rows (
    row INTEGER PRIMARY KEY,
    email TEXT, address TEXT, fields TEXT, notes TEXT, restricted INTEGER NOT NULL DEFAULT 0,
    stage INTEGER NOT NULL DEFAULT 0,
    action TEXT, subscribe INTEGER NOT NULL DEFAULT 0, changes TEXT,
    contact_id INTEGER, subscription TEXT, duplicate_of INTEGER,
    status TEXT, reason TEXT, tried_status TEXT, tried_reason TEXT, opted_out TEXT,
    checksum INTEGER
);
CREATE TABLE originals (row INTEGER PRIMARY KEY, cells TEXT NOT NULL, checksum INTEGER);
CREATE TABLE known (
    contact_id INTEGER PRIMARY KEY, address TEXT NOT NULL, contact TEXT NOT NULL, subscription TEXT
);
CREATE TABLE refused (address TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE winners (address TEXT PRIMARY KEY, row INTEGER NOT NULL, rank REAL) WITHOUT ROWID;
CREATE INDEX known_by_address ON known (address);
CREATE VIEW outcomes AS
    SELECT row, CASE stage WHEN 3 THEN status ELSE 'open' END AS status,
           email, subscription, contact_id, reason FROM rows ORDER BY row
""".strip()

#: ``originals`` has the rows as they came, for the file of those that are to be corrected;
#: ``refused`` further addresses of people whose rows restrict them.

#: The tables whose rows carry a checksum. The others hold nothing that one run leaves to the next.
CHECKED = (
    Checked(name="about", key=("key",), columns=("value",)),
    Checked(name="originals", key=("row",), columns=("cells",)),
    Checked(
        name="rows",
        key=("row",),
        columns=(
            *("email", "address", "fields", "notes", "restricted", "stage", "action", "subscribe"),
            *("changes", "contact_id", "subscription", "duplicate_of", "status", "reason"),
            *("tried_status", "tried_reason", "opted_out"),
        ),
    ),
)
