"""Accounts and client folders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from icontact.models import (
    Account,
    AccountFields,
    ClientFolder,
    ClientFolderFields,
    ClientFolderFilters,
)
from icontact.paging import Pager, PageSize
from icontact.resources._base import Collection
from icontact.resources.batches import BatchResult
from icontact.transport import Safety, Sender


class Accounts(Collection[Account]):
    """The accounts that the credentials open, mostly one: ``/a``.

    Documentation: "API Getting Started Guide".
    """

    _model = Account
    _segment = "a"
    _plural = "accounts"
    _identity = "account_id"
    _writable = frozenset(AccountFields.__annotations__)

    def __init__(self, transport: Sender) -> None:
        super().__init__(transport, "")

    def update(self, account_id: int, /, **fields: Unpack[AccountFields]) -> Account:
        """Change the given fields of an account and keep the others. Safe to repeat.

        iContact has no public page on this; it rests on another client's code (API 15.1).
        """
        return self._item("POST", account_id, self._body(fields))


class ClientFolders(Collection[ClientFolder]):
    """The client folders of one account: ``/a/{accountId}/c``.

    Writing needs an agency account; elsewhere it failed when it was last tried (API 15.2).

    Documentation: "Client Folders".
    """

    _model = ClientFolder
    _segment = "c"
    _plural = "clientfolders"
    _identity = "client_folder_id"
    _writable = frozenset(ClientFolderFields.__annotations__)
    _searchable = frozenset(ClientFolderFilters.__annotations__)

    def __init__(self, transport: Sender, account_id: int) -> None:
        super().__init__(transport, f"a/{account_id}")

    def list(
        self,
        *,
        order_by: str | tuple[str, ...] | None = None,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[ClientFolderFilters],
    ) -> Pager[ClientFolder]:
        """List the client folders."""
        return self._list(
            filters, page_size=page_size, max_items=max_items, workers=workers, order_by=order_by
        )

    def create(self, **fields: Unpack[ClientFolderFields]) -> ClientFolder:
        """Create a client folder. Not repeated after a lost answer.

        Needs ``name``, ``from_name``, ``from_email``, ``street``, ``city``, ``state``,
        ``postal_code`` and ``country``.

        Raises:
            BadRequest: If it refuses a value.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[ClientFolderFields], /) -> BatchResult[ClientFolder]:
        """Create client folders in one request, by name. Not repeated after a lost answer."""
        return self._create_many(
            self._bodies(rows),
            Safety.ONCE,
            lambda body: body.get("name"),
            lambda folder: folder.name,
        )

    def update(
        self, client_folder_id: int, /, **fields: Unpack[ClientFolderFields]
    ) -> ClientFolder:
        """Change the given fields of a client folder and keep the others. Safe to repeat."""
        return self._item("POST", client_folder_id, self._body(fields))

    def replace(
        self, client_folder_id: int, /, **fields: Unpack[ClientFolderFields]
    ) -> ClientFolder:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat."""
        return self._item("PUT", client_folder_id, self._body(fields))
