"""Reading HTTP/1.x from a connection: tolerant of what clients send, bounded in size and time."""

from __future__ import annotations

import re
import socket
import time

import attrs

MAX_LINE = 16 * 1024
MAX_HEAD = 64 * 1024
MAX_HEADERS = 200

_RECEIVED = 64 * 1024
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_VERSION = re.compile(r"HTTP/(\d)\.(\d)")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})([ \t]*;[^\r\n]*)?\r\n")
_MAX_CHUNK_LINE = 1024
# A longer length is beyond every limit, and beyond what Python makes a number of.
_DIGITS = 18
# What says where a body ends. Whether others read it the same has to be beyond doubt.
_FRAMING = frozenset({"content-length", "transfer-encoding"})


class Unreadable(Exception):
    """What arrived is no request: the status to answer with before the connection is closed."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@attrs.frozen(kw_only=True)
class Head:
    """The request line and the headers; names are lower-cased.

    ``length`` says how long the body is, unless it comes in chunks.
    """

    method: str
    target: str = attrs.field(repr=False)
    minor: int
    headers: dict[str, str] = attrs.field(repr=False)
    is_chunked: bool = False
    length: int = 0

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to go on: the rule since HTTP/1.1, by request in 1.0."""
        wishes = self.headers.get("connection", "").lower()
        if self.minor == 0:
            return "keep-alive" in wishes
        return "close" not in wishes

    @property
    def awaits_continue(self) -> bool:
        """Whether the client holds its body back until it is told to go on."""
        return self.minor > 0 and self.headers.get("expect", "").lower() == "100-continue"


def parse(raw: bytes) -> Head:
    """Take a head apart.

    Raises:
        Unreadable: 400, 414, 431, 501 or 505.
    """
    first, *lines = raw.decode("latin-1").replace("\r\n", "\n").split("\n")
    if len(first) > MAX_LINE:
        raise Unreadable(414)
    if len(lines) > MAX_HEADERS:
        raise Unreadable(431)
    words = first.split()
    version = _VERSION.fullmatch(words[-1]) if len(words) == 3 else None
    if version is None:
        raise Unreadable(400)
    if version[1] != "1":
        raise Unreadable(505)
    method, target = words[:2]
    minor, headers = int(version[2]), _headers(lines)
    return Head(
        method=method,
        target=target,
        minor=minor,
        headers=headers,
        is_chunked=_is_chunked(headers, minor),
        length=parse_length(headers.get("content-length", "0")),
    )


def parse_length(digits: str) -> int:
    """Read a length; one that is beyond every limit may come out as another one that is.

    Raises:
        Unreadable: 400, if it is not a number.
    """
    if not (digits.isascii() and digits.isdecimal()):
        raise Unreadable(400)
    return int(digits.lstrip("0")[:_DIGITS] or "0")


def _is_chunked(headers: dict[str, str], minor: int) -> bool:
    """Tell whether a body comes in chunks, and refuse what others may read in another way."""
    given = headers.get("transfer-encoding")
    if given is None:
        return False
    if minor == 0 or "content-length" in headers:
        raise Unreadable(400)
    codings = [coding.strip(" \t").lower() for coding in given.split(",")]
    if "" in codings or "chunked" in codings[:-1]:
        raise Unreadable(400)
    if codings not in (["identity"], ["chunked"]):
        raise Unreadable(501)
    return codings == ["chunked"]


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        if "\r" in line or "\0" in line:
            raise Unreadable(400)
        if line[:1] in {" ", "\t"} and name:
            # The old way to go on in the next line.
            if name in _FRAMING:
                raise Unreadable(400)
            headers[name] = f"{headers[name]} {line.strip()}".strip()
            continue
        given, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(given):
            raise Unreadable(400)
        # Not what else counts as white space in Python: others do not take it for such.
        name, value = given.lower(), value.strip(" \t")
        before = headers.get(name)
        if before is not None and not (name == "content-length" and before == value):
            # Two lengths are no number any more, as they should not be.
            value = f"{before}, {value}"
        headers[name] = value
    return headers


