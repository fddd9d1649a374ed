"""The file that remembers which suppressed people another system already knows."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar

from icontact._sqlite import Checked, FileFormat
from icontact.addresses import canonical_address
from icontact.errors import ConfigError
from icontact.integrations._processes import is_gone, lives, new_owner
from icontact.integrations._storage import Storage
from icontact.integrations.suppression_target import (
    PlannedMark,
    SuppressedPerson,
    TargetContact,
)

__all__ = ["SuppressionState"]

_TABLES = """
CREATE TABLE people (
    address TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    contact_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    list_id INTEGER,
    state TEXT NOT NULL DEFAULT 'new',
    targets TEXT NOT NULL DEFAULT '[]',
    run INTEGER NOT NULL,
    owner TEXT,
    until REAL NOT NULL DEFAULT 0,
    checksum INTEGER
) WITHOUT ROWID;
CREATE INDEX people_by_state ON people (state, address);
CREATE TABLE known (
    contact_id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    email TEXT NOT NULL,
    run INTEGER NOT NULL
);
CREATE INDEX known_by_address ON known (address, run);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""

_PEOPLE = Checked(
    name="people",
    key=("address",),
    columns=(
        *("email", "contact_id", "reason", "list_id", "state", "targets", "run", "owner"),
        "until",
    ),
)

_BATCH = 500


