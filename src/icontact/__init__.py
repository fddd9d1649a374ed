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
from typing import TYPE_CHECKING

from icontact import _lazy
from icontact._version import __version__

if TYPE_CHECKING:
    from icontact import errors, models, reports, suppression, webhooks
    from icontact.auth import Credentials
    from icontact.client import AccountScope, Client, Folder
    from icontact.errors import IContactError
    from icontact.limits import RedisLimiter, SQLiteLimiter, TokenBucket
    from icontact.mapping import ContactMapper
    from icontact.models.filters import between, gt, gte, lt, lte, one_of
    from icontact.paging import Page, Pager
    from icontact.push import ListPush, PushSettings
    from icontact.transport import (
        AdaptiveLimiter,
        Answer,
        Call,
        Event,
        Limiter,
        RetryPolicy,
        Safety,
        Unlimited,
    )

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

if not TYPE_CHECKING:
    # Each name is imported when it is first asked for: a program may never need it, and the command
    # line can handle Ctrl-C by then.
    __getattr__ = _lazy.lazy_import(
        __name__,
        {
            "auth": "Credentials",
            "client": "AccountScope Client Folder",
            "errors": "IContactError",
            "limits": "RedisLimiter SQLiteLimiter TokenBucket",
            "mapping": "ContactMapper",
            "models": "",
            "models.filters": "between gt gte lt lte one_of",
            "paging": "Page Pager",
            "push": "ListPush PushSettings",
            "reports": "",
            "suppression": "",
            "transport": "AdaptiveLimiter Answer Call Event Limiter RetryPolicy Safety Unlimited",
            "webhooks": "",
        },
    )


def __dir__() -> list[str]:
    """Name everything public, imported or not."""
    return sorted(__all__)
