"""A server whose answers are almost right: the sandbox's, changed by a grammar of tricks.

Speaks over a real socket, so that lengths, compression and connections may lie, too.
"""

from __future__ import annotations

import codecs
import copy
import gzip
import json
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from io import BytesIO
from typing import Any, Final
from urllib.parse import unquote

import attrs
from hypothesis import strategies as st

from icontact import errors
from icontact.sandbox import Sandbox

#: A number that no id of a sandbox is near to.
FAR: Final = 9_000_000


@attrs.frozen
class Trick:
    """One change of an answer: its kind, and two numbers that choose where and what.

    Attributes:
        kind: A key of one of the tables below.
        where: Which of the places that the kind may change.
        what: Which of the values that the kind may put there.
    """

    kind: str
    where: int = 0
    what: int = 0


@attrs.define
class TrueAnswer:
    """What the sandbox answered, and what is sent of it."""

    status: int
    body: bytes
    headers: dict[str, str] = attrs.field(factory=dict)
    #: Bytes before the head, and after the body.
    before: bytes = b""
    after: bytes = b""
    status_line: bytes | None = None
    #: How many bytes are sent before the connection ends, at most all but one; None for all.
    cut: int | None = None
    #: Whether the connection stays open and silent after that.
    hangs: bool = False
    resets: bool = False
    chunked: bytes | None = None


Structure = Callable[[Any, Trick, "list[Any]"], Any]

# Changes of the JSON


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Return every place below a document: its container, and its key there."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        container = waiting.pop()
        keys: Sequence[Any] = ()
        if isinstance(container, dict):
            keys = list(container)
        elif isinstance(container, list):
            keys = range(len(container))
        for key in keys:
            found.append((container, key))
            waiting.append(container[key])
    return found


def _lists(document: Any) -> list[list[Any]]:
    inner = [container[key] for container, key in _places(document)]
    return [one for one in [document, *inner] if isinstance(one, list)]


def _chosen(options: Sequence[Any], number: int) -> Any:
    return options[number % len(options)] if options else None


def _changed_place(change: Callable[[Any, Any, int], None]) -> Structure:
    def changed(document: Any, trick: Trick, _: list[Any]) -> Any:
        place = _chosen(_places(document), trick.where)
        if place is not None:
            holder, key = place
            change(holder, key, trick.what)
        return document

    return changed


def _changed_list(change: Callable[[list[Any], int], None]) -> Structure:
    def changed(document: Any, trick: Trick, _: list[Any]) -> Any:
        rows = _chosen([one for one in _lists(document) if one], trick.where)
        if rows is not None:
            change(rows, trick.what)
        return document

    return changed


#: A person that the sandbox knows and the caller did not name.
BYSTANDER: Final = "by.stander@example.com"

#: What a server may know and no text of the client may show: credentials, and a person.
ECHO: Final = f"no: sandbox@example.com, sandbox-password, sandbox-app, {BYSTANDER}"

#: Values of other types and sizes. None of them is a word that iContact uses.
VALUES: Final[tuple[Any, ...]] = (
    None, "", "x", "<b>", "\u0000", "\ud83d", 0, -1, 1, 2**63, 10**30, 1.5, True, False,
    [], {}, [[]], [None], {"x": 1}, "0", "-1", "1e5", " 7 ", "٣", "2024-02-30 25:00:00",
    "a" * 70_000, ECHO,
)  # fmt: skip

SENTENCES: Final = (
    "Data Conversion Warning: terms which could not be recognized: (status)",
    "No Changes Made",
    "[messageId=1] already scheduled for send [sendId=99999999999999999999999]",
    "You did not provide a valid email address",
    "past due",
    ECHO,
    "",
    "x" * 100_000,
)


def _drop(container: Any, key: Any, _: int) -> None:
    del container[key]


def _retype(container: Any, key: Any, what: int) -> None:
    container[key] = copy.deepcopy(_chosen(VALUES, what))


