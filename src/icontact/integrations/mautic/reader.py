"""Contacts from Mautic's REST API, so that a whole segment can be pushed without web hooks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from requests import PreparedRequest
from urllib3.exceptions import HTTPError

from icontact._version import __version__
from icontact.auth import Private, redact
from icontact.errors import CallError, CallSummary, ConfigError, RedirectRefused
from icontact.integrations.errors import MauticError
from icontact.integrations.events import Row
from icontact.integrations.mautic.contacts import as_row, locate
from icontact.integrations.mautic.walk import Walk
from icontact.sources.mautic_contacts import whole
from icontact.transport.connections import Pool, is_loopback, receive
from icontact.transport.log_redaction import redacted_logs
from icontact.transport.response import classify_exception

__all__ = ["Mautic"]

#: What to do about a status.
_ADVICE = {
    401: "Mautic does not accept these credentials, or its API is not enabled for them",
    403: "this user may not see contacts, or Mautic's API is switched off",
    404: "nothing there: look at Mautic's address, and whether its API is enabled",
}


class Mautic:
    """A small reader of Mautic's contacts. Reads only, and sends nothing twice.

    .. code-block:: python

        mautic = Mautic("https://mautic.example.com", username="api", password="…")

    In Mautic, *Configuration > API Settings* must say that the API is enabled, and HTTP basic
    authentication, too, unless a token of OAuth 2 is given.

    Args:
        url: Mautic's address: ``https``; plain ``http`` only for this machine.
        username: A user who may see contacts.
        password: That user's password.
        token: An access token of OAuth 2 instead of both.
        page_size: Contacts a request.
        timeout: Seconds to connect, and seconds to wait for the answer's next byte.
        user_agent: Put before the library's own name.

    Raises:
        ConfigError: If the address or the credentials cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        page_size: int = 100,
        timeout: tuple[float, float] = (5, 30),
        user_agent: str | None = None,
    ) -> None:
        self._authorization = _authorization(username, password, token)
        given = (username, password, token, self._authorization)
        self._secrets = tuple(Private(one) for one in given if isinstance(one, str))
        del (
            username,
            password,
            token,
            given,
        )  # error trackers print the locals of every frame on the way
        if self._authorization is None:
            raise ConfigError("Mautic needs username and password, or else a token")
        self.url: str = _checked(url)
        if page_size < 1:
            raise ConfigError("page_size must be a whole number from 1 on")
        self._page_size = page_size
        self._timeout = timeout
        own = f"icontact-python/{__version__}"
        agent = f"{user_agent} {own}" if user_agent else own
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": agent}
        self._pool = Pool(headers, proxies=self.url.startswith("https:"))

    def __repr__(self) -> str:
        return f"Mautic({vars(self).get('url')!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._pool.session.close()

    def contact(self, contact_id: int) -> dict[str, Any]:
        """Return one contact, as :func:`icontact.integrations.mautic.contact` does.

        Raises:
            MauticError: If Mautic refuses, or answers something else. 404: there is no such one.
            TransportError: If no usable answer came.
        """
        answer = self._get(f"api/contacts/{contact_id}", Row())
        (row,) = self._page(Row(contacts=[answer.get("contact")]))
        return dict(row)

    def contacts(
        self, *, segment: str | None = None, search: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield contacts as rows for a push, page by page, by their ids. Visitors are left out.

        Everybody who is there all the time is among them, whoever comes or goes meanwhile.

        Args:
            segment: The alias of a segment; nobody else then.
            search: Mautic's search, such as ``"email:*@example.com"``; with a segment both hold.

        Raises:
            MauticError: If Mautic refuses, or answers something else.
            TransportError: If no usable answer came. Pushing from the start again is safe.
            PagingError: If Mautic repeats a page, is not done by its own count, or contacts leave
                faster than they can be read: somebody would be left out.
        """
        terms = (search, segment and f"segment:{segment}", "!is:anonymous")
        query = Row(search=" ".join(term for term in terms if term))
        # Beyond the one that is known already there must be room for another.
        query.update(orderBy="id", orderByDir="asc", limit=str(max(self._page_size, 2)))
        del search, terms  # error trackers print the locals of every frame on the way
        walk = Walk(self._page_size)
        while not walk.done:
            answer = self._get("api/contacts", Row(query, start=str(walk.start)))
            rows = walk.step(self._page(answer), whole(answer.get("total")))
            del answer
            for row in rows:
                if row.get("email"):
                    yield dict(row)

    def _page(self, answer: Row) -> list[Row]:
        found = answer.get("contacts")
        if isinstance(found, dict):
            found = list(found.values())
        located = [locate(one)[0] for one in found] if isinstance(found, list) else [None]
        rows = [as_row(one, self.url) for one in located if one is not None]
        # Error trackers print the locals of every frame on the way.
        complete = len(rows) == len(located)
        del found, located
        if not complete:
            raise _not_ours()
        return rows

    def _get(self, path: str, query: Row) -> Row:
        summary = CallSummary(method="GET", path=path, query_names=tuple(query))
        failure: CallError
        try:
            with redacted_logs():
                received = receive(
                    self._pool.session.request(
                        "GET",
                        f"{self.url}/{path}",
                        params=query,
                        auth=self._authorize,
                        timeout=self._timeout,
                        allow_redirects=False,
                        stream=True,
                    )
                )
        except (OSError, HTTPError, ValueError) as problem:
            # Nothing of it is kept: it holds the request with the credentials.
            failure = classify_exception(problem, summary).outcome  # type: ignore[assignment]  # an error here
        else:
            if 300 <= received.status < 400:
                failure = RedirectRefused(
                    f"{received.status}: a redirect was refused, as it would hand the credentials "
                    "on; give Mautic's address as it is in the end",
                    call=summary,
                )
            else:
                return _payload(received.status, received.content, self._secrets)
        raise failure

    def _authorize(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = str(self._authorization)
        return request


def _authorization(username: Any, password: Any, token: Any) -> Private | None:
    if isinstance(token, str) and token and username is None and password is None:
        return Private(f"Bearer {token}") if token.isascii() and token.isprintable() else None
    if token is None and isinstance(username, str) and isinstance(password, str) and username:
        pair = f"{username}:{password}".encode()
        return Private(f"Basic {base64.b64encode(pair).decode()}")
    return None


def _checked(url: str) -> str:
    scheme, host = _scheme_and_host(url)
    if not host or any(mark in url for mark in "@?#\\ ") or not url.isprintable():
        raise ConfigError(
            "Mautic's address must look like https://mautic.example.com, without user or query"
        )
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise ConfigError(
            "Mautic's address must begin with https:// (plain http only for loopback)"
        )
    return url.rstrip("/")


def _scheme_and_host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        return (parts.scheme, parts.hostname or "") if parts.port != 0 else ("", "")
    except ValueError:
        return "", ""


def _payload(status: int, content: bytes | None, secrets: tuple[str, ...]) -> Row:
    found = _decoded(content)
    del content
    if status >= 400:
        advice = _ADVICE.get(status, "Mautic could not answer")
        said = redact(f"{status}: {advice}{_said(found, secrets)}")
        del found
        raise MauticError(said, status=status)
    if not isinstance(found, dict):
        del found
        raise MauticError(f"{status}: the answer is not that of Mautic's API", status=status)
    return Row(found)


def _decoded(content: bytes | None) -> Any:
    try:
        return None if content is None else json.loads(content)
    except (ValueError, RecursionError):
        return None


def _said(found: Any, secrets: tuple[str, ...]) -> str:
    """Return Mautic's own sentences."""
    errors = found.get("errors") if isinstance(found, dict) else None
    texts = [one.get("message") for one in errors or () if isinstance(one, dict)]
    said = [redact(text, secrets=secrets) for text in texts if isinstance(text, str)]
    return "".join(f"; {text[:200]}" for text in said)


def _not_ours() -> MauticError:
    return MauticError("200: the answer holds no contacts as Mautic's API has them", status=200)
