"""How people spell the columns of a contact file, and the field that a header names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

import attrs

from icontact.mapping.normalize import header_words, normalize_key, read_data, words_of

FULL_NAME_FIELD = "full_name"


@cache
def fields_by_alias() -> Mapping[str, tuple[str, int]]:
    """Read, when it is first needed, the field and rank of each alias; the lower rank is better.

    ``country`` is not a field of iContact's (API 6.1); it helps to read states.
    """
    aliases = read_data("field_aliases.toml")
    ranked = [(field, enumerate(names)) for field, names in aliases.items()]
    # The first field that has an alias counts, and a column with the whole name before all others.
    ranked.sort(key=lambda one: one[0] != FULL_NAME_FIELD)
    found: dict[str, tuple[str, int]] = {}
    for field, names in ranked:
        for rank, name in names:
            found.setdefault(normalize_key(name), (field, rank))
    return found


_words = partial(words_of, "header_words.toml")

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
    aliases = fields_by_alias()
    words = [word for word in header_words(header) if word not in _words("noise")]
    if (exact := aliases.get(normalize_key(header))) is not None:
        return HeaderField(*exact, " ".join(word for word in words if word in _words("group")))
    for step, (name, group) in enumerate(_shortened(words), start=1):
        if (found := aliases.get(name)) is not None:
            return HeaderField(found[0], found[1] + 1000 * step, group)
    parts = (aliases.get(normalize_key(part)) for part in _ALTERNATIVES.split(header))
    fields = {found[0] for found in parts if found is not None}
    return HeaderField(fields.pop(), 9000) if len(fields) == 1 else None


def _shortened(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield shorter and shorter names of a header, each with the group that was taken off."""
    for groups in (_words("group"), _words("group") | _words("company")):
        group = [word for word in words if word in groups]
        rest = [word for word in words if word not in groups | _words("person")]
        yield "".join(rest), " ".join(group)
        group += [word for word in rest if word.isdigit()]
        rest = [word for word in rest if not word.isdigit()]
        yield "".join(rest), " ".join(group)
        yield "".join(word for word in rest if word not in _words("address")), " ".join(group)
