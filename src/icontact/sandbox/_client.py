"""Ready-made clients of the sandbox: the only place of it that knows the client's side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from icontact.auth import Credentials
    from icontact.client import Client


def credentials(app_id: str, username: str, password: str) -> Credentials:
    """Return credentials in the shape that a client takes."""
    from icontact.auth import Credentials

    return Credentials(app_id=app_id, username=username, password=password)


def client(known: Credentials, base_url: str, **options: Any) -> Client:
    """Return a client that talks to a sandbox, and does not make its user wait.

    Its limiter holds nothing back and its retries follow at once, unless the options say else.
    """
    from icontact.client import Client
    from icontact.transport import RetryPolicy, Unlimited

    at_once = {"limiter": Unlimited(), "retry": RetryPolicy(base=0, cap=0, throttled_pause=0)}
    return Client(known, base_url=base_url, **{**at_once, **options})
