"""Checks of what a transport is made with: base URL, time-outs, user agent."""

from __future__ import annotations

import re
import threading
from typing import TypeAlias
from urllib.parse import urlsplit

import requests

from icontact._version import __version__
from icontact.errors import ConfigError
from icontact.transport.connections import is_loopback

__all__ = ["Timeout", "checked_agent", "checked_timeout", "checked_url"]

#: Seconds to connect, and seconds without a byte of the answer. The whole of an answer may take
#: ten times the latter.
Timeout: TypeAlias = tuple[float, float]

_NOT_IN_BASE = re.compile(r"[\x00-\x20\x7f?#@\\]")


def checked_url(
    url: str, name: str = "base_url", example: str = "https://app.icontact.com/icp"
) -> str:
    """Return a base URL with its scheme in lower case, and without its last slash.

    Errors call it by the name, and show the example.

    Raises:
        ConfigError: If it cannot be used.
    """
    scheme, host = _scheme_and_host(url)
    if not host or _NOT_IN_BASE.search(url) or not url.isprintable():
        raise ConfigError(f"{name} must look like {example}, without user, query or fragment")
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise ConfigError(f"{name} must begin with https:// (plain http only for loopback)")
    try:
        ready = requests.Request("GET", url).prepare()
        # As when it is connected to: no part between two dots may be empty or too long.
        _scheme_and_host(ready.url)[1].encode("idna")
    except ValueError:
        raise ConfigError(f"{name} cannot be sent: check the name of the host") from None
    return scheme + url.rstrip("/")[len(scheme) :]


def _scheme_and_host(url: object) -> tuple[str, str]:
    """Return both in lower case, or two empty texts for a value that is not a URL.

    Apart from the check, so that no frame of an error holds the parts: one may be a password.
    """
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        # Reading the port is what checks it.
        return (parts.scheme, parts.hostname or "") if parts.port != 0 else ("", "")
    except ValueError:
        return "", ""


def checked_timeout(timeout: Timeout) -> Timeout:
    """Return two numbers of seconds.

    Raises:
        ConfigError: If they cannot be used.
    """
    given = timeout if isinstance(timeout, tuple | list) else ()
    if len(given) != 2 or not all(
        isinstance(seconds, int | float)
        and not isinstance(seconds, bool)
        and 0 < seconds <= threading.TIMEOUT_MAX
        for seconds in given
    ):
        raise ConfigError("timeout must be two positive numbers of seconds: (connect, read)")
    return given[0], given[1]


def checked_agent(user_agent: str | None) -> str:
    """Return the user agent that is sent: the caller's, and the library's own.

    Raises:
        ConfigError: If it cannot be used.
    """
    own = f"icontact-python/{__version__}"
    if user_agent is None:
        return own
    is_text = isinstance(user_agent, str) and user_agent.isascii() and user_agent.isprintable()
    if not is_text or not user_agent or user_agent != user_agent.strip():
        raise ConfigError("user_agent must be printable ASCII, such as my-app/1.0")
    return f"{user_agent} {own}"
