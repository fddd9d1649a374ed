"""How people spell the columns of a contact file."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from importlib.resources import files


def unaccented(text: str) -> str:
    """Return the text in lower case and without accents: ``"Île"`` and ``"ile"`` meet."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def normalize_key(text: str) -> str:
    """Return the letters and digits alone, in lower case and without accents.

    >>> normalize_key("E-Mail Address")
    'emailaddress'
    """
    return "".join(letter for letter in unaccented(text) if letter.isalnum())


def _read_aliases() -> dict[str, list[str]]:
    text = (files("icontact.mapping") / "data" / "field_aliases.toml").read_text("utf-8")
    return {
        field: list(map(normalize_key, aliases)) for field, aliases in tomllib.loads(text).items()
    }


_ALIASES = _read_aliases()

#: Columns that hold the whole name.
FULL_NAME = tuple(_ALIASES.pop("full_name"))

#: Alias -> (field, rank): the lower rank is the better one. ``country`` is not a field of
#: iContact's (API 6.1); it helps to read states.
BY_ALIAS: Mapping[str, tuple[str, int]] = {
    alias: (field, rank)
    for field, aliases in reversed(_ALIASES.items())
    for rank, alias in reversed([*enumerate(aliases)])
}