class SuppressionState(Storage):
    """What is known of suppressed people, in an SQLite file that is private to its owner.

    A person is ``new`` until the other system was searched; then ``planned``, ``unknown`` there, or
    ``done``: marked, or do-not-contact there already. Processes of one machine may share the file.

    Args:
        path: The file; made if it does not exist.
        clock: Returns the seconds since 1970.

    Raises:
        ConfigError: If the file cannot be opened, or is something else.
    """

    _KIND: ClassVar[str] = "a state of suppressions"
    #: ``IcSu`` in ASCII.
    _FORMAT: ClassVar[FileFormat] = FileFormat(application_id=0x49635375, version=1, tables=_TABLES)
    _CHECKED: ClassVar[tuple[Checked, ...]] = (_PEOPLE,)
    # The next run reads the person again, from both sides.
    _SET_ASIDE: ClassVar[tuple[str, ...]] = (
        f"DELETE FROM people WHERE {_PEOPLE.is_damaged}",  # noqa: S608  (made of constants)
    )

    def __init__(
        self, path: str | os.PathLike[str], *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(path)
        self._clock = clock

    def bind(self, folder: str, target: str = "") -> None:
        """Let the file belong to one client folder, and to one target if it has a name.

        Raises:
            ConfigError: If it belongs to another folder, whose contacts would all look deleted; or
                to another target, whose marks would be taken for those of this one.
        """
        facts = {"folder": ("client folder of iContact", folder), "target": ("target", target)}
        for name, (kind, value) in facts.items():
            if not value:
                continue
            self._change("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, value))
            if self._rows("SELECT value FROM facts WHERE name = ?", (name,)) != [(value,)]:
                raise ConfigError(f"{self.path} belongs to another {kind}: name another state file")

    def begin(self) -> int:
        """Return the number of a new run."""
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO facts VALUES ('run', '0')")
            connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'run'")
        return self.run

    @property
    def run(self) -> int:
        """The number of the last run that began."""
        rows = self._rows("SELECT value FROM facts WHERE name = 'run'")
        return int(rows[0][0]) if rows else 0

    def add(self, people: Iterable[SuppressedPerson], run: int) -> None:
        """Note suppressed people.

        A person who was noted before keeps the state, unless there is another reason since an
        earlier run: the other system may have lifted the mark for the first one.
        """
        iterator = iter(people)
        while batch := list(islice(iterator, _BATCH)):
            rows = [
                (_key(one.email), one.email, one.contact_id, one.reason, one.list_id, run)
                for one in batch
            ]
            self._change(_ADD, *rows)

    def keep_only(self, run: int) -> None:
        """Forget all who are not suppressed any more, so that a later reason counts anew."""
        self._change("DELETE FROM people WHERE run != ? AND reason != 'deleted'", (run,))

    def forget_deletions(self, run: int) -> None:
        """Forget the deletion of contacts that this run noticed again."""
        self._change(
            "DELETE FROM people WHERE reason = 'deleted' AND EXISTS"
            " (SELECT 1 FROM known WHERE known.address = people.address AND known.run = ?)",
            (run,),
        )

    def forget(self, email: str) -> None:
        """Forget one person who is not suppressed any more."""
        self._change("DELETE FROM people WHERE address = ?", (_key(email),))

    def notice(self, contacts: Iterable[tuple[int, str]], run: int) -> None:
        """Note which contacts iContact has, by id and address."""
        iterator = iter(contacts)
        while batch := list(islice(iterator, _BATCH)):
            self._change(
                "INSERT INTO known (contact_id, address, email, run) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (contact_id) DO UPDATE"
                " SET address = excluded.address, email = excluded.email, run = excluded.run",
                *[(contact_id, _key(email), email, run) for contact_id, email in batch],
            )

    def missing(self, run: int) -> Iterator[tuple[int, str]]:
        """Yield id and address of contacts that this run did not notice, as an earlier one did."""
        sql = (
            "SELECT contact_id, email FROM known WHERE run != ? AND NOT EXISTS"
            " (SELECT 1 FROM known AS other WHERE other.address = known.address AND other.run = ?)"
            " AND contact_id > ? ORDER BY contact_id LIMIT ?"
        )
        for rows in self._pages(sql, -1, run, run):
            yield from rows

    def known_email(self, contact_id: int) -> str | None:
        """Return the address that a contact had."""
        rows = self._rows("SELECT email FROM known WHERE contact_id = ?", (contact_id,))
        return str(rows[0][0]) if rows else None

    def unsearched(self) -> Iterator[list[str]]:
        """Yield batches of addresses that are not done: the other system is to be searched."""
        sql = (
            "SELECT address, email FROM people WHERE state != 'done' AND address > ?"
            " ORDER BY address LIMIT ?"
        )
        for rows in self._pages(sql, ""):
            yield [email for _, email in rows]

    def found(self, emails: Sequence[str], contacts: Iterable[TargetContact]) -> None:
        """Note which of these addresses the other system has, and which are marked there."""
        by_address: dict[str, list[TargetContact]] = {}
        for contact in contacts:
            by_address.setdefault(_key(contact.email), []).append(contact)
        rows = []
        for address in map(_key, emails):
            there = by_address.get(address, [])
            targets = [one.contact_id for one in there if not one.do_not_contact]
            state = "planned" if targets else "done" if there else "unknown"
            rows.append((state, json.dumps(targets), address))
        self._change(
            "UPDATE people SET state = ?, targets = ? WHERE address = ? AND state != 'done'", *rows
        )

    def planned(self, email: str | None = None) -> Iterator[PlannedMark]:
        """Yield the people to be marked; or only the one of an address.

        Those who could not be marked the last time come last, so that they keep no one waiting.
        """
        if email is not None:
            last_ones = [(_key(email),)]
        else:
            last_ones = self._rows(
                "SELECT address FROM people WHERE state = 'planned' AND until = ? ORDER BY address",
                (_REFUSED,),
            )
            sql = f"{_PLANNED} AND until != ? AND address > ? ORDER BY address LIMIT ?"
            for rows in self._pages(sql, "", _REFUSED):
                yield from map(_mark, rows)
        for address in last_ones:
            yield from map(_mark, self._rows(f"{_PLANNED} AND address = ?", address))

    def claim(self, mark: PlannedMark, *, lease: float) -> str | None:
        """Reserve a person for this process; return the reservation, or None if another has it."""
        now, owner, address = self._clock(), new_owner(), _key(mark.email)
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT owner, until FROM people WHERE address = ? AND state = 'planned'",
                (address,),
            ).fetchone()
            # A clock that was set back does not make a reservation longer.
            held = row is not None and row[0] is not None and now < row[1] <= now + lease
            if row is None or (held and not is_gone(row[0], lives)):
                return None
            connection.execute(
                "UPDATE people SET owner = ?, until = ? WHERE address = ?",
                (owner, now + lease, address),
            )
        return owner

    def settle(self, mark: PlannedMark, owner: str, *, done: bool) -> None:
        """Note that a person is marked; or give the reservation back."""
        state, until = ("done", 0) if done else ("planned", _REFUSED)
        self._change(
            "UPDATE people SET state = ?, owner = NULL, until = ? WHERE address = ? AND owner = ?",
            (state, until, _key(mark.email), owner),
        )

    def counts(self) -> dict[str, int]:
        """Return the number of people by state: ``planned``, ``done`` and ``unknown``."""
        rows = self._rows("SELECT state, COUNT(*) FROM people GROUP BY state")
        return {"planned": 0, "done": 0, "unknown": 0} | dict(rows)


#: In place of the time until which a person is reserved: the other system did not take the person.
_REFUSED = -1

#: A reason of an earlier run ends with another one; a deletion ends as soon as there is another.
_IS_OTHER = (
    "people.reason != excluded.reason AND (people.run != excluded.run OR people.reason = 'deleted')"
)
_ADD = f"""
INSERT INTO people (address, email, contact_id, reason, list_id, run) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (address) DO UPDATE SET
    state = CASE WHEN {_IS_OTHER} THEN 'new' ELSE state END,
    contact_id = CASE WHEN {_IS_OTHER} THEN excluded.contact_id ELSE people.contact_id END,
    reason = CASE WHEN {_IS_OTHER} THEN excluded.reason ELSE people.reason END,
    list_id = CASE WHEN {_IS_OTHER} THEN excluded.list_id ELSE people.list_id END,
    run = excluded.run
"""  # noqa: S608  (made of constants)

_PLANNED = (
    "SELECT address, email, contact_id, reason, list_id, targets FROM people"
    " WHERE state = 'planned'"
)


def _mark(row: Sequence[Any]) -> PlannedMark:
    _, email, contact_id, reason, list_id, targets = row
    return PlannedMark(
        email=email,
        contact_id=contact_id,
        reason=reason,
        list_id=list_id,
        targets=tuple(json.loads(targets)),
    )


def _key(email: str) -> str:
    return str(canonical_address(email))
