"""Reads the words with which a cell says whether its person may be mailed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from itertools import chain, product
from typing import Any, Literal, TypeAlias

from icontact.mapping.consent_headers import (
    LIST_WORDS,
    MAIL_WORDS,
    NOTE,
    is_about_something_else,
    is_negated,
    kind_of,
    words_against_mail,
)
from icontact.mapping.normalize import read_data, unaccented
from icontact.mapping.values import is_blank, json_in, unboxed

_CROSS = "✗"

#: Shorter words, such as "si", say something else behind a *no*.
_SHORTEST_NEGATED = 4

_MARKS = {
    **dict.fromkeys("✓✔☑✅🗸〇", "yes"),
    "☐": "no",
    # A cross may say no, or be the mark of a box that was ticked.
    **dict.fromkeys("✘✕✖❌×❎☓⨯╳🗴🗵🗶🗷⊠☒", _CROSS),  # × is the sign of multiplication
    # An empty circle is a yes in Japanese forms, and elsewhere a button that was not chosen.
    **dict.fromkeys("○◯⚪", _CROSS),
}

#: Letters that no one sees: soft hyphens, zero-width spaces, marks of the direction of writing.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0f\ufeff]"
)

_GAP = re.compile(r"[\s_\-–—/.,;:!?()\[\]\"'’]+")


def normalize_word(text: str) -> str:
    """Return a cell's text as the tables below have it: small letters, one space between words.

    >>> normalize_word(" Opted-Out ")
    'opted out'
    """
    word = _GAP.sub(" ", unaccented(_UNSEEN.sub("", text))).strip()
    return _MARKS.get(word, word)


_TABLES = {
    name: frozenset(word.strip() for word in unaccented(words).split(","))
    for name, words in read_data("consent_words.toml").items()
}


def _negated(words: Iterable[str]) -> set[str]:
    """Return words behind each *not*: "not subscribed"."""
    long = [word for word in words if len(word) >= _SHORTEST_NEGATED]
    return set(map(" ".join, product(_TABLES["negations"], long)))


#: Entries that say nothing.
BLANK = _TABLES["blank"]

#: A plain yes, and a plain no; their meaning depends on the column.
YES, NO = _TABLES["yes"], _TABLES["no"]

#: Phrases that say not to mail, whatever the column is about.
REFUSAL = _TABLES["refusal"]

#: Words of mail tools alone: they decide in any column.
MAILABLE = _TABLES["mailable"]
NOT_MAILABLE = _TABLES["not_mailable"] | _negated(MAILABLE) | REFUSAL

#: Words of other fields of life as well: they decide in a column that must say yes.
WEAK_MAILABLE = _TABLES["weak_mailable"]
_WEAK_NEGATED = _negated(WEAK_MAILABLE | YES) - NO - NOT_MAILABLE
WEAK_NOT_MAILABLE = _TABLES["weak_not_mailable"] | _WEAK_NEGATED

#: ``no``: a plain yes means that the person must not be mailed; ``yes``: that they may be.
Meaning: TypeAlias = Literal["no", "yes"]

#: ``mail`` and ``no_mail`` are certain; ``unknown`` is a word that is in no table.
ConsentAnswer: TypeAlias = Literal["mail", "no_mail", "blank", "unknown"]

_NUMBER = re.compile(r"[0-9]{1,9}(?:[.,]0{1,9})?")
_DATE = re.compile(
    r"(?:[12][0-9]{3}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2(?:[0-9]{4}|[0-9]{2})"
    r"|[0-9]{1,2}\.? \w{3,12},? [12][0-9]{3}|\w{3,12}\.? [0-9]{1,2},? [12][0-9]{3}"
    r"|[12][0-9]{3}年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{10}(?:[0-9]{3})?)(?:[T ,].*)?",
    re.DOTALL,
)
_FIRST_WORD = re.compile(r"\s*(\w+)\s*[,.;:!–—-]")

#: The names of the channel e-mail in Mautic and other systems.
_EMAIL_CHANNELS = frozenset({"email", "e-mail", "mail", ""})

#: Answers that need no comma before what follows them.
_ANSWERS = _TABLES["answers"]

#: Words that may follow a yes without changing it, without accents, which are taken off.
_POLITE = _TABLES["polite"]

#: Words that limit a yes.
_HEDGES = _TABLES["hedges"]

#: The words of the longest refusal with which a sentence may begin.
_LONGEST_START = 4

#: A phrase counts in a short sentence at the beginning of a long note. A longer sentence may say
#: that a person wants no e-mails.
_LONGEST_SENTENCE = 30
_LONGEST_NOTE = 2_000

#: A list of tags holds no lists that are deeper.
_DEEPEST = 3

#: With a space around, so that they are found as whole words; Japanese and Chinese have none.
_REFUSALS = tuple(f" {word} " if word[0] < "\u2e80" else word for word in sorted(REFUSAL))
_FIRST_WORDS = frozenset(word.split()[0] for word in REFUSAL)

#: The most words of a title.
_LONGEST_TITLE = 4

#: Words that leave a refusal as it is, and those of an answer that takes nothing, or a part alone.
_ASKING, _WITHOUT, _LIMITS = _TABLES["asking"], _TABLES["without"], _TABLES["limits"]

_SENTENCES = re.compile(r"[;|.!\n]+|\s[-–—]\s")

#: The first letter of *e-mail* or *e-poster*, which is one word in a note.
_HYPHENATED = re.compile(r"\be (?=mail|mejl|post)")

#: What separates tags, labels and remarks; Google's labels are apart by three colons.
_ENTRIES = re.compile(r"[,;|\n]+|:+\s|\s[-–—]\s")

_LONGEST_REFUSAL = 40

#: Letters for a yes in some languages, which are something else in a list of statuses.
_STATUS_LETTERS = frozenset("sotdax")

#: Words that say no, or that may say no, if they are all of a cell.
_NO_WORDS = NOT_MAILABLE | WEAK_NOT_MAILABLE
_NO_STARTS = frozenset(word[:4].partition(" ")[0] for word in _NO_WORDS) | {
    word[:4] for word in MAIL_WORDS | LIST_WORDS
}
#: The first four letters of each word.
_STARTS = re.compile("([a-z]{1,4})[a-z]*")


def read(value: object, meaning: Meaning) -> ConsentAnswer:
    """Return whether a cell lets its person be mailed."""
    value = _plain_value(value)
    if is_blank(value):
        return "blank"
    if isinstance(value, str):
        return _read_text(value, meaning)
    if isinstance(value, date):
        return _plain(True, meaning)
    if isinstance(value, int | float | Decimal | Fraction):  # bool is an int
        return _read_number(value, meaning)
    if isinstance(value, Mapping):
        return _read_entries([value], meaning)
    if isinstance(value, list | tuple | set | frozenset):
        return _read_entries(list(value), meaning)
    return "unknown"


def read_left(value: object) -> ConsentAnswer:
    """Read a cell that dates or explains an unsubscribe: any entry is a no."""
    answer = read(value, "no")
    return "no_mail" if answer == "unknown" else answer


def read_false_as_unknown(value: object) -> ConsentAnswer:
    """Read a cell of Mautic's import column: there ``false`` never lifted a do-not-contact.

    So the word leaves open whether the person is mailed in Mautic, which 0 and a blank do not say.
    """
    is_word = any(normalize_word(text) == "false" for text in texts_in(value))
    return "unknown" if is_word else read(value, "no")


def read_letter_as_unknown(value: object) -> ConsentAnswer:
    """Read a general status: a letter such as *s* is a code, not Spanish *sí*."""
    word = normalize_word(value) if isinstance(value, str) else ""
    return "unknown" if len(word) == 1 and word in _STATUS_LETTERS else read(value, "yes")


def is_strong(value: object) -> bool:
    """Return whether a cell holds a word that mail tools alone use."""
    return any(normalize_word(text) in MAILABLE | NOT_MAILABLE for text in texts_in(value))


def is_strong_no(value: object) -> bool:
    """Return whether a cell holds a mail tool's word for a person who must not be mailed."""
    texts = texts_in(value)
    return bool(texts) and all(normalize_word(text) in NOT_MAILABLE for text in texts)


