"""Removes credentials and addresses from texts, in every form that a server may write them."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from html.entities import codepoint2name

__all__ = ["hide_addresses", "hide_secrets", "printable"]

#: Shorter secrets are not searched for in texts: replacing "a" everywhere would hide the text.
_SHORTEST_SECRET = 4

_AT = r"(?:@|%(?:25){0,4}40|&(?:amp;){0,4}(?:#0{0,6}64|#x0{0,6}40|commat);|\\{1,8}u0040)"
_WORD = r"[^\s@<>\"'(),;:=\[\]]"
_QUOTE = r"(?:\"|&(?:amp;){0,4}(?:quot|#0{0,6}34);)"
# Looks behind so that a long word is tried once, not from each of its letters.
_ADDRESS = re.compile(
    rf"(?<!{_WORD}){_WORD}+?{_AT}{_WORD}+|{_QUOTE}[^\"@<>]{{1,64}}{_QUOTE}{_AT}{_WORD}+?\.{_WORD}+",
    re.IGNORECASE,
)
#: What stays of "o'neill@…" before that: an apostrophe and the like, and the letters before it.
_MARK = r"(?:'|&(?:amp;){0,4}#?\w{1,8};)"
_BEGINNING = re.compile(rf"{_WORD}(?:{_WORD}|{_MARK})*(?<=[';])$")
_LONGEST_BEGINNING = 100

_ENTITIES = {**codepoint2name, ord("'"): "apos"}

#: The characters of base64 that travel in other forms, too.
_BASE64_FORMS = {"+": r"(?:\+|-|%2B)", "/": r"(?:\\{0,8}/|_|%2F)"}
# Looks behind for the same reason: whatever a server sends, the time grows with its length only.
_START_OF_BASE64 = r"(?<![A-Za-z0-9+/_-])"
_REST_OF_BASE64 = r"[A-Za-z0-9+/_-]*"


def printable(text: str) -> str:
    """Return a text in one line, without characters that cannot be printed."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def hide_addresses(text: str) -> str:
    """Return a text without e-mail addresses."""
    *before, last = _ADDRESS.split(text)
    cut = (
        one[:-_LONGEST_BEGINNING] + _BEGINNING.sub("", one[-_LONGEST_BEGINNING:]) for one in before
    )
    return "<address>".join((*cut, last))


def hide_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text without secrets.

    They are found as they are, escaped for HTML, JSON or URLs, in base64, in hexadecimal digits,
    and in another encoding than they were sent in.
    """
    pattern = _pattern(tuple(secrets))
    return pattern.sub("<hidden>", text) if pattern else text


@lru_cache(maxsize=16)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    """Return what matches any of some secrets in any of its forms."""
    long_enough = [one for one in secrets if len(one) >= _SHORTEST_SECRET]
    forms: list[str] = []
    for secret in sorted(long_enough, key=len, reverse=True):
        misread = secret.encode("latin-1", "replace").decode("utf-8", "replace")
        forms += ["".join(map(_character, secret)), re.escape(misread), *_packed(secret)]
    return re.compile("|".join(forms), re.IGNORECASE) if forms else None


def _character(c: str) -> str:
    """Return what matches one character in any form that a server may give it."""
    number, utf_8 = ord(c), c.encode("utf-8", "surrogatepass")
    utf_16 = c.encode("utf-16-be", "surrogatepass").hex()
    units = [utf_16[place : place + 4] for place in range(0, len(utf_16), 4)]
    forms = [
        "".join(rf"\\{{1,8}}u{unit}" for unit in units),
        rf"&(?:amp;){{0,4}}#0{{0,6}}{number};?",
        rf"&(?:amp;){{0,4}}#x0{{0,6}}{number:x};?",
        _percent(utf_8),
    ]
    if name := _ENTITIES.get(number):
        forms.append(rf"&(?:amp;){{0,4}}{name};")
    if number < 256:
        forms += [rf"\\{{1,8}}x{number:02x}", _percent(bytes([number]))]
    if c == " ":
        forms.append(r"\+")
    if not c.isascii():
        # As it looks when its octets are read in another encoding.
        looks = [utf_8.decode("latin-1"), utf_8.decode("cp1252", "replace")]
        looks += [unicodedata.normalize("NFD", c), "\ufffd", "?"]
        forms += map(re.escape, looks)
    # As it is comes last: "&" is the beginning of "&amp;", too.
    forms.append(r"\\{0,8}" + re.escape(c))
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def _percent(octets: bytes) -> str:
    return "".join(f"%(?:25){{0,4}}{octet:02x}" for octet in octets)


def _packed(secret: str) -> list[str]:
    """Return what matches a secret in base64, wherever it begins there, or in hexadecimal."""
    found = []
    for encoding in ("utf-8", "latin-1"):
        octets = secret.encode(encoding, "replace")
        found.append(octets.hex())
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + octets).decode().rstrip("=")
            # The characters at both ends also hold bits of what is beside the secret.
            start, end = -(-before * 8 // 6), (before + len(octets)) * 8 // 6
            core = "".join(_BASE64_FORMS.get(c, re.escape(c)) for c in coded[start:end])
            found.append(f"{_START_OF_BASE64}{_REST_OF_BASE64}{core}{_REST_OF_BASE64}(?:=|%3D)*")
    return list(dict.fromkeys(found))
