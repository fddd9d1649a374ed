"""A client for Mautic's REST API: it reads contacts, and marks them as do-not-contact."""

from __future__ import annotations

import base64
import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from requests import PreparedRequest
from urllib3.exceptions import HTTPError

from icontact._version import __version__
from icontact.addresses import canonical_address
from icontact.auth import Private, redact
from icontact.errors import CallError, CallSummary, ConfigError, RedirectRefused
from icontact.integrations.errors import MauticError
from icontact.integrations.mautic.contacts import as_row, locate
from icontact.integrations.mautic.walk import PageWalk
from icontact.integrations.suppression_target import TargetContact
from icontact.sources.mautic_contacts import whole
from icontact.transport.connections import Pool, is_loopback, receive
from icontact.transport.log_redaction import redacted_logs
from icontact.transport.response import classify_exception

__all__ = ["Mautic"]

#: What to do about a status.
_ADVICE = {
    401: "Mautic does not accept these credentials, or its API is not enabled for them",
    403: "this user may not see or edit contacts, or Mautic's API is switched off",
    404: "not found: check Mautic's address, and whether its API is enabled",
}


#: Mautic's numbers for the reasons of a do-not-contact entry.
_REASONS = {"unsubscribed": 1, "bounced": 2, "manual": 3}

#: Addresses in one search: a query of them still fits into a URL.
_AT_ONCE = 50


