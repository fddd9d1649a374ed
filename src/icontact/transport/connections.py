"""Connections: one pool for each process, no proxy without TLS, and answers that end.

An answer has two limits: its length, and the time that it may take as a whole. A read time-out
alone does not limit that time, since it begins again with every byte.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import logging
import os
import re
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import attrs
import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_auth_from_url, get_environ_proxies, select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, SSLError
from urllib3.util import parse_url

from icontact._forks import after_fork
from icontact.auth import redact

__all__ = [
    "ANSWER_TIMEOUTS",
    "LONGEST_ANSWER",
    "NotConnected",
    "Pool",
    "Received",
    "is_loopback",
    "receive",
    "redacted_logs",
]

#: How many read time-outs the whole of an answer may take, its head included.
ANSWER_TIMEOUTS = 10

#: Bytes of an answer, unpacked. A page of 10,000 contacts has some 6,000,000.
LONGEST_ANSWER = 64 * 2**20

#: The messages for a bundle that cannot be used; requests reads these two variables.
_NO_BUNDLE = "there is no CA bundle where REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE says"

_NO_CERTIFICATE = "the file of REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE holds no certificates (PEM)"

#: The message for a proxy of SOCKS, or for an URL that no proxy can have.
_NO_PROXY = "HTTPS_PROXY or ALL_PROXY must look like http://user:password@proxy.example.com:3128"

#: What http.client says if a proxy does not open a tunnel.
_NO_TUNNEL = re.compile(r"Tunnel connection failed: (\d+)")

_PIECE = 2**18
_CONNECTIONS = 32


@attrs.frozen(kw_only=True)
class Received:
    """An answer, without a reference to the request and its credentials.

    Its ``content`` is the body, unpacked; ``None`` if it is too long.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes | None = attrs.field(repr=False)


def is_loopback(host: str) -> bool:
    """Return whether a host in lower case is this machine, so that plain HTTP is safe."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class NotConnected(OSError):
    """The connection failed, so nothing of the request was sent.

    Args:
        why: The reason in words; empty where the cause has it.
        is_lasting: Whether a setting is wrong, so that the next attempt would fail as well.
    """

    def __init__(self, why: str = "", *, is_lasting: bool = False) -> None:
        super().__init__()
        self.why = why
        self.is_lasting = is_lasting


def receive(response: requests.Response) -> Received:
    """Read the body of an answer, up to the limit, and return the connection to its pool.

    The body of a redirect is not read, since redirects are refused.
    """
    content = bytearray()
    try:
        if not 300 <= response.status_code < 400:
            for piece in _unpacked(response):
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


def _unpacked(response: requests.Response) -> Iterator[bytes]:
    """Yield the body in pieces of bounded size.

    urllib3 unpacks a piece as a whole, and some kilobytes may become gigabytes.
    """
    pieces = response.raw.stream(_PIECE, decode_content=False)
    if response.headers.get("Content-Encoding", "").strip().lower() not in ("gzip", "x-gzip"):
        # No other encoding was asked for, so the body of another one is not JSON.
        yield from pieces
        return
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for piece in pieces:
            packed = piece
            while packed:
                if unpacker.eof:  # the answer may be packed in several parts
                    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
                yield unpacker.decompress(packed, _PIECE)
                # After the end of a part zlib leaves the unconsumed tail as it is.
                packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error as problem:
        raise DecodeError("the answer is not gzip as it says") from problem


class _Session(requests.Session):
    """A session that ignores redirects.

    requests reads the whole body of a redirect, of any length, even with allow_redirects=False.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Pool:
    """The connections to one URL that are kept open, separately for each process.

    A forked process would read answers to its parent from the connections that it inherits. The
    headers are sent with every request. Proxies and certificates are those of the environment at
    the first request: requests would look through all of it twice for each one.
    """

    def __init__(self, headers: Mapping[str, str], url: str) -> None:
        self._headers, self._url = headers, url
        self._owned: tuple[int, requests.Session] | None = None
        self.renew_locks()
        after_fork(self)

    def renew_locks(self) -> None:
        """Forget the lock that another thread may have held when this process was forked."""
        self._opening = threading.Lock()

    @property
    def session(self) -> requests.Session:
        """The session of this process, which the first thread opens."""
        with self._opening:
            if self._owned is None or self._owned[0] != os.getpid():
                self._owned = os.getpid(), self._opened()
            return self._owned[1]

    def close(self) -> None:
        """Close the connections."""
        if self._owned is not None:
            self._owned[1].close()

    def _opened(self) -> requests.Session:
        session = _Session()
        session.headers.clear()
        session.headers.update(self._headers)
        session.trust_env = False
        # A proxy of plain HTTP would read the credentials.
        if self._url.startswith("https:"):
            session.proxies = get_environ_proxies(self._url)
            bundles = map(os.environ.get, ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
            session.verify = next(filter(None, bundles), True)
        # Nothing of one answer may leak into the next request, least of all between threads.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Adapter(pool_maxsize=_CONNECTIONS, max_retries=0))
        return session


def _check_proxy(url: str, proxies: Mapping[str, str] | None) -> None:
    """Refuse a proxy of SOCKS, whose connections are not ours, and a URL that no proxy can have."""
    proxy, is_usable = select_proxy(url, proxies), False
    if not proxy:
        return
    with suppress(ValueError, TypeError):
        parts = parse_url(proxy)
        # The encoding that user and password are sent in.
        ":".join(get_auth_from_url(proxy)).encode("latin-1")
        host = (parts.host or "").encode("idna")
        is_usable = host != b"" and parts.scheme in (None, "http", "https")
    if not is_usable:
        raise NotConnected(_NO_PROXY, is_lasting=True)


class _TimedFile(io.RawIOBase):
    """The stream of an answer, which must end before a deadline."""

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
        # The socket has the read time-out by now, which is always a number.
        raw = _TimedFile(self.fp.detach(), sock.gettimeout() * ANSWER_TIMEOUTS)
        self.fp = io.BufferedReader(raw, _PIECE)

    def _read_status(self) -> Any:
        """Pass over notices such as 103 Early Hints, up to the answer.

        ``http.client`` passes over 100 alone. It takes another notice for the answer, and the
        answer for that of the next request on the connection.
        """
        read: Any = super()._read_status  # type: ignore[misc]  # not in the stubs
        while True:
            version, status, reason = read()
            if status >= 200:
                return version, status, reason
            http.client.parse_headers(self.fp)


# ``http.client.HTTPConnection.debuglevel = 1`` prints every header and body of a process: that of
# these connections stays 0.


class _Plain(HTTPConnection):
    response_class = _TimedResponse
    debuglevel = 0


class _Secure(HTTPSConnection):
    response_class = _TimedResponse
    debuglevel = 0

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, SSLError, http.client.HTTPException, ValueError) as problem:
            # The tunnel of a proxy and the handshake come before the request.
            if "[X509" in str(problem):
                raise NotConnected(_NO_CERTIFICATE, is_lasting=True) from problem
            refused = _NO_TUNNEL.match(str(problem))
            why = f"the proxy refused with {refused[1]}" if refused else ""
            raise NotConnected(why) from problem