def _rename(container: Any, key: Any, what: int) -> None:
    if isinstance(container, dict):
        value = container.pop(key)
        container[_chosen([key.upper(), key + "s", key[:-1], "", "__class__"], what)] = value


def _wrap(container: Any, key: Any, what: int) -> None:
    value = container[key]
    container[key] = _chosen([[value], {"0": value}, {key: value}, str(value)], what)


def _lengthen(rows: list[Any], what: int) -> None:
    rows += [copy.deepcopy(row) for row in rows] * (what % 40 + 1)


def _one_twice(rows: list[Any], what: int) -> None:
    rows.append(copy.deepcopy(_chosen(rows, what)))


def _shorten(rows: list[Any], what: int) -> None:
    del rows[what % len(rows) :]


def _rotate(rows: list[Any], what: int) -> None:
    turn = what % len(rows)
    rows[:] = rows[turn:] + rows[:turn] if turn else rows[::-1]


def _swap_values(rows: list[Any], what: int) -> None:
    """Give two rows a value of each other, such as the address or the id."""
    mappings = [row for row in rows if isinstance(row, dict)]
    if len(mappings) > 1:
        one, other = mappings[0], mappings[1 + what % (len(mappings) - 1)]
        name = _chosen([key for key in one if key in other], what)
        if name is not None:
            one[name], other[name] = other[name], one[name]


def _same_value(rows: list[Any], what: int) -> None:
    """Give a row a value of another one, such as its id."""
    mappings = [row for row in rows if isinstance(row, dict)]
    if len(mappings) > 1:
        one, other = mappings[0], mappings[1 + what % (len(mappings) - 1)]
        name = _chosen([key for key in one if key in other], what)
        if name is not None:
            other[name] = one[name]


def _renumber(document: Any, trick: Trick, _: list[Any]) -> Any:
    """Give ids that are nowhere in the sandbox: to one thing, or to all."""
    places = [
        (container, key)
        for container, key in _places(document)
        if isinstance(key, str) and key.endswith("Id") and str(container[key]).isdecimal()
    ]
    if places and trick.what % 2:
        places = [_chosen(places, trick.where)]
    for container, key in places:
        container[key] = str(int(container[key]) + FAR)
    return document


def _spoil_ids(document: Any, _: Trick, __: list[Any]) -> Any:
    for container, key in _places(document):
        if isinstance(key, str) and key.endswith("Id"):
            container[key] = ECHO
    return document


def _other_person(document: Any, trick: Trick, _: list[Any]) -> Any:
    places = [place for place in _places(document) if place[1] == "email"]
    place = _chosen(places, trick.where)
    if place is not None:
        place[0]["email"] = _chosen([BYSTANDER, "un.known@example.com", "@", ""], trick.what)
    return document


def _figures(document: Any, trick: Trick, _: list[Any]) -> Any:
    if isinstance(document, dict):
        name = _chosen(["total", "limit", "offset"], trick.where)
        value = _chosen([0, 1, -1, 10**12, 7, "many", None, "3", [], 2.5, 1_000], trick.what)
        document[name] = value
    return document


def _add_sentences(document: Any, trick: Trick, _: list[Any]) -> Any:
    if isinstance(document, dict):
        name = _chosen(["warnings", "errors"], trick.where)
        said = _chosen(SENTENCES, trick.what)
        document[name] = _chosen([[said], said, {"a": {"b": [said]}}, [said] * 500], trick.where)
    return document


def _enveloped(document: Any, trick: Trick, _: list[Any]) -> Any:
    options = [[document], {"data": document}, {}, [], None, "text", 5, True, {"success": True}]
    if isinstance(document, dict):
        options += [*document.values(), {"response": document, "total": 1}]
    return _chosen(options, trick.what)


def _more_keys(document: Any, trick: Trick, _: list[Any]) -> Any:
    place = _chosen([one for one in _places(document) if isinstance(one[0], dict)], trick.where)
    if place is not None:
        place[0].update({f"key{number}": number for number in range(trick.what % 3_000)})
    return document


def _stale(document: Any, trick: Trick, before: list[Any]) -> Any:
    """Answer what was answered to an earlier request."""
    return copy.deepcopy(_chosen(before, trick.where)) if before else document


