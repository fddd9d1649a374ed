"""The words with which files of other systems say who may be mailed."""

from __future__ import annotations

import re

from icontact.mapping.normalize import read_data, unaccented

_MARKS = {
    **dict.fromkeys("✓✔☑✅☒🗸◯〇○", "yes"),  # a circle is a yes in Japanese forms
    **dict.fromkeys("✗✘✕✖❌☐×", "no"),  # the sign of multiplication, as a cross
}

_GAP = re.compile(r"[\s_\-–—/.,;:!?()\[\]\"'’]+")


def normalize_word(text: str) -> str:
    """Return a cell's text as the tables below have it: small letters, one space between words.

    >>> normalize_word(" Opted-Out ")
    'opted out'
    """
    bare = text.strip().strip("\ufe0f\u200b\ufeff")
    return _MARKS.get(bare) or _GAP.sub(" ", unaccented(bare)).strip()


_TABLES = {
    name: frozenset(map(normalize_word, words))
    for name, words in read_data("consent_words.toml").items()
}

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
