"""Users of an account, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from icontact.models import (
    NewUserFields,
    Permission,
    PermissionFields,
    PermissionFilters,
    User,
    UserFields,
)
from icontact.paging import Pager, PageSize
from icontact.resources._base import Collection, Resource, refuse_fixed, whole_id
from icontact.resources.batches import BatchResult
from icontact.transport import Safety, Sender


class UserRow(NewUserFields, total=False):
    """A row of a bulk call: with ``user_id`` an update, without it a creation."""

    user_id: int


class Users(Collection[User]):
    """The users of one account: ``/a/{accountId}/users``.

    Documentation: "Users".
    """

    _model = User
    _plural = "users"
    _identity = "user_id"
    _wire_id = "userId"
    _writable = frozenset({*UserFields.__annotations__, *NewUserFields.__annotations__})

    def __init__(self, transport: Sender, account_id: int) -> None:
        super().__init__(transport, f"a/{account_id}")

    def create(self, **fields: Unpack[NewUserFields]) -> User:
        """Create a user. Not repeated after a lost answer.

        Args:
            **fields: ``user_name`` and ``password`` are required.

        Raises:
            RejectedError: If iContact stored nothing, for example for a name that is taken.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[UserRow], /) -> BatchResult[User]:
        """Create users, and update those given with their ``user_id``, in one request.

        Rows are matched with the answer by ``user_id`` or by name. Not repeated after a lost
        answer.
        """
        return self._create_many(
            self._bodies(rows),
            Safety.ONCE,
            lambda body: str(body.get("userName")).lower(),
            lambda user: user.user_name.lower(),
        )

    def update(self, user_id: int, /, **fields: Unpack[UserFields]) -> User:
        """Change the given fields of a user and keep the others. Safe to repeat.

        Neither the name nor the password can be changed.

        Raises:
            TypeError: If ``user_name`` or ``password`` is given.
        """
        refuse_fixed(fields, "user_name", "password")
        return self._item("POST", user_id, self._body(fields))

    def delete(self, user_id: int, /) -> None:
        """Delete a user. Safe to repeat."""
        self._delete(user_id)

    def permissions(self, user_id: int, /) -> Permissions:
        """Return what a user may do. Makes no request."""
        return Permissions(self._transport, self._at(user_id))

    def _check_row(self, row: Mapping[str, Any]) -> None:
        if "user_id" in row:
            refuse_fixed(row, "user_name", "password")


class Permissions(Resource[Permission]):
    """What one user may do: ``/a/{accountId}/users/{userId}/permissions``.

    There is one permission for each client folder, and none has a key of its own.

    Documentation: "Permissions".
    """

    _model = Permission
    _plural = "permissions"
    _identity = "client_folder_id"
    _writable = frozenset(PermissionFields.__annotations__)
    _searchable = frozenset(PermissionFilters.__annotations__)

    def list(
        self,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[PermissionFilters],
    ) -> Pager[Permission]:
        """List what the user may do, folder by folder."""
        return self._list(filters, page_size=page_size, max_items=max_items, workers=workers)

    def set(
        self, *, client_folder_id: int, creative: bool, subscriber: bool, analytic: bool
    ) -> Permission:
        """Set what the user may do in one client folder. Safe to repeat.

        Whether the folders that are not given keep what they have is not documented (API 16.2):
        look at :meth:`list` afterwards, or give them all to :meth:`set_many`.

        Args:
            client_folder_id: Where.
            creative: Create and send messages, surveys, autoresponders.
            subscriber: Add and change contacts.
            analytic: See tracking data.

        Raises:
            PermissionDenied: If these credentials may not.
        """
        fields: PermissionFields = {
            "client_folder_id": client_folder_id,
            "creative": creative,
            "subscriber": subscriber,
            "analytic": analytic,
        }
        wanted = whole_id("client_folder_id", client_folder_id)
        return self._create(
            fields, Safety.REPEATABLE, lambda permission: permission.client_folder_id == wanted
        )

    def set_many(self, rows: Iterable[PermissionFields], /) -> BatchResult[Permission]:
        """Set what the user may do in several client folders, in one request. Safe to repeat."""
        return self._create_many(
            self._bodies(rows),
            Safety.REPEATABLE,
            lambda body: body.get("clientFolderId"),
            lambda one: one.client_folder_id,
        )
