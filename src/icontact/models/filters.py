"""Conditions for searches, and what each listing can be searched by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias, TypedDict

import attrs

#: The number of ids in one search: a row of them still fits into a URL.
IDS_AT_ONCE = 100

#: A plain value to search for. Text may hold ``*`` as a wildcard.
Scalar: TypeAlias = str | int | bool | date


@attrs.frozen
class Condition:
    """A comparison other than equality. Made by the functions below.

    Attributes:
        search_type: iContact's operator, sent as ``{field}SearchType``; ``None`` for a plain list
            of values.
        values: What is compared with; never shown, since it may be personal.
    """

    search_type: str | None
    values: tuple[Scalar, ...] = attrs.field(repr=False)


Filter: TypeAlias = Scalar | Condition


def gt(value: Scalar) -> Condition:
    """Match what is greater than the value (documentation page "Advanced Users")."""
    return Condition("gt", (value,))


def gte(value: Scalar) -> Condition:
    """Match what is greater than the value, or equal to it."""
    return Condition("gte", (value,))


def lt(value: Scalar) -> Condition:
    """Match what is less than the value."""
    return Condition("lt", (value,))


def lte(value: Scalar) -> Condition:
    """Match what is less than the value, or equal to it."""
    return Condition("lte", (value,))


def between(first: Scalar, last: Scalar) -> Condition:
    """Match what lies between two values, both included."""
    return Condition("bet", (first, last))


def one_of(*values: Scalar) -> Condition:
    """Match any of several values. iContact documents this for "some resources" only.

    Raises:
        ValueError: If no value is given: iContact would match nothing.
    """
    if not values:
        raise ValueError("one_of() needs at least one value")
    return Condition(None, values)


class ContactFilters(TypedDict, total=False):
    """What contacts can be searched by; several terms are all required (page "Contacts")."""

    contact_id: Filter
    list_id: Filter
    email: Filter
    first_name: Filter
    last_name: Filter
    street: Filter
    city: Filter
    state: Filter
    postal_code: Filter
    create_date: Filter
    #: Whether iContact searches custom fields is uncertain (API 6.4). If it ignores the term, the
    #: listing raises ``PagingError`` instead of returning all contacts.
    custom_fields: Mapping[str, Filter]


class ListFilters(TypedDict, total=False):
    """What lists can be searched by (page "Lists")."""

    list_id: Filter
    name: Filter
    public_name: Filter
    description: Filter
    email_owner_on_change: Filter
    welcome_on_manual_add: Filter
    welcome_on_signup_add: Filter
    welcome_message_id: Filter


class SubscriptionFilters(TypedDict, total=False):
    """What subscriptions can be searched by (page "Subscriptions")."""

    list_id: Filter
    contact_id: Filter
    status: Filter
    add_date: Filter


class ActionFilters(TypedDict, total=False):
    """What a contact's history can be searched by (page "Contact History")."""

    actor: Filter
    action_type: Filter
    action_time: Filter


class ClientFolderFilters(TypedDict, total=False):
    """What client folders can be searched by (page "Client Folders")."""

    enabled: Filter
    name: Filter
