"""The tables of a journal, and its rows on their way; ``row`` is the place in the input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property

import attrs

from icontact._sqlite import Checked
from icontact.models import ContactFields
from icontact.push.decisions import Action, fields_to_write
from icontact.push.reasons import OutcomeStatus, Reason

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

# Three of these are made for every row; to be frozen would cost them several times as much.


@attrs.define
class RowRecord:
    """A row of the input, mapped or rejected.

    Attributes:
        email: The address, as it is written.
        address: The address as it is compared; ``None`` keeps the row out of all comparing.
        text: What the mapper made, as JSON; ``None`` if the row is not pushed.
        notes: What the mapper left out or changed.
        restricted: Whether the row forbids to push other rows of the same address.
        status: How the row ended, if it has ended.
        reason: Why it ended.
        opted_out: Why the person must not be mailed, if the row says so.
        refused: Further addresses in a row that restricts its person, as they are compared.
        original: The row as it came, as JSON, if it can be read.
    """

    row: int
    email: str | None = attrs.field(repr=False)
    address: str | None = attrs.field(repr=False)
    text: str | None = attrs.field(repr=False)
    notes: tuple[str, ...] = ()
    restricted: bool = False
    status: OutcomeStatus | None = None
    reason: Reason | None = None
    opted_out: Reason | None = None
    refused: Sequence[str] = attrs.field(default=(), repr=False)
    original: str | None = attrs.field(default=None, repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether it is open, and there is nothing to say about it."""
        return not (self.status or self.notes or self.restricted or self.opted_out)


@attrs.define
class RowToWrite:
    """A row to be written, as the journal holds it. Its ``repr`` shows nothing personal.

    Attributes:
        address: The address, in lower case.
        action: What is written to the contact; an ``Action``.
        subscribe: Whether it is put on the list.
        status: How the row ends if all goes well.
        reason: Why, encoded.
        tried: Whether an earlier request with it may have been carried out.
        changes: The fields that differ and what they hold now, as JSON.
        text: All fields of the row, as JSON.
    """

    row: int
    address: str = attrs.field(repr=False)
    action: str
    subscribe: int
    contact_id: int | None
    subscription: str | None
    status: str
    reason: str
    tried: int
    changes: str | None = attrs.field(repr=False)
    text: str = attrs.field(repr=False)

    @cached_property
    def written(self) -> ContactFields:
        """The fields that are written."""
        changes = json.loads(self.changes) if self.changes else ()
        return fields_to_write(Action(self.action), json.loads(self.text), changes)


@attrs.define
class RowResult:
    """How a row ended; ``tried`` if a request with it may have been carried out, now or earlier."""

    row: int
    status: str
    reason: Reason
    subscription: str | None
    contact_id: int | None
    tried: int = 1
