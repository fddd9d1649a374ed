"""Writes the contacts of a batch, and returns for each row what became of its contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from icontact.auth import Private
from icontact.models import Contact, ContactStatus
from icontact.push.batch_sender import ItemFailed, ItemRejected, in_doubt
from icontact.push.bulk_updates import BulkUpdates
from icontact.push.decisions import RECENT, Action, suppression_reason
from icontact.push.journal import RowToWrite
from icontact.push.results import ItemProblem, ItemSuppressed
from icontact.push.state_reader import or_failed
from icontact.push.write_context import WriteContext
from icontact.resources import ContactRow

T = TypeVar("T")


class ContactWriter:
    """Writes contacts: many in a bulk call, or one by one."""

    def __init__(self, context: WriteContext, updates: BulkUpdates) -> None:
        self._context = context
        self._folder, self._sender = context.folder, context.sender
        self._updates = updates

    def is_alone(self, row: RowToWrite) -> bool:
        """Return whether a row needs a request of its own."""
        in_bulk = row.action in (Action.CREATE, Action.NOTHING)
        return not (in_bulk or (row.action == Action.UPDATE and self._updates.allowed))

    def write(self, batch: Sequence[RowToWrite]) -> Sequence[Contact | int | ItemProblem]:
        """Write contacts; return for each row the contact, its id, or what went wrong."""
        written: dict[int, Contact | int | ItemProblem] = {
            **self._updates.prove(batch, self._write_alone)
        }
        in_bulk = (Action.CREATE, Action.UPDATE) if self._updates.allowed else (Action.CREATE,)
        together = [row for row in batch if row.action in in_bulk and row.row not in written]
        posted = self._sender.send_many(
            "contacts",
            [_item_of(row) for row in together],
            partial(self._folder.contacts.create_many, explain=False),
            again_if_missing=True,
        )
        found = self._created_before(together, posted)
        written |= _by_row(together, self._without_suppressed(together, found))
        unchanged = [row for row in batch if row.action == Action.NOTHING]
        if self._context.stale():
            written |= _by_row(unchanged, self._read_again(unchanged))
        else:
            written |= _by_row(unchanged, [*map(contact_id_of, unchanged)])
        return [written[row.row] if row.row in written else self._write_alone(row) for row in batch]

    def _created_before(
        self, rows: Sequence[RowToWrite], answers: list[Contact | ItemRejected | ItemFailed]
    ) -> list[Contact | ItemRejected | ItemFailed]:
        """Look for new contacts that were refused for a status that only a new one may have.

        iContact refuses the second request if the answer to the first one was lost (API 6.3).
        """
        refused = {
            Private(row.address): place
            for place, row in enumerate(rows)
            if isinstance(answers[place], ItemRejected) and _gives_status(row)
        }
        if not refused:
            return answers
        found = self._sender.try_read(lambda: self._context.reader.contacts(refused))
        for address, place in refused.items():
            if isinstance(found, ItemFailed):
                answers[place] = in_doubt(found)
                continue
            contact = or_failed("contact", found.get(address))
            if isinstance(contact, ItemFailed):
                answers[place] = in_doubt(contact)
            elif contact is not None and self._was_created(rows[place], contact):
                answers[place] = contact
        return answers

    def _was_created(self, row: RowToWrite, contact: Contact) -> bool:
        created = contact.create_date
        recent = created is None or created >= datetime.now(UTC) - RECENT
        return recent and str(contact.status) == row.written.get("status")

    def _write_alone(self, row: RowToWrite) -> Contact | ItemProblem:
        contacts = self._folder.contacts
        write = contacts.replace if row.action == Action.REPLACE else contacts.update
        if row.action == Action.REPLACE and self._context.stale():
            # A replacement may make a contact "normal" that was blocked since the plan (API 6.2).
            now = self._sender.try_read(partial(contacts.get, contact_id_of(row)))
            if isinstance(now, ItemFailed):
                return now
            if reason := suppression_reason(now, None, self._context.policy):
                return ItemSuppressed(reason, now.contact_id, written=False)
        answer = self._sender.try_send(lambda: write(contact_id_of(row), **row.written))
        return self._without_suppressed([row], [answer])[0]

    def _read_again(self, rows: Sequence[RowToWrite]) -> Sequence[Contact | ItemProblem]:
        """Read contacts that are only to be subscribed, since the plan is old."""
        if not rows:
            return []
        addresses = [Private(row.address) for row in rows]
        found = self._sender.try_read(lambda: self._context.reader.contacts(addresses))
        if isinstance(found, ItemFailed):
            return [found] * len(rows)
        answers: list[Contact | ItemRejected | ItemFailed] = []
        for row, address in zip(rows, addresses, strict=True):
            contact = or_failed("contact", found.get(address))
            if contact is None or (
                isinstance(contact, Contact) and contact.contact_id != row.contact_id
            ):
                # It was deleted, or has another address now: read it by its id.
                contact = self._sender.try_read(
                    partial(self._folder.contacts.get, contact_id_of(row))
                )
            answers.append(contact)
        return self._without_suppressed(rows, answers)

    def _without_suppressed(
        self,
        rows: Sequence[RowToWrite],
        answers: Sequence[Contact | ItemRejected | ItemFailed],
    ) -> list[Contact | ItemProblem]:
        """Replace contacts that may not be mailed: iContact's answer is newer than the plan."""
        checked: list[Contact | ItemProblem] = [*answers]
        for place, (row, contact) in enumerate(zip(rows, answers, strict=True)):
            if (
                isinstance(contact, Contact)
                and contact.status is not ContactStatus.NORMAL
                and row.subscribe
                and (reason := suppression_reason(contact, None, self._context.policy))
            ):
                checked[place] = ItemSuppressed(reason, contact.contact_id)
            elif isinstance(contact, Contact) and _gives_status(row):
                wanted = row.written.get("status")
                if contact.status is ContactStatus.NORMAL and wanted != ContactStatus.NORMAL:
                    checked[place] = ItemRejected(f"it was stored, but as normal, not as {wanted}")
        return checked


def _by_row(rows: Sequence[RowToWrite], answers: Sequence[T]) -> dict[int, T]:
    return {row.row: answer for row, answer in zip(rows, answers, strict=True)}


def contact_id_of(row: RowToWrite) -> int:
    """Return the id of the contact that the plan found for a row."""
    return row.contact_id or 0


def _item_of(row: RowToWrite) -> ContactRow:
    """Return the row as an item of a bulk call."""
    item: ContactRow = {**row.written}  # type: ignore[typeddict-item]  # contact_id is optional
    if row.contact_id is not None:
        item["contact_id"] = row.contact_id
    return item


def _gives_status(row: RowToWrite) -> bool:
    """Return whether a new contact is given a status that iContact knows."""
    # The key stands in the JSON as it is: in a value the quotation marks would be escaped.
    if row.action != Action.CREATE or '"status":' not in row.text:
        return False
    return row.written.get("status") in tuple(ContactStatus)
