"""A typed client for iContact's REST API 2.2, and a push that loses no contact.

.. code-block:: python

    import icontact

    client = icontact.Client.from_env()
    folder = client.folder()
    for contact in folder.contacts.list(last_name="S*"):
        print(contact.contact_id)

The push lives in :mod:`icontact.push`, the embedded iContact in :mod:`icontact.sandbox`.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

from icontact import errors
from icontact._version import __version__
from icontact.auth import Credentials
from icontact.client import AccountScope, Client, Folder
from icontact.errors import IContactError
from icontact.transport import (
    AdaptiveLimiter,
    Answer,
    Call,
    Event,
    Limiter,
    RedisLimiter,
    RetryPolicy,
    Safety,
    SQLiteLimiter,
    TokenBucket,
    Unlimited,
)

if TYPE_CHECKING:
    from icontact import models, reports, suppression, webhooks
    from icontact.mapping import ContactMapper
    from icontact.models.filters import between, gt, gte, lt, lte, one_of
    from icontact.paging import Page, Pager
    from icontact.push import ListPush, PushSettings

__all__ = [
    "AccountScope",
    "AdaptiveLimiter",
    "Answer",
    "Call",
    "Client",
    "ContactMapper",
    "Credentials",
    "Event",
    "Folder",
    "IContactError",
    "Limiter",
    "ListPush",
    "Page",
    "Pager",
    "PushSettings",
    "RedisLimiter",
    "RetryPolicy",
    "SQLiteLimiter",
    "Safety",
    "TokenBucket",
    "Unlimited",
    "__version__",
    "between",
    "errors",
    "gt",
    "gte",
    "lt",
    "lte",
    "models",
    "one_of",
    "reports",
    "suppression",
    "webhooks",
]

logging.getLogger("icontact").addHandler(logging.NullHandler())


#: Modules that are imported when they are first asked for.
_MODULES = ("models", "reports", "suppression", "webhooks")

#: What is imported when it is first asked for, and from where.
_LATER = {
    "ContactMapper": "icontact.mapping",
    "ListPush": "icontact.push",
    "PushSettings": "icontact.push",
    "Page": "icontact.paging",
    "Pager": "icontact.paging",
    "between": "icontact.models.filters",
    "gt": "icontact.models.filters",
    "gte": "icontact.models.filters",
    "lt": "icontact.models.filters",
    "lte": "icontact.models.filters",
    "one_of": "icontact.models.filters",
}


def __getattr__(name: str) -> Any:
    """Import what a program may never need when it is first asked for."""
    if name in _MODULES:
        return import_module(f"icontact.{name}")
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name everything public, imported or not."""
    return sorted(__all__)
