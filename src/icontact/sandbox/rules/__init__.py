"""The rules of the server, one module per resource, and the routing table.

A new resource is a module with a :class:`~icontact.sandbox.rules.endpoint.Endpoint` and its
``ROUTES``, and a line in :data:`ROUTES` here, under the permission that a user needs for it. A
path without a row answers 501 ``Resource Or Version Not Implemented``. :data:`MATRIX` has a row for
every URI and verb, with the grade of the evidence for it.
"""

from __future__ import annotations

from icontact.sandbox.rules import (
    accounts,
    automations,
    campaigns,
    contacts,
    custom_fields,
    history,
    lists,
    messages,
    segments,
    sends,
    subscriptions,
    uploads,
    users,
    webhooks,
)
from icontact.sandbox.rules.context import Area, Route, within
from icontact.sandbox.rules.evidence import MatrixEntry, matrix

ROUTES: tuple[Route, ...] = (
    *accounts.TIME_ROUTES,
    *within(Area.SETTINGS, *accounts.ROUTES),
    *within(Area.OWNER, *users.ROUTES),
    *within(Area.SUBSCRIBER, *contacts.ROUTES, *history.ROUTES, *lists.ROUTES),
    *within(Area.SUBSCRIBER, *subscriptions.ROUTES, *custom_fields.ROUTES),
    *within(Area.SUBSCRIBER, *segments.ROUTES, *uploads.ROUTES),
    *within(Area.SUBSCRIBER, *lists.FORM_ROUTES, *webhooks.ROUTES),
    *within(Area.CREATIVE, *campaigns.ROUTES, *messages.ROUTES, *sends.ROUTES),
    *within(Area.CREATIVE, *automations.ROUTES),
    *within(Area.ANALYTIC, *messages.TRACKING_ROUTES),
)

MATRIX: tuple[MatrixEntry, ...] = matrix(ROUTES)
"""Every URI and verb (API 5): ``method, template, supported = entry[:3]``."""

__all__ = ["MATRIX", "ROUTES", "MatrixEntry", "Route"]
