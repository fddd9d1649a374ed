"""Lists."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from typing import Unpack

from icontact._wording import listed
from icontact.errors import ConfigError, NotFound
from icontact.models import ContactList, ListFields, ListFilters
from icontact.paging import Pager, PageSize
from icontact.redaction import hide_addresses
from icontact.resources._base import Resource
from icontact.resources.batches import BatchResult
from icontact.transport import Safety

#: The most lists that an error names.
_NAMED = 20


class Lists(Resource[ContactList]):
    """The lists of one client folder: ``/a/{accountId}/c/{clientFolderId}/lists``.

    Documentation: "Lists".
    """

    _model = ContactList
    _plural = "lists"
    _identity = "list_id"
    _remedy = "to find a list by its name use find(name=...)"
    _writable = frozenset(ListFields.__annotations__)
    _searchable = frozenset(ListFilters.__annotations__)

    def list(
        self,
        *,
        order_by: str | tuple[str, ...] | None = None,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[ListFilters],
    ) -> Pager[ContactList]:
        """List or search the lists."""
        return self._list(
            filters, page_size=page_size, max_items=max_items, workers=workers, order_by=order_by
        )

    def get(self, list_id: int, /) -> ContactList:
        """Read one list.

        Raises:
            NotFound: If the list does not exist, or it was deleted (iContact answers 500 then).
        """
        return self._item("GET", list_id)

    def find(self, *, name: str) -> ContactList | None:
        """Return the list of exactly this name, or None.

        Raises:
            ConfigError: If several lists have the name; it says which.
            TypeError: If the name is not a text.
        """
        if not isinstance(name, str):
            raise TypeError(f"name must be a text, not {type(name).__name__}; for an id use get(7)")
        # A star would be a wildcard and a comma the end of the name, so then all lists are read.
        special = not name or "*" in name or "," in name
        pager = self.list() if special else self.list(name=name)
        found = [item for item in pager if item.name == name]
        if len(found) > 1:
            ids = ", ".join(str(item.list_id) for item in found)
            raise ConfigError(f"several lists are named {name!r}: give one of the ids {ids}")
        return found[0] if found else None

    def create(self, **fields: Unpack[ListFields]) -> ContactList:
        """Create a list. Not repeated after a lost answer, since a second one might appear.

        Args:
            **fields: ``name`` is required.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[ListFields], /) -> BatchResult[ContactList]:
        """Create lists in one request, matched by name. Not repeated after a lost answer."""
        return self._create_many(
            self._bodies(rows), Safety.ONCE, lambda body: body.get("name"), lambda item: item.name
        )

    def update(self, list_id: int, /, **fields: Unpack[ListFields]) -> ContactList:
        """Change the given fields of a list and keep the others. Safe to repeat."""
        return self._item("POST", list_id, self._body(fields))

    def replace(self, list_id: int, /, **fields: Unpack[ListFields]) -> ContactList:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat.

        Switches that are not given become 0, ``email_owner_on_change`` too (API 8.1).

        Args:
            list_id: Which list.
            **fields: ``name`` is required.
        """
        return self._item("PUT", list_id, self._body(fields))

    def delete(self, list_id: int, /) -> None:
        """Delete a list. Safe to repeat."""
        self._delete(list_id)


def find_list(lists: Lists, wanted: str | int) -> ContactList:
    """Return a list by its exact name or its id.

    Raises:
        ConfigError: If there is none; it names the nearest one and the others.
    """
    if isinstance(wanted, int):
        with suppress(NotFound):  # digits may be a name as well
            return lists.get(wanted)
    if (found := lists.find(name=str(wanted))) is not None:
        return found
    every = lists.list().all()
    there = listed([f"{one.name!r} ({one.list_id})" for one in every], _NAMED) or "none"
    close = get_close_matches(str(wanted), [one.name for one in every], n=1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    name = hide_addresses(repr(wanted)[:80])
    raise ConfigError(f"there is no list {name}; {hint}this folder's lists: {there}")
