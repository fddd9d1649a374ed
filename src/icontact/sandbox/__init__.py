"""An embedded iContact to test and to try things against.

It is written from the API's documentation and from recorded answers, not from the client of this
library, so that a misreading cannot hide in both. It needs ``pip install "icontact[sandbox]"``.

.. code-block:: python

    from icontact.sandbox import Sandbox

    with Sandbox() as sandbox:  # in process; nothing leaves it
        folder = sandbox.client().folder()

    with Sandbox().serve(port=0) as server:  # on a port of this machine
        assert server.url.startswith("http://127.0.0.1:")
"""

from __future__ import annotations

try:
    import responses as _responses  # noqa: F401 - only to see whether it is there
    import werkzeug as _werkzeug  # noqa: F401 - only to see whether it is there
except ImportError as _error:
    raise ImportError(
        f"The sandbox needs {_error.name}, which is not installed;"
        ' it comes with: pip install "icontact[sandbox]"'
    ) from _error

from icontact.sandbox.embedded import Snapshot
from icontact.sandbox.faults import Faults
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.recipients import Recipients
from icontact.sandbox.request_log import ReceivedRequest, RequestLog
from icontact.sandbox.sandbox import Sandbox, Server
from icontact.sandbox.seeders import Seeded
from icontact.sandbox.seeding import APP_ID, PASSWORD, USERNAME
from icontact.sandbox.state import State
from icontact.sandbox.webhook_sender import Delivery, WebhookSender

__all__ = [
    "APP_ID",
    "PASSWORD",
    "USERNAME",
    "Delivery",
    "Faults",
    "Quirks",
    "ReceivedRequest",
    "Recipients",
    "RequestLog",
    "Sandbox",
    "Seeded",
    "Server",
    "Snapshot",
    "State",
    "WebhookSender",
]