STRUCTURES: Final[Mapping[str, Structure]] = {
    "drop": _changed_place(_drop),
    "other type": _changed_place(_retype),
    "rename": _changed_place(_rename),
    "wrap": _changed_place(_wrap),
    "longer": _changed_list(_lengthen),
    "one twice": _changed_list(_one_twice),
    "shorter": _changed_list(_shorten),
    "reorder": _changed_list(_rotate),
    "swap values": _changed_list(_swap_values),
    "same value": _changed_list(_same_value),
    "renumber": _renumber,
    "spoilt ids": _spoil_ids,
    "another person": _other_person,
    "figures": _figures,
    "sentences": _add_sentences,
    "envelope": _enveloped,
    "more keys": _more_keys,
    "stale": _stale,
}

# Changes of the text


def _with_odd_number(text: str, trick: Trick) -> str:
    values = [
        "NaN",
        "-Infinity",
        "1e999",
        "9" * 5_000,
        "-0",
        "0x10",
        "1.0E+2",
        "010",
        "[" * 100_000,
    ]
    found = [*re.finditer(r'(?<=[:,\[])("[^"]*"|\d+)(?=[,}\]])', text)]
    place = _chosen(found, trick.where)
    return (
        text[: place.start()] + _chosen(values, trick.what) + text[place.end() :] if place else text
    )


def _with_key_twice(text: str, trick: Trick) -> str:
    """Let a key of an object be there a second time, first or last."""
    found = [*re.finditer(r'"(\w+)":', text)]
    place = _chosen(found, trick.where)
    if place is None:
        return text
    value = _chosen(["null", "[]", "{}", '"x"', "7"], trick.what)
    return f"{text[: place.start()]}{place[0]}{value},{text[place.start() :]}"


def _html(_: str, trick: Trick) -> str:
    pages = ["<html><body>OK</body></html>", "<?xml version='1.0'?><contacts/>"]
    return pages[trick.what % len(pages)]


_JUNK: Final = (")]}',\n", "Notice: x\n", "\x00", "// ", "<!-- -->")

TEXTS: Final[Mapping[str, Callable[[str, Trick], str]]] = {
    "cut": lambda text, trick: text[: trick.where % max(len(text), 1)],
    "empty": lambda _, __: "",
    "html": _html,
    "junk before": lambda text, trick: _chosen(_JUNK, trick.what) + text,
    "junk after": lambda text, trick: text + _chosen(["}", *_JUNK, text], trick.what),
    "space": lambda text, _: " \r\n" * 50_000 + text + "\n" * 50_000,
    "odd number": _with_odd_number,
    "key twice": _with_key_twice,
    "surrogate": lambda text, _: re.sub(r':"', r':"\\ud800', text, count=3),
    "nul": lambda text, _: re.sub(r':"', r':"\\u0000', text, count=3),
    "comment": lambda text, _: text.replace(",", ", /* x */", 1),
    "quotes": lambda text, _: text.replace('"', "'"),
}  # fmt: skip

# Changes of the bytes and of the protocol

ENCODINGS: Final = ("utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-7", "cp500")
STATUSES: Final = (
    102, 200, 201, 202, 203, 204, 205, 206, 207, 226, 299,
    300, 301, 302, 303, 304, 305, 307, 308, 310, 399,
    400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 413, 414, 415, 418, 422, 429, 431, 451, 499,
    500, 501, 502, 503, 504, 505, 507, 520, 599, 600, 999,
)  # fmt: skip


def _status(answer: TrueAnswer, trick: Trick) -> None:
    answer.status = _chosen(STATUSES, trick.what)
    answer.headers["Location"] = _chosen(
        ["http://127.0.0.1:1/", "//evil.example/icp", "", "/icp/a", "\\\\x", "javascript:1"],
        trick.where,
    )
    wishes = ["0", "-5", "1e400", "nan", "soon", "Wed, 99 Foo 2020", "3", "9" * 400]
    answer.headers["Retry-After"] = _chosen(wishes, trick.where)


