"""A full name, taken apart."""

from __future__ import annotations

from functools import partial
from itertools import takewhile
from typing import Literal, get_args

from icontact.mapping.normalize import words_of
from icontact.mapping.values import TransformResult, clean_text

NamePart = Literal["prefix", "first", "last", "suffix"]
NAME_PARTS: tuple[str, ...] = get_args(NamePart)

_words = partial(words_of, "name_words.toml")


def is_honorific(text: str) -> bool:
    """Return whether a text is a title before a name, or several: ``"Prof. Dr."``."""
    words = text.replace(".", " ").casefold().split()
    return bool(words) and _words("prefixes", "more_prefixes").issuperset(words)


def name_part(value: object, part: str) -> TransformResult:
    """Return one part of a full name.

    A rule of thumb, and stated as one: titles at the front are the prefix, ``Jr`` and the like at
    the end the suffix; the last word, with ``van``, ``de`` and their kind before it, is the last
    name, and all else the first. ``Last, First`` is understood. A single word is a first name.

    >>> [name_part("Dr. Jo van der Berg Jr.", part).value for part in NAME_PARTS]
    ['Dr.', 'Jo', 'van der Berg', 'Jr.']
    """
    text = clean_text(value)
    parts = dict(zip(NAME_PARTS, _split(text.value or ""), strict=True))
    return TransformResult(" ".join(parts[part]) or None, text.notes)


def _split(name: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return the words of the prefix, the first name, the last name and the suffix."""
    before, _, after = name.partition(",")
    words, behind = before.split(), after.replace(",", " ").split()
    is_last_first = not _words("suffixes").issuperset(map(_bare, behind))  # "Berg, Jo"
    rest = behind if is_last_first else words + behind
    prefix = list(takewhile(lambda word: _bare(word) in _words("prefixes", "ands"), rest))
    while prefix and prefix[-1].casefold() in _words("ands"):  # "Mr. and Mrs.", but not "Dr. And"
        del prefix[-1]
    rest = rest[len(prefix) :]
    if is_last_first:
        last, suffix = _without_suffix(words)
        if not suffix:
            rest, suffix = _without_suffix(rest)
        return prefix, rest, last, suffix
    words, suffix = _without_suffix(rest)
    cut = len(words) - 1
    while cut > 1 and words[cut - 1].casefold().removesuffix(".") in _words("particles"):
        cut -= 1
    cut = max(cut, 1)
    return prefix, words[:cut], words[cut:], suffix


def _without_suffix(words: list[str]) -> tuple[list[str], list[str]]:
    """Take the suffix off the end; the first word of a name is never one."""
    number = len(
        list(takewhile(lambda word: _bare(word) in _words("suffixes"), reversed(words[1:])))
    )
    return words[: len(words) - number], words[len(words) - number :]


def _bare(word: str) -> str:
    return word.casefold().replace(".", "")
