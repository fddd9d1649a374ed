"""Proves on one contact that a bulk update keeps the fields that it leaves out (API 6.5)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias, cast

from icontact.client import Folder
from icontact.errors import NotFound
from icontact.models import Contact, ContactFields, ContactStatus
from icontact.push.batch_sender import BatchSender, ItemFailed
from icontact.push.decisions import Action
from icontact.push.field_changes import filled_fields
from icontact.push.journal import Journal, RowToWrite
from icontact.push.results import ItemProblem
from icontact.resources import BatchResult, ContactRow

#: What a proof costs, the change of its contact included.
PROOF_REQUESTS = 4

#: After this many proofs without an answer, contacts are changed one by one.
_TRIES = 3

#: Keys of the journal: the answer of a proof, and the contact of one that is not finished.
_ANSWER, _RECORD = "bulk_updates", "bulk_updates_proof"
_KEPT, _BLANKED = "kept", "blanked"

_CUSTOM = "custom_fields"

#: Fields of a contact that hold something; custom fields in a mapping of their own.
_Fields: TypeAlias = Mapping[str, Any]


class BulkUpdates:
    """Finds out whether existing contacts may be changed by bulk calls.

    The proof: one contact is changed by a call of its own, and read. A bulk call gives it the
    address that it has already, and no other field. Then the contact is read again, and fields that
    are blank now are restored. They are in the journal before, so that a push that is killed
    meanwhile restores them when it goes on.
    """

    def __init__(
        self, journal: Journal, folder: Folder, sender: BatchSender, update_by: str
    ) -> None:
        self._journal = journal
        self._contacts = folder.contacts
        self._sender = sender
        self._lock = threading.Lock()
        self._tries = 0
        self._update_by = update_by
        self._answer = ""

    def begin(self) -> None:
        """Finish a proof that was interrupted; decide whether a new one is worth its requests."""
        if self._journal.noted(_RECORD):
            self._finish(stored=False)
        if self._update_by != "prove":
            self._answer = _KEPT if self._update_by == "bulk" else _BLANKED
        elif not self._answer:
            few = _updates(self._journal) <= PROOF_REQUESTS
            self._answer = self._journal.noted(_ANSWER) or (_BLANKED if few else "")

    @property
    def allowed(self) -> bool:
        """Whether a bulk update may be sent."""
        return self._answer == _KEPT

    def prove(
        self, rows: Sequence[RowToWrite], write: Callable[[RowToWrite], Contact | ItemProblem]
    ) -> dict[int, Contact | int | ItemProblem]:
        """Make the proof, unless its answer is known; return what it wrote, by row.

        ``write`` changes one contact by a call of its own.
        """
        ends: dict[int, Contact | int | ItemProblem] = {}
        if self._answer:
            return ends
        with self._lock:
            for row in rows:
                if row.action == Action.UPDATE and not self._answer:
                    ends[row.row] = self._prove_on(row, write)
        return ends

    def _prove_on(
        self, row: RowToWrite, write: Callable[[RowToWrite], Contact | ItemProblem]
    ) -> Contact | ItemProblem:
        end = write(row)
        if not isinstance(end, Contact):
            return end
        self._tries += 1
        contact = self._look(end.contact_id, row.address)
        if isinstance(contact, Contact) and (filled := filled_fields(contact)):
            record = [contact.contact_id, contact.email, filled]
            self._journal.note(_RECORD, json.dumps(record, default=str))
            item: ContactRow = {"contact_id": contact.contact_id, "email": contact.email}
            sent = self._sender.try_send(lambda: self._contacts.create_many([item]))
            stored = isinstance(sent, BatchResult) and None not in sent.results
            if (problem := self._finish(stored=stored)) is not None:
                return problem
        if not self._answer and self._tries >= _TRIES:
            self._answer = _BLANKED
        return end

    def _finish(self, *, stored: bool) -> ItemFailed | None:
        """Read the contact of a proof again, and restore what is blank now.

        Return what went wrong, if fields may be lost that are not restored. ``stored`` says that
        iContact is known to have taken the bulk call.
        """
        contact_id, email, filled = json.loads(self._journal.noted(_RECORD))
        contact = self._look(contact_id, email)
        if isinstance(contact, ItemFailed):
            return self._unsure(contact_id, filled, contact)
        lost = _missing(filled, contact)
        if lost:
            self._keep_answer(_BLANKED)
            fields = cast("ContactFields", lost)
            sent = self._sender.try_read(lambda: self._contacts.update(contact_id, **fields))
            restored = sent if isinstance(sent, ItemFailed) else self._look(contact_id, email)
            if isinstance(restored, ItemFailed):
                return self._unsure(contact_id, lost, restored)
            if still := _missing(filled, restored):
                return self._unsure(contact_id, still, ItemFailed("it does not keep them"))
        elif stored and contact is not None:
            self._keep_answer(_KEPT)
        self._journal.note(_RECORD, "")
        return None

    def _keep_answer(self, answer: str) -> None:
        self._journal.note(_ANSWER, answer)
        self._answer = answer

    def _look(self, contact_id: int, email: str) -> Contact | ItemFailed | None:
        return self._sender.try_read(partial[Contact | None](self._read, contact_id, email))

    def _read(self, contact_id: int, email: str) -> Contact | None:
        """Return a contact, or ``None`` if it was deleted."""
        try:
            contact = self._contacts.get(contact_id)
        except NotFound:
            # iContact answers for deleted contacts, too (API 6.6): a second look must agree.
            if self._contacts.find(email=email) is not None:
                raise
            return None
        return None if contact.status == ContactStatus.DELETED else contact

    def _unsure(self, contact_id: int, fields: _Fields, problem: ItemFailed) -> ItemFailed:
        # Nothing is known: no bulk update until it is.
        self._answer = _BLANKED
        return ItemFailed(f"{_at_stake(contact_id, fields)}: {problem.reason}")


def updates_alone(journal: Journal, update_by: str) -> int:
    """Return how many requests change single contacts, as far as it is known beforehand."""
    updates = _updates(journal)
    if update_by == "prove" and journal.noted(_ANSWER) != _BLANKED:
        proof = 0 if journal.noted(_ANSWER) else PROOF_REQUESTS
        return min(updates, proof)
    return updates if update_by != "bulk" else 0


def note_on_proof(journal: Journal) -> str:
    """Return a note on the proof for the report; empty if there is nothing to say."""
    if record := journal.noted(_RECORD):
        contact_id, _, filled = json.loads(record)
        return f"{_at_stake(contact_id, filled)}; push again with the same journal to restore them"
    if journal.noted(_ANSWER) == _BLANKED:
        return (
            "iContact blanks the fields that a bulk update leaves out (found on one contact, which "
            "was restored); contacts were updated one by one"
        )
    return ""


def _updates(journal: Journal) -> int:
    """Return how many planned rows change an existing contact."""
    return sum(
        number for (action, _), number in journal.writes().items() if action == Action.UPDATE
    )


def _at_stake(contact_id: int, fields: _Fields) -> str:
    names = ", ".join([*(name for name in fields if name != _CUSTOM), *fields.get(_CUSTOM, {})])
    return (
        f"contact {contact_id} may have lost fields in a bulk update that left them out, and they "
        f"are not restored ({names})"
    )


def _missing(filled: _Fields, contact: Contact | None) -> dict[str, Any]:
    """Return the fields that were filled and are blank now."""
    if contact is None:
        return {}
    now = filled_fields(contact)
    held = now.get(_CUSTOM, {})
    custom = {name: value for name, value in filled.get(_CUSTOM, {}).items() if name not in held}
    missing = {n: value for n, value in filled.items() if n != _CUSTOM and n not in now}
    return {**missing, _CUSTOM: custom} if custom else missing
