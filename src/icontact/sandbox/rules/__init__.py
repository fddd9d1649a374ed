"""The rules of the server, one module per resource, and the table that leads to them.

A new resource is a module with its rules and its ``ROUTES``, and a line in :data:`ROUTES` here.
What has no row answers 501 ``Resource Or Version Not Implemented``, as the server does for what
it does not know; so do the documented resources that are not emulated yet.
"""

from __future__ import annotations

from icontact.sandbox.rules import (
    accounts,
    client_folders,
    contacts,
    custom_fields,
    history,
    lists,
    subscriptions,
    time,
)
from icontact.sandbox.rules.call import Route

ROUTES: tuple[Route, ...] = (
    *time.ROUTES,
    *accounts.ROUTES,
    *client_folders.ROUTES,
    *contacts.ROUTES,
    *history.ROUTES,
    *lists.ROUTES,
    *subscriptions.ROUTES,
    *custom_fields.ROUTES,
)
