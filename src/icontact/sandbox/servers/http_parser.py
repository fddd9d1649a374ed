"""Reading HTTP/1.x requests from a connection: tolerant of clients, bounded in size and time."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

_MAX_LINE = 16 * 1024
_MAX_HEAD = 64 * 1024
_MAX_HEADERS = 200
_MAX_CHUNK_LINE = 1024

_RECEIVED = 64 * 1024
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_VERSION = re.compile(r"HTTP/(\d)\.(\d)")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})([ \t]*;[^\r\n]*)?\r\n")
# A longer length is beyond every limit, and beyond what Python converts to a number.
_DIGITS = 18
# These headers say where a body ends. All programs on the way have to read them in the same way.
_FRAMING = frozenset({"content-length", "transfer-encoding"})


class Unreadable(Exception):
    """What arrived is not a request; the status to answer with before the connection is closed."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@attrs.frozen(kw_only=True)
class Head:
    """The request line and the headers; names are lower-cased."""

    method: str
    target: str = attrs.field(repr=False)
    minor: int
    headers: dict[str, str] = attrs.field(repr=False)
    is_chunked: bool = False
    length: int = 0

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays open: by default in HTTP/1.1, on request in 1.0."""
        connection = self.headers.get("connection", "").lower()
        return "close" not in connection if self.minor else "keep-alive" in connection

    @property
    def awaits_continue(self) -> bool:
        """Whether the client sends its body only after a 100 Continue."""
        return self.minor > 0 and self.headers.get("expect", "").lower() == "100-continue"


def _parse_head(raw: bytes) -> Head:
    """Parse the request line and the headers, or raise Unreadable: 400, 414, 431, 501 or 505."""
    first, *lines = raw.decode("latin-1").replace("\r\n", "\n").split("\n")
    if len(first) > _MAX_LINE:
        raise Unreadable(414)
    if len(lines) > _MAX_HEADERS:
        raise Unreadable(431)
    words = first.split()
    version = _VERSION.fullmatch(words[-1]) if len(words) == 3 else None
    if version is None:
        raise Unreadable(400)
    if version[1] != "1":
        raise Unreadable(505)
    minor, headers = int(version[2]), _parse_headers(lines)
    return Head(
        method=words[0],
        target=words[1],
        minor=minor,
        headers=headers,
        is_chunked=_is_chunked(headers, minor),
        length=parse_length(headers.get("content-length", "0")),
    )


def parse_length(digits: str) -> int:
    """Read a length; a length beyond every limit may come out as another such length.

    Raises:
        Unreadable: 400, if it is not a number.
    """
    if not (digits.isascii() and digits.isdecimal()):
        raise Unreadable(400)
    return int(digits.lstrip("0")[:_DIGITS] or "0")


def _is_chunked(headers: dict[str, str], minor: int) -> bool:
    """Say whether a body comes in chunks; refuse what other programs may read in another way."""
    given = headers.get("transfer-encoding")
    if given is None:
        return False
    codings = [coding.strip(" \t").lower() for coding in given.split(",")]
    ambiguous = minor == 0 or "content-length" in headers
    if ambiguous or "" in codings or "chunked" in codings[:-1]:
        raise Unreadable(400)
    if codings not in (["identity"], ["chunked"]):
        raise Unreadable(501)
    return codings == ["chunked"]


def _parse_headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        if "\r" in line or "\0" in line:
            raise Unreadable(400)
        if line[:1] in {" ", "\t"} and name:
            # The old way to continue a header in the next line.
            if name in _FRAMING:
                raise Unreadable(400)
            headers[name] = f"{headers[name]} {line.strip()}".strip()
            continue
        given, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(given):
            raise Unreadable(400)
        # Python knows more white space, which HTTP does not.
        name, value = given.lower(), value.strip(" \t")
        before = headers.get(name)
        if before is not None and not (name == "content-length" and before == value):
            # Two lengths together are not a number, and so refused.
            value = f"{before}, {value}"
        headers[name] = value
    return headers


class RequestReader:
    """Reads requests from a connection, one after the other.

    ``patience`` is how many seconds a client may be silent between requests, and how many it may
    take for a head, and again for a body.
    """

    def __init__(self, connection: socket.socket, patience: float) -> None:
        self._connection = connection
        self._patience = patience
        self._deadline = 0.0
        self._buffer = bytearray()

    def read_head(self) -> Head | None:
        """Return the next head, or ``None`` if the client has left or is silent.

        Raises:
            Unreadable: It is not a head, or it comes too slowly.
        """
        self._deadline = time.monotonic() + self._patience
        while not self._buffer:
            try:
                self._receive()
            except (EOFError, TimeoutError):
                return None
            # Some clients send an empty line after a body.
            self._buffer = self._buffer.lstrip(b"\r\n")
        with self._in_time():
            while (end := _END_OF_HEAD.search(self._buffer)) is None:
                if len(self._buffer) > _MAX_HEAD:
                    raise Unreadable(431)
                if len(self._buffer) > _MAX_LINE and b"\n" not in self._buffer:
                    raise Unreadable(414)
                self._receive()
        raw = bytes(self._buffer[: end.start()])
        del self._buffer[: end.end()]
        if len(raw) > _MAX_HEAD:
            raise Unreadable(431)
        return _parse_head(raw)

    def read_body(self, head: Head, most: int) -> tuple[bytes, bool]:
        """Return the body of a request, and whether it was longer than allowed, and is dropped.

        Raises:
            Unreadable: It ends early, comes too slowly, or is not as the head says.
        """
        with self._in_time():
            return gathered(self._chunks() if head.is_chunked else self._take(head.length), most)

    def _chunks(self) -> Iterator[bytes]:
        while True:
            size = _CHUNK_SIZE.fullmatch(self._line())
            if size is None:
                raise Unreadable(400)
            if int(size[1], 16) == 0:
                break
            yield from self._take(int(size[1], 16))
            if self._line() != b"\r\n":
                raise Unreadable(400)
        for _ in range(_MAX_HEADERS):
            trailer = self._line()
            if not trailer.endswith(b"\r\n"):
                raise Unreadable(400)
            if trailer == b"\r\n":
                return
        raise Unreadable(431)

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n", 0, _MAX_CHUNK_LINE)) < 0:
            if len(self._buffer) >= _MAX_CHUNK_LINE:
                raise Unreadable(400)
            self._receive()
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line

    def _take(self, count: int) -> Iterator[bytes]:
        """Yield the next bytes of the connection, up to a count."""
        while count > 0:
            if not self._buffer:
                self._receive()
            part = bytes(self._buffer[:count])
            del self._buffer[:count]
            count -= len(part)
            yield part

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Refuse a request that ends early, or takes too long."""
        self._deadline = time.monotonic() + self._patience
        try:
            yield
        except EOFError:
            raise Unreadable(400) from None
        except TimeoutError:
            raise Unreadable(408) from None

    def _receive(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        received = self._connection.recv(_RECEIVED)
        if not received:
            raise EOFError
        self._buffer += received


def gathered(parts: Iterator[bytes], most: int) -> tuple[bytes, bool]:
    """Return a body, and whether it was longer than allowed, and is dropped."""
    body, too_long = bytearray(), False
    for part in parts:
        too_long = too_long or len(body) + len(part) > most
        if not too_long:
            body += part
    return (b"", True) if too_long else (bytes(body), False)
