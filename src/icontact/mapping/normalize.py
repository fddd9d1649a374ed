"""Names and words in the form in which they are compared, and the package's data files."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from contextlib import suppress
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any

#: Letters that Unicode does not take apart.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})

#: What the second column of a name has behind it when it is read.
POSITION = re.compile(r" \(column [0-9]+\)$")

#: How letters outside ASCII begin when their UTF-8 is read as Latin-1.
_MOJIBAKE = re.compile("[ÂÃÄÅÎÏÐÑØÙ][\x80-\xff\u0152-\u2122]|â€")


def unaccented(text: str) -> str:
    """Return a text in lower case and without accents: ``"Île"`` and ``"ile"`` are equal."""
    text = _decoded(text).casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    accents = dict.fromkeys(ord(char) for char in set(decomposed) if unicodedata.combining(char))
    return decomposed.translate(accents).translate(_LETTERS)


def _decoded(text: str) -> str:
    """Return a text of a web page, or one that was read in a wrong encoding, as it was meant.

    ``"D&eacute;sabonn&eacute;"`` and ``"DÃ©sabonnÃ©"`` are both ``"Désabonné"``.
    """
    if "&" in text and ";" in text:
        text = unescape(text)
    if _MOJIBAKE.search(text) is not None:
        for encoding in ("cp1252", "latin-1"):
            with suppress(UnicodeError):
                return text.encode(encoding).decode("utf-8")
    return text


def normalize_key(text: str) -> str:
    """Return the letters and digits alone, in lower case and without accents.

    >>> normalize_key("E-Mail Address")
    'emailaddress'
    """
    return "".join(letter for letter in unaccented(text) if letter.isalnum())


def header_words(header: str) -> list[str]:
    """Return the words of a header: ``"HasOptedOutOfEmail"`` has five.

    >>> header_words("doNotEmail"), header_words("UNSUB_TIME")
    (['do', 'not', 'email'], ['unsub', 'time'])
    """
    # Salesforce ends the names of fields that its users made with "__c".
    header = POSITION.sub("", header.removesuffix("__c"))
    apart = "".join(
        f" {letter}" if letter.isupper() and (before.islower() or before.isdigit()) else letter
        for before, letter in zip(" " + header, header, strict=False)
    )
    return [word for word in re.split(r"[\W_]+", unaccented(apart)) if word]


def read_data(name: str) -> dict[str, Any]:
    """Return the content of a data file of this package."""
    return tomllib.loads((files("icontact.mapping") / "data" / name).read_text("utf-8"))


@cache
def words_of(name: str, *tables: str) -> frozenset[str]:
    """Return the words of tables of a data file, which is read when they are first needed."""
    data = read_data(name)
    return frozenset(word for table in tables for word in data[table].split())