class Mautic:
    """A small client for Mautic's contacts: it reads them, and sets do-not-contact.

    It is a target of :func:`icontact.integrations.sync.suppressed`.

    .. code-block:: python

        mautic = Mautic("https://mautic.example.com", username="api", password="…")

    In Mautic, *Configuration > API Settings* must say that the API is enabled, and HTTP basic
    authentication, too, unless a token of OAuth 2 is given.

    Args:
        url: Mautic's address: ``https``; plain ``http`` only for this machine.
        username: A user who may see contacts, and edit them for :meth:`do_not_contact`.
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
        username, password, token = (
            Private(one) if isinstance(one, str) else one for one in (username, password, token)
        )
        self._authorization = _authorization(username, password, token)
        given = (username, password, token, self._authorization)
        self._secrets = tuple(one for one in given if isinstance(one, Private))
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
            MauticError: If Mautic refuses, or answers something else. 404: it does not have it.
            TransportError: If no usable answer came.
        """
        answer = self._send("GET", f"api/contacts/{contact_id}")
        (row,) = self._page({"contacts": [answer.get("contact")]})
        return dict(row)

    def contacts(
        self, *, segment: str | None = None, search: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield contacts as rows for a push, page by page, by their ids. Visitors are left out.

        No contact that is there all the time is missed, even if others come or go meanwhile.

        Args:
            segment: Only contacts of this segment, by its alias.
            search: Mautic's search, such as ``"email:*@example.com"``; with a segment both hold.

        Raises:
            MauticError: If Mautic refuses, or answers something else.
            TransportError: If no usable answer came. Pushing from the start again is safe.
            PagingError: If Mautic repeats a page, is not done by its own count, or contacts leave
                faster than they can be read.
        """
        terms = (search, segment and f"segment:{segment}", "!is:anonymous")
        for row in self._rows({"search": " ".join(term for term in terms if term)}):
            if row.get("email"):
                yield dict(row)

    def find(self, emails: Sequence[str]) -> Iterator[TargetContact]:
        """Yield the contacts that have one of these addresses. One address may have several.

        Args:
            emails: The addresses; 50 of them take one request.

        Raises:
            MauticError: If Mautic refuses, ignores the filter, or answers something else.
            TransportError: If no usable answer came.
            PagingError: If the pages of one answer do not fit together.
        """
        for start in range(0, len(emails), _AT_ONCE):
            wanted = {_loose(email) for email in emails[start : start + _AT_ONCE]}
            query = _where(emails[start : start + _AT_ONCE])
            answer = self._send("GET", "api/contacts", query=dict(query, limit=str(4 * _AT_ONCE)))
            rows = self._page(answer)
            if (whole(answer.get("total")) or 0) > len(rows):
                rows = list(self._rows(query))
            matching = [row for row in rows if _loose(row.get("email") or "") in wanted]
            if rows and not matching:
                raise MauticError(
                    "200: Mautic ignored the search by address, and answered with other contacts",
                    status=200,
                )
            for row in matching:
                yield TargetContact(
                    contact_id=row["mauticContactId"],
                    email=str(row["email"]),
                    do_not_contact=bool(row["do_not_contact"]),
                )

    def do_not_contact(
        self, contact_id: int, *, reason: str = "unsubscribed", comment: str = ""
    ) -> None:
        """Set do-not-contact for e-mail. It is safe to repeat, and nothing here lifts it.

        Args:
            contact_id: The contact's id in Mautic; :meth:`find` finds it by address.
            reason: ``"unsubscribed"``, ``"bounced"`` or ``"manual"``.
            comment: A text that Mautic shows beside the entry.

        Raises:
            ValueError: If the reason is unknown.
            MauticError: If Mautic refuses. 404: it does not have the contact.
            TransportError: If no usable answer came.
        """
        if reason not in _REASONS:
            raise ValueError(f"reason: must be one of {', '.join(_REASONS)}")
        data = {"reason": _REASONS[reason], "comments": comment}
        self._send("POST", f"api/contacts/{contact_id}/dnc/email/add", data=data)

    def mark(self, contact: TargetContact, *, reason: str, comment: str) -> None:
        """Set do-not-contact for a contact that :meth:`find` found."""
        self.do_not_contact(int(contact.contact_id), reason=reason, comment=comment)

    def _rows(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the contacts of a search, page by page, in the order of their ids."""
        # A page begins with the last contact of the one before, and needs room for another.
        query.update(orderBy="id", orderByDir="asc", limit=str(max(self._page_size, 2)))
        walk = PageWalk(self._page_size)
        while not walk.done:
            answer = self._send("GET", "api/contacts", query=dict(query, start=str(walk.start)))
            yield from walk.step(self._page(answer), whole(answer.get("total")))

    def _page(self, answer: dict[str, Any]) -> list[dict[str, Any]]:
        found = answer.get("contacts")
        if isinstance(found, dict):
            found = list(found.values())
        located = [locate(one)[0] for one in found] if isinstance(found, list) else [None]
        rows = [as_row(one, self.url) for one in located if one is not None]
        if len(rows) != len(located):
            raise MauticError(
                "200: the answer holds no contacts as Mautic's API has them", status=200
            )
        return rows

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        summary = CallSummary(method=method, path=path, query_names=tuple(query or ()))
        failure: CallError
        try:
            with redacted_logs():
                received = receive(
                    self._pool.session.request(
                        method,
                        f"{self.url}/{path}",
                        params=query,
                        json=data,
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


def _payload(status: int, content: bytes | None, secrets: tuple[str, ...]) -> dict[str, Any]:
    found = _decoded(content)
    if status >= 400:
        advice = _ADVICE.get(status, "Mautic could not answer")
        said = redact(f"{status}: {advice}{_said(found, secrets)}")
        raise MauticError(said, status=status)
    if not isinstance(found, dict):
        raise MauticError(f"{status}: the answer is not that of Mautic's API", status=status)
    return dict(found)


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


def _where(emails: Sequence[str]) -> dict[str, Any]:
    """Return Mautic's condition for contacts that have one of these addresses."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(emails)
    return {"where[0][col]": "email", "where[0][expr]": "in", "where[0][val]": line.getvalue()}


def _loose(email: str) -> str:
    """Return an address without accents: Mautic's database compares it in this way."""
    text = unicodedata.normalize("NFKD", canonical_address(email))
    return "".join(letter for letter in text if not unicodedata.combining(letter))