def refusal_in(value: object) -> str | None:
    """Return the phrase, such as *do not contact*, with which a cell of any column refuses.

    A phrase counts in a short sentence or an entry of a list; a long note may be about something
    else that is not to be done.
    """
    texts, plain = texts_in(value), _plain_value(value)
    if isinstance(plain, str):
        texts.append(plain)  # which holds what JSON has in objects, or in deeper lists
    sentences = [one for text in texts for one in _SENTENCES.split(text[:_LONGEST_NOTE])]
    # Parts between commas have what is said; a whole sentence also has who wants it.
    whole = (one for one in sentences if "," in one and len(one.split()) > NOTE)
    parts = (part for one in sentences for part in one.split(","))
    for words in map(normalize_word, chain(parts, whole)):
        if (length := len(words.split())) > _LONGEST_SENTENCE:
            continue
        # Most sentences have no word with which a refusal begins.
        starts = not (words.isascii() and _FIRST_WORDS.isdisjoint(words.split()))
        if starts and length <= NOTE:
            found = next((phrase for phrase in _REFUSALS if phrase in f" {words} "), None)
            if found is not None:
                return found.strip()
        if counted := words_against_mail(_HYPHENATED.sub("e", words).split()):
            return " ".join(counted)
    return None


def refusing_entry(value: object) -> str | None:
    """Return the tag or the one of several entries that is of people who must not be mailed."""
    for entry in chain.from_iterable(map(_ENTRIES.split, texts_in(value))):
        is_short = len(entry) <= _LONGEST_REFUSAL and "@" not in entry
        if is_short and names_refusal(entry) and not is_about_something_else(entry.lower().split()):
            return normalize_word(entry)
    return None


