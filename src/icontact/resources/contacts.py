"""Contacts and their history."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Unpack

from icontact.auth import Private
from icontact.errors import BadRequest, PagingError
from icontact.models import (
    ActionFilters,
    Contact,
    ContactAction,
    ContactFields,
    ContactFilters,
    ContactStatus,
    Filter,
)
from icontact.paging import DEFAULT_PAGE_SIZE, Pager
from icontact.resources._base import BatchResult, Hidden, Resource
from icontact.transport import Safety, Sender

__all__ = ["ContactRow", "Contacts"]


class ContactRow(ContactFields, total=False):
    """A row of a bulk call: with ``contact_id`` an update, without it a creation."""

    contact_id: int


class Contacts(Resource[Contact]):
    """The contacts of one client folder: ``/a/{accountId}/c/{clientFolderId}/contacts``.

    Creating a contact subscribes it to nothing; see :class:`icontact.resources.Subscriptions`.
    """

    segment: ClassVar[str] = "contacts"
    plural: ClassVar[str] = "contacts"
    singular: ClassVar[str] = "contact"
    identity: ClassVar[str] = "contact_id"
    writable: ClassVar[frozenset[str]] = frozenset(ContactFields.__annotations__)
    searchable: ClassVar[frozenset[str]] = frozenset({"status", *ContactFilters.__annotations__})

    def __init__(self, transport: Sender, folder: str) -> None:
        super().__init__(transport, folder, Contact)

    def list(
        self,
        *,
        status: ContactStatus | Filter | None = "total",
        order_by: str | tuple[str, ...] | None = None,
        page_size: int = DEFAULT_PAGE_SIZE,
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[ContactFilters],
    ) -> Pager[Contact]:
        """List or search contacts.

        Args:
            status: ``"total"`` for all contacts, ``"unlisted"`` for those on no list, a
                :class:`ContactStatus` for those of that status, or several by
                :func:`icontact.one_of`. ``None`` sends nothing: iContact documents that it then
                leaves out whoever is on no list, recordings say otherwise (API 6.4). Deleted
                contacts are never listed.
            order_by: A field, with ``-`` before it for descending order, or several in a tuple.
            page_size: Rows a request.
            max_items: Rows in all.
            workers: How many pages are asked for side by side, once the first has told the total.
                The rows and their order stay the same; if rows come or go meanwhile, that is a
                :class:`~icontact.errors.ListingShifted`. See :class:`icontact.Pager`.
            **filters: Search terms, all of which must match; text may hold ``*``.

        Documentation: "Contacts", "Advanced Users".
        """
        given: Any = filters
        terms = {**({} if status is None else {"status": status}), **given}
        given.clear()  # error trackers print the locals of every frame on the way
        return self._list(
            terms, page_size=page_size, max_items=max_items, workers=workers, order_by=order_by
        )

    def get(self, contact_id: int, /) -> Contact:
        """Read one contact. A deleted one is still answered, with status ``deleted`` (API 6.6).

        Raises:
            NotFound: If there never was such a contact.
        """
        return self._get(contact_id)

    def find(self, *, email: str) -> Contact | None:
        """Return the contact with exactly this address, in any case, or None.

        Raises:
            PagingError: If two contacts differ only in the case of their address.
            ValueError: If the address is empty or holds a comma, which iContact cannot search for.
        """
        wanted = Private(email.strip())
        del email
        pager = self.list(email=wanted)
        found = [contact for contact in pager if contact.email.lower() == wanted.lower()]
        if len(found) > 1:
            exact = [contact for contact in found if contact.email == wanted]
            if len(exact) != 1:
                ids = ", ".join(str(contact.contact_id) for contact in found)
                raise PagingError(f"several contacts have this address: {ids}")
            found = exact
        return found[0] if found else None

    def create(self, **fields: Unpack[ContactFields]) -> Contact:
        """Create a contact, or overwrite the one that has this e-mail already (API 6.5).

        Whether the fields that are not given are blanked in that case is uncertain; to change a
        contact that exists use :meth:`find` and :meth:`update`. Safe to repeat.

        Args:
            **fields: ``email`` is required.

        Raises:
            RejectedError: If iContact stored nothing, for example for a malformed address.

        A custom field that the folder does not have is not stored; the log warns if the answer
        does not show a field that was given.

        Documentation: "Contacts".
        """
        custom = _custom_names(fields)
        return self._with_custom(custom, self._create(fields, Safety.REPEATABLE))

    def create_many(self, rows: Iterable[ContactRow], /) -> BatchResult[Contact]:
        """Create contacts, and update those given with their ``contact_id``, in one request.

        Rows are matched with the answer by ``contact_id`` or by e-mail. iContact publishes no
        maximum; 500 rows are known to work. Safe to repeat.

        Raises:
            TransportError: If no answer came.
        """
        rows = Hidden(rows)
        call = self._posted(self._bodies(rows), Safety.REPEATABLE)
        by_id = {body["contactId"] for body in call.body if "contactId" in body}
        return self._create_many(call, _sent_key, lambda contact: _stored_key(contact, by_id))

    def update(self, contact_id: int, /, **fields: Unpack[ContactFields]) -> Contact:
        """Change the given fields of a contact and keep the others. Safe to repeat.

        Raises:
            BadRequest: If iContact refuses a value. A status can be set to ``normal`` and
                ``donotcontact`` only, and some cannot be left at all (API 6.3).
            NotFound: If there is no such contact.
        """
        custom = _custom_names(fields)
        return self._with_custom(custom, self._write("POST", contact_id, fields))

    def replace(self, contact_id: int, /, **fields: Unpack[ContactFields]) -> Contact:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat.

        Args:
            contact_id: Which contact.
            **fields: ``email`` is required.

        Raises:
            BadRequest: If a required field is missing or iContact refuses a value.
            NotFound: If there is no such contact.
        """
        custom = _custom_names(fields)
        return self._with_custom(custom, self._write("PUT", contact_id, fields))

    def delete(self, contact_id: int, /) -> None:
        """Delete a contact. It leaves all listings and keeps answering :meth:`get` (API 6.6).

        Repeated by itself after a lost answer; calling it twice is an error (API 6.6).

        Raises:
            NotFound: If there is no such contact, or it is deleted already.
        """
        try:
            self._delete(contact_id)
        except BadRequest as error:
            # The status of the refusal is not known. After a lost answer, the contact itself tells.
            if not error.maybe_applied or self.get(contact_id).status != ContactStatus.DELETED:
                raise

    def history(
        self,
        contact_id: int,
        /,
        *,
        page_size: int = DEFAULT_PAGE_SIZE,
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[ActionFilters],
    ) -> Pager[ContactAction]:
        """List what happened to a contact.

        Documentation: "Contact History".
        """
        return _Actions(self._transport, self._at(contact_id)).list(
            filters, page_size=page_size, max_items=max_items, workers=workers
        )

    def _with_custom(self, given: tuple[str, ...], contact: Contact) -> Contact:
        """Warn of custom fields that were given and are not in the answer; return the contact."""
        if lacking := [name for name in given if name not in contact.custom_fields]:
            names = ", ".join(map(repr, lacking))
            self._note((f"the answer shows no custom field {names}: does the folder have it?",))
        return contact

    def _body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        is_mapping = type(fields) is dict or isinstance(fields, Mapping)
        if not is_mapping or "contact_id" not in fields:
            return super()._body(fields)
        number = _row_id(fields["contact_id"])
        rest = {name: value for name, value in fields.items() if name != "contact_id"}
        return {"contactId": number, **super()._body(rest)}