class RequestReader:
    """Requests from a connection, one after the other.

    Args:
        line: The connection.
        patience: For how many seconds a client may keep silent between requests, and how many it
            may take for a head, and again for a body.
    """

    def __init__(self, line: socket.socket, patience: float) -> None:
        self._line = line
        self._patience = patience
        self._deadline = 0.0
        self._buffer = bytearray()

    def head(self) -> Head | None:
        """Return the next head, or ``None`` if the client has left or keeps silent.

        Raises:
            Unreadable: What comes is none, or it comes too slowly.
        """
        self._start()
        while not self._buffer:
            try:
                self._receive()
            except (EOFError, TimeoutError):
                return None
            # Some clients send an empty line after a body.
            self._buffer = self._buffer.lstrip(b"\r\n")
        self._start()
        try:
            while (end := _END_OF_HEAD.search(self._buffer)) is None:
                self._refuse_long_heads()
                self._receive()
        except EOFError:
            raise Unreadable(400) from None
        except TimeoutError:
            raise Unreadable(408) from None
        raw = bytes(self._buffer[: end.start()])
        del self._buffer[: end.end()]
        if len(raw) > MAX_HEAD:
            raise Unreadable(431)
        return parse(raw)

    def body(self, head: Head, most: int) -> tuple[bytes, bool]:
        """Return the body of a request, and whether it was too long; then nothing of it is kept.

        Raises:
            Unreadable: It ends early, comes too slowly, or is not what the head announced.
        """
        self._start()
        kept = _Kept(most)
        try:
            if head.is_chunked:
                self._chunks(kept)
            else:
                self._pass(head.length, kept)
        except EOFError:
            raise Unreadable(400) from None
        except TimeoutError:
            raise Unreadable(408) from None
        return (b"", True) if kept.too_long else (bytes(kept.content), False)

    def _refuse_long_heads(self) -> None:
        if len(self._buffer) > MAX_HEAD:
            raise Unreadable(431)
        if len(self._buffer) > MAX_LINE and b"\n" not in self._buffer:
            raise Unreadable(414)

    def _chunks(self, kept: _Kept) -> None:
        while size := self._chunk_size():
            self._pass(size, kept)
            if self._text_line() != b"\r\n":
                raise Unreadable(400)
        for _ in range(MAX_HEADERS):
            line = self._text_line()
            if not line.endswith(b"\r\n"):
                raise Unreadable(400)
            if line == b"\r\n":
                return
        raise Unreadable(431)

    def _chunk_size(self) -> int:
        found = _CHUNK_SIZE.fullmatch(self._text_line())
        if found is None:
            raise Unreadable(400)
        return int(found[1], 16)

    def _text_line(self) -> bytes:
        while (end := self._buffer.find(b"\n", 0, _MAX_CHUNK_LINE)) < 0:
            if len(self._buffer) >= _MAX_CHUNK_LINE:
                raise Unreadable(400)
            self._receive()
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line

    def _pass(self, count: int, kept: _Kept) -> None:
        """Take so many bytes off the connection."""
        while count > 0:
            if not self._buffer:
                self._receive()
            taken = self._buffer[:count]
            del self._buffer[:count]
            count -= len(taken)
            kept.add(taken)

    def _start(self) -> None:
        self._deadline = time.monotonic() + self._patience

    def _receive(self) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._line.settimeout(left)
        received = self._line.recv(_RECEIVED)
        if not received:
            raise EOFError
        self._buffer += received


@attrs.define
class _Kept:
    """What is kept of a body: all, or nothing if it is too long."""

    most: int
    content: bytearray = attrs.field(factory=bytearray)
    too_long: bool = False

    def add(self, more: bytes | bytearray) -> None:
        self.too_long = self.too_long or len(self.content) + len(more) > self.most
        if self.too_long:
            self.content.clear()
        else:
            self.content += more
