"""A full name, taken apart."""

from __future__ import annotations

from typing import Literal, get_args

from icontact.mapping.values import TransformResult, clean_text

NamePart = Literal["prefix", "first", "last", "suffix"]
NAME_PARTS: tuple[str, ...] = get_args(NamePart)

_PREFIXES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame lady lord rev hon herr frau mme mlle monsieur "
    "madame sra srta dipl-ing".split()
)
_MORE_PREFIXES = frozenset(
    "herrn frau fraulein mag ing dipl med phil ir dhr mevr mevrouw meneer heer drs sr don dona "
    "senor senora señor señora señorita mmes mm m maitre me docteur signor signora sig dott "
    "dottssa avv pan pani herra rouva hr fru bay bayan sayin mister missus brother sister father "
    "fr br capt captain col gen lt maj sgt judge honorable dean the".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv esq md phd dds dvm cpa mba jnr snr".split())
_PARTICLES = frozenset(
    "van von vom zu zum zur der den de del della dela di da das do dos du la las le los ten ter te "
    "'t op bin ibn al el bint ben af av st".split()
)


def is_honorific(text: str) -> bool:
    """Return whether a text is a title before a name, or several: ``"Prof. Dr."``."""
    words = text.replace(".", " ").casefold().split()
    return bool(words) and all(word in _PREFIXES | _MORE_PREFIXES for word in words)


def name_part(value: object, part: str) -> TransformResult:
    """Return one part of a full name.

    A rule of thumb, and stated as one: titles at the front are the prefix, ``Jr`` and the like at
    the end the suffix; the last word, with ``van``, ``de`` and their kind before it, is the last
    name, and all else the first. ``Last, First`` is understood. A single word is a first name.

    Args:
        value: The full name.
        part: ``prefix``, ``first``, ``last`` or ``suffix``.

    >>> [name_part("Dr. Jo van der Berg Jr.", part).value for part in NAME_PARTS]
    ['Dr.', 'Jo', 'van der Berg', 'Jr.']
    """
    text = clean_text(value)
    return TransformResult(_split(text.value or "")[part] or None, text.notes)


def _split(name: str) -> dict[str, str]:
    before, comma, after = name.partition(",")
    words, behind = before.split(), after.replace(",", " ").split()
    if comma and behind and not all(map(_is_suffix, behind)):
        # "Berg, Jo": the last name comes first.
        suffix = _taken_from_end(words)
        prefix = _taken_from_start(behind)
        suffix = suffix or _taken_from_end(behind)
        return _parts(prefix, behind, words, suffix)
    words += behind
    prefix, suffix = _taken_from_start(words), _taken_from_end(words)
    cut = len(words) - 1
    while cut > 1 and words[cut - 1].casefold() in _PARTICLES:
        cut -= 1
    cut = max(cut, 1)
    return _parts(prefix, words[:cut], words[cut:], suffix)


def _parts(
    prefix: list[str], first: list[str], last: list[str], suffix: list[str]
) -> dict[str, str]:
    words = {"prefix": prefix, "first": first, "last": last, "suffix": suffix}
    return {part: " ".join(found) for part, found in words.items()}


def _taken_from_start(words: list[str]) -> list[str]:
    count = 0
    while count < len(words) and _bare(words[count]) in _PREFIXES:
        count += 1
    taken = words[:count]
    del words[:count]
    return taken


def _taken_from_end(words: list[str]) -> list[str]:
    count = len(words)
    # The first word of a name is never its suffix.
    while count > 1 and _is_suffix(words[count - 1]):
        count -= 1
    taken = words[count:]
    del words[count:]
    return taken


def _is_suffix(word: str) -> bool:
    return _bare(word) in _SUFFIXES


def _bare(word: str) -> str:
    return word.casefold().replace(".", "")