def names_refusal(title: str) -> bool:
    """Return whether a title, a sheet's name or a tag is one of people who must not be mailed."""
    # A longer one may say that they are left out.
    is_short = len(title.split()) <= _LONGEST_TITLE
    return is_short and (kind_of(title) == "no" or normalize_word(title) in NOT_MAILABLE)


def denies(value: object, *, is_choice: bool) -> bool:
    """Return whether a cell of a column about e-mails says no, also in words of its own.

    With ``is_choice`` one that chooses none of several ways of contact says no, too.
    """
    if (answer := read(value, "yes")) in ("mail", "no_mail"):
        return answer == "no_mail"
    if refusing_entry(value) is not None:
        return True
    for words in (normalize_word(text).split() for text in texts_in(value)):
        if words and len(words) <= NOTE:
            is_none = not _WITHOUT.isdisjoint(words) and (len(words) > 1 or is_choice)
            if is_none or is_negated(words) or not _LIMITS.isdisjoint(words):
                return True
    return False


def is_plain_refusal(value: object) -> bool:
    """Return whether a cell, or an entry of its list, holds such a phrase, and nothing else."""
    return not _is_harmless(value) and any(
        len(text) <= _LONGEST_REFUSAL and normalize_word(text) in REFUSAL
        for text in texts_in(value)
    )


def asked_refusal(value: object) -> str | None:
    """Return such a phrase of a cell that may ask for it politely: "Unsubscribe me please"."""
    for word in map(normalize_word, texts_in(value)):
        if word in REFUSAL or " ".join(w for w in word.split() if w not in _ASKING) in REFUSAL:
            return word
    return None


def no_doubtful_word(values: Iterable[object]) -> bool:
    """Return whether it is seen at once that none of plain values has a `doubtful_word`."""
    # Most cells are names and places, which have no such word.
    text = "\n".join([value for value in values if type(value) is str])
    # These marks begin a letter in HTML and in JSON: "D&eacute;sabonn&eacute;", "\\u006eo".
    is_plain = text.isascii() and "&" not in text and "\\" not in text
    return is_plain and _NO_STARTS.isdisjoint(_STARTS.findall(text.lower()))


def _is_harmless(value: object) -> bool:
    """Return whether it is seen at once that a value has no `doubtful_word`."""
    if value is None or isinstance(value, int | float):
        return True
    return type(value) is str and no_doubtful_word(
        [value if value.isascii() else unaccented(value)]
    )


def doubtful_word(value: object) -> str | None:
    """Return the phrase or the word with which a cell may say no, whatever its column is."""
    if _is_harmless(value):
        return None
    words = [normalize_word(text) for text in texts_in(value) if len(text) <= _LONGEST_REFUSAL]
    found = next((word for word in words if word in _NO_WORDS), None)
    return found or refusal_in(value) or refusing_entry(value)


def texts_in(value: object) -> list[str]:
    """Return the texts of a cell: its own, or those of a list, which may be in JSON."""
    value = _plain_value(value)
    if isinstance(value, str) and isinstance(found := json_in(value.lstrip()), list):
        value = found or value
    texts: list[str] = []
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        plain = list(map(_plain_value, level))
        texts += [one for one in plain if isinstance(one, str)]
        lists = [one for one in plain if isinstance(one, list | tuple | set | frozenset)]
        level = [inner for one in lists for inner in one]
    return texts


