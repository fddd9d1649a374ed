"""The words with which files of other systems say who may be mailed."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files

_MARKS = {
    **dict.fromkeys("✓✔☑✅☒🗸◯〇○", "yes"),  # a circle is a yes in Japanese forms
    **dict.fromkeys("✗✘✕✖❌☐×", "no"),  # the sign of multiplication, as a cross
}

_GAP = re.compile(r"[\s_\-–—/.,;:!?()\[\]\"'’]+")


def plain(text: str) -> str:
    """Return a text in lower case and without accents, as words and headers are compared."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    # NFKD takes Polish and Nordic letters apart only in part.
    return kept.translate(_LETTERS)


_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def normalize_word(text: str) -> str:
    """Return a cell's text as the tables below have it: small letters, one space between words.

    >>> normalize_word(" Opted-Out ")
    'opted out'
    """
    bare = text.strip().strip("\ufe0f\u200b\ufeff")
    return _MARKS.get(bare) or _GAP.sub(" ", plain(bare)).strip()


def _read_tables() -> dict[str, frozenset[str]]:
    text = (files("icontact.mapping") / "data" / "consent_words.toml").read_text("utf-8")
    return {
        name: frozenset(map(normalize_word, words)) for name, words in tomllib.loads(text).items()
    }


_TABLES = _read_tables()

#: What a cell holds that says nothing.
BLANK = _TABLES["blank"]

#: A plain yes, and a plain no: what they mean, the column says.
YES, NO = _TABLES["yes"], _TABLES["no"]

#: Phrases that say not to mail, whatever the column is about.
REFUSAL = _TABLES["refusal"]

#: Words of mail tools alone: they decide in any column.
MAILABLE, NOT_MAILABLE = _TABLES["mailable"], _TABLES["not_mailable"] | REFUSAL

#: Words of other fields of life as well: they decide in a column that must say yes.
WEAK_MAILABLE = _TABLES["weak_mailable"]
WEAK_NOT_MAILABLE = _TABLES["weak_not_mailable"]
