"""How people spell the columns of a contact file, and the field that a header names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from icontact.mapping.normalize import header_words, normalize_key, read_data

_ALIASES = {
    field: list(map(normalize_key, aliases))
    for field, aliases in read_data("field_aliases.toml").items()
}

#: Columns that hold the whole name.
FULL_NAME = tuple(_ALIASES.pop("full_name"))

#: Alias -> (field, rank): the lower rank is the better one. ``country`` is not a field of
#: iContact's (API 6.1); it helps to read states.
BY_ALIAS: Mapping[str, tuple[str, int]] = {
    alias: (field, rank)
    for field, aliases in reversed(_ALIASES.items())
    for rank, alias in reversed([*enumerate(aliases)])
}

FULL_NAME_FIELD = "full_name"

_WORDS = {name: frozenset(words.split()) for name, words in read_data("header_words.toml").items()}


#: What separates two names of one column: "PLZ / ZIP", "Telefon (mobil)".
_ALTERNATIVES = re.compile(r"[/|()\[\]]")


@attrs.frozen
class HeaderField:
    """The field that a header names.

    Attributes:
        field: iContact's field, ``country`` or ``full_name``.
        rank: How good the spelling is; the lower, the better.
        group: The group of columns, such as ``"billing"``; blank for none.
    """

    field: str
    rank: int
    group: str = ""


def field_of(header: object) -> HeaderField | None:
    """Return the field that a header names; ``None`` if it is not one of iContact's.

    >>> field_of("Billing Postcode")
    HeaderField(field='postal_code', rank=1003, group='billing')
    """
    if not isinstance(header, str) or not header.strip():
        return None
    words = [word for word in header_words(header) if word not in _WORDS["noise"]]
    if (exact := _alias(normalize_key(header))) is not None:
        return HeaderField(*exact, " ".join(word for word in words if word in _WORDS["group"]))
    for step, (name, group) in enumerate(_shortened(words), start=1):
        if (found := _alias(name)) is not None:
            field, rank = found
            return HeaderField(field, rank + 1000 * step, group)
    parts = {_alias(normalize_key(part)) for part in _ALTERNATIVES.split(header)} - {None}
    fields = {found[0] for found in parts if found is not None}
    if len(fields) == 1:
        return HeaderField(fields.pop(), 9000)
    return None


def _alias(name: str) -> tuple[str, int] | None:
    if name in FULL_NAME:
        return FULL_NAME_FIELD, FULL_NAME.index(name)
    return BY_ALIAS.get(name)


def _shortened(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield shorter and shorter names of a header, each with the group that was taken off."""
    for groups in (_WORDS["group"], _WORDS["group"] | _WORDS["company"]):
        rest = [word for word in words if word not in groups | _WORDS["person"]]
        group = [word for word in words if word in groups]
        yield "".join(rest), " ".join(group)
        digits = [word for word in rest if word.isdigit()]
        rest = [word for word in rest if not word.isdigit()]
        yield "".join(rest), " ".join([*group, *digits])
        rest = [word for word in rest if word not in _WORDS["address"]]
        yield "".join(rest), " ".join([*group, *digits])
