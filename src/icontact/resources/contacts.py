"""Contacts and their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Unpack

import attrs

from icontact import wire
from icontact._wording import listed
from icontact.addresses import canonical_address, spellings
from icontact.auth import Private
from icontact.errors import BadRequest, CallSummary, PagingError, UnknownCustomField
from icontact.models import (
    ActionFilters,
    Contact,
    ContactAction,
    ContactDetails,
    ContactFields,
    ContactFilters,
    ContactStatus,
    Filter,
    SubscriptionStatus,
)
from icontact.models.filters import one_of
from icontact.paging import Pager, PageSize
from icontact.resources._base import Resource, logger
from icontact.resources.batches import BatchResult
from icontact.resources.custom_fields import CustomFields
from icontact.transport import Call, Safety

#: The fields whose text an answer shows as it was stored.
_TEXTS = ContactFields.__annotations__.keys() - {"email", "status", "custom_fields"}

#: What contacts can be listed by: a status, or whether they are on a list.
_STATUSES = frozenset({*map(str, ContactStatus), "total", "unlisted"})

#: The number of rows that a warning names.
_NAMED = 10


class ContactRow(ContactFields, total=False):
    """A row of a bulk call: with ``contact_id`` an update, without it a creation."""

    contact_id: int


class Contacts(Resource[Contact]):
    """The contacts of one client folder: ``/a/{accountId}/c/{clientFolderId}/contacts``.

    Creating a contact subscribes it to nothing; see :class:`icontact.resources.Subscriptions`.

    Documentation: "Contacts", "Advanced Users", "Contact History".
    """

    _model = Contact
    _plural = "contacts"
    _identity = "contact_id"
    _wire_id = "contactId"
    _merges = True
    _remedy = "to find a contact by its address use find(email=...)"
    _writable = frozenset(ContactFields.__annotations__)
    _searchable = frozenset({"status", *ContactFilters.__annotations__})

    def list(
        self,
        *,
        status: ContactStatus | Filter | None = "total",
        order_by: str | tuple[str, ...] | None = None,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[ContactFilters],
    ) -> Pager[Contact]:
        """List or search contacts.

        Args:
            status: ``"total"`` for all contacts, ``"unlisted"`` for those on no list, a
                :class:`ContactStatus` for those of that status, or several by
                :func:`icontact.one_of`. ``None`` sends nothing: iContact documents that it then
                leaves out contacts on no list, recordings say otherwise (API 6.4). Deleted
                contacts are never listed.
            order_by: A field, with ``-`` before it for descending order, or several in a tuple.
            page_size: Rows a request.
            max_items: Rows in all.
            workers: How many pages are asked for side by side, once the first has stated the total.
                The rows and their order stay the same; if rows come or go meanwhile, that is a
                :class:`~icontact.errors.ListingShifted`. See :class:`icontact.Pager`.
            **filters: Search terms that must all match; text may hold ``*``. iContact may ignore a
                term silently (API 2.6): rows with another ``status``, ``email`` or id than the one
                that is given are refused by a :class:`~icontact.errors.PagingError`. With
                :func:`icontact.one_of` they are yours to compare. No row shows its ``list_id``.
        """
        if status == SubscriptionStatus.UNSUBSCRIBED:
            raise ValueError(
                "status: to find those who left a list: "
                "folder.subscriptions.list(status='unsubscribed')"
            )
        if isinstance(status, str) and status and status not in _STATUSES and "*" not in status:
            # iContact may have others by now.
            raise ValueError(
                f"status: {status!r} is not known{wire.nearest(status, _STATUSES)} "
                f"(one_of({status!r}) asks for it all the same)"
            )
        terms = {**({} if status is None else {"status": status}), **filters}
        return self._list(
            terms, page_size=page_size, max_items=max_items, workers=workers, order_by=order_by
        )

    def get(self, contact_id: int, /) -> Contact:
        """Read one contact. A deleted one is still answered, with status ``deleted`` (API 6.6).

        Raises:
            NotFound: If there never was such a contact.
        """
        return self._item("GET", contact_id)

    def find(self, *, email: str) -> Contact | None:
        """Return the contact with exactly this address, however it is spelled, or None.

        Case does not matter, nor whether the domain is in Unicode or in ASCII (IDNA).

        Raises:
            PagingError: If two contacts differ only in the spelling of their address.
            ValueError: If the address is empty or holds a comma, which iContact cannot search for.
            TypeError: If it is not a text.
        """
        if not isinstance(email, str):
            raise TypeError(f"email must be a text, not {type(email).__name__}")
        wanted = Private(email.strip())
        canonical, spelled = canonical_address(wanted), spellings(wanted)
        by_id: dict[int, Contact] = {}
        for spelling in spelled:
            # With one_of, since other contacts that the search finds are passed over here.
            for contact in self.list(email=one_of(spelling)):
                if canonical_address(contact.email) == canonical:
                    by_id[contact.contact_id] = contact
            if by_id and spelled[-1].isascii():
                break  # only a domain outside ASCII may be held in two forms
        if len(by_id) < 2:
            return next(iter(by_id.values()), None)
        exact = [contact for contact in by_id.values() if contact.email == wanted]
        if len(exact) != 1:
            raise PagingError(f"several contacts have this address: {', '.join(map(str, by_id))}")
        return exact[0]

    def create(self, **fields: Unpack[ContactFields]) -> Contact:
        """Create a contact, or overwrite the one that has this e-mail already (API 6.5).

        Whether the fields that are not given are blanked in that case, and whether a status such as
        ``donotcontact`` becomes ``normal``, is uncertain; to change a contact that exists
        use :meth:`find` and :meth:`update`. Safe to repeat.

        Args:
            **fields: ``email`` is required.

        Raises:
            RejectedError: If iContact stored nothing, for example for a malformed address.
            UnknownCustomField: If the folder does not have a custom field. This shows in the
                answer: the contact was stored without it.
            DecodeError: If the answer is about a contact with another address, or with another
                status than was given.
        """
        wanted = ("", canonical_address(str(fields.get("email"))))
        stored = self._create(
            fields, Safety.REPEATABLE, lambda one: canonical_address(one.email) in wanted
        )
        call = CallSummary("POST", self._path)
        self._check_status(fields.get("status"), stored.status, call)
        return self._checked("POST", fields, stored)

    def upsert(self, *, email: str, **fields: Unpack[ContactDetails]) -> Contact:
        """Find a contact by its address and change the given fields, or create it.

        Never blanks a field: ``None`` and empty texts are left out. Never sets a status, so that
        a contact who may not be mailed stays as it is. Subscribes to nothing. Safe to repeat.

        Args:
            email: The address.
            **fields: Fields of the contact, except ``status``.

        Raises:
            RejectedError: If iContact stored nothing, for example for a malformed address.
            UnknownCustomField: If the folder does not have a custom field.
            PagingError: If several contacts have this address.
            TypeError: For a field that contacts do not have, or ``status``.
        """
        given: Any = {name: value for name, value in fields.items() if not _is_blank(value)}
        if "status" in fields:
            raise TypeError(
                "upsert never sets a status; use update(contact_id, status=...) for that"
            )
        custom = given.pop("custom_fields", None)
        if isinstance(custom, Mapping):
            custom = {name: value for name, value in custom.items() if not _is_blank(value)}
        if custom:
            given["custom_fields"] = custom
        self._body(given)  # a name that is wrong is refused before anything is asked
        found = self.find(email=email)
        if found is None:
            return self.create(email=email.strip(), **given)
        return self.update(found.contact_id, **given) if given else found

    def create_many(
        self, rows: Iterable[ContactRow], /, *, explain: bool = True
    ) -> BatchResult[Contact]:
        """Create contacts, and update those given with their ``contact_id``, in one request.

        Rows are matched with the answer by ``contact_id`` or by e-mail. iContact publishes no
        maximum; 500 rows are known to work. Safe to repeat. Custom fields that the folder does not
        have stand in ``unknown_fields`` of the result, and in its ``warnings``; so does a text that
        iContact cut off.

        Args:
            rows: The fields of each contact.
            explain: Whether to list the folder's custom fields if the answer lacks some of those
                that were sent. ``False`` saves this request, and ``unknown_fields`` stays empty.
        """
        rows = [*rows]
        bodies = self._bodies(rows)
        result = self._create_many(
            bodies,
            Safety.REPEATABLE,
            lambda body: canonical_address(str(body.get("email", ""))),
            lambda contact: canonical_address(contact.email),
        )
        if not explain:
            return result
        standard = wire.wire_names(Contact)
        lacking: dict[str, list[int]] = {}
        cut: dict[str, list[int]] = {}
        for index, stored in enumerate(result.results):
            if stored is not None:
                for name in bodies[index].keys() - standard - stored.custom_fields.keys():
                    lacking.setdefault(name, []).append(index)
                for name in cut_off(rows[index], stored):
                    cut.setdefault(name, []).append(index)
        unknown = self._unknown(sorted(lacking))
        said = (
            *(
                f"this folder has no custom field {name!r}; it was not stored "
                f"{_rows(lacking[name])}"
                for name in unknown
            ),
            *(f"iContact cut off {name} {_rows(places)}" for name, places in cut.items()),
        )
        return attrs.evolve(result, warnings=result.warnings + said, unknown_fields=unknown)

    def update(self, contact_id: int, /, **fields: Unpack[ContactFields]) -> Contact:
        """Change the given fields of a contact and keep the others. Safe to repeat.

        Raises:
            UnknownCustomField: If the folder does not have a custom field; the others were stored.
            BadRequest: If iContact refuses a value. A status can be set to ``normal`` and
                ``donotcontact`` only, and some cannot be left at all (API 6.3).
            DecodeError: If its answer has another status than was given.
        """
        contact = self._item("POST", contact_id, self._body(fields))
        return self._checked("POST", fields, contact)

    def replace(self, contact_id: int, /, **fields: Unpack[ContactFields]) -> Contact:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat.

        Whether a status such as ``donotcontact`` stays if it is not given is uncertain (API 6.2):
        where it matters, give it, or use :meth:`update`.

        Args:
            contact_id: Which contact.
            **fields: ``email`` is required.
        """
        contact = self._item("PUT", contact_id, self._body(fields))
        return self._checked("PUT", fields, contact)

    def delete(self, contact_id: int, /) -> None:
        """Delete a contact. It leaves all listings and keeps answering :meth:`get` (API 6.6).

        Repeated by itself after a lost answer; calling it twice is an error (API 6.6).

        Raises:
            NotFound: If the contact does not exist, or it is deleted already.
        """
        try:
            self._delete(contact_id)
        except BadRequest as error:
            # The status of the refusal is not known. The contact shows it.
            if not error.maybe_applied or self.get(contact_id).status != ContactStatus.DELETED:
                raise

    def history(
        self,
        contact_id: int,
        /,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[ActionFilters],
    ) -> Pager[ContactAction]:
        """List what happened to a contact."""
        searchable = frozenset(ActionFilters.__annotations__)
        params = wire.encode_filters(ContactAction, dict(filters), searchable)
        return Pager(
            self._transport.send,
            Call("GET", f"{self._at(contact_id)}/actions", params=params),
            ContactAction,
            "actions",
            page_size=page_size,
            max_items=max_items,
            workers=workers,
        )

    def _checked(self, method: str, fields: ContactFields, contact: Contact) -> Contact:
        """Refuse custom fields that were given and that the folder lacks; return the contact."""
        given = fields.get("custom_fields") or {}
        if unknown := self._unknown([name for name in given if name not in contact.custom_fields]):
            call = CallSummary(method, self._path)
            raise UnknownCustomField(unknown, contact_id=contact.contact_id, call=call)
        if cut := cut_off(fields, contact):
            logger.warning("contacts: iContact cut off %s", ", ".join(cut))
        return contact

    def _unknown(self, lacking: Sequence[str]) -> tuple[str, ...]:
        """Return which names are missing in an answer because the folder has no such field."""
        if not lacking:
            return ()
        there = CustomFields(self._transport, self._parent).list()
        defined = {one.private_name.casefold() for one in there}
        return tuple(name for name in lacking if name.casefold() not in defined)


def _rows(places: Sequence[int]) -> str:
    return f"(row{'s' * (len(places) > 1)} {listed(places, _NAMED)})"


def cut_off(sent: Mapping[str, Any], stored: Contact) -> list[str]:
    """Return the fields that an answer has the beginning of, and no more (API 3)."""
    found = [
        name
        for name, text in sent.items()
        if name in _TEXTS and (held := getattr(stored, name)) != text and _rest(text, held)
    ]
    for name, text in (sent.get("custom_fields") or {}).items():
        # A number may come back with fewer zeros.
        if _rest(text, stored.custom_fields.get(name)).strip(".0"):
            found.append(name)
    return sorted(found)


def _rest(text: object, held: object) -> str:
    """Return what a text has behind its beginning that is held."""
    if not isinstance(text, str) or not isinstance(held, str) or not held:
        return ""
    text = text.strip()
    return text[len(held) :] if text.startswith(held) else ""


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
