"""The HTTP connection to Mautic's REST API."""

from __future__ import annotations

import base64
import json
from typing import Any, NoReturn

from requests import PreparedRequest
from urllib3.exceptions import HTTPError

from icontact.auth import Private, redact
from icontact.errors import CallError, CallSummary, ConfigError, RedirectRefused
from icontact.integrations.errors import MauticError
from icontact.transport.checks import checked_agent, checked_timeout, checked_url
from icontact.transport.connections import Pool, receive, redacted_logs
from icontact.transport.response import classify_exception

#: What to do about a status.
_ADVICE = {
    401: "Mautic does not accept these credentials, or its API is not enabled for them",
    403: "this user may not see or edit contacts, or Mautic's API is switched off",
    404: "not found: check Mautic's address, and whether its API is enabled",
}


class Connection:
    """Sends requests with the credentials, and decodes the answers.

    The arguments are those of :class:`icontact.integrations.mautic.Mautic`.

    Raises:
        ConfigError: If the address or the credentials cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None,
        password: str | None,
        token: str | None,
        timeout: tuple[float, float],
        user_agent: str | None,
    ) -> None:
        is_pair = isinstance(username, str) and username and isinstance(password, str)
        is_token = isinstance(token, str) and token and token.isascii() and token.isprintable()
        if is_pair and token is None:
            pair = Private(f"{username}:{password}")
            self._authorization = Private(f"Basic {base64.b64encode(pair.encode()).decode()}")
        elif is_token and username is password is None:
            self._authorization = Private(f"Bearer {token}")
        else:
            raise ConfigError("Mautic needs username and password, or else a token")
        given = (username, password, token, self._authorization)
        self._secrets = tuple(one for one in given if one is not None)
        self.url: str = checked_url(url, "Mautic's address", "https://mautic.example.com")
        self._timeout = checked_timeout(timeout)
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": checked_agent(user_agent),
        }
        self._pool = Pool(headers, self.url)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "Mautic's password is not pickled: make the Mautic object in the process that uses it"
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._pool.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Send a request once, and return the JSON object of the answer.

        Raises:
            MauticError: If Mautic refuses, or answers something else.
            TransportError: If no usable answer came.
            RedirectRefused: If it points to another address.
        """
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
            result = classify_exception(problem, summary, "Mautic's address")
            failure = result.outcome  # type: ignore[assignment]  # an error here
        else:
            if not 300 <= received.status < 400:
                return self._decoded(received.status, received.content)
            failure = RedirectRefused(
                f"{received.status}: a redirect was refused, as it would hand the credentials "
                "on; give Mautic's final address",
                call=summary,
            )
        raise failure

    def _authorize(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = str(self._authorization)
        return request

    def _decoded(self, status: int, content: bytes | None) -> dict[str, Any]:
        try:
            found = None if content is None else json.loads(content)
        except (ValueError, RecursionError):
            found = None
        if status >= 400:
            message = f"{status}: {_ADVICE.get(status, 'Mautic could not answer')}"
            errors = found.get("errors") if isinstance(found, dict) else None
            for error in errors if isinstance(errors, list) else ():
                text = error.get("message") if isinstance(error, dict) else None
                if isinstance(text, str):
                    message += f"; {redact(text, secrets=self._secrets)[:200]}"
            raise MauticError(redact(message), status=status)
        if not isinstance(found, dict):
            raise MauticError(f"{status}: the answer is not that of Mautic's API", status=status)
        return found