class _PlainPool(HTTPConnectionPool):
    ConnectionCls: Any = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls: Any = _Secure


_POOLS = {"http": _PlainPool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    def cert_verify(self, *arguments: Any, **options: Any) -> None:
        verify: Any = super().cert_verify
        try:
            verify(*arguments, **options)
        except OSError as problem:
            raise NotConnected(_NO_BUNDLE, is_lasting=True) from problem

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    # A proxy is checked where a connection is needed, which a sandbox in the process does not use.

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, verify: Any, proxies: Any = None, cert: Any = None
    ) -> Any:
        _check_proxy(str(request.url), proxies)
        return super().get_connection_with_tls_context(request, verify, proxies, cert)

    def get_connection(self, url: str | bytes, proxies: Any = None) -> Any:
        # What requests asks before 2.32; later it is deprecated.
        _check_proxy(str(url), proxies)
        adapter: Any = super()
        return adapter.get_connection(url, proxies)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


_OURS: ContextVar[bool] = ContextVar("_OURS", default=False)

#: Every module of urllib3 that logs.
_LOGGERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")


class _Redaction(logging.Filter):
    """Keeps search terms, and texts that servers echo, out of urllib3's log.

    urllib3 logs whole URLs, and a search for a contact has the address in its query. While a call
    of this library is under way in a thread, the query is cut off. Other requests are logged as
    ever.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if _OURS.get():
            # A malformed header is quoted in the exception.
            record.exc_info = record.exc_text = None
            if isinstance(record.args, tuple):
                record.args = tuple(map(_redacted, record.args))
        return True


def _redacted(arg: object) -> object:
    if isinstance(arg, BaseException):
        return type(arg).__name__
    path, mark, _ = str(arg).partition("?")
    if mark:
        return redact(f"{path}?…")
    return redact(arg) if isinstance(arg, str) else arg


for _name in _LOGGERS:
    logging.getLogger(f"urllib3.{_name}").addFilter(_Redaction())


@contextmanager
def redacted_logs() -> Iterator[None]:
    """Cut the queries off that urllib3 logs in this thread during the block."""
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
