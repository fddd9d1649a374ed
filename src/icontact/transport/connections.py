"""Connections: one pool for each process, no proxy without TLS, and answers that end.

A server is bounded twice: in the time that the whole of an answer may take, which a read time-out
is no limit of, since that begins anew with every byte; and in the length of an answer.
"""

from __future__ import annotations

import http.client
import io
import os
import time
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import attrs
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from icontact.transport.turns import sent

__all__ = ["ANSWER_TIMEOUTS", "LONGEST_ANSWER", "Pool", "Received", "receive"]

#: How many read time-outs the whole of an answer may take, its head included.
ANSWER_TIMEOUTS = 10

#: Bytes of an answer, unpacked. A page of 500 contacts has some 300,000.
LONGEST_ANSWER = 64 * 2**20

_PIECE = 2**18
_CONNECTIONS = 32


@attrs.frozen(kw_only=True)
class Received:
    """What came back, without a way to the request and its credentials.

    Attributes:
        status: The HTTP status.
        headers: Those of the answer.
        content: The body, unpacked; ``None`` if it is longer than anything we asked for.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes | None = attrs.field(repr=False)


def receive(response: requests.Response) -> Received:
    """Read an answer that was begun, up to the limit, and give its connection back."""
    content = bytearray()
    try:
        for piece in response.iter_content(_PIECE):
            content += piece
            if len(content) > LONGEST_ANSWER:
                break
    finally:
        response.close()
    fits = len(content) <= LONGEST_ANSWER
    return Received(
        status=response.status_code,
        headers=response.headers,
        content=bytes(content) if fits else None,
    )


class Pool:
    """The connections that are kept open, by each process for itself.

    A forked process would read the other's answers from the connections that it inherits.

    Args:
        headers: Sent with every request.
        proxies: Whether the proxies of the environment are used.
    """

    def __init__(self, headers: Mapping[str, str], *, proxies: bool) -> None:
        self._headers, self._proxies = headers, proxies
        self._owned = os.getpid(), self._opened()

    @property
    def session(self) -> requests.Session:
        """The session of this process."""
        owner, session = self._owned
        if owner != os.getpid():
            session = self._opened()
            self._owned = os.getpid(), session
        return session

    def _opened(self) -> requests.Session:
        session = requests.Session()
        session.headers.clear()
        session.headers.update(self._headers)
        session.trust_env = self._proxies
        # Nothing of one answer may leak into the next request, least of all between threads.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Adapter(pool_maxsize=_CONNECTIONS, max_retries=0))
        return session


class _TimedFile(io.RawIOBase):
    """An answer under way, which must be read to its end in time."""

    def __init__(self, raw: io.RawIOBase, seconds: float) -> None:
        self._raw = raw
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > self._end:
            raise TimeoutError("the answer takes too long")
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        # The socket waits for one read time-out by now; ours is always a number.
        raw = _TimedFile(self.fp.detach(), sock.gettimeout() * ANSWER_TIMEOUTS)
        self.fp = io.BufferedReader(raw, _PIECE)


class _Plain(HTTPConnection):
    response_class = _TimedResponse

    def getresponse(self) -> Any:
        sent()
        return super().getresponse()


class _Secure(HTTPSConnection):
    response_class = _TimedResponse

    def getresponse(self) -> Any:
        sent()
        return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls: Any = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls: Any = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager
