"""Users of an account, and what they may do."""

from __future__ import annotations

from typing import TypedDict

import attrs

from icontact.models._base import OpenModel
from icontact.models.filters import Filter


@attrs.frozen(kw_only=True)
class User(OpenModel):
    """A person who may log in to an account.

    Attributes:
        user_id: Primary key.
        user_name: Required on creation, never changed: 4 to 50 of letters, digits and ``.-_@``.
        email: Optional; not in the part of the documentation that we know (API 16.1).
        first_name: Optional, likewise.
        last_name: Optional, likewise.

    Documentation: "Users".
    """

    user_id: int
    user_name: str = attrs.field(default="", repr=False)
    email: str = attrs.field(default="", repr=False)
    first_name: str = attrs.field(default="", repr=False)
    last_name: str = attrs.field(default="", repr=False)


class UserFields(TypedDict, total=False):
    """What may be changed of a user. Which fields iContact takes is uncertain (API 16.1)."""

    email: str | None
    first_name: str | None
    last_name: str | None


class NewUserFields(UserFields, total=False):
    """What a new user has: ``user_name`` and ``password`` are required, and can never be changed.

    ``user_name`` is 4 to 50 of letters, digits and ``.-_@``, and unique; ``password`` 6 to 100
    characters with a letter among them.
    """

    user_name: str
    password: str


@attrs.frozen(kw_only=True)
class Permission(OpenModel):
    """What a user may do in one client folder. It has no key of its own.

    Permissions for the API and for billing are given on iContact's pages only.

    Attributes:
        client_folder_id: Where.
        creative: May create and send messages, surveys, autoresponders.
        subscriber: May add and change contacts.
        analytic: May see tracking data.

    Documentation: "Permissions".
    """

    client_folder_id: int
    creative: bool | None = None
    subscriber: bool | None = None
    analytic: bool | None = None


class PermissionFields(TypedDict, total=False):
    """What may be set of a permission. ``client_folder_id`` is required."""

    client_folder_id: int
    creative: bool
    subscriber: bool
    analytic: bool


class PermissionFilters(TypedDict, total=False):
    """What permissions can be searched by (page "Permissions")."""

    client_folder_id: Filter
