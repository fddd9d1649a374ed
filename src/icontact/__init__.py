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
from typing import TYPE_CHECKING, Any

from icontact import errors, models
from icontact._version import __version__
from icontact.auth import Credentials
from icontact.client import AccountScope, Client, Folder
from icontact.errors import IContactError
from icontact.models.filters import between, gt, gte, lt, lte, one_of
from icontact.paging import Page, Pager
from icontact.transport import (
    AdaptiveLimiter,
    Answer,
    Call,
    Event,
    Limiter,
    RetryPolicy,
    Safety,
    SQLiteLimiter,
    TokenBucket,
)

if TYPE_CHECKING:
    from icontact.mapping import ContactMapper

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
    "Page",
    "Pager",
    "RetryPolicy",
    "SQLiteLimiter",
    "Safety",
    "TokenBucket",
    "__version__",
    "between",
    "errors",
    "gt",
    "gte",
    "lt",
    "lte",
    "models",
    "one_of",
]

logging.getLogger("icontact").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Load the mapper when it is first asked for: not everybody who imports the client maps."""
    if name == "ContactMapper":
        from icontact.mapping import ContactMapper

        return ContactMapper
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