def _encoding(answer: TrueAnswer, trick: Trick) -> None:
    text = answer.body.decode("utf-8", "surrogateescape")
    with suppress(UnicodeError):
        answer.body = codecs.encode(text, _chosen(ENCODINGS, trick.what))


def _not_utf8(answer: TrueAnswer, trick: Trick) -> None:
    answer.body = answer.body.replace(b'"', b'"\xe9', 1)


def _length(answer: TrueAnswer, trick: Trick) -> None:
    real = len(answer.body)
    answer.headers["Content-Length"] = _chosen(
        [str(real + 9), str(max(real - 3, 0)), "-1", "x", f"{real}, {real}", "9" * 30, ""],
        trick.what,
    )


def _packed(answer: TrueAnswer, trick: Trick) -> None:
    packed = gzip.compress(answer.body)
    named = _chosen(["gzip", "x-gzip", "GZIP", "deflate", "br", "gzip, gzip"], trick.where)
    answer.headers["Content-Encoding"] = named
    options = [
        packed,
        gzip.compress(packed),
        answer.body,
        packed[: len(packed) // 2],
        packed[:-4] + b"\0\0\0\0",
        packed + packed,
        zlib.compress(answer.body),
    ]
    answer.body = _chosen(options, trick.what)


@cache
def _packed_spaces() -> bytes:
    return gzip.compress(b" " * (70 * 2**20), 1)


def _bomb(answer: TrueAnswer, _: Trick) -> None:
    answer.headers["Content-Encoding"] = "gzip"
    answer.body = _packed_spaces()


def _in_chunks(answer: TrueAnswer, trick: Trick) -> None:
    body = answer.body
    answer.chunked = _chosen(
        [
            b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
            b"%x\r\n%s\r\n" % (len(body), body),
            b"zz\r\n" + body,
            b"-5\r\n" + body + b"\r\n0\r\n\r\n",
            b"ffffffffffffffffffff\r\n" + body,
            b"%x;x=1\r\n%s\r\n0\r\nTrailer: 1\r\n\r\n" % (len(body), body),
        ],
        trick.what,
    )


def _headers(answer: TrueAnswer, trick: Trick) -> None:
    added = [
        {f"X-{number}": "1" for number in range(150)},
        {"X-Long": "a" * 70_000},
        {"Set-Cookie": "session=evil; Domain=example.com"},
        {"Content-Type": "text/html; charset=utf-16"},
        {"Transfer-Encoding": "identity, x"},
        {"Connection": "upgrade"},
        {"X Y": "1"},
        {"API-Password": "x"},
    ]
    answer.headers |= _chosen(added, trick.what)


def _first_line(answer: TrueAnswer, trick: Trick) -> None:
    lines = [
        b"HTTP/1.1 two OK", b"ICY 200 OK", b"HTTP/9.9 200 OK", b"", b"\0", b"{}", b"HTTP/1.1 200",
        b"HTTP/0.9 200 OK", b"HTTP/1.1 99 OK", b"HTTP/1.1 1000 OK", b"a" * 70_000,
    ]  # fmt: skip
    answer.status_line = _chosen(lines, trick.what)


def _around(answer: TrueAnswer, trick: Trick) -> None:
    another = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    interim, zeros = b"HTTP/1.1 100 Continue\r\n\r\n", b"\0" * 9
    answer.before, answer.after = _chosen(
        [
            (b"", another),
            (interim, b""),
            (interim * 500, b""),
            (b"\r\n\r\n", b""),
            (b"", zeros),
        ],
        trick.what,
    )


def _ends_early(answer: TrueAnswer, trick: Trick) -> None:
    answer.cut = _chosen([0, 5, 40, trick.where % 2_000], trick.what)
    answer.resets = trick.where % 2 == 0


def _hangs(answer: TrueAnswer, trick: Trick) -> None:
    answer.cut = _chosen([0, 12, len(answer.body)], trick.what)
    answer.hangs = True


PROTOCOL: Final[Mapping[str, Callable[[TrueAnswer, Trick], None]]] = {
    "status": _status,
    "encoding": _encoding,
    "not utf-8": _not_utf8,
    "length": _length,
    "packed": _packed,
    "chunks": _in_chunks,
    "headers": _headers,
    "first line": _first_line,
    "around": _around,
    "ends early": _ends_early,
    "hangs": _hangs,
    "bomb": _bomb,
}

#: Tricks after which the connection ends.
ENDING: Final = frozenset({"length", "chunks", "headers", "first line"})

#: Tricks that take long, so that a short run has none of them.
SLOW: Final = frozenset({"hangs", "bomb"})

#: The classes of the error that a trick leads to, if it meets every answer.
CERTAIN: Final[Mapping[str, tuple[type[errors.IContactError], ...]]] = {
    "empty": (errors.DecodeError,),
    "html": (errors.DecodeError,),
    "cut": (errors.DecodeError,),
    "junk before": (errors.DecodeError,),
    "junk after": (errors.DecodeError,),
    "not utf-8": (errors.DecodeError,),
    # Where a head ends early, and its lengths are lost, the body is empty.
    "ends early": (errors.TransportError, errors.DecodeError),
    "hangs": (errors.RequestTimeout,),
    "bomb": (errors.DecodeError,),
}


def certain_error(trick: Trick) -> tuple[type[errors.IContactError], ...]:
    """Return the errors that a trick leads to if it meets every answer; none if it need not."""
    if trick.kind != "status":
        return CERTAIN.get(trick.kind, ())
    status = _chosen(STATUSES, trick.what)
    if 300 <= status < 400:
        return (errors.RedirectRefused,)
    if status == 102:
        return (errors.TransportError,)  # a notice, and the answer never follows
    if status == 204:
        return (errors.DecodeError,)  # such an answer has no body
    return (errors.class_for_status(status),) if status >= 400 else ()


#: Tricks that every verb meets in every run: refusals, and texts that may not be shown.
ALWAYS_PLAYED: Final = (
    Trick("status", what=STATUSES.index(400)),
    Trick("status", what=STATUSES.index(404)),
    Trick("spoilt ids"),
    # An even place has warnings, an odd one has errors.
    Trick("sentences", where=0, what=SENTENCES.index(ECHO)),
    Trick("sentences", where=1, what=SENTENCES.index(ECHO)),
)


def tricks(*, slow: bool) -> st.SearchStrategy[Trick]:
    """Return the grammar: any kind of trick, anywhere."""
    kinds = [kind for kind in (*STRUCTURES, *TEXTS, *PROTOCOL) if slow or kind not in SLOW]
    number = st.integers(0, 400)
    return st.builds(Trick, st.sampled_from(kinds), number, number)


@attrs.frozen
class Script:
    """What happens to the answers of a server, in their order.

    Attributes:
        acts: The tricks that meet each answer; none for a true one.
        lasts: Whether the last of these goes on for ever; otherwise true answers follow.
    """

    acts: tuple[tuple[Trick, ...], ...]
    lasts: bool

    def tricks_for(self, number: int) -> tuple[Trick, ...]:
        """Return the tricks that meet an answer, counted from 0."""
        if number < len(self.acts):
            return self.acts[number]
        return self.acts[-1] if self.lasts else ()

    @property
    def always(self) -> Trick | None:
        """The one trick that meets every answer, if there is such a one."""
        (only,) = self.acts if len(self.acts) == 1 else ((),)
        return only[0] if self.lasts and len(only) == 1 else None

    def has(self, kind: str) -> bool:
        """Return whether a kind of trick occurs."""
        return any(trick.kind == kind for act in self.acts for trick in act)


def scripts(*, slow: bool = False) -> st.SearchStrategy[Script]:
    """Return scripts: one trick for ever, or some tricks here and there."""
    trick = tricks(slow=slow)
    lasting = trick.map(lambda one: Script(((one,),), lasts=True))
    act = st.lists(trick, max_size=2).map(tuple)
    mixed = st.builds(Script, st.lists(act, min_size=1, max_size=6).map(tuple), st.booleans())
    return lasting | mixed


class HostileServer:
    """A sandbox behind a socket, whose answers follow a script.

    Attributes:
        url: The base URL.
        requests: How many requests came since the script began.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._application = sandbox.wsgi(sleep=lambda _: None)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/icp"
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.play(Script(((),), lasts=False))
        threading.Thread(target=self._accept, daemon=True).start()

    def play(self, script: Script) -> None:
        """Begin a script."""
        self._script = script
        self.requests = 0
        self._before: list[Any] = []

    def close(self) -> None:
        """End the server."""
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, EOFError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb") as stream:
                while self._answer_one(connection, stream):
                    pass

    def _answer_one(self, connection: socket.socket, stream: Any) -> bool:
        """Answer one request, and return whether the connection stays open."""
        line = stream.readline()
        if not line:
            return False
        method, target, _ = line.decode("latin-1").split()
        headers: dict[str, str] = {}
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length", "0"))
        with self._lock:
            answer = self._true_answer(method, target, headers, stream.read(length))
            played = self._script.tricks_for(self.requests)
            self.requests += 1
            self._change(answer, played)
        data = _encoded(answer)
        if answer.cut is None:
            connection.sendall(data)
            # Where a length is a lie, a client would wait for the rest, and after a notice such as
            # 102 for the answer.
            is_whole = answer.status >= 200 and not answer.after
            return is_whole and not any(trick.kind in ENDING for trick in played)
        connection.sendall(data[: min(answer.cut, len(data) - 1)])
        if answer.hangs:
            connection.settimeout(10)
            connection.recv(1)  # until the client hangs up
        elif answer.resets:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        return False

    def _true_answer(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> TrueAnswer:
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
            **{
                f"HTTP_{name.upper().replace('-', '_')}": value
                for name, value in headers.items()
                if name != "accept-encoding"
            },
        }
        said: list[Any] = []

        def start(status: str, fields: list[tuple[str, str]], _: Any = None) -> Any:
            said.extend((int(status.split(maxsplit=1)[0]), dict(fields)))

        content = b"".join(self._application(environ, start))
        said[1].pop("Content-Length", None)
        return TrueAnswer(said[0], content, said[1])

    def _change(self, answer: TrueAnswer, played: Sequence[Trick]) -> None:
        for trick in played:
            if trick.kind in STRUCTURES:
                try:
                    document = json.loads(answer.body)
                except (ValueError, RecursionError):
                    continue  # an earlier trick made it no JSON, or nested it too deep
                changed = STRUCTURES[trick.kind](document, trick, self._before)
                answer.body = json.dumps(changed, separators=(",", ":")).encode()
            elif trick.kind in TEXTS:
                text = answer.body.decode("utf-8", "surrogateescape")
                answer.body = TEXTS[trick.kind](text, trick).encode("utf-8", "surrogateescape")
            else:
                PROTOCOL[trick.kind](answer, trick)
        with suppress(ValueError, RecursionError):
            self._before.append(json.loads(answer.body))


def _encoded(answer: TrueAnswer) -> bytes:
    headers = dict(answer.headers)
    body = answer.body
    if answer.chunked is not None:
        body = answer.chunked
        headers["Transfer-Encoding"] = "chunked"
    elif not headers.setdefault("Content-Length", str(len(body))):
        del headers["Content-Length"]  # the end of the connection ends the body
        answer.after = answer.after or b"\n"
    first = answer.status_line
    if first is None:
        first = f"HTTP/1.1 {answer.status} Whatever".encode()
    head = b"".join(f"{name}: {value}\r\n".encode("latin-1") for name, value in headers.items())
    return answer.before + first + b"\r\n" + head + b"\r\n" + body + answer.after


@contextmanager
def hostile_server(sandbox: Sandbox) -> Iterator[HostileServer]:
    """Run a hostile server in front of a sandbox."""
    server = HostileServer(sandbox)
    try:
        yield server
    finally:
        server.close()
