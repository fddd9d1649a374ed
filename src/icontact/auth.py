"""The three credentials, how they are sent, and how they stay out of texts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import attrs
from requests import PreparedRequest
from requests.auth import AuthBase

from icontact.errors import ConfigError
from icontact.redaction import hide_addresses, hide_secrets, printable

__all__ = ["Credentials", "HeaderAuth", "Private", "pick", "redact"]

#: Environment variable of each credential.
ENVIRONMENT: Mapping[str, str] = {
    "app_id": "ICONTACT_APP_ID",
    "username": "ICONTACT_USERNAME",
    "password": "ICONTACT_PASSWORD",
}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@attrs.frozen(kw_only=True, init=False)
class Credentials:
    """App ID, username and application password: all that iContact needs.

    To find the values, open in iContact the profile menu, then *Settings and Billing*,
    *iContact Integrations*, *Custom API Integrations*, *Create*. After saving, the page shows the
    Application ID, the API username and the API password. The **application password is not the
    password you log in with**, and it is never shown again.

    Args:
        app_id: The application's id (header ``API-AppId``).
        username: The account's login name, mostly an e-mail address (``API-Username``).
        password: The application password (``API-Password``).

    Raises:
        ConfigError: If a value is empty, has white space around it, or has control characters.
            Names all wrong values at once.

    Documentation: "API Getting Started Guide" on help.icontact.com.
    """

    app_id: str = attrs.field(repr=False)
    username: str = attrs.field(repr=False)
    password: str = attrs.field(repr=False)

    def __init__(self, *, app_id: str, username: str, password: str) -> None:
        given = {"app_id": app_id, "username": username, "password": password}
        faults = {name: _fault(value) for name, value in given.items()}
        # A report of an error may show the variables of this frame.
        given = {name: Private(value) for name, value in given.items()}
        app_id, username, password = given.values()
        wrong = [f"{name} {fault}" for name, fault in faults.items() if fault]
        if wrong:
            raise ConfigError("the credentials cannot be used: " + "; ".join(wrong))
        cast("Any", self).__attrs_init__(**given)

    def __repr__(self) -> str:
        return "Credentials(app_id=<hidden>, username=<hidden>, password=<hidden>)"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Credentials:
        """Read ``ICONTACT_APP_ID``, ``ICONTACT_USERNAME`` and ``ICONTACT_PASSWORD``.

        Args:
            environ: Where to look instead of ``os.environ``.

        Raises:
            ConfigError: If variables are missing or cannot be used. Names all of them.
        """
        environ = pick(environ, ENVIRONMENT.values())
        missing = [variable for variable in ENVIRONMENT.values() if variable not in environ]
        if missing:
            raise ConfigError(
                f"not set in the environment: {', '.join(missing)}. iContact shows the values "
                "under Settings and Billing > iContact Integrations > Custom API Integrations; "
                "the password is the application's, not the one you log in with"
            )
        return cls(**{name: environ[variable] for name, variable in ENVIRONMENT.items()})


def pick(environ: Mapping[str, str] | None, variables: Iterable[str]) -> dict[str, Private]:
    """Return the variables that are set and not empty, as text that is never shown."""
    source = os.environ if environ is None else environ
    return {name: Private(value) for name in variables if (value := source.get(name))}


def _fault(value: Any) -> str | None:
    """Return what is wrong with a header value, or None."""
    if not isinstance(value, str):
        return f"must be text, not {type(value).__name__}"
    if not value:
        return "is empty"
    if _CONTROL.search(value):
        return "has a line break or another control character"
    if value != value.strip():
        return "has white space around it (from copy and paste?)"
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return "has characters that cannot be sent"
    return None


class HeaderAuth(AuthBase):
    """Attaches the credential headers when a request is prepared.

    They are never stored on the session, so a session that is shared, printed or pickled has none
    of them. Values are sent as UTF-8, as iContact's own PHP client does.
    """

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add ``API-AppId``, ``API-Username`` and ``API-Password``."""
        headers: Any = request.headers  # typed as text only; requests itself takes bytes as well
        headers["API-AppId"] = self._credentials.app_id.encode()
        headers["API-Username"] = self._credentials.username.encode()
        headers["API-Password"] = self._credentials.password.encode()
        return request

    def __repr__(self) -> str:
        return "HeaderAuth(<hidden>)"


class Private(str):
    """Text that a ``repr`` does not show: a credential, or something about a person."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<hidden>"

    def lower(self) -> Private:
        """Return the text in lower case, as private as it was."""
        return Private(super().lower())


def redact(
    text: str, credentials: Credentials | None = None, *, secrets: Iterable[str] = ()
) -> str:
    """Return a text as one printable line, without e-mail addresses and without secrets.

    Args:
        text: Anything that is about to be shown, logged or raised.
        credentials: Their values must not appear, in any form that a server echoes them in.
        secrets: Others that must not appear.
    """
    if credentials is not None:
        secrets = (*secrets, credentials.password, credentials.app_id, credentials.username)
    return hide_addresses(printable(hide_secrets(text, secrets)))