def _plain_value(value: object) -> object:
    """Return what a value of NumPy, of an enum, or of a database's bytes holds."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return unboxed(value)


def _plain(said: bool, meaning: Meaning) -> ConsentAnswer:
    return "mail" if said is (meaning == "yes") else "no_mail"


def _read_number(value: float | Decimal | Fraction, meaning: Meaning) -> ConsentAnswer:
    if value in (0, 1):
        return _plain(bool(value), meaning)
    if 10**9 <= value < 10**10 or 10**12 <= value < 10**13:
        return _plain(True, meaning)  # a time in seconds or milliseconds, as in its text
    # Beyond 1 it is Mautic's reason (1 unsubscribed, 2 bounced, 3 manual), or a count of bounces.
    return "no_mail" if meaning == "no" else "unknown"


def _read_text(value: str, meaning: Meaning) -> ConsentAnswer:
    text = _UNSEEN.sub("", value).strip().lstrip("'")
    if (found := json_in(text)) is not None:
        return read(found, meaning)
    word = normalize_word(text)
    if word in BLANK or not text.strip("-–—. "):
        return "blank"
    # In doubt the person is not mailed: such marks permit in neither kind of column.
    if word in NOT_MAILABLE or word == _CROSS:
        return "no_mail"
    if word in MAILABLE:
        return "mail"
    if word in YES or word in NO:
        return _plain(word in YES, meaning)
    if meaning == "yes" and word in WEAK_MAILABLE | WEAK_NOT_MAILABLE:
        return "mail" if word in WEAK_MAILABLE else "no_mail"
    if _DATE.fullmatch(text):
        return _plain(True, meaning)
    if _NUMBER.fullmatch(text):
        return _read_number(Decimal(text.replace(",", ".")), meaning)
    return _read_sentence(text, meaning)


def _read_sentence(text: str, meaning: Meaning) -> ConsentAnswer:
    """Read ``"Yes, please"`` and ``"No thanks"`` by their first word."""
    first, *rest = words = normalize_word(text).split() or [""]
    refusals = NOT_MAILABLE if meaning == "no" else NOT_MAILABLE | WEAK_NOT_MAILABLE
    for count in range(min(len(words) - 1, _LONGEST_START), 0, -1):
        others = words[count:]
        # "Unsubscribed (2024-01-31)", but not "Unsubscribed: no"
        if " ".join(words[:count]) in refusals and NO.isdisjoint(others) and not is_negated(others):
            return "no_mail"
    if meaning == "no" or len(first) < 2 or first not in YES | NO:
        return "unknown"
    is_apart = _FIRST_WORD.match(text) is not None
    if first in NO:
        return "no_mail" if is_apart or (first in _ANSWERS and len(rest) <= 3) else "unknown"
    if is_negated(rest) or not _HEDGES.isdisjoint(rest):
        return "unknown"  # "Yes, but only by post"
    return "mail" if is_apart or (first in _ANSWERS and _POLITE.issuperset(rest)) else "unknown"


def _read_entries(entries: list[Any], meaning: Meaning) -> ConsentAnswer:
    """Read a list of subscriptions, or of the channels on which a person must not be contacted."""
    if all(isinstance(one, Mapping) and "channel" in one for one in entries):
        channels = {str(one["channel"] or "").casefold() for one in entries}
        return "no_mail" if channels & _EMAIL_CHANNELS else "blank"
    if entries and all(isinstance(one, str | bytes | bool | Enum) for one in entries):
        return "no_mail" if {read(one, meaning) for one in entries} == {"no_mail"} else "unknown"
    said = {_read_state(one, meaning) for one in entries}
    if said <= {"mail", "no_mail"}:
        # Of several lists, one that is left is enough.
        return "mail" if "mail" in said else "no_mail"
    return "unknown"


def _read_state(entry: object, meaning: Meaning) -> ConsentAnswer:
    """Read what an object says: its status, or its flags, such as ``{"email": false}``."""
    if not isinstance(entry, Mapping):
        return "unknown"
    found = next((entry[name] for name in ("status", "value") if name in entry), None)
    if found is None:
        return _read_flags(entry, meaning)
    return read(found, meaning) if isinstance(found, str | bool) else "unknown"


def _read_flags(entry: Mapping[Any, Any], meaning: Meaning) -> ConsentAnswer:
    """Read an object such as ``{"news": false, "offers": false}``: its flags have to agree."""
    flags = plain_flags(entry)
    if flags and all(one is flags[0] for one in entry.values() if not is_blank(one)):
        return _plain(flags[0], meaning)
    return "no_mail" if meaning == "yes" and flags and not any(flags) else "unknown"


def plain_flags(value: object) -> list[bool]:
    """Return the flags of an object, also in JSON, if it has nothing else. *No* is a flag, too."""
    if isinstance(value, str):
        value = json_in(value.lstrip())
    entries = value.values() if isinstance(value, Mapping) else ()
    words = [normalize_word(str(one)) for one in entries if not is_blank(one)]
    return [word in YES for word in words] if YES.union(NO).issuperset(words) else []