class _Actions(Resource[ContactAction]):
    segment: ClassVar[str] = "actions"
    plural: ClassVar[str] = "actions"
    singular: ClassVar[str] = "action"
    searchable: ClassVar[frozenset[str]] = frozenset(ActionFilters.__annotations__)

    def __init__(self, transport: Sender, contact: str) -> None:
        super().__init__(transport, contact, ContactAction)

    def list(
        self, filters: ActionFilters, *, page_size: int, max_items: int | None, workers: int
    ) -> Pager[ContactAction]:
        return self._list(filters, page_size=page_size, max_items=max_items, workers=workers)


def _custom_names(fields: ContactFields) -> tuple[str, ...]:
    custom = fields.get("custom_fields")
    return tuple(custom) if isinstance(custom, Mapping) else ()


def _row_id(value: Any) -> int:
    if isinstance(value, str):
        if not (value.isascii() and value.isdecimal()):
            raise ValueError("contact_id: expected an integer, got other text")
        return int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"contact_id must be a whole number, not {type(value).__name__}")
    return operator.index(value)


def _sent_key(body: Mapping[str, Any]) -> int | str:
    return body["contactId"] if "contactId" in body else str(body.get("email", "")).lower()


def _stored_key(contact: Contact, by_id: set[int]) -> int | str:
    return contact.contact_id if contact.contact_id in by_id else contact.email.lower()
